//! From places to boxes, lines and labels.

use super::layers::Layers;
use super::place::{Band, height_of};
use super::plan::{Form, Link, Plan, label, row_label};
use super::ports::{ASIDE, BETWEEN, LOOP, Port, trunk};
use super::scene::{Area, ArrowAt, LabelAt, NodeAt, Scene, Step, Towards};
use super::text::{self, LINE};
use crate::answer::Picture;

/// Radius of a rounded corner.
const ROUND: f64 = 7.0;
/// A line that would bend by less goes straight.
const STRAIGHT: f64 = 4.0;
/// From the left side of everything to the line that closes the ring.
const SIDE: f64 = 20.0;

/// All that places are known of.
pub(super) struct Placed<'a> {
    pub(super) picture: &'a Picture,
    pub(super) plan: &'a Plan,
    pub(super) layers: &'a Layers,
    pub(super) ports: &'a [Port],
    pub(super) bands: &'a [Band],
}

impl Placed<'_> {
    pub(super) fn scene(&self) -> Scene {
        let mut scene = Scene::default();
        let areas: Vec<Vec<Area>> = (0..self.plan.units.len()).map(|unit| self.areas(unit)).collect();
        for (unit, areas) in self.plan.units.iter().zip(&areas) {
            let boxes = unit.boxes.iter().zip(areas);
            scene.nodes.extend(boxes.map(|(boxed, area)| NodeAt {
                node: boxed.node,
                area: *area,
                lines: boxed.lines.clone(),
            }));
        }
        for (at, link) in self.plan.links.iter().enumerate() {
            self.link(&mut scene, at, link, &areas);
        }
        for (unit, areas) in self.plan.units.iter().zip(&areas) {
            for arrow in &unit.loops {
                self.turn(&mut scene, *arrow, areas[0]);
            }
        }
        scene.width = self.layers.items.iter().map(|item| item.x + item.right).fold(0.0, f64::max);
        scene.height = self.bands.last().map_or(0.0, |band| band.bottom);
        self.close_ring(&mut scene, &areas);
        scene
    }

    /// The boxes of a unit.
    fn areas(&self, unit: usize) -> Vec<Area> {
        let (view, item) = (&self.plan.units[unit], &self.layers.items[unit]);
        let band = self.bands[item.layer];
        let mut y = if band.hangs { band.top } else { band.bottom - height_of(view) };
        if view.form == Form::Waiters {
            y = band.bottom - height_of(view);
        }
        let aside = trunk(self.picture, self.plan, unit);
        let mut areas = Vec::with_capacity(view.boxes.len());
        for boxed in &view.boxes {
            let x = match view.form {
                Form::Single => item.x - boxed.w / 2.0,
                Form::Waiters | Form::Holders => item.x + aside,
            };
            areas.push(Area { x: x.round(), y, w: boxed.w, h: boxed.h });
            y += boxed.h + BETWEEN;
        }
        areas
    }

    fn link(&self, scene: &mut Scene, at: usize, link: &Link, areas: &[Vec<Area>]) {
        let (upper, lower) = (&areas[link.top], &areas[link.bottom]);
        let line = self.line(at, link, bottom_of(upper), lower[0].y);
        self.label(scene, at, link, bottom_of(upper), lower[0].y);
        let start = line[0].end();
        let end = line[line.len() - 1].end();
        let forms = (self.plan.units[link.top].form, self.plan.units[link.bottom].form);
        for (row, arrow) in link.arrows.iter().enumerate() {
            let mut whole = line.clone();
            let mut own = None;
            let (mut tip, mut towards) = if link.up { (start, Towards::Up) } else { (end, Towards::Down) };
            if let (Form::Waiters, Some(area)) = (forms.0, upper.get(row)) {
                let mut lead = vec![
                    Step::Move(area.x, area.middle()),
                    Step::Line(start.0 + ROUND, area.middle()),
                    Step::Corner(start.0, area.middle(), start.0, area.middle() + ROUND),
                ];
                lead.extend(upper.get(row + 1).map(|next| Step::Line(start.0, next.middle())));
                own = upper.get(row + 1).map(|_| lead.clone());
                whole = lead.into_iter().chain(line[1..].iter().copied()).collect();
                self.row_label(scene, link, *arrow, start.0 + ASIDE, area.middle());
            }
            if let (Form::Holders, Some(area)) = (forms.1, lower.get(row)) {
                whole.pop();
                let before = row.checked_sub(1).map(|before| lower[before].middle());
                let hook = [
                    Step::Line(end.0, area.middle() - ROUND),
                    Step::Corner(end.0, area.middle(), end.0 + ROUND, area.middle()),
                    Step::Line(area.x, area.middle()),
                ];
                own = before.map(|y| [Step::Move(end.0, y)].into_iter().chain(hook).collect());
                whole.extend(hook);
                (tip, towards) = ((area.x, area.middle()), Towards::Right);
                self.row_label(scene, link, *arrow, end.0 + ASIDE, area.middle());
            }
            let own = own.unwrap_or_else(|| whole.clone());
            scene.arrows.push(ArrowAt { arrow: *arrow, line: whole, own, tip, towards });
        }
    }

    /// From the upper unit to the lower one.
    fn line(&self, at: usize, link: &Link, from: f64, to: f64) -> Vec<Step> {
        let (way, port) = (&self.layers.ways[at], &self.ports[at]);
        let mut x = self.layers.items[link.top].x + port.leave;
        let mut line = vec![Step::Move(x, from)];
        for pair in way.windows(2) {
            let band = self.bands[self.layers.items[pair[0]].layer];
            let next = self.layers.items[pair[1]].x + if pair[1] == link.bottom { port.arrive } else { 0.0 };
            if (next - x).abs() >= STRAIGHT {
                line.push(Step::Line(x, band.bend_from));
                line.push(Step::Bend(next, band.bend_to));
                x = next;
            }
        }
        line.push(Step::Line(x, to));
        line
    }

    /// The label of a link, beside the end where there are fewer arrows.
    fn label(&self, scene: &mut Scene, at: usize, link: &Link, from: f64, to: f64) {
        let (port, height) = (&self.ports[at], LINE * link.label.len() as f64);
        let (item, offset, y) = match port.label_above {
            true => (link.top, port.leave, from + 5.0),
            false => (link.bottom, port.arrive, to - height - 9.0),
        };
        let (axis, w) = (self.layers.items[item].x + offset, port.label_width);
        if !link.label.is_empty() {
            let area = Area { x: axis + ASIDE, y, w, h: height };
            // The one whose line passes the label: the lowest of the waiters, the first of the holders.
            let last = self.plan.units[link.top].form == Form::Waiters;
            let arrow = if last { link.arrows.last() } else { link.arrows.first() }.copied().unwrap_or_default();
            scene.labels.push(LabelAt { arrow, area, lines: link.label.clone() });
        }
    }

    /// What one arrow of a list says, on its own line: the first line above, the second below.
    fn row_label(&self, scene: &mut Scene, link: &Link, arrow: usize, x: f64, middle: f64) {
        let lines = row_label(&self.picture.arrows[arrow]);
        if link.label.is_empty() && !lines.is_empty() {
            let (w, h) = (text::label_width(&lines).ceil(), LINE * lines.len() as f64);
            scene.labels.push(LabelAt { arrow, area: Area { x, y: middle - LINE - 2.0, w, h: h + 4.0 }, lines });
        }
    }

    /// An arrow from a node to itself.
    fn turn(&self, scene: &mut Scene, arrow: usize, area: Area) {
        let x = area.right() + LOOP;
        let line = up_the_side(area.right(), area.middle() + 8.0, x, area.right(), area.middle() - 8.0, ROUND.min(6.0));
        self.side_label(scene, arrow, x + ASIDE, area.middle());
        let tip = (area.right(), area.middle() - 8.0);
        scene.arrows.push(ArrowAt { arrow, own: line.clone(), line, tip, towards: Towards::Left });
    }

    /// The arrow that closes the ring: up the left side, where nothing else stands.
    fn close_ring(&self, scene: &mut Scene, areas: &[Vec<Area>]) {
        let Some((arrow, last, first)) = self.plan.closing else { return };
        let (from, to) = (areas[last][0], areas[first][0]);
        let wide = text::label_width(&label(&self.picture.arrows[arrow])).ceil();
        let x = if wide > 0.0 { -(2.0 * ASIDE + wide) } else { -SIDE };
        let line = up_the_side(from.x, from.middle(), x, to.x, to.middle(), -2.0 * ROUND);
        self.side_label(scene, arrow, x + ASIDE, from.middle() - 36.0);
        let tip = (to.x, to.middle());
        scene.arrows.push(ArrowAt { arrow, own: line.clone(), line, tip, towards: Towards::Right });
        scene.shift(-x, 0.0);
        scene.width -= x;
    }

    fn side_label(&self, scene: &mut Scene, arrow: usize, x: f64, middle: f64) {
        let lines = label(&self.picture.arrows[arrow]);
        if !lines.is_empty() {
            let (w, h) = (text::label_width(&lines).ceil(), LINE * lines.len() as f64);
            scene.labels.push(LabelAt { arrow, area: Area { x, y: (middle - h / 2.0).round(), w, h }, lines });
        }
    }
}

fn bottom_of(areas: &[Area]) -> f64 {
    areas.last().map_or(0.0, Area::bottom)
}

/// Out to a side, up, and back; a negative radius leads out to the left.
fn up_the_side(from: f64, low: f64, x: f64, to: f64, high: f64, round: f64) -> Vec<Step> {
    vec![
        Step::Move(from, low),
        Step::Line(x - round, low),
        Step::Corner(x, low, x, low - round.abs()),
        Step::Line(x, high + round.abs()),
        Step::Corner(x, high, x - round, high),
        Step::Line(to, high),
    ]
}
