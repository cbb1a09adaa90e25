//! Dates and times of day before a line.

use super::cursor::Cursor;

/// The form of a date, which tells what may follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `Nov 20 12:00:00`, `Mon 2023-11-20 12:00:00 UTC`, ISO 8601 as log daemons write it: a host follows.
    Daemon,
    /// ISO 8601 of others: of programs, of container logs.
    Plain,
}

/// A date that was read.
pub(super) struct Date {
    pub(super) form: Form,
    /// Seconds since 1970, where the year is told.
    pub(super) seconds: Option<f64>,
    /// Only logs write it so: it is a prefix also where nothing follows.
    pub(super) of_log: bool,
}

const MONTHS: [&[u8; 3]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

/// Reads a date of any form; the cursor is behind it then.
pub(super) fn date(cursor: &mut Cursor<'_>) -> Option<Date> {
    let start = *cursor;
    match cursor.peek()? {
        b'0'..=b'9' => numbers(cursor),
        b'A'..=b'Z' => {
            if let Some(month) = month(cursor) {
                return syslog(cursor, month);
            }
            *cursor = start;
            weekday(cursor)
        }
        _ => None,
    }
}

fn month(cursor: &mut Cursor<'_>) -> Option<u64> {
    let found = MONTHS.iter().position(|name| cursor.literal(*name))?;
    Some(found as u64 + 1)
}

/// ` 20 12:00:00[.123456]` behind the month; a year may follow, as switches and `dmesg -T` write it.
fn syslog(cursor: &mut Cursor<'_>, month: u64) -> Option<Date> {
    let blanks = cursor.blanks();
    let day = cursor.digits(1, 2).filter(|day| blanks && *day <= 31)?;
    if !cursor.blanks() {
        return None;
    }
    let mut time = *cursor;
    // `Nov 20 2023 12:00:00`
    let year = time.digits(4, 4).filter(|year| *year > 1969 && time.byte(b' '));
    if year.is_some() {
        *cursor = time;
    }
    let (seconds, _) = time_of_day(cursor)?;
    Some(Date { form: Form::Daemon, seconds: year.map(|year| since_1970(year, month, day) + seconds), of_log: false })
}

/// `Mon 2023-11-20 12:00:00 UTC`, `Fri Nov 20 20:50:51 UTC 2026`.
fn weekday(cursor: &mut Cursor<'_>) -> Option<Date> {
    cursor.one(|byte| byte.is_ascii_uppercase())?;
    cursor.one(|byte| byte.is_ascii_lowercase())?;
    cursor.one(|byte| byte.is_ascii_lowercase())?;
    if !cursor.byte(b' ') {
        return None;
    }
    if let Some(month) = month(cursor) {
        let blanks = cursor.blanks();
        let day = cursor.digits(1, 2).filter(|_| blanks && cursor.byte(b' '))?;
        let (seconds, _) = time_of_day(cursor)?;
        if !cursor.byte(b' ') {
            return None;
        }
        if !cursor.many(|byte| byte.is_ascii_uppercase()).is_empty() && !cursor.byte(b' ') {
            return None;
        }
        let year = cursor.digits(4, 4)?;
        return Some(Date { form: Form::Daemon, seconds: Some(since_1970(year, month, day) + seconds), of_log: false });
    }
    let date = numbers(cursor)?;
    let mut zone = *cursor;
    if zone.byte(b' ') && zone.many(|byte| byte.is_ascii_uppercase()).len() > 1 {
        *cursor = zone;
    }
    Some(Date { form: Form::Daemon, of_log: false, ..date })
}

/// `2023-11-20T12:00:00.123456+01:00`, `2023/11/20 12:00:00`, `12:00:00.123`, `1700481600.123456`.
fn numbers(cursor: &mut Cursor<'_>) -> Option<Date> {
    let start = *cursor;
    let first = cursor.many(|byte| byte.is_ascii_digit());
    match (first.len(), cursor.peek()?) {
        (4, sign @ (b'-' | b'/')) => {
            *cursor = start;
            iso(cursor, sign)
        }
        // A time of day alone is one of a log only with its milliseconds.
        (2, b':') => {
            *cursor = start;
            let (_, part) = time_of_day(cursor)?;
            (part == Some(3)).then_some(Date { form: Form::Plain, seconds: None, of_log: false })
        }
        // `journalctl -o short-unix`
        (10, b'.') => {
            *cursor = start;
            let whole = cursor.digits(10, 10)?;
            cursor.byte(b'.');
            let micros = cursor.digits(6, 6)?;
            Some(Date { form: Form::Daemon, seconds: Some(whole as f64 + micros as f64 / 1e6), of_log: true })
        }
        _ => None,
    }
}

fn iso(cursor: &mut Cursor<'_>, sign: u8) -> Option<Date> {
    let year = cursor.digits(4, 4).filter(|_| cursor.byte(sign))?;
    let month = cursor.digits(2, 2).filter(|month| *month <= 12 && cursor.byte(sign))?;
    let day = cursor.digits(2, 2).filter(|day| *day <= 31)?;
    let t = cursor.byte(b'T');
    if !t && !cursor.byte(b' ') {
        return None;
    }
    let before = *cursor;
    let (seconds, part) = time_of_day(cursor)?;
    let comma = part.is_some() && {
        let mut fraction = before;
        fraction.many(|byte| byte.is_ascii_digit() || byte == b':');
        fraction.peek() == Some(b',')
    };
    let zone = zone(cursor);
    // Log daemons write the offset, in a form of one word; `dmesg` writes a comma.
    let daemon = t && !comma && matches!(zone, Some(zone) if zone.is_some());
    let offset = zone.flatten().unwrap_or(0.0);
    Some(Date {
        form: if daemon { Form::Daemon } else { Form::Plain },
        seconds: Some(since_1970(year, month, day) + seconds - offset),
        of_log: t && zone.is_some() || sign == b'/',
    })
}

/// `Z` has no offset, `+01:00` and `+0100` have one.
fn zone(cursor: &mut Cursor<'_>) -> Option<Option<f64>> {
    if cursor.byte(b'Z') {
        return Some(None);
    }
    let start = *cursor;
    let sign = cursor.one(|byte| byte == b'+' || byte == b'-');
    let offset = sign.and_then(|sign| {
        let digits = cursor.digits(2, 4)?;
        let minutes =
            if cursor.byte(b':') { digits * 60 + cursor.digits(2, 2)? } else { digits / 100 * 60 + digits % 100 };
        let seconds = minutes as f64 * 60.0;
        Some(if sign == b'-' { -seconds } else { seconds })
    });
    if offset.is_none() {
        *cursor = start;
    }
    offset.map(Some)
}

/// Passes a time of day.
pub(super) fn day_time(cursor: &mut Cursor<'_>) -> Option<()> {
    time_of_day(cursor).map(|_| ())
}

/// `12:00:00[.123456]`: its seconds, and the number of digits of the fraction.
fn time_of_day(cursor: &mut Cursor<'_>) -> Option<(f64, Option<usize>)> {
    let hours = cursor.digits(2, 2).filter(|hours| *hours < 25 && cursor.byte(b':'))?;
    let minutes = cursor.digits(2, 2).filter(|minutes| *minutes < 60 && cursor.byte(b':'))?;
    let seconds = cursor.digits(2, 2).filter(|seconds| *seconds < 62)?;
    let whole = (hours * 3600 + minutes * 60 + seconds) as f64;
    let mut fraction = *cursor;
    if fraction.one(|byte| byte == b'.' || byte == b',').is_some() {
        let digits = fraction.many(|byte| byte.is_ascii_digit());
        if (1..=9).contains(&digits.len()) {
            *cursor = fraction;
            let value = digits.iter().fold(0.0, |sum, digit| sum * 10.0 + f64::from(digit - b'0'));
            return Some((whole + value / 10f64.powi(digits.len() as i32), Some(digits.len())));
        }
    }
    Some((whole, None))
}

/// Seconds from the beginning of 1970 to that of a day, in the calendar that is in use.
fn since_1970(year: u64, month: u64, day: u64) -> f64 {
    // Years begin in March here, so that the leap day is the last one.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year.saturating_sub(1), month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day;
    // Days from March of the year 0 to the first of January 1970, counted in the same way.
    (days as f64 - 719_469.0) * 86_400.0
}

/// `[Fri Nov 20 20:50:51 2026]`, `[Nov20 12:00]`, `[  +0,000012]`, `[2023-11-20 12:00:00]`: what stands between the
/// brackets was written by the kernel's log tool, which is told, or by whoever recorded a serial line.
pub(super) fn bracketed(cursor: &mut Cursor<'_>) -> Option<(Option<f64>, bool)> {
    cursor.blanks();
    let start = *cursor;
    let named = cursor.peek().is_some_and(|byte| byte.is_ascii_uppercase());
    if let Some(date) = date(cursor) {
        return cursor.byte(b']').then_some((date.seconds, named));
    }
    *cursor = start;
    if cursor.byte(b'+') {
        cursor.blanks();
        cursor.digits(1, 12)?;
        cursor.one(|byte| byte == b'.' || byte == b',')?;
        cursor.digits(1, 9)?;
        cursor.byte(b'>');
        return cursor.byte(b']').then_some((None, true));
    }
    // `dmesg -e` where the minute changes.
    month(cursor)?;
    cursor.blanks();
    cursor.digits(1, 2)?;
    cursor.byte(b' ');
    cursor.digits(2, 2).filter(|_| cursor.byte(b':'))?;
    cursor.digits(2, 2)?;
    cursor.byte(b']').then_some((None, true))
}
