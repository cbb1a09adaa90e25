//! The evidence of an arrow, shown beside it on hover and on focus.

use super::Proof;
use super::scene::{Area, ArrowAt, LabelAt, Scene, Step, round};
use super::text::{self, SMALL_CELL};
use std::fmt::Write as _;

/// Cells of a line at most, and at least where the drawing is narrow.
const CELLS: (f64, f64) = (44.0, 62.0);
/// Lines of a quote.
const LINES: usize = 3;
/// Height of a line.
const LINE: f64 = 15.0;
/// Around the text.
const PADDING: f64 = 8.0;
/// From the arrow or its label.
const ASIDE: f64 = 8.0;

/// Height that a small drawing needs so that the evidence hides no arrow that it stands below.
pub(super) fn height(scene: &Scene) -> f64 {
    let lowest = scene.labels.iter().map(|label| label.area.bottom()).fold(0.0, f64::max);
    lowest + ASIDE + LINE * (LINES + 1) as f64 + 2.0 * PADDING + 2.0
}

/// Writes the evidence; it is kept inside the drawing.
pub(super) fn write(svg: &mut String, scene: &Scene, arrow: &ArrowAt, label: Option<&LabelAt>, proof: &Proof) {
    let cells = ((scene.width - 2.0 * PADDING - 4.0) / SMALL_CELL).clamp(CELLS.0, CELLS.1) as usize;
    let place = text::fit(&crate::visible(&proof.place), cells);
    let quote = text::on_lines(&crate::visible(&proof.text), cells, LINES);
    let widest = quote.iter().chain([&place]).map(|line| text::cells(line)).max().unwrap_or(0);
    let w = (widest as f64 * SMALL_CELL + 2.0 * PADDING).ceil().min(scene.width - 4.0);
    let h = LINE * (quote.len() + 1) as f64 + 2.0 * PADDING - 2.0;
    let area = beside(scene, anchor(arrow, label), w, h);
    let (x, y) = (round(area.x), round(area.y));
    let _ = write!(svg, "<g class=\"tip\"><rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\"/>", round(w), round(h));
    let x = x + round(PADDING);
    let mut line = |class: &str, at: usize, text: &str| {
        let y = y + round(PADDING + 10.0 + LINE * at as f64);
        let _ = write!(svg, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", text::escape(text));
    };
    line("place", 0, &place);
    quote.iter().enumerate().for_each(|(at, text)| line("quote", at + 1, text));
    svg.push_str("</g>");
}

/// What the evidence stands beside: the label, or else the middle of the arrow's own line.
fn anchor(arrow: &ArrowAt, label: Option<&LabelAt>) -> Area {
    if let Some(label) = label {
        return label.area;
    }
    let ends: Vec<(f64, f64)> = arrow.own.iter().map(|step| Step::end(*step)).collect();
    let (x, y) = ends.get(ends.len() / 2).copied().unwrap_or(arrow.tip);
    Area { x, y, w: 0.0, h: 0.0 }
}

/// To the right where there is room, else below, else above.
fn beside(scene: &Scene, near: Area, w: f64, h: f64) -> Area {
    let keep = |at: f64, size: f64, most: f64| at.min(most - size - 2.0).max(2.0);
    let right = near.right() + ASIDE;
    if right + w + 2.0 <= scene.width {
        return Area { x: right, y: keep(near.middle() - h / 2.0, h, scene.height), w, h };
    }
    let below = near.bottom() + ASIDE;
    let y = if below + h + 2.0 <= scene.height { below } else { near.y - ASIDE - h };
    Area { x: keep(near.x - w / 3.0, w, scene.width), y: keep(y, h, scene.height), w, h }
}
