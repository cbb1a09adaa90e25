//! Writes a drawing: nodes, arrows, labels, and above them a link for each arrow to what says so.

use super::scene::{ArrowAt, LabelAt, NodeAt, Scene, Towards, path, round};
use super::text::{LINE, escape};
use super::{MARGIN, Proof, tips};
use crate::answer::Picture;
use crate::answer::picture::{Arrow, NodeKind, Part};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Arrows that the description names, and names of a crowd.
const TOLD: usize = 40;

pub(super) struct Writer<'a> {
    picture: &'a Picture,
    scene: &'a Scene,
    proofs: &'a [Option<Proof>],
    more: usize,
    svg: String,
}

impl<'a> Writer<'a> {
    pub(super) fn new(picture: &'a Picture, scene: &'a Scene, proofs: &'a [Option<Proof>], more: usize) -> Self {
        Writer { picture, scene, proofs, more, svg: String::new() }
    }

    pub(super) fn write(mut self, id: &str) -> String {
        let id: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        self.open(&id);
        // Lines first: where one passes closely behind a box, the box stays whole.
        self.svg.push_str("<g aria-hidden=\"true\">");
        // The ring above the others.
        for in_ring in [false, true] {
            let arrows = self.scene.arrows.iter().filter(|at| self.picture.arrows[at.arrow].in_ring == in_ring);
            arrows.for_each(|at| self.arrow(at));
        }
        self.scene.labels.iter().for_each(|label| self.label(label));
        self.svg.push_str("</g>");
        self.scene.nodes.iter().for_each(|node| self.node(node));
        let labels: BTreeMap<usize, &LabelAt> = self.scene.labels.iter().map(|label| (label.arrow, label)).collect();
        for (at, proof) in self.scene.arrows.iter().zip(self.proofs) {
            self.link(at, labels.get(&at.arrow).copied(), proof.as_ref());
        }
        if self.more > 0 {
            let y = round(self.scene.height - MARGIN - 4.0);
            let _ = write!(self.svg, "<text class=\"more\" x=\"{}\" y=\"{y}\">… {} more</text>", MARGIN, self.more);
        }
        self.svg.push_str("</svg>");
        self.svg
    }

    fn open(&mut self, id: &str) {
        let (w, h) = (round(self.scene.width.ceil()), round(self.scene.height.ceil()));
        let (wide, tall) = (if w > 520 { " wide" } else { "" }, if h > 1600 { " tall" } else { "" });
        let _ = write!(
            self.svg,
            "<svg class=\"graph{wide}{tall}\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"group\" \
             aria-labelledby=\"{id}-t\" aria-describedby=\"{id}-d\"><title id=\"{id}-t\">Who waits for whom</title>\
             <desc id=\"{id}-d\">"
        );
        let told = self.scene.arrows.iter().take(TOLD).map(|at| sentence(self.picture, &self.picture.arrows[at.arrow]));
        let mut told = told.collect::<Vec<_>>().join("; ");
        let left = self.scene.arrows.len().saturating_sub(TOLD);
        if left > 0 {
            let _ = write!(told, "; … {left} more");
        }
        self.svg.push_str(&escape(&told));
        self.svg.push_str("</desc>");
    }

    fn node(&mut self, at: &NodeAt) {
        let node = &self.picture.nodes[at.node];
        let (x, y, w, h) = (round(at.area.x), round(at.area.y), round(at.area.w), round(at.area.h));
        let radius = if node.kind == NodeKind::Thing { h / 2 } else { 5 };
        let mut title = node.label.clone();
        if !node.folded.is_empty() {
            let names = node.folded.iter().take(TOLD).map(String::as_str).collect::<Vec<_>>().join(", ");
            let rest = if node.folded.len() > TOLD { ", …" } else { "" };
            let _ = write!(title, ": {names}{rest}");
        }
        let _ = write!(
            self.svg,
            "<g class=\"node {} {}\"><title>{}</title>",
            kind(node.kind),
            part(node.part),
            escape(&title)
        );
        let mut rect = |x: i64, y: i64| {
            let _ = write!(self.svg, "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"{radius}\"/>");
        };
        if node.kind == NodeKind::Crowd {
            rect(x + 4, y + 4);
        }
        rect(x, y);
        let first = at.area.middle() - LINE * at.lines.len() as f64 / 2.0 + 11.5;
        self.lines(&at.lines, at.area.x + at.area.w / 2.0, first, LINE);
        self.svg.push_str("</g>");
    }

