//! Prefixes that tools and logs put before a record, in several layers: `grep -H` paths, dates, hosts and programs,
//! levels of loggers, printk times and callers. A small table of forms by the first byte; each layer is peeled in turn.

mod clock;
mod cursor;
mod daemon;

use super::{Caller, Prefix, pattern};
use clock::Form;
use cursor::Cursor;
use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// `6,16628,40311381019,-,caller=C0;` of /dev/kmsg and extended netconsole, behind the head of a log.
static RECORD: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\d{1,3},\d+,(\d+),[-c+](?:,caller=([TC]\d+))?(?:,[a-z]+=[^,;]*)*;"));

/// `/proc/97/task/109/stack:` as `grep -H` prints it.
static PATH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^((?:[\w./-]*/)?(?:proc/)?(?:\d+|self|\d+/task/\d+)/(?:stack|status|wchan|syscall|stat|sched|comm|cmdline|maps)):",
    )
});

/// Layers of prefixes that are peeled off one line.
const LAYERS: usize = 6;

/// Whether a path ends in a file of a process that [`PATH`] names.
fn is_file(path: &[u8]) -> bool {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(b"");
    name.len() < path.len()
        && matches!(
            name,
            b"stack" | b"status" | b"wchan" | b"syscall" | b"stat" | b"sched" | b"comm" | b"cmdline" | b"maps"
        )
}

/// Peels prefixes off a record.
pub(super) fn peel(text: Cow<'_, str>) -> (Prefix, Cow<'_, str>) {
    let mut prefix = Prefix::default();
    let at = end_of_prefixes(&text, &mut prefix);
    let rest = match (text, at) {
        (text, 0) => text,
        (Cow::Borrowed(text), at) => Cow::Borrowed(&text[at..]),
        (Cow::Owned(text), at) => Cow::Owned(text[at..].to_owned()),
    };
    (prefix, rest)
}

/// A line of the text as given without its prefixes.
pub(super) fn bare(text: &str) -> &str {
    let mut prefix = Prefix::default();
    text.get(end_of_prefixes(text, &mut prefix)..).unwrap_or("")
}

