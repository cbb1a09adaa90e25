//! What a line of the console is, by its first bytes: every line of a dump comes by here.

use super::frame::looks_like_frame;
use super::{Grammar, Rule};
use pest::Parser;

/// What a line is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
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
    /// `<TASK>`: the trace has a mark at its end.
    TraceMark,
    TraceEnd,
    /// What a message says of the task or the CPU of the report above it.
    Detail,
    History,
    Lost,
    /// Lines that belong to reports and say nothing more: marks, modules, code.
    Structure,
    /// The tables of lockdep.
    Lockdep,
    Other,
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
    "Mem abort",
    "Data abort",
    "PGD ",
    "invalid opcode",
    "#PF:",
    "CPU#",
    "Call trace truncated",
    "preempt=0x",
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
    "Showing backtraces of",
];

/// What a line is.
pub(super) fn kind(text: &str) -> Kind {
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
        b'r' if starts("rcu:") => Kind::Detail,
        b'i' if starts("in_atomic(): ") => Kind::Detail,
        b'T' if starts("Tasks blocked on level-") => Kind::Detail,
        b'w' if starts("watchdog: ") => Kind::Headline,
        b'N' if starts("NMI watchdog: ") => Kind::Headline,
        b'W' if starts("WARNING: ") || starts("Watchdog detected hard") => lockdep_or(text, Kind::Headline),
        b'B' if starts("BUG: ") => lockdep_or(text, Kind::Headline),
        b'O' if starts("Oops: ") || starts("Oops - ") || starts("Oops [#") => Kind::Headline,
        b'U' if starts("UBSAN: ") => Kind::Headline,
        b'l' if starts("list_add corruption") || starts("list_del corruption") => Kind::Headline,
        b'd' | b's' if starts("double fault: ") || starts("divide error: ") || starts("stack segment: ") => {
            Kind::Headline
        }
        b'P' if starts("PANIC: double fault") => Kind::Headline,
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
        b'<' if starts("<TASK>") => Kind::TraceMark,
        b'<' if starts("</TASK>") => Kind::TraceEnd,
        // A page may have lost the brackets.
        b'T' if text == "TASK" => Kind::TraceMark,
        b'/' if text == "/TASK" => Kind::TraceEnd,
        b'I' | b'N' | b'S' | b'/' if matches!(text.trim_start_matches('/'), "IRQ" | "NMI" | "SOFTIRQ") => {
            Kind::Structure
        }
        b'-' if starts("---[ end") => Kind::TraceEnd,
        b'A' | b'F' | b'L'
            if starts("Allocated by task") || starts("Freed by task") || starts("Last potentially related work") =>
        {
            Kind::History
        }
        b'*' if starts("** ") && text.contains("dropped") => Kind::Lost,
        b'p' if starts("pool ") && text.ends_with(':') => Kind::Structure,
        // Where the time of a CPU went, below a soft lockup.
        b'#' if text.contains("% system") => Kind::Structure,
        b'-' if starts("-> #") => Kind::Lockdep,
        b'[' if starts("[ BUG: ") || starts("[ INFO: ") => lockdep_or(text, Kind::Structure),
        b'0'..=b'9' | b'n'
            if text.contains(" locks held by ") || text.contains(" lock held by ") || starts("no locks held by") =>
        {
            Kind::Lockdep
        }
        b'R' | b'E' if is_registers(bytes) => Kind::Registers,
        b'x' if is_register_row(text) => Kind::Registers,
        _ if bytes.ends_with(b" callbacks suppressed") => Kind::Lost,
        _ if STRUCTURE.iter().any(|words| starts(words)) => Kind::Structure,
        _ if is_words(bytes) || is_register_row(text) => Kind::Structure,
        _ if is_old_task(text) => Kind::TaskLine,
        _ => Kind::Other,
    }
}

/// Whether a line that is none of those above begins as one that names a task does.
pub(super) fn seems_head(text: &str) -> bool {
    match text.as_bytes().first() {
        Some(b't') => text.starts_with("task:") && text.contains("state:"),
        Some(b'I') => text.starts_with("INFO: task ") && text.contains(" blocked"),
        Some(b'C') => text.starts_with("CPU: ") && (text.contains(" PID: ") || text.contains(" Comm: ")),
        _ => false,
    }
}

/// The validator's warnings are those of its own dialect.
fn lockdep_or(text: &str, kind: Kind) -> Kind {
    if crate::lockdep::is_headline(text) { Kind::Lockdep } else { kind }
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
