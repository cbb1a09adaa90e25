//! Where links touch their units, and which room labels need there.

use super::layers::Layers;
use super::plan::{Form, Plan, label, row_label};
use super::text;
use crate::answer::Picture;

/// From one arrow to the next at the same box.
const STEP: f64 = 16.0;
/// From an arrow to its label.
pub(super) const ASIDE: f64 = 8.0;
/// From the boxes of a list to the line that they share.
pub(super) const TRUNK: f64 = 22.0;
/// Between the boxes of a list.
pub(super) const BETWEEN: f64 = 14.0;
/// How far a loop stands out.
pub(super) const LOOP: f64 = 20.0;

/// Where a link starts and ends, from the axes of its units, and its label.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Port {
    pub(super) leave: f64,
    pub(super) arrive: f64,
    /// The label stands at the upper end.
    pub(super) label_above: bool,
    pub(super) label_width: f64,
}

/// Sets the ports of all links, and the room that every item needs.
pub(super) fn ports(picture: &Picture, plan: &mut Plan, layers: &mut Layers) -> Vec<Port> {
    let mut rank = vec![0; layers.items.len()];
    layers.rows.iter().flat_map(|row| row.iter().enumerate()).for_each(|(at, item)| rank[*item] = at);
    let (mut down, mut up) = (vec![Side::new(); plan.units.len()], vec![Side::new(); plan.units.len()]);
    for (at, link) in plan.links.iter().enumerate() {
        let way = &layers.ways[at];
        let neighbour = |place: Option<usize>| place.and_then(|place| way.get(place)).map_or(0, |item| rank[*item]);
        down[link.top].push((!link.in_ring, neighbour(Some(1)), link.up, at));
        up[link.bottom].push((!link.in_ring, neighbour(way.len().checked_sub(2)), link.up, at));
    }
    down.iter_mut().chain(&mut up).for_each(|side| side.sort_unstable());
    let mut ports: Vec<Port> = vec![Port::default(); plan.links.len()];
    for (port, link) in ports.iter_mut().zip(&plan.links) {
        let (above, below) = (down[link.top].len(), up[link.bottom].len());
        port.label_above = above == 1 || (below != 1 && above <= below);
        port.label_width = text::label_width(&link.label).ceil();
    }
    set_places(plan, &mut ports, &down, &up);
    for unit in 0..plan.units.len() {
        let (mut left, mut right) = own_room(picture, plan, unit);
        for (side, above) in [(&down[unit], true), (&up[unit], false)] {
            let ends =
                side.iter().map(|(.., at)| (&ports[*at], if above { ports[*at].leave } else { ports[*at].arrive }));
            for (port, place) in ends {
                let label =
                    if port.label_above == above && port.label_width > 0.0 { ASIDE + port.label_width } else { 0.0 };
                (left, right) = (left.max(4.0 - place), right.max(place + label + 4.0));
            }
        }
        if plan.units[unit].form == Form::Single {
            let wide = plan.units[unit].boxes.first().map_or(0.0, |boxed| boxed.w / 2.0);
            right = right.max(wide + loops_room(picture, plan, unit));
        }
        (layers.items[unit].left, layers.items[unit].right) = (left, right);
    }
    ports
}

/// The links at one side of a unit from left to right: not of the ring, rank of the neighbour, pointing up, number.
type Side = Vec<(bool, usize, bool, usize)>;

/// Sets where links leave and arrive, and makes the boxes as wide as that.
fn set_places(plan: &mut Plan, ports: &mut [Port], down: &[Side], up: &[Side]) {
    for (unit, side) in down.iter().enumerate() {
        let places = side_places(plan, ports, unit, side, true);
        side.iter().zip(&places).for_each(|((.., at), place)| ports[*at].leave = *place);
        widen(plan, unit, &places);
    }
    for (unit, side) in up.iter().enumerate() {
        // Two nodes and nothing else between them: the arrows stand side by side.
        let upper = side.first().and_then(|(.., at)| down.get(plan.links[*at].top));
        let same = |upper: &&Side| upper.iter().map(|link| link.3).eq(side.iter().map(|link| link.3));
        let places = match upper.filter(same) {
            Some(upper) => upper.iter().map(|(.., at)| ports[*at].leave).collect(),
            None => side_places(plan, ports, unit, side, false),
        };
        side.iter().zip(&places).for_each(|((.., at), place)| ports[*at].arrive = *place);
        widen(plan, unit, &places);
    }
}

