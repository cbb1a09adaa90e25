//! A small drawing of who waits for whom: the ring, if there is one, then who waits for something in it, and chains.

use crate::Report;
use crate::view::{EdgeView, FindingView, GraphView, shorten};
use stacklore_model::{Known, Mode};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Rows of a drawing at most.
const ROWS: usize = 8;
/// Waiters for one thing that are named.
const NAMED: usize = 3;
/// Characters of a label.
const LABEL: usize = 48;
/// Nodes that are looked at: what is further away from the finding says little about it.
const NODES: usize = 500;

/// The drawing for a finding, or for the first ring of the graph; empty where nobody waits for anybody.
pub(super) fn rows(report: &Report, finding: Option<&FindingView>) -> Vec<String> {
    let graph = &report.contents.wait_graph;
    let mut drawing = Drawing::new(graph, finding);
    let ring = ring_of(graph, &drawing.core);
    drawing.ring(&ring);
    drawing.take_in_victims();
    drawing.stars();
    drawing.finish()
}

/// The ring that one of these nodes is part of.
fn ring_of(graph: &GraphView, core: &BTreeSet<u32>) -> Vec<u32> {
    let touches = |ring: &&Vec<u32>| core.is_empty() || ring.iter().any(|node| core.contains(node));
    graph.cycles.iter().find(touches).cloned().unwrap_or_default()
}

/// Everybody who has the same arrow to the same node.
struct Star<'a> {
    to: u32,
    from: Vec<&'a EdgeView>,
    drawn: bool,
}

struct Drawing<'a> {
    graph: &'a GraphView,
    edges: Vec<&'a EdgeView>,
    core: BTreeSet<u32>,
    in_ring: BTreeSet<(u32, u32)>,
    rows: Vec<String>,
}

impl<'a> Drawing<'a> {
    fn new(graph: &'a GraphView, finding: Option<&'a FindingView>) -> Self {
        let own = finding.map_or(&[][..], |finding| &finding.edges);
        let edges: Vec<&EdgeView> = distinct(graph.edges.iter().chain(own));
        let core = finding.map(|finding| reachable(graph, &edges, finding)).unwrap_or_default();
        Drawing { graph, edges, core, in_ring: BTreeSet::new(), rows: Vec::new() }
    }

    fn label(&self, node: u32) -> String {
        self.graph.nodes.get(node as usize).map_or_else(|| "?".into(), |node| shorten(&node.label, LABEL))
    }

    fn is_task(&self, node: u32) -> bool {
        self.graph.nodes.get(node as usize).is_some_and(|node| node.kind == "task")
    }

    /// `──waits: mutex write──▶ ffff…`: the kind is not said twice.
    fn arrow(&self, edge: &EdgeView) -> String {
        let label = self.label(edge.to);
        let kind = edge.wait.as_deref().unwrap_or_default();
        let short = label.strip_prefix(kind).and_then(|rest| rest.strip_prefix(' ')).unwrap_or(&label);
        format!("──{}──▶ {short}", phrase(edge))
    }

    /// The ring: each row is a task, what it waits for, and who holds that.
    fn ring(&mut self, ring: &[u32]) {
        self.core.extend(ring);
        self.in_ring.extend((0..ring.len()).map(|at| (ring[at], ring[(at + 1) % ring.len()])));
        let tasks: Vec<usize> = (0..ring.len()).filter(|at| self.is_task(ring[*at])).collect();
        for (row, start) in tasks.iter().enumerate() {
            let end = tasks.get(row + 1).map_or(ring.len() + tasks[0], |next| *next);
            let rail = match row {
                _ if tasks.len() == 1 => "",
                0 => "┌─▶ ",
                _ if row + 1 == tasks.len() => "└── ",
                _ => "│   ",
            };
            let steps: Vec<String> =
                (*start..end).map(|at| self.step(ring[at % ring.len()], ring[(at + 1) % ring.len()])).collect();
            let task = self.label(ring[*start]);
            let mut steps = steps.join(" ");
            if let (1, Some(before)) = (tasks.len(), steps.strip_suffix(&task)) {
                steps = format!("{before}itself");
            }
            self.rows.push(format!("{rail}{task} {steps}"));
        }
        shorten_ring(&mut self.rows);
    }

