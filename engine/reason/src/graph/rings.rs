//! Cycles: strongly connected parts of the graph, each shown by one ring.
//!
//! The ring shown is one whose weakest link is as strong as possible, then a shortest one, then the first in the text.
//! Looking for a shortest ring through every task would be quadratic in a large part, so that search has a budget; the
//! ring through the first task is always found.

use super::links::{Link, Links, Place, task_of};
use super::{Cycle, Step};
use crate::analysis::KindId;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;
use stacklore_model::{Known, Mode, TaskId};
use std::collections::VecDeque;

/// Links that the search for a shorter ring may follow in one part, for each link of the part.
const BUDGET_PER_LINK: usize = 16;
/// Links that it may follow in any case.
const BUDGET: usize = 4096;

/// Which strongly connected part each place is in, by number; parts are numbered from 0.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    /// The part of each place.
    pub(crate) of: Vec<usize>,
    /// Whether a part has a cycle, by part.
    pub(crate) cyclic: Vec<bool>,
}

impl Parts {
    /// The parts of a graph, of those links alone that are to be used.
    pub(crate) fn of(links: &Links, used: impl Fn(usize, &Link) -> bool) -> Self {
        let mut graph = DiGraph::<(), ()>::with_capacity(links.len(), links.len());
        let nodes: Vec<_> = (0..links.len()).map(|_| graph.add_node(())).collect();
        let mut own = vec![false; links.len()];
        for from in 0..links.len() {
            for link in links.from(from).iter().filter(|link| used(from, link)) {
                graph.add_edge(nodes[from], nodes[link.to], ());
                own[from] |= link.to == from;
            }
        }
        let mut parts = Parts { of: vec![0; links.len()], cyclic: Vec::new() };
        for members in kosaraju_scc(&graph) {
            let part = parts.cyclic.len();
            parts.cyclic.push(members.len() > 1 || members.iter().any(|node| own[node.index()]));
            for node in members {
                parts.of[node.index()] = part;
            }
        }
        parts
    }

    /// Whether a place is in a part with a cycle.
    pub(crate) fn in_cycle(&self, place: usize) -> bool {
        self.of.get(place).is_some_and(|part| self.cyclic[*part])
    }

    fn inside(&self, from: usize, link: &Link) -> bool {
        self.of[from] == self.of[link.to] && self.cyclic[self.of[from]]
    }
}

/// A ring: from each place of it the link that leads to the next.
type Ring = Vec<(usize, Link)>;

/// The cycles of a graph, in the order of their first tasks. `kind_of` is the wait kind of a task, for steps that only
/// a rule tells; a ring with a step of no kind is not told.
pub(crate) fn cycles(links: &Links, parts: &Parts, kind_of: impl Fn(TaskId) -> Option<KindId>) -> Vec<Cycle> {
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); parts.cyclic.len()];
    for task in (0..links.tasks()).filter(|task| parts.in_cycle(*task)) {
        members[parts.of[task]].push(task);
    }
    members.retain(|tasks| !tasks.is_empty());
    members.sort();
    let mut rings: Vec<Option<Ring>> = vec![None; members.len()];
    for least in [Known::Observed, Known::Inferred, Known::Assumed] {
        if rings.iter().all(Option::is_some) {
            break;
        }
        let sure = Parts::of(links, |from, link| link.known >= least && parts.inside(from, link));
        let mut search = Search::new(links, &sure, least);
        for (tasks, ring) in members.iter().zip(&mut rings) {
            if ring.is_none() {
                *ring = search.ring(tasks);
            }
        }
    }
    let told = members.iter().zip(rings);
    told.filter_map(|(tasks, ring)| cycle(links, tasks, &ring?, &kind_of)).collect()
}

/// Looks for short rings. The marks are shared by all searches, so that one costs only what it visits.
struct Search<'a> {
    links: &'a Links,
    parts: &'a Parts,
    least: Known,
    round: u32,
    marks: Vec<Mark>,
}

#[derive(Clone, Copy, Default)]
struct Mark {
    /// Search that was here last.
    round: u32,
    /// Tasks on the way from the start.
    depth: usize,
    /// Place and link by which it came here.
    from: Option<(usize, Link)>,
}

impl<'a> Search<'a> {
    fn new(links: &'a Links, parts: &'a Parts, least: Known) -> Self {
        Search { links, parts, least, round: 0, marks: vec![Mark::default(); links.len()] }
    }

