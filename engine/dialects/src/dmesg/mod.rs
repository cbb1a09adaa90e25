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
mod listing;
mod queues;
mod reports;
mod trace;

use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Caller, Command, Context, Line, Tool};
use frame::{Frames, looks_like_frame};
use pest::Parser;
use pest_derive::Parser;
use stacklore_model::MendKind;
use trace::Stream;

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
}

/// What a line is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Frame,
    CallTrace,
    TaskLine,
    /// Lines of a kernel's own debugger that name the task of the trace below.
    Debugger,
    CpuLine,
    Headline,
    Blocker,
    NmiBacktrace,
    Sysrq,
    ProgramCounter,
    Registers,
    Worker,
    Table,
    TraceEnd,
    History,
    Lost,
    /// Lines that belong to reports and say nothing more: marks, modules, code.
    Structure,
    /// The tables of lockdep.
    Lockdep,
    Other,
}

impl Reader for DmesgReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        match kind(line.trimmed()) {
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
        if self.is_twin(line, context, out) {
            return Fed::Taken;
        }
        let kind = kind(line.trimmed());
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

    fn finish(&mut self, out: &mut Builder) {
        // Traces of several CPUs end in another order than they begin.
        if self.streams.len() > 1 {
            out.reading_mut().stacks.sort_by_key(|stack| stack.span.first);
        }
    }
}

