//! What stands where: boxes, lines and labels in pixels, the origin in the upper left corner.

use std::fmt::Write as _;

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Area {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) w: f64,
    pub(super) h: f64,
}

impl Area {
    pub(super) fn right(&self) -> f64 {
        self.x + self.w
    }

    pub(super) fn bottom(&self) -> f64 {
        self.y + self.h
    }

    pub(super) fn middle(&self) -> f64 {
        self.y + self.h / 2.0
    }

    fn shifted(&mut self, dx: f64, dy: f64) {
        (self.x, self.y) = (self.x + dx, self.y + dy);
    }
}

/// A piece of a line, from where the last one ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step {
    Move(f64, f64),
    Line(f64, f64),
    /// A rounded corner: the corner, then where it ends.
    Corner(f64, f64, f64, f64),
    /// A bend from one vertical to another one: where it ends.
    Bend(f64, f64),
}

impl Step {
    pub(super) fn end(self) -> (f64, f64) {
        match self {
            Step::Move(x, y) | Step::Line(x, y) | Step::Corner(_, _, x, y) | Step::Bend(x, y) => (x, y),
        }
    }

    fn shifted(&mut self, dx: f64, dy: f64) {
        match self {
            Step::Move(x, y) | Step::Line(x, y) | Step::Bend(x, y) => (*x, *y) = (*x + dx, *y + dy),
            Step::Corner(cx, cy, x, y) => (*cx, *cy, *x, *y) = (*cx + dx, *cy + dy, *x + dx, *y + dy),
        }
    }
}

/// As the `d` of a path says it.
pub(super) fn path(steps: &[Step]) -> String {
    let mut d = String::new();
    let mut at = (0.0, 0.0);
    for step in steps {
        let _ = match *step {
            Step::Move(x, y) => write!(d, "M{} {}", round(x), round(y)),
            Step::Line(x, y) if x == at.0 => write!(d, "V{}", round(y)),
            Step::Line(x, y) if y == at.1 => write!(d, "H{}", round(x)),
            Step::Line(x, y) => write!(d, "L{} {}", round(x), round(y)),
            Step::Corner(cx, cy, x, y) => write!(d, "Q{} {} {} {}", round(cx), round(cy), round(x), round(y)),
            Step::Bend(x, y) => {
                let middle = round(f64::midpoint(at.1, y));
                write!(d, "C{} {middle} {} {middle} {} {}", round(at.0), round(x), round(x), round(y))
            }
        };
        at = step.end();
    }
    d
}

/// Whole pixels: short, and the same everywhere.
pub(super) fn round(value: f64) -> i64 {
    value.round() as i64
}

/// Where an arrow points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Towards {
    Down,
    Up,
    Right,
    Left,
}

/// The box of a node.
#[derive(Clone, Debug)]
pub(super) struct NodeAt {
    pub(super) node: usize,
    pub(super) area: Area,
    pub(super) lines: Vec<String>,
}

/// A line with a head.
#[derive(Clone, Debug)]
pub(super) struct ArrowAt {
    pub(super) arrow: usize,
    pub(super) line: Vec<Step>,
    /// The part that belongs to no other arrow.
    pub(super) own: Vec<Step>,
    pub(super) tip: (f64, f64),
    pub(super) towards: Towards,
}

/// What stands beside an arrow, or beside several that say the same.
#[derive(Clone, Debug)]
pub(super) struct LabelAt {
    /// The first arrow that it belongs to.
    pub(super) arrow: usize,
    pub(super) area: Area,
    pub(super) lines: Vec<String>,
}

/// A drawing.
#[derive(Clone, Debug, Default)]
pub(super) struct Scene {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) nodes: Vec<NodeAt>,
    pub(super) arrows: Vec<ArrowAt>,
    pub(super) labels: Vec<LabelAt>,
}

impl Scene {
    /// Another drawing below this one.
    pub(super) fn append(&mut self, mut below: Scene, gap: f64) {
        let dy = if self.nodes.is_empty() { 0.0 } else { self.height + gap };
        below.shift(0.0, dy);
        self.height = dy + below.height;
        self.width = self.width.max(below.width);
        self.nodes.append(&mut below.nodes);
        self.arrows.append(&mut below.arrows);
        self.labels.append(&mut below.labels);
    }

    pub(super) fn shift(&mut self, dx: f64, dy: f64) {
        let nodes = self.nodes.iter_mut().map(|node| &mut node.area);
        nodes.chain(self.labels.iter_mut().map(|label| &mut label.area)).for_each(|area| area.shifted(dx, dy));
        for arrow in &mut self.arrows {
            arrow.line.iter_mut().chain(&mut arrow.own).for_each(|step| step.shifted(dx, dy));
            arrow.tip = (arrow.tip.0 + dx, arrow.tip.1 + dy);
        }
    }
}
