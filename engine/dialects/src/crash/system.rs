//! Tables that say something of the machine: `sys`, `runq`, the block of `set` and of the start.
//!
//! ```text
//!      RELEASE: 6.1.0-56-cloud-amd64
//! CPU 1 RUNQUEUE: ffff88800ecb1980
//! ```

use super::{Grammar, Rule};
use crate::builder::Builder;
use crate::text::Line;
use pest::Parser;
use stacklore_model::{Fact, System, TaskKeys, TaskSighting, TaskState, Value};

const KEYS: [&str; 18] = [
    "KERNEL:",
    "DUMPFILE:",
    "CPUS:",
    "DATE:",
    "UPTIME:",
    "LOAD AVERAGE:",
    "TASKS:",
    "NODENAME:",
    "RELEASE:",
    "VERSION:",
    "MACHINE:",
    "MEMORY:",
    "PANIC:",
    "COMMAND:",
    "TASK:",
    "CPU:",
    "STATE:",
    "WARNING:",
];

pub(super) fn opens(text: &str) -> bool {
    text.starts_with("KERNEL: ")
        || text.starts_with("DUMPFILE: ")
        || text.starts_with("RELEASE: ")
        || runqueue(text).is_some_and(|_| text.contains("RUNQUEUE"))
}

/// A row of one of the tables.
pub(super) fn is_row(text: &str) -> bool {
    KEYS.iter().any(|key| text.starts_with(key))
        || text.starts_with("PID: ")
        || runqueue(text).is_some()
        || text.starts_with("RT PRIO_ARRAY:")
        || text.starts_with("CFS RB_ROOT:")
        || text.starts_with("ROOT_TASK_GROUP:")
        || text.starts_with("TASK_GROUP:")
        || text == "[no tasks queued]"
}

/// Rows that say nothing of a hang and still belong to crash: disassembly, counts of states.
pub(super) fn is_other(text: &str) -> bool {
    (text.starts_with("0xffff") && Grammar::parse(Rule::instruction, text).is_ok())
        || (text.len() < 12 && text.contains(": ") && Grammar::parse(Rule::state_count, text).is_ok())
}

/// Address and name of a row of `sym`.
pub(super) fn symbol(text: &str) -> Option<(u64, &str)> {
    if !text.contains(") ") {
        return None;
    }
    let mut parts = Grammar::parse(Rule::listed_symbol, text).ok()?.next()?.into_inner();
    Some((super::hex(parts.next()?.as_str())?, parts.next()?.as_str()))
}

/// The task that a block of `set`, `kmem` or the start is about, line by line.
#[derive(Default)]
pub(super) struct Block {
    keys: TaskKeys,
    name: Option<String>,
    cpu: Option<u32>,
    state: Option<TaskState>,
    first: u32,
}

impl Block {
    /// Takes a row of the block; false where the row is none.
    pub(super) fn row(&mut self, line: &Line<'_>) -> bool {
        let Some((key, value)) = line.trimmed().split_once(": ") else { return false };
        let value = value.trim();
        match key {
            "PID" => self.keys.tid = value.parse().ok().filter(|pid| *pid != 0),
            "COMMAND" => self.name = Some(value.trim_matches('"').to_owned()),
            "TASK" => self.keys.address = value.split(' ').next().and_then(super::hex),
            "CPU" => self.cpu = value.parse().ok(),
            "STATE" => {
                self.state = match value.split(' ').next() {
                    Some("TASK_UNINTERRUPTIBLE") => Some(TaskState::Blocked),
                    Some("TASK_INTERRUPTIBLE") => Some(TaskState::Sleeping),
                    Some("TASK_RUNNING") => Some(TaskState::Running),
                    _ => None,
                }
            }
            _ => return false,
        }
        if self.first == 0 {
            self.first = line.number;
        }
        true
    }

    /// Tells the task of the block.
    pub(super) fn end(self, out: &mut Builder) {
        if self.keys.is_anonymous() {
            return;
        }
        let span = out.at(self.first);
        let name = self.name.map(|name| out.name(&name));
        let state = self.state.filter(|_| self.keys.tid.is_some());
        out.task(TaskSighting {
            keys: self.keys,
            name,
            system: Some(System::Linux),
            state,
            cpu: self.cpu,
            span,
            ..TaskSighting::default()
        });
    }
}

/// Whether such a block begins here.
pub(super) fn opens_block(text: &str, next: &str) -> bool {
    text.strip_prefix("PID: ").is_some_and(|pid| pid.trim().bytes().all(|byte| byte.is_ascii_digit()))
        && next.trim_start().starts_with("COMMAND: ")
}

/// The CPU of `CPU 1 RUNQUEUE: …` or `CPU 1`.
pub(super) fn runqueue(text: &str) -> Option<u32> {
    if !text.starts_with("CPU ") {
        return None;
    }
    let parsed = Grammar::parse(Rule::runqueue, text).ok()?.next()?;
    parsed.into_inner().find(|part| part.as_rule() == Rule::cpu)?.as_str().parse().ok()
}

/// Facts of a row: the kernel's version, why it panicked.
pub(super) fn read(line: &Line<'_>, out: &mut Builder) {
    let Some(parsed) = Grammar::parse(Rule::system, &line.text).ok().and_then(|mut pairs| pairs.next()) else { return };
    let (mut key, mut value) = ("", "");
    for part in parsed.into_inner() {
        match part.as_rule() {
            Rule::system_key => key = part.as_str(),
            Rule::system_value => value = part.as_str().trim(),
            _ => {}
        }
    }
    let span = out.at(line.number);
    match key {
        "RELEASE" if !value.is_empty() => {
            let fields = vec![("name", Value::Text(out.name("linux"))), ("version", Value::Text(out.name(value)))];
            out.fact(Fact { relation: "software", fields, span });
        }
        "PANIC" => {
            if let Some(kind) = panic_kind(value.trim_matches('"')) {
                let fields = vec![("kind", Value::Text(out.name(kind)))];
                out.fact(Fact { relation: "report", fields, span });
            }
        }
        _ => {}
    }
}

/// A dump that somebody asked for, or that a hang detector made, is no crash of its own.
fn panic_kind(text: &str) -> Option<&'static str> {
    let lower = text.to_ascii_lowercase();
    if lower.is_empty()
        || lower.contains("sysrq")
        || lower.contains("hung_task")
        || lower.contains("lockup")
        || lower.contains("virsh")
    {
        return None;
    }
    let oops = [
        "unable to handle",
        "oops",
        "general protection",
        "null pointer",
        "kernel bug at",
        "invalid opcode",
        "page fault",
    ];
    Some(if oops.iter().any(|word| lower.contains(word)) { "oops" } else { "panic" })
}
