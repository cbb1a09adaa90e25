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
use stacklore_model::{Fact, Value};

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
