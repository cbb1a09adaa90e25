//! Folding: many who wait for the same thing become one, and so does the middle of a long ring.

use super::{Arrow, NodeKind, Picture, PictureNode};
use std::collections::{BTreeMap, BTreeSet};

/// Of a crowd that waits for one thing, these are drawn by name.
const NAMED: usize = 3;
/// Nodes of a ring that are drawn at its beginning and at its end.
const RING: usize = 6;
/// Names that a folded node keeps.
pub(super) const NAMES: usize = 200;

/// Folds what is too much to be drawn.
pub(super) fn fold(mut picture: Picture) -> Picture {
    let ring = long_ring(&picture);
    join(&mut picture, &ring);
    for crowd in crowds(&picture) {
        join(&mut picture, &crowd);
    }
    without_unused(picture)
}

/// The middle of a ring that is longer than a drawing has room for: neighbours, nobody else attached.
fn long_ring(picture: &Picture) -> Vec<usize> {
    match picture.ring.get(RING..picture.ring.len().saturating_sub(RING)) {
        Some(middle) if middle.len() > 2 => middle.to_vec(),
        _ => Vec::new(),
    }
}

/// Tasks for which nobody waits, by what they wait for and how, without the first of each.
fn crowds(picture: &Picture) -> Vec<Vec<usize>> {
    let awaited: BTreeSet<usize> = picture.arrows.iter().map(|arrow| arrow.to).collect();
    let mut leaving: BTreeMap<usize, Vec<&Arrow>> = BTreeMap::new();
    for arrow in &picture.arrows {
        leaving.entry(arrow.from).or_default().push(arrow);
    }
    let mut crowds: BTreeMap<(usize, &str), Vec<usize>> = BTreeMap::new();
    for (from, arrows) in &leaving {
        if let [arrow] = arrows.as_slice()
            && !awaited.contains(from)
            && picture.nodes.get(*from).is_some_and(|node| node.kind == NodeKind::Task)
        {
            crowds.entry((arrow.to, &arrow.says)).or_default().push(*from);
        }
    }
    let fold = |mut crowd: Vec<usize>| {
        // One more takes no more room than saying that there is one more.
        let keep = if crowd.len() <= NAMED + 1 { crowd.len() } else { NAMED };
        crowd.split_off(keep)
    };
    crowds.into_values().map(fold).filter(|crowd| !crowd.is_empty()).collect()
}

/// Makes one node of several; its arrows are theirs, each once.
fn join(picture: &mut Picture, members: &[usize]) {
    let Some(first) = members.first().copied() else { return };
    let of: BTreeSet<usize> = members.iter().copied().collect();
    let names: Vec<String> =
        members.iter().filter_map(|member| Some(picture.nodes.get(*member)?.label.clone())).collect();
    let tasks =
        members.iter().filter(|member| picture.nodes.get(**member).is_some_and(|n| n.kind == NodeKind::Task)).count();
    if let Some(node) = picture.nodes.get_mut(first) {
        let mut folded: Vec<String> = names.iter().take(NAMES).cloned().collect();
        if names.len() > NAMES {
            folded.push(format!("and {} more", names.len() - NAMES));
        }
        *node = PictureNode { kind: NodeKind::Crowd, label: format!("{tasks} more"), part: node.part, folded };
    }
    let to = |node: usize| if of.contains(&node) { first } else { node };
    let mut seen = BTreeSet::new();
    for arrow in &mut picture.arrows {
        (arrow.from, arrow.to) = (to(arrow.from), to(arrow.to));
    }
    picture.arrows.retain(|arrow| arrow.from != arrow.to || !of.contains(&arrow.from));
    picture.arrows.retain(|arrow| seen.insert((arrow.from, arrow.to)));
    picture.ring = picture.ring.iter().map(|node| to(*node)).collect();
    picture.ring.dedup();
}

/// Without the nodes that became part of another; the numbers close up.
fn without_unused(picture: Picture) -> Picture {
    let used: BTreeSet<usize> =
        picture.arrows.iter().flat_map(|arrow| [arrow.from, arrow.to]).chain(picture.ring.iter().copied()).collect();
    let numbers: BTreeMap<usize, usize> = used.iter().enumerate().map(|(new, old)| (*old, new)).collect();
    let number = |node: usize| numbers.get(&node).copied();
    let arrows = picture.arrows.into_iter().filter_map(|arrow| {
        let (from, to) = (number(arrow.from)?, number(arrow.to)?);
        Some(Arrow { from, to, ..arrow })
    });
    Picture {
        arrows: arrows.collect(),
        ring: picture.ring.iter().filter_map(|node| number(*node)).collect(),
        nodes: (0..).zip(picture.nodes).filter(|(at, _)| used.contains(at)).map(|(_, node)| node).collect(),
        left_out: picture.left_out,
    }
}
