//! Printed lock structures, joined to what they are called and where they lie.

use super::call::{Brackets, literal};
use super::expression::{Named, named};
use super::lock::{Lock, locks, member};
use super::session::Session;
use crate::builder::Builder;
use stacklore_model::{
    HoldSource, Known, LockHolder, LockSighting, Mode, ObjectKey, Scope, SessionId, StackSighting, TaskKeys,
};
use std::collections::{BTreeMap, BTreeSet};

/// Longest printed value that is kept: structures with locks are far below, arrays are not read.
const MAX_VALUE: usize = 256 * 1024;

/// What `print` answered.
pub(super) struct Answer {
    expression: Option<String>,
    task: TaskKeys,
    frame: u32,
    text: String,
    brackets: Brackets,
    first: u32,
    last: u32,
}

impl Answer {
    pub(super) fn new(expression: Option<String>, task: TaskKeys, frame: u32, text: &str, line: u32) -> Self {
        let mut answer = Answer {
            expression,
            task,
            frame,
            text: String::new(),
            brackets: Brackets::default(),
            first: line,
            last: line,
        };
        answer.push(text);
        answer
    }

    fn push(&mut self, text: &str) {
        let mut at = 0;
        while at < text.len() {
            let skip = if self.brackets.in_string() { None } else { literal(text, at) };
            if skip.is_none() {
                self.brackets.step(text.as_bytes()[at]);
            }
            at += skip.unwrap_or(1);
        }
        self.text.push_str(text);
        self.text.push(' ');
    }

    /// Takes a line of a value whose brackets are still open.
    pub(super) fn takes(&mut self, text: &str, line: u32) -> bool {
        if self.is_complete() || self.text.len() > MAX_VALUE {
            return false;
        }
        self.push(text.trim_start());
        self.last = line;
        true
    }

    pub(super) fn is_complete(&self) -> bool {
        self.brackets.is_closed() && !self.text.trim().is_empty()
    }
}

/// A lock structure with the expression that printed it.
struct Found {
    lock: Lock,
    /// Its index where it is an element of a printed array.
    element: Option<u64>,
    expression: String,
    named: Option<Named>,
    task: TaskKeys,
    frame: u32,
    session: SessionId,
    lines: (u32, u32),
}

/// The locks printed in a document.
#[derive(Default)]
pub(super) struct Objects {
    found: Vec<Found>,
    unnamed: u32,
}

impl Objects {
    /// Takes an answer; what is no lock is left alone.
    pub(super) fn answered(&mut self, answer: Answer, session: SessionId) {
        let expression = answer.expression.as_deref().unwrap_or("");
        let one = member(expression, &answer.text);
        let (object, found) = match one {
            Some((object, lock)) => (object, vec![lock]),
            None => (expression, locks(&answer.text)),
        };
        // Locks in the same place of the value are the elements of an array.
        let array = found.len() > 1 && found.iter().all(|lock| lock.path.is_empty() && lock.kind == found[0].kind);
        for (index, lock) in (0..).zip(found) {
            let mut whole = object.strip_suffix(".__data").unwrap_or(object).to_owned();
            let mut named = named(&whole);
            if !lock.path.is_empty() && !whole.is_empty() {
                whole = format!("{whole}.{}", lock.path);
                // A member of an object at an address lies somewhere in it.
                named = match named {
                    Some(Named::Variable { .. }) => super::expression::named(&whole),
                    _ => None,
                };
            }
            if whole.is_empty() {
                self.unnamed += 1;
                whole = format!("${}", self.unnamed);
            }
            self.found.push(Found {
                lock,
                element: array.then_some(index),
                expression: if array { format!("{whole}[{index}]") } else { whole },
                named,
                task: answer.task.clone(),
                frame: answer.frame,
                session,
                lines: (answer.first, answer.last),
            });
        }
    }

    /// Emits the locks, with the addresses that the stacks of their sessions tell.
    pub(super) fn finish(&mut self, sessions: &[Session], out: &mut Builder) {
        let found = std::mem::take(&mut self.found);
        if found.is_empty() {
            return;
        }
        let pids: BTreeMap<_, _> = sessions.iter().map(|session| (session.id, session.pid)).collect();
        let places = Places::of(&out.reading().stacks);
        for one in found {
            let pid = pids.get(&one.session).copied().flatten();
            let scope = pid.map_or(Scope::Session(one.session), Scope::Process);
            let Some(object) = one.object(&places, scope, out) else { continue };
            let span = out.span(one.lines.0, one.lines.1);
            let owner = one.lock.owner.map(|tid| LockHolder {
                task: TaskKeys {
                    tid: Some(tid),
                    pid: pid.filter(|_| !one.lock.shared),
                    session: one.session,
                    ..TaskKeys::default()
                },
                mode: Some(Mode::Write),
                known: Known::Observed,
                from: HoldSource::Owner,
                span,
            });
            let kind = out.name(one.lock.kind);
            out.lock(LockSighting {
                object,
                kind: Some(kind),
                size: 0,
                holders: owner.into_iter().collect(),
                waiters: Vec::new(),
                anonymous_readers: one.lock.readers.filter(|readers| *readers > 0),
                write_wanted: one.lock.write_wanted,
                free: one.lock.free,
                span,
            });
        }
    }
}