impl DmesgReader {
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
        context.raw(line.number + 1).contains("+0x") && text.contains("/0x")
    }

    /// Two consoles on one line print everything twice.
    fn is_twin(&mut self, line: &Line<'_>, context: &Context<'_>, out: &mut Builder) -> bool {
        if line.prefix.time.is_none() {
            return false;
        }
        let number = line.number;
        if self.doubled && self.twin + 1 != number && context.given(number - 1) == context.given(number) {
            self.twin = number;
            out.mend(MendKind::Doubled, number);
            return true;
        }
        // Frames can repeat (recursion); no headline does at the same microsecond.
        if !looks_like_frame(line.trimmed()) {
            self.doubled = context.given(number + 1) == context.given(number);
        }
        false
    }

    fn take(&mut self, kind: Kind, line: &Line<'_>, out: &mut Builder) -> Option<Fed> {
        let time = line.prefix.time;
        match kind {
            Kind::Frame => {
                let parsed = self.frames.read(line, out)?;
                self.stream(line).frame(parsed, time);
            }
            Kind::CallTrace => self.stream(line).call_trace(line.number, time, out),
            Kind::TaskLine => {
                let head = heads::task(line, out)?;
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
            Kind::TraceEnd => self.stream(line).close(out),
            Kind::History => self.stream(line).history(out),
            Kind::Lost => {
                self.listed.broken();
                self.stream(line).lost();
            }
            Kind::Structure => {
                self.wraps = line.trimmed().starts_with(['M', 'C']);
                if line.trimmed().starts_with("rcu:") {
                    self.reports.stalled_cpu(line, out);
                }
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
        if self.queues.read(line, out) || self.reports.stalled_cpu(line, out) {
            return Fed::Taken;
        }
        let named = self.stream(line).takes_names() && frame::is_bare_name(line.trimmed());
        if let Some(parsed) = named.then(|| self.frames.read(line, out)).flatten() {
            self.stream(line).frame(parsed, line.prefix.time);
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

    fn program_counter(&mut self, line: &Line<'_>, out: &mut Builder) {
        let time = line.prefix.time;
        let parsed = Grammar::parse(Rule::pc_line, line.trimmed()).ok().and_then(|mut pairs| pairs.next());
        match parsed.and_then(|parsed| frame::frame(parsed, line, out)) {
            Some((frame, _)) => self.stream(line).program_counter(frame, time),
            // Only these registers are printed of both modes.
            None if line.trimmed().starts_with(['R', 'E']) => self.stream(line).user_registers(),
            None => {}
        }
    }

    fn registers(&mut self, line: &Line<'_>, out: &mut Builder) {
        if !self.stream(line).wants_registers() {
            return;
        }
        let Some(parsed) = Grammar::parse(Rule::registers, line.trimmed()).ok().and_then(|mut pairs| pairs.next())
        else {
            return;
        };
        for register in parsed.into_inner().filter(|part| part.as_rule() == Rule::register) {
            let (mut name, mut value) = (None, None);
            for part in register.into_inner() {
                match part.as_rule() {
                    Rule::reg_name => name = Some(out.name(&part.as_str().to_ascii_lowercase())),
                    Rule::value => value = frame::hex(part.as_str()),
                    _ => {}
                }
            }
            if let (Some(name), Some(value)) = (name, value) {
                self.stream(line).register(name, value, line.number, out);
            }
        }
    }
}

/// Beginnings of lines that belong to reports and say nothing that is used.
const STRUCTURE: &[&str] = &[
    "<",
    "Modules linked in",
    "Code:",
    "Hardware name:",
    "Tainted:",
    "Not tainted",
    "\"echo ",
    "Showing all",
    "stack backtrace:",
    "---[",
    "------------[",
    "FS:",
    "CS:",
    "CR2:",
    "PKRU:",
    "DR",
    "irq event stamp",
    "hardirqs last",
    "softirqs last",
    "pstate:",
    "sp :",
    "lr :",
    "LR ",
    "CFAR:",
    "GPR",
    "Stack:",
    "Exception ",
    "Kernel Offset",
    "Krnl",
    "Last Breaking",
    "Future hung task",
    "Sending NMI",
    "rcu:",
    "(detected by",
    "(t=",
    "task                ",
    "stack:",
    "ra :",
    "Process ",
    "Dumping ftrace",
    "Preemption disabled at",
    "preempt_count:",
    "in_atomic():",
    "RCU nest depth",
    "Blocked by coredump",
    "irqs disabled",
    "last function:",
    "Instruction dump:",
    "--- interrupt",
    "--- Exception",
    "LR is at",
    "lr: ",
    "Flags: ",
    "Control: ",
    "Register ",
    "status: ",
    "badaddr: ",
    "ERA: ",
    "ECFG: ",
    "ESTAT: ",
    "CRMD: ",
    "PRMD: ",
    "EUEN: ",
    "BADV: ",
    "R:0 T:",
    "User PSW",
    "Internal error",
    "cpu 0x",
    "current = 0x",
    "paca    = 0x",
    "msr: ",
    "SP (",
    "Mem abort",
    "Data abort",
    "PGD ",
    "invalid opcode",
    "#PF:",
    "Kernel Offset",
];

/// What a line is.
fn kind(text: &str) -> Kind {
    let bytes = text.as_bytes();
    let Some(first) = bytes.first() else { return Kind::Other };
    if looks_like_frame(text) {
        return Kind::Frame;
    }
    let starts = |words: &str| text.starts_with(words);
    match first {
        b'C' if starts("Call Trace") || starts("Call trace") => Kind::CallTrace,
        b'B' if starts("Backtrace:") => Kind::CallTrace,
        b'C' if starts("CPU: ") && text.contains(" PID: ") => Kind::CpuLine,
        b't' if starts("task:") && text.contains("pid:") => Kind::TaskLine,
        b'I' if starts("INFO: task ") => {
            if text.contains(" blocked on a") {
                Kind::Blocker
            } else {
                Kind::Headline
            }
        }
        b'I' if starts("INFO: rcu") || starts("Internal error:") => Kind::Headline,
        b'r' if starts("rcu: INFO:") => Kind::Headline,
        b'w' if starts("watchdog: ") => Kind::Headline,
        b'N' if starts("NMI watchdog: ") => Kind::Headline,
        b'W' if starts("WARNING: ") || starts("Watchdog detected hard") => lockdep_or(text, Kind::Headline),
        b'B' if starts("BUG: ") => lockdep_or(text, Kind::Headline),
        b'O' if starts("Oops: ") || starts("Oops - ") => Kind::Headline,
        b'U' if starts("Unable to handle kernel") => Kind::Headline,
        b'g' if starts("general protection fault") => Kind::Headline,
        b'k' if starts("kernel BUG at ") => Kind::Headline,
        b'K' if starts("Kernel panic - ") => Kind::Headline,
        b'N' if starts("NMI backtrace for cpu") => Kind::NmiBacktrace,
        b's' | b'S' if starts("sysrq: Show") || starts("SysRq : Show") => Kind::Sysrq,
        b'R' if starts("RIP: ") => Kind::ProgramCounter,
        b'R' if starts("RIP ") => Kind::Structure,
        b'E' if starts("EIP: ") => Kind::ProgramCounter,
        b'p' | b'P' | b'N' | b'e'
            if starts("pc : ") || starts("pc: ") || starts("PC is at ") || starts("NIP [") || starts("epc ") =>
        {
            Kind::ProgramCounter
        }
        b'E' if starts("ERA: ") => Kind::ProgramCounter,
        b'K' if starts("Krnl PSW : ") => Kind::ProgramCounter,
        // The function that it names is no caller.
        b'L' if starts("Last Breaking-Event") => Kind::History,
        b'S' if starts("Stack traceback for pid ") => Kind::Debugger,
        b'T' if starts("Task Addr ") && text.contains("Pid") => Kind::Debugger,
        b'p' if starts("pid ") && text.contains(", comm = ") => Kind::Debugger,
        b'c' if starts("cpu 0x") && text.contains(": Vector: ") => Kind::Debugger,
        b'0' if starts("0x") && Grammar::parse(Rule::kdb_row, text).is_ok() => Kind::Debugger,
        b'W' if starts("Workqueue: ") => Kind::Worker,
        b'S' if starts("Showing busy workqueues") => Kind::Table,
        b'S' if starts("Showing all locks") => Kind::Lockdep,
        b'w' if starts("workqueue ") && text.contains(": flags=") => Kind::Table,
        b'<' if starts("</TASK>") => Kind::TraceEnd,
        b'-' if starts("---[ end") => Kind::TraceEnd,
        b'A' | b'F' | b'L'
            if starts("Allocated by task") || starts("Freed by task") || starts("Last potentially related work") =>
        {
            Kind::History
        }
        b'*' if starts("** ") && text.contains("dropped") => Kind::Lost,
        b'-' if starts("-> #") => Kind::Lockdep,
        b'0'..=b'9' | b'n'
            if text.contains(" locks held by ") || text.contains(" lock held by ") || starts("no locks held by") =>
        {
            Kind::Lockdep
        }
        b'R' | b'E' if is_registers(bytes) => Kind::Registers,
        b'x' if is_register_row(text) => Kind::Registers,
        _ if STRUCTURE.iter().any(|words| starts(words)) => Kind::Structure,
        _ if is_words(bytes) || is_register_row(text) => Kind::Structure,
        _ if is_old_task(text) => Kind::TaskLine,
        _ => Kind::Other,
    }
}

fn lockdep_or(text: &str, kind: Kind) -> Kind {
    let rest = text.trim_start_matches("WARNING: ").trim_start_matches("BUG: ");
    let lockdep = [
        "possible ",
        "inconsistent lock",
        "suspicious RCU",
        "Invalid wait",
        "bad unlock balance",
        "held lock freed",
        "lock held when",
    ];
    if lockdep.iter().any(|words| rest.starts_with(words)) { Kind::Lockdep } else { kind }
}

/// `RAX: ffff…`, `R13: 00007f…`, `EAX: c0…`.
fn is_registers(bytes: &[u8]) -> bool {
    bytes.iter().take(5).position(|byte| *byte == b':').is_some_and(|colon| colon == 3)
        && bytes.get(5).is_some_and(u8::is_ascii_hexdigit)
}

/// A row of registers or of raw words of any architecture, behind a name of a few letters: `x29: ffff80001234bc00 x28: …`,
/// `x9 : …`, `GPR04: …`, `$ 4   : …`, `Cause : 00800024`, `7bc0: 00000000 …`, `a0 0000000000000000 a1 …`.
fn is_register_row(text: &str) -> bool {
    let is_name = |name: &str| {
        (1..=7).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'$' | b' '))
    };
    let is_word = |word: &str| matches!(word.len(), 8 | 16) && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let first = |text: &str| text.split_whitespace().next().map(str::to_owned).unwrap_or_default();
    // The code of s390, one instruction on a line, the present one marked.
    if let Some((address, _)) = text.trim_start_matches(['#', '>', '*']).split_once(": ")
        && address.len() == 16
        && is_word(address)
    {
        return true;
    }
    match text.get(..text.len().min(9)).unwrap_or("").split_once(':') {
        Some((name, _)) => is_name(name.trim_end()) && is_word(&first(&text[name.len() + 1..])),
        // loongarch prints no colons.
        None => {
            let mut words = text.split_whitespace();
            let mut pairs = 0;
            while let (Some(name), Some(value)) = (words.next(), words.next()) {
                if name.len() > 3 || !is_name(name) || !is_word(value) {
                    return false;
                }
                pairs += 1;
            }
            pairs > 1
        }
    }
}

/// Raw words of the stack, as kernels up to 4.x print them before a trace, and registers of ARM (`r7:00000000`).
fn is_words(bytes: &[u8]) -> bool {
    let word = |word: &[u8]| match word {
        [b'r', digits @ ..] if digits.contains(&b':') => {
            digits.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b':')
        }
        _ => matches!(word.len(), 8 | 16) && word.iter().all(u8::is_ascii_hexdigit),
    };
    bytes.split(|byte| *byte == b' ').filter(|part| !part.is_empty()).all(word)
}

/// The task line of kernels up to 5.10 ends with the flags.
fn is_old_task(text: &str) -> bool {
    let Some((head, flags)) = text.rsplit_once(' ') else { return false };
    flags.len() >= 10
        && flags.starts_with("0x0")
        && flags[2..].bytes().all(|byte| byte.is_ascii_hexdigit())
        && head.trim_end().ends_with(|c: char| c.is_ascii_digit())
        && Grammar::parse(Rule::old_task, text).is_ok()
}
