//! What was read: sources, stacks, tasks, locks, facts, and what was mended or stayed unclear.

use super::{FormView, GraphView, GroupView, RoleView};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use stacklore_model::{HoldSource, Known, MendKind, Mode, Name, Reliability};
use std::collections::BTreeMap;

/// Everything that was read of a case.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Contents {
    /// The texts, in the order in which they were given.
    pub sources: Vec<SourceView>,
    /// How much of each there is.
    pub counts: Counts,
    /// The wait kinds that occur, in words.
    pub kinds: BTreeMap<String, KindView>,
    /// Who waits for whom.
    pub wait_graph: GraphView,
    /// Stacks that wait for the same thing in the same place.
    pub groups: Vec<GroupView>,
    /// Stacks in the order of the texts.
    pub stacks: Vec<StackView>,
    /// Tasks.
    pub tasks: Vec<TaskView>,
    /// Processes.
    pub processes: Vec<ProcessView>,
    /// Locks and other objects.
    pub locks: Vec<LockView>,
    /// Rows of the declared relations.
    pub facts: Vec<FactView>,
    /// What was mended.
    pub mends: Vec<MendView>,
    /// Lines that look like a trace and were not understood.
    pub unclear: Vec<UnclearView>,
    /// Limits that were hit and similar remarks, full sentences.
    pub notes: Vec<String>,
}

/// A wait kind in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KindView {
    /// What reports call it after `waits:`.
    pub label: String,
    /// Whether such a lock can be held by several readers at once.
    pub shared: bool,
}

/// One text.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct SourceView {
    /// Its label.
    pub name: String,
    /// Lines.
    pub lines: u32,
    /// Bytes before decoding.
    pub bytes: u64,
    /// Encoding in lower case.
    pub encoding: String,
    /// Lines that some dialect understood.
    pub lines_understood: u32,
    /// Dialects met, in the order of the text.
    pub dialects: Vec<String>,
    /// Lines that each dialect understood.
    pub extents: Vec<ExtentView>,
    /// What each dialect gave.
    pub forms: Vec<FormView>,
}

/// Lines that one dialect understood.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct ExtentView {
    /// The dialect.
    pub dialect: String,
    /// First line.
    pub first_line: u32,
    /// Last line.
    pub last_line: u32,
}

/// How much there is.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
pub struct Counts {
    /// Stacks.
    pub stacks: usize,
    /// Tasks.
    pub tasks: usize,
    /// Locks and other objects.
    pub locks: usize,
    /// Facts.
    pub facts: usize,
    /// Lines that some dialect understood.
    pub lines_understood: u64,
    /// Lines that look like a trace and were not understood.
    pub lines_unclear: usize,
    /// Mended places.
    pub mends: usize,
}

/// A stack.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct StackView {
    /// Its number, from 0.
    pub id: u32,
    /// Number of its task.
    pub task: u32,
    /// Dialect in which it is printed.
    pub dialect: String,
    /// System whose vocabulary reads it.
    pub system: &'static str,
    /// How it was taken: `backtrace`; `scan` for every return address that lies on a stack; `profile` for what a
    /// profiler saw. Only a backtrace shows a wait.
    #[schemars(extend("enum" = ["backtrace", "scan", "profile"]))]
    pub kind: &'static str,
    /// Tasks that have this stack, or what the profiler counted.
    pub count: u64,
    /// Number of the text.
    pub source: u32,
    /// First line.
    pub first_line: u32,
    /// Last line.
    pub last_line: u32,
    /// Further places where the same stack of the same task stands.
    pub again: usize,
    /// What it waits for; `None` where nothing is known.
    pub wait: Option<WaitView>,
    /// It is a normal rest.
    pub idle: bool,
    /// Frames are missing: the text was cut off inside it.
    pub cut: bool,
    /// Frames from the innermost outward.
    pub frames: Vec<FrameView>,
}

/// What a stack waits for.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct WaitView {
    /// Kind of the vocabulary; `on-cpu` for a task that runs.
    pub kind: String,
    /// Number of the lock or object, where it can be told.
    pub object: Option<u32>,
    /// How a lock is wanted.
    pub mode: Option<Mode>,
    /// How the wait is known.
    pub known: Known,
}

