//! Prefixes that tools and logs put before a record: `grep -H` paths, syslog heads, printk times and callers.

use super::pattern::pattern;
use super::{Caller, Prefix};
use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// `Feb 28 07:45:55 host kernel: `, `2024-05-01T10:00:00.1+02:00 host kernel: `.
static SYSLOG: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:<\d+>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?) (?:\S+ )?kernel: ?",
    )
});

/// `[   24.762317] `, `[Fri Nov 20 20:50:51 2026] `, `[  +0,000012] `, each with a level before or after it.
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:<\d+>)?\[<? {0,8}(?:(\d{1,9}\.\d{1,9})|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (?:[A-Z]+ )?\d{4}|\+ {0,8}\d+[.,]\d+)>?\](?:\[ *([TC])(\d+)\])?(?: ?<[0-9a-f]>)? ?",
    )
});

/// `/proc/97/task/109/stack:` as `grep -H` prints it.
static PATH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^((?:[\w./-]*/)?(?:proc/)?(?:\d+|self|\d+/task/\d+)/(?:stack|status|wchan|syscall|stat|sched|comm|cmdline|maps)):",
    )
});

/// Peels prefixes off a record.
pub(super) fn peel(text: Cow<'_, str>) -> (Prefix, Cow<'_, str>) {
    let mut prefix = Prefix::default();
    let mut at = 0;
    // Few lines have a prefix, and every line comes by here: a look at its first bytes before the patterns.
    let is_path = text.split_once(':').is_some_and(|(head, _)| head.contains('/') && !head.contains(' '));
    if let Some(found) = is_path.then(|| PATH.captures(&text)).flatten() {
        prefix.path = found.get(1).map(|path| path.as_str().to_owned());
        at = found.get(0).map_or(0, |all| all.end());
    }
    let is_log = text[at..].starts_with(|c: char| c == '<' || c.is_ascii_digit() || c.is_ascii_uppercase());
    if let Some(found) = (is_log && text.contains("kernel:")).then(|| SYSLOG.find(&text[at..])).flatten() {
        at += found.end();
    }
    if let Some(found) = text[at..].starts_with(['<', '[']).then(|| TIME.captures(&text[at..])).flatten() {
        prefix.time = found.get(1).and_then(|time| time.as_str().parse().ok());
        prefix.caller = found.get(3).and_then(|number| number.as_str().parse().ok()).map(|number| {
            if found.get(2).is_some_and(|sort| sort.as_str() == "T") {
                Caller::Task(number)
            } else {
                Caller::Cpu(number)
            }
        });
        at += found.get(0).map_or(0, |all| all.end());
    }
    let rest = match (text, at) {
        (text, 0) => text,
        (Cow::Borrowed(text), at) => Cow::Borrowed(&text[at..]),
        (Cow::Owned(text), at) => Cow::Owned(text[at..].to_owned()),
    };
    (prefix, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peeled(text: &str) -> (Prefix, String) {
        let (prefix, rest) = peel(Cow::Borrowed(text));
        (prefix, rest.into_owned())
    }

    #[test]
    fn heads_of_logs_are_kept_as_facts() {
        let (prefix, rest) = peeled("Feb 28 07:45:55 host kernel: [   24.762317][   T56] INFO: task x");
        assert_eq!(
            (prefix.time, prefix.caller, rest.as_str()),
            (Some(24.762317), Some(Caller::Task(56)), "INFO: task x")
        );
        let (prefix, rest) = peeled("/proc/97/task/109/stack:[<0>] futex_wait+0x1/0x2");
        assert_eq!(
            (prefix.path.as_deref(), rest.as_str()),
            (Some("/proc/97/task/109/stack"), "[<0>] futex_wait+0x1/0x2")
        );
        let (prefix, rest) = peeled("[<ffffffff810a6fec>] flush+0x1/0x2");
        assert_eq!((prefix, rest.as_str()), (Prefix::default(), "[<ffffffff810a6fec>] flush+0x1/0x2"));
    }
}
