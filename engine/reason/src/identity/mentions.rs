//! Every place that names a task, in the order of the texts.

use stacklore_model::{ListingOf, Name, Reading, SourceId, Span, System, TaskKeys, Value};

/// Smallest address that can be one: the first page is never mapped.
pub(crate) const FIRST_ADDRESS: u64 = 0x1000;

/// What sort of place it is: index of the reading, then of the item in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A task sighting.
    Task(usize, usize),
    /// The header of a stack.
    Stack(usize, usize),
    /// A holder or waiter of a lock.
    Lock,
    /// A field of a fact, or what a listing is about.
    Fact,
}

/// One place that names a task.
#[derive(Clone, Debug)]
pub(super) struct Mention {
    /// What it says.
    pub(super) keys: TaskKeys,
    /// Name printed there.
    pub(super) name: Option<Name>,
    /// System, where the form tells it.
    pub(super) system: Option<System>,
    /// Where.
    pub(super) span: Span,
    /// What sort of place.
    pub(super) origin: Origin,
}

impl Mention {
    /// The document.
    pub(super) fn source(&self) -> SourceId {
        self.span.source
    }

    /// Thread id. Every CPU has an idle task 0: that number identifies nobody.
    pub(super) fn tid(&self) -> Option<u32> {
        self.keys.tid.filter(|tid| *tid != 0)
    }

    /// Process id, which is never 0.
    pub(super) fn pid(&self) -> Option<u32> {
        self.keys.pid.filter(|pid| *pid != 0)
    }

    /// Kernel address of the task.
    pub(super) fn address(&self) -> Option<u64> {
        self.keys.address.filter(|address| *address >= FIRST_ADDRESS)
    }

    /// `pthread_t`.
    pub(super) fn pthread(&self) -> Option<u64> {
        self.keys.pthread.filter(|pthread| *pthread != 0)
    }

    /// Whether a number identifies it.
    pub(super) fn has_number(&self) -> bool {
        self.tid().is_some() || self.address().is_some() || self.pthread().is_some() || self.keys.number.is_some()
    }

    /// Whether it says nothing at all, not even that it is an idle task.
    pub(super) fn is_blank(&self) -> bool {
        !self.is_identified() && self.keys.tid.is_none() && self.name.is_none()
    }

    /// Whether anything identifies it.
    pub(super) fn is_identified(&self) -> bool {
        self.has_number() || self.keys.unique_name.is_some()
    }
}

/// All mentions of a ticket, in the order of the texts, and the way back to them from the items of a reading.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    /// In the order of the texts.
    pub(super) all: Vec<Mention>,
    /// Index in `all` of the mention that was collected as the n-th.
    collected: Vec<usize>,
}

impl Mentions {
    /// Collects reading by reading: tasks, stacks, holders and waiters of each lock, task fields of each fact, listings.
    pub(super) fn collect(readings: &[Reading]) -> Self {
        let mut found = Vec::new();
        for (index, reading) in readings.iter().enumerate() {
            collect_reading(index, reading, &mut found);
        }
        let mut order: Vec<usize> = (0..found.len()).collect();
        order.sort_by_key(|&at| (found[at].span.source, found[at].span.first));
        let mut collected = vec![0; found.len()];
        for (position, &at) in order.iter().enumerate() {
            collected[at] = position;
        }
        let mut slots: Vec<Option<Mention>> = found.into_iter().map(Some).collect();
        let all = order.into_iter().filter_map(|at| slots[at].take()).collect();
        Mentions { all, collected }
    }

    /// Indices in `all`, in the order of collection: whoever walks the readings in that order takes one for each task
    /// that he meets.
    pub(super) fn walk(&self) -> impl Iterator<Item = usize> + '_ {
        self.collected.iter().copied()
    }
}

fn collect_reading(index: usize, reading: &Reading, found: &mut Vec<Mention>) {
    let named = |keys: &TaskKeys, span: Span, origin| Mention {
        keys: keys.clone(),
        name: None,
        system: None,
        span: Span { source: reading.source, ..span },
        origin,
    };
    for (at, task) in reading.tasks.iter().enumerate() {
        let mention = named(&task.keys, task.span, Origin::Task(index, at));
        found.push(Mention { name: task.name.clone(), system: task.system, ..mention });
    }
    for (at, stack) in reading.stacks.iter().enumerate() {
        let mention = named(&stack.task, stack.span, Origin::Stack(index, at));
        found.push(Mention { system: Some(stack.system), ..mention });
    }
    for lock in &reading.locks {
        found.extend(lock.holders.iter().map(|holder| named(&holder.task, holder.span, Origin::Lock)));
        found.extend(lock.waiters.iter().map(|waiter| named(&waiter.task, waiter.span, Origin::Lock)));
    }
    for fact in &reading.facts {
        for (_, value) in &fact.fields {
            if let Value::Task(keys) = value {
                found.push(named(keys, fact.span, Origin::Fact));
            }
        }
    }
    for listing in &reading.listings {
        if let ListingOf::RelationOfTask(_, keys) = &listing.of {
            found.push(named(keys, listing.span, Origin::Fact));
        }
    }
}
