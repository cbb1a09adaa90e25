//! A small drawing of who waits for whom in lines of text: the ring, if there is one, then who waits for something in
//! it, and chains.

use super::page::{padded, width};
use crate::answer::Picture;
use crate::answer::picture::{Arrow, NodeKind};
use crate::view::shorten;
use std::collections::{BTreeMap, BTreeSet};

/// Rows of a drawing at most.
const ROWS: usize = 14;
/// Characters of a label, the first that fits; a narrower drawing would say nothing.
const LABELS: [usize; 4] = [60, 44, 32, 26];

/// The rows of a drawing that is at most `room` columns wide where that can be done: labels are shortened first, then
/// rows go on below.
pub(super) fn rows(picture: &Picture, room: usize) -> Vec<String> {
    let picture = picture.clone().folded();
    let fits = |rows: &Vec<String>| rows.iter().all(|row| width(row) <= room);
    let mut drawn = LABELS.into_iter().map(|label| Drawing::new(&picture, label, usize::MAX).drawn());
    let broken = || Drawing::new(&picture, LABELS[LABELS.len() - 1], room).drawn();
    drawn.find(fits).unwrap_or_else(broken)
}

/// Everybody who has the same arrow to the same node.
struct Star<'a> {
    to: usize,
    from: Vec<&'a Arrow>,
    drawn: bool,
}

struct Drawing<'a> {
    picture: &'a Picture,
    /// Characters of a label.
    label: usize,
    /// Columns after which a row goes on below.
    room: usize,
    rows: Vec<String>,
}

impl<'a> Drawing<'a> {
    fn new(picture: &'a Picture, label: usize, room: usize) -> Self {
        Drawing { picture, label, room, rows: Vec::new() }
    }

    /// A row of steps; what does not fit stands below, under a rail that goes on.
    fn row(&mut self, head: String, below: &str, steps: &[String]) {
        let mut row = head;
        let mut begun = false;
        for step in steps {
            if begun && width(&row) + 1 + width(step) > self.room {
                self.rows.push(std::mem::replace(&mut row, format!("{below}   ")));
            }
            row.push(' ');
            row.push_str(step);
            begun = true;
        }
        self.rows.push(row);
    }

    fn drawn(mut self) -> Vec<String> {
        self.ring();
        self.stars();
        if self.rows.len() > ROWS {
            let more = self.rows.len() - ROWS + 1;
            self.rows.truncate(ROWS - 1);
            self.rows.push(format!("… and {more} more rows"));
        }
        if self.picture.left_out > 0 {
            self.rows.push(format!("… and {} more further away", self.picture.left_out));
        }
        self.rows
    }

    fn label(&self, node: usize) -> String {
        self.picture.nodes.get(node).map_or_else(|| "?".into(), |node| shorten(&node.label, self.label))
    }

    fn kind(&self, node: usize) -> Option<NodeKind> {
        self.picture.nodes.get(node).map(|node| node.kind)
    }

    /// `──waits: mutex──▶ ffff…`: the kind is not said twice.
    fn arrow(&self, arrow: &Arrow) -> String {
        let label = self.label(arrow.to);
        let kind = arrow.says.strip_prefix("waits: ").unwrap_or_default();
        let short = label.strip_prefix(kind).and_then(|rest| rest.strip_prefix(' ')).unwrap_or(&label);
        let doubt = if arrow.assumed { " (assumed)" } else { "" };
        format!("──{}{doubt}──▶ {short}", arrow.says)
    }

