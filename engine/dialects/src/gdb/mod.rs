//! gdb, pstack and gstack: `bt [full]`, `thread apply all bt`, `info threads`, `thread N`, `print LOCK`:
//!
//! ```text
//! Thread 2 (Thread 0x7f98bb57f6c0 (LWP 4735) "xfer-ab"):
//! #0  futex_wait (private=0, expected=2, futex_word=0x55592f7470f0 <acc_b+16>) at ../sysdeps/nptl/futex-internal.h:146
//! #1  0x00007f98bb60f482 in lll_mutex_lock_optimized (mutex=0x55592f7470f0 <acc_b+16>) at ./nptl/pthread_mutex_lock.c:48
//! ```
//!
//! Frames belong to the thread that a header names, else to the selected one. A frame that only says where a thread
//! stands (a row of `info threads`, the echo of `thread 2`, a preamble) is a stack of its own only where no backtrace
//! of that thread follows. Sources of the format: `gdb/stack.c`, `gdb/thread.c`, `gdb/linux-thread-db.c`.

pub(crate) mod argument;
mod call;
mod command;
pub(crate) mod expression;
mod frames;
mod known;
mod line;
mod listing;
pub(crate) mod lock;
mod object;
mod session;
mod stack;
mod target;
mod threads;
mod value;

use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Command, Context, Line};
use command::Asked;
use known::KnownFrames;
use line::Printed;
use listing::Rows;
use object::{Answer, Objects};
use pest_derive::Parser;
use session::Session;
use stack::{Group, Pending};
use stacklore_model::{MendKind, TaskKeys};
use std::borrow::Cow;

#[derive(Parser)]
#[grammar = "gdb/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct Gdb;

const NAME: &str = "gdb";

impl Dialect for Gdb {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &[
            "#0 ",
            "#1 ",
            "#2 ",
            "#3 ",
            "#4 ",
            "#5 ",
            "#6 ",
            "#7 ",
            "#8 ",
            "#9 ",
            "(Thread ",
            " (LWP ",
            "[New LWP ",
            "Attaching to p",
            "Core was generated",
            "terminated with signal",
            "received signal",
            "Target Id",
            "$1",
            "$2",
            "$3",
            "$4",
            "$5",
            "$6",
            "$7",
            "$8",
            "$9",
            "Syms Read",
            "__data = {",
            "__owner",
            "__cur_writer",
            " LWP ",
            // Frames that lost their sign and print no address.
            ") at ./",
            ") at ../",
            ") at /",
        ]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<GdbReader>::default()
    }
}

/// What waits for the rest of its lines.
enum Waiting {
    /// A frame of the group.
    Frame(u32, Pending),
    /// A frame that says where a thread stands.
    Look(TaskKeys, Pending),
    /// A printed value.
    Value(Answer),
}

/// A row of `info sharedlibrary`: it tells nothing of a hang.
fn is_library(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let is_address = |word: Option<&str>| word.is_some_and(|word| word.starts_with("0x"));
    text.contains("Syms Read")
        || (is_address(words.next()) && is_address(words.next()) && matches!(words.next(), Some("Yes" | "No")))
}

/// Reads the gdb sessions of one document.
#[derive(Default)]
struct GdbReader {
    sessions: Vec<Session>,
    asked: Asked,
    waiting: Option<Waiting>,
    group: Group,
    /// The thread whose header stands above the group, and the header's line.
    header: Option<(TaskKeys, u32)>,
    /// The text between the selected thread and the next frames says nothing of it any more.
    adrift: bool,
    /// The next single frame repeats where the thread stands.
    echo: bool,
    /// Brackets of a local variable whose value runs over lines.
    local: value::Depth,
    rows: Rows,
    dump: Rows,
    objects: Objects,
    known: KnownFrames,
}

impl Reader for GdbReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        let text = text_of(line);
        if is_library(&text) {
            return true;
        }
        match line::read(&text) {
            Some(Printed::Frame { address, text, .. }) => stack::is_frame(address, &call::split(text)),
            Some(Printed::Notice | Printed::Cut | Printed::Quit | Printed::Paged) => false,
            Some(Printed::Value(text)) => {
                let below = || text.trim() == "{" && context.after(line.number).contains("__data");
                self.asked.expression().is_some() || text.contains("__") || below()
            }
            Some(Printed::Thread { .. }) => is_header(line, &text),
            Some(_) => true,
            None => self.is_unsigned(&text, line.number, context),
        }
    }

    fn feed(&mut self, line: &Line<'_>, context: &Context<'_>, out: &mut Builder) -> Fed {
        if line.is_blank() {
            self.settle(out);
            return Fed::Passed;
        }
        if !matches!(self.waiting, Some(Waiting::Value(_)))
            && let Some((number, frame)) = self.known.read(line, context, out)
        {
            self.settle(out);
            return self.whole(number, frame, out);
        }
        if self.waiting.is_none()
            && let Some(thread) = self.known.thread(line)
        {
            return self.printed(thread, line.number, context, out);
        }
        let text = text_of(line);
        if text.len() < line.text.len() {
            out.mend(MendKind::GluedProse, line.number);
        }
        if self.goes_on(&text, line.number, out) || is_library(&text) {
            return Fed::Taken;
        }
        match line::read(&text) {
            Some(printed) => self.printed(printed, line.number, context, out),
            None => self.unnamed(&text, line, context, out),
        }
    }

    fn close(&mut self, out: &mut Builder) {
        self.settle(out);
        self.end_group(out);
        self.rows.interrupt();
        self.dump.interrupt();
        self.header = None;
        self.adrift = true;
    }

    fn sees_elisions(&self) -> bool {
        true
    }

    fn command(&mut self, command: &Command, out: &mut Builder) -> bool {
        self.obey(command, out)
    }

    fn finish(&mut self, out: &mut Builder) {
        self.end_listings(out);
        self.objects.finish(&self.sessions, out);
        complete(&self.sessions, out);
        for session in std::mem::take(&mut self.sessions) {
            session.finish(out);
        }
        // Looks are known to stand alone only at the end; the stacks are told in the order of the text.
        out.reading_mut().stacks.sort_by_key(|stack| stack.span.first);
    }
}

