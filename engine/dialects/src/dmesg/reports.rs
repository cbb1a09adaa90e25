//! Headlines: what the kernel itself says is wrong, as `report` facts; the task is filled in where the lines below a
//! headline tell it.

use super::heads::who;
use super::stream::stamp;
use super::trace::Head;
use super::{Grammar, Rule};
use crate::builder::Builder;
use crate::text::Line;
use pest::Parser;
use stacklore_model::{Fact, Name, System, TaskKeys, TaskSighting, TaskState, Value};
use std::collections::BTreeSet;

/// Reports that wait for the line that tells their task or CPU.
#[derive(Default)]
pub(super) struct Reports {
    pub(super) open: Vec<Open>,
    /// The next CPU block is that of a watchdog: its task keeps the CPU.
    pub(super) watched: bool,
    on_cpu: BTreeSet<(u32, u32)>,
}

pub(super) struct Open {
    /// Index among the facts of the reading.
    pub(super) fact: usize,
    pub(super) kind: &'static str,
    pub(super) cpu: Option<u32>,
}

/// Reports that are open at once; older ones stay as they are.
const OPEN: usize = 64;

/// Fields of a report.
#[derive(Default)]
pub(super) struct Fields {
    pub(super) task: Option<TaskKeys>,
    pub(super) cpu: Option<u32>,
    pub(super) seconds: Option<f64>,
}

/// What a line is as a headline.
pub(super) enum Headline {
    /// None.
    None,
    /// It was read.
    Read,
    /// A hung task, whose trace may follow.
    Hung(Head),
}

impl Reports {
    /// Reads a headline.
    pub(super) fn read(&mut self, line: &Line<'_>, out: &mut Builder) -> Headline {
        let text = line.trimmed();
        if text.starts_with("INFO: task ") {
            return hung(line, text, out).map_or(Headline::None, Headline::Hung);
        }
        if self.other(line, text, out) { Headline::Read } else { Headline::None }
    }

    fn other(&mut self, line: &Line<'_>, text: &str, out: &mut Builder) -> bool {
        let bare = text.trim_start_matches("NMI ").trim_start_matches("watchdog: ").trim_start_matches("rcu: ");
        match bare.as_bytes().first() {
            Some(b'I') if bare.starts_with("INFO: rcu") => self.stall(line, bare, out),
            Some(b'I') if bare.starts_with("Internal error:") => self.crash("oops", line, out),
            Some(b'B') if bare.starts_with("BUG: ") => self.bug(line, bare, out),
            Some(b'W') if bare.starts_with("Watchdog detected hard LOCKUP") => self.hard(line, text, out),
            Some(b'U') if bare.starts_with("UBSAN: ") => self.crash("warning", line, out),
            Some(b'l') if bare.contains(" corruption") => self.crash("oops", line, out),
            Some(b'd' | b's' | b'P') if bare.contains(": ") => self.crash("oops", line, out),
            Some(b'C') if bare.contains("hard LOCKUP") => self.hard(line, text, out),
            Some(b'W') if bare.starts_with("WARNING: ") => self.warning(line, bare, out),
            Some(b'O') if bare.starts_with("Oops") => self.crash("oops", line, out),
            Some(b'U') if bare.starts_with("Unable to handle kernel") => self.crash("oops", line, out),
            Some(b'g') if bare.starts_with("general protection fault") => self.crash("oops", line, out),
            Some(b'k') if bare.starts_with("kernel BUG at ") => self.crash("oops", line, out),
            Some(b'K') if bare.starts_with("Kernel panic - not syncing") => self.panic(line, bare, out),
            _ => false,
        }
    }

    fn bug(&mut self, line: &Line<'_>, text: &str, out: &mut Builder) -> bool {
        let rest = text.strip_prefix("BUG: ").unwrap_or(text);
        if rest.starts_with("soft lockup") {
            return self.soft(line, text, out);
        }
        if rest.starts_with("workqueue lockup") {
            return workqueue(line, text, out);
        }
        if let Some(whose) = rest.strip_prefix("scheduling while atomic: ") {
            // `comm/pid/0x00000002`
            let (_, task) = who(whose.trim().rsplit_once('/').map_or(whose, |(head, _)| head), out);
            emit("warning", Fields { task: Some(task), ..Fields::default() }, line, out);
            return true;
        }
        if let Some(whose) = rest.strip_prefix("workqueue leaked ").and_then(|rest| rest.split_once(": ")) {
            // `comm/0x00000000/pid`, later `comm[pid]`.
            let whose = whose.1.trim().trim_end_matches(']').replace("/0x00000000", "").replace('[', "/");
            let (_, task) = who(&whose, out);
            emit("warning", Fields { task: Some(task), ..Fields::default() }, line, out);
            return true;
        }
        let crash = [
            "unable to handle",
            "kernel NULL pointer",
            "KASAN",
            "KFENCE",
            "KMSAN",
            "stack guard page",
            "TASK stack guard",
        ]
        .iter()
        .any(|words| rest.starts_with(words));
        self.crash(if crash { "oops" } else { "warning" }, line, out)
    }

