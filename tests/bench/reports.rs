//! What it costs to write a report: `cargo bench --bench reports`.
//!
//! A dump of 10 MB is diagnosed once; then its report is written in every format. At most a tenth of the diagnosis
//! each, with and without redaction of what is written. A dump of 100 MB shows how large a report gets.
//!
//! Times are processor times, the least of several: a busy machine only adds to them.

#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

#[allow(dead_code, reason = "the other benchmarks use the rest")]
mod texts;

use rustix::time::{ClockId, clock_gettime};
use stacklore::reports::{FORMATS, Format, Layout, Report, redact};
use stacklore::{Document, Engine, Options};
use std::hint::black_box;
use std::io::{self, BufWriter, Write};
use std::time::Duration;

/// Bytes of the dump that is timed.
const DUMP: usize = 10_000_000;
/// Bytes of the dump whose reports are measured.
const LARGE: usize = 100_000_000;

fn main() {
    let engine = Engine::new().expect("the embedded rules are sound");
    let (diagnosis, report) = diagnosed(&engine, DUMP, 3);
    println!("a dump of {} MB: diagnosis {}", DUMP / 1_000_000, shown(diagnosis));
    let share = |cost: Duration| cost.as_secs_f64() / diagnosis.as_secs_f64();
    for format in FORMATS {
        let (cost, bytes) = written(*format, &report);
        println!(
            "{:<10} {:>10}  {:.3} of the diagnosis (at most 0.1)  {}",
            format.id(),
            shown(cost),
            share(cost),
            size(bytes)
        );
    }
    let cost = least(3, || redact(report.clone()));
    println!("{:<10} {:>10}  {:.3} of the diagnosis", "redaction", shown(cost), share(cost));
    drop(report);

    let (diagnosis, report) = diagnosed(&engine, LARGE, 1);
    println!("\na dump of {} MB: diagnosis {}", LARGE / 1_000_000, shown(diagnosis));
    for format in FORMATS {
        let (cost, bytes) = written(*format, &report);
        println!("{:<10} {:>10}  {}", format.id(), shown(cost), size(bytes));
    }
}

fn diagnosed(engine: &Engine, bytes: usize, times: usize) -> (Duration, Report) {
    let document = Document::from_text("input.txt", texts::dense(bytes));
    let diagnose = || engine.diagnose("ticket", vec![document.clone()], &Options::default());
    (least(times, diagnose), diagnose())
}

/// What it costs to write a report as the program does, through a buffer, and its bytes.
fn written(format: &dyn Format, report: &Report) -> (Duration, usize) {
    let write = || {
        let mut out = BufWriter::new(Counted(0));
        format.report(report, &Layout::default(), &mut out).expect("counting never fails");
        out.into_inner().map_or(0, |counted| counted.0)
    };
    (least(3, write), write())
}

/// Takes everything and counts it.
struct Counted(usize);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The least of several processor times.
fn least<T>(times: usize, what: impl Fn() -> T) -> Duration {
    let once = || {
        let start = processor_time();
        black_box(what());
        processor_time() - start
    };
    (0..times).map(|_| once()).min().unwrap_or_default()
}

/// Processor time of this process, all threads together.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

fn shown(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

fn size(bytes: usize) -> String {
    format!("{:.2} MB", bytes as f64 / 1e6)
}
