//! The edges that a finding adds to the wait-for graph.

use super::binding::Binding;
use super::candidates::Tried;
use super::thing::{RowId, Thing};
use crate::finding::Certainty;
use crate::graph::{Edge, EdgeKind, Node};
use stacklore_model::{Known, Span};
use std::collections::BTreeSet;

/// The node of a thing, where it can be one.
fn node(thing: &Thing) -> Option<Node> {
    match thing {
        Thing::Row(RowId::Task(task)) => Some(Node::Task(*task)),
        Thing::Row(RowId::Process(process)) => Some(Node::Process(*process)),
        Thing::Row(RowId::Fact(fact)) => Some(Node::Fact(*fact)),
        Thing::Object(object) => Some(Node::Object(*object)),
        _ => None,
    }
}

fn known(certainty: Certainty) -> Known {
    match certainty {
        Certainty::Proven => Known::Observed,
        Certainty::Likely => Known::Inferred,
        Certainty::Possible => Known::Assumed,
    }
}

impl Tried<'_> {
    /// The edges of the rule's chains. Between two sets they run through the first member of each, so that their
    /// number stays that of the members; an end that stands for nothing drops the edge.
    pub(crate) fn edges(&self, binding: &Binding, certainty: Certainty, span: Span) -> Vec<Edge> {
        let mut edges: Vec<Edge> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut add = |from: Node, to: Node| {
            if !seen.insert((from, to)) {
                return;
            }
            let known = known(certainty);
            let span = self.place(from).unwrap_or(span);
            edges.push(Edge { from, to, kind: EdgeKind::Rule, wait: None, mode: None, known, span });
        };
        for pair in self.rule.edges.iter().flat_map(|chain| chain.0.windows(2)) {
            let [from, to] = pair else { continue };
            let nodes = |var| self.things(binding, var).iter().filter_map(node).collect::<Vec<Node>>();
            let (from, to) = (nodes(*from), nodes(*to));
            let (Some(first_from), Some(first_to)) = (from.first(), to.first()) else { continue };
            from.iter().for_each(|from| add(*from, *first_to));
            to.iter().skip(1).for_each(|to| add(*first_from, *to));
        }
        edges
    }

    /// Where a node waits, or stands.
    fn place(&self, node: Node) -> Option<Span> {
        let analysis = self.tables.analysis;
        let case = &analysis.case;
        match node {
            Node::Task(id) => {
                let wait = analysis.wait(id).map(|wait| wait.span).filter(|span| span.first > 0);
                let task = case.tasks.get(id.0 as usize)?;
                let stack = || case.stacks.get(task.stacks.first()?.0 as usize).map(|stack| stack.span);
                wait.or_else(stack).or_else(|| task.sightings.first().copied())
            }
            Node::Fact(id) => case.facts.get(id.0 as usize).map(|fact| fact.span),
            Node::Object(id) => case.objects.get(id.0 as usize)?.spans.first().copied(),
            Node::Process(_) => None,
        }
    }
}
