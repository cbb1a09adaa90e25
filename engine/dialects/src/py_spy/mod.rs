//! `py-spy dump`, also with `--locals` and `--native`.
//!
//! ```text
//! Process 5166: /usr/bin/python3 hang.py
//! Python v3.11.7 (/usr/bin/python3.11)
//!
//! Thread 5215 (idle): "move-ab"
//!     move (hang.py:6)
//! ```
//!
//! The base name of the file is read as the module of a frame. Source of the format: `print_traces()` in `src/dump.rs`
//! of py-spy.

use crate::block::hex;
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::shell::{base_name, is_elision, shows_all};
use crate::text::{Command, Context, Line};
use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;
use stacklore_model::{
    Argument, Fact, Frame, Listing, ListingOf, LockSighting, MendKind, Name, ObjectKey, Scope, SessionId,
    StackSighting, System, TaskKeys, TaskSighting, TaskState, Value,
};

#[derive(Parser)]
#[grammar = "py_spy/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct PySpy;

const NAME: &str = "py-spy";

impl Dialect for PySpy {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["Process ", "Python v", " (idle)", " (active"]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<PySpyReader>::default()
    }
}

#[derive(Default)]
struct PySpyReader {
    pid: Option<u32>,
    session: SessionId,
    /// Lines of the process that is being read, from its head on.
    listed: Option<(u32, u32)>,
    thread: Option<Thread>,
    /// Lines were left out, or the command goes through a filter.
    partial: bool,
}

struct Thread {
    keys: TaskKeys,
    name: Option<Name>,
    running: bool,
    frames: Vec<Frame>,
    line: u32,
    cut: bool,
}

impl Reader for PySpyReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        let text = line.trimmed();
        match text.as_bytes().first() {
            // Many programs print `Process 12: …`: the next line tells.
            Some(b'P') if text.starts_with("Process ") => {
                parse(Rule::process, text).is_some() && context.after(line.number).trim_start().starts_with("Python v")
            }
            Some(b'T') => parse(Rule::thread, text).is_some(),
            _ => false,
        }
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        if text.is_empty() {
            return Fed::Passed;
        }
        if let Some(pair) = text.starts_with("Process ").then(|| parse(Rule::process, text)).flatten() {
            self.end_process(out);
            self.process(pair, line.number, out);
        } else if let Some(pair) = text.starts_with("Thread ").then(|| parse(Rule::thread, text)).flatten() {
            self.end_thread(out);
            self.thread(pair, line.number, out);
        } else if let Some(pair) = text.starts_with("Python v").then(|| parse(Rule::version, text)).flatten() {
            version(pair, line.number, out);
        } else if is_elision(text) {
            self.partial = true;
            self.thread.iter_mut().for_each(|thread| thread.cut = true);
            return Fed::Passed;
        } else if !self.line(text, line.number, out) {
            return Fed::End;
        }
        self.listed.iter_mut().for_each(|(_, last)| *last = line.number);
        Fed::Taken
    }

    fn sees_elisions(&self) -> bool {
        true
    }

    fn close(&mut self, out: &mut Builder) {
        self.end_process(out);
        self.pid = None;
        self.session = SessionId::default();
        self.partial = false;
    }

    fn command(&mut self, command: &Command, _out: &mut Builder) -> bool {
        let means = command.text.contains("py-spy dump");
        self.partial = means && !shows_all(&command.text);
        means
    }
}

impl PySpyReader {
    fn process(&mut self, pair: Pair<'_, Rule>, line: u32, out: &mut Builder) {
        self.session = out.session();
        self.pid =
            pair.into_inner().find(|part| part.as_rule() == Rule::number).and_then(|id| id.as_str().parse().ok());
        self.listed = Some((line, line));
    }