impl GdbReader {
    /// The run of gdb that the text is in.
    fn session(&mut self, out: &mut Builder) -> &mut Session {
        if self.sessions.last().is_none_or(|session| session.over) {
            self.start(out);
        }
        self.sessions.last_mut().expect("a session was begun if there was none")
    }

    /// A new run of gdb begins.
    fn start(&mut self, out: &mut Builder) {
        let session = Session::new(out.session());
        self.sessions.push(session);
    }

    fn printed(&mut self, printed: Printed<'_>, line: u32, context: &Context<'_>, out: &mut Builder) -> Fed {
        match printed {
            Printed::Frame { number, address, text } => return self.frame(number, address, text, line, out),
            Printed::Thread { number, target, name } => {
                self.end_group(out);
                if self.dump.restarts_with(number) {
                    self.end_listings(out);
                }
                let clean = context.before(line, 4).is_none();
                let keys = self.keys(number, &target, out);
                self.sighted(&keys, name, line, out);
                self.session(out).preamble |= clean;
                self.dump.row(number, target.tid, line);
                self.header = Some((keys, line));
                self.echo = false;
            }
            Printed::Switch { number, target } => {
                self.end_group(out);
                let keys = self.keys(number, &target, out);
                self.sighted(&keys, None, line, out);
                self.select(keys, out);
            }
            Printed::Row { current, number, target, text } => self.row(current, (number, &target), text, line, out),
            Printed::Rows => {
                self.end_group(out);
                self.end_listings(out);
                self.rows.title(line);
            }
            Printed::Born(target) => {
                self.began(out);
                self.session(out).born.extend(target.tid);
            }
            Printed::Attached(pid) => {
                self.began(out);
                self.attached(pid, line, out);
            }
            Printed::Detached(pid) => self.detached(pid, line, out),
            Printed::Core(program) => {
                self.began(out);
                let path = program.split(' ').next().unwrap_or(program);
                let name = out.name(path.rsplit('/').next().unwrap_or(path));
                self.session(out).program = Some(name);
            }
            Printed::Signal(signal) => {
                self.began(out);
                out.note(Some(out.at(line)), format!("gdb says that {signal} ended the program."));
            }
            Printed::Stopped { number, signal } => self.stopped(number, signal, line, out),
            Printed::Value(text) => self.value(text, line, out),
            Printed::Cut => self.group.cut |= !self.group.is_empty(),
            Printed::Quit => {
                self.group.cut |= !self.group.is_empty();
                self.rows.elided();
                self.dump.elided();
            }
            Printed::Paged => {}
            Printed::Notice => return Fed::Passed,
        }
        Fed::Taken
    }

    fn value(&mut self, text: &str, line: u32, out: &mut Builder) {
        self.end_group(out);
        let answer = Answer::new(self.asked.answered(), self.session(out).selected(), self.asked.frame(), text, line);
        self.waiting = Some(Waiting::Value(answer));
        if matches!(&self.waiting, Some(Waiting::Value(answer)) if answer.is_complete()) {
            self.settle(out);
        }
    }
}

/// The text of a line without prose that is glued to it; strings may hold any script.
fn text_of<'a>(line: &'a Line<'_>) -> Cow<'a, str> {
    if line.text.is_ascii() || line.text.contains('"') {
        return Cow::Borrowed(&line.text);
    }
    Cow::Borrowed(line.head())
}

/// `Thread 9 (…` in the middle of prose is no header.
fn is_header(line: &Line<'_>, text: &str) -> bool {
    line.trimmed().starts_with("Thread ") && text.trim_end().ends_with([')', ':', '"'])
}

/// Fills in the process where only the end of a session tells it.
fn complete(sessions: &[Session], out: &mut Builder) {
    let pids: std::collections::BTreeMap<_, _> = sessions.iter().map(|session| (session.id, session.pid)).collect();
    let fill = |keys: &mut TaskKeys| {
        if keys.pid.is_none() {
            keys.pid = pids.get(&keys.session).copied().flatten();
        }
    };
    let reading = out.reading_mut();
    reading.stacks.iter_mut().filter(|stack| stack.dialect == NAME).for_each(|stack| fill(&mut stack.task));
    reading.tasks.iter_mut().for_each(|task| fill(&mut task.keys));
}