/// Where the text behind all prefixes begins; what they say is kept.
pub(super) fn end_of_prefixes(text: &str, prefix: &mut Prefix) -> usize {
    let mut at = 0;
    // Few lines have a prefix, and every line comes by here: a look at its first bytes before the patterns.
    let body = text.trim_start_matches([' ', '\t']);
    let is_path = memchr::memchr2(b':', b' ', body.as_bytes()).is_some_and(|end| is_file(&body.as_bytes()[..end]));
    if let Some(found) = is_path.then(|| PATH.captures(body)).flatten() {
        prefix.path = found.get(1).map(|path| path.as_str().to_owned());
        at = text.len() - body.len() + found.get(0).map_or(0, |all| all.end());
    }
    for _ in 0..LAYERS {
        // Traces in tickets are indented as a whole.
        let start = text.as_bytes()[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count() + at;
        match layer(text, start, prefix) {
            Some(end) => at = end,
            None => break,
        }
    }
    at
}

/// The end of the prefix that begins at a byte, if one does.
fn layer(text: &str, start: usize, prefix: &mut Prefix) -> Option<usize> {
    let mut cursor = Cursor::new(text, start);
    let next = |at: usize| text.as_bytes().get(start + at).copied().unwrap_or(0);
    match text.as_bytes().get(start)? {
        b'[' => time(text, start, prefix),
        b'<' if next(1).is_ascii_digit() => time(text, start, prefix).or_else(|| priority(cursor, prefix)),
        b'0'..=b'9' => {
            dated(text, cursor, prefix).or_else(|| record(text, start, prefix)).or_else(|| host_of(cursor, prefix))
        }
        b'A'..=b'Z' if next(3) == b' ' && next(1).is_ascii_lowercase() => dated(text, cursor, prefix),
        b'I' | b'W' | b'E' | b'F' if next(1).is_ascii_digit() => {
            daemon::glog(&mut cursor).then_some(cursor.at).inspect(|_| prefix.logged = true)
        }
        // A level is followed by the name of its logger without a blank.
        b'A'..=b'Z' if text.len() > 8 && text.as_bytes()[start..].iter().take(9).any(|byte| *byte == b':') => {
            daemon::python(&mut cursor).then_some(cursor.at).inspect(|_| prefix.logged = true)
        }
        b'k' if text[start..].starts_with("kernel: ") => {
            prefix.kernel = true;
            Some(start + "kernel: ".len())
        }
        b'k' | b'u' | b'd' | b's' if matches!(next(4), b' ' | b':' | b'.') || matches!(next(6), b':' | b'.') => {
            daemon::facility(&mut cursor).then_some(cursor.at).inspect(|_| prefix.kernel = true)
        }
        // `[   12.345678] host kernel: ` of `journalctl -o short-monotonic`.
        b'a'..=b'z' if prefix.time.is_some() && !prefix.kernel => host_of(cursor, prefix),
        _ => None,
    }
}

/// The host and `kernel:` behind a time stamp.
fn host_of(mut cursor: Cursor<'_>, prefix: &mut Prefix) -> Option<usize> {
    let host = cursor.word();
    (prefix.time.is_some() && !host.contains(&b'+') && cursor.literal(b" kernel: ")).then(|| {
        prefix.kernel = true;
        cursor.at
    })
}

/// A date and what a log daemon or a logger writes behind it.
fn dated(text: &str, mut cursor: Cursor<'_>, prefix: &mut Prefix) -> Option<usize> {
    let date = clock::date(&mut cursor)?;
    let parted = cursor.byte(b' ') || cursor.byte(b'\t') || cursor.byte(b':');
    // A date alone on its line is mostly one that a tool printed.
    let alone = cursor.peek().is_none();
    if alone && !date.of_log || !alone && !parted {
        return None;
    }
    prefix.clock = date.seconds.or(prefix.clock);
    prefix.logged = true;
    let mut tagged = cursor;
    if daemon::tag(&mut tagged, date.form, prefix) {
        return Some(tagged.at);
    }
    if date.form == Form::Daemon {
        let mut behind_host = cursor;
        behind_host.word();
        behind_host.byte(b' ');
        if let Some(end) = record(text, behind_host.at, prefix) {
            return Some(end);
        }
    }
    let mut logger = cursor;
    if date.form == Form::Plain && daemon::logger(&mut logger) {
        return Some(logger.at);
    }
    Some(cursor.at)
}

/// `<3>` before a text, or `<13>1 …` of RFC 5424.
fn priority(mut cursor: Cursor<'_>, prefix: &mut Prefix) -> Option<usize> {
    cursor.byte(b'<');
    cursor.digits(1, 3).filter(|priority| *priority < 192 && cursor.byte(b'>'))?;
    let mut full = cursor;
    if daemon::rfc5424(&mut full, prefix) {
        prefix.logged = true;
        return Some(full.at);
    }
    Some(cursor.at)
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
    let whole = skip(start, u8::is_ascii_digit);
    let is_date = whole == start + 4 || bytes.get(start).is_some_and(|byte| byte.is_ascii_uppercase() || *byte == b'+');
    if is_date && !is(whole, b'.') {
        let mut cursor = Cursor::new(text, start);
        let (clock, kernel) = clock::bracketed(&mut cursor)?;
        prefix.clock = clock.or(prefix.clock);
        prefix.kernel |= kernel;
        prefix.logged = true;
        end = cursor.at;
    } else {
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
    // dmesg sets the caller apart from the time, the kernel's own console does not.
    if let Some((caller, after)) = caller_at(text, end + usize::from(is(end, b' '))) {
        prefix.caller = Some(caller);
        end = after;
    }
    let leveled = level(end + usize::from(is(end, b' ')));
    if leveled > end + 1 {
        end = leveled;
        // `crash> log -m` puts the level directly before the text.
        return Some(end);
    }
    Some(end + usize::from(is(end, b' ')))
}

/// `[   T56]`, and where it ends.
fn caller_at(text: &str, at: usize) -> Option<(Caller, usize)> {
    let inner = text.get(at..)?.strip_prefix('[')?;
    let name = inner.trim_start_matches(' ');
    let digits = name.strip_prefix(['T', 'C'])?;
    let stop = digits.bytes().take_while(u8::is_ascii_digit).count();
    digits.get(stop..)?.starts_with(']').then_some(())?;
    Some((caller(name.get(..=stop)?)?, at + 1 + (inner.len() - name.len()) + 1 + stop + 1))
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
            ("[   33.5] [   T27] Call Trace:", Some(33.5), "Call Trace:"),
            ("[   33.5] [   C1]  <IRQ>", Some(33.5), " <IRQ>"),
            ("[   33.5] [x] Call Trace:", Some(33.5), "[x] Call Trace:"),
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
