//! The console of the Linux kernel, as `dmesg`, `journalctl -k`, a serial line, netconsole or `crash> log` print it:
//!
//! ```text
//! [   24.765399] INFO: task cli_ab:103 blocked for more than 12 seconds.
//! [   24.765766] task:cli_ab          state:D stack:0     pid:103   ppid:1      flags:0x00004002
//! [   24.765925] Call Trace:
//! [   24.765978]  <TASK>
//! [   24.766024]  __schedule+0x34d/0xa00
//! ```
//!
//! Hung tasks, lockups, stalls, crashes, the listings of sysrq, workqueues and run queues. Reports of several CPUs can
//! stand line by line between each other: where the printk caller is printed, each caller has a stream of its own;
//! elsewhere a headline never ends a trace, and only the line that names a CPU or task begins the next.
//! Sources of the forms: `kernel/hung_task.c`, `kernel/watchdog.c`, `kernel/rcu/tree_stall.h`, `kernel/workqueue.c`,
//! `sched_show_task()` in `kernel/sched/core.c`, `arch/*/kernel/{dumpstack,traps,stacktrace}.c`.
//! The tables of lockdep are another dialect's.

mod blocker;
mod frame;
mod heads;
mod kind;
mod listing;
mod queues;
mod registers;
mod reports;
mod stalls;
mod stream;
mod trace;

use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Caller, Command, Context, Line, PerShape, Tool};
use frame::Frames;
use kind::{Kind, kind};
use pest_derive::Parser;
use stacklore_model::{MendKind, StackSighting};
use std::hash::{Hash, Hasher};
use stream::{Printed, Stream, stamp};

#[derive(Parser)]
#[grammar = "dmesg/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct Dmesg;

const NAME: &str = "dmesg";

impl Dialect for Dmesg {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &[
            "Call Trace:",
            "Call trace:",
            "Backtrace:",
            "task:",
            " blocked for more than ",
            "blocked on a",
            "BUG: ",
            "hard LOCKUP",
            " stall",
            "NMI backtrace for cpu",
            "sysrq: Show",
            "SysRq : Show",
            " PID: ",
            "Workqueue: ",
            "workqueue ",
            "Showing busy workqueues",
            "Kernel panic - ",
            "kernel BUG at",
            "Oops",
            "WARNING: ",
            "UBSAN: ",
            "list_add corruption",
            "list_del corruption",
            "double fault: ",
            "divide error: ",
            "Tasks blocked on level-",
            "Unable to handle kernel",
            "general protection fault",
            "/0x",
            " 0x0",
            "cpu#",
            "Stack traceback for pid",
            "Task Addr  ",
            ", comm = ",
            ": Vector: ",
        ]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<DmesgReader>::default()
    }
}

/// Reads a console.
#[derive(Default)]
struct DmesgReader {
    frames: Frames,
    /// What the lines of a shape are.
    kinds: PerShape<Kind>,
    tasks: heads::TaskLines,
    streams: Vec<(Option<Caller>, Stream)>,
    reports: reports::Reports,
    queues: queues::Queues,
    listed: listing::Listed,
    /// Every line stands twice.
    doubled: bool,
    /// The last line was dropped as a twin.
    twin: u32,
    /// The task of the CPU at which xmon stands: what its commands are about.
    debugged: Option<trace::Head>,
    /// The line before was one that can go on in the next (`Modules linked in:`, `Code:`).
    wraps: bool,
    /// Headlines by time and text.
    printed: Printed,
}

