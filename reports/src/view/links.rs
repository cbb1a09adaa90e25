//! The edges of the wait-for graph, to be walked.

use super::{EdgeView, GraphView};
use std::collections::BTreeMap;

/// Edges by the nodes between which they are; a rule may say again what the graph already has, then the first counts.
pub(crate) struct Links<'a> {
    graph: &'a GraphView,
    edges: BTreeMap<(u32, u32), &'a EdgeView>,
}

impl<'a> Links<'a> {
    /// The edges of a graph.
    pub(crate) fn of(graph: &'a GraphView) -> Self {
        let mut edges = BTreeMap::new();
        for edge in &graph.edges {
            edges.entry((edge.from, edge.to)).or_insert(edge);
        }
        Links { graph, edges }
    }

    /// The first edge that leaves a node.
    pub(crate) fn leaving(&self, node: u32) -> Option<&'a EdgeView> {
        self.all_leaving(node).next()
    }

    /// From one node of a ring to the next: one edge, or two over something that is neither task nor lock, such as a
    /// full queue, for rings name only those. Empty where there is no such way.
    pub(crate) fn way(&self, from: u32, to: u32) -> Vec<&'a EdgeView> {
        if let Some(edge) = self.edges.get(&(from, to)) {
            return vec![edge];
        }
        let mut over = self.all_leaving(from).filter(|first| !self.is_task(first.to));
        over.find_map(|first| Some(vec![first, self.edges.get(&(first.to, to))?])).unwrap_or_default()
    }

    fn all_leaving(&self, node: u32) -> impl Iterator<Item = &'a EdgeView> {
        self.edges.range((node, 0)..=(node, u32::MAX)).map(|(_, edge)| *edge)
    }

    fn is_task(&self, node: u32) -> bool {
        self.graph.nodes.get(node as usize).is_some_and(|node| node.kind == "task")
    }
}
