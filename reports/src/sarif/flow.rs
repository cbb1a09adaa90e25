//! The chain of waits of a finding as a code flow: one step for each "waits" and "held by".

use super::form::{ArtifactLocation, CodeFlow, Location, Message, ThreadFlow, ThreadFlowLocation};
use super::location;
use crate::view::{EdgeView, FindingView, GraphView, StepView};
use std::collections::{BTreeMap, BTreeSet};

/// Steps of a chain that are told.
const STEPS_MAX: usize = 100;

/// The wait-for graph, to be walked.
pub(super) struct Waits<'a> {
    graph: &'a GraphView,
    /// Numbers of nodes by their kind and number in the list of that kind.
    numbers: BTreeMap<(&'static str, u32), u32>,
    /// Between two nodes the first edge of the text.
    edges: BTreeMap<(u32, u32), &'a EdgeView>,
}

impl<'a> Waits<'a> {
    pub(super) fn of(graph: &'a GraphView) -> Self {
        let numbers = graph.nodes.iter().map(|node| ((node.kind, node.index), node.id)).collect();
        let mut edges = BTreeMap::new();
        for edge in &graph.edges {
            edges.entry((edge.from, edge.to)).or_insert(edge);
        }
        Waits { graph, numbers, edges }
    }

    /// The ring that a finding binds, else the chain from its first waiter on; none where nobody waits for anybody.
    pub(super) fn flow(&self, finding: &'a FindingView, sources: &[ArtifactLocation]) -> Option<CodeFlow> {
        let ring: Vec<&EdgeView> = finding.ring.iter().flat_map(|step| self.step(step)).flatten().collect();
        let edges = if ring.is_empty() { self.chain(finding) } else { ring };
        let step = |edge: &&EdgeView| {
            let physical_location = location(sources, edge.source, edge.line, edge.line)?;
            let message = Some(Message::of(&self.says(edge)));
            let location = Location { id: None, physical_location, message };
            Some(ThreadFlowLocation { location, importance: "essential" })
        };
        let locations: Vec<ThreadFlowLocation> = edges.iter().take(STEPS_MAX).filter_map(step).collect();
        (!locations.is_empty()).then_some(CodeFlow { thread_flows: [ThreadFlow { locations }] })
    }

    /// From the task to the object and from there to who holds it, or straight to that one.
    fn step(&self, step: &StepView) -> [Option<&'a EdgeView>; 2] {
        let number = |kind, index| self.numbers.get(&(kind, index)).copied();
        let edge = |from: Option<u32>, to: Option<u32>| self.edges.get(&(from?, to?)).copied();
        let (task, holder) = (number("task", step.task), number("task", step.holder));
        match step.object.and_then(|object| number("object", object)) {
            Some(object) => [edge(task, Some(object)), edge(Some(object), holder)],
            None => [edge(task, holder), None],
        }
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
            let next = own.get(&node).copied().or_else(|| self.leaving(node));
            chain.extend(next);
            at = next.map(|edge| edge.to);
        }
        chain
    }

    fn leaving(&self, node: u32) -> Option<&'a EdgeView> {
        self.edges.range((node, 0)..=(node, u32::MAX)).next().map(|(_, edge)| *edge)
    }

    /// `stage-0 (2884) waits: mutex fork_lock[1]`: the kind is not said twice.
    fn says(&self, edge: &EdgeView) -> String {
        let node = |id: u32| self.graph.nodes.get(id as usize);
        let from = node(edge.from).map_or("?", |node| &node.label);
        let to = node(edge.to).map_or("?", |node| &node.label);
        let words = edge.words();
        match edge.wait.as_deref().and_then(|kind| to.strip_prefix(kind)?.strip_prefix(' ')) {
            Some(short) => format!("{from} {words} {short}"),
            None if edge.kind == "waits" => format!("{from} {words} → {to}"),
            None => format!("{from} {words} {to}"),
        }
    }
}