    fn soft(&mut self, line: &Line<'_>, text: &str, out: &mut Builder) -> bool {
        let Some(parsed) = Grammar::parse(Rule::soft, text).ok().and_then(|mut pairs| pairs.next()) else {
            return false;
        };
        let (mut name, mut fields) = (None, Fields::default());
        for part in parsed.into_inner() {
            match part.as_rule() {
                Rule::number => fields.cpu = part.as_str().parse().ok(),
                Rule::seconds => fields.seconds = part.as_str().parse().ok(),
                Rule::soft_who => {
                    let (comm, keys) = who(part.as_str(), out);
                    (name, fields.task) = (comm, Some(keys));
                }
                _ => {}
            }
        }
        let task = fields.task.clone().unwrap_or_default();
        out.task(TaskSighting {
            keys: task.clone(),
            name,
            system: Some(System::Linux),
            state: Some(TaskState::Running),
            cpu: fields.cpu,
            span: out.at(line.number),
            ..TaskSighting::default()
        });
        self.on_cpu(fields.cpu, &task, line, out);
        emit("soft-lockup", fields, line, out);
        true
    }

    fn hard(&mut self, line: &Line<'_>, text: &str, out: &mut Builder) -> bool {
        let lower = text.to_ascii_lowercase();
        // `CPU 0 detected hard LOCKUP on other CPUs 3,5`
        let cpu = lower.rfind("cpu").and_then(|at| number(lower[at + 3..].trim_start_matches('s')));
        self.pend("hard-lockup", Fields { cpu, ..Fields::default() }, line, out);
        self.watched = true;
        true
    }

    fn warning(&mut self, line: &Line<'_>, text: &str, out: &mut Builder) -> bool {
        let rest = text.strip_prefix("WARNING: ").unwrap_or(text);
        // lockdep's warnings are of another dialect.
        let place = rest.starts_with("CPU: ") || (rest.contains(" at ") && rest.contains(':'));
        if !place || ["possible ", "inconsistent ", "suspicious "].iter().any(|words| rest.starts_with(words)) {
            return false;
        }
        let mut words = rest.split_whitespace();
        let mut fields = Fields::default();
        while let Some(word) = words.next() {
            match word {
                "CPU:" => fields.cpu = words.next().and_then(number),
                "PID:" => fields.task = words.next().and_then(number).map(TaskKeys::tid),
                "at" => break,
                _ => {}
            }
        }
        emit("warning", fields, line, out);
        true
    }

    fn panic(&mut self, line: &Line<'_>, text: &str, out: &mut Builder) -> bool {
        // A watchdog that panics has told before what it saw; the panic is no cause.
        let watchdog = ["hung_task", "softlockup", "Hard LOCKUP", "RCU Stall", "sysrq triggered"];
        if !watchdog.iter().any(|words| text.contains(words)) {
            self.pend("panic", Fields::default(), line, out);
        }
        true
    }

    /// A crash prints several headlines for one thing.
    fn crash(&mut self, kind: &'static str, line: &Line<'_>, out: &mut Builder) -> bool {
        if !self.open.iter().any(|open| open.kind == kind) {
            self.pend(kind, Fields::default(), line, out);
        }
        let known = self.open.iter().find(|open| open.kind == kind);
        if let (Some(open), Some(address)) = (known, fault_address(line.trimmed())) {
            set(open.fact, "address", Value::Text(out.name(address)), out);
        }
        true
    }

    pub(super) fn pend(&mut self, kind: &'static str, fields: Fields, line: &Line<'_>, out: &mut Builder) {
        if self.open.len() < OPEN {
            self.open.push(Open { fact: out.reading().facts.len(), kind, cpu: fields.cpu });
        }
        emit(kind, fields, line, out);
    }

    /// The next CPU block is printed because its task keeps the CPU.
    pub(super) fn watch(&mut self) {
        self.watched = true;
    }

