//! The chain of waits of a finding as a code flow: one step for each "waits" and "held by".

use super::form::{ArtifactLocation, CodeFlow, Location, Message, ThreadFlow, ThreadFlowLocation};
use super::location;
use crate::Report;
use crate::answer::picture::Phrases;
use crate::view::{EdgeView, FindingView, Links, StepView};
use std::collections::{BTreeMap, BTreeSet};

/// Steps of a chain that are told.
const STEPS_MAX: usize = 100;

/// The wait-for graph, to be walked from the tasks of a finding.
pub(super) struct Waits<'a> {
    report: &'a Report,
    /// Numbers of nodes by their kind and number in the list of that kind.
    numbers: BTreeMap<(&'static str, u32), u32>,
    links: Links<'a>,
}

impl<'a> Waits<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let graph = &report.contents.wait_graph;
        let numbers = graph.nodes.iter().map(|node| ((node.kind, node.index), node.id)).collect();
        Waits { report, numbers, links: Links::of(graph) }
    }

    /// The ring that a finding binds, else the chain from its first waiter on; none where nobody waits for anybody.
    pub(super) fn flow(&self, finding: &'a FindingView, sources: &[ArtifactLocation]) -> Option<CodeFlow> {
        let ring: Vec<&EdgeView> = finding.ring.iter().flat_map(|step| self.step(step)).collect();
        let edges = if ring.is_empty() { self.chain(finding) } else { ring };
        let phrases = Phrases::of(self.report, &edges);
        let step = |edge: &&EdgeView| {
            let physical_location = location(sources, edge.source, edge.line, edge.line)?;
            let message = Some(Message::of(&self.says(&phrases, edge)));
            let location = Location { id: None, physical_location, message };
            Some(ThreadFlowLocation { location, importance: "essential" })
        };
        let locations: Vec<ThreadFlowLocation> = edges.iter().take(STEPS_MAX).filter_map(step).collect();
        (!locations.is_empty()).then_some(CodeFlow { thread_flows: [ThreadFlow { locations }] })
    }

    /// From the task to the object and from there to who holds it, or straight to that one.
    fn step(&self, step: &StepView) -> Vec<&'a EdgeView> {
        let number = |kind, index| self.numbers.get(&(kind, index)).copied();
        let object = step.object.and_then(|object| number("object", object));
        let nodes: Vec<u32> =
            [number("task", step.task), object, number("task", step.holder)].into_iter().flatten().collect();
        nodes.windows(2).flat_map(|pair| self.links.way(pair[0], pair[1])).collect()
    }

    fn chain(&self, finding: &'a FindingView) -> Vec<&'a EdgeView> {
        let awaited: BTreeSet<u32> = finding.edges.iter().map(|edge| edge.to).collect();
        let mut own: BTreeMap<u32, &EdgeView> = BTreeMap::new();
        for edge in &finding.edges {
            own.entry(edge.from).or_insert(edge);
        }
        let first = finding.edges.iter().find(|edge| !awaited.contains(&edge.from)).or(finding.edges.first());
        let task = || self.numbers.get(&("task", *finding.tasks.first()?)).copied();
        let mut at = first.map(|edge| edge.from).or_else(task);
        let mut seen = BTreeSet::new();
        let mut chain = Vec::new();
        while let Some(node) = at.filter(|node| chain.len() < STEPS_MAX && seen.insert(*node)) {
            let next = own.get(&node).copied().or_else(|| self.links.leaving(node));
            chain.extend(next);
            at = next.map(|edge| edge.to);
        }
        chain
    }

    /// `stage-0 (2884) waits: mutex fork_lock[1]`: the kind is not said twice.
    fn says(&self, phrases: &Phrases<'_>, edge: &EdgeView) -> String {
        let node = |id: u32| self.report.contents.wait_graph.nodes.get(id as usize);
        let from = node(edge.from).map_or("?", |node| &node.label);
        let to = node(edge.to).map_or("?", |node| &node.label);
        let words = phrases.says(edge);
        let kind = words.strip_prefix("waits: ");
        match kind.and_then(|kind| to.strip_prefix(kind)?.strip_prefix(' ')) {
            Some(short) => format!("{from} {words} {short}"),
            None if kind.is_some() => format!("{from} {words} → {to}"),
            None => format!("{from} {words} {to}"),
        }
    }
}
