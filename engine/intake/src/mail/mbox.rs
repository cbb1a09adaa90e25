//! Mailboxes: messages one after another, each after a line that begins with `From `.

use super::header::is_field;
use std::borrow::Cow;

/// Whether the bytes begin as a mailbox does.
pub(super) fn is_mailbox(bytes: &[u8]) -> bool {
    begins_message(bytes)
}

/// A `From ` line with a time and a field of a header in the next. A body may have lines that begin so, and not every
/// program quotes them.
fn begins_message(bytes: &[u8]) -> bool {
    let line = |bytes: &[u8]| memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
    let (from, next) = bytes.split_at(line(bytes));
    let time = |window: &[u8]| matches!(window, [a, b, b':', c, d] if [a, b, c, d].iter().all(|d| d.is_ascii_digit()));
    let next = next.get(1..).unwrap_or_default();
    from.starts_with(b"From ") && from.windows(5).any(time) && is_field(&next[..line(next)])
}

/// The messages of a mailbox, without their `From ` lines.
pub(super) fn messages(bytes: &[u8]) -> impl Iterator<Item = Cow<'_, [u8]>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let begin = memchr::memchr(b'\n', rest)? + 1;
        let end = end(rest, begin);
        let message = rest.get(begin..end)?;
        rest = rest.get(end..)?;
        Some(unquoted(message))
    })
}

/// Where the next message begins: after a blank line, as programs write it.
fn end(bytes: &[u8], from: usize) -> usize {
    let starts = memchr::memmem::find_iter(&bytes[from..], b"\nFrom ").map(|at| from + at + 1);
    let after_blank = |at: &usize| {
        let before = bytes.get(from..*at).unwrap_or_default();
        before.ends_with(b"\n\n") || before.ends_with(b"\n\r\n")
    };
    let mut starts = starts.filter(after_blank).filter(|at| begins_message(&bytes[*at..]));
    starts.next().unwrap_or(bytes.len())
}

/// Takes one `>` from lines that begin with `>From `, `>>From `, …
fn unquoted(message: &[u8]) -> Cow<'_, [u8]> {
    let quoted = |line: &[u8]| {
        let start = line.iter().take_while(|byte| **byte == b'>').count();
        start > 0 && line.get(start..).is_some_and(|rest| rest.starts_with(b"From "))
    };
    if memchr::memmem::find(message, b">From ").is_none() {
        return message.into();
    }
    let mut text = Vec::with_capacity(message.len());
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        text.extend(if quoted(line) { &line[1..] } else { line });
    }
    text.into()
}
