//! When a ticket was written, as its texts tell it.
//!
//! Only a date with a year that begins a line counts: the time of a log line, the output of `date`, the head of a
//! thread dump, the `Date:` of a mail. Dates inside a line are of builds, certificates and files.

use crate::Report;
use crate::view::Quote;

/// Years that a clock can have told; others are of clocks that were never set.
const YEARS: std::ops::RangeInclusive<u32> = 1990..=2100;
/// Bytes of a line in which a date at its beginning has ended.
const HEAD: usize = 64;
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The date of the lines on which the first finding rests, without a finding of the first stack: of the last line at
/// or above them that begins with one, else of the first line of all texts that does. ISO 8601 to the second, with
/// the offset from UTC only where it is told.
pub fn date(report: &Report) -> Option<String> {
    let finding = report.findings.iter().find(|finding| finding.cause).or(report.findings.first());
    let quote = finding.and_then(|finding| finding.evidence.iter().flat_map(|evidence| &evidence.quotes).next());
    let stack = report.contents.stacks.first().map(|stack| (stack.source, stack.first_line));
    let place = quote.map(|quote: &Quote| (quote.source, quote.first_line)).or(stack);
    let near = place.and_then(|(source, line)| {
        let text = report.texts.get(source as usize)?;
        // From below, as the nearest counts.
        let end = memchr::memchr_iter(b'\n', text.as_bytes()).nth(line.saturating_sub(1) as usize);
        text.get(..end.unwrap_or(text.len()))?.rsplit('\n').find_map(of_line)
    });
    near.or_else(|| report.texts.iter().find_map(|text| text.lines().find_map(of_line)))
}

/// The date with which a line begins.
fn of_line(line: &str) -> Option<String> {
    // Most lines begin with something else.
    let line = line.trim_start_matches([' ', '\t', '[', '<', '(', '*', '"', '#']);
    let line = line.strip_prefix("Date:").map_or(line, str::trim_start);
    if !begins_like_one(line.as_bytes()) {
        return None;
    }
    let end = (0..=HEAD.min(line.len())).rev().find(|end| line.is_char_boundary(*end))?;
    let mut words = line.get(..end)?.split([' ', '\t', ',', ']', '>', ')', '"']).filter(|word| !word.is_empty());
    let first = words.next()?;
    if is_day(first) {
        return after_weekday(words.next()?, words);
    }
    // 2024-03-05T14:02:11Z, 2024/03/05 14:02:11
    if let Some(told) = year_first(first, words.clone()) {
        return Some(told);
    }
    // 05-Mar-2024 14:02:11, 05/Mar/2024:14:02:11
    if let Some((day, rest)) = first.split_once(['-', '/']) {
        let (month, rest) = rest.split_once(['-', '/'])?;
        let (year, time) = rest.split_once(':').map_or((rest, None), |(year, time)| (year, Some(time)));
        let time = time.or_else(|| words.next())?;
        return told(year, month_of(month)?, day, time, words.next());
    }
    after_weekday(first, words)
}

/// A first look that few other lines pass.
fn begins_like_one(line: &[u8]) -> bool {
    match line {
        [a, b, c, d, b'-' | b'/', ..] => [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()),
        [a, b, b'-' | b'/' | b' ', ..] => a.is_ascii_digit() && b.is_ascii_digit(),
        [a, b'-' | b'/' | b' ', ..] => a.is_ascii_digit(),
        [a, b, c, b' ' | b',', ..] => std::str::from_utf8(&[*a, *b, *c]).is_ok_and(is_day),
        _ => false,
    }
}

/// `Mar  5 14:02:11 CET 2024`, `Mar 5 14:02:11 2024`, `5 Mar 2024 14:02:11 +0100`
fn after_weekday<'a>(first: &'a str, mut words: impl Iterator<Item = &'a str>) -> Option<String> {
    if let Some(month) = month_of(first) {
        let (day, time, next) = (words.next()?, words.next()?, words.next()?);
        return match number(next).filter(|year| YEARS.contains(year)) {
            Some(_) => told(next, month, day, time, None),
            None => told(words.next()?, month, day, time, Some(next)),
        };
    }
    let (month, year, time) = (month_of(words.next()?)?, words.next()?, words.next()?);
    told(year, month, first, time, words.next())
}

fn year_first<'a>(first: &'a str, mut words: impl Iterator<Item = &'a str>) -> Option<String> {
    let (date, time) = match first.split_once('T') {
        Some((date, time)) => (date, time),
        None => (first, words.next()?),
    };
    let (year, rest) = date.split_once(['-', '/']).filter(|(year, _)| year.len() == 4)?;
    let (month, day) = rest.split_once(['-', '/'])?;
    told(year, number(month)?, day, time, words.next())
}

