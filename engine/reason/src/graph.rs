//! Who waits for whom.

use crate::analysis::KindId;
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
    /// For what; `None` where the wait names the holder directly (a joined thread).
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
    /// Tasks on the way, `from` first, the root last.
    pub tasks: Vec<TaskId>,
    /// What it ends in.
    pub root: Root,
    /// The weakest edge on the way.
    pub known: Known,
}

/// Fills the graph, the cycles and the chains of an analysis.
pub fn build(analysis: &mut crate::analysis::Analysis, vocabulary: &crate::vocabulary::Vocabulary) {
    let _ = (analysis, vocabulary);
}