    /// The ring: each row is a task, what it waits for, and who holds that.
    fn ring(&mut self) {
        let ring = &self.picture.ring;
        let tasks: Vec<usize> = (0..ring.len()).filter(|at| self.kind(ring[*at]) != Some(NodeKind::Thing)).collect();
        for (row, start) in tasks.iter().enumerate() {
            let end = tasks.get(row + 1).map_or(ring.len() + tasks[0], |next| *next);
            let rail = match row {
                _ if tasks.len() == 1 => "",
                0 => "┌─▶ ",
                _ if row + 1 == tasks.len() => "└── ",
                _ => "│   ",
            };
            if self.kind(ring[*start]) == Some(NodeKind::Crowd) {
                self.rows.push(format!("{rail}… {}", self.label(ring[*start])));
                continue;
            }
            let steps: Vec<String> =
                (*start..end).map(|at| self.step(ring[at % ring.len()], ring[(at + 1) % ring.len()])).collect();
            let task = self.label(ring[*start]);
            let mut steps = steps;
            if let (1, Some(last)) = (tasks.len(), steps.last_mut())
                && let Some(before) = last.strip_suffix(&task)
            {
                *last = format!("{before}itself");
            }
            let below = if row == 0 || row + 1 < tasks.len() { "│   " } else { "    " };
            self.row(format!("{rail}{task}"), if tasks.len() == 1 { "" } else { below }, &steps);
        }
    }

    fn step(&self, from: usize, to: usize) -> String {
        match self.picture.arrows.iter().find(|arrow| arrow.from == from && arrow.to == to) {
            Some(arrow) => self.arrow(arrow),
            None => format!("──▶ {}", self.label(to)),
        }
    }

    /// Everybody else who waits for a node, the largest crowd first.
    fn stars(&mut self) {
        let mut stars: Vec<Star<'a>> = Vec::new();
        let mut known: BTreeMap<(usize, &str, bool), usize> = BTreeMap::new();
        let picture: &'a Picture = self.picture;
        let fans = fans(picture);
        let fanned = |arrow: &Arrow| fans.contains_key(&(arrow.from, arrow.says.as_str()));
        for arrow in picture.arrows.iter().filter(|arrow| !arrow.in_ring && !fanned(arrow)) {
            let index = *known.entry((arrow.to, &arrow.says, arrow.assumed)).or_insert(stars.len());
            if index == stars.len() {
                stars.push(Star { to: arrow.to, from: Vec::new(), drawn: false });
            }
            stars[index].from.push(arrow);
        }
        let awaited: BTreeSet<usize> = stars.iter().map(|star| star.to).collect();
        // Chains are drawn from their beginning: a star whose waiters are awaited by others continues a row.
        let begins = |star: &Star<'_>| star.from.iter().any(|arrow| !awaited.contains(&arrow.from));
        let mut order: Vec<usize> = (0..stars.len()).collect();
        order.sort_by_key(|index| (!begins(&stars[*index]), std::cmp::Reverse(stars[*index].from.len())));
        let leaving = leaving(&stars);
        for index in order {
            if !stars[index].drawn {
                self.star(&mut stars, &leaving, index);
            }
        }
        fans.values().for_each(|fan| self.fan(fan));
    }

    /// What several hold, or must serve: one row for all of them.
    fn fan(&mut self, fan: &[&Arrow]) {
        let Some((first, rest)) = fan.split_first() else { return };
        let rest: Vec<String> = rest.iter().map(|arrow| self.label(arrow.to)).collect();
        let steps = [format!("{}, {}", self.arrow(first), rest.join(", "))];
        self.row(self.label(first.from), "", &steps);
    }

