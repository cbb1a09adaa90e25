//! All texts of one ticket, united: the same task, process or object seen by several tools is one thing here.

use crate::{
    Extent, Frame, HoldSource, Known, Listing, Mend, Mode, Name, Note, Register, SessionId, SourceId, Span, StackKind,
    System, TaskState, Unclear,
};
use std::sync::Arc;

/// Index of a task in [`Case::tasks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub u32);

/// Index of a process in [`Case::processes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessId(pub u32);

/// Index of a stack in [`Case::stacks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StackId(pub u32);

/// Index of an object in [`Case::objects`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub u32);

/// Index of a fact in [`Case::facts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactId(pub u32);

/// One text of the case.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its label.
    pub name: String,
    /// Encoding it was decoded from.
    pub encoding: String,
    /// Size in bytes before decoding.
    pub bytes: u64,
    /// The decoded text, for quotes; the one of the document, which may be large and is not copied.
    pub text: Arc<String>,
    /// Number of lines.
    pub lines: u32,
    /// Lines that some dialect understood.
    pub lines_understood: u32,
    /// Dialects met, in the order of the text.
    pub dialects: Vec<&'static str>,
    /// Which lines each dialect understood.
    pub extents: Vec<Extent>,
}

/// A task: a thread, a kernel thread, a goroutine.
#[derive(Clone, Debug, Default)]
pub struct Task {
    /// Name first met (kernel workers change theirs).
    pub name: Option<Name>,
    /// Every other name met.
    pub other_names: Vec<Name>,
    /// Thread id.
    pub tid: Option<u32>,
    /// Its process.
    pub process: Option<ProcessId>,
    /// Kernel task or thread structure.
    pub address: Option<u64>,
    /// `pthread_t`.
    pub pthread: Option<u64>,
    /// Debugger's number or goroutine id.
    pub number: Option<u64>,
    /// System of its innermost-known stack (a Linux process seen by gdb and by `/proc` has both; this is the first met).
    pub system: Option<System>,
    /// State, by the latest sighting that tells one.
    pub state: Option<TaskState>,
    /// CPU.
    pub cpu: Option<u32>,
    /// Kernel thread or not.
    pub kernel: Option<bool>,
    /// Longest waiting time told, in seconds.
    pub waited: Option<f64>,
    /// Function that created it.
    pub created_by: Option<Name>,
    /// Places that mention it, in the order of the text; empty for a task that only an owner field or a fact names.
    pub sightings: Vec<Span>,
    /// Where its name, its state and its waiting time stand, for quotes.
    pub name_span: Option<Span>,
    /// Line of its state.
    pub state_span: Option<Span>,
    /// Line of its waiting time.
    pub waited_span: Option<Span>,
    /// Its stacks in the order of the text.
    pub stacks: Vec<StackId>,
}

/// A process (thread group).
#[derive(Clone, Debug, Default)]
pub struct Process {
    /// Process id, where known.
    pub pid: Option<u32>,
    /// Name: its own where told, else its leader's.
    pub name: Option<Name>,
    /// Parent.
    pub parent: Option<ProcessId>,
    /// Its tasks.
    pub tasks: Vec<TaskId>,
    /// Number of threads where the text tells it or a complete listing shows it.
    pub threads: Option<u32>,
    /// Ids in its pid namespaces, outermost first; empty where unknown.
    pub namespace_pids: Vec<u32>,
    /// Who traces it; `Some(None)` where the text says nobody does.
    pub tracer: Option<Option<ProcessId>>,
    /// Where it is told.
    pub spans: Vec<Span>,
}

/// A stack of a case. The same stack of the same task printed again is one entry with several sightings.
#[derive(Clone, Debug)]
pub struct CaseStack {
    /// Whose it is.
    pub task: TaskId,
    /// Dialect.
    pub dialect: &'static str,
    /// Vocabulary that reads it.
    pub system: System,
    /// Debugger session or dump it stands in: user addresses mean something only within one, or within its process.
    pub session: SessionId,
    /// How it was taken.
    pub kind: StackKind,
    /// Frames from the innermost outward.
    pub frames: Vec<Frame>,
    /// Registers printed with it.
    pub registers: Vec<Register>,
    /// First sighting, from its header to its last frame.
    pub span: Span,
    /// Later sightings of the unchanged stack.
    pub again: Vec<Span>,
    /// Frames are missing.
    pub cut: bool,
    /// The task was running.
    pub running: bool,
    /// Clock of the text, seconds.
    pub time: Option<f64>,
}

/// One place at which a stack stands.
#[derive(Clone, Copy, Debug)]
pub struct StackSeen {
    /// The stack.
    pub stack: StackId,
    /// From its header to its last frame.
    pub span: Span,
    /// Debugger session or dump that printed it there.
    pub session: SessionId,
    /// The task was running.
    pub running: bool,
    /// Clock of the text, seconds.
    pub time: Option<f64>,
}

