//! Which nodes of a graph are drawn: all of a small one; of a large one the parts that say something.

use crate::Report;
use crate::view::{EdgeView, GraphView, Links};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Nodes that are drawn at most.
const NODES: usize = 500;

/// The nodes that are drawn.
pub(super) struct Choice {
    /// By the number of the node.
    chosen: Vec<bool>,
    /// Nodes that are not drawn.
    pub(super) left_out: usize,
    /// Nodes of a ring.
    pub(super) ring_nodes: BTreeSet<u32>,
    ring_edges: BTreeSet<(u32, u32)>,
}

impl Choice {
    pub(super) fn of(report: &Report) -> Self {
        let graph = &report.contents.wait_graph;
        let links = Links::of(graph);
        let ring: Vec<&EdgeView> =
            graph.cycles.iter().flat_map(|ring| pairs(ring)).flat_map(|(from, to)| links.way(from, to)).collect();
        let mut choice = Choice {
            chosen: vec![true; graph.nodes.len()],
            left_out: 0,
            ring_nodes: (graph.cycles.iter().flatten().copied())
                .chain(ring.iter().flat_map(|edge| [edge.from, edge.to]))
                .collect(),
            ring_edges: ring.iter().map(|edge| (edge.from, edge.to)).collect(),
        };
        if graph.nodes.len() > NODES {
            choice.chosen = most_telling(graph, &choice.ring_nodes, &of_findings(report));
            choice.left_out = graph.nodes.len() - choice.shown();
        }
        choice
    }

    pub(super) fn has(&self, node: u32) -> bool {
        self.chosen.get(node as usize).copied().unwrap_or(false)
    }

    pub(super) fn shown(&self) -> usize {
        self.chosen.iter().filter(|chosen| **chosen).count()
    }

    pub(super) fn is_ring(&self, edge: &EdgeView) -> bool {
        self.ring_edges.contains(&(edge.from, edge.to))
    }
}

/// Each node of a ring with the next one.
fn pairs(ring: &[u32]) -> impl Iterator<Item = (u32, u32)> {
    ring.iter().copied().zip(ring.iter().copied().cycle().skip(1))
}

/// Nodes that findings speak of.
fn of_findings(report: &Report) -> BTreeSet<u32> {
    let tasks: BTreeSet<u32> = report.findings.iter().flat_map(|finding| finding.tasks.iter().copied()).collect();
    let nodes = report.contents.wait_graph.nodes.iter();
    let roles = nodes.filter(|node| node.kind == "task" && tasks.contains(&node.index)).map(|node| node.id);
    let edges = report.findings.iter().flat_map(|finding| &finding.edges).flat_map(|edge| [edge.from, edge.to]);
    roles.chain(edges).collect()
}

/// Parts with a ring first, then those with a finding, then the largest; of a part that is too large the nodes that
/// are nearest to its ring or finding.
fn most_telling(graph: &GraphView, rings: &BTreeSet<u32>, findings: &BTreeSet<u32>) -> Vec<bool> {
    let neighbours = neighbours(graph);
    let parts = parts(graph.nodes.len(), &neighbours);
    let importance = |part: &Vec<u32>| {
        let among = |nodes: &BTreeSet<u32>| part.iter().any(|node| nodes.contains(node));
        (!among(rings), !among(findings), Reverse(part.len()))
    };
    let mut order: Vec<(_, &Vec<u32>)> = parts.iter().map(|part| (importance(part), part)).collect();
    order.sort();
    let mut chosen = vec![false; graph.nodes.len()];
    let mut room = NODES;
    for (_, part) in order {
        let middle =
            |nodes: &BTreeSet<u32>| part.iter().copied().filter(|node| nodes.contains(node)).collect::<Vec<_>>();
        let mut from = middle(rings);
        from.extend(middle(findings));
        from.extend(part.first());
        for node in outward(from, &neighbours, room) {
            if let Some(chosen) = chosen.get_mut(node as usize) {
                *chosen = true;
                room -= 1;
            }
        }
        if room == 0 {
            break;
        }
    }
    chosen
}

