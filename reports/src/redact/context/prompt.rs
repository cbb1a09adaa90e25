//! `user@host` at a prompt and where somebody logs in, and `server:/export` of network file systems.

use super::{Found, What};
use crate::redact::standins::Kind;

/// How far before and after the sign is looked: a prompt is short.
const NEAR: usize = 120;

pub(super) fn read(text: &str, found: &mut Found) {
    for at in memchr::memchr_iter(b'@', text.as_bytes()) {
        one(text, at, found);
    }
    for at in memchr::memmem::find_iter(text.as_bytes(), ":/") {
        export(text, at, found);
    }
}

/// `server:/export` on a line about such a file system.
fn export(text: &str, at: usize, found: &mut Found) {
    let bytes = text.as_bytes();
    let host = bytes[..at].iter().rev().take(255).take_while(|byte| is_name(**byte)).count();
    let before = line_before(bytes, at - host);
    let alone = before.last().is_none_or(|last| last.is_ascii_whitespace() || b"\"'=,(".contains(last));
    let about =
        |part: &[u8]| [&b"nfs"[..], b"NFS", b"mount"].iter().any(|word| memchr::memmem::find(part, word).is_some());
    if host > 1 && alone && bytes.get(at + 2) != Some(&b'/') && (about(before) || about(line_after(bytes, at))) {
        found.mark(at - host..at, What::Secret(Kind::Host));
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-".contains(&byte)
}

fn one(text: &str, at: usize, found: &mut Found) {
    let bytes = text.as_bytes();
    let user = bytes[..at].iter().rev().take(64).take_while(|byte| is_name(**byte)).count();
    let host = bytes[at + 1..].iter().take(255).take_while(|byte| is_name(**byte)).count();
    if user == 0 || host == 0 {
        return;
    }
    let before = line_before(bytes, at - user);
    let after = line_after(bytes, at + 1 + host);
    if !(is_prompt(before, after) || logs_in(before)) {
        return;
    }
    // A full stop ends the sentence, not the name.
    let trimmed = bytes[at + 1..at + 1 + host].iter().rev().take_while(|byte| **byte == b'.').count();
    found.mark(at - user..at, What::Secret(Kind::User));
    found.mark(at + 1..at + 1 + host - trimmed, What::Secret(Kind::Host));
}

fn line_before(bytes: &[u8], at: usize) -> &[u8] {
    let near = &bytes[at.saturating_sub(NEAR)..at];
    &near[memchr::memrchr(b'\n', near).map_or(0, |end| end + 1)..]
}

fn line_after(bytes: &[u8], at: usize) -> &[u8] {
    let near = &bytes[at..bytes.len().min(at + NEAR)];
    &near[..memchr::memchr(b'\n', near).unwrap_or(near.len())]
}

/// Nothing, a bracket or the name of an environment stands before it; a colon or a blank and the sign after it.
fn is_prompt(before: &[u8], after: &[u8]) -> bool {
    let before = before.trim_ascii();
    let begins = matches!(before, b"" | b"[" | b"<") || (before.starts_with(b"(") && before.ends_with(b")"));
    let sign = |byte: &u8| b"#$%>".contains(byte);
    let signed = after
        .iter()
        .enumerate()
        .any(|(at, byte)| sign(byte) && after.get(at + 1).is_none_or(|next| next.is_ascii_whitespace()));
    begins && signed && after.first().is_some_and(|first| b": ~]#$%>".contains(first))
}

/// A command that takes `user@host` stands on the line.
fn logs_in(before: &[u8]) -> bool {
    let mut words = before.split(|byte| !byte.is_ascii_alphanumeric());
    words.any(|word| matches!(word, b"ssh" | b"scp" | b"sftp" | b"rsync" | b"sshfs" | b"mosh"))
}
