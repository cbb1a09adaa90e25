//! What is laid out: nodes, or several of them that stand as a list because they wait for the same thing or hold the
//! same thing; and the links between these.

use super::text;
use crate::answer::Picture;
use crate::answer::picture::{Arrow, NodeKind};
use std::collections::{BTreeMap, BTreeSet};

/// Nodes of a drawing at most.
const NODES: usize = 80;
/// Arrows of a drawing at most.
const ARROWS: usize = 200;
/// Cells of a name that stands on one line, and of a line where it stands on two.
const NODE_CELLS: (usize, usize) = (24, 32);
/// Cells of a line of what an arrow says.
const LABEL_CELLS: (usize, usize) = (22, 24);

/// The part of a picture that is drawn.
pub(super) struct Shown {
    /// Components: numbers of nodes and of arrows.
    pub(super) components: Vec<(Vec<usize>, Vec<usize>)>,
    /// Nodes that are not drawn.
    pub(super) more: usize,
}

impl Shown {
    pub(super) fn of(picture: &Picture) -> Shown {
        let count = picture.nodes.len();
        let inside = |arrow: &&Arrow| arrow.from < count && arrow.to < count;
        let ends = picture.arrows.iter().filter(inside).flat_map(|arrow| [arrow.from, arrow.to]);
        let mut seen = BTreeSet::new();
        let ring = picture.ring.iter().copied().filter(|node| *node < count);
        let all: Vec<usize> = ring.chain(ends).filter(|node| seen.insert(*node)).collect();
        let kept: BTreeSet<usize> = all.iter().take(NODES).copied().collect();
        let drawn = |arrow: &Arrow| kept.contains(&arrow.from) && kept.contains(&arrow.to);
        let arrows = picture.arrows.iter().enumerate().filter(|(_, arrow)| drawn(arrow));
        let arrows: Vec<usize> = arrows.map(|(at, _)| at).take(ARROWS).collect();
        let components = components(picture, &all[..kept.len()], &arrows);
        let nodes: usize = components.iter().map(|(nodes, _)| nodes.len()).sum();
        Shown { components, more: all.len() - nodes + picture.left_out }
    }
}

/// Nodes that arrows join, in the order in which they were first seen.
fn components(picture: &Picture, nodes: &[usize], arrows: &[usize]) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut joined: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for arrow in arrows.iter().map(|at| &picture.arrows[*at]) {
        joined.entry(arrow.from).or_default().push(arrow.to);
        joined.entry(arrow.to).or_default().push(arrow.from);
    }
    let mut of: BTreeMap<usize, usize> = BTreeMap::new();
    let mut found: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    for node in nodes.iter().filter(|node| joined.contains_key(node)) {
        if of.contains_key(node) {
            continue;
        }
        let mut open = vec![*node];
        of.insert(*node, found.len());
        while let Some(next) = open.pop() {
            for other in joined.get(&next).into_iter().flatten() {
                if of.insert(*other, found.len()).is_none() {
                    open.push(*other);
                }
            }
        }
        found.push(Default::default());
    }
    nodes.iter().filter_map(|node| Some((node, of.get(node)?))).for_each(|(node, at)| found[*at].0.push(*node));
    for at in arrows {
        if let Some(component) = of.get(&picture.arrows[*at].from) {
            found[*component].1.push(*at);
        }
    }
    found
}

/// How the nodes of a unit stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One node.
    Single,
    /// A list of waiters, the line that they share to its left.
    Waiters,
    /// A list of those who must act, the line that they share to its left.
    Holders,
}

/// A node's box: its size and its name.
#[derive(Clone, Debug)]
pub(super) struct Boxed {
    pub(super) node: usize,
    pub(super) lines: Vec<String>,
    pub(super) w: f64,
    pub(super) h: f64,
}

/// What is placed as one.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub(super) form: Form,
    pub(super) boxes: Vec<Boxed>,
    /// Arrows from its node to its node.
    pub(super) loops: Vec<usize>,
    pub(super) in_ring: bool,
}

/// Arrows between two units.
#[derive(Clone, Debug)]
pub(super) struct Link {
    /// The unit that stands higher, and the one that stands lower.
    pub(super) top: usize,
    pub(super) bottom: usize,
    /// Several where a list waits or holds: one for each of its boxes.
    pub(super) arrows: Vec<usize>,
    /// Its arrow points up.
    pub(super) up: bool,
    pub(super) in_ring: bool,
    /// What all its arrows say; empty where each says something of its own.
    pub(super) label: Vec<String>,
}

/// Units and links of one component.
pub(super) struct Plan {
    pub(super) units: Vec<Unit>,
    pub(super) links: Vec<Link>,
    /// The arrow that closes the ring, with the unit it leaves and the unit it reaches: a line up the side.
    pub(super) closing: Option<(usize, usize, usize)>,
}

