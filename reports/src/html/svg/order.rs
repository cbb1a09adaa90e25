//! From left to right: few crossings, the ring at the left.

use super::layers::Layers;
use std::collections::BTreeMap;

/// Times that the layers are gone through.
const SWEEPS: usize = 8;

/// Neighbours of each item in the layer above and in the layer below.
pub(super) struct Neighbours {
    pub(super) above: Vec<Vec<usize>>,
    pub(super) below: Vec<Vec<usize>>,
}

impl Neighbours {
    fn of(layers: &Layers) -> Neighbours {
        let (mut above, mut below) = (vec![Vec::new(); layers.items.len()], vec![Vec::new(); layers.items.len()]);
        for pair in layers.ways.iter().flat_map(|way| way.windows(2)) {
            above[pair[1]].push(pair[0]);
            below[pair[0]].push(pair[1]);
        }
        Neighbours { above, below }
    }
}

/// Puts the items of each layer in order.
pub(super) fn order(layers: &mut Layers) {
    let neighbours = Neighbours::of(layers);
    for row in &mut layers.rows {
        row.sort_by_key(|item| !layers.items[*item].in_ring);
    }
    let mut best = (crossings(&layers.rows, &neighbours), layers.rows.clone());
    for sweep in 0..SWEEPS {
        if best.0 == 0 {
            break;
        }
        let count = layers.rows.len();
        for at in 1..count {
            let (row, fixed, side) = match sweep % 2 {
                0 => (at, at - 1, &neighbours.above),
                _ => (count - 1 - at, count - at, &neighbours.below),
            };
            let places = places(&layers.rows[fixed]);
            arrange(layers, row, &places, side);
        }
        let found = crossings(&layers.rows, &neighbours);
        if found < best.0 {
            best = (found, layers.rows.clone());
        }
    }
    layers.rows = best.1;
}

/// Sorts a layer by where the neighbours of its items stand; those without any stay near where they are.
fn arrange(layers: &mut Layers, row: usize, places: &BTreeMap<usize, f64>, side: &[Vec<usize>]) {
    let own = self::places(&layers.rows[row]);
    let centre = |item: &usize| {
        let all: Vec<f64> = side[*item].iter().filter_map(|other| places.get(other).copied()).collect();
        match all.len() {
            0 => own.get(item).copied().unwrap_or(0.0),
            count => all.iter().sum::<f64>() / count as f64,
        }
    };
    let mut keyed: Vec<(bool, f64, usize)> =
        layers.rows[row].iter().map(|item| (!layers.items[*item].in_ring, centre(item), *item)).collect();
    keyed.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    layers.rows[row] = keyed.into_iter().map(|(_, _, item)| item).collect();
}

/// Where the items of a layer stand, between 0 and 1.
fn places(row: &[usize]) -> BTreeMap<usize, f64> {
    let width = row.len() as f64;
    row.iter().enumerate().map(|(at, item)| (*item, (at as f64 + 0.5) / width)).collect()
}

fn crossings(rows: &[Vec<usize>], neighbours: &Neighbours) -> usize {
    rows.windows(2).map(|pair| crossings_between(&pair[0], &pair[1], neighbours)).sum()
}

fn crossings_between(upper: &[usize], lower: &[usize], neighbours: &Neighbours) -> usize {
    let places: BTreeMap<usize, usize> = lower.iter().enumerate().map(|(at, item)| (*item, at)).collect();
    let ends = |item: &usize| {
        let mut ends: Vec<usize> = neighbours.below[*item].iter().filter_map(|to| places.get(to).copied()).collect();
        ends.sort_unstable();
        ends
    };
    // How many of those seen so far end at each place: few places, so counting is cheap.
    let mut seen = vec![0; lower.len()];
    let mut count = 0;
    for end in upper.iter().flat_map(ends) {
        count += seen[end + 1..].iter().sum::<usize>();
        seen[end] += 1;
    }
    count
}
