//! The part of the wait-for graph that a finding is about: its tasks, what they wait for over any number of steps, the
//! ring among that, and who waits for something in it.

use crate::view::{EdgeView, FindingView, GraphView};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Nodes that are looked at from the finding onward: what is further away says little about it.
const NODES: usize = 500;

/// A part of the graph.
pub(super) struct Near<'a> {
    /// Its edges: those of the ring first, then in the order of the text.
    pub(super) edges: Vec<&'a EdgeView>,
    /// Its ring, by the numbers of its nodes.
    pub(super) ring: Vec<u32>,
    /// Nodes that were not looked at.
    pub(super) left_out: usize,
}

impl<'a> Near<'a> {
    pub(super) fn of(graph: &'a GraphView, finding: Option<&'a FindingView>) -> Self {
        let own = finding.map_or(&[][..], |finding| &finding.edges);
        let edges = living(&direct(&distinct(graph.edges.iter().chain(own))), graph);
        let out = leaving(&edges);
        let (mut core, left_out) = finding.map(|finding| reachable(graph, &out, finding)).unwrap_or_default();
        let ring = ring_of(graph, &core).map(|ring| with_between(&ring, &out)).unwrap_or_default();
        core.extend(&ring);
        let is_task = |node: u32| graph.nodes.get(node as usize).is_some_and(|node| node.kind == "task");
        let awaited: BTreeSet<u32> = edges.iter().map(|edge| edge.to).collect();
        // What nobody waits for is no part of a chain, whoever holds it.
        let edges: Vec<&EdgeView> =
            edges.into_iter().filter(|edge| is_task(edge.from) || awaited.contains(&edge.from)).collect();
        // What the tasks that matter hold, where somebody waits for it: so that the victims are seen.
        let held: Vec<u32> =
            edges.iter().filter(|edge| core.contains(&edge.to) && !is_task(edge.from)).map(|edge| edge.from).collect();
        core.extend(held);
        let mut edges: Vec<&EdgeView> = edges.into_iter().filter(|edge| core.contains(&edge.to)).collect();
        let in_ring: BTreeSet<(u32, u32)> = super::pairs(&ring).collect();
        edges.sort_by_key(|edge| !in_ring.contains(&(edge.from, edge.to)));
        Near { edges, ring, left_out }
    }
}

/// A rule may say again what the graph already has.
fn distinct<'a>(edges: impl Iterator<Item = &'a EdgeView>) -> Vec<&'a EdgeView> {
    let mut seen = BTreeSet::new();
    edges.filter(|edge| seen.insert((edge.from, edge.to))).collect()
}

/// Without the edges of rules that only shorten what the graph says step by step.
fn direct<'a>(edges: &[&'a EdgeView]) -> Vec<&'a EdgeView> {
    let out = leaving(edges);
    let has = |from: u32, to: u32| out.get(&from).is_some_and(|edges| edges.iter().any(|edge| edge.to == to));
    let over = |edge: &EdgeView| {
        let steps = out.get(&edge.from).into_iter().flatten();
        steps.filter(|step| step.to != edge.to && step.to != edge.from).any(|step| has(step.to, edge.to))
    };
    edges.iter().copied().filter(|edge| edge.kind != "rule" || !over(edge)).collect()
}

/// Without the locks and queues of which only one task's wait is known, where a rule says who must act.
fn living<'a>(edges: &[&'a EdgeView], graph: &GraphView) -> Vec<&'a EdgeView> {
    let told: BTreeSet<u32> = edges.iter().filter(|edge| edge.kind == "rule").map(|edge| edge.from).collect();
    let held: BTreeSet<u32> = edges.iter().map(|edge| edge.from).collect();
    let mut waiters: BTreeMap<u32, usize> = BTreeMap::new();
    edges.iter().for_each(|edge| *waiters.entry(edge.to).or_default() += 1);
    let is_task = |node: u32| graph.nodes.get(node as usize).is_some_and(|node| node.kind == "task");
    let dead = |edge: &EdgeView| !held.contains(&edge.to) && !is_task(edge.to) && waiters.get(&edge.to) == Some(&1);
    edges.iter().copied().filter(|edge| !(told.contains(&edge.from) && dead(edge))).collect()
}

fn leaving<'a>(edges: &[&'a EdgeView]) -> BTreeMap<u32, Vec<&'a EdgeView>> {
    let mut out: BTreeMap<u32, Vec<&EdgeView>> = BTreeMap::new();
    for edge in edges {
        out.entry(edge.from).or_default().push(edge);
    }
    out
}

/// Nodes that the tasks of a finding wait for, over any number of steps, and these tasks themselves; and how many were
/// not followed.
fn reachable(graph: &GraphView, out: &BTreeMap<u32, Vec<&EdgeView>>, finding: &FindingView) -> (BTreeSet<u32>, usize) {
    let tasks: BTreeSet<u32> = finding.tasks.iter().copied().collect();
    let roles = graph.nodes.iter().filter(|node| node.kind == "task" && tasks.contains(&node.index));
    let mut core: BTreeSet<u32> = roles.map(|node| node.id).collect();
    let mut open: VecDeque<u32> = core.iter().copied().collect();
    let mut left_out = BTreeSet::new();
    while let Some(node) = open.pop_front() {
        for edge in out.get(&node).into_iter().flatten() {
            if core.len() >= NODES && !core.contains(&edge.to) {
                left_out.insert(edge.to);
            } else if core.insert(edge.to) {
                open.push_back(edge.to);
            }
        }
    }
    (core, left_out.len())
}

/// The ring that one of these nodes is part of; of no nodes the first ring.
fn ring_of(graph: &GraphView, core: &BTreeSet<u32>) -> Option<Vec<u32>> {
    let touches = |ring: &&Vec<u32>| core.is_empty() || ring.iter().any(|node| core.contains(node));
    graph.cycles.iter().find(touches).cloned()
}

/// A ring names tasks and locks; where something else stands between two of them, it is put in.
fn with_between(ring: &[u32], out: &BTreeMap<u32, Vec<&EdgeView>>) -> Vec<u32> {
    let leads = |from: u32, to: u32| out.get(&from).is_some_and(|edges| edges.iter().any(|edge| edge.to == to));
    let mut whole = Vec::with_capacity(ring.len());
    for (from, to) in super::pairs(ring) {
        whole.push(from);
        if !leads(from, to) {
            let steps = out.get(&from).into_iter().flatten().map(|edge| edge.to);
            whole.extend(steps.filter(|between| !ring.contains(between)).find(|between| leads(*between, to)));
        }
    }
    whole
}
