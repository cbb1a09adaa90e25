//! What one text says, in its own terms: the output of the dialects.
//!
//! Nothing here is united: the same task may be sighted many times. `reason` makes one [`Case`](crate::Case) of the
//! readings of a ticket.

use crate::{Frame, Name, ObjectKey, SessionId, SourceId, Span, TaskKeys, Value};
use schemars::JsonSchema;
use serde::Serialize;

/// Which vocabulary reads the functions of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum System {
    /// Linux kernel.
    Linux,
    /// C and C++ user space.
    User,
    /// Solaris and illumos kernel.
    Illumos,
    /// FreeBSD kernel.
    Freebsd,
    /// Go runtime.
    Go,
    /// Java virtual machines.
    Java,
    /// Python interpreters.
    Python,
    /// Windows, programs and kernel.
    Windows,
}

impl System {
    /// All systems, in the order of their declaration.
    pub const ALL: [System; 8] = [
        System::Linux,
        System::User,
        System::Illumos,
        System::Freebsd,
        System::Go,
        System::Java,
        System::Python,
        System::Windows,
    ];

    /// The name used in rules, vocabularies and reports.
    pub fn name(self) -> &'static str {
        match self {
            System::Linux => "linux",
            System::User => "user",
            System::Illumos => "illumos",
            System::Freebsd => "freebsd",
            System::Go => "go",
            System::Java => "java",
            System::Python => "python",
            System::Windows => "windows",
        }
    }
}

/// How a claim is known. From the first fact to the last word of the report these are three different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Known {
    /// It may be so: a lock's address on a stack, a holder by exclusion.
    Assumed,
    /// It follows from knowledge about the functions: a hidden wait known by its caller, a reader owner.
    Inferred,
    /// The text says so.
    Observed,
}

/// In which mode a lock is wanted or held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Shared.
    Read,
    /// Exclusive.
    Write,
}

/// State of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskState {
    /// On a CPU or ready to run (R, RU, ONPROC, RUNNABLE).
    Running,
    /// Interruptible sleep (S, IN, SLEEP, WAITING).
    Sleeping,
    /// Uninterruptible sleep (D, UN, BLOCKED).
    Blocked,
    /// Stopped or traced (T, t).
    Stopped,
    /// Ended and not reaped (Z).
    Zombie,
    /// An idle kernel thread (I, ID).
    Idle,
    /// Not started.
    New,
}

/// Everything that one text says.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The document.
    pub source: SourceId,
    /// Dialects met, by name, in the order of the text, without repetition.
    pub dialects: Vec<&'static str>,
    /// Which lines each dialect understood.
    pub extents: Vec<Extent>,
    /// Tasks named, in the order of the text.
    pub tasks: Vec<TaskSighting>,
    /// Processes named.
    pub processes: Vec<ProcessSighting>,
    /// Stacks, in the order of the text; each has at least one frame.
    pub stacks: Vec<StackSighting>,
    /// Lock structures and lock lines.
    pub locks: Vec<LockSighting>,
    /// Rows of the declared relations.
    pub facts: Vec<Fact>,
    /// Outputs that are complete listings of something.
    pub listings: Vec<Listing>,
    /// What was mended, in the order of the text.
    pub mends: Vec<Mend>,
    /// Lines that look like a trace and were not understood.
    pub unclear: Vec<Unclear>,
    /// Other remarks for the report.
    pub notes: Vec<Note>,
    /// Lines that some dialect understood.
    pub lines_understood: u32,
    /// Lines of the document.
    pub lines: u32,
}

/// Lines that one dialect understood.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// The dialect, by name.
    pub dialect: &'static str,
    /// The lines.
    pub span: Span,
}

/// What one place of the text says of one task.
#[derive(Clone, Debug, Default)]
pub struct TaskSighting {
    /// What identifies it.
    pub keys: TaskKeys,
    /// Its name (comm, thread name) as printed, without decoration such as brackets.
    pub name: Option<Name>,
    /// The system it belongs to, where the form tells it.
    pub system: Option<System>,
    /// Its state.
    pub state: Option<TaskState>,
    /// The CPU it runs on or ran on last.
    pub cpu: Option<u32>,
    /// Whether it is a kernel thread.
    pub kernel: Option<bool>,
    /// Seconds for which it has waited at least.
    pub waited: Option<f64>,
    /// The function that created it (Go).
    pub created_by: Option<Name>,
    /// Where this stands.
    pub span: Span,
}

