//! `/proc/lock_stat`, `/proc/lockdep`, `/proc/lockdep_chains` and `/proc/lockdep_stats`: recognised, so that nothing of
//! them is taken for a trace. They count what happened to classes of locks since boot and say nothing of a hang.

use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Context, Line};

/// The dialect.
pub(crate) struct LockStat;

impl Dialect for LockStat {
    fn name(&self) -> &'static str {
        "lock-stat"
    }

    fn needles(&self) -> &'static [&'static str] {
        &["lock_stat version", "all lock classes:", "all lock chains:", " OPS: ", " FD: ", "lock-classes:"]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<StatReader>::default()
    }
}

#[derive(Default)]
struct StatReader;

impl Reader for StatReader {
    fn opens(&mut self, line: &Line<'_>, _context: &Context<'_>) -> bool {
        let text = line.trimmed();
        text.starts_with("lock_stat version")
            || text.starts_with("all lock classes:")
            || text.starts_with("all lock chains:")
            || text.starts_with("lock-classes:")
            || is_class(text)
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, _out: &mut Builder) -> Fed {
        if line.is_blank() {
            return Fed::Passed;
        }
        let text = line.trimmed();
        let known = is_class(text)
            || text.starts_with("-> [")
            || text.starts_with("all lock c")
            || text.starts_with("lock_stat version")
            || text.starts_with("*WARNING* lock debugging")
            || text.starts_with("irq_context:")
            || text.starts_with("class name")
            || is_rule(text)
            || is_statistic(text)
            || is_chain_member(text)
            || is_count(text);
        if known { Fed::Taken } else { Fed::End }
    }

    fn close(&mut self, _out: &mut Builder) {}
}

/// `ffffffff81c0 OPS: 12 FD: 3 BD: 1 ++++: name`
fn is_class(text: &str) -> bool {
    let hex = text.split_whitespace().next().unwrap_or("");
    hex.len() >= 8
        && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
        && (text.contains(" FD:") || text.contains(" OPS:"))
        && text.contains(" BD:")
}

fn is_rule(text: &str) -> bool {
    text.len() >= 4 && (text.bytes().all(|byte| byte == b'-') || text.bytes().all(|byte| byte == b'.'))
}

/// A row of `/proc/lock_stat`: a class with its twelve or more numbers, or a place with its count and address.
fn is_statistic(text: &str) -> bool {
    let is_number = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let numbers = text.split_whitespace().rev().take_while(is_number).count();
    numbers >= 10 || (text.contains(" [<") && text.contains(">] "))
}

/// `[ffffffff81cc3660] rcu_read_lock`
fn is_chain_member(text: &str) -> bool {
    let address = text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or("", |(address, _)| address);
    address.len() >= 8 && address.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// ` direct dependencies:   1234 [max: 32768]`
fn is_count(text: &str) -> bool {
    let value = text.split_once(':').map_or("", |(_, value)| value.trim_start());
    value.starts_with(|c: char| c.is_ascii_digit()) && !text.contains("+0x")
}
