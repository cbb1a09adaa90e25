//! Diagnoses each path on the command line as one ticket, all of them at the same time with one engine:
//!
//! ```sh
//! cargo run --release --example threads -- corpus/seeds/*/input.txt
//! ```

use stacklore::intake::{self, Limits};
use stacklore::reports::{self, Layout};
use stacklore::{Engine, Options};
use std::env;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::thread;

fn main() -> io::Result<()> {
    // Once: this reads and compiles all rules.
    let engine = Engine::new().expect("the rules of the program are sound");
    let paths: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let reports: Vec<_> = thread::scope(|scope| {
        let diagnose = |path: &PathBuf| {
            let read = intake::read_paths(std::slice::from_ref(path), &Limits::default());
            engine.examine(&path.display().to_string(), read, &Options::default())
        };
        // A thread for each is fine for a few tickets; for many take a pool, such as rayon's.
        let threads: Vec<_> = paths.iter().map(|path| scope.spawn(move || diagnose(path))).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });

    let text = reports::format("text").expect("text is a format");
    let mut out = io::stdout().lock();
    for report in &reports {
        writeln!(out, "== {}: {}", reports::visible(&report.case), report.verdict.name())?;
        for finding in &report.findings {
            writeln!(out, "   {} ({})", finding.rule, finding.certainty.name())?;
        }
    }
    if let [report] = reports.as_slice() {
        text.report(report, &Layout::default(), &mut out)?;
    }
    Ok(())
}
