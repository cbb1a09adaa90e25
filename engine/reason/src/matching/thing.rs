//! The values that rules compare: rows of tables, objects, kinds and plain values, and what a field tells.

use crate::analysis::KindId;
use stacklore_model::{FactId, Known, Name, ObjectId, ProcessId, TaskId};
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// A row of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum RowId {
    /// A task.
    Task(TaskId),
    /// A process.
    Process(ProcessId),
    /// Somebody who holds something, by index in the matcher's list.
    Hold(u32),
    /// A cycle, by index in the analysis.
    Cycle(u32),
    /// A raw line, by index in the matcher's list.
    Line(u32),
    /// A fact.
    Fact(FactId),
}

/// Whatever a variable may stand for and a field may have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Thing {
    /// A row.
    Row(RowId),
    /// A lock or another object.
    Object(ObjectId),
    /// A wait kind.
    Kind(KindId),
    /// Text.
    Text(Word),
    /// A number, a size in bytes, a time in seconds.
    Number(Number),
    /// Yes or no.
    Flag(bool),
}

impl Thing {
    /// A text.
    pub(crate) fn text(text: &str) -> Self {
        Thing::Text(Word::new(text.into()))
    }

    /// A shared text.
    pub(crate) fn name(name: &Name) -> Self {
        Thing::Text(Word::new(name.clone()))
    }

    /// A number.
    pub(crate) fn number(number: impl Into<f64>) -> Self {
        Thing::Number(Number(number.into()))
    }

    /// A task.
    pub(crate) fn task(task: TaskId) -> Self {
        Thing::Row(RowId::Task(task))
    }

    /// A process.
    pub(crate) fn process(process: ProcessId) -> Self {
        Thing::Row(RowId::Process(process))
    }

    /// The row, where it is one.
    pub(crate) fn row(&self) -> Option<RowId> {
        match self {
            Thing::Row(row) => Some(*row),
            _ => None,
        }
    }

    /// The task, where it is one.
    pub(crate) fn as_task(&self) -> Option<TaskId> {
        match self {
            Thing::Row(RowId::Task(task)) => Some(*task),
            _ => None,
        }
    }

    /// Whether two of them must be different when they have different names: plain values may be equal.
    pub(crate) fn is_distinct(&self) -> bool {
        matches!(self, Thing::Row(_) | Thing::Object(_))
    }
}

/// Text that is compared without regard to case.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    text: Name,
    folded: Name,
}

impl Word {
    /// From text as printed.
    pub(crate) fn new(text: Name) -> Self {
        let folded = if text.chars().any(char::is_uppercase) { text.to_lowercase().into() } else { text.clone() };
        Word { text, folded }
    }

    /// The text as printed.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Word {
    fn eq(&self, other: &Self) -> bool {
        self.folded == other.folded
    }
}

impl Eq for Word {}

impl PartialOrd for Word {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Word {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded.cmp(&other.folded)
    }
}

impl Hash for Word {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded.hash(state);
    }
}

/// A number that can be a key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number(pub(crate) f64);

impl Number {
    fn bits(self) -> u64 {
        // Zero and minus zero are one number.
        if self.0 == 0.0 { 0 } else { self.0.to_bits() }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.bits() == other.bits()
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.bits() == other.bits() { Ordering::Equal } else { self.0.total_cmp(&other.0) }
    }
}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bits().hash(state);
    }
}

/// What the case tells of a field.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    /// Nothing.
    Unknown,
    /// That it is empty.
    Empty,
    /// A wait of a kind of which the text cannot tell what it is for.
    Untyped(KindId, Known),
    /// One value, and how it is known.
    One(Thing, Known),
    /// Several values, each of which counts (the names of a task).
    Many(Vec<Thing>, Known),
    /// Several values, all of which must fit (the kinds of a ring).
    Every(Vec<Thing>, Known),
}

impl Cell {
    /// A value that the text says.
    pub(crate) fn seen(thing: Thing) -> Self {
        Cell::One(thing, Known::Observed)
    }

    /// A value that may be untold.
    pub(crate) fn told(thing: Option<Thing>) -> Self {
        thing.map_or(Cell::Unknown, Cell::seen)
    }

    /// The values.
    pub(crate) fn values(&self) -> &[Thing] {
        match self {
            Cell::One(thing, _) => std::slice::from_ref(thing),
            Cell::Many(things, _) | Cell::Every(things, _) => things,
            Cell::Unknown | Cell::Empty | Cell::Untyped(..) => &[],
        }
    }

    /// How it is known; what is empty or unknown rests on nothing weak.
    pub(crate) fn known(&self) -> Known {
        match self {
            Cell::One(_, known) | Cell::Many(_, known) | Cell::Every(_, known) | Cell::Untyped(_, known) => *known,
            Cell::Unknown | Cell::Empty => Known::Observed,
        }
    }
}

/// Whether something is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    /// It is known not to be.
    No,
    /// The text does not tell.
    Unknown,
    /// It is.
    Yes,
}

impl Truth {
    /// Yes or no.
    pub(crate) fn of(yes: bool) -> Self {
        if yes { Truth::Yes } else { Truth::No }
    }

    /// The opposite; unknown stays unknown.
    pub(crate) fn opposite(self) -> Self {
        match self {
            Truth::No => Truth::Yes,
            Truth::Unknown => Truth::Unknown,
            Truth::Yes => Truth::No,
        }
    }
}
