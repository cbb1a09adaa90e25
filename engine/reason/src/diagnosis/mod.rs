//! Puts findings in order, tells causes from consequences, groups stacks, and gives the verdict.
//!
//! A finding of a general rule gives way to one that says the same better (`hiding`); the edges of the findings
//! join the graph; a finding whose chain ends in another is its consequence (`causes`). Rule tests look at what
//! [`matching::find`] gives, before anything is hidden.

mod behind;
mod causes;
mod groups;
mod hiding;
mod look;
mod near;
#[cfg(test)]
mod tests;
mod unexplained;
mod verdict;

pub(crate) use groups::stands_for;
pub use hiding::hide;
pub use look::{LookFirst, look_first};
pub(crate) use verdict::alarms;

use crate::analysis::Analysis;
use crate::clusters;
use crate::finding::{Certainty, Diagnosis, Finding};
use crate::graph::{Cycle, Kinds, Link, Links, Node, Parts, Place, collect, cycles, graph_of};
use crate::matching::{self, Matched};
use crate::rules::ast::Rule;
use crate::vocabulary::Vocabulary;
use std::collections::HashSet;

/// The diagnosis of a case; findings below `least` are left out.
pub fn diagnose(analysis: &Analysis, vocabulary: &Vocabulary, rules: &[Rule], least: Certainty) -> Diagnosis {
    conclude(analysis, vocabulary, rules, least, matching::find(analysis, vocabulary, rules))
}

/// The diagnosis of a case from what the rules found in it, for callers that also need the findings that are hidden.
pub fn conclude(
    analysis: &Analysis,
    vocabulary: &Vocabulary,
    rules: &[Rule],
    least: Certainty,
    matched: Matched,
) -> Diagnosis {
    let general: HashSet<&str> = rules.iter().flat_map(|rule| &rule.instead_of).map(String::as_str).collect();
    conclude_with(analysis, vocabulary, &Kinds::of(vocabulary), &general, least, matched)
}

/// [`conclude`] with the kinds and the ids of the general rules at hand.
fn conclude_with(
    analysis: &Analysis,
    vocabulary: &Vocabulary,
    kinds: &Kinds,
    general: &HashSet<&str>,
    least: Certainty,
    matched: Matched,
) -> Diagnosis {
    let mut findings = hide(analysis, hiding::once(matched.findings));
    findings.retain(|finding| finding.certainty >= least);

    let (_, mut links) = collect(analysis, kinds);
    let edges: Vec<_> = findings.iter().flat_map(|finding| &finding.edges).cloned().collect();
    join(&mut links, &findings);
    let parts = Parts::of(&links, |_, _| true);
    let mut findings = causes::order(findings, analysis, kinds, &links, &parts, general);
    behind::add(&mut findings, analysis);
    let cycles = all_cycles(analysis, &links, &parts);
    let verdict = verdict::verdict(analysis, kinds, &findings, &cycles);
    let blocked = unexplained::tasks(analysis, kinds, verdict, &findings, &cycles, general);
    Diagnosis {
        verdict,
        near_misses: near::worth_telling(matched.near_misses, &findings, verdict),
        findings,
        graph: graph_of(analysis.graph.edges.iter().cloned().chain(edges).collect()),
        cycles,
        groups: groups::groups(analysis, vocabulary, kinds),
        known_fixes: Vec::new(),
        unexplained: clusters::unexplained(analysis, vocabulary, &blocked),
        notes: matched.notes,
    }
}

/// Adds the edges of the findings to the links.
fn join(links: &mut Links, findings: &[Finding]) {
    let place = |node: Node| match node {
        Node::Task(task) => Place::Task(task),
        Node::Object(object) => Place::Object(object),
        Node::Process(process) => Place::Process(process),
        Node::Fact(fact) => Place::Fact(fact),
    };
    for edge in findings.iter().flat_map(|finding| &finding.edges) {
        let (Some(from), Some(to)) = (links.place(place(edge.from)), links.place(place(edge.to))) else { continue };
        links.link(from, Link { to, known: edge.known, kind: edge.wait, mode: edge.mode, span: edge.span });
    }
}

/// The cycles of the analysis, with their numbers, then those that only edges of findings close.
fn all_cycles(analysis: &Analysis, links: &Links, parts: &Parts) -> Vec<Cycle> {
    let known: HashSet<_> = analysis.cycles.iter().flat_map(|cycle| &cycle.tasks).collect();
    let kind = |task| analysis.wait(task).map(|wait| wait.kind);
    let mut all = analysis.cycles.clone();
    let closed = cycles(links, parts, kind);
    all.extend(closed.into_iter().filter(|cycle| !cycle.tasks.iter().any(|task| known.contains(task))));
    all
}
