//! Two descriptions of one object.

use super::Description;
use stacklore_model::{Lock, LockHold, LockWaiter, Mode, TaskId};
use std::collections::{HashMap, HashSet};

/// A lock that a text prints as such, of the same kind: two of one kind never lie in one another.
pub(super) fn is_neighbour(object: &Lock, what: Description<'_>) -> bool {
    !object.spans.is_empty() && object.kind.is_some() && object.kind.as_deref() == Some(what.kind)
}

/// Fills in what was unknown. A description with a size is one of the whole structure and knows the kind better than
/// one of a bare word.
pub(super) fn describe(object: &mut Lock, what: Description<'_>) {
    let better = object.size == 0 && what.size > 0 && object.spans.is_empty();
    if !what.kind.is_empty() && (object.kind.is_none() || better) {
        object.kind = Some(what.kind.into());
    }
    object.size = object.size.max(what.size);
}

/// Adds what is known of another object that turned out to be this one; what is told later counts. `inner`: it is a
/// part of this one. Holders and waiters told twice stay until [`tidy`].
pub(super) fn absorb(object: &mut Lock, other: Lock, inner: bool) {
    let later = other.spans.last() > object.spans.last();
    let (old, new) = if later { (&*object, &other) } else { (&other, &*object) };
    let free = new.free.or(old.free);
    let write_wanted = new.write_wanted.or(old.write_wanted);
    let anonymous_readers = new.anonymous_readers.or(old.anonymous_readers);
    (object.free, object.write_wanted, object.anonymous_readers) = (free, write_wanted, anonymous_readers);
    object.kind = object.kind.take().or(other.kind);
    object.name = object.name.take().or(other.name);
    object.address = match (object.address, other.address) {
        (Some(mine), Some(theirs)) => Some(mine.min(theirs)),
        (mine, theirs) => mine.or(theirs),
    };
    if !inner {
        object.size = object.size.max(other.size);
    }
    object.process = object.process.or(other.process);
    let mine = object.spans.len();
    object.spans.extend(other.spans);
    if !later && mine > 0 {
        // The latest stays last, which is all that is needed before they are put in order.
        let last = object.spans.len() - 1;
        object.spans.swap(mine - 1, last);
    }
    object.holders.extend(other.holders);
    object.waiters.extend(other.waiters);
}

/// Puts the places in order and drops holders and waiters that are told twice: a holder keeps the sighting that knows
/// it best.
pub(super) fn tidy(object: &mut Lock) {
    object.spans.sort_unstable();
    object.spans.dedup();
    let mut holders: Vec<LockHold> = Vec::with_capacity(object.holders.len());
    let mut held: HashMap<(TaskId, Option<Mode>), usize> = HashMap::new();
    for hold in object.holders.drain(..) {
        match held.get(&(hold.task, hold.mode)) {
            Some(&known) if hold.known > holders[known].known => holders[known] = hold,
            Some(_) => {}
            None => {
                held.insert((hold.task, hold.mode), holders.len());
                holders.push(hold);
            }
        }
    }
    // A sighting that does not tell the mode adds nothing to one that does.
    let told = |task| held.contains_key(&(task, Some(Mode::Read))) || held.contains_key(&(task, Some(Mode::Write)));
    holders.retain(|hold| hold.mode.is_some() || !told(hold.task));
    object.holders = holders;
    let mut queued: HashSet<(TaskId, Option<Mode>)> = HashSet::new();
    let mut waiters: Vec<LockWaiter> = std::mem::take(&mut object.waiters);
    waiters.retain(|waiter| queued.insert((waiter.task, waiter.mode)));
    let told = |task| queued.contains(&(task, Some(Mode::Read))) || queued.contains(&(task, Some(Mode::Write)));
    waiters.retain(|waiter| waiter.mode.is_some() || !told(waiter.task));
    object.waiters = waiters;
}
