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

mod argument;
mod call;
mod command;
mod expression;
mod line;
mod listing;
mod lock;
mod object;
mod session;
mod stack;
mod target;
mod value;

use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Command, Context, Line};
use command::Asked;
use line::Printed;
use listing::Rows;
use object::{Answer, Objects};
use pest_derive::Parser;
use session::{Look, Session};
use stack::{Group, Pending};
use stacklore_model::{MendKind, TaskKeys, TaskSighting};
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
            "$1 =",
            "__data = {",
            "__owner",
            "__cur_writer",
            " LWP ",
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
}

impl Reader for GdbReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        let text = text_of(line);
        match line::read(&text) {
            Some(Printed::Frame { address, text, .. }) => stack::is_frame(address, &call::split(text)),
            Some(Printed::Notice | Printed::Cut | Printed::Quit | Printed::Paged) => false,
            Some(Printed::Value(text)) => self.asked.expression().is_some() || text.contains("__"),
            Some(Printed::Thread { .. }) => is_header(line, &text),
            Some(_) => true,
            None => self.is_unsigned(&text, context),
        }
    }

    fn feed(&mut self, line: &Line<'_>, context: &Context<'_>, out: &mut Builder) -> Fed {
        if line.is_blank() {
            self.settle(out);
            return Fed::Passed;
        }
        let text = text_of(line);
        if text.len() < line.text.len() {
            out.mend(MendKind::GluedProse, line.number);
        }
        if self.goes_on(&text, line.number, out) {
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

    /// The line that goes on with what the line before began.
    fn goes_on(&mut self, text: &str, number: u32, out: &mut Builder) -> bool {
        if matches!(line::read(text), Some(Printed::Paged)) {
            return false;
        }
        let taken = match &mut self.waiting {
            None => return false,
            Some(Waiting::Frame(_, pending) | Waiting::Look(_, pending)) => pending.takes(text, number, out),
            Some(Waiting::Value(answer)) => answer.takes(text, number),
        };
        let complete = match &self.waiting {
            Some(Waiting::Value(answer)) => answer.is_complete(),
            Some(Waiting::Frame(_, pending) | Waiting::Look(_, pending)) => pending.is_complete(),
            None => true,
        };
        if !taken || complete {
            self.settle(out);
        }
        taken
    }

    /// What waited is complete.
    fn settle(&mut self, out: &mut Builder) {
        match self.waiting.take() {
            Some(Waiting::Frame(number, pending)) => {
                let frame = pending.finish(out);
                self.group.push(number, frame, out);
            }
            Some(Waiting::Look(task, pending)) => {
                let frame = pending.finish(out);
                self.session(out).looks.push(Look { task, frame });
            }
            Some(Waiting::Value(answer)) => {
                let session = self.session(out).id;
                self.objects.answered(answer, session);
            }
            None => {}
        }
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

    /// gdb tells how it began.
    fn began(&mut self, out: &mut Builder) {
        self.end_group(out);
        self.session(out).preamble = true;
        self.echo = true;
    }

    fn frame(&mut self, number: u32, address: Option<u64>, text: &str, line: u32, out: &mut Builder) -> Fed {
        let echoed = self.echo && self.header.is_none() && self.group.frames.len() == 1;
        let continues = self.group.continues_with(number) && !(echoed && number > self.group.last + 1);
        if text.is_empty() {
            if continues {
                self.group.lost(number, line);
                return Fed::Taken;
            }
            return Fed::End;
        }
        let call = call::split(text);
        if !stack::is_frame(address, &call) {
            if continues {
                out.unclear(line, "this line has the number of the next frame and is none");
            }
            return Fed::End;
        }
        if !continues {
            self.end_group(out);
        }
        self.local = value::Depth::default();
        if call.is_complete() {
            let frame = stack::frame(address, &call, line, line, out);
            self.group.push(number, frame, out);
        } else {
            self.waiting = Some(Waiting::Frame(number, Pending::new(address, text, line)));
        }
        Fed::Taken
    }

    /// A line that is none of gdb's own: a local variable, the current frame, a frame without its sign, prose.
    fn unnamed(&mut self, text: &str, line: &Line<'_>, context: &Context<'_>, out: &mut Builder) -> Fed {
        if !self.group.is_empty() && self.variable(text, out) {
            return Fed::Taken;
        }
        if let Some(Printed::Frame { number, address, text: call }) = line::unsigned_frame(text)
            && (self.group.continues_with(number) || self.is_unsigned(text, context))
        {
            return self.frame(number, address, call, line.number, out);
        }
        if self.group.is_empty() && self.current_frame(text, line.number, out) {
            return Fed::Taken;
        }
        if listing::is_elision(text) {
            self.group.cut |= !self.group.is_empty();
            self.rows.elided();
            self.dump.elided();
            return Fed::Taken;
        }
        // A stray line between two frames.
        let next = format!("#{} ", self.group.last + 1);
        let between = !self.group.is_empty()
            && (line.number + 1..line.number + 3).any(|n| context.raw(n).trim_start().starts_with(&next));
        if between {
            out.unclear(line.number, "this line between two frames was not understood");
            return Fed::Passed;
        }
        Fed::End
    }

    /// A local variable below a frame of `bt full`.
    fn variable(&mut self, text: &str, out: &mut Builder) -> bool {
        if self.local.is_open() {
            self.local.read(text);
            return true;
        }
        let trimmed = text.trim_start();
        let variable = trimmed.split_once(" = ").filter(|(name, _)| {
            !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'$'))
        });
        match variable {
            Some((name, value)) => {
                self.local.read(value);
                self.group.local(name, value, out);
                true
            }
            // Values and strings that run over lines.
            None => trimmed.len() + 4 <= text.len(),
        }
    }

    /// `0x… in f () from lib`, `f (x=1) at a.c:12` in a preamble.
    fn current_frame(&mut self, text: &str, line: u32, out: &mut Builder) -> bool {
        let Some((address, call)) = line::current_frame(text) else { return false };
        if !(address.is_some() || self.echo) || !stack::is_frame(address, &call::split(call)) {
            return false;
        }
        let task = self.session(out).selected();
        self.look(task, address, call, line, out);
        true
    }

    fn look(&mut self, task: TaskKeys, address: Option<u64>, call: &str, line: u32, out: &mut Builder) {
        let pending = Pending::new(address, call, line);
        self.waiting = Some(Waiting::Look(task, pending));
        if matches!(&self.waiting, Some(Waiting::Look(_, pending)) if pending.is_complete()) {
            self.settle(out);
        }
    }

    fn row(&mut self, current: bool, who: (Option<u64>, &target::Target), text: &str, line: u32, out: &mut Builder) {
        self.end_group(out);
        let (number, target) = who;
        let keys = self.keys(number, target, out);
        let (name, call) = stack::name_and_frame(text);
        self.sighted(&keys, name, line, out);
        self.rows.row(number, target.tid, line);
        if current {
            self.select(keys.clone(), out);
        }
        if let Some((address, call)) =
            line::current_frame(call).filter(|(address, call)| stack::is_frame(*address, &call::split(call)))
        {
            self.look(keys, address, call, line, out);
        }
    }

    fn value(&mut self, text: &str, line: u32, out: &mut Builder) {
        self.end_group(out);
        let answer = Answer::new(self.asked.answered(), self.session(out).selected(), self.asked.frame(), text, line);
        self.waiting = Some(Waiting::Value(answer));
        if matches!(&self.waiting, Some(Waiting::Value(answer)) if answer.is_complete()) {
            self.settle(out);
        }
    }

    fn stopped(&mut self, number: Option<u64>, signal: &str, line: u32, out: &mut Builder) {
        self.began(out);
        if let Some(number) = number {
            let keys = self.session(out).numbered(number);
            self.select(keys, out);
        }
        // A user's interrupt and a breakpoint say nothing of the program.
        if !matches!(signal, "SIGINT" | "SIGTRAP" | "SIGSTOP") {
            out.note(Some(out.at(line)), format!("gdb says that the program received {signal}."));
        }
    }

    /// The keys of a thread; a number that belongs to another thread shows that another run of gdb has begun.
    fn keys(&mut self, number: Option<u64>, target: &target::Target, out: &mut Builder) -> TaskKeys {
        if self.session(out).contradicts(number, target) {
            self.end_listings(out);
            self.start(out);
        }
        self.session(out).keys(number, target)
    }

    fn sighted(&mut self, keys: &TaskKeys, name: Option<&str>, line: u32, out: &mut Builder) {
        let name = stack::shared(name, out);
        let span = out.at(line);
        out.task(TaskSighting { keys: keys.clone(), name, span, ..TaskSighting::default() });
    }

    fn select(&mut self, keys: TaskKeys, out: &mut Builder) {
        self.session(out).current = Some(keys);
        (self.echo, self.adrift) = (true, false);
    }

    /// The frames of a thread are complete.
    fn end_group(&mut self, out: &mut Builder) {
        self.settle(out);
        self.local = value::Depth::default();
        let mut group = std::mem::take(&mut self.group);
        group.close();
        let Some(span) = group.span() else { return };
        let header = self.header.take();
        let single = group.frames.len() == 1;
        // `frame 4` and `up` print one frame, and so does every change of thread.
        if single && header.is_none() && (self.echo || group.start > 0) {
            let task = if self.adrift { self.session(out).nobody() } else { self.session(out).selected() };
            let looks = group.frames.into_iter().map(|frame| Look { task: task.clone(), frame });
            self.session(out).looks.extend(looks);
            self.echo = false;
            return;
        }
        let adrift = std::mem::replace(&mut self.adrift, true);
        let (task, first) = match header {
            Some((keys, line)) => (keys, line),
            None if adrift => (self.session(out).nobody(), span.first),
            None => (self.session(out).selected(), span.first),
        };
        let cut = group.cut || self.asked.cuts(group.frames.len());
        self.dump.stack(cut);
        self.session(out).has_shown(&task);
        let span = out.span(first, span.last);
        out.stack(session::stack(task, group.frames, span, cut));
        self.echo = false;
    }

    fn end_listings(&mut self, out: &mut Builder) {
        let (rows, dump) = (std::mem::take(&mut self.rows), std::mem::take(&mut self.dump));
        if rows.is_empty() && dump.is_empty() {
            return;
        }
        let asked = (self.asked.rows, self.asked.all);
        let session = self.session(out);
        let rows = rows.complete(asked.0, &session.born, out);
        let dump_asked = asked.1 || session.preamble;
        let stacks = dump.has_stacks();
        let dump = if dump_asked { dump.complete(asked.1, &session.born, out) } else { None };
        session.listings.extend(rows.map(|span| (false, span)));
        session.listings.extend(dump.map(|span| (stacks, span)));
    }

    /// A frame without its sign can begin a stack only right behind the command that prints one.
    fn is_unsigned(&self, text: &str, context: &Context<'_>) -> bool {
        let Some(Printed::Frame { number: 0, address, text }) = line::unsigned_frame(text) else { return false };
        self.asked.stack && context.command_just_before().is_some() && stack::is_frame(address, &call::split(text))
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