impl Reader for DmesgReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        match self.kind(line) {
            Kind::CallTrace | Kind::TaskLine | Kind::CpuLine | Kind::Blocker | Kind::NmiBacktrace | Kind::Sysrq => true,
            Kind::Headline | Kind::Debugger => true,
            Kind::Table => line.trimmed().starts_with("Showing busy") || line.trimmed().starts_with("workqueue "),
            Kind::Worker => true,
            // A trace whose head was lost: the first lines of a ring buffer, or of a paste.
            Kind::Frame => self.headless(line, context),
            _ => false,
        }
    }

    fn feed(&mut self, line: &Line<'_>, context: &Context<'_>, out: &mut Builder) -> Fed {
        if line.is_blank() {
            self.stream(line).history_end();
            return Fed::Passed;
        }
        let kind = self.kind(line);
        if self.is_twin(kind, line, context, out) {
            return Fed::Taken;
        }
        let wrapped = std::mem::replace(&mut self.wraps, false);
        match self.take(kind, line, out) {
            Some(fed) => fed,
            None => self.other(wrapped, line, out),
        }
    }

    fn command(&mut self, command: &Command, out: &mut Builder) -> bool {
        if command.tool != Tool::Kernel {
            return false;
        }
        let traces = matches!(command.text.split(' ').next(), Some("t" | "S" | "bt"));
        if let Some(head) = self.debugged.clone().filter(|_| traces) {
            self.stream_of(None).begin(trace::Head { line: command.line, ..head }, out);
        }
        true
    }

    fn close(&mut self, out: &mut Builder) {
        for (_, stream) in &mut self.streams {
            stream.close(out);
        }
    }

    fn sees_elisions(&self) -> bool {
        true
    }

    fn finish(&mut self, out: &mut Builder) {
        // Traces of several CPUs end in another order than they begin.
        if self.streams.len() > 1 {
            out.reading_mut().stacks.sort_by_key(|stack| stack.span.first);
        }
        drop_replays(out);
    }
}

impl DmesgReader {
    /// What a line is; lines that differ in addresses only are the same.
    fn kind(&mut self, line: &Line<'_>) -> Kind {
        let Some(shape) = line.shape else { return kind(line.trimmed()) };
        if let Some(known) = self.kinds.get(shape) {
            return *known;
        }
        let kind = kind(line.trimmed());
        self.kinds.insert(shape, kind);
        kind
    }

    fn stream(&mut self, line: &Line<'_>) -> &mut Stream {
        self.stream_of(line.prefix.caller)
    }

    fn stream_of(&mut self, caller: Option<Caller>) -> &mut Stream {
        let at = match self.streams.iter().position(|(known, _)| *known == caller) {
            Some(at) => at,
            None => {
                self.streams.push((caller, Stream::default()));
                self.streams.len() - 1
            }
        };
        &mut self.streams[at].1
    }

    fn headless(&self, line: &Line<'_>, context: &Context<'_>) -> bool {
        let text = line.trimmed();
        let console = line.prefix.time.is_some() || line.prefix.kernel;
        let xmon = text.starts_with('[') && frame::is_xmon(text);
        if line.prefix.path.is_some() || (text.starts_with(['[', '(']) && !console && !xmon) {
            return false;
        }
        // Below it stands another frame, or behind it where lines were glued together; pages lose a `+`.
        let below = || {
            let below = context.after(line.number);
            below.contains("+0x") || below.contains("/0x") && frame::looks_like_frame(below.trim())
        };
        let beside = || context.given(line.number).matches("/0x").nth(1).is_some();
        text.contains("/0x") && (below() || beside())
    }

    /// Two consoles on one line print everything twice.
    fn is_twin(&mut self, kind: Kind, line: &Line<'_>, context: &Context<'_>, out: &mut Builder) -> bool {
        if line.prefix.time.is_none() {
            return false;
        }
        let number = line.number;
        if self.doubled && self.twin + 1 != number && context.given(number - 1) == context.given(number) {
            self.twin = number;
            out.mend(MendKind::Doubled, number);
            return true;
        }
        // Frames repeat (recursion), and two CPUs print equal lines; none that names a task or tells a time does.
        if matches!(kind, Kind::Headline | Kind::TaskLine | Kind::CpuLine | Kind::Table) {
            self.doubled = context.given(number + 1) == context.given(number);
        }
        false
    }

