//! Line beginnings that name a host or a user: syslog and journal lines, rows of `ls -l`.

use super::{Found, What, words};
use crate::redact::standins::Kind;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

pub(super) fn read(line: &str, start: usize, found: &mut Found) {
    let first = line.as_bytes().first().copied().unwrap_or_default();
    match first {
        b'A'..=b'S' if line.get(..3).is_some_and(|month| MONTHS.contains(&month)) => syslog(line, 3, start, found),
        b'0'..=b'9' | b'<' if line.get(..40).unwrap_or(line).contains('T') => syslog(line, 1, start, found),
        b'-' | b'd' | b'l' | b'c' | b'b' | b's' | b'p' => listed(line, start, found),
        _ => {}
    }
}

/// `Nov 21 19:17:26 HOST prog[12]: …`, `2024-01-02T03:04:05+00:00 HOST prog: …`: after so many words of time.
fn syslog(line: &str, time: usize, start: usize, found: &mut Found) {
    let mut words = words(line).skip(time - 1);
    let Some((_, clock)) = words.next() else { return };
    let digits = clock.bytes().filter(u8::is_ascii_digit).count();
    if digits < 6 || clock.bytes().filter(|byte| *byte == b':').count() < 2 {
        return;
    }
    let (Some((at, host)), Some((_, program))) = (words.next(), words.next()) else { return };
    let plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte));
    if plain && !host.ends_with(':') && (program.ends_with(':') || program.ends_with(']')) {
        found.mark(start + at..start + at + host.len(), What::Secret(Kind::Host));
    }
}

/// `-rw-r--r-- 1 alice users 12 …`.
fn listed(line: &str, start: usize, found: &mut Found) {
    let mode = line.bytes().skip(1).take_while(|byte| b"rwxsStT-".contains(byte)).count();
    if mode != 9 {
        return;
    }
    let mut words = words(line).skip(1);
    if !words.next().is_some_and(|(_, links)| links.bytes().all(|byte| byte.is_ascii_digit())) {
        return;
    }
    for (at, name) in words.take(2) {
        found.mark(start + at..start + at + name.len(), What::Secret(Kind::User));
    }
}
