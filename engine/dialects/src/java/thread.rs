//! A thread in the making: its frames, what it waits for in the words of the virtual machine, what it holds.

use super::NAME;
use super::frames::named;
use super::lock::LockLine;
use crate::builder::Builder;
use stacklore_model::{
    Frame, HoldSource, Known, LockHolder, LockSighting, Mode, Name, ObjectKey, Reliability, Scope, SessionId,
    StackSighting, System, TaskKeys, TaskSighting, TaskState,
};

/// The thread that is being read.
#[derive(Default)]
pub(super) struct Thread {
    pub(super) keys: TaskKeys,
    pub(super) name: Option<Name>,
    pub(super) state: Option<TaskState>,
    /// The status words of the header: `in Object.wait()`.
    pub(super) status: String,
    pub(super) frames: Vec<Frame>,
    /// Its innermost method is native: the machine calls it runnable wherever it stands in the kernel.
    pub(super) native: bool,
    pub(super) wait: Option<Waited>,
    pub(super) held: Vec<Held>,
    /// The list of ownable synchronizers is being read.
    pub(super) synchronizers: bool,
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) cut: bool,
}

/// A wait printed in words.
pub(super) struct Waited {
    words: &'static str,
    argument: &'static str,
    text: String,
    object: Option<u64>,
    line: u32,
}

pub(super) struct Held {
    object: u64,
    kind: &'static str,
    line: u32,
}

/// How waits begin, the name under which the vocabulary finds their object, and the words it knows them by.
const WAITS: [(&str, &str, &str); 6] = [
    ("waiting to re-lock in wait()", "waiting", "[waiting to re-lock in wait()]"),
    ("waiting to lock", "waiting", "[waiting to lock]"),
    ("waiting on the Class initialization monitor for", "class", "[waiting on the Class initialization monitor]"),
    ("waiting on", "waiting", "[waiting on]"),
    ("parking to wait for", "parking", "[parking]"),
    ("sleeping on", "waiting", "[waiting on]"),
];

impl Thread {
    pub(super) fn new(keys: TaskKeys, name: Option<Name>, line: u32) -> Self {
        Thread { keys, name, first: line, last: line, ..Thread::default() }
    }

    /// A line below a frame that begins with a dash; `false` where it says nothing that is known.
    pub(super) fn lock_line(&mut self, line: LockLine<'_>, number: u32) -> bool {
        let class = class(line.rest).or(line.object).unwrap_or("");
        let known = self.words(line.words, line.object, class, number);
        if known {
            self.last = number;
        }
        known
    }

    fn words(&mut self, words: &str, object: Option<&str>, class: &str, line: u32) -> bool {
        let address = object.and_then(identity);
        if words == "locked" || (words.is_empty() && self.synchronizers) {
            let kind = if words == "locked" { "monitor" } else { kind_of(class) };
            if let Some(object) = address {
                self.holds(object, kind, line);
            }
            return true;
        }
        if let Some((begin, argument, printed)) = WAITS.iter().find(|(begin, ..)| words.starts_with(begin)) {
            let text = match object {
                Some(object) => object,
                None => words.get(begin.len()..).unwrap_or("").trim().trim_start_matches("a monitor "),
            };
            self.waits(printed, argument, text, address, line);
            return true;
        }
        matches!(words, "eliminated" | "None" | "No locked") || words.starts_with("locked ")
    }

    /// It waits. Where a thread has been notified and wants its monitor back, that is what keeps it.
    pub(super) fn waits(
        &mut self,
        words: &'static str,
        argument: &'static str,
        text: &str,
        object: Option<u64>,
        line: u32,
    ) {
        let again = words.contains("re-lock");
        if self.wait.is_none() || again {
            self.wait = Some(Waited { words, argument, text: text.to_owned(), object, line });
        }
    }

