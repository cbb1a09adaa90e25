//! Coordinates: columns so that lines are straight where they can be, layers as high as what they hold.

use super::layers::{Item, Layers};
use super::plan::{Form, Plan};
use super::ports::{BETWEEN, Port};
use super::text::LINE;

/// Between neighbours in a layer.
const APART: f64 = 22.0;
/// Between lines that pass.
const PASSING: f64 = 14.0;
/// Times that the layers are gone through.
const SWEEPS: usize = 16;
/// Between two layers at least: an arrow with its head.
const GAP: f64 = 36.0;
/// Above a label, and below it.
const AROUND_LABEL: f64 = 5.0;
/// The head of an arrow.
pub(super) const HEAD: f64 = 9.0;

/// Heights of the layers and of what lies between them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Band {
    /// Where the layer begins and ends.
    pub(super) top: f64,
    pub(super) bottom: f64,
    /// Lines leave their column here, and are in the next one there.
    pub(super) bend_from: f64,
    pub(super) bend_to: f64,
    /// Something in it hangs below its line.
    pub(super) hangs: bool,
}

/// Sets the axis of every item.
pub(super) fn columns(layers: &mut Layers, plan: &Plan, ports: &[Port]) {
    let pulls = pulls(layers, plan, ports);
    let Layers { items, rows, .. } = layers;
    for row in rows.iter() {
        pack(items, row);
    }
    let count = rows.len();
    for sweep in 0..=SWEEPS {
        for at in 0..count {
            let row = if sweep % 2 == 0 { at } else { count - 1 - at };
            let side = if sweep == SWEEPS {
                Side::Both
            } else if sweep % 2 == 0 {
                Side::Above
            } else {
                Side::Below
            };
            settle(items, &rows[row], &pulls, side);
        }
    }
    let least = items.iter().map(|item| item.x - item.left).fold(f64::INFINITY, f64::min);
    items.iter_mut().for_each(|item| item.x = (item.x - least).round());
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Above,
    Below,
    Both,
}

/// A neighbour draws an item to where the line between them is straight: its axis and this.
struct Pull {
    other: usize,
    offset: f64,
    above: bool,
}

fn pulls(layers: &Layers, plan: &Plan, ports: &[Port]) -> Vec<Vec<Pull>> {
    let mut pulls: Vec<Vec<Pull>> = Vec::new();
    pulls.resize_with(layers.items.len(), Vec::new);
    for ((way, port), link) in layers.ways.iter().zip(ports).zip(&plan.links) {
        for pair in way.windows(2) {
            let start = if pair[0] == link.top { port.leave } else { 0.0 };
            let end = if pair[1] == link.bottom { port.arrive } else { 0.0 };
            pulls[pair[1]].push(Pull { other: pair[0], offset: start - end, above: true });
            pulls[pair[0]].push(Pull { other: pair[1], offset: end - start, above: false });
        }
    }
    pulls
}

fn apart(items: &[Item], a: usize, b: usize) -> f64 {
    let passes = items[a].unit.is_none() || items[b].unit.is_none();
    items[a].right + items[b].left + if passes { PASSING } else { APART }
}

/// One beside the other; the ring, or else the middle, at zero.
fn pack(items: &mut [Item], row: &[usize]) {
    let mut x = 0.0;
    for (at, item) in row.iter().enumerate() {
        if let Some(before) = at.checked_sub(1) {
            x += apart(items, row[before], *item);
        }
        items[*item].x = x;
    }
    let ring = row.iter().find(|item| items[**item].in_ring);
    let zero = ring.map_or(x / 2.0, |item| items[*item].x);
    row.iter().for_each(|item| items[*item].x -= zero);
}