/// What one place of the text says of one process.
#[derive(Clone, Debug, Default)]
pub struct ProcessSighting {
    /// Process id (thread-group id).
    pub pid: u32,
    /// Its name.
    pub name: Option<Name>,
    /// Process id of its parent.
    pub parent: Option<u32>,
    /// Number of its threads, where the text tells it (`Threads:`, `#threads`).
    pub threads: Option<u32>,
    /// Process that traces it; `Some(0)` where the text says that nobody does.
    pub tracer: Option<u32>,
    /// Ids of its leader in its pid namespaces, outermost first.
    pub namespace_pids: Vec<u32>,
    /// Where this stands.
    pub span: Span,
}

/// A register printed with a stack.
#[derive(Clone, Debug)]
pub struct Register {
    /// Its name in lower case: `rdi`, `orig_rax`.
    pub name: Name,
    /// Its value.
    pub value: u64,
    /// Where it stands.
    pub span: Span,
}

/// How a stack was taken, and for how many it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum StackKind {
    /// The calls in which one task is.
    #[default]
    Backtrace,
    /// The calls in which that many tasks are, of which the text names one (`COUNT` of mdb's and sdb's `stacks`).
    Shared(u64),
    /// Every return address that lies on a stack, stale ones included (`bt -t` of crash): no calls in which a task is.
    Scan,
    /// What a profiler saw, with its count: samples, calls, or microseconds off the CPU. It says where time goes and
    /// not in what a task is stuck.
    Profile(u64),
}

impl StackKind {
    /// Whether the frames are the calls in which a task is. Waits, holds, rests and rules look at no others.
    pub fn is_backtrace(self) -> bool {
        matches!(self, StackKind::Backtrace | StackKind::Shared(_))
    }

    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            StackKind::Backtrace | StackKind::Shared(_) => "backtrace",
            StackKind::Scan => "scan",
            StackKind::Profile(_) => "profile",
        }
    }

    /// Tasks, samples, calls or microseconds for which it stands.
    pub fn count(self) -> u64 {
        match self {
            StackKind::Backtrace | StackKind::Scan => 1,
            StackKind::Shared(count) | StackKind::Profile(count) => count,
        }
    }
}

/// One stack as printed.
#[derive(Clone, Debug)]
pub struct StackSighting {
    /// Whose it is.
    pub task: TaskKeys,
    /// Name by which the vocabulary speaks of the form: `proc-stack`, `crash`, `mdb`, `gdb`, `go`, …
    pub dialect: &'static str,
    /// Which vocabulary reads it.
    pub system: System,
    /// How it was taken.
    pub kind: StackKind,
    /// Frames from the innermost outward; at least one.
    pub frames: Vec<Frame>,
    /// Registers printed with it (the user registers at a system call, an exception frame).
    pub registers: Vec<Register>,
    /// From its header to its last frame.
    pub span: Span,
    /// Whether frames are missing: the text was cut or elided inside it.
    pub cut: bool,
    /// The task was running when the stack was taken.
    pub running: bool,
    /// Seconds on the clock of the text (printk time), to order sightings of one task.
    pub time: Option<f64>,
}

impl StackSighting {
    /// The calls in which a task is that sleeps, as far as the text tells: a backtrace, whole, without registers and
    /// time.
    pub fn new(task: TaskKeys, dialect: &'static str, system: System, frames: Vec<Frame>, span: Span) -> Self {
        StackSighting {
            task,
            dialect,
            system,
            kind: StackKind::Backtrace,
            frames,
            registers: Vec::new(),
            span,
            cut: false,
            running: false,
            time: None,
        }
    }
}

/// Where a hold is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HoldSource {
    /// An owner field.
    Owner,
    /// A listing of held locks.
    Listing,
    /// A frame that holds something while it is live.
    Frame,
    /// An address on the stack.
    StackWord,
    /// Nobody else is left.
    Exclusion,
}

/// Somebody who holds a lock, as printed.
#[derive(Clone, Debug)]
pub struct LockHolder {
    /// The holder.
    pub task: TaskKeys,
    /// How it is held; `None` where the text does not tell.
    pub mode: Option<Mode>,
    /// How it is known: an owner field is observed, a reader owner or a semaphore's last holder inferred.
    pub known: Known,
    /// Where it is read from.
    pub from: HoldSource,
    /// The lines that say so.
    pub span: Span,
}

/// Somebody in the queue of a lock, as printed.
#[derive(Clone, Debug)]
pub struct LockWaiting {
    /// The waiter.
    pub task: TaskKeys,
    /// How it wants the lock.
    pub mode: Option<Mode>,
    /// The lines that say so.
    pub span: Span,
}