    fn star(&mut self, stars: &mut [Star<'a>], leaving: &BTreeMap<usize, Vec<usize>>, index: usize) {
        stars[index].drawn = true;
        let mut tail = vec![self.arrow(stars[index].from[0])];
        let mut at = stars[index].to;
        // On with the chain, as long as it does not fork and is not drawn yet.
        while let Some([next]) = leaving.get(&at).map(Vec::as_slice) {
            if stars[*next].drawn || stars[*next].from.len() > 1 {
                break;
            }
            stars[*next].drawn = true;
            tail.push(self.arrow(stars[*next].from[0]));
            at = stars[*next].to;
        }
        let mut from = stars[index].from.clone();
        from.sort_by_key(|arrow| self.kind(arrow.from) == Some(NodeKind::Crowd));
        let name = |arrow: &&Arrow| match self.kind(arrow.from) {
            Some(NodeKind::Crowd) => format!("and {}", self.label(arrow.from)),
            _ => self.label(arrow.from),
        };
        let names: Vec<String> = from.iter().map(name).collect();
        self.crowd(&names, &tail);
    }

    fn crowd(&mut self, names: &[String], tail: &[String]) {
        if let [name] = names {
            return self.row(name.clone(), "", tail);
        }
        let tail = tail.join(" ");
        let wide = names.iter().map(|name| width(name)).max().unwrap_or(0);
        for (row, name) in names.iter().enumerate() {
            let name = padded(name, wide);
            self.rows.push(match row {
                0 => format!("{name} ─┬{tail}"),
                _ if row + 1 == names.len() => format!("{name} ─┘"),
                _ => format!("{name} ─┤"),
            });
        }
    }
}

/// Arrows of the same kind from one thing to several.
fn fans(picture: &Picture) -> BTreeMap<(usize, &str), Vec<&Arrow>> {
    let is_thing = |node: usize| picture.nodes.get(node).is_some_and(|node| node.kind == NodeKind::Thing);
    let mut fans: BTreeMap<(usize, &str), Vec<&Arrow>> = BTreeMap::new();
    for arrow in picture.arrows.iter().filter(|arrow| !arrow.in_ring && is_thing(arrow.from)) {
        fans.entry((arrow.from, &arrow.says)).or_default().push(arrow);
    }
    fans.retain(|_, arrows| arrows.len() > 1);
    fans
}

/// Stars by a node from which they leave.
fn leaving(stars: &[Star<'_>]) -> BTreeMap<usize, Vec<usize>> {
    let mut leaving: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, star) in stars.iter().enumerate() {
        for arrow in &star.from {
            leaving.entry(arrow.from).or_default().push(index);
        }
    }
    leaving
}

#[cfg(test)]
mod tests {
    use crate::Report;
    use crate::answer::Picture;
    use crate::sample;

    fn rows(report: &Report) -> Vec<String> {
        super::rows(&Picture::of(report, report.findings.first()), 98)
    }

    #[test]
    fn a_task_that_waits_for_itself_and_its_victim() {
        assert_eq!(
            rows(&sample::self_deadlock()),
            [
                "kworker/1:2 (4790) ──waits: ww-mutex──▶ ffff880035acf1e0 ──held by──▶ itself",
                "rmmod (31969) ──waits: workqueue-flush──▶ events ──held by (assumed)──▶ kworker/1:2 (4790)",
            ]
        );
    }

    #[test]
    fn a_ring_with_a_crowd_behind_it() {
        assert_eq!(
            rows(&sample::ring_with_crowd(39)),
            [
                "┌─▶ a (1) ──waits: mutex──▶ m2 ──held by──▶ b (2)",
                "└── b (2) ──waits: mutex──▶ m1 ──held by──▶ a (1)",
                "w0 (100)    ─┬──waits: mutex──▶ m1",
                "w1 (101)    ─┤",
                "w2 (102)    ─┤",
                "and 36 more ─┘",
            ]
        );
    }

    #[test]
    fn long_rings_and_long_drawings_are_shortened() {
        let drawn = rows(&sample::ring(30));
        assert!(drawn.len() <= super::ROWS, "{drawn:#?}");
        assert!(drawn.iter().any(|row| row.contains("… 18 more")), "{drawn:#?}");
        assert!(drawn.last().is_some_and(|row| row.starts_with("└── t29 ")), "{drawn:#?}");
        assert_eq!(rows(&sample::empty()), Vec::<String>::new());
    }

    #[test]
    fn labels_shrink_where_there_is_no_room() {
        let mut report = sample::ring_with_crowd(0);
        report.contents.wait_graph.nodes[0].label = "a-very-long-name-of-a-task-that-nobody-can-remember (1)".into();
        let picture = Picture::of(&report, None);
        assert!(super::rows(&picture, 70).iter().all(|row| row.chars().count() <= 70));
    }
}
