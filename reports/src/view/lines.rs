//! Lines of the texts by number, for quotes.

use super::Quote;
use stacklore_model::{Case, Span};
use std::sync::Arc;

/// Characters of a quoted line that are kept at most; what is longer is no trace line.
const LINE_MAX: usize = 600;
/// Lines of one quote that are kept at most.
const QUOTE_MAX: u32 = 40;

/// The lines of all texts of a case.
pub(crate) struct Lines {
    texts: Vec<(Arc<String>, Vec<usize>)>,
}

impl Lines {
    /// Finds the line starts of every text, once.
    pub(super) fn of(case: &Case) -> Self {
        Lines { texts: case.sources.iter().map(|source| indexed(&source.text, source.lines as usize)).collect() }
    }

    /// The same for texts that are no case.
    pub(crate) fn of_texts(texts: &[Arc<String>]) -> Self {
        Lines { texts: texts.iter().map(|text| indexed(text, 0)).collect() }
    }

    /// A line without its line end, shortened around the middle where it is very long; empty where there is none.
    pub(crate) fn line(&self, source: u32, line: u32) -> String {
        let Some((text, starts)) = self.texts.get(source as usize) else { return String::new() };
        let index = line.saturating_sub(1) as usize;
        let Some(start) = starts.get(index) else { return String::new() };
        let end = starts.get(index + 1).map_or(text.len(), |next| next - 1);
        let line = text.get(*start..end).unwrap_or("");
        shorten(line.trim_end_matches('\r'), LINE_MAX)
    }

    /// The lines of a span.
    pub(super) fn quote(&self, span: &Span) -> Quote {
        let shown = span.last.min(span.first.saturating_add(QUOTE_MAX - 1));
        let text = (span.first..=shown).map(|line| self.line(span.source.0, line)).collect();
        Quote { source: span.source.0, first_line: span.first, last_line: span.last, text }
    }
}

fn indexed(text: &Arc<String>, lines: usize) -> (Arc<String>, Vec<usize>) {
    // A vector that grows would take twice the memory.
    let mut starts = Vec::with_capacity(lines + 2);
    starts.push(0);
    starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
    (Arc::clone(text), starts)
}

/// At most `most` characters: the beginning and the end, with `…` between.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let tail = most / 3;
    let head = most.saturating_sub(tail + 1);
    let mut short: String = text.chars().take(head).collect();
    short.push('…');
    short.extend(text.chars().skip(count - tail));
    short
}

#[cfg(test)]
mod tests {
    use super::shorten;

    #[test]
    fn long_text_keeps_both_ends() {
        assert_eq!(shorten("0123456789", 10), "0123456789");
        assert_eq!(shorten("0123456789", 7), "0123…89");
        assert_eq!(shorten("äöüäöüäöü", 4), "äö…ü");
    }
}
