//! The wait-for graph and the groups of the engine as a view.

use super::label;
use super::waits::{EdgeView, GraphView, GroupView, NodeView};
use stacklore_model::Case;
use stacklore_reason::analysis::Analysis;
use stacklore_reason::finding::{Diagnosis, Group};
use stacklore_reason::graph::{Cycle, Edge, EdgeKind, Node, Root};
use stacklore_reason::vocabulary::Vocabulary;
use std::collections::BTreeMap;

/// The graph with the numbers of its nodes.
pub(super) struct Graph {
    numbers: BTreeMap<Node, u32>,
    pub(super) view: GraphView,
}

impl Graph {
    /// The final graph of a diagnosis.
    pub(super) fn of(analysis: &Analysis, vocabulary: &Vocabulary, diagnosis: &Diagnosis) -> Self {
        let mut graph = Graph { numbers: BTreeMap::new(), view: GraphView::default() };
        let of_findings = diagnosis.findings.iter().flat_map(|finding| &finding.edges);
        let of_graph = diagnosis.graph.edges.iter();
        for node in diagnosis.graph.nodes.iter().copied() {
            graph.add(&analysis.case, vocabulary, node);
        }
        for edge in of_graph.chain(of_findings) {
            graph.add(&analysis.case, vocabulary, edge.from);
            graph.add(&analysis.case, vocabulary, edge.to);
        }
        graph.view.edges = diagnosis.graph.edges.iter().filter_map(|edge| graph.edge(vocabulary, edge)).collect();
        graph.view.cycles = diagnosis.cycles.iter().map(|cycle| graph.ring(cycle)).collect();
        graph
    }

    fn add(&mut self, case: &Case, vocabulary: &Vocabulary, node: Node) {
        let id = self.view.nodes.len() as u32;
        if *self.numbers.entry(node).or_insert(id) == id {
            let (kind, index, label) = describe(case, vocabulary, node);
            self.view.nodes.push(NodeView { id, kind, index, label });
        }
    }

    /// An edge between nodes of the graph.
    pub(super) fn edge(&self, vocabulary: &Vocabulary, edge: &Edge) -> Option<EdgeView> {
        Some(EdgeView {
            from: *self.numbers.get(&edge.from)?,
            to: *self.numbers.get(&edge.to)?,
            kind: match edge.kind {
                EdgeKind::Waits => "waits",
                EdgeKind::HeldBy => "held-by",
                EdgeKind::Rule => "rule",
            },
            wait: edge.wait.map(|kind| vocabulary.kind_name(kind).to_owned()),
            mode: edge.mode,
            known: edge.known,
            source: edge.span.source.0,
            line: edge.span.first,
        })
    }

    fn ring(&self, cycle: &Cycle) -> Vec<u32> {
        let nodes = cycle.steps.iter().flat_map(|step| [Some(Node::Task(step.task)), step.object.map(Node::Object)]);
        nodes.flatten().filter_map(|node| self.numbers.get(&node).copied()).collect()
    }
}

fn describe(case: &Case, vocabulary: &Vocabulary, node: Node) -> (&'static str, u32, String) {
    match node {
        Node::Task(id) => ("task", id.0, label::task(case, id)),
        Node::Object(id) => ("object", id.0, label::object(case, vocabulary, id)),
        Node::Process(id) => ("process", id.0, label::process(case, id)),
        Node::Fact(id) => ("fact", id.0, label::fact(case, id)),
    }
}

pub(super) fn groups(analysis: &Analysis, diagnosis: &Diagnosis) -> Vec<GroupView> {
    diagnosis.groups.iter().map(|of| group(analysis, of)).collect()
}

fn group(analysis: &Analysis, group: &Group) -> GroupView {
    GroupView {
        stacks: group.stacks.iter().map(|stack| stack.0).collect(),
        wait: group.wait.clone(),
        mode: group.mode,
        idle: group.idle,
        frames: group.frames.clone(),
        needs: group.needs.clone(),
        root: group.root.map(|of| root(analysis, of)),
        longest: group.longest,
    }
}

fn root(analysis: &Analysis, root: Root) -> String {
    let task = |id| label::task(&analysis.case, id);
    match root {
        Root::Cycle(index) => match analysis.cycles.get(index) {
            Some(cycle) if cycle.steps.len() == 1 => "a task that waits for itself".into(),
            Some(cycle) => format!("a ring of {} tasks", cycle.steps.len()),
            None => "a ring".into(),
        },
        Root::Running(id) => format!("{}, which runs", task(id)),
        Root::Idle(id) => format!("{}, which rests", task(id)),
        Root::Waits(id) => format!("{}; whom that one waits for is not in this text", task(id)),
        Root::Outside(id) => format!("{}, of which this text has no stack", task(id)),
    }
}
