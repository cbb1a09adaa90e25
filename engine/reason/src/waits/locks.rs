//! What printed lock structures, held-lock listings and stack words add to the waits of tasks.

use super::LOCKS;
use crate::analysis::{Activity, KindId, NO_STACK, Wait};
use crate::vocabulary::Vocabulary;
use stacklore_model::{Case, FactRow, HoldSource, Known, Lock, LockHold, LockWaiter, ObjectId, Row, Span, TaskId};
use std::collections::{BTreeMap, BTreeSet};

/// Each task in the queue of a printed lock waits for that lock.
pub(crate) fn from_queues(case: &Case, vocabulary: &Vocabulary, activities: &mut [Activity]) {
    // A printed structure tells the lock itself; a line about it may give the address of a part.
    let mut locks: Vec<(ObjectId, &Lock)> = objects(case).filter(|(_, lock)| !lock.waiters.is_empty()).collect();
    locks.sort_by_key(|(_, lock)| lock.size == 0);
    for (id, lock) in locks {
        let kind = kind_of(vocabulary, lock);
        for waiter in &lock.waiters {
            let Some(activity) = activities.get_mut(waiter.task.0 as usize) else { continue };
            match &mut activity.wait {
                Some(wait) if fits(vocabulary, wait.kind, kind) => {
                    if wait.object.is_none_or(|(_, known)| known < Known::Observed) {
                        wait.object = Some((id, Known::Observed));
                    }
                    if wait.object.is_some_and(|(object, _)| object == id) {
                        wait.mode = waiter.mode.or(wait.mode);
                        wait.known = Known::Observed;
                        wait.kind = kind.filter(|kind| is_closer(vocabulary, *kind, wait.kind)).unwrap_or(wait.kind);
                    }
                }
                Some(_) => {}
                None => activity.wait = kind.map(|kind| queued(activity, id, kind, waiter)),
            }
        }
    }
}

/// The wait of a task of which only the queue of the lock tells.
fn queued(activity: &Activity, object: ObjectId, kind: KindId, waiter: &LockWaiter) -> Wait {
    Wait {
        kind,
        mode: waiter.mode,
        object: Some((object, Known::Observed)),
        awaited_task: None,
        awaited_process: None,
        known: Known::Observed,
        stack: activity.stacks.first().copied().unwrap_or(NO_STACK),
        frames: (0, 0),
        span: waiter.span,
    }
}

/// Rows of held-lock listings that are no holds: the kernel lists a lock before it blocks, so that the last row of a
/// task that waits for a lock is that lock. Such a row gives the wait its object. By task: object and line.
pub(crate) fn from_listings(
    case: &Case,
    vocabulary: &Vocabulary,
    activities: &mut [Activity],
) -> BTreeSet<(TaskId, ObjectId, Span2)> {
    let mut rows: BTreeMap<TaskId, Vec<(Span, ObjectId)>> = BTreeMap::new();
    for (id, lock) in objects(case) {
        for holder in lock.holders.iter().filter(|holder| holder.from == HoldSource::Listing) {
            rows.entry(holder.task).or_default().push((holder.span, id));
        }
    }
    let mut waited = BTreeSet::new();
    for (task, mut rows) in rows {
        let wait = activities.get_mut(task.0 as usize).and_then(|activity| activity.wait.as_mut());
        let Some(wait) = wait.filter(|wait| vocabulary.is_kind(wait.kind, LOCKS)) else { continue };
        rows.sort_by_key(|(span, _)| place(*span));
        let Some((_, last)) = rows.last().copied() else { continue };
        let kind = case.objects.get(last.0 as usize).and_then(|lock| kind_of(vocabulary, lock));
        let object = match wait.object {
            Some((object, _)) => object,
            None if fits(vocabulary, wait.kind, kind) => {
                wait.object = Some((last, wait.known));
                last
            }
            None => continue,
        };
        // a listing is printed again with each report; its rows stand on neighbouring lines
        let ends = rows.iter().zip(rows.iter().map(Some).skip(1).chain([None]));
        for ((span, id), next) in ends {
            let ends_here = next.is_none_or(|(next, _)| next.source != span.source || next.first > span.last + 1);
            if ends_here && is_same_lock(case, *id, object) {
                waited.insert((task, *id, place(*span)));
            }
        }
    }
    waited
}

/// Farthest place of the validator's map inside a lock, in bytes: locks with all their debugging are smaller.
const MAP_REACH: u64 = 256;

