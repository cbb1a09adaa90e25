//! What rules cost: loading them, and a thousand more of them: `cargo bench --bench rules`.
//!
//! - Loading: rules and vocabularies from what is embedded to what runs, at every start of the program. At most 10 ms.
//! - A dump of 10 MB is diagnosed with the real rules alone and with 1,000 synthetic ones beside them. At most 1.5 times
//!   as long. `matching` is what comes after reading, where the rules are: its factor shows what each rule costs.
//!
//! Times are processor times, the least of several: a busy machine only adds to them.

#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod synthetic;
#[allow(dead_code, reason = "the other benchmarks use the rest")]
mod texts;

use rustix::time::{ClockId, clock_gettime};
use stacklore::model::{Reading, SourceId};
use stacklore::{Document, Engine, Options};
use std::hint::black_box;
use std::time::Duration;

/// Bytes of the dump.
const DUMP: usize = 10_000_000;
/// Synthetic rules beside the real ones.
const RULES: usize = 1_000;

/// A row of the table: what is timed, and what it is said of.
type Row = (&'static str, fn(&Times) -> Duration, &'static str);

fn main() {
    let loading = least(20, || Engine::new().expect("the embedded rules are sound"));
    let engine = Engine::new().expect("the embedded rules are sound");
    let number = engine.rules().len();
    println!("loading {number} rules and the vocabularies: {} (at most 10 ms)", shown(loading));

    let document = Document::from_text("input.txt", texts::dense(DUMP));
    let reading = stacklore::read(SourceId(0), &document);
    let sources = synthetic::rules(RULES, &reading, &engine);
    let more = Engine::with_rules(sources).unwrap_or_else(|messages| panic!("{messages:#?}"));

    let (alone, beside) = times(&engine, &more, &document, &reading);
    let factor = |part: fn(&Times) -> Duration| part(&beside).as_secs_f64() / part(&alone).as_secs_f64();
    println!(
        "\na dump of {} MB  {:>12}  {:>12}  factor",
        DUMP / 1_000_000,
        format!("{number} rules"),
        format!("+ {RULES}")
    );
    let rows: [Row; 2] =
        [("diagnosis", |times| times.whole, "  (at most 1.5)"), ("matching", |times| times.matching, "")];
    for (name, part, limit) in rows {
        println!("{name:<16} {:>12}  {:>12}  {:.2}{limit}", shown(part(&alone)), shown(part(&beside)), factor(part));
    }
    println!("{} findings alone, {} with the synthetic rules", alone.findings, beside.findings);
}

/// What a diagnosis costs.
struct Times {
    /// From the text to the report.
    whole: Duration,
    /// From the reading to the report.
    matching: Duration,
    findings: usize,
}

/// Both engines in turn, so that a machine that is busy for a while is so for both.
fn times(engine: &Engine, more: &Engine, document: &Document, reading: &Reading) -> (Times, Times) {
    let measure = |engine: &Engine| {
        let options = Options::default();
        let start = processor_time();
        let report = engine.diagnose("ticket", vec![document.clone()], &options);
        let whole = processor_time() - start;
        let (documents, readings) = (vec![document.clone()], vec![reading.clone()]);
        let start = processor_time();
        black_box(engine.conclude("ticket", documents, readings, &options));
        Times { whole, matching: processor_time() - start, findings: report.findings.len() }
    };
    let better = |before: Times, now: Times| Times {
        whole: before.whole.min(now.whole),
        matching: before.matching.min(now.matching),
        findings: now.findings,
    };
    let mut best = (measure(engine), measure(more));
    for _ in 0..2 {
        best = (better(best.0, measure(engine)), better(best.1, measure(more)));
    }
    best
}

fn least<T>(times: usize, mut run: impl FnMut() -> T) -> Duration {
    let once = |_| {
        let start = processor_time();
        let made = black_box(run());
        let time = processor_time() - start;
        drop(made);
        time
    };
    (0..times).map(once).min().unwrap_or_default()
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

fn shown(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}