    fn lines(&mut self, lines: &[String], x: f64, first: f64, pitch: f64) {
        for (at, line) in lines.iter().enumerate() {
            let y = round(first + pitch * at as f64);
            let _ = write!(self.svg, "<text x=\"{}\" y=\"{y}\">{}</text>", round(x), escape(line));
        }
    }

    fn arrow(&mut self, at: &ArrowAt) {
        let class = class_of(&self.picture.arrows[at.arrow]);
        let _ = write!(self.svg, "<g class=\"arrow{class}\"><path class=\"line\" d=\"{}\"/>", path(&at.line));
        let (x, y) = (round(at.tip.0), round(at.tip.1));
        let sides = match at.towards {
            Towards::Down => "l-4 -9h8z",
            Towards::Up => "l-4 9h8z",
            Towards::Right => "l-9 -4v8z",
            Towards::Left => "l9 -4v8z",
        };
        let _ = write!(self.svg, "<path class=\"head\" d=\"M{x} {y}{sides}\"/></g>");
    }

    fn label(&mut self, label: &LabelAt) {
        let class = class_of(&self.picture.arrows[label.arrow]);
        let _ = write!(self.svg, "<g class=\"says{class}\">");
        let more = label.lines.len().saturating_sub(1).max(1) as f64;
        self.lines(&label.lines, label.area.x, label.area.y + 11.5, (label.area.h - LINE) / more);
        self.svg.push_str("</g>");
    }

    fn link(&mut self, at: &ArrowAt, label: Option<&LabelAt>, proof: Option<&Proof>) {
        let told = sentence(self.picture, &self.picture.arrows[at.arrow]);
        let within = proof.filter(|proof| proof.href.starts_with('#'));
        let element = if within.is_some() { "a" } else { "g" };
        let _ = match within {
            Some(proof) => write!(self.svg, "<a class=\"edge\" href=\"{}\" tabindex=\"0\"", escape(&proof.href)),
            None => write!(self.svg, "<g class=\"edge\" role=\"img\" tabindex=\"0\""),
        };
        let quoted = proof.map(|proof| format!("; {}: {}", proof.place, proof.text)).unwrap_or_default();
        let _ = write!(self.svg, " aria-label=\"{}\">", escape(&(told + &quoted)));
        let _ = write!(self.svg, "<path class=\"hit\" d=\"{}\"/>", path(&at.own));
        if let Some(area) = label.map(|label| label.area) {
            let (x, y, w, h) = (round(area.x), round(area.y), round(area.w), round(area.h));
            let _ = write!(self.svg, "<rect class=\"hit\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"/>");
        }
        if let Some(proof) = proof {
            tips::write(&mut self.svg, self.scene, at, label, proof);
        }
        let _ = write!(self.svg, "</{element}>");
    }
}

/// An arrow in words.
fn sentence(picture: &Picture, arrow: &Arrow) -> String {
    let name = |node: usize| picture.nodes.get(node).map_or("", |node| node.label.as_str());
    let assumed = if arrow.assumed { " (assumed)" } else { "" };
    // `a waits: mutex, m2`, but `m2 held by b`.
    let comma = if arrow.says.contains(':') || arrow.assumed { "," } else { "" };
    format!("{} {}{assumed}{comma} {}", name(arrow.from), arrow.says, name(arrow.to))
}

fn class_of(arrow: &Arrow) -> &'static str {
    match (arrow.in_ring, arrow.assumed) {
        (true, true) => " ring assumed",
        (true, false) => " ring",
        (false, true) => " assumed",
        (false, false) => "",
    }
}

fn kind(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Task => "task",
        NodeKind::Thing => "thing",
        NodeKind::Crowd => "crowd",
    }
}

fn part(part: Part) -> &'static str {
    match part {
        Part::Ring => "ring",
        Part::Named => "named",
        Part::Behind => "behind",
    }
}
