//! Locks, facts and listings in terms of united tasks, processes and objects.

use super::mentions::Mention;
use super::processes::{Owners, Processes};
use crate::objects::{Description, Objects, Space};
use stacklore_model::{
    Case, Fact, FactRow, ListingOf, LockHold, LockSighting, LockWaiter, ObjectId, ObjectKey, Reading, Row, SourceId,
    Span, TaskId, Value,
};

/// The tasks of the mentions in the order in which these were collected.
pub(super) struct Walk<'a, I> {
    /// Remaining mentions.
    pub(super) order: I,
    /// All mentions.
    pub(super) mentions: &'a [Mention],
    /// Their tasks.
    pub(super) tasks: &'a [Option<TaskId>],
}

impl<I: Iterator<Item = usize>> Walk<'_, I> {
    /// The next mention and its task; the outer `None` is the end.
    fn next(&mut self) -> Option<(Option<TaskId>, &Mention)> {
        let at = self.order.next()?;
        Some((*self.tasks.get(at)?, self.mentions.get(at)?))
    }

    /// Passes over mentions that are no part of locks, facts and listings.
    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.order.next();
        }
    }
}

/// A lock that is still to be entered: its place decides the order, so that the latest sighting counts.
struct Pending {
    source: SourceId,
    lock: LockSighting,
    holders: Vec<LockHold>,
    waiters: Vec<LockWaiter>,
}

/// Adds locks, facts and listings of all readings.
pub(super) fn add<I: Iterator<Item = usize>>(
    readings: &mut [Reading],
    mut walk: Walk<'_, I>,
    owners: &Owners,
    processes: &mut Processes,
    objects: &mut Objects,
    case: &mut Case,
) {
    for reading in readings {
        let source = reading.source;
        walk.skip(reading.tasks.len() + reading.stacks.len());
        let mut locks: Vec<Pending> =
            std::mem::take(&mut reading.locks).into_iter().map(|lock| pending(source, lock, &mut walk)).collect();
        locks.sort_by_key(|pending| pending.lock.span.first);
        for pending in locks {
            add_lock(pending, objects, case);
        }
        let mut facts: Vec<FactRow> = Vec::with_capacity(reading.facts.len());
        for fact in std::mem::take(&mut reading.facts) {
            facts.push(row(source, fact, &mut walk, processes, objects, case));
        }
        facts.sort_by_key(|fact| fact.span.first);
        case.facts.extend(facts);
        for listing in std::mem::take(&mut reading.listings) {
            let about = match &listing.of {
                ListingOf::RelationOfTask(..) => walk.next().and_then(|(task, _)| task).map(Row::Task),
                ListingOf::ThreadsOf(pid) => Some(Row::Process(processes.pid(*pid, case))),
                ListingOf::ThreadsOfSession(session) => {
                    owners.of_session(source, *session).map(|owner| Row::Process(processes.of(owner, case)))
                }
                _ => None,
            };
            case.listings.push((source, listing));
            case.listing_about.push(about);
        }
    }
    let renumbered = objects.compact(case);
    for (_, value) in case.facts.iter_mut().flat_map(|fact| &mut fact.fields) {
        if let Row::Object(id) = value {
            *id = renumbered.get(id.0 as usize).copied().unwrap_or(ObjectId(0));
        }
    }
}

fn pending<I: Iterator<Item = usize>>(source: SourceId, lock: LockSighting, walk: &mut Walk<'_, I>) -> Pending {
    let mut holders = Vec::with_capacity(lock.holders.len());
    for holder in &lock.holders {
        let Some((Some(task), mention)) = walk.next() else { continue };
        let span = mention.span;
        holders.push(LockHold { task, mode: holder.mode, known: holder.known, from: holder.from, span });
    }
    let mut waiters = Vec::with_capacity(lock.waiters.len());
    for waiter in &lock.waiters {
        let Some((Some(task), mention)) = walk.next() else { continue };
        waiters.push(LockWaiter { task, mode: waiter.mode, span: mention.span });
    }
    Pending { source, lock, holders, waiters }
}

fn add_lock(pending: Pending, objects: &mut Objects, case: &mut Case) {
    let Pending { source, lock, holders, waiters } = pending;
    let space = objects.space_of_scope(lock.object.scope, source);
    let id = enter(objects, case, space, &lock.object, lock.kind.as_deref().unwrap_or(""), lock.size);
    let object = &mut case.objects[id.0 as usize];
    object.holders.extend(holders);
    object.waiters.extend(waiters);
    object.anonymous_readers = lock.anonymous_readers.or(object.anonymous_readers);
    object.write_wanted = lock.write_wanted.or(object.write_wanted);
    object.free = lock.free.or(object.free);
    let span = Span { source, ..lock.span };
    if object.spans.last() != Some(&span) {
        object.spans.push(span);
    }
}

fn enter(objects: &mut Objects, case: &mut Case, space: Space, key: &ObjectKey, kind: &str, size: u64) -> ObjectId {
    let symbol = key.symbol.as_deref().map(|symbol| (symbol, key.symbol_offset));
    objects.enter(case, space, Description { address: key.address, symbol, kind, size })
}

fn row<I: Iterator<Item = usize>>(
    source: SourceId,
    fact: Fact,
    walk: &mut Walk<'_, I>,
    processes: &mut Processes,
    objects: &mut Objects,
    case: &mut Case,
) -> FactRow {
    let mut fields = Vec::with_capacity(fact.fields.len());
    for (name, value) in fact.fields {
        let value = match value {
            Value::Task(_) => walk.next().and_then(|(task, _)| task).map(Row::Task),
            Value::Process(pid) => (pid != 0).then(|| Row::Process(processes.pid(pid, case))),
            Value::Object(key) => {
                let identified = key.address.is_some() || key.symbol.is_some();
                let space = objects.space_of_scope(key.scope, source);
                identified.then(|| Row::Object(enter(objects, case, space, &key, "", 0)))
            }
            Value::Text(text) => Some(Row::Text(text)),
            Value::Number(number) => Some(Row::Number(number)),
            Value::Flag(flag) => Some(Row::Flag(flag)),
        };
        fields.extend(value.map(|value| (name, value)));
    }
    FactRow { relation: fact.relation, fields, span: Span { source, ..fact.span } }
}