impl Plan {
    pub(super) fn of(picture: &Picture, nodes: &[usize], arrows: &[usize]) -> Plan {
        let lists = lists(picture, nodes, arrows);
        let ring: BTreeSet<usize> = picture.ring.iter().copied().collect();
        let mut plan = Plan { units: Vec::new(), links: Vec::new(), closing: None };
        let mut unit_of: BTreeMap<usize, usize> = BTreeMap::new();
        for node in nodes {
            if unit_of.contains_key(node) {
                continue;
            }
            let (form, members) = lists.get(node).cloned().unwrap_or((Form::Single, vec![*node]));
            unit_of.extend(members.iter().map(|member| (*member, plan.units.len())));
            let in_ring = form == Form::Single && ring.contains(node);
            let boxes = boxes(picture, &members);
            plan.units.push(Unit { form, boxes, loops: Vec::new(), in_ring });
        }
        let closing = closing(picture, arrows);
        for at in arrows {
            let arrow = &picture.arrows[*at];
            let (Some(from), Some(to)) = (unit_of.get(&arrow.from), unit_of.get(&arrow.to)) else { continue };
            if from == to {
                plan.units[*from].loops.push(*at);
            } else if closing == Some(*at) {
                plan.closing = Some((*at, *from, *to));
            } else {
                plan.add(*at, arrow.in_ring && plan.units[*from].in_ring && plan.units[*to].in_ring, *from, *to);
            }
        }
        for link in &mut plan.links {
            link.label = common(picture, &link.arrows);
        }
        plan
    }

    fn add(&mut self, arrow: usize, in_ring: bool, top: usize, bottom: usize) {
        let of_list = self.units[top].form == Form::Waiters || self.units[bottom].form == Form::Holders;
        let same = |link: &&mut Link| link.top == top && link.bottom == bottom;
        match self.links.iter_mut().find(same).filter(|_| of_list) {
            Some(link) => link.arrows.push(arrow),
            None => {
                let label = Vec::new();
                self.links.push(Link { top, bottom, arrows: vec![arrow], up: false, in_ring, label });
            }
        }
    }
}

/// What these arrows say if they say the same.
fn common(picture: &Picture, arrows: &[usize]) -> Vec<String> {
    let mut says = arrows.iter().map(|at| (&picture.arrows[*at].says, picture.arrows[*at].assumed));
    let first = says.next();
    match (first, arrows.first()) {
        (Some(first), Some(at)) if says.all(|next| next == first) => label(&picture.arrows[*at]),
        _ => Vec::new(),
    }
}

/// What an arrow says, on at most two lines, and whether that is assumed.
pub(super) fn label(arrow: &Arrow) -> Vec<String> {
    let says = crate::visible(&arrow.says);
    let mut lines = if says.is_empty() { Vec::new() } else { text::on_two_lines(&says, LABEL_CELLS) };
    if arrow.assumed {
        lines.push("(assumed)".into());
    }
    lines
}

/// The same beside one of a list, where there is room for two lines.
pub(super) fn row_label(arrow: &Arrow) -> Vec<String> {
    let mut lines = label(arrow);
    if lines.len() > 2 {
        lines = text::on_two_lines(&format!("{} (assumed)", crate::visible(&arrow.says)), LABEL_CELLS);
    }
    lines
}

fn boxes(picture: &Picture, members: &[usize]) -> Vec<Boxed> {
    let mut boxes: Vec<Boxed> = members.iter().map(|node| boxed(picture, *node)).collect();
    let widest = boxes.iter().map(|boxed| boxed.w).fold(0.0, f64::max);
    boxes.iter_mut().for_each(|boxed| boxed.w = widest);
    boxes
}

fn boxed(picture: &Picture, node: usize) -> Boxed {
    let view = &picture.nodes[node];
    let lines = text::on_two_lines(&crate::visible(&view.label), NODE_CELLS);
    let aside = if view.kind == NodeKind::Task { 22.0 } else { 28.0 };
    // Even, so that its middle is a whole pixel.
    let w = ((text::node_width(&lines) + aside) / 2.0).ceil().max(32.0) * 2.0;
    Boxed { node, w, h: 15.0 + text::LINE * lines.len() as f64, lines }
}

/// The arrow that closes a ring of more than two.
fn closing(picture: &Picture, arrows: &[usize]) -> Option<usize> {
    let (first, last) = (picture.ring.first()?, picture.ring.last()?);
    let closes = |at: &&usize| picture.arrows[**at].from == *last && picture.arrows[**at].to == *first;
    arrows.iter().find(closes).copied().filter(|_| picture.ring.len() > 2)
}

/// Two or more that only wait for the same node, or that only the same node needs, by each of them.
fn lists(picture: &Picture, nodes: &[usize], arrows: &[usize]) -> BTreeMap<usize, (Form, Vec<usize>)> {
    let mut out: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut into: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for arrow in arrows.iter().map(|at| &picture.arrows[*at]) {
        out.entry(arrow.from).or_default().push(arrow.to);
        into.entry(arrow.to).or_default().push(arrow.from);
    }
    let mut lists: BTreeMap<(usize, bool), Vec<usize>> = BTreeMap::new();
    for node in nodes.iter().filter(|node| !picture.ring.contains(node)) {
        match (out.get(node).map(Vec::as_slice), into.get(node).map(Vec::as_slice)) {
            (Some([to]), None) => lists.entry((*to, true)).or_default().push(*node),
            (None, Some([from])) => lists.entry((*from, false)).or_default().push(*node),
            _ => {}
        }
    }
    let mut by_member = BTreeMap::new();
    for ((_, waits), mut members) in lists.into_iter().filter(|(_, members)| members.len() > 1) {
        members.sort_unstable();
        let form = if waits { Form::Waiters } else { Form::Holders };
        by_member.extend(members.iter().map(|member| (*member, (form, members.clone()))));
    }
    by_member
}
