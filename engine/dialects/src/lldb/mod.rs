//! lldb: `thread backtrace all` (`bt all`), `bt`, `thread list`, on Linux and macOS.
//!
//! ```text
//! * thread #1, name = 'bankd', stop reason = signal SIGSTOP
//!   * frame #0: 0x00007f98bb608f16 libc.so.6`__futex_abstimed_wait_common at futex-internal.c:57:12
//! ```
//!
//! Source of the format: `thread-format` and `frame-format` in `lldb/source/Core/CoreProperties.td`.

mod call;
mod value;

use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::shell::is_elision;
use crate::text::{Command, Context, Line, Tool};
use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;
use stacklore_model::{
    Frame, Listing, ListingOf, Name, Reliability, SessionId, StackSighting, System, TaskKeys, TaskSighting,
};
use std::collections::BTreeMap;

#[derive(Parser)]
#[grammar = "lldb/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct Lldb;

const NAME: &str = "lldb";

impl Dialect for Lldb {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["thread #", "frame #", "Process ", "_mutex_t) ", "_rwlock_t) "]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<LldbReader>::default()
    }
}

#[derive(Default)]
struct LldbReader {
    pid: Option<u32>,
    session: SessionId,
    /// Thread ids by the debugger's numbers: a number that names another thread begins another session.
    tids: BTreeMap<u32, u32>,
    thread: Option<Thread>,
    /// The last command shows all threads: with their stacks or by name.
    all: Option<bool>,
    /// First and last line of the threads of the open region, and how many rows it has.
    listed: Option<(u32, u32)>,
    elided: bool,
    /// What the last command asked to print.
    asked: Option<String>,
    value: Option<value::Value>,
    /// Frames of the thread that was shown last, to find what its variables point at.
    shown: Vec<Frame>,
}

/// A thread whose frames are being read.
struct Thread {
    number: Option<u32>,
    name: Option<Name>,
    tid: Option<u32>,
    line: u32,
    frames: Vec<Frame>,
    next: u32,
    cut: bool,
}

impl Reader for LldbReader {
    fn opens(&mut self, line: &Line<'_>, _context: &Context<'_>) -> bool {
        let text = line.trimmed();
        match text.as_bytes().first() {
            Some(b'P') => text.starts_with("Process ") && parse(Rule::process, text).is_some(),
            Some(b'*' | b't') => parse(Rule::thread, text).is_some() || parse(Rule::frame, text).is_some(),
            Some(b'f') => text.starts_with("frame #") && parse(Rule::frame, text).is_some(),
            Some(b'(') => {
                let lock = text.contains("_mutex_t) ") || text.contains("_rwlock_t) ");
                (lock || self.asked.is_some()) && value::Value::begin(text, None, line.number).is_some()
            }
            _ => false,
        }
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        if self.value.as_mut().is_some_and(|value| value.takes(text, line.number)) {
            self.end_value(false, out);
            return Fed::Taken;
        }
        if text.starts_with('(')
            && let Some(value) = value::Value::begin(text, self.asked.as_deref(), line.number)
        {
            self.end_thread(out);
            self.value = Some(value);
            self.end_value(false, out);
            return Fed::Taken;
        }
        let plain = text.trim_start_matches(['*', ' ']);
        let taken = if plain.starts_with("frame #") {
            parse(Rule::frame, text).is_some_and(|pair| self.frame(pair, line.number, out))
        } else if plain.starts_with("thread #") {
            parse(Rule::thread, text).is_some_and(|pair| self.thread(pair, line.number, out))
        } else if plain.starts_with("Process ") {
            parse(Rule::process, text).is_some_and(|pair| self.process(pair, out))
        } else {
            return self.other(text, line, out);
        };
        if !taken && plain.starts_with("Process ") {
            return Fed::End;
        }
        if !taken {
            out.unclear(line.number, "looks like a thread or frame of lldb");
            return Fed::Passed;
        }
        match &mut self.listed {
            Some((_, last)) => *last = line.number,
            None => self.listed = Some((line.number, line.number)),
        }
        Fed::Taken
    }

    fn sees_elisions(&self) -> bool {
        true
    }

    fn close(&mut self, out: &mut Builder) {
        self.end_thread(out);
        self.end_value(true, out);
        let (all, elided) = (self.all.take(), std::mem::take(&mut self.elided));
        if let (Some(stacks), Some((first, last)), false) = (all, self.listed.take(), elided) {
            let of = self.pid.map_or(ListingOf::ThreadsOfSession(self.session), ListingOf::ThreadsOf);
            let span = out.span(first, last);
            out.listing(Listing { of, stacks, span });
        }
    }

    fn command(&mut self, command: &Command, _out: &mut Builder) -> bool {
        self.all = None;
        self.asked = None;
        if command.tool != Tool::Lldb {
            return false;
        }
        self.asked = value::asked(&command.text).map(str::to_owned);
        let words: Vec<&str> = command.text.split_whitespace().collect();
        self.all = match words.as_slice() {
            ["bt" | "thbt", "all"] | ["thread" | "th", "backtrace" | "b" | "bt", "all"] => Some(true),
            ["thread" | "th", "list" | "l"] => Some(false),
            _ => None,
        };
        if let Some(pid) =
            words.iter().position(|word| matches!(*word, "--pid" | "-p")).and_then(|at| words.get(at + 1))
        {
            self.another_process(pid.parse().ok());
        }
        self.all.is_some() || self.asked.is_some() || matches!(words.first(), Some(&("bt" | "thread")))
    }
}

