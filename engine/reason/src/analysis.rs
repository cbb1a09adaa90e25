//! A case with everything that the vocabulary and the graph say about it: what the rules are matched against.

use crate::graph::{Chain, Cycle, WaitGraph};
use stacklore_model::{Case, HoldSource, Known, Mode, Name, ObjectId, ProcessId, Span, StackId, TaskId};

/// Index of a wait kind in the vocabulary (`kinds.yaml`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindId(pub u16);

/// Stands in [`Wait::stack`] where no stack of the task is printed and only the queue of a lock tells that it waits.
pub const NO_STACK: StackId = StackId(u32::MAX);

/// What a task waits for.
#[derive(Clone, Debug)]
pub struct Wait {
    /// The kind.
    pub kind: KindId,
    /// How a lock is wanted.
    pub mode: Option<Mode>,
    /// What it waits for, where that can be read, and how that is known.
    pub object: Option<(ObjectId, Known)>,
    /// The task whose end it waits for (a joined thread), by identity.
    pub awaited_task: Option<TaskId>,
    /// The process whose end it waits for (a child), by identity.
    pub awaited_process: Option<ProcessId>,
    /// Observed where the waiting function itself (or words) are printed, inferred where only its caller is.
    pub known: Known,
    /// The stack it is read from; [`NO_STACK`] where there is none.
    pub stack: StackId,
    /// Frames of that stack, by index, that carry it: from the innermost to the one that gave the final kind.
    pub frames: (usize, usize),
    /// The lines of these frames.
    pub span: Span,
}

/// A task holds something: a lock, or a resource that it serves.
#[derive(Clone, Debug)]
pub struct Hold {
    /// Who.
    pub task: TaskId,
    /// What, where it can be told.
    pub object: Option<ObjectId>,
    /// Wait kind that it serves (`workqueue-flush` for a worker), where no object can be told or beside it.
    pub kind: Option<KindId>,
    /// How.
    pub mode: Option<Mode>,
    /// How that is known.
    pub known: Known,
    /// Where it is read from.
    pub from: HoldSource,
    /// The lines that say so.
    pub span: Span,
}

/// What a task does, by its latest stacks.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    /// Its wait: the most refined of those of its latest stacks.
    pub wait: Option<Wait>,
    /// It rests: an idle stack of the vocabulary.
    pub idle: bool,
    /// It runs (a running stack, or the state says so and no wait is known).
    pub on_cpu: bool,
    /// Whether any of its latest stacks could be classified (wait, idle or running); `false` with stacks = unknown.
    pub classified: bool,
    /// The latest stack of each dialect, the one with the wait first.
    pub stacks: Vec<StackId>,
    /// Outermost frame that is not plumbing.
    pub entry: Option<Name>,
    /// Module of the innermost frame in a loadable module.
    pub module: Option<Name>,
    /// CPU to which the name binds it.
    pub bound_cpu: Option<u32>,
    /// Pool in which the name puts it.
    pub pool: Option<Name>,
    /// Device that the name tells.
    pub device: Option<Name>,
    /// `Some(true)` where two sightings of one dialect differ, `Some(false)` where two are equal.
    pub moved: Option<bool>,
    /// `Some(false)` where something names the task and a complete listing lacks it.
    pub listed: Option<bool>,
    /// Listing that lacks it, for quotes.
    pub listed_span: Option<Span>,
}

/// A case with everything that the vocabulary and the graph say about it.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// The case; `objects` also holds those that only frames name.
    pub case: Case,
    /// What each task does, by [`TaskId`].
    pub activities: Vec<Activity>,
    /// The wait of each stack by itself, by [`StackId`]: `None` where nothing is known of it.
    pub stack_waits: Vec<Option<Wait>>,
    /// Whether each stack by itself is a normal rest, by [`StackId`].
    pub stack_idle: Vec<bool>,
    /// Who holds what.
    pub holds: Vec<Hold>,
    /// Who waits for whom.
    pub graph: WaitGraph,
    /// Strongly connected parts of the graph.
    pub cycles: Vec<Cycle>,
    /// Chains of waits and what they end in.
    pub chains: Vec<Chain>,
}

impl Analysis {
    /// What a task does.
    pub fn activity(&self, task: TaskId) -> &Activity {
        &self.activities[task.0 as usize]
    }

    /// The wait of a task.
    pub fn wait(&self, task: TaskId) -> Option<&Wait> {
        self.activity(task).wait.as_ref()
    }
}