/// A lock structure or a line about a lock.
#[derive(Clone, Debug)]
pub struct LockSighting {
    /// What identifies it.
    pub object: ObjectKey,
    /// Wait kind of the vocabulary that fits it: `mutex`, `rwlock`, `ww-mutex`, `semaphore`, `completion`, …
    pub kind: Option<Name>,
    /// Size of the structure in bytes where the text tells it, 0 where not: an address inside it is this lock.
    pub size: u64,
    /// Who holds it.
    pub holders: Vec<LockHolder>,
    /// Who queues for it.
    pub waiters: Vec<LockWaiting>,
    /// Number of readers that hold it without a name.
    pub anonymous_readers: Option<u32>,
    /// A writer waits, as a flag of the lock says.
    pub write_wanted: Option<bool>,
    /// Whether the lock is free, where that is told.
    pub free: Option<bool>,
    /// Where it stands.
    pub span: Span,
}

/// A row of a declared relation (see [`relations`](mod@crate::relations)).
#[derive(Clone, Debug)]
pub struct Fact {
    /// Name of the relation.
    pub relation: &'static str,
    /// Values by field name; a field that the text does not tell is left out.
    pub fields: Vec<(&'static str, Value)>,
    /// Where it stands.
    pub span: Span,
}

/// What a listing lists.
#[derive(Clone, Debug, PartialEq)]
pub enum ListingOf {
    /// All tasks of the machine, with stacks where `Listing::stacks` says so.
    Tasks,
    /// All tasks in uninterruptible sleep, with stacks.
    BlockedTasks,
    /// All processes of the machine, threads not listed (`ps aux`): names and states only.
    Processes,
    /// All threads of one process.
    ThreadsOf(u32),
    /// All threads of the process of a session whose id is unknown; all goroutines or threads of a dump.
    ThreadsOfSession(SessionId),
    /// All rows of a relation.
    Relation(&'static str),
    /// All rows of a relation about one task.
    RelationOfTask(&'static str, TaskKeys),
    /// All rows of a relation about one CPU.
    RelationOfCpu(&'static str, u32),
}

/// An output that lists something completely: only such a text can say that something is not there.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// What it lists.
    pub of: ListingOf,
    /// Whether each task comes with its stack (`thread apply all bt`), or by name only (`info threads`, `ps -eLf`).
    pub stacks: bool,
    /// Where it stands.
    pub span: Span,
}

/// Sorts of damage that are mended while reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MendKind {
    /// A `+` before an offset was lost.
    LostPlus,
    /// `<` and `>` around an address were lost.
    LostAngle,
    /// Two records stood on one line.
    GluedRows,
    /// One record stood on several lines.
    WrappedLine,
    /// Prose was glued to the end of a record.
    GluedProse,
    /// HTML entities.
    Entities,
    /// Typographic quotes, full-width punctuation, odd blanks.
    Typography,
    /// Words that a machine translated.
    Translated,
    /// Blanks inside a token.
    InnerBlank,
    /// Mail, ticket or comment marks before each line.
    Quoting,
    /// Terminal escapes and overstrikes.
    Terminal,
    /// Every line twice.
    Doubled,
    /// Several lines in one string, with their ends written out (`\n`).
    Escaped,
}

impl MendKind {
    /// What was done, so many times, for that count in front: `1 row glued to another`, `26 lost "+"`.
    pub fn words(self, count: usize) -> &'static str {
        let (one, many) = match self {
            MendKind::LostPlus => ("lost \"+\"", "lost \"+\""),
            MendKind::LostAngle => ("lost \"<>\"", "lost \"<>\""),
            MendKind::GluedRows => ("row glued to another", "rows glued together"),
            MendKind::WrappedLine => ("wrapped line", "wrapped lines"),
            MendKind::GluedProse => ("line with prose glued on", "lines with prose glued on"),
            MendKind::Entities => ("HTML entity", "HTML entities"),
            MendKind::Typography => ("typographic character", "typographic characters"),
            MendKind::Translated => ("translated word", "translated words"),
            MendKind::InnerBlank => ("blank inside a word", "blanks inside a word"),
            MendKind::Quoting => ("quoting mark", "quoting marks"),
            MendKind::Terminal => ("terminal code", "terminal codes"),
            MendKind::Doubled => ("doubled line", "doubled lines"),
            MendKind::Escaped => ("trace written as one string", "traces written as one string"),
        };
        if count == 1 { one } else { many }
    }
}

/// One mended line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mend {
    /// What was mended.
    pub kind: MendKind,
    /// Where.
    pub span: Span,
}

/// A line that looks like part of a trace and was not understood.
#[derive(Clone, Debug)]
pub struct Unclear {
    /// Where.
    pub span: Span,
    /// What is unclear about it, in a few words.
    pub why: &'static str,
}

/// A remark for the report.
#[derive(Clone, Debug)]
pub struct Note {
    /// Where, if it is about a place.
    pub span: Option<Span>,
    /// The remark, a full sentence.
    pub text: String,
}