fn side_places(plan: &Plan, ports: &[Port], unit: usize, side: &Side, above: bool) -> Vec<f64> {
    let label = |at: usize| if ports[at].label_above == above { ports[at].label_width } else { 0.0 };
    let widths: Vec<f64> = side.iter().map(|(.., at)| label(*at)).collect();
    // The ring goes straight down.
    let ring: Vec<usize> = (0..side.len()).filter(|at| !side[*at].0).collect();
    let straight = ring.first().copied().filter(|_| ring.len() == 1);
    let room = plan.units[unit].boxes.first().map_or(0.0, |boxed| boxed.w / 2.0);
    spread(&widths, straight, room)
}

/// A box is as wide as its arrows are apart.
fn widen(plan: &mut Plan, unit: usize, places: &[f64]) {
    let far = places.iter().fold(0.0_f64, |far, place| far.max(place.abs()));
    if let (Form::Single, Some(boxed)) = (plan.units[unit].form, plan.units[unit].boxes.first_mut()) {
        boxed.w = boxed.w.max(2.0 * far + 24.0);
    }
}

/// Places side by side around an axis, each with room for its label to the right; the straight one is on the axis.
fn spread(widths: &[f64], straight: Option<usize>, room: f64) -> Vec<f64> {
    let steps = widths.len().saturating_sub(1).max(1) as f64;
    let room = if straight.is_some() { room } else { 2.0 * room };
    let step = if widths.iter().any(|width| *width > 0.0) { STEP } else { STEP.min((room - 24.0).max(0.0) / steps) };
    let mut places = Vec::with_capacity(widths.len());
    let mut next = 0.0;
    for width in widths {
        places.push(next);
        next += if *width > 0.0 { ASIDE + width + STEP } else { step };
    }
    let last = places.last().copied().unwrap_or(0.0);
    let axis = straight.and_then(|at| places.get(at).copied()).unwrap_or(last / 2.0);
    places.iter().map(|place| (place - axis).round()).collect()
}

/// Room of a unit's boxes and of the labels among them, to the left and to the right of its axis.
fn own_room(picture: &Picture, plan: &Plan, unit: usize) -> (f64, f64) {
    let view = &plan.units[unit];
    let width = view.boxes.first().map_or(0.0, |boxed| boxed.w);
    match view.form {
        Form::Single => (width / 2.0, width / 2.0),
        Form::Waiters | Form::Holders => (4.0, width + trunk(picture, plan, unit)),
    }
}

/// From the boxes of a list to its line: where every arrow says something of its own, that stands there.
pub(super) fn trunk(picture: &Picture, plan: &Plan, unit: usize) -> f64 {
    let links = plan.links.iter().filter(|link| link.top == unit || link.bottom == unit);
    let own = links.filter(|link| link.label.is_empty()).flat_map(|link| &link.arrows);
    let widths = own.map(|at| text::label_width(&row_label(&picture.arrows[*at])));
    let widest = widths.fold(0.0, f64::max).ceil();
    if widest > 0.0 { TRUNK + ASIDE + widest } else { TRUNK }
}

/// Room of the arrows from a node to itself, to the right of its box.
fn loops_room(picture: &Picture, plan: &Plan, unit: usize) -> f64 {
    let arrows = &plan.units[unit].loops;
    let widths = arrows.iter().map(|at| text::label_width(&label(&picture.arrows[*at])));
    if arrows.is_empty() { 0.0 } else { LOOP + ASIDE + widths.fold(0.0, f64::max).ceil() }
}