    fn step(&self, from: u32, to: u32) -> String {
        match self.edges.iter().find(|edge| edge.from == from && edge.to == to) {
            Some(edge) => self.arrow(edge),
            None => format!("──▶ {}", self.label(to)),
        }
    }

    /// What the tasks that matter hold, where somebody waits for it: so that the victims are seen.
    fn take_in_victims(&mut self) {
        let awaited: BTreeSet<u32> = self.edges.iter().map(|edge| edge.to).collect();
        let waiting = |node: u32| self.is_task(node) || awaited.contains(&node);
        self.edges = self.edges.iter().copied().filter(|edge| waiting(edge.from)).collect();
        let held: Vec<u32> = (self.edges.iter())
            .filter(|edge| self.core.contains(&edge.to) && !self.is_task(edge.from))
            .map(|edge| edge.from)
            .collect();
        self.core.extend(held);
    }

    /// Everybody else who waits for a node that matters, the largest crowd first.
    fn stars(&mut self) {
        let mut stars: Vec<Star<'a>> = Vec::new();
        let mut known: BTreeMap<(u32, String), usize> = BTreeMap::new();
        for edge in &self.edges {
            if self.in_ring.contains(&(edge.from, edge.to)) || !self.core.contains(&edge.to) {
                continue;
            }
            let index = *known.entry((edge.to, phrase(edge))).or_insert(stars.len());
            if index == stars.len() {
                stars.push(Star { to: edge.to, from: Vec::new(), drawn: false });
            }
            stars[index].from.push(edge);
        }
        let awaited: BTreeSet<u32> = stars.iter().map(|star| star.to).collect();
        // Chains are drawn from their beginning: a star whose waiters are awaited by others continues a row.
        let begins = |star: &Star<'_>| star.from.iter().any(|edge| !awaited.contains(&edge.from));
        let mut order: Vec<usize> = (0..stars.len()).collect();
        order.sort_by_key(|index| (!begins(&stars[*index]), std::cmp::Reverse(stars[*index].from.len())));
        let leaving = leaving(&stars);
        for index in order {
            if !stars[index].drawn {
                self.star(&mut stars, &leaving, index);
            }
        }
    }

    fn star(&mut self, stars: &mut [Star<'a>], leaving: &BTreeMap<u32, Vec<usize>>, index: usize) {
        stars[index].drawn = true;
        let mut tail = self.arrow(stars[index].from[0]);
        let mut at = stars[index].to;
        // On with the chain, as long as it does not fork and is not drawn yet.
        while let Some([next]) = leaving.get(&at).map(Vec::as_slice) {
            if stars[*next].drawn || stars[*next].from.len() > 1 {
                break;
            }
            stars[*next].drawn = true;
            tail.push(' ');
            tail.push_str(&self.arrow(stars[*next].from[0]));
            at = stars[*next].to;
        }
        let mut names: Vec<String> = stars[index].from.iter().take(NAMED).map(|edge| self.label(edge.from)).collect();
        match stars[index].from.len() - names.len() {
            0 => {}
            more => names.push(format!("and {more} more")),
        }
        self.crowd(&names, &tail);
    }

    fn crowd(&mut self, names: &[String], tail: &str) {
        if let [name] = names {
            self.rows.push(format!("{name} {tail}"));
            return;
        }
        let wide = names.iter().map(|name| super::page::width(name)).max().unwrap_or(0);
        for (row, name) in names.iter().enumerate() {
            let name = super::page::padded(name, wide);
            self.rows.push(match row {
                0 => format!("{name} ─┬{tail}"),
                _ if row + 1 == names.len() => format!("{name} ─┘"),
                _ => format!("{name} ─┤"),
            });
        }
    }

    fn finish(mut self) -> Vec<String> {
        if self.rows.len() > ROWS {
            let more = self.rows.len() - ROWS + 1;
            self.rows.truncate(ROWS - 1);
            self.rows.push(format!("… and {more} more rows"));
        }
        self.rows
    }
}

/// What an edge says, with its doubt.
fn phrase(edge: &EdgeView) -> String {
    let mode = match edge.mode {
        Some(Mode::Read) => " read",
        Some(Mode::Write) => " write",
        None => "",
    };
    let doubt = if edge.known == Known::Assumed { " (assumed)" } else { "" };
    match (edge.kind, edge.wait.as_deref()) {
        ("waits", Some(wait)) => format!("waits: {wait}{mode}{doubt}"),
        ("waits", None) => format!("waits{doubt}"),
        ("held-by", _) if edge.mode == Some(Mode::Read) => format!("held for reading by{doubt}"),
        ("held-by", _) => format!("held by{doubt}"),
        _ => format!("needs{doubt}"),
    }
}

/// A rule may say again what the graph already has.
fn distinct<'a>(edges: impl Iterator<Item = &'a EdgeView>) -> Vec<&'a EdgeView> {
    let mut seen = BTreeSet::new();
    edges.filter(|edge| seen.insert((edge.from, edge.to))).collect()
}

