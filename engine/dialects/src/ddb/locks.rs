//! Who holds which lock: `show alllocks`, `show locks`, and chains of owners: `show lockchain`, `show allchains`.

use super::{Rule, hex, parse};
use crate::builder::Builder;
use crate::dialect::Fed;
use pest::iterators::Pair;
use stacklore_model::{
    HoldSource, Known, LockHolder, LockSighting, LockWaiting, Mode, ObjectKey, Scope, Span, System, TaskKeys,
    TaskSighting, TaskState,
};

/// What is read of owners.
#[derive(Default)]
pub(super) struct Locks {
    /// The thread whose locks follow.
    owner: Option<TaskKeys>,
    /// A lock of a chain, whose owner is the next thread of it.
    link: Option<LockSighting>,
}

impl Locks {
    /// A line of `show alllocks` or `show locks`; the locks of no thread are those of the current one.
    pub(super) fn line(&mut self, text: &str, line: u32, current: Option<&TaskKeys>, out: &mut Builder) -> Fed {
        if text.is_empty() {
            return Fed::Passed;
        }
        // OpenBSD prints where the lock was taken.
        if text.starts_with('#') && text.contains("+0x") {
            return Fed::Passed;
        }
        let span = out.at(line);
        if let Some(parts) = parse(Rule::owner, text) {
            self.owner = Some(task(parts, None, span, out));
            return Fed::Taken;
        }
        let Some(parts) = parse(Rule::held, text) else { return Fed::End };
        let Some(holder) = self.owner.as_ref().or(current) else { return Fed::Taken };
        let (mut mode, mut lock) = (None, None);
        let (mut class, mut name) = ("", "");
        for part in parts {
            match part.as_rule() {
                Rule::mode => mode = Some(if part.as_str() == "shared" { Mode::Read } else { Mode::Write }),
                Rule::class => class = part.as_str(),
                Rule::lock_name => name = part.as_str(),
                Rule::hex => lock = hex(part.as_str()),
                _ => {}
            }
        }
        if let Some(mut lock) = lock.and_then(|address| sighting(address, class, name, span, out)) {
            let task = holder.clone();
            lock.holders.push(LockHolder { task, mode, known: Known::Observed, from: HoldSource::Listing, span });
            out.lock(lock);
        }
        Fed::Taken
    }

    /// A line of a chain: each thread owns what the one above it is blocked on.
    pub(super) fn chain(&mut self, text: &str, line: u32, out: &mut Builder) -> Fed {
        if text.is_empty() || text.starts_with("chain ") {
            self.end(out);
            return if text.is_empty() { Fed::Passed } else { Fed::Taken };
        }
        let Some(parts) = parse(Rule::chain, text) else { return Fed::End };
        let span = out.at(line);
        let state = parts.iter().find_map(|part| match part.as_rule() {
            Rule::blocked => Some(TaskState::Blocked),
            Rule::running => Some(TaskState::Running),
            Rule::other if part.as_str().starts_with("sleeping") => Some(TaskState::Sleeping),
            _ => None,
        });
        let blocked = parts.iter().find(|part| part.as_rule() == Rule::blocked).cloned();
        let task = task(parts, state, span, out);
        if let Some(mut lock) = self.link.take() {
            let (known, from) = (Known::Observed, HoldSource::Owner);
            // What a thread of a chain owns it owns alone: readers have no name in a lock.
            let holder = LockHolder { task: task.clone(), mode: Some(Mode::Write), known, from, span };
            lock.holders.push(holder);
            out.lock(lock);
        }
        if let Some(mut lock) = blocked.and_then(|blocked| awaited(blocked, span, out)) {
            lock.waiters.push(LockWaiting { task, mode: None, span });
            self.link = Some(lock);
        }
        Fed::Taken
    }

    /// The end of a chain or of a listing: the last lock has no known owner.
    pub(super) fn end(&mut self, out: &mut Builder) {
        self.owner = None;
        if let Some(lock) = self.link.take() {
            out.lock(lock);
        }
    }
}

fn awaited(blocked: Pair<'_, Rule>, span: Span, out: &mut Builder) -> Option<LockSighting> {
    let (mut address, mut class, mut name) = (None, "", "");
    for part in blocked.into_inner() {
        match part.as_rule() {
            Rule::hex => address = hex(part.as_str()),
            Rule::class => class = part.as_str(),
            Rule::quoted => name = part.as_str(),
            _ => {}
        }
    }
    sighting(address?, class, name, span, out)
}

/// The thread that a line names.
fn task(parts: Vec<Pair<'_, Rule>>, state: Option<TaskState>, span: Span, out: &mut Builder) -> TaskKeys {
    let (mut keys, mut name) = (TaskKeys::default(), None);
    for part in parts {
        match part.as_rule() {
            Rule::pid => keys.pid = part.as_str().parse().ok().filter(|pid| *pid != 0),
            Rule::tid => keys.tid = part.as_str().parse().ok(),
            Rule::td => keys.address = hex(part.as_str()),
            Rule::comm | Rule::chain_comm => name = Some(out.name(part.as_str())),
            _ => {}
        }
    }
    let system = Some(System::Freebsd);
    out.task(TaskSighting { keys: keys.clone(), name, system, state, span, ..TaskSighting::default() });
    keys
}

/// A lock by its address. Names are those of a class of locks (`ufs`, `process lock`) and identify none.
fn sighting(address: u64, class: &str, _name: &str, span: Span, out: &mut Builder) -> Option<LockSighting> {
    if address < 0x1000 {
        return None;
    }
    let kind = match class {
        "sleep mutex" | "mutex" | "kernel_lock" => Some("mutex"),
        "spin mutex" => Some("spinlock"),
        "" => None,
        _ => Some("rwlock"),
    };
    Some(LockSighting {
        object: ObjectKey::address(address, Scope::Kernel),
        kind: kind.map(|kind| out.name(kind)),
        size: 0,
        holders: Vec::new(),
        waiters: Vec::new(),
        anonymous_readers: None,
        write_wanted: None,
        free: None,
        span,
    })
}