/// Whether a row of a listing is about this lock. A listing names the address of the validator's map, which lies inside
/// the lock, while a stack or a debugger names the lock itself.
fn is_same_lock(case: &Case, row: ObjectId, lock: ObjectId) -> bool {
    let kernel = |id: ObjectId| case.objects.get(id.0 as usize).filter(|object| object.process.is_none());
    row == lock
        || kernel(row).zip(kernel(lock)).is_some_and(|(row, lock)| match (row.address, lock.address) {
            (Some(map), Some(base)) => map > base && map - base < MAP_REACH && row.spans.is_empty(),
            _ => false,
        })
}

/// A span that can be ordered.
pub(crate) type Span2 = (u32, u32, u32);

/// A span as something to order and compare by.
pub(crate) fn place(span: Span) -> Span2 {
    (span.source.0, span.first, span.last)
}

/// Where nothing better tells the object: the one known lock whose address stands on the stack of the waiting task.
pub(crate) fn from_stack_words(case: &Case, vocabulary: &Vocabulary, activities: &mut [Activity]) {
    for (task, words) in &stack_words(case) {
        let wait = activities.get_mut(task.0 as usize).and_then(|activity| activity.wait.as_mut());
        let Some(wait) = wait.filter(|wait| wait.object.is_none() && vocabulary.is_kind(wait.kind, LOCKS)) else {
            continue;
        };
        let is_lock = |id: &ObjectId| {
            case.objects.get(id.0 as usize).is_some_and(|lock| fits(vocabulary, wait.kind, kind_of(vocabulary, lock)))
        };
        let locks: BTreeSet<ObjectId> = words.iter().map(|word| word.object).filter(is_lock).collect();
        if let (1, Some(only)) = (locks.len(), locks.first()) {
            wait.object = Some((*only, Known::Assumed));
        }
    }
}

/// A word on the stack of a task.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    /// The object whose address it is.
    pub(crate) object: ObjectId,
    /// The frame in which it stands, where that is told.
    pub(crate) frame: Option<String>,
    /// Where it is printed.
    pub(crate) span: Span,
}

/// All words on stacks, by task.
pub(crate) fn stack_words(case: &Case) -> BTreeMap<TaskId, Vec<Word>> {
    let mut words: BTreeMap<TaskId, Vec<Word>> = BTreeMap::new();
    for fact in case.facts.iter().filter(|fact| fact.relation == "stack_word") {
        if let Some((task, word)) = word(fact) {
            words.entry(task).or_default().push(word);
        }
    }
    words
}

fn word(fact: &FactRow) -> Option<(TaskId, Word)> {
    let (Some(Row::Task(task)), Some(Row::Object(object))) = (fact.get("task"), fact.get("object")) else {
        return None;
    };
    let frame = match fact.get("frame") {
        Some(Row::Text(frame)) => Some(frame.to_string()),
        _ => None,
    };
    Some((*task, Word { object: *object, frame, span: fact.span }))
}

/// The objects of a case with their ids.
pub(crate) fn objects(case: &Case) -> impl Iterator<Item = (ObjectId, &Lock)> {
    (0..).map(ObjectId).zip(&case.objects)
}

/// The wait kind of a printed object.
pub(crate) fn kind_of(vocabulary: &Vocabulary, lock: &Lock) -> Option<KindId> {
    lock.kind.as_deref().and_then(|kind| vocabulary.kind(kind))
}

/// Whether a wait of the one kind may be for an object of the other.
fn fits(vocabulary: &Vocabulary, wait: KindId, object: Option<KindId>) -> bool {
    let locks = |kind| vocabulary.is_kind(kind, LOCKS);
    match object {
        Some(object) => wait == object || vocabulary.is_untyped(wait) || (locks(wait) && locks(object)),
        None => vocabulary.is_untyped(wait) || locks(wait),
    }
}

/// Whether the kind of a lock is a closer word than the kind of the wait: the vocabulary refines the one by the other.
fn is_closer(vocabulary: &Vocabulary, lock: KindId, wait: KindId) -> bool {
    lock != wait
        && (vocabulary.is_untyped(wait)
            || vocabulary
                .systems
                .values()
                .flat_map(|system| &system.waits)
                .any(|entry| entry.kind == lock && entry.over.contains(&wait)))
}

/// Whether a printed holder is really one, and not the row of the lock that the task waits for.
pub(crate) fn is_held(waited: &BTreeSet<(TaskId, ObjectId, Span2)>, id: ObjectId, holder: &LockHold) -> bool {
    holder.from != HoldSource::Listing || !waited.contains(&(holder.task, id, place(holder.span)))
}
