//! The date of a ticket, as its texts tell it.

use regex::{Captures, Regex};
use std::fmt;
use std::sync::LazyLock;

/// A day and the minute in it, by whatever clock the text was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
}

/// `2024-03-05 10:07`
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02} {:02}:{:02}", self.year, self.month, self.day, self.hour, self.minute)
    }
}

/// How much of each end of a text is looked at: the last lines of a log are those of the hang, and a mail or a saved
/// page has its date at the top.
const LOOKED_AT: usize = 64 << 10;

/// Dates that stand at the beginning of a line, or of a mail's header field: what is in a sentence can be the date of
/// anything.
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    let time = r"(?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d)(?::\d\d)?";
    let month = "(?<name>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
    let again = |pattern: &str, number: u8| {
        ["hour", "minute", "name", "year", "month", "day"].iter().fold(pattern.to_owned(), |pattern, name| {
            pattern.replace(&format!("<{name}>"), &format!("<{name}{number}>"))
        })
    };
    let iso = format!(r"(?<year>\d{{4}})[-/](?<month>\d\d)[-/](?<day>\d\d)[T ,]+{time}");
    let mail = format!(r"(?:[A-Z][a-z]{{2}}, )?(?<day>\d{{1,2}}) {month} (?<year>\d{{4}}) {time}");
    let shell = format!(r"(?:[A-Z][a-z]{{2}} )?{month} +(?<day>\d{{1,2}}) {time} (?:[A-Z]{{2,5}} )?(?<year>\d{{4}})");
    let year_first = format!(r"(?<year>\d{{4}}) {month} +(?<day>\d{{1,2}}) {time}");
    let forms = [again(&iso, 1), again(&mail, 2), again(&shell, 3), again(&year_first, 4)].join("|");
    Regex::new(&format!(r"(?m)^[ \t\x{{FEFF}}>]*(?:[\[<(]\d*[\]>)]?\s*)?(?:(?i:date|sent|on)(?::|\b)\s*)?(?:{forms})"))
        .expect("the pattern is part of the program")
});

/// The latest date that stands before a line of the text.
pub fn date_of(text: &str) -> Option<Date> {
    let head = &text[..text.floor_char_boundary(LOOKED_AT)];
    let tail = &text[text.ceil_char_boundary(text.len().saturating_sub(LOOKED_AT)).max(head.len())..];
    [head, tail].into_iter().flat_map(|part| DATE.captures_iter(part)).filter_map(|found| date(&found)).max()
}

fn date(found: &Captures<'_>) -> Option<Date> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let text = |name: &str| (1..=4).find_map(|form| found.name(&format!("{name}{form}"))).map(|part| part.as_str());
    let number = |name: &str| text(name).and_then(|digits| digits.parse::<u16>().ok());
    let small = |name: &str| number(name).and_then(|value| u8::try_from(value).ok());
    let month = match text("name") {
        Some(name) => (1..).zip(MONTHS).find(|(_, month)| *month == name).map(|(month, _)| month),
        None => small("month"),
    };
    let date = Date {
        year: number("year")?,
        month: month?,
        day: small("day")?,
        hour: small("hour")?,
        minute: small("minute")?,
    };
    let sound = (1990..2100).contains(&date.year) && (1..=12).contains(&date.month) && (1..=31).contains(&date.day);
    sound.then_some(date)
}

#[cfg(test)]
mod tests {
    use super::date_of;

    fn date(text: &str) -> Option<String> {
        date_of(text).map(|date| date.to_string())
    }

    #[test]
    fn dates_before_lines_are_read() {
        assert_eq!(date("2024-03-05T10:07:11.123456+00:00 host kernel: x\n").as_deref(), Some("2024-03-05 10:07"));
        assert_eq!(date("a\n[2024-03-05 10:07:11] x\n").as_deref(), Some("2024-03-05 10:07"));
        assert_eq!(date("2024/03/05 10:07:11 panic\n").as_deref(), Some("2024-03-05 10:07"));
        assert_eq!(date("Subject: x\nDate: Tue, 5 Mar 2024 10:07:11 +0100\n").as_deref(), Some("2024-03-05 10:07"));
        assert_eq!(date("Tue Mar  5 10:07:11 UTC 2024\n").as_deref(), Some("2024-03-05 10:07"));
        assert_eq!(date("2024 Mar  5 10:07:11 host kernel: x\n").as_deref(), Some("2024-03-05 10:07"));
    }

    #[test]
    fn the_latest_counts() {
        let text = "2024-03-05 10:07:11 a\n2024-03-06 00:01:00 b\n2024-03-05 23:59:00 c\n";
        assert_eq!(date(text).as_deref(), Some("2024-03-06 00:01"));
        let long = format!("{}{}2024-03-07 01:02:03 end\n", "2024-03-05 10:07:11 a\n", "ä\n".repeat(200_000));
        assert_eq!(date(&long).as_deref(), Some("2024-03-07 01:02"));
    }

    #[test]
    fn a_date_without_year_or_in_a_sentence_is_none() {
        assert_eq!(date("Mar  5 10:07:11 host kernel: x\n"), None);
        assert_eq!(date("it was built on 2019-01-01 10:00:00 by me\n"), None);
        assert_eq!(date("2024-13-05 10:07:11 x\n2024-00-05 10:07 x\n9999-01-01 00:00:00\n"), None);
        assert_eq!(date(""), None);
    }
}
