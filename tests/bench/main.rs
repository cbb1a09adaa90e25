//! How fast the engine is, and that it is linear: `cargo bench`.
//!
//! Two sorts of text, each in full size and a tenth of it: equal throughput of both sizes is linear time.
//!
//! - `mixed`: a log of 50 MB, nearly all of it lines that no dialect wants, with traces of the corpus in between.
//! - `dense`: a dump of 10 MB in which every line counts: stacks of the corpus again and again, with other ids and
//!   addresses each time.
//!
//! `parse` is reading by the dialects, `matching` everything after it (identity, waits, graph, rules, verdict), `whole`
//! both and the report as text; `steps` are the parts of `matching`. `cargo bench --bench speed -- whole` runs a part
//! of them.

mod steps;
mod texts;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use stacklore::model::{Reading, SourceId};
use stacklore::reason::clusters::{Form, Seen, cluster};
use stacklore::reports::{Layout, format};
use stacklore::{Document, Engine, Options, Report};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

fn main() {
    divan::main();
}

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new().expect("the embedded rules are sound"));

/// A text to measure, by its name in the output.
const MIXED: [(&str, usize); 2] = [("mixed", 5_000_000), ("mixed", 50_000_000)];
const DENSE: [(&str, usize); 2] = [("dense", 1_000_000), ("dense", 10_000_000)];
const JUNK: [(&str, usize); 1] = [("junk", 50_000_000)];

type Case = (&'static str, usize);

fn document((sort, bytes): Case) -> Document {
    let text = match sort {
        "dense" => texts::dense(bytes),
        "mixed" => texts::mixed(bytes, texts::TRACE_EVERY),
        _ => texts::mixed(bytes, usize::MAX),
    };
    Document::from_text("input.txt", text)
}

fn size(document: &Document) -> BytesCount {
    BytesCount::of_str(&document.text)
}

#[divan::bench(args = JUNK.into_iter().chain(MIXED).chain(DENSE).map(Shown), sample_count = 3, sample_size = 1)]
fn parse(bencher: Bencher, case: &Shown) {
    let document = document(case.0);
    bencher.counter(size(&document)).bench(|| stacklore::read(SourceId(0), black_box(&document)));
}

#[divan::bench(args = MIXED.into_iter().chain(DENSE).map(Shown), sample_count = 3, sample_size = 1)]
fn matching(bencher: Bencher, case: &Shown) {
    let document = document(case.0);
    let reading: Reading = stacklore::read(SourceId(0), &document);
    let options = Options::default();
    bencher
        .counter(size(&document))
        .with_inputs(|| (vec![document.clone()], vec![reading.clone()]))
        .bench_values(|(documents, readings)| ENGINE.conclude("ticket", documents, readings, &options));
}

#[divan::bench(args = JUNK.into_iter().chain(MIXED).chain(DENSE).map(Shown), sample_count = 3, sample_size = 1)]
fn whole(bencher: Bencher, case: &Shown) {
    let document = document(case.0);
    bencher.counter(size(&document)).with_inputs(|| vec![document.clone()]).bench_values(answer);
}

/// Every text of the seeds, one ticket after the other: what a person at a terminal waits for, without start-up.
#[divan::bench]
fn article(bencher: Bencher) {
    let documents = texts::seeds();
    bencher.bench(|| documents.iter().map(|document| answer(vec![document.clone()]).len()).sum::<usize>());
}

/// Unexplained stacks of a queue of tickets, ten each, put together: forms that share their middle, as the stacks of one
/// program do, and of which one in three is like one in another ticket.
#[divan::bench(args = [1_000, 10_000, 100_000], sample_count = 3, sample_size = 1)]
fn clusters(bencher: Bencher, forms: usize) {
    let form = |number: usize| {
        let own = if number.is_multiple_of(3) { number % 600 } else { number };
        let way = (0..12).map(|at| format!("way_{at}"));
        let frames = [format!("take_{own}"), format!("hold_{own}_{}", number % 7)].into_iter().chain(way);
        Seen { form: Form::new(Some("mutex".into()), frames.collect()), stacks: 1, tasks: 1 }
    };
    bencher
        .counter(ItemsCount::new(forms))
        .with_inputs(|| (0..forms).map(|number| (number / 10, [form(number)])).collect::<Vec<_>>())
        .bench_values(cluster);
}

/// Rules and vocabularies from their texts to what runs.
#[divan::bench]
fn load_rules() -> usize {
    Engine::new().map_or(0, |engine| engine.rules().len())
}

/// The program from start to end on a short text: start-up, rules, reading, report.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn program() {
    let status = Command::new(env!("CARGO_BIN_EXE_stacklore"))
        .arg("corpus/seeds/netlink-warnd/input.txt")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdout(Stdio::null())
        .status()
        .expect("the program was built with the benchmarks");
    assert!(status.success(), "{status}");
}

fn answer(documents: Vec<Document>) -> Vec<u8> {
    written(&ENGINE.diagnose("ticket", documents, &Options::default()))
}

fn written(report: &Report) -> Vec<u8> {
    let mut out = Vec::new();
    let text = format("text").expect("there is a text form");
    text.report(report, &Layout::default(), &mut out).expect("memory takes all that is written");
    out
}

/// A case as divan prints it: `dense 10 MB`.
struct Shown(Case);

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} MB", self.0.0, self.0.1 / 1_000_000)
    }
}
