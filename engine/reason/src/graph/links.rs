//! The wait-for graph as the searches walk it: places and links, in which a lock that is wanted for reading and the
//! same lock wanted for writing are two places, because different holders keep them waiting.

use crate::analysis::KindId;
use stacklore_model::{FactId, Known, Mode, ObjectId, ProcessId, Span, TaskId};
use std::collections::HashMap;

/// A place of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// A task. Its place has the number of the task.
    Task(TaskId),
    /// An object, as it is wanted: everybody who wants it that way waits for the same holders.
    Wanted(ObjectId, KindId, Option<Mode>),
    /// A process, waited for as a whole.
    Process(ProcessId),
    /// An object, as rules speak of it.
    Object(ObjectId),
    /// A row of a relation.
    Fact(FactId),
}

/// A link from one place to another: the first cannot go on before the second acts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    /// Number of the place it leads to.
    pub(crate) to: usize,
    /// How it is known.
    pub(crate) known: Known,
    /// Wait kind, where it begins a wait.
    pub(crate) kind: Option<KindId>,
    /// Mode of the wait or of the hold.
    pub(crate) mode: Option<Mode>,
    /// The lines that say so.
    pub(crate) span: Span,
}

/// Places and links. Memory and time of every search are linear in them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    places: Vec<Place>,
    out: Vec<Vec<Link>>,
    index: HashMap<Place, usize>,
    tasks: usize,
}

impl Links {
    /// A graph of that many tasks without links.
    pub(crate) fn new(tasks: usize) -> Self {
        let places = (0..tasks).map(|n| Place::Task(TaskId(u32::try_from(n).unwrap_or(u32::MAX)))).collect();
        Links { places, out: vec![Vec::new(); tasks], index: HashMap::new(), tasks }
    }

    /// Number of places.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Number of tasks: the places below it are tasks.
    pub(crate) fn tasks(&self) -> usize {
        self.tasks
    }

    /// Whether that is the place of a task.
    pub(crate) fn is_task(&self, place: usize) -> bool {
        place < self.tasks
    }

    /// The number of a place, made when it is not there yet; `None` for a task that the case does not have.
    pub(crate) fn place(&mut self, place: Place) -> Option<usize> {
        if let Place::Task(task) = place {
            let number = task.0 as usize;
            return (number < self.tasks).then_some(number);
        }
        let next = self.places.len();
        let number = *self.index.entry(place).or_insert(next);
        if number == next {
            self.places.push(place);
            self.out.push(Vec::new());
        }
        Some(number)
    }

    /// Adds a link.
    pub(crate) fn link(&mut self, from: usize, link: Link) {
        self.out[from].push(link);
    }

    /// The place of that number.
    pub(crate) fn at(&self, number: usize) -> Place {
        self.places[number]
    }

    /// The links that leave a place, in the order in which they were added.
    pub(crate) fn from(&self, place: usize) -> &[Link] {
        &self.out[place]
    }
}

/// The task of a place that [`Links::is_task`].
pub(crate) fn task_of(place: usize) -> TaskId {
    TaskId(u32::try_from(place).unwrap_or(u32::MAX))
}