/// Moves the items of a layer as near as possible to where their neighbours draw them, in order and apart: neighbours
/// that would overlap stand together where they are drawn on average.
fn settle(items: &mut [Item], row: &[usize], pulls: &[Vec<Pull>], side: Side) {
    // Weight, weighted place of the first, count.
    let mut blocks: Vec<(f64, f64, usize)> = Vec::with_capacity(row.len());
    let mut offsets = Vec::with_capacity(row.len());
    let mut offset = 0.0;
    for (at, item) in row.iter().enumerate() {
        if let Some(before) = at.checked_sub(1) {
            offset += apart(items, row[before], *item);
        }
        offsets.push(offset);
        let (weight, place) = drawn(items, *item, &pulls[*item], side);
        blocks.push((weight, weight * (place - offset), 1));
        while let [.., before, last] = blocks.as_mut_slice() {
            if before.1 / before.0 <= last.1 / last.0 {
                break;
            }
            *before = (before.0 + last.0, before.1 + last.1, before.2 + last.2);
            blocks.pop();
        }
    }
    let places = blocks.iter().flat_map(|(weight, sum, count)| std::iter::repeat_n(sum / weight, *count));
    for ((item, place), offset) in row.iter().zip(places).zip(offsets) {
        items[*item].x = place + offset;
    }
}

/// How strongly an item is drawn, and where to.
fn drawn(items: &[Item], at: usize, pulls: &[Pull], side: Side) -> (f64, f64) {
    let item = &items[at];
    if item.in_ring {
        return (1e6, 0.0);
    }
    let counts = |pull: &&Pull| side == Side::Both || pull.above == (side == Side::Above);
    let (mut count, mut sum) = (0.0, 0.0);
    for pull in pulls.iter().filter(counts) {
        (count, sum) = (count + 1.0, sum + items[pull.other].x + pull.offset);
    }
    match (count > 0.0, item.unit) {
        (false, _) => (0.1, item.x),
        (true, Some(_)) => (count, sum / count),
        (true, None) => (4.0, sum / count),
    }
}

/// Heights of all layers, and of the room between them that labels and bends need.
pub(super) fn bands(layers: &Layers, plan: &Plan, ports: &[Port]) -> Vec<Band> {
    let mut heights = vec![(0.0_f64, false); layers.rows.len()];
    for (item, unit) in layers.items.iter().zip(&plan.units) {
        let (height, hangs) = &mut heights[item.layer];
        *height = height.max(height_of(unit));
        *hangs |= unit.form == Form::Holders;
    }
    let mut labels = vec![(0.0_f64, 0.0_f64); layers.rows.len()];
    let mut slants = vec![0.0_f64; layers.rows.len()];
    for ((way, port), link) in layers.ways.iter().zip(ports).zip(&plan.links) {
        let height = if link.label.is_empty() { 0.0 } else { LINE * link.label.len() as f64 + AROUND_LABEL };
        let (above, below) = (layers.items[link.top].layer, layers.items[link.bottom].layer);
        if port.label_above {
            labels[above].0 = labels[above].0.max(height);
        } else {
            labels[below - 1].1 = labels[below - 1].1.max(height);
        }
        for pair in way.windows(2) {
            let from = layers.items[pair[0]].x + if pair[0] == link.top { port.leave } else { 0.0 };
            let to = layers.items[pair[1]].x + if pair[1] == link.bottom { port.arrive } else { 0.0 };
            let slant = &mut slants[layers.items[pair[0]].layer];
            *slant = slant.max((to - from).abs());
        }
    }
    let mut bands = Vec::with_capacity(heights.len());
    let mut top = 0.0;
    for ((height, hangs), ((above, below), slant)) in heights.into_iter().zip(labels.into_iter().zip(slants)) {
        let bend = if slant < 1.0 { 0.0 } else { 20.0 + (slant / 10.0).min(24.0) };
        let (above, below) = (above + AROUND_LABEL, below + HEAD + 4.0);
        let bend = bend.max(GAP - above - below).round();
        let bottom = top + height;
        let bend_to = bottom + above + bend;
        bands.push(Band { top, bottom, bend_from: bottom + above, bend_to, hangs });
        top = bend_to + below;
    }
    bands
}

/// Height of a unit's boxes.
pub(super) fn height_of(unit: &super::plan::Unit) -> f64 {
    let boxes: f64 = unit.boxes.iter().map(|boxed| boxed.h).sum();
    boxes + BETWEEN * unit.boxes.len().saturating_sub(1) as f64
}