/// A frame.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct FrameView {
    /// Function name as printed.
    #[schemars(with = "String")]
    pub symbol: Name,
    /// Offset into the function in bytes.
    pub offset: Option<u64>,
    /// Size of the function in bytes.
    pub size: Option<u64>,
    /// Kernel module, library or package.
    #[schemars(with = "Option<String>")]
    pub module: Option<Name>,
    /// Program counter.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_hex")]
    #[schemars(with = "Option<String>")]
    pub address: Option<u64>,
    /// `file:line` as printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub location: Option<Name>,
    /// How far it can be trusted.
    pub reliability: Reliability,
    /// Its line.
    pub line: u32,
}

/// An address in hexadecimal digits.
fn as_hex<S: Serializer>(address: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    match address {
        Some(address) => serializer.collect_str(&format_args!("{address:x}")),
        None => serializer.serialize_none(),
    }
}

/// A task.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct TaskView {
    /// Its number, from 0.
    pub id: u32,
    /// Name, of its process where it has none of its own.
    pub name: Option<String>,
    /// Process id.
    pub pid: Option<u32>,
    /// Thread id.
    pub tid: Option<u32>,
    /// Debugger's number or goroutine id.
    pub number: Option<u64>,
    /// Kernel task or thread structure.
    pub address: Option<String>,
    /// `pthread_t`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pthread: Option<String>,
    /// State, as one letter of `ps`.
    pub state: Option<&'static str>,
    /// CPU.
    pub cpu: Option<u32>,
    /// Seconds for which it has waited at least.
    pub waited: Option<f64>,
    /// Number of its process.
    pub process: Option<u32>,
    /// What reports for people call it.
    #[serde(skip)]
    pub label: String,
}

/// A process.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct ProcessView {
    /// Its number, from 0.
    pub id: u32,
    /// Process id.
    pub pid: Option<u32>,
    /// Name.
    pub name: Option<String>,
    /// Number of its threads, where that is told.
    pub threads: Option<u32>,
}

/// A lock or other object.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct LockView {
    /// Its number, from 0.
    pub id: u32,
    /// Wait kind that fits it.
    pub kind: Option<String>,
    /// Address.
    pub address: Option<String>,
    /// Symbol.
    pub name: Option<String>,
    /// Who holds it.
    pub holders: Vec<HolderView>,
    /// Who queues for it, as printed, or waits for it by its stack.
    pub waiters: Vec<WaiterView>,
    /// Number of the text in which it is printed; `None` where only frames name it.
    pub source: Option<u32>,
    /// Line where it is printed.
    pub line: Option<u32>,
}

/// A holder of a lock.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct HolderView {
    /// Number of the task.
    pub task: u32,
    /// How it is held.
    pub mode: Option<Mode>,
    /// How that is known.
    pub known: Known,
    /// Where it is read from.
    pub from: HoldSource,
}

/// A waiter for a lock.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct WaiterView {
    /// Number of the task.
    pub task: u32,
    /// How it wants the lock.
    pub mode: Option<Mode>,
}

/// A row of a relation.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct FactView {
    /// The relation.
    pub relation: &'static str,
    /// Its values. A task is an object with everything that identifies it, a lock its address or name, a process its id.
    #[schemars(with = "BTreeMap<String, Field>")]
    pub fields: Map<String, Value>,
    /// Number of the text.
    pub source: u32,
    /// Its line.
    pub line: u32,
}

/// A value of a fact.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only describes the values of FactView")]
enum Field {
    /// A task.
    Task(Box<RoleView>),
    /// A word of the text; the address or name of a lock.
    Text(String),
    /// A number; the id of a process.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// What the text does not name.
    Nothing(()),
}

/// A mended place.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
pub struct MendView {
    /// What was mended.
    pub kind: MendKind,
    /// Number of the text.
    pub source: u32,
    /// First line.
    pub line: u32,
    /// Last line.
    pub last_line: u32,
}

/// A line that was not understood.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct UnclearView {
    /// Number of the text.
    pub source: u32,
    /// Its line.
    pub line: u32,
    /// The line itself.
    pub text: String,
    /// What is unclear about it.
    pub why: &'static str,
}
