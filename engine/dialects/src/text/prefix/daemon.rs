//! What log daemons and loggers write between the date and the text.

use super::Prefix;
use super::clock::{self, Form};
use super::cursor::Cursor;

/// The host and the program behind a date: `host kernel: `, `host kern.err kernel: `, `host java[17]: `.
pub(super) fn tag(cursor: &mut Cursor<'_>, form: Form, prefix: &mut Prefix) -> bool {
    let start = *cursor;
    if kernel(cursor, prefix) {
        return true;
    }
    // Nothing but the form of the word behind it tells a host from the first word of a text.
    let host = cursor.word();
    if host.is_empty() || host.contains(&b':') || host.contains(&b'(') || !cursor.byte(b' ') {
        *cursor = start;
        return false;
    }
    let facility = *cursor;
    if !cursor.word().contains(&b'.') || !cursor.byte(b' ') {
        *cursor = facility;
    }
    if kernel(cursor, prefix) || program(cursor, form) {
        return true;
    }
    *cursor = facility;
    if kernel(cursor, prefix) || program(cursor, form) {
        return true;
    }
    *cursor = start;
    false
}

fn kernel(cursor: &mut Cursor<'_>, prefix: &mut Prefix) -> bool {
    let found = cursor.literal(b"kernel:");
    prefix.kernel |= found;
    if found {
        cursor.byte(b' ');
    }
    found
}

/// `java[17]: `, and where a host is certain `java: `.
fn program(cursor: &mut Cursor<'_>, form: Form) -> bool {
    let name = cursor.many(|byte| byte.is_ascii_alphanumeric() || b"-_./@\\()".contains(&byte));
    let lower = name.first().is_some_and(|byte| !byte.is_ascii_uppercase());
    let numbered = cursor.byte(b'[') && cursor.digits(1, 10).is_some() && cursor.byte(b']');
    if name.is_empty() || !cursor.byte(b':') || !(numbered || form == Form::Daemon && lower) {
        return false;
    }
    cursor.byte(b' ') || cursor.peek().is_none() || cursor.peek() == Some(b'\t')
}

/// `<13>1 2023-11-20T12:00:00.1Z host program pid id - text` (RFC 5424): behind the number in angles.
pub(super) fn rfc5424(cursor: &mut Cursor<'_>, prefix: &mut Prefix) -> bool {
    if !cursor.literal(b"1 ") {
        return false;
    }
    let Some(date) = clock::date(cursor) else { return false };
    prefix.clock = date.seconds;
    let mut word = || {
        cursor.byte(b' ');
        cursor.word()
    };
    let (_host, program, _pid, id) = (word(), word(), word(), word());
    if id.is_empty() || !cursor.byte(b' ') {
        return false;
    }
    prefix.kernel |= program == b"kernel";
    // Structured data in brackets, or a dash.
    if !cursor.byte(b'-') {
        while cursor.byte(b'[') {
            cursor.many(|byte| byte != b']');
            if !cursor.byte(b']') {
                return false;
            }
        }
    }
    cursor.byte(b' ');
    cursor.literal("\u{feff}".as_bytes());
    true
}

/// Facilities of the system log, as `dmesg -x` writes them.
const FACILITIES: [&[u8]; 9] = [b"kern", b"user", b"mail", b"daemon", b"auth", b"syslog", b"lpr", b"news", b"authpriv"];

/// Severities, as `dmesg -x` and busybox write them.
const SEVERITIES: [&[u8]; 10] =
    [b"emerg", b"alert", b"crit", b"err", b"error", b"warn", b"warning", b"notice", b"info", b"debug"];

