//! Single lines of the texts by their number, each text walked once.

use crate::Report;
use memchr::memchr;
use std::collections::{BTreeMap, BTreeSet};

/// The wanted lines, by the number of their text and their own.
pub(super) fn pick<'a>(report: &'a Report, wanted: &BTreeSet<(u32, u32)>) -> BTreeMap<(u32, u32), &'a str> {
    let mut found = BTreeMap::new();
    for (source, text) in (0..).zip(&report.texts) {
        let mut cursor = Cursor::new(text);
        for (_, line) in wanted.range((source, 0)..=(source, u32::MAX)) {
            cursor.skip_to(*line);
            found.extend(cursor.line().map(|text| ((source, *line), text)));
        }
    }
    found
}

/// Walks the lines of a text.
pub(super) struct Cursor<'a> {
    rest: &'a str,
    /// Number of the line that comes next, from 1.
    next: u32,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Cursor { rest: text, next: 1 }
    }

    /// Number of the line that comes next; `None` behind the last one.
    pub(super) fn next(&self) -> Option<u32> {
        (!self.rest.is_empty()).then_some(self.next)
    }

    /// Goes on to a line, or to the end; how many were skipped. Never back.
    pub(super) fn skip_to(&mut self, line: u32) -> usize {
        let from = self.next;
        while self.next < line && self.line().is_some() {}
        (self.next - from) as usize
    }

    /// The next line without its end; `None` behind the last one.
    pub(super) fn line(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = match memchr(b'\n', self.rest.as_bytes()) {
            Some(end) => (self.rest.get(..end)?, self.rest.get(end + 1..)?),
            None => (self.rest, ""),
        };
        self.rest = rest;
        self.next = self.next.saturating_add(1);
        Some(line.trim_end_matches('\r'))
    }
}

#[cfg(test)]
mod tests {
    use super::Cursor;

    #[test]
    fn lines_are_found_by_number() {
        let mut cursor = Cursor::new("a\r\nb\nc\n\nd");
        assert_eq!((cursor.line(), cursor.next()), (Some("a"), Some(2)));
        assert_eq!((cursor.skip_to(4), cursor.line(), cursor.line()), (2, Some(""), Some("d")));
        assert_eq!((cursor.next(), cursor.line(), cursor.skip_to(99)), (None, None, 0));
    }
}
