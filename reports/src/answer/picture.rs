//! Who waits for whom around one finding: nodes and arrows that every format draws, each in its way. What would make
//! it unreadable is folded: a crowd that waits for the same thing, the middle of a long ring.

mod fold;
mod near;

use super::words;
use crate::Report;
use crate::view::{EdgeView, FindingView, NodeView, shorten};
use std::collections::{BTreeMap, BTreeSet};

/// Characters of a label.
const LABEL: usize = 60;

/// A drawing of who waits for whom.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// Who and what is in it.
    pub nodes: Vec<PictureNode>,
    /// Who waits for whom.
    pub arrows: Vec<Arrow>,
    /// The ring, by the numbers of its nodes in its order; empty where there is none.
    pub ring: Vec<usize>,
    /// Nodes that are further away and left out.
    pub left_out: usize,
}

/// Somebody or something in a picture.
#[derive(Clone, Debug)]
pub struct PictureNode {
    /// What it is.
    pub kind: NodeKind,
    /// Its name.
    pub label: String,
    /// Its part in the hang.
    pub part: Part,
    /// Where several are folded into one: their names, at most [`fold::NAMES`].
    pub folded: Vec<String>,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A task.
    Task,
    /// A lock or another object, a process or a row of a listing: what stands between tasks.
    Thing,
    /// Several tasks.
    Crowd,
}

/// The part of somebody in a hang.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// In the ring.
    Ring,
    /// Named by the finding.
    Named,
    /// Held up behind it.
    Behind,
}

/// An arrow: `from` cannot go on before `to` acts.
#[derive(Clone, Debug)]
pub struct Arrow {
    /// Number of the node that waits, or that is held.
    pub from: usize,
    /// Number of the node that must act.
    pub to: usize,
    /// `waits: mutex`, `held by`.
    pub says: String,
    /// It is assumed, not read.
    pub assumed: bool,
    /// Number of the text that says so.
    pub source: u32,
    /// Its first line that says so.
    pub line: u32,
    /// It is part of the ring.
    pub in_ring: bool,
}

impl Picture {
    /// The picture around a finding, or around the first ring; empty where nobody waits for anybody.
    pub fn of(report: &Report, finding: Option<&FindingView>) -> Picture {
        let graph = &report.contents.wait_graph;
        let near = near::Near::of(graph, finding);
        let mut numbers: BTreeMap<u32, usize> = BTreeMap::new();
        let mut picture = Picture { left_out: near.left_out, ..Picture::default() };
        let waits = waits(report, &near.edges);
        let in_ring: BTreeSet<(u32, u32)> = pairs(&near.ring).collect();
        for node in near.ring.iter().copied().chain(near.edges.iter().flat_map(|edge| [edge.from, edge.to])) {
            if let Some(view) = graph.nodes.get(node as usize) {
                numbers.entry(node).or_insert_with(|| {
                    picture.nodes.push(node_of(view, &near, finding));
                    picture.nodes.len() - 1
                });
            }
        }
        for edge in &near.edges {
            if let (Some(from), Some(to)) = (numbers.get(&edge.from), numbers.get(&edge.to)) {
                let says = phrase(report, edge, &waits);
                let in_ring = in_ring.contains(&(edge.from, edge.to));
                let assumed = edge.known == stacklore_model::Known::Assumed;
                let (source, line) = (edge.source, edge.line);
                picture.arrows.push(Arrow { from: *from, to: *to, says, assumed, source, line, in_ring });
            }
        }
        picture.ring = near.ring.iter().filter_map(|node| numbers.get(node).copied()).collect();
        picture
    }

    /// The same with crowds and the middle of long rings folded.
    pub fn folded(self) -> Picture {
        fold::fold(self)
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.arrows.is_empty()
    }
}

/// Neighbours in a ring.
fn pairs(ring: &[u32]) -> impl Iterator<Item = (u32, u32)> + '_ {
    (0..ring.len()).map(|at| (ring[at], ring[(at + 1) % ring.len()]))
}

fn node_of(view: &NodeView, near: &near::Near<'_>, finding: Option<&FindingView>) -> PictureNode {
    let is_task = view.kind == "task";
    let named = || is_task && finding.is_some_and(|finding| finding.tasks.contains(&view.index));
    let part = match () {
        () if near.ring.contains(&view.id) => Part::Ring,
        () if named() || !is_task => Part::Named,
        () => Part::Behind,
    };
    let kind = if is_task { NodeKind::Task } else { NodeKind::Thing };
    PictureNode { kind, label: shorten(&view.label, LABEL), part, folded: Vec::new() }
}

/// What the tasks wait for from which an arrow of a rule leaves: a rule says who must act, the stack says for what.
fn waits<'a>(report: &'a Report, edges: &[&EdgeView]) -> BTreeMap<u32, &'a str> {
    let nodes = &report.contents.wait_graph.nodes;
    let of_rules = edges.iter().filter(|edge| edge.kind == "rule").filter_map(|edge| nodes.get(edge.from as usize));
    let tasks: BTreeMap<u32, u32> =
        of_rules.filter(|node| node.kind == "task").map(|node| (node.index, node.id)).collect();
    if tasks.is_empty() {
        return BTreeMap::new();
    }
    let stacks = report.contents.stacks.iter();
    let waiting = stacks.filter_map(|stack| Some((*tasks.get(&stack.task)?, stack.wait.as_ref()?.kind.as_str())));
    waiting.filter(|(_, kind)| *kind != "on-cpu").collect()
}

/// The words of arrows, for formats that draw the whole graph.
pub(crate) struct Phrases<'a> {
    report: &'a Report,
    waits: BTreeMap<u32, &'a str>,
}

impl<'a> Phrases<'a> {
    /// The words of these arrows.
    pub(crate) fn of(report: &'a Report, edges: &[&EdgeView]) -> Self {
        Phrases { report, waits: waits(report, edges) }
    }

    /// What an arrow says, with its doubt.
    pub(crate) fn says(&self, edge: &EdgeView) -> String {
        let doubt = if edge.known == stacklore_model::Known::Assumed { " (assumed)" } else { "" };
        format!("{}{doubt}", phrase(self.report, edge, &self.waits))
    }
}

/// What an arrow says.
fn phrase(report: &Report, edge: &EdgeView, waits: &BTreeMap<u32, &str>) -> String {
    let kinds = &report.contents.kinds;
    match (edge.kind, edge.wait.as_deref()) {
        ("waits", Some(kind)) => {
            format!("waits: {}{}", words::kind(kinds, kind), words::mode(kinds, kind, edge.mode))
        }
        ("waits", None) => "waits".into(),
        ("held-by", _) if edge.mode == Some(stacklore_model::Mode::Read) => "held for reading by".into(),
        ("held-by", _) => "held by".into(),
        _ => match waits.get(&edge.from) {
            Some(kind) => format!("waits: {}", words::kind(kinds, kind)),
            None => "needs".into(),
        },
    }
}