/// Nodes that the tasks of a finding wait for, over any number of steps, and these tasks themselves.
fn reachable(graph: &GraphView, edges: &[&EdgeView], finding: &FindingView) -> BTreeSet<u32> {
    let mut out: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for edge in edges {
        out.entry(edge.from).or_default().push(edge.to);
    }
    let tasks: BTreeSet<u32> = finding.tasks.iter().copied().collect();
    let roles = graph.nodes.iter().filter(|node| node.kind == "task" && tasks.contains(&node.index));
    let mut core: BTreeSet<u32> = roles.map(|node| node.id).collect();
    let mut open: VecDeque<u32> = core.iter().copied().collect();
    while let Some(node) = open.pop_front() {
        for to in out.get(&node).into_iter().flatten() {
            if core.len() < NODES && core.insert(*to) {
                open.push_back(*to);
            }
        }
    }
    core
}

/// Stars by a node from which they leave.
fn leaving(stars: &[Star<'_>]) -> BTreeMap<u32, Vec<usize>> {
    let mut leaving: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (index, star) in stars.iter().enumerate() {
        for edge in &star.from {
            leaving.entry(edge.from).or_default().push(index);
        }
    }
    leaving
}

/// A long ring keeps its beginning and its end.
fn shorten_ring(rows: &mut Vec<String>) {
    if rows.len() > ROWS - 2 {
        let more = rows.len() - (ROWS - 3);
        rows.splice(ROWS - 4..ROWS - 4 + more, [format!("│   … and {more} more")]);
    }
}

#[cfg(test)]
mod tests {
    use super::rows;
    use crate::text::sample;

    #[test]
    fn a_task_that_waits_for_itself_and_its_victim() {
        let report = sample::self_deadlock();
        assert_eq!(
            rows(&report, report.findings.first()),
            [
                "kworker/1:2 (4790) ──waits: ww-mutex──▶ ffff880035acf1e0 ──held by──▶ itself",
                "rmmod (31969) ──waits: workqueue-flush──▶ events ──held by (assumed)──▶ kworker/1:2 (4790)",
            ]
        );
    }

    #[test]
    fn a_ring_with_a_crowd_behind_it() {
        let report = sample::ring_with_crowd(39);
        assert_eq!(
            rows(&report, None),
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
        let report = sample::ring(30);
        let drawn = rows(&report, None);
        assert!(drawn.len() <= super::ROWS, "{drawn:#?}");
        assert!(drawn.iter().any(|row| row.contains("and 25 more")), "{drawn:#?}");
        assert!(drawn.last().is_some_and(|row| row.starts_with("└── t29 ")), "{drawn:#?}");
        assert_eq!(rows(&sample::empty(), None), Vec::<String>::new());
    }
}
