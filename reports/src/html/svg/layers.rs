//! From top to bottom: rings are broken, every unit gets a layer below all that wait for it, and links that pass a
//! layer get a place in it.

use super::plan::{Link, Plan};

/// What has a place in a layer: a unit, or a link that passes.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// The unit; of a link that passes, none.
    pub(super) unit: Option<usize>,
    /// Part of the ring: it stands at the left, one below the other.
    pub(super) in_ring: bool,
    pub(super) layer: usize,
    /// Room that it needs to the left and to the right of its axis.
    pub(super) left: f64,
    pub(super) right: f64,
    /// Its axis.
    pub(super) x: f64,
}

/// The layers of a plan.
pub(super) struct Layers {
    /// The first ones are the units, in their order.
    pub(super) items: Vec<Item>,
    /// Items of each layer from left to right.
    pub(super) rows: Vec<Vec<usize>>,
    /// The items of each link from its upper to its lower unit.
    pub(super) ways: Vec<Vec<usize>>,
}

impl Layers {
    pub(super) fn of(plan: &mut Plan) -> Layers {
        turn_back_links(plan);
        let layer_of = layer_of_units(plan);
        let item = |unit, in_ring, layer| Item { unit, in_ring, layer, left: 0.0, right: 0.0, x: 0.0 };
        let units = plan.units.iter().zip(&layer_of).enumerate();
        let mut items: Vec<Item> = units.map(|(at, (unit, layer))| item(Some(at), unit.in_ring, *layer)).collect();
        let mut ways = Vec::with_capacity(plan.links.len());
        for link in &plan.links {
            let mut way = vec![link.top];
            for layer in layer_of[link.top] + 1..layer_of[link.bottom] {
                way.push(items.len());
                items.push(item(None, link.in_ring, layer));
            }
            way.push(link.bottom);
            ways.push(way);
        }
        let mut rows = vec![Vec::new(); items.iter().map(|item| item.layer + 1).max().unwrap_or(0)];
        items.iter().enumerate().for_each(|(at, item)| rows[item.layer].push(at));
        Layers { items, rows, ways }
    }
}

/// Links of each unit, those of the ring first.
fn leaving(plan: &Plan) -> Vec<Vec<usize>> {
    let mut out = vec![Vec::new(); plan.units.len()];
    plan.links.iter().enumerate().for_each(|(at, link)| out[link.top].push(at));
    out.iter_mut().for_each(|links| links.sort_by_key(|at| !plan.links[*at].in_ring));
    out
}

/// Turns the links that close a ring, so that all lead downward. The search begins where the ring does.
fn turn_back_links(plan: &mut Plan) {
    let out = leaving(plan);
    let mut awaited = vec![false; plan.units.len()];
    plan.links.iter().for_each(|link| awaited[link.bottom] = true);
    let mut starts: Vec<usize> = plan.closing.iter().map(|(_, _, first)| *first).collect();
    let mut units: Vec<usize> = (0..plan.units.len()).collect();
    units.sort_by_key(|unit| (!plan.units[*unit].in_ring, awaited[*unit]));
    starts.extend(units);
    // Links still to be followed, of each unit on the way; a unit is on the way, done, or not yet seen.
    let mut followed: Vec<Option<usize>> = vec![None; plan.units.len()];
    let mut back = Vec::new();
    for start in starts {
        let mut way = Vec::new();
        if followed[start].is_none() {
            followed[start] = Some(0);
            way.push(start);
        }
        while let Some(unit) = way.last().copied() {
            let next = followed[unit].unwrap_or(0);
            followed[unit] = Some(next + 1);
            let Some(link) = out[unit].get(next) else {
                way.pop();
                continue;
            };
            let to = plan.links[*link].bottom;
            match followed[to] {
                None => {
                    followed[to] = Some(0);
                    way.push(to);
                }
                Some(at) if at <= out[to].len() => back.push(*link),
                Some(_) => {}
            }
        }
    }
    for at in back {
        let link = &mut plan.links[at];
        (link.top, link.bottom, link.up) = (link.bottom, link.top, true);
    }
}

/// The longest way from above; then those with more links downward than upward move down to what they wait for.
fn layer_of_units(plan: &Plan) -> Vec<usize> {
    let count = plan.units.len();
    let (mut into, mut out) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for Link { top, bottom, .. } in &plan.links {
        into[*bottom].push(*top);
        out[*top].push(*bottom);
    }
    let mut open: Vec<usize> = into.iter().map(Vec::len).collect();
    let mut order: Vec<usize> = (0..count).filter(|unit| open[*unit] == 0).collect();
    let mut layer = vec![0; count];
    let mut at = 0;
    while let Some(unit) = order.get(at).copied() {
        at += 1;
        for below in &out[unit] {
            layer[*below] = layer[*below].max(layer[unit] + 1);
            open[*below] -= 1;
            if open[*below] == 0 {
                order.push(*below);
            }
        }
    }
    for unit in order.into_iter().rev().filter(|unit| out[*unit].len() >= into[*unit].len()) {
        if let Some(below) = out[unit].iter().map(|below| layer[*below]).min() {
            layer[unit] = below - 1;
        }
    }
    let mut used = layer.clone();
    used.sort_unstable();
    used.dedup();
    layer.into_iter().map(|layer| used.binary_search(&layer).unwrap_or(0)).collect()
}