    /// A short ring of these tasks.
    fn ring(&mut self, tasks: &[usize]) -> Option<Ring> {
        let mut best: Option<(usize, Ring)> = None;
        let mut left = usize::MAX;
        for &task in tasks.iter().filter(|task| self.parts.in_cycle(**task)) {
            let longest = best.as_ref().map_or(usize::MAX, |(length, _)| length - 1);
            if left == 0 || longest == 0 {
                break;
            }
            let (found, followed) = self.through(task, longest, left);
            left = if left == usize::MAX { followed * BUDGET_PER_LINK + BUDGET } else { left - followed };
            best = found.or(best);
        }
        best.map(|(_, ring)| ring)
    }

    /// The shortest ring through a task of at most `longest` tasks with its number of tasks, and how many links were followed to find it.
    fn through(&mut self, start: usize, longest: usize, limit: usize) -> (Option<(usize, Ring)>, usize) {
        self.round += 1;
        self.marks[start] = Mark { round: self.round, depth: 1, from: None };
        let mut queue = VecDeque::from([start]);
        let mut followed = 0;
        while let Some(place) = queue.pop_front() {
            let depth = self.marks[place].depth;
            for link in self.links.from(place) {
                if followed == limit {
                    return (None, followed);
                }
                followed += 1;
                if link.known < self.least || !self.parts.inside(place, link) {
                    continue;
                }
                if link.to == start {
                    return (Some((depth, self.way_back(place, *link))), followed);
                }
                let next = depth + usize::from(self.links.is_task(link.to));
                if self.marks[link.to].round == self.round || next > longest {
                    continue;
                }
                self.marks[link.to] = Mark { round: self.round, depth: next, from: Some((place, *link)) };
                // A place that is no task adds nothing to the length: it is looked at before the next task.
                if self.links.is_task(link.to) { queue.push_back(link.to) } else { queue.push_front(link.to) }
            }
        }
        (None, followed)
    }

    fn way_back(&self, last: usize, closing: Link) -> Ring {
        let mut ring = vec![(last, closing)];
        let mut place = last;
        while let Some((from, link)) = self.marks[place].from {
            ring.push((from, link));
            place = from;
        }
        ring.reverse();
        ring
    }
}

/// The cycle of a part of these tasks, shown by that ring.
fn cycle(
    links: &Links,
    tasks: &[usize],
    ring: &[(usize, Link)],
    kind_of: impl Fn(TaskId) -> Option<KindId>,
) -> Option<Cycle> {
    let starts: Vec<usize> = (0..ring.len()).filter(|&index| links.is_task(ring[index].0)).collect();
    let ends = starts.iter().skip(1).copied().chain([ring.len()]);
    let mut steps = Vec::with_capacity(starts.len());
    for (&start, end) in starts.iter().zip(ends) {
        steps.push(step(links, &ring[start..end], &kind_of)?);
    }
    let mut shown = vec![false; tasks.len()];
    for step in &steps {
        if let Ok(index) = tasks.binary_search(&(step.task.0 as usize)) {
            shown[index] = true;
        }
    }
    let others = tasks.iter().zip(shown).filter(|(_, shown)| !shown).map(|(task, _)| task_of(*task));
    Some(Cycle {
        tasks: steps.iter().map(|step| step.task).chain(others).collect(),
        known: steps.iter().map(|step| step.known).min()?,
        readers: steps.iter().any(|step| step.held_mode == Some(Mode::Read)),
        steps,
    })
}

/// The step from a task over places that are no tasks to the next task.
fn step(links: &Links, way: &[(usize, Link)], kind_of: impl Fn(TaskId) -> Option<KindId>) -> Option<Step> {
    let (task, first) = way.first()?;
    let (_, last) = way.last()?;
    let task = task_of(*task);
    let object = way.iter().find_map(|(place, _)| match links.at(*place) {
        Place::Wanted(object, _, _) | Place::Object(object) => Some(object),
        _ => None,
    });
    let mut spans = Vec::new();
    for (_, link) in way {
        if !spans.contains(&link.span) {
            spans.push(link.span);
        }
    }
    Some(Step {
        task,
        mode: first.mode,
        kind: first.kind.or_else(|| kind_of(task))?,
        object,
        holder: task_of(last.to),
        held_mode: if way.len() > 1 { last.mode } else { None },
        known: way.iter().map(|(_, link)| link.known).min()?,
        spans,
    })
}
