//! Where the time goes: each step of the reasoning by itself, on the dense dump.

use super::{ENGINE, document, size};
use divan::Bencher;
use stacklore::model::{Case, Reading, SourceId};
use stacklore::reason::analysis::Analysis;
use stacklore::reason::finding::Certainty;
use stacklore::reason::objects::Objects;
use stacklore::reason::{diagnosis, graph, identity, matching, waits};
use stacklore::{Document, Options};

const DENSE: (&str, usize) = ("dense", 10_000_000);

fn united() -> (Document, Reading, Case, Objects) {
    let document = document(DENSE);
    let reading = stacklore::read(SourceId(0), &document);
    let (case, objects) = identity::unite(vec![document.clone()], vec![reading.clone()]);
    (document, reading, case, objects)
}

fn analysed() -> (Document, Analysis) {
    let (document, _, case, objects) = united();
    let mut analysis = waits::classify(case, objects, ENGINE.vocabulary());
    graph::build(&mut analysis, ENGINE.vocabulary());
    (document, analysis)
}

/// Sightings become tasks, processes and objects.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn a_identity(bencher: Bencher) {
    let (document, reading, ..) = united();
    bencher
        .counter(size(&document))
        .with_inputs(|| (vec![document.clone()], vec![reading.clone()]))
        .bench_values(|(documents, readings)| identity::unite(documents, readings));
}

/// What each task waits for and holds, and the wait-for graph.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn b_waits_and_graph(bencher: Bencher) {
    let (document, reading, ..) = united();
    bencher
        .counter(size(&document))
        .with_inputs(|| identity::unite(vec![document.clone()], vec![reading.clone()]))
        .bench_values(|(case, objects)| {
            let mut analysis = waits::classify(case, objects, ENGINE.vocabulary());
            graph::build(&mut analysis, ENGINE.vocabulary());
            analysis
        });
}

/// All rules.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn c_rules(bencher: Bencher) {
    let (document, analysis) = analysed();
    bencher.counter(size(&document)).bench(|| matching::find(&analysis, ENGINE.vocabulary(), ENGINE.rules()));
}

/// All rules, and what follows from them: causes, groups, the verdict.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn d_rules_and_verdict(bencher: Bencher) {
    let (document, analysis) = analysed();
    bencher
        .counter(size(&document))
        .bench(|| diagnosis::diagnose(&analysis, ENGINE.vocabulary(), ENGINE.rules(), Certainty::Possible));
}

/// The report as text, from its view on.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn e_text(bencher: Bencher) {
    let (document, reading, ..) = united();
    let bytes = size(&document);
    let report = ENGINE.conclude("ticket", vec![document], vec![reading], &Options::default());
    bencher.counter(bytes).bench(|| super::written(&report));
}