/// `kern  :err   : ` of `dmesg -x`, `kern.err ` of busybox.
pub(super) fn facility(cursor: &mut Cursor<'_>) -> bool {
    if !FACILITIES.contains(&cursor.many(|byte| byte.is_ascii_lowercase())) {
        return false;
    }
    cursor.blanks();
    let dot = cursor.byte(b'.');
    if !dot && !cursor.byte(b':') || !SEVERITIES.contains(&cursor.many(|byte| byte.is_ascii_lowercase())) {
        return false;
    }
    let blanks = cursor.blanks();
    if dot { blanks } else { cursor.byte(b':') && (cursor.byte(b' ') || cursor.peek().is_none()) }
}

/// Levels of loggers.
const LEVELS: [&[u8]; 14] = [
    b"TRACE",
    b"DEBUG",
    b"DEBG",
    b"INFO",
    b"NOTICE",
    b"WARN",
    b"WARNING",
    b"ERROR",
    b"ERR",
    b"FATAL",
    b"SEVERE",
    b"CRITICAL",
    b"CRIT",
    b"FINE",
];

/// Level, thread and name of a logger behind a date: `INFO  [main] c.e.Foo - `, `[main] ERROR c.e.Foo: `,
/// `INFO 17 --- [main] c.e.Foo   : `. Without a level it could be anything.
pub(super) fn logger(cursor: &mut Cursor<'_>) -> bool {
    let mut leveled = false;
    let mut complete = None;
    for _ in 0..8 {
        let gap = cursor.at;
        cursor.blanks();
        // Columns are filled up by a blank or two; more of them are the indentation of the text.
        if cursor.at > gap + 2 {
            break;
        }
        let before = *cursor;
        if cursor.byte(b'[') {
            // `[<ffffffff…>]` is a frame.
            let inner = cursor.many(|byte| byte != b']' && byte != b'<');
            if !cursor.byte(b']') {
                *cursor = before;
                break;
            }
            leveled |= LEVELS.contains(&inner.trim_ascii());
            complete = leveled.then_some(*cursor);
            continue;
        }
        let word = cursor.word();
        if LEVELS.contains(&word) {
            leveled = true;
            continue;
        }
        // A dash alone is one of a thread dump's marks.
        if word == b"---" || leveled && !word.is_empty() && word.iter().all(u8::is_ascii_digit) {
            continue;
        }
        let name = word.strip_suffix(b":").unwrap_or(word);
        let named =
            name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._$-:/".contains(byte)) && !name.is_empty();
        let dotted = name.len() < word.len() && name.contains(&b'.');
        let mut separator = *cursor;
        let separated =
            separator.blanks() && separator.one(|byte| byte == b'-' || byte == b':').is_some() && separator.byte(b' ');
        match (leveled && named, dotted, separated) {
            (true, true, _) => complete = Some(*cursor),
            (true, _, true) => {
                separator.at -= 1;
                complete = Some(separator);
            }
            _ => *cursor = before,
        }
        break;
    }
    let Some(mut end) = complete else { return false };
    end.byte(b' ');
    *cursor = end;
    true
}

/// `E1120 12:00:00.123456   17 file.go:123] ` of glog and klog.
pub(super) fn glog(cursor: &mut Cursor<'_>) -> bool {
    let read = (|| {
        cursor.one(|byte| b"IWEF".contains(&byte))?;
        cursor.digits(4, 8)?;
        cursor.blanks().then_some(())?;
        clock::day_time(cursor)?;
        cursor.blanks().then_some(())?;
        cursor.digits(1, 10)?;
        cursor.blanks().then_some(())?;
        let place = cursor.many(|byte| byte != b']' && byte != b' ');
        place.contains(&b':').then_some(())?;
        cursor.byte(b']').then_some(())
    })();
    if read.is_none() {
        return false;
    }
    cursor.byte(b' ');
    true
}

/// `ERROR:root:` of Python's logging.
pub(super) fn python(cursor: &mut Cursor<'_>) -> bool {
    let level = cursor.many(|byte| byte.is_ascii_uppercase());
    if !LEVELS.contains(&level) || !cursor.byte(b':') {
        return false;
    }
    let name = cursor.many(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'_');
    !name.is_empty() && cursor.byte(b':')
}