    fn thread(&mut self, pair: Pair<'_, Rule>, line: u32, out: &mut Builder) {
        if self.session == SessionId::default() {
            self.session = out.session();
        }
        let mut thread = Thread {
            keys: TaskKeys { pid: self.pid, session: self.session, ..TaskKeys::default() },
            name: None,
            running: false,
            frames: Vec::new(),
            line,
            cut: false,
        };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::number => thread.keys.tid = part.as_str().parse().ok(),
                Rule::address => thread.keys.pthread = hex(part.as_str()),
                Rule::state => thread.running = part.as_str().starts_with("active"),
                Rule::rest => thread.name = Some(out.name(part.as_str().trim_end_matches('"'))),
                _ => {}
            }
        }
        self.thread = Some(thread);
    }

    /// A frame, or a variable of the frame before it.
    fn line(&mut self, text: &str, line: u32, out: &mut Builder) -> bool {
        let Some(thread) = &mut self.thread else { return false };
        if matches!(text, "Arguments:" | "Locals:") {
            return !thread.frames.is_empty();
        }
        if let Some(pair) = parse(Rule::variable, text) {
            let variable = variable(pair, out);
            return thread.frames.last_mut().map(|frame| frame.arguments.push(variable)).is_some();
        }
        // A page took `<module>` for a tag.
        let whole = (text.starts_with('(') && text.ends_with(')')).then(|| format!("<module> {text}"));
        if whole.is_some() {
            out.mend(MendKind::LostAngle, line);
        }
        let text = whole.as_deref().unwrap_or(text);
        let frame = parse(Rule::frame, text).and_then(|pair| frame(pair, line, out));
        frame.map(|frame| thread.frames.push(frame)).is_some()
    }

    fn end_thread(&mut self, out: &mut Builder) {
        let Some(thread) = self.thread.take() else { return };
        let last = thread.frames.last().map_or(thread.line, |frame| frame.span.last);
        let span = out.span(thread.line, last);
        out.task(TaskSighting {
            keys: thread.keys.clone(),
            name: thread.name,
            system: Some(System::Python),
            state: Some(if thread.running { TaskState::Running } else { TaskState::Sleeping }),
            span: out.at(thread.line),
            ..TaskSighting::default()
        });
        if let Some(frame) = thread.frames.first().filter(|_| !thread.running && !thread.cut) {
            self.locks(&thread.keys, frame, out);
        }
        out.stack(StackSighting {
            cut: thread.cut,
            running: thread.running,
            ..StackSighting::new(thread.keys, NAME, System::Python, thread.frames, span)
        });
    }

    /// The locks that variables of the innermost frame of a resting thread name: `with lock:` has no frame of its own,
    /// so these are all that tells what the thread may wait for.
    fn locks(&self, task: &TaskKeys, frame: &Frame, out: &mut Builder) {
        let scope = self.pid.map_or(Scope::Session(self.session), Scope::Process);
        for argument in frame.arguments.iter().filter(|argument| is_lock(&argument.text)) {
            let (Some(address), Some(name)) = (argument.number, &argument.name) else { continue };
            let object = ObjectKey::address(address, scope);
            let kind = out.name("mutex");
            out.lock(LockSighting {
                object: object.clone(),
                kind: Some(kind),
                size: 0,
                holders: Vec::new(),
                waiters: Vec::new(),
                anonymous_readers: None,
                write_wanted: None,
                free: None,
                span: frame.span,
            });
            let mut fields = vec![
                ("task", Value::Task(task.clone())),
                ("object", Value::Object(object)),
                ("name", Value::Text(name.clone())),
                ("function", Value::Text(frame.symbol.clone())),
            ];
            fields.extend(frame.location.iter().map(|place| ("place", Value::Text(place.clone()))));
            out.fact(Fact { relation: "variable", fields, span: frame.span });
        }
    }

    fn end_process(&mut self, out: &mut Builder) {
        let any = self.thread.is_some();
        self.end_thread(out);
        if let (Some(pid), Some((first, last)), true, false) = (self.pid, self.listed.take(), any, self.partial) {
            let span = out.span(first, last);
            out.listing(Listing { of: ListingOf::ThreadsOf(pid), stacks: true, span });
        }
    }
}

fn parse(rule: Rule, text: &str) -> Option<Pair<'_, Rule>> {
    Grammar::parse(rule, text).ok()?.next()
}

/// `Python v3.11.7 (/usr/bin/python3.11)`
fn version(pair: Pair<'_, Rule>, line: u32, out: &mut Builder) {
    let version = pair.as_str().trim_start_matches("Python v").split(' ').next().unwrap_or("");
    let fields = vec![("name", Value::Text(out.name("python"))), ("version", Value::Text(out.name(version)))];
    let span = out.at(line);
    out.fact(Fact { relation: "software", fields, span });
}

/// `Condition.wait (threading.py:320)`; a function of a library has no line.
fn frame(pair: Pair<'_, Rule>, line: u32, out: &mut Builder) -> Option<Frame> {
    let (mut function, mut place) = ("", "");
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::function => function = part.as_str().trim(),
            Rule::place => place = part.as_str().trim_end().strip_suffix(')')?,
            _ => {}
        }
    }
    let (file, number) = match place.rsplit_once(':') {
        Some((file, digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => (file, Some(digits)),
        _ => (place, None),
    };
    // A file with a suffix, or the interpreter itself: `python3.8`, `<string>`, `libc.so.6`.
    let is_file = number.is_some() || file.contains(['.', '/']) || file.starts_with("python");
    if !is_file || function.is_empty() || function.len() > 512 {
        return None;
    }
    let mut frame = Frame::new(out.name(function), out.at(line));
    frame.module = Some(out.name(base_name(file)));
    frame.location = number.map(|_| out.name(place));
    Some(frame)
}

/// `x: <_thread.lock at 0x7fc5a4e4d600>`, `timeout: None`, `i: 1`
fn variable(pair: Pair<'_, Rule>, out: &mut Builder) -> Argument {
    let (mut name, mut text) = ("", "");
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::name => name = part.as_str(),
            Rule::rest => text = part.as_str(),
            _ => {}
        }
    }
    let address = text.strip_prefix('<').and_then(|inner| inner.strip_suffix('>')?.rsplit_once(" at "));
    let number = address.and_then(|(_, digits)| digits.strip_prefix("0x").and_then(hex)).or_else(|| text.parse().ok());
    Argument { name: Some(out.name(name)), text: out.name(text), number, symbol: None, symbol_offset: 0 }
}

/// Whether a value is printed as an object of a lock's type: `<_thread.lock at 0x…>`, `<_thread.RLock at 0x…>`.
fn is_lock(value: &str) -> bool {
    let kind = value.strip_prefix('<').and_then(|inner| inner.split(' ').next()).unwrap_or("");
    matches!(kind.rsplit('.').next(), Some("lock" | "Lock" | "RLock"))
}

#[cfg(test)]
mod tests;
