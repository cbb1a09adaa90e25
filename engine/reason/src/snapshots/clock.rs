//! When a dump was taken, by the date that stands above it.
//!
//! Tools print a date as the head of a dump, and people run `date` before they take one. A date with time that stands
//! in one of the lines above the first stack, and below the dump before it, is that of the dump.

use super::dumps::Dump;
use regex::Regex;
use stacklore_model::{Case, SourceId};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Lines above a dump in which its date may stand.
const ABOVE: usize = 6;
/// Bytes of a line that are looked at.
const LONGEST: usize = 300;

/// `2026-11-20 21:19:28`, `2026-11-20T21:19:28.123Z`, `2026/11/20 21:19:28`.
static NUMBERS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,6}))?").ok());
/// `Sat Nov 21 22:35:09 UTC 2026`, `Sat Nov 21 10:35:09 PM CET 2026`.
static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"\b[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d)(?: ([AP])M)?(?: [A-Z+\-0-9]{1,5})? (\d{4})\b",
    )
    .ok()
});
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Gives each dump that has no time the date above it. The dumps come in the order of the texts.
pub(super) fn set(case: &Case, dumps: &mut [Dump]) {
    if dumps.len() < 2 {
        return;
    }
    let mut texts: BTreeMap<SourceId, Vec<&str>> = BTreeMap::new();
    let mut before: Option<(SourceId, usize)> = None;
    let heads = Heads::of_case(case);
    for dump in dumps {
        let source = dump.span.source;
        let first = (heads.of(dump) as usize).saturating_sub(1);
        if dump.time.is_none() {
            let text = || case.sources.get(source.0 as usize).map_or("", |source| source.text.as_str());
            let lines = texts.entry(source).or_insert_with(|| text().split('\n').collect());
            let over = before.filter(|(of, _)| *of == source).map_or(0, |(_, last)| last);
            let from = first.saturating_sub(ABOVE).max(over).min(first);
            // The first line of a dump may be the head of its first stack, with the date in it.
            let above = lines.get(from..=first.min(lines.len().saturating_sub(1))).unwrap_or_default();
            dump.time = above.iter().rev().find_map(|line| date(line));
        }
        before = Some((source, dump.span.last as usize));
    }
}

/// Where complete listings begin and end, by text: a tool may print much between the head of a dump and its first
/// stack.
struct Heads(BTreeMap<SourceId, Vec<(u32, u32)>>);

impl Heads {
    fn of_case(case: &Case) -> Self {
        let mut heads: BTreeMap<SourceId, Vec<(u32, u32)>> = BTreeMap::new();
        for (source, listing) in case.listings.iter().filter(|(_, listing)| listing.stacks) {
            heads.entry(*source).or_default().push((listing.span.first, listing.span.last));
        }
        heads.values_mut().for_each(|spans| spans.sort_unstable());
        Heads(heads)
    }

    /// The first line of a dump with its head.
    fn of(&self, dump: &Dump) -> u32 {
        let first = dump.span.first;
        let spans = self.0.get(&dump.span.source).map_or(&[][..], Vec::as_slice);
        let last_before = spans.partition_point(|(begin, _)| *begin <= first).checked_sub(1);
        let covering = last_before.and_then(|at| spans.get(at)).filter(|(_, end)| *end >= first);
        covering.map_or(first, |(begin, _)| *begin)
    }
}

/// Seconds since 1970 of a date in a line. Zones are left out: the dates of one text are all of one zone.
fn date(line: &str) -> Option<f64> {
    let end = (0..=line.len().min(LONGEST)).rev().find(|at| line.is_char_boundary(*at))?;
    let line = line.get(..end)?;
    if let Some(found) = NUMBERS.as_ref()?.captures(line) {
        let number = |at: usize| found.get(at)?.as_str().parse::<i64>().ok();
        let fraction = found.get(7).and_then(|digits| format!("0.{}", digits.as_str()).parse::<f64>().ok());
        let seconds = seconds(number(1)?, number(2)?, number(3)?, [number(4)?, number(5)?, number(6)?])?;
        return Some(seconds + fraction.unwrap_or(0.0));
    }
    let found = WORDS.as_ref()?.captures(line)?;
    let number = |at: usize| found.get(at)?.as_str().parse::<i64>().ok();
    let month = MONTHS.iter().position(|month| found.get(1).is_some_and(|word| word.as_str() == *month))?;
    let hour = match found.get(6).map(|half| half.as_str()) {
        Some("P") => number(3)? % 12 + 12,
        Some(_) => number(3)? % 12,
        None => number(3)?,
    };
    seconds(number(7)?, i64::try_from(month).ok()? + 1, number(2)?, [hour, number(4)?, number(5)?])
}

fn seconds(year: i64, month: i64, day: i64, [hour, minute, second]: [i64; 3]) -> Option<f64> {
    let is_date = (1970..2200).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !is_date || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Days of the civil calendar, years beginning in March.
    let (year, shifted) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (shifted * 153 + 2) / 5 + day - 1 - 719_468;
    Some((days * 86_400 + hour * 3600 + minute * 60 + second) as f64)
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn dates_of_tools_and_of_people_are_read() {
        let cases = [
            ("1970-01-01 00:00:00", Some(0.0)),
            ("2026-11-20 21:19:28", Some(1_795_209_568.0)),
            ("=== 2026-11-20T21:19:28.500Z take 2", Some(1_795_209_568.5)),
            ("Fri Nov 20 21:19:28 UTC 2026", Some(1_795_209_568.0)),
            ("Fri Nov 20 09:19:28 PM CET 2026", Some(1_795_209_568.0)),
            ("2024-02-29 00:00:00", Some(1_709_164_800.0)),
            ("2026-13-20 21:19:28", None),
            ("Fri Foo 20 21:19:28 UTC 2026", None),
            ("no date", None),
        ];
        for (line, seconds) in cases {
            assert_eq!(date(line), seconds, "{line}");
        }
    }
}