/// Somebody who holds a lock.
#[derive(Clone, Debug)]
pub struct LockHold {
    /// The holder.
    pub task: TaskId,
    /// How it is held.
    pub mode: Option<Mode>,
    /// How that is known.
    pub known: Known,
    /// Where it is read from.
    pub from: HoldSource,
    /// The lines that say so.
    pub span: Span,
}

/// Somebody in the queue of a lock.
#[derive(Clone, Debug)]
pub struct LockWaiter {
    /// The waiter.
    pub task: TaskId,
    /// How it wants the lock.
    pub mode: Option<Mode>,
    /// The lines that say so.
    pub span: Span,
}

/// An object that tasks wait for or hold: a lock, a condition, a socket.
#[derive(Clone, Debug, Default)]
pub struct Lock {
    /// Wait kind that fits it.
    pub kind: Option<Name>,
    /// Symbol of a static object.
    pub name: Option<Name>,
    /// Address.
    pub address: Option<u64>,
    /// Size of the structure in bytes, 0 where unknown.
    pub size: u64,
    /// Process in which the address means something; `None` for kernel objects and unknown processes.
    pub process: Option<ProcessId>,
    /// Who holds it, as the texts print it.
    pub holders: Vec<LockHold>,
    /// Who queues for it, as the texts print it.
    pub waiters: Vec<LockWaiter>,
    /// Readers without a name.
    pub anonymous_readers: Option<u32>,
    /// A writer waits.
    pub write_wanted: Option<bool>,
    /// It is free.
    pub free: Option<bool>,
    /// Where its structure is printed.
    pub spans: Vec<Span>,
}

/// A value of a fact, united.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    /// A task.
    Task(TaskId),
    /// A process.
    Process(ProcessId),
    /// An object.
    Object(ObjectId),
    /// Text.
    Text(Name),
    /// Number, bytes or seconds.
    Number(f64),
    /// Yes or no.
    Flag(bool),
}

/// A fact of the case.
#[derive(Clone, Debug)]
pub struct FactRow {
    /// Name of the relation.
    pub relation: &'static str,
    /// Values by field name.
    pub fields: Vec<(&'static str, Row)>,
    /// Where it stands.
    pub span: Span,
}

impl FactRow {
    /// The value of a field, where the text tells it.
    pub fn get(&self, name: &str) -> Option<&Row> {
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }
}

/// All texts of one ticket, united.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// The texts.
    pub sources: Vec<Source>,
    /// Tasks in the order in which they were first met.
    pub tasks: Vec<Task>,
    /// Processes.
    pub processes: Vec<Process>,
    /// Stacks in the order of the texts.
    pub stacks: Vec<CaseStack>,
    /// Every place at which one of these stacks stands, in the order of the texts.
    pub seen: Vec<StackSeen>,
    /// Objects that the texts print. Objects that only an argument of a frame names are added by `reason`.
    pub objects: Vec<Lock>,
    /// Facts in the order of the texts.
    pub facts: Vec<FactRow>,
    /// Complete listings, as printed, with the document they stand in.
    pub listings: Vec<(SourceId, Listing)>,
    /// What each of `listings`, by index, is about: the task of a `RelationOfTask`, the process of a `ThreadsOf` or
    /// `ThreadsOfSession`; `None` where it is about the machine or the process is unknown.
    pub listing_about: Vec<Option<Row>>,
    /// What was mended.
    pub mends: Vec<Mend>,
    /// What stayed unclear.
    pub unclear: Vec<Unclear>,
    /// Remarks.
    pub notes: Vec<Note>,
}

impl Case {
    /// The task of that id.
    pub fn task(&self, id: TaskId) -> &Task {
        &self.tasks[id.0 as usize]
    }

    /// The process of that id.
    pub fn process(&self, id: ProcessId) -> &Process {
        &self.processes[id.0 as usize]
    }

    /// The stack of that id.
    pub fn stack(&self, id: StackId) -> &CaseStack {
        &self.stacks[id.0 as usize]
    }

    /// The object of that id.
    pub fn object(&self, id: ObjectId) -> &Lock {
        &self.objects[id.0 as usize]
    }

    /// The fact of that id.
    pub fn fact(&self, id: FactId) -> &FactRow {
        &self.facts[id.0 as usize]
    }

    /// The lines of a span, without line ends.
    pub fn lines(&self, span: Span) -> impl Iterator<Item = (u32, &str)> {
        let text = self.sources.get(span.source.0 as usize).map_or("", |source| &source.text);
        (1..)
            .zip(text.split('\n'))
            .skip(span.first.saturating_sub(1) as usize)
            .take_while(move |(n, _)| *n <= span.last)
    }
}
