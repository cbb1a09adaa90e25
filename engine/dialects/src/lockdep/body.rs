//! What lines of a report look like that say nothing beyond the parts that are read: drawings, headings, the traces of
//! where a lock was taken in the past.

/// Beginnings of lines between the headline and the backtrace of a report.
const PHRASES: [&str; 52] = [
    "but task is already holding",
    "but there are no more locks",
    "and this task is already holding",
    "which lock already depends on",
    "which would create a new lock dependency",
    "but this new dependency connects",
    "but this lock took another",
    "but this lock was taken by another",
    "and interrupts could create inverse",
    "to a ",
    "... which became ",
    "... key ",
    "... acquired at",
    "the existing dependency chain",
    "the dependencies between",
    "the shortest dependencies between",
    "the first lock's dependencies",
    "the second lock's dependencies",
    "the lock comparison function",
    "other info that might help us debug this",
    "Chain exists of:",
    "Possible unsafe locking scenario",
    "Possible interrupt unsafe locking scenario",
    "May be due to missing lock nesting",
    "*** DEADLOCK",
    "CPU0",
    "----",
    "<Interrupt>",
    "lock(",
    "rlock(",
    "sync(",
    "local_irq_disable();",
    "at: ",
    "--> ",
    "inconsistent {",
    "irq event stamp:",
    "hardirqs last",
    "softirqs last",
    "context-{",
    "this task is",
    "-> (",
    "HARDIRQ-",
    "SOFTIRQ-",
    "IN-HARDIRQ",
    "IN-SOFTIRQ",
    "INITIAL ",
    "}",
    "(",
    "{",
    "...",
    "[...]",
    "rcu_scheduler_active",
];

/// Whether a line belongs to the body of a report.
pub(super) fn is_body(text: &str) -> bool {
    let trimmed = text.trim_start();
    is_rule(trimmed)
        || is_frame(trimmed)
        || PHRASES.iter().any(|phrase| trimmed.starts_with(phrase))
        || is_order(trimmed)
}

/// A rule of `=` or `-`.
pub(super) fn is_rule(text: &str) -> bool {
    let text = text.trim();
    text.len() >= 8 && (text.bytes().all(|byte| byte == b'=') || text.bytes().all(|byte| byte == b'-'))
}

/// A line of a trace of the past: `func+0x1/0x2 [module]`, with an address before it or a source line behind it.
pub(super) fn is_frame(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or("");
    // A page may have lost the `+`.
    let offset = text.split_once("/0x").is_some_and(|(before, _)| before.contains("0x"));
    offset || text.contains("[inline]") || (first.starts_with("<--") && text.len() < 120)
}

/// `A --> B --> C` and the version line under the headline.
fn is_order(text: &str) -> bool {
    text.contains(" --> ")
        || (text.starts_with(|c: char| c.is_ascii_digit()) && (text.contains(" #") || text.contains("ainted")))
}
