//! Who waits for whom: the wait-for graph, its cycles and its chains.
//!
//! [`build`] makes edges of the waits and holds of an [`Analysis`]. Strongly connected parts are the only cycles; every
//! chain of waits outside them ends in a [`Root`]. All of it is linear in the waits and holds.

mod chains;
mod edges;
mod kinds;
mod links;
mod rings;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub(crate) use chains::next_tasks;
pub(crate) use edges::{blocking_wait, collect, graph_of};
pub(crate) use kinds::Kinds;
pub(crate) use links::{Link, Links, Place, task_of};
pub(crate) use rings::{Parts, cycles};

use crate::analysis::{Analysis, KindId};
use crate::vocabulary::Vocabulary;
use stacklore_model::{FactId, Known, Mode, ObjectId, ProcessId, Span, TaskId};

/// A node of the wait-for graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// A task.
    Task(TaskId),
    /// A lock or other object.
    Object(ObjectId),
    /// A process, waited for as a whole.
    Process(ProcessId),
    /// A row of a relation, a full socket for example.
    Fact(FactId),
}

/// What an edge says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    /// A task waits for an object, a task or a process.
    Waits,
    /// An object is held by a task, or served by it: it must act.
    HeldBy,
    /// A rule says that one waits for the other.
    Rule,
}

/// An edge: `from` cannot go on before `to` acts.
#[derive(Clone, Debug)]
pub struct Edge {
    /// Who waits (or the object that is held).
    pub from: Node,
    /// Who must act.
    pub to: Node,
    /// What it says.
    pub kind: EdgeKind,
    /// Wait kind, where it is a wait.
    pub wait: Option<KindId>,
    /// Mode of the wait or hold.
    pub mode: Option<Mode>,
    /// How it is known.
    pub known: Known,
    /// The lines that say so.
    pub span: Span,
}

/// The wait-for graph.
#[derive(Clone, Debug, Default)]
pub struct WaitGraph {
    /// Nodes that have an edge, in the order in which they were first met.
    pub nodes: Vec<Node>,
    /// Edges in the order of the text.
    pub edges: Vec<Edge>,
}

/// One step of a ring: a task waits for an object that the next task holds.
#[derive(Clone, Debug)]
pub struct Step {
    /// Who waits.
    pub task: TaskId,
    /// How.
    pub mode: Option<Mode>,
    /// Wait kind.
    pub kind: KindId,
    /// For what; `None` where the wait names the holder directly (a joined thread). See [`Cycle::is_queue_step`] for a
    /// reader that waits for a writer ahead of it.
    pub object: Option<ObjectId>,
    /// Who holds it.
    pub holder: TaskId,
    /// How the holder holds it.
    pub held_mode: Option<Mode>,
    /// The weaker of wait and hold.
    pub known: Known,
    /// The lines of the wait and of the hold.
    pub spans: Vec<Span>,
}

/// A strongly connected part of the graph, shown by a shortest ring in it.
#[derive(Clone, Debug)]
pub struct Cycle {
    /// The ring.
    pub steps: Vec<Step>,
    /// All tasks of the part, those of the ring first.
    pub tasks: Vec<TaskId>,
    /// The weakest step of the ring.
    pub known: Known,
    /// A read hold is in the ring.
    pub readers: bool,
}

/// What a chain of waits ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// A cycle, by index in [`Analysis::cycles`](crate::analysis::Analysis::cycles).
    Cycle(usize),
    /// A task that runs.
    Running(TaskId),
    /// A task that rests.
    Idle(TaskId),
    /// A task that waits for something whose owner is not known.
    Waits(TaskId),
    /// A task of which nothing but its name is in the text.
    Outside(TaskId),
}

/// The chain of waits that begins at one task.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The task that waits.
    pub from: TaskId,
    /// Tasks on the way, `from` first, the root (or the first task of the cycle) last. Of a chain of more than 64 tasks
    /// the middle is left out, so that long chains cost no more than short ones.
    pub tasks: Vec<TaskId>,
    /// What it ends in.
    pub root: Root,
    /// The weakest edge on the way.
    pub known: Known,
}

impl Cycle {
    /// Whether step `index` of the ring is a place in a queue: a reader waits for a writer that does not have the lock
    /// but waits for it too, ahead of the reader.
    pub fn is_queue_step(&self, index: usize) -> bool {
        let Some(step) = self.steps.get(index) else { return false };
        let Some(after) = self.steps.get((index + 1) % self.steps.len()) else { return false };
        let ahead = step.task != step.holder && step.mode == Some(Mode::Read) && after.mode == Some(Mode::Write);
        ahead && step.object.is_some() && step.object == after.object && step.held_mode.is_none()
    }
}

/// Fills the graph, the cycles and the chains of an analysis from its waits and holds.
pub fn build(analysis: &mut Analysis, vocabulary: &Vocabulary) {
    build_with(analysis, &Kinds::of(vocabulary));
}

/// [`build`] with the kinds at hand.
pub(crate) fn build_with(analysis: &mut Analysis, kinds: &Kinds) {
    let (graph, links) = collect(analysis, kinds);
    let parts = Parts::of(&links, |_, _| true);
    let found = cycles(&links, &parts, |task| analysis.wait(task).map(|wait| wait.kind));
    let mut cycle_of = vec![None; links.tasks()];
    for (index, cycle) in found.iter().enumerate() {
        for task in &cycle.tasks {
            cycle_of[task.0 as usize] = Some(index);
        }
    }
    let next = next_tasks(&links, &parts, analysis, kinds);
    analysis.chains = chains::chains(analysis, kinds, &parts, &next, &cycle_of);
    analysis.graph = graph;
    analysis.cycles = found;
}