/// The date, if all of it can be; the offset stands behind the time or in a word of its own.
fn told(year: &str, month: u32, day: &str, time: &str, zone: Option<&str>) -> Option<String> {
    let clock = time.get(..8)?;
    let offset = time.get(8..)?.trim_start_matches(['.', ',']).trim_start_matches(|c: char| c.is_ascii_digit());
    let mut parts = clock.split(':').map(number);
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let (year, day) = (number(year)?, number(day)?);
    let can_be = YEARS.contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !can_be || parts.next().is_some() || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let offset = offset_of(offset).or_else(|| zone.and_then(offset_of)).unwrap_or_default();
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{offset}"))
}

/// `Z`, `+01:00`, `+0100` or `UTC`, as ISO 8601 has it.
fn offset_of(text: &str) -> Option<String> {
    if matches!(text, "Z" | "UTC" | "GMT") {
        return Some("Z".into());
    }
    let digits: String = text.get(1..)?.chars().filter(|c| *c != ':').collect();
    let (hours, minutes) = (digits.get(..2)?, digits.get(2..).filter(|minutes| minutes.len() == 2)?);
    let sound = text.starts_with(['+', '-']) && number(hours)? <= 14 && number(minutes)? < 60;
    sound.then(|| format!("{}{hours}:{minutes}", &text[..1]))
}

/// A number of digits only.
fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn month_of(word: &str) -> Option<u32> {
    let at = MONTHS.iter().position(|month| word.eq_ignore_ascii_case(month))?;
    u32::try_from(at + 1).ok()
}

fn is_day(word: &str) -> bool {
    DAYS.iter().any(|day| word.eq_ignore_ascii_case(day))
}

#[cfg(test)]
mod tests {
    use super::{date, of_line};
    use crate::sample;
    use std::sync::Arc;

    #[test]
    fn dates_begin_lines() {
        for (line, told) in [
            ("2024-03-05T14:02:11.123456+01:00 host kernel: x", "2024-03-05T14:02:11+01:00"),
            ("2024-03-05T14:02:11+0100 host kernel: x", "2024-03-05T14:02:11+01:00"),
            ("2024-03-05T14:02:11Z x", "2024-03-05T14:02:11Z"),
            ("2024-03-05 14:02:11", "2024-03-05T14:02:11"),
            ("[2024-03-05 14:02:11,004] WARN", "2024-03-05T14:02:11"),
            ("2024/03/05 14:02:11 main.go:7: x", "2024-03-05T14:02:11"),
            ("[Tue Mar  5 14:02:11 2024] INFO: task a:1 blocked", "2024-03-05T14:02:11"),
            ("Tue Mar  5 14:02:11 CET 2024", "2024-03-05T14:02:11"),
            ("Tue Mar  5 14:02:11 UTC 2024", "2024-03-05T14:02:11Z"),
            ("Date: Tue, 5 Mar 2024 14:02:11 +0100", "2024-03-05T14:02:11+01:00"),
            ("Date: 5 Mar 2024 14:02:11 GMT", "2024-03-05T14:02:11Z"),
            ("05-Mar-2024 14:02:11.123 SEVERE [main]", "2024-03-05T14:02:11"),
            ("05/Mar/2024:14:02:11 +0000", "2024-03-05T14:02:11+00:00"),
        ] {
            assert_eq!(of_line(line).as_deref(), Some(told), "{line}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for line in [
            "",
            "Mar  5 14:02:11 host kernel: no year",
            "Linux version 6.1.0 #1 SMP Tue Mar  5 14:02:11 UTC 2024",
            "1970-01-01 00:00:03 a clock that was never set",
            "2024-13-05 14:02:11",
            "2024-03-05 25:02:11",
            "2024-03-05",
            "20240305 14:02:11",
            "１2024-03-05 14:02:11",
            "Tue Mar",
            "Tuesday",
            "12-ab-2024 14:02:11",
            "[ 1234.567890] INFO: task",
            "2024-03-05T14:02:1ü",
            "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöü",
        ] {
            assert_eq!(of_line(line), None, "{line}");
        }
    }

    #[test]
    fn the_date_is_that_of_the_lines_that_matter() {
        let mut report = sample::self_deadlock();
        assert_eq!(date(&report), None);
        let day = |day: usize| format!("2024-03-{day:02} 00:00:00 x\n");
        let text: String = (1..=25).map(|number| format!("{}y\ny\ny\n", day(number))).collect();
        report.texts = vec![Arc::new(text)];
        // Line 74 is the second below that of the 19th.
        assert_eq!(date(&report).as_deref(), Some("2024-03-19T00:00:00"));
        report.texts = vec![Arc::new("y\n".repeat(80) + &day(7) + &day(8))];
        assert_eq!(date(&report).as_deref(), Some("2024-03-07T00:00:00"));
    }
}
