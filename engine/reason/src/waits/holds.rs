//! Who holds what: printed owners, frames that hold something while they are live, readers without a name.

use super::locks::{Span2, Word, is_held, kind_of, objects, stack_words};
use super::{Reader, values};
use crate::analysis::{Activity, Hold, KindId, Wait};
use stacklore_model::{HoldSource, Known, Lock, Mode, ObjectId, Reliability, StackId, TaskId};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Every hold of a case: printed ones in the order of the objects, then those of frames, then readers without a name.
pub(crate) fn find(
    reader: &mut Reader,
    activities: &[Activity],
    stack_waits: &[Option<Wait>],
    waited: &BTreeSet<(TaskId, ObjectId, Span2)>,
) -> Vec<Hold> {
    let mut holds = printed(reader, waited);
    let mut live: BTreeMap<TaskId, Vec<LiveHold>> = BTreeMap::new();
    for (task, activity) in (0..).map(TaskId).zip(activities) {
        for stack in &activity.stacks {
            let wait = stack_waits.get(stack.0 as usize).and_then(Option::as_ref);
            let outside = wait.map_or(0, |wait| wait.frames.1 + 1);
            let found = frames(reader, task, *stack, outside);
            holds.extend(found.iter().map(|live| live.hold.clone()));
            live.entry(task).or_default().extend(found);
        }
    }
    holds.extend(nameless_readers(reader, activities, &live));
    without_repetition(holds)
}

fn printed(reader: &Reader, waited: &BTreeSet<(TaskId, ObjectId, Span2)>) -> Vec<Hold> {
    let mut holds = Vec::new();
    for (id, lock) in objects(&reader.case) {
        let kind = kind_of(reader.vocabulary, lock);
        for holder in lock.holders.iter().filter(|holder| is_held(waited, id, holder)) {
            holds.push(Hold {
                task: holder.task,
                object: Some(id),
                kind,
                mode: holder.mode,
                known: holder.known,
                from: holder.from,
                span: holder.span,
            });
        }
    }
    holds
}

/// A hold of a frame, with the frame.
struct LiveHold {
    hold: Hold,
    stack: StackId,
    frame: usize,
}

/// Holds of the frames of a stack from `outside` on: while they are live, the task has what they took.
fn frames(reader: &mut Reader, task: TaskId, id: StackId, outside: usize) -> Vec<LiveHold> {
    let mut found = Vec::new();
    let vocabulary = reader.vocabulary;
    for frame in outside..reader.view.depth(id) {
        let entry = reader.view.class(id, frame).and_then(|class| class.holds.first().copied());
        let Some(stack) = reader.case.stacks.get(id.0 as usize) else { continue };
        let Some(system) = vocabulary.systems.get(&stack.system) else { continue };
        let Some(entry) = entry.and_then(|entry| system.holds.get(usize::from(entry))) else { continue };
        let Some(printed) = stack.frames.get(frame).filter(|f| f.reliability != Reliability::Unsure) else { continue };
        let span = printed.span;
        let mode = values::mode(system, stack, &entry.mode, frame, frame);
        let value = values::find(system, stack, &entry.object, frame, frame);
        let kind = entry.kind.or_else(|| entry.lock.as_deref().and_then(|lock| system.lock_kind(lock)));
        let object = match (&entry.lock, value) {
            (Some(lock), _) => Some(reader.named(id, lock, kind)),
            (None, Some(value)) => reader.object(id, &value, kind, None),
            (None, None) => None,
        };
        let hold = Hold { task, object, kind, mode, known: entry.known, from: HoldSource::Frame, span };
        found.push(LiveHold { hold, stack: id, frame });
    }
    found
}

/// Readers without a name become a hold where exactly one task fits.
fn nameless_readers(reader: &Reader, activities: &[Activity], live: &BTreeMap<TaskId, Vec<LiveHold>>) -> Vec<Hold> {
    let mut by_object: BTreeMap<ObjectId, Vec<(TaskId, Word)>> = BTreeMap::new();
    for (task, words) in stack_words(&reader.case) {
        for word in words {
            by_object.entry(word.object).or_default().push((task, word));
        }
    }
    let mut holds = Vec::new();
    for (id, lock) in objects(&reader.case).filter(|(_, lock)| has_nameless_readers(lock)) {
        let mut candidates = by_object.remove(&id).unwrap_or_default();
        // words of a task that waits for this lock belong to its wait
        candidates.retain(|(task, _)| !waits_for(activities, lock, *task, id));
        let kind = kind_of(reader.vocabulary, lock);
        let below: Vec<&(TaskId, Word)> = candidates
            .iter()
            .filter(|(task, word)| {
                live.get(task).is_some_and(|live| live.iter().any(|live| is_below(reader, live, kind, word)))
            })
            .collect();
        let (only, known) = match (only_task(below.iter().copied()), only_task(candidates.iter())) {
            (Some(found), _) => (found, Known::Inferred),
            (None, Some(found)) => (found, Known::Assumed),
            (None, None) => continue,
        };
        holds.push(Hold {
            task: only.0,
            object: Some(id),
            kind,
            mode: Some(Mode::Read),
            known,
            from: HoldSource::StackWord,
            span: only.1.span,
        });
    }
    holds
}

fn has_nameless_readers(lock: &Lock) -> bool {
    lock.anonymous_readers.is_some_and(|readers| readers > 0)
        && !lock.holders.iter().any(|holder| holder.mode == Some(Mode::Read))
}

fn waits_for(activities: &[Activity], lock: &Lock, task: TaskId, id: ObjectId) -> bool {
    let waits = activities.get(task.0 as usize).and_then(|activity| activity.wait.as_ref());
    waits.and_then(|wait| wait.object).is_some_and(|(object, _)| object == id)
        || lock.waiters.iter().any(|waiter| waiter.task == task)
}

/// Whether a word stands further in than a frame that holds a lock of that kind for reading.
fn is_below(reader: &Reader, live: &LiveHold, kind: Option<KindId>, word: &Word) -> bool {
    let holds_it = live.hold.object.is_none_or(|object| object == word.object)
        && (live.hold.kind.is_none() || live.hold.kind == kind)
        && live.hold.mode != Some(Mode::Write);
    let Some(name) = &word.frame else { return holds_it };
    let Some(stack) = reader.case.stacks.get(live.stack.0 as usize) else { return false };
    let stands_in = stack.frames.iter().position(|frame| *frame.symbol == **name);
    holds_it && stands_in.is_none_or(|at| at <= live.frame)
}

fn only_task<'w>(mut words: impl Iterator<Item = &'w (TaskId, Word)>) -> Option<&'w (TaskId, Word)> {
    let first = words.next()?;
    words.all(|(task, _)| *task == first.0).then_some(first)
}

/// The same hold seen twice is one: the same frame in two dialects, a function that calls itself.
fn without_repetition(holds: Vec<Hold>) -> Vec<Hold> {
    let mut seen = HashSet::new();
    holds.into_iter().filter(|hold| seen.insert((hold.task, hold.object, hold.kind, hold.mode, hold.from))).collect()
}
