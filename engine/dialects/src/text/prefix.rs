//! Prefixes that tools and logs put before a record: `grep -H` paths, syslog heads, printk times and callers.

use super::{Caller, Prefix, pattern};
use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// `Feb 28 07:45:55 host kernel: `, `2024-05-01T10:00:00.1+02:00 host kernel: `.
static SYSLOG: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:<\d+>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?) (?:\S+ )?kernel: ?",
    )
});

/// `[Fri Nov 20 20:50:51 2026] `, `[  +0,000012] `.
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\[<? {0,8}(?:[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (?:[A-Z]+ )?\d{4}|\+ {0,8}\d+[.,]\d+)>?\]",
    )
});

/// `6,16628,40311381019,-,caller=C0;` of /dev/kmsg and extended netconsole, behind the head of a log.
static RECORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ )?\d{1,3},\d+,(\d+),[-c+](?:,caller=([TC]\d+))?(?:,[a-z]+=[^,;]*)*;",
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
    // Traces in tickets are indented as a whole.
    let indent = text[at..].len() - text[at..].trim_start_matches([' ', '\t']).len();
    let start = at + indent;
    let is_log = text[start..].starts_with(|c: char| c == '<' || c.is_ascii_digit() || c.is_ascii_uppercase());
    if let Some(found) = (is_log && text.contains("kernel:")).then(|| SYSLOG.find(&text[start..])).flatten() {
        at = start + found.end();
        prefix.kernel = true;
    } else if text[start..].starts_with("kernel: ") {
        at = start + "kernel: ".len();
        prefix.kernel = true;
    } else if is_log && text.contains(",-") && text.contains(';') {
        at = record(&text, start, &mut prefix).unwrap_or(at);
    }
    at = time(&text, at, &mut prefix).unwrap_or(at);
    let rest = match (text, at) {
        (text, 0) => text,
        (Cow::Borrowed(text), at) => Cow::Borrowed(&text[at..]),
        (Cow::Owned(text), at) => Cow::Owned(text[at..].to_owned()),
    };
    (prefix, rest)
}

/// Peels a plain time stamp of printk off the front of a line: what most lines of a console have, and most others not.
pub(super) fn stamp(text: &str) -> (Prefix, &str) {
    let mut prefix = Prefix::default();
    let end = if text.starts_with('[') { time(text, 0, &mut prefix) } else { None };
    (prefix, &text[end.unwrap_or(0)..])
}

/// The head of a record of /dev/kmsg or of extended netconsole; where its text begins.
fn record(text: &str, at: usize, prefix: &mut Prefix) -> Option<usize> {
    let found = RECORD.captures(&text[at..])?;
    prefix.kernel = true;
    prefix.time = found.get(1).and_then(|time| time.as_str().parse::<f64>().ok()).map(|micros| micros / 1e6);
    prefix.caller = caller(found.get(2).map_or("", |caller| caller.as_str()));
    found.get(0).map(|all| at + all.end())
}

/// A time stamp of printk with its caller and level; where the text behind it begins. Written out by hand, because
/// every line of a console comes by here.
fn time(text: &str, at: usize, prefix: &mut Prefix) -> Option<usize> {
    let bytes = text.as_bytes();
    let is = |at: usize, byte: u8| bytes.get(at) == Some(&byte);
    let skip = |mut at: usize, test: fn(&u8) -> bool| {
        while bytes.get(at).is_some_and(test) {
            at += 1;
        }
        at
    };
    let level = |at: usize| {
        let end = skip(at + 1, u8::is_ascii_hexdigit);
        if is(at, b'<') && end > at + 1 && end < at + 5 && is(end, b'>') { end + 1 } else { at }
    };
    let mut end = level(skip(at, |byte| matches!(byte, b' ' | b'\t')));
    if !is(end, b'[') {
        return None;
    }
    end += 1;
    let show_delta = is(end, b'<');
    let start = skip(end + usize::from(show_delta), |byte| *byte == b' ');
    if bytes.get(start).is_some_and(|byte| byte.is_ascii_uppercase() || *byte == b'+') {
        let found = DATE.find(&text[end - 1..])?;
        end = end - 1 + found.end();
    } else {
        let whole = skip(start, u8::is_ascii_digit);
        let part = skip(whole + 1, u8::is_ascii_digit);
        if whole == start || part == whole + 1 || !is(whole, b'.') || part - start > 20 {
            return None;
        }
        end = part + usize::from(show_delta && is(part, b'>'));
        if !is(end, b']') {
            return None;
        }
        prefix.time = text.get(start..part).and_then(|time| time.parse().ok());
        end += 1;
    }
    if is(end, b'[') {
        let start = skip(end + 1, |byte| *byte == b' ');
        let stop = skip(start + 1, u8::is_ascii_digit);
        if is(stop, b']') && stop > start + 1 && bytes.get(start).is_some_and(|byte| matches!(byte, b'T' | b'C')) {
            prefix.caller = text.get(start..stop).and_then(caller);
            end = stop + 1;
        }
    }
    let leveled = level(end + usize::from(is(end, b' ')));
    if leveled > end + 1 {
        end = leveled;
        // `crash> log -m` puts the level directly before the text.
        return Some(end);
    }
    Some(end + usize::from(is(end, b' ')))
}

/// `T56`, `C1`.
fn caller(text: &str) -> Option<Caller> {
    let number = text.get(1..)?.parse().ok()?;
    Some(if text.starts_with('T') { Caller::Task(number) } else { Caller::Cpu(number) })
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
        let (prefix, rest) =
            peeled("May 25 07:29:42 x 6,16631,40311381876,-,caller=C0;    in-flight: 14164:refill_work");
        assert_eq!(
            (prefix.time, prefix.caller, prefix.kernel, rest.as_str()),
            (Some(40311.381876), Some(Caller::Cpu(0)), true, "    in-flight: 14164:refill_work")
        );
        for (text, time, left) in [
            ("[   33.432088] <6>RBP: 0000000000000004", Some(33.432088), "RBP: 0000000000000004"),
            ("<4>[    1.5] BUG: x", Some(1.5), "BUG: x"),
            ("  [154973.190007] Call Trace:", Some(154973.190007), "Call Trace:"),
            ("[   33.5]  <TASK>", Some(33.5), " <TASK>"),
            ("[Fri Nov 20 20:50:51 UTC 2026]  schedule+0x5a/0xd0", None, " schedule+0x5a/0xd0"),
            ("[  +0,000012] Call Trace:", None, "Call Trace:"),
            ("kernel: [  120.5] Call Trace:", Some(120.5), "Call Trace:"),
            ("[<24.762317>] Call Trace:", Some(24.762317), "Call Trace:"),
            ("[12] no stamp", None, "[12] no stamp"),
        ] {
            let (prefix, rest) = peeled(text);
            assert_eq!((prefix.time, rest.as_str()), (time, left), "{text}");
        }
        let (prefix, rest) = peeled("/proc/97/task/109/stack:[<0>] futex_wait+0x1/0x2");
        assert_eq!(
            (prefix.path.as_deref(), rest.as_str()),
            (Some("/proc/97/task/109/stack"), "[<0>] futex_wait+0x1/0x2")
        );
        let (prefix, rest) = peeled("[<ffffffff810a6fec>] flush+0x1/0x2");
        assert_eq!((prefix, rest.as_str()), (Prefix::default(), "[<ffffffff810a6fec>] flush+0x1/0x2"));
    }
}