    /// A CPU block: its task is the one of the reports above that are about this CPU or about none.
    pub(super) fn cpu_block(&mut self, head: &Head, line: &Line<'_>, out: &mut Builder) {
        let known = !head.task.is_anonymous();
        let mut watched = self.watched;
        self.open.retain(|open| {
            let same = open.cpu.is_none() || open.cpu == head.cpu;
            if same {
                watched |= open.kind == "rcu-stall" || open.kind == "hard-lockup";
                if known {
                    set(open.fact, "task", Value::Task(head.task.clone()), out);
                }
                if let (None, Some(cpu)) = (open.cpu, head.cpu) {
                    set(open.fact, "cpu", Value::Number(f64::from(cpu)), out);
                }
            }
            !same
        });
        if watched {
            self.on_cpu(head.cpu, &head.task, line, out);
        }
        self.watched = false;
    }

    pub(super) fn on_cpu(&mut self, cpu: Option<u32>, task: &TaskKeys, line: &Line<'_>, out: &mut Builder) {
        let (Some(cpu), Some(tid)) = (cpu, task.tid) else { return };
        if self.on_cpu.insert((cpu, tid)) {
            let fields = vec![("cpu", Value::Number(f64::from(cpu))), ("task", Value::Task(task.clone()))];
            out.fact(Fact { relation: "on_cpu", fields, span: out.at(line.number) });
        }
    }
}

fn hung(line: &Line<'_>, text: &str, out: &mut Builder) -> Option<Head> {
    let parsed = Grammar::parse(Rule::hung, text).ok()?.next()?;
    let (mut name, mut task, mut seconds) = (None, TaskKeys::default(), None);
    for part in parsed.into_inner() {
        match part.as_rule() {
            Rule::who => (name, task) = who(part.as_str(), out),
            Rule::seconds => seconds = part.as_str().parse::<f64>().ok(),
            _ => {}
        }
    }
    out.task(TaskSighting {
        keys: task.clone(),
        name: name.clone(),
        system: Some(System::Linux),
        state: Some(TaskState::Blocked),
        waited: seconds,
        span: out.at(line.number),
        ..TaskSighting::default()
    });
    emit("hung-task", Fields { task: Some(task.clone()), seconds, ..Fields::default() }, line, out);
    Some(Head { task, name, line: line.number, time: stamp(line), ..Head::default() })
}

fn workqueue(line: &Line<'_>, text: &str, out: &mut Builder) -> bool {
    let Some(parsed) = Grammar::parse(Rule::pool, text).ok().and_then(|mut pairs| pairs.next()) else { return false };
    let mut fields = Fields::default();
    for part in parsed.into_inner() {
        match part.as_rule() {
            Rule::cpus => fields.cpu = part.into_inner().next().and_then(|cpu| cpu.as_str().parse().ok()),
            Rule::seconds => fields.seconds = part.as_str().parse().ok(),
            _ => {}
        }
    }
    emit("workqueue-lockup", fields, line, out);
    true
}

pub(super) fn emit(kind: &str, fields: Fields, line: &Line<'_>, out: &mut Builder) {
    let kind: Name = out.name(kind);
    let mut row = vec![("kind", Value::Text(kind))];
    row.extend(fields.task.filter(|task| !task.is_anonymous()).map(|task| ("task", Value::Task(task))));
    row.extend(fields.cpu.map(|cpu| ("cpu", Value::Number(f64::from(cpu)))));
    row.extend(fields.seconds.map(|seconds| ("seconds", Value::Number(seconds))));
    out.fact(Fact { relation: "report", fields: row, span: out.at(line.number) });
}

/// Sets a field that a later line tells.
pub(super) fn set(fact: usize, field: &'static str, value: Value, out: &mut Builder) {
    let row = out.reading_mut().facts.get_mut(fact);
    if let Some(fact) = row.filter(|fact| fact.fields.iter().all(|(name, _)| *name != field)) {
        fact.fields.push((field, value));
    }
}

/// The address whose use failed, as printed: `…, address: 0000000000000010`, `… at virtual address 00000010`.
fn fault_address(text: &str) -> Option<&str> {
    let (_, rest) = text
        .split_once("address: ")
        .or_else(|| text.split_once("virtual address "))
        .or_else(|| text.split_once("paging request at "))
        .or_else(|| text.split_once("canonical address "))
        .or_else(|| text.split_once("dereference at "))?;
    let rest = rest.trim_start_matches("0x");
    let end = rest.bytes().position(|byte| !byte.is_ascii_hexdigit()).unwrap_or(rest.len());
    (end >= 8).then(|| &rest[..end])
}

/// The number at the beginning, behind blanks.
pub(super) fn number(text: &str) -> Option<u32> {
    let text = text.trim_start_matches([' ', '#', ':']);
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}
