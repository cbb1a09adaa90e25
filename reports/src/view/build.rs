//! Makes the view of a case out of what the engine concluded.

use super::contents::Contents;
use super::lines::Lines;
use super::{ClauseView, EngineView, Parsed, Report, SCHEMA, WhyView};
use super::{UnexplainedView, contents_of, equal, findings_of, graph_of, snapshots};
use stacklore_model::{Case, Name};
use stacklore_reason::analysis::Analysis;
use stacklore_reason::finding::{Diagnosis, Why};
use stacklore_reason::snapshots::series;
use stacklore_reason::vocabulary::Vocabulary;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The view of a diagnosed case.
pub fn report(
    case: &str,
    engine: EngineView,
    analysis: &Analysis,
    vocabulary: &Vocabulary,
    diagnosis: &Diagnosis,
) -> Report {
    let lines = Lines::of(&analysis.case);
    let graph = graph_of::Graph::of(analysis, vocabulary, diagnosis);
    let findings = findings_of::findings(analysis, vocabulary, diagnosis, &graph, &lines);
    Report {
        schema: SCHEMA,
        engine,
        case: case.to_owned(),
        verdict: diagnosis.verdict,
        findings,
        near_misses: findings_of::near_misses(diagnosis),
        known_fixes: findings_of::fixes(&diagnosis.known_fixes, &lines),
        unexplained: diagnosis.unexplained.iter().map(UnexplainedView::of).collect(),
        snapshots: snapshots::snapshots(analysis, &series(analysis, vocabulary)),
        contents: contents(analysis, vocabulary, diagnosis, graph, &lines),
        texts: texts(&analysis.case),
    }
}

/// The view of what was read of a case.
pub fn parsed(
    case: &str,
    engine: EngineView,
    analysis: &Analysis,
    vocabulary: &Vocabulary,
    diagnosis: &Diagnosis,
) -> Parsed {
    let lines = Lines::of(&analysis.case);
    let graph = graph_of::Graph::of(analysis, vocabulary, diagnosis);
    let contents = contents(analysis, vocabulary, diagnosis, graph, &lines);
    let equal_stacks = equal::equal(&contents);
    Parsed { schema: SCHEMA, engine, case: case.to_owned(), contents, equal_stacks, texts: texts(&analysis.case) }
}

/// The view of one rule, clause by clause.
pub fn why(analysis: &Analysis, why: &Why) -> WhyView {
    let lines = Lines::of(&analysis.case);
    let clauses = why.clauses.iter().map(|clause| ClauseView {
        clause: clause.clause.clone(),
        state: clause.state,
        text: clause.text.clone(),
        nearest: clause.nearest.clone(),
        quotes: clause.quotes.iter().map(|span| lines.quote(span)).collect(),
    });
    WhyView {
        schema: SCHEMA,
        rule: why.rule.clone(),
        title: why.title.clone(),
        outcome: why.outcome.clone(),
        clauses: clauses.collect(),
        source_names: analysis.case.sources.iter().map(|source| source.name.clone()).collect(),
        texts: texts(&analysis.case),
        names: names(&analysis.case),
    }
}

fn texts(case: &Case) -> Vec<Arc<String>> {
    case.sources.iter().map(|source| Arc::clone(&source.text)).collect()
}

/// Names of tasks and processes, and functions of frames.
fn names(case: &Case) -> BTreeSet<Name> {
    let tasks = case.tasks.iter().filter_map(|task| task.name.clone());
    let processes = case.processes.iter().filter_map(|process| process.name.clone());
    let frames = case.stacks.iter().flat_map(|stack| &stack.frames).map(|frame| Name::clone(&frame.symbol));
    tasks.chain(processes).chain(frames).collect()
}

fn contents(
    analysis: &Analysis,
    vocabulary: &Vocabulary,
    diagnosis: &Diagnosis,
    graph: graph_of::Graph,
    lines: &Lines,
) -> Contents {
    let case = &analysis.case;
    Contents {
        sources: contents_of::sources(case),
        counts: contents_of::counts(case),
        kinds: contents_of::kinds(analysis, vocabulary, diagnosis),
        wait_graph: graph.view,
        groups: graph_of::groups(analysis, diagnosis),
        stacks: contents_of::stacks(analysis, vocabulary),
        tasks: contents_of::tasks(case),
        processes: contents_of::processes(case),
        locks: contents_of::locks(analysis),
        facts: contents_of::facts(case),
        mends: contents_of::mends(case),
        unclear: contents_of::unclear(case, lines),
        notes: contents_of::notes(case, diagnosis),
    }
}