    fn take(&mut self, kind: Kind, line: &Line<'_>, out: &mut Builder) -> Option<Fed> {
        let time = stamp(line);
        match kind {
            Kind::Frame => {
                let parsed = self.frames.read(line, out)?;
                self.stream(line).frame(parsed, time);
            }
            Kind::CallTrace => self.stream(line).call_trace(line, out),
            Kind::TaskLine => {
                let head = self.tasks.read(line, out)?;
                self.listed.line(line.number);
                self.stream(line).begin(head, out);
            }
            Kind::Debugger => {
                if let Some(head) = heads::debugger(line, out) {
                    self.debugged = Some(head.clone()).filter(|_| line.trimmed().starts_with("pid"));
                    self.stream(line).named(head, out);
                }
            }
            Kind::CpuLine => {
                let head = heads::cpu(line, out)?;
                self.reports.cpu_block(&head, line, out);
                self.stream(line).begin(head, out);
            }
            Kind::Headline if self.printed.again(time, &line.trimmed()) => {}
            Kind::Headline => {
                match self.reports.read(line, out) {
                    reports::Headline::None => return None,
                    reports::Headline::Read => {}
                    reports::Headline::Hung(head) => self.stream(line).announce(head),
                }
                self.end_listing(out);
            }
            Kind::Blocker => {
                if !blocker::read(line, out) {
                    return Some(Fed::Passed);
                }
            }
            Kind::NmiBacktrace => {
                if !line.text.contains("skipped") {
                    self.reports.watch();
                }
                self.end_listing(out);
            }
            Kind::Sysrq => {
                self.close(out);
                self.end_listing(out);
                self.listed.sysrq(&line.text, line.number);
                if line.text.contains("all active CPUs") {
                    self.reports.watch();
                }
            }
            Kind::ProgramCounter => self.program_counter(line, out),
            Kind::Registers => self.registers(line, out),
            Kind::Worker => {
                let caller = line.prefix.caller;
                let at = self.streams.iter().position(|(known, _)| *known == caller);
                let head = at.and_then(|at| self.streams[at].1.head());
                self.queues.worker(line, head.map(|head| &head.task), out);
            }
            Kind::Table => {
                if !self.queues.read(line, out) {
                    return None;
                }
                self.end_all(line, out);
            }
            Kind::TraceMark => self.stream(line).marked(),
            Kind::TraceEnd => {
                let marked = line.trimmed().starts_with(['<', '/']);
                self.stream(line).end(marked, out);
            }
            Kind::Detail => self.reports.detail(line, out),
            Kind::History => self.stream(line).history(out),
            Kind::Lost => {
                self.listed.broken();
                self.stream(line).lost();
            }
            Kind::Structure => {
                self.wraps = line.trimmed().starts_with(['M', 'C']);
            }
            Kind::Lockdep => {
                self.end_all(line, out);
                return Some(Fed::End);
            }
            Kind::Other => return None,
        }
        Some(Fed::Taken)
    }

    /// A line of nobody: rows of tables, messages of drivers, prose.
    fn other(&mut self, wrapped: bool, line: &Line<'_>, out: &mut Builder) -> Fed {
        if kind::seems_head(line.trimmed()) {
            // What follows is not the trace above it.
            self.stream(line).close(out);
            out.unclear(line.number, "seems to name the task of a trace, but does not have the form of such a line");
            return Fed::Passed;
        }
        if self.queues.read(line, out) || self.reports.stalled_cpu(line, out) {
            return Fed::Taken;
        }
        let named = self.stream(line).takes_names() && frame::is_bare_name(line.trimmed());
        if let Some(parsed) = named.then(|| self.frames.read(line, out)).flatten() {
            self.stream(line).frame(parsed, stamp(line));
            return Fed::Taken;
        }
        let console = line.prefix.time.is_some() || line.prefix.kernel || line.prefix.logged;
        if console {
            self.end_listing(out);
            self.stream(line).foreign(out);
            return Fed::Passed;
        }
        if wrapped {
            self.wraps = true;
            return Fed::Passed;
        }
        // Lines of a report whose text was cut at the screen's width, and elisions, go on; prose does not.
        if crate::text::shell::is_elision(&line.text) {
            self.stream(line).lost();
            self.listed.broken();
            return Fed::Passed;
        }
        Fed::End
    }

    /// The listing of all tasks ends with the tables; the one of blocked tasks with the next message of anybody.
    fn end_listing(&mut self, out: &mut Builder) {
        if !self.listed.is_of_all() {
            self.listed.end(out);
        }
    }

    fn end_all(&mut self, line: &Line<'_>, out: &mut Builder) {
        self.stream(line).close(out);
        self.listed.end(out);
    }
}

/// Drops stacks that are in the text twice: a console that was replayed prints the same at the same time.
fn drop_replays(out: &mut Builder) {
    let mut printed = Printed::default();
    out.reading_mut()
        .stacks
        .retain(|stack| stack.dialect != NAME || stack.task.tid.is_none() || !printed.again(stack.time, &Shown(stack)));
}

/// What a trace shows.
struct Shown<'a>(&'a StackSighting);

impl Hash for Shown<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.task.tid.hash(state);
        for frame in &self.0.frames {
            (&*frame.symbol, frame.offset, frame.address).hash(state);
        }
    }
}
