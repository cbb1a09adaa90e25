//! Complete listings of a case: only where there is one can something be known not to be there.

use stacklore_model::{Case, ListingOf, ProcessId, SessionId, SourceId, Span, StackId, System, TaskId, TaskKeys};
use std::collections::{BTreeMap, HashMap};

/// How complete a listing of tasks is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Full {
    /// With the stack of each task.
    pub(crate) stacks: bool,
    /// Where it stands.
    pub(crate) span: Span,
}

/// The complete listings of a case, by what they list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listings {
    /// All tasks of the machine.
    pub(crate) tasks: Option<Full>,
    /// All tasks in uninterruptible sleep.
    pub(crate) blocked: Vec<Span>,
    /// All processes.
    pub(crate) processes: Option<Full>,
    threads: BTreeMap<u32, Full>,
    sessions: BTreeMap<(SourceId, SessionId), Full>,
    process_sessions: HashMap<ProcessId, Vec<(SourceId, SessionId)>>,
    system_sessions: BTreeMap<System, Vec<(SourceId, SessionId)>>,
    relations: BTreeMap<&'static str, Span>,
    of_task: Vec<(&'static str, TaskKeys, Span)>,
    of_cpu: BTreeMap<(&'static str, u32), Span>,
}

impl Listings {
    /// The listings of a case.
    pub(crate) fn new(case: &Case) -> Self {
        let mut listings = Listings::default();
        for (source, listing) in &case.listings {
            let full = Full { stacks: listing.stacks, span: listing.span };
            match &listing.of {
                ListingOf::Tasks => better(&mut listings.tasks, full),
                ListingOf::BlockedTasks => listings.blocked.push(listing.span),
                ListingOf::Processes => better(&mut listings.processes, full),
                ListingOf::ThreadsOf(pid) => keep(&mut listings.threads, *pid, full),
                ListingOf::ThreadsOfSession(session) => keep(&mut listings.sessions, (*source, *session), full),
                ListingOf::Relation(relation) => _ = listings.relations.entry(relation).or_insert(listing.span),
                ListingOf::RelationOfTask(relation, keys) => {
                    listings.of_task.push((relation, keys.clone(), listing.span));
                }
                ListingOf::RelationOfCpu(relation, cpu) => {
                    listings.of_cpu.entry((relation, *cpu)).or_insert(listing.span);
                }
            }
        }
        listings.place_sessions(case);
        listings
    }

    /// Which sessions show which process and which system.
    fn place_sessions(&mut self, case: &Case) {
        for stack in &case.stacks {
            let place = (stack.span.source, stack.session);
            let of_system = self.system_sessions.entry(stack.system).or_default();
            if of_system.last() != Some(&place) && !of_system.contains(&place) {
                of_system.push(place);
            }
            if let Some(process) = case.task(stack.task).process {
                let of_process = self.process_sessions.entry(process).or_default();
                if of_process.last() != Some(&place) && !of_process.contains(&place) {
                    of_process.push(place);
                }
            }
        }
    }

    /// A listing of all threads of a process.
    pub(crate) fn of_process(&self, case: &Case, process: ProcessId, stacks: bool) -> Option<Span> {
        let fits = |full: &&Full| full.stacks || !stacks;
        let by_pid = case.process(process).pid.and_then(|pid| self.threads.get(&pid)).filter(fits);
        let by_session = || {
            let places = self.process_sessions.get(&process)?;
            places.iter().filter_map(|place| self.sessions.get(place)).find(fits)
        };
        by_pid.or_else(by_session).or_else(|| self.tasks.as_ref().filter(fits)).map(|full| full.span)
    }

    /// Listings of every session that shows that system; `None` where one of them is not complete.
    pub(crate) fn of_system(&self, system: System, stacks: bool) -> Option<Span> {
        let places = self.system_sessions.get(&system)?;
        let mut spans = places.iter().map(|place| {
            let full = self.sessions.get(place)?;
            (full.stacks || !stacks).then_some(full.span)
        });
        let first = spans.next()??;
        spans.all(|span| span.is_some()).then_some(first)
    }

    /// A listing of all tasks.
    pub(crate) fn of_all(&self, stacks: bool) -> Option<Span> {
        self.tasks.as_ref().filter(|full| full.stacks || !stacks).map(|full| full.span)
    }

    /// A listing of all rows of a relation.
    pub(crate) fn of_relation(&self, relation: &str) -> Option<Span> {
        self.relations.get(relation).copied()
    }

    /// A listing of all rows of a relation about one task.
    pub(crate) fn of_task(&self, case: &Case, relation: &str, task: TaskId) -> Option<Span> {
        let task = case.task(task);
        let same = |keys: &TaskKeys| {
            (keys.tid.is_some() && keys.tid == task.tid)
                || (keys.address.is_some() && keys.address == task.address)
                || (keys.tid.is_none() && keys.number.is_some() && keys.number == task.number)
        };
        self.of_task.iter().find(|(of, keys, _)| *of == relation && same(keys)).map(|(_, _, span)| *span)
    }

    /// A listing of all rows of a relation about one CPU.
    pub(crate) fn of_cpu(&self, relation: &str, cpu: f64) -> Option<Span> {
        self.of_cpu.iter().find(|((of, number), _)| *of == relation && f64::from(*number) == cpu).map(|(_, span)| *span)
    }

    /// Whether a stack or sighting of a task stands in a listing of blocked tasks.
    pub(crate) fn is_among_blocked(&self, case: &Case, task: TaskId) -> bool {
        let task = case.task(task);
        let inside = |span: &Span| {
            self.blocked.iter().any(|of| of.source == span.source && span.first >= of.first && span.last <= of.last)
        };
        task.sightings.iter().any(inside) || task.stacks.iter().any(|stack: &StackId| inside(&case.stack(*stack).span))
    }
}

/// Keeps the listing that tells more.
fn better(slot: &mut Option<Full>, full: Full) {
    if slot.is_none_or(|old| full.stacks && !old.stacks) {
        *slot = Some(full);
    }
}

/// Keeps the listing of that key that tells more.
fn keep<K: Ord>(map: &mut BTreeMap<K, Full>, key: K, full: Full) {
    let mut slot = map.get(&key).copied();
    better(&mut slot, full);
    if let Some(full) = slot {
        map.insert(key, full);
    }
}