impl Found {
    fn object(&self, places: &Places, scope: Scope, out: &mut Builder) -> Option<ObjectKey> {
        let mut key = ObjectKey { address: None, symbol: None, symbol_offset: 0, scope };
        match &self.named {
            Some(Named::Address(address)) => key.address = Some(*address),
            Some(Named::Pointer(name)) => key.address = places.pointer(&self.task, self.frame, name),
            Some(Named::Variable { name, members }) if self.element.is_some() && members.is_empty() => {
                let start = places.variable(self.session, name, true, self.lock.kind).and_then(|place| place.address);
                let behind = self.element.zip(size_of(self.lock.kind)).map(|(index, size)| index * size);
                key.address = start.zip(behind).and_then(|(start, behind)| start.checked_add(behind));
                key.symbol = Some(out.name(&self.expression));
            }
            Some(Named::Variable { name, members }) => {
                let place = places.variable(self.session, name, members.is_empty(), self.lock.kind);
                key.address = place.and_then(|place| place.address);
                key.symbol = Some(match place {
                    Some(place) if place.address.is_none() => {
                        key.symbol_offset = place.offset;
                        out.name(name)
                    }
                    _ => out.name(&self.expression),
                });
            }
            None => {}
        }
        if key.address.is_none() && key.symbol.is_none() {
            key.symbol = Some(out.name(&self.expression));
        }
        key.address = key.address.filter(|address| *address > 0xffff);
        Some(key)
    }
}

/// Bytes of a lock of the C library on 64-bit machines (`bits/pthreadtypes-arch.h` of glibc).
fn size_of(kind: &str) -> Option<u64> {
    Some(match kind {
        "mutex" => 40,
        "rwlock" => 56,
        "condvar" => 48,
        "semaphore" => 32,
        _ => return None,
    })
}

/// Where something lies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    offset: u64,
    address: Option<u64>,
}

/// Names of arguments that are the lock itself, by its kind; `futex` of a mutex is its first word.
const LOCK_ARGUMENTS: &[(&str, &str)] = &[
    ("mutex", "mutex"),
    ("__mutex", "mutex"),
    ("futex", "mutex"),
    ("rwlock", "rwlock"),
    ("cond", "condvar"),
    ("sem", "semaphore"),
];

/// Where variables lie, as the arguments of frames tell.
struct Places {
    /// The variable itself, by session and name.
    whole: BTreeMap<(SessionId, String), u64>,
    /// Locks inside a variable, by session, name and kind.
    inside: BTreeMap<(SessionId, String, &'static str), BTreeSet<Place>>,
    /// Pointers in the frames of a thread, by thread id, frame and name.
    pointers: BTreeMap<(u32, u32, String), u64>,
}

impl Places {
    fn of(stacks: &[StackSighting]) -> Self {
        let mut places = Places { whole: BTreeMap::new(), inside: BTreeMap::new(), pointers: BTreeMap::new() };
        for stack in stacks.iter().filter(|stack| stack.dialect == super::NAME) {
            for (index, frame) in (0..).zip(&stack.frames) {
                for argument in frame.arguments.iter() {
                    places.argument(stack, index, argument);
                }
            }
        }
        places
    }

    fn argument(&mut self, stack: &StackSighting, frame: u32, argument: &stacklore_model::Argument) {
        let Some(name) = argument.name.as_deref() else { return };
        if let (Some(tid), Some(number)) = (stack.task.tid, argument.number) {
            self.pointers.insert((tid, frame, name.to_owned()), number);
        }
        let Some(symbol) = argument.symbol.as_deref() else { return };
        let session = stack.task.session;
        if let Some(start) = argument.number.and_then(|number| number.checked_sub(argument.symbol_offset)) {
            self.whole.insert((session, symbol.to_owned()), start);
        }
        if let Some((_, kind)) = LOCK_ARGUMENTS.iter().find(|(known, _)| *known == name) {
            let place = Place { offset: argument.symbol_offset, address: argument.number };
            self.inside.entry((session, symbol.to_owned(), kind)).or_default().insert(place);
        }
    }

    /// Where a static variable lies, or the only lock of that kind inside it.
    fn variable(&self, session: SessionId, name: &str, whole: bool, kind: &'static str) -> Option<Place> {
        if whole {
            let address = self.whole.get(&(session, name.to_owned()))?;
            return Some(Place { offset: 0, address: Some(*address) });
        }
        let places = self.inside.get(&(session, name.to_owned(), kind))?;
        places.first().copied().filter(|_| places.len() == 1)
    }

    fn pointer(&self, task: &TaskKeys, frame: u32, name: &str) -> Option<u64> {
        self.pointers.get(&(task.tid?, frame, name.to_owned())).copied()
    }
}