    /// It holds that; a monitor may be locked by several of its frames.
    pub(super) fn holds(&mut self, object: u64, kind: &'static str, line: u32) {
        if !self.held.iter().any(|held| held.object == object) {
            self.held.push(Held { object, kind, line });
        }
    }

    /// The thread is complete.
    pub(super) fn end(mut self, session: SessionId, out: &mut Builder) {
        self.unnamed_class();
        let head = out.at(self.first);
        out.task(TaskSighting {
            keys: self.keys.clone(),
            name: self.name.clone(),
            system: Some(System::Java),
            state: self.state,
            span: head,
            ..TaskSighting::default()
        });
        self.locks(session, out);
        if self.frames.is_empty() {
            return;
        }
        let running = self.state == Some(TaskState::Running) && !self.native && self.wait.is_none();
        let mut frames = std::mem::take(&mut self.frames);
        if let Some(wait) = &self.wait {
            frames.insert(0, printed(wait, out));
        }
        let span = out.span(self.first, self.last);
        out.stack(StackSighting {
            cut: self.cut,
            running,
            ..StackSighting::new(self.keys, NAME, System::Java, frames, span)
        });
    }

    /// Before Java 9 nothing but the status tells that a runnable thread waits until a class is initialised.
    fn unnamed_class(&mut self) {
        if self.state == Some(TaskState::Running)
            && self.status.starts_with("in Object.wait()")
            && self.wait.is_none()
            && !self.native
        {
            self.waits("[waiting on the Class initialization monitor]", "class", "", None, self.first);
        }
        if self.state == Some(TaskState::Running) && self.wait.is_some() {
            self.state = Some(TaskState::Sleeping);
        }
    }

    fn locks(&self, session: SessionId, out: &mut Builder) {
        let awaited = self.wait.as_ref().and_then(|wait| wait.object);
        // In `Object.wait()` the monitor is let go, although the frame that locked it is still there.
        for held in self.held.iter().filter(|held| Some(held.object) != awaited) {
            let span = out.at(held.line);
            let holder = LockHolder {
                task: self.keys.clone(),
                mode: Some(Mode::Write),
                known: Known::Observed,
                from: HoldSource::Owner,
                span,
            };
            let lock = sighting(held.object, out.name(held.kind), session, span);
            out.lock(LockSighting { holders: vec![holder], ..lock });
        }
    }
}

fn printed(wait: &Waited, out: &mut Builder) -> Frame {
    let mut frame = Frame::new(out.name(wait.words), out.at(wait.line));
    frame.reliability = Reliability::Printed;
    if wait.object.is_some() || (wait.argument == "class" && !wait.text.is_empty()) {
        let text = out.name(&wait.text);
        frame.arguments.push(named(wait.argument, text, wait.object, out));
    }
    frame
}

/// A lock of which nothing but its address and kind is known.
pub(super) fn sighting(object: u64, kind: Name, session: SessionId, span: stacklore_model::Span) -> LockSighting {
    LockSighting {
        object: ObjectKey::address(object, Scope::Session(session)),
        kind: Some(kind),
        size: 0,
        holders: Vec::new(),
        waiters: Vec::new(),
        anonymous_readers: None,
        write_wanted: None,
        free: None,
        span,
    }
}

/// What identifies an object: its address, or the hash behind its class (`Dead$Account@1a44e48b`).
pub(super) fn identity(text: &str) -> Option<u64> {
    let digits = text.rsplit('@').next().unwrap_or(text);
    let digits = match digits.strip_prefix("0x") {
        Some(digits) => digits,
        None if text.contains('@') => digits,
        None => return None,
    };
    u64::from_str_radix(digits, 16).ok().filter(|number| *number != 0)
}

/// The class in `(a java.lang.Object)`.
fn class(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("(a ")?;
    Some(rest.split([')', ' ']).next().unwrap_or(rest))
}

/// The kind of an ownable synchronizer, by its class.
pub(super) fn kind_of(class: &str) -> &'static str {
    if class.contains("ReadWriteLock") { "rwlock" } else { "mutex" }
}