fn neighbours(graph: &GraphView) -> BTreeMap<u32, Vec<u32>> {
    let mut neighbours: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for edge in &graph.edges {
        neighbours.entry(edge.from).or_default().push(edge.to);
        neighbours.entry(edge.to).or_default().push(edge.from);
    }
    neighbours
}

/// What hangs together, in the order of the nodes.
fn parts(nodes: usize, neighbours: &BTreeMap<u32, Vec<u32>>) -> Vec<Vec<u32>> {
    let mut seen = vec![false; nodes];
    let mut parts = Vec::new();
    for start in 0..nodes as u32 {
        if seen.get(start as usize) == Some(&false) {
            let part = outward(vec![start], neighbours, usize::MAX);
            for node in &part {
                if let Some(seen) = seen.get_mut(*node as usize) {
                    *seen = true;
                }
            }
            parts.push(part);
        }
    }
    parts
}

/// Nodes by their distance from the first ones, at most so many.
fn outward(from: Vec<u32>, neighbours: &BTreeMap<u32, Vec<u32>>, most: usize) -> Vec<u32> {
    let mut seen = BTreeSet::new();
    let mut open: VecDeque<u32> = from.into();
    let mut nodes = Vec::new();
    while let Some(node) = open.pop_front() {
        if nodes.len() == most {
            break;
        }
        if seen.insert(node) {
            nodes.push(node);
            open.extend(neighbours.get(&node).into_iter().flatten());
        }
    }
    nodes
}

#[cfg(test)]
mod tests {
    use super::{NODES, most_telling, pairs};
    use crate::view::{EdgeView, GraphView, NodeView};
    use stacklore_model::Known;
    use std::collections::BTreeSet;

    fn graph(nodes: u32, edges: &[(u32, u32)]) -> GraphView {
        let node = |id| NodeView { id, kind: "task", index: id, label: id.to_string() };
        let edge = |(from, to): &(u32, u32)| EdgeView {
            from: *from,
            to: *to,
            kind: "waits",
            wait: None,
            mode: None,
            known: Known::Observed,
            source: 0,
            line: 1,
        };
        let edges = edges.iter().map(edge).collect();
        GraphView { nodes: (0..nodes).map(node).collect(), edges, cycles: Vec::new() }
    }

    fn chosen(graph: &GraphView, rings: &[u32], findings: &[u32]) -> BTreeSet<u32> {
        let set = |nodes: &[u32]| nodes.iter().copied().collect();
        let chosen = most_telling(graph, &set(rings), &set(findings));
        (0..).zip(chosen).filter_map(|(node, chosen)| chosen.then_some(node)).collect()
    }

    #[test]
    fn rings_and_findings_come_first() {
        // A chain of 600, far from which two pairs lie.
        let chain: Vec<(u32, u32)> = (0..599).map(|node| (node, node + 1)).collect();
        let edges = [chain.as_slice(), &[(700, 701), (701, 700), (702, 703)]].concat();
        let chosen = chosen(&graph(704, &edges), &[700, 701], &[702]);
        assert_eq!(chosen.len(), NODES);
        assert!([700, 701, 702, 703].iter().all(|node| chosen.contains(node)));
        assert!(chosen.contains(&0) && !chosen.contains(&599) && !chosen.contains(&650), "then the largest part");
    }

    #[test]
    fn of_a_part_that_is_too_large_the_middle_is_shown() {
        let star: Vec<(u32, u32)> = (1..2000).map(|node| (node, 0)).chain([(0, 1999)]).collect();
        let chosen = chosen(&graph(2000, &star), &[0, 1999], &[]);
        assert_eq!(chosen.len(), NODES);
        assert!(chosen.contains(&0) && chosen.contains(&1999));
    }

    #[test]
    fn a_ring_closes() {
        assert_eq!(pairs(&[4, 5, 6]).collect::<Vec<_>>(), [(4, 5), (5, 6), (6, 4)]);
        assert_eq!(pairs(&[4]).collect::<Vec<_>>(), [(4, 4)]);
    }
}