impl LldbReader {
    fn another_process(&mut self, pid: Option<u32>) {
        if pid != self.pid || pid.is_none() {
            self.pid = pid;
            self.session = SessionId::default();
            self.tids.clear();
        }
    }

    fn process(&mut self, pair: Pair<'_, Rule>, out: &mut Builder) -> bool {
        self.end_thread(out);
        let pid = number(pair);
        if self.pid.is_some() || self.session == SessionId::default() {
            self.another_process(pid);
        }
        // The first threads were printed before their process was named.
        self.pid = pid;
        pid.is_some()
    }

    fn keys(&mut self, number: Option<u32>, tid: Option<u32>, out: &mut Builder) -> TaskKeys {
        if let (Some(number), Some(tid)) = (number, tid)
            && self.tids.insert(number, tid).is_some_and(|known| known != tid)
        {
            self.session = SessionId::default();
            self.tids.clear();
            self.tids.insert(number, tid);
        }
        if self.session == SessionId::default() {
            self.session = out.session();
        }
        let tid = tid.or_else(|| number.and_then(|number| self.tids.get(&number).copied()));
        TaskKeys { tid, pid: self.pid, number: number.map(u64::from), session: self.session, ..TaskKeys::default() }
    }

    /// The head of a stack, or a row of `thread list`, which shows the innermost frame only.
    fn thread(&mut self, pair: Pair<'_, Rule>, line: u32, out: &mut Builder) -> bool {
        self.end_thread(out);
        let mut thread = Thread { number: None, name: None, tid: None, line, frames: Vec::new(), next: 0, cut: false };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::number => thread.number = part.as_str().parse().ok(),
                Rule::rest => {
                    let text = part.as_str();
                    thread.name = call::quoted(text, "name = '").map(|name| out.name(name));
                    thread.tid = call::thread_id(text);
                }
                _ => {}
            }
        }
        self.thread = Some(thread);
        true
    }

    fn frame(&mut self, pair: Pair<'_, Rule>, line: u32, out: &mut Builder) -> bool {
        let mut level = 0;
        let mut frame = Frame::new(out.name("??"), out.at(line));
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::number => level = part.as_str().parse().unwrap_or(0),
                Rule::pc => frame.address = u64::from_str_radix(part.as_str().trim_start_matches("0x"), 16).ok(),
                Rule::rest => call::read(part.as_str(), &mut frame, out),
                _ => {}
            }
        }
        let anonymous =
            || Thread { number: None, name: None, tid: None, line, frames: Vec::new(), next: 0, cut: false };
        if level == 0 && self.thread.as_ref().is_some_and(|thread| !thread.frames.is_empty()) {
            self.end_thread(out);
        }
        let thread = self.thread.get_or_insert_with(anonymous);
        thread.cut |= level != thread.next;
        thread.next = level + 1;
        thread.frames.push(frame);
        true
    }

    /// Blank lines, source lines of a stop, hints; anything else ends the output.
    fn other(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) -> Fed {
        if let Some(frame) = self.thread.as_mut().and_then(|thread| thread.frames.last_mut())
            && frame.location.is_none()
            && let Some(place) = text.strip_prefix("at ")
        {
            out.mend(stacklore_model::MendKind::WrappedLine, line.number);
            frame.location = Some(out.name(place.trim()));
            return Fed::Taken;
        }
        if is_elision(text) {
            self.elided = true;
            if let Some(thread) = &mut self.thread {
                thread.cut = true;
            }
            return Fed::Passed;
        }
        let source = text.starts_with("-> ") || text.as_bytes().first().is_some_and(u8::is_ascii_digit);
        if text.is_empty() || source { Fed::Passed } else { Fed::End }
    }

    /// Tells a printed value once it is complete; what breaks off is left out.
    fn end_value(&mut self, broken: bool, out: &mut Builder) {
        let Some(value) = self.value.take_if(|value| broken || value.is_complete()) else { return };
        if value.is_complete() {
            if self.session == SessionId::default() {
                self.session = out.session();
            }
            value.tell(&self.shown, self.pid, self.session, out);
        }
    }

    fn end_thread(&mut self, out: &mut Builder) {
        let Some(thread) = self.thread.take() else { return };
        let keys = self.keys(thread.number, thread.tid, out);
        if thread.number.is_some() {
            out.task(TaskSighting {
                keys: keys.clone(),
                name: thread.name,
                system: Some(System::User),
                span: out.at(thread.line),
                ..TaskSighting::default()
            });
        }
        self.shown.clone_from(&thread.frames);
        let last = thread.frames.last().map_or(thread.line, |frame| frame.span.last);
        // `frame select` and the notice of a stop print one frame of a thread: no stack.
        let alone = thread.frames.len() == 1 && self.all != Some(true);
        if alone && thread.frames.iter().all(|frame| frame.reliability == Reliability::Exact) {
            return;
        }
        let span = out.span(thread.line, last);
        out.stack(StackSighting {
            cut: thread.cut,
            ..StackSighting::new(keys, NAME, System::User, thread.frames, span)
        });
    }
}

fn parse(rule: Rule, text: &str) -> Option<Pair<'_, Rule>> {
    Grammar::parse(rule, text).ok()?.next()
}

fn number(pair: Pair<'_, Rule>) -> Option<u32> {
    pair.into_inner().find(|part| part.as_rule() == Rule::number)?.as_str().parse().ok()
}

#[cfg(test)]
mod tests;
