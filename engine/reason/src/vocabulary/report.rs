//! Errors of vocabulary files: where they stand and what was probably meant.

use super::YamlSource;
use crate::rules::diagnostic::{Diagnostic, Level};

/// Collects the errors of one file.
pub(crate) struct Reporter<'s> {
    source: &'s YamlSource,
    found: Vec<Diagnostic>,
}

impl<'s> Reporter<'s> {
    /// A reporter for that file.
    pub(crate) fn new(source: &'s YamlSource) -> Self {
        Reporter { source, found: Vec::new() }
    }

    /// What was found.
    pub(crate) fn into_found(self) -> Vec<Diagnostic> {
        self.found
    }

    /// An error at the first place of `word` after the line that begins with the key of its section.
    pub(crate) fn error(
        &mut self,
        code: &'static str,
        section: &str,
        word: &str,
        message: String,
        help: Option<String>,
    ) {
        let text = &self.source.text;
        let from = section_start(text, section);
        let at = find_word(text, word, from).or_else(|| find_word(text, word, 0));
        let (at, length) = at.map_or((from, 1), |at| (at, word.chars().count().max(1)));
        let (line, column) = position(text, at);
        self.push(code, line, column, length, message, help);
    }

    /// A warning, at the place at which [`Reporter::error`] would be.
    pub(crate) fn warning(
        &mut self,
        code: &'static str,
        section: &str,
        word: &str,
        message: String,
        help: Option<String>,
    ) {
        self.error(code, section, word, message, help);
        if let Some(last) = self.found.last_mut() {
            last.level = Level::Warning;
        }
    }

    /// An error of the YAML reader.
    pub(crate) fn yaml(&mut self, error: &serde_yaml::Error) {
        let full = error.to_string();
        let message = full.split(" at line ").next().unwrap_or(&full).to_owned();
        let (line, column) = error.location().map_or((1, 1), |place| (place.line(), place.column()));
        let lines = self.source.text.lines().count().max(1);
        // a text that ends too early is wrong after its last line, which nobody can be shown
        let (line, column) = if line > lines { (lines, 1) } else { (line, column) };
        let unknown = between(&message, "unknown field `", "`");
        let missing = between(&message, "missing field `", "`");
        let help = unknown.and_then(|key| {
            let known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
            nearest(key, &known).map(|meant| format!("did you mean `{meant}`?"))
        });
        match (unknown, missing) {
            (Some(key), _) => {
                let start = line_start(&self.source.text, line);
                let at = find_word(&self.source.text, key, start).or_else(|| find_word(&self.source.text, key, 0));
                let (line, column) = at.map_or((line, column), |at| position(&self.source.text, at));
                self.push("R02", line, column, key.chars().count(), format!("unknown key `{key}`"), help);
            }
            (None, Some(key)) => self.push("R18", line, column, 1, format!("`{key}` is missing here"), None),
            (None, None) => self.push("R01", line, column, 1, message, None),
        }
    }

    fn push(
        &mut self,
        code: &'static str,
        line: usize,
        column: usize,
        length: usize,
        message: String,
        help: Option<String>,
    ) {
        let text = self.source.text.lines().nth(line.saturating_sub(1)).unwrap_or_default().to_owned();
        self.found.push(Diagnostic {
            code,
            level: Level::Error,
            message,
            file: self.source.path.clone(),
            line: number(line),
            column: number(column),
            length: number(length),
            text,
            help,
        });
    }
}

fn number(value: usize) -> u32 {
    u32::try_from(value.max(1)).unwrap_or(u32::MAX)
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    text.split_once(before)?.1.split_once(after).map(|(inside, _)| inside)
}

/// Byte at which a section (`waits:`) begins, 0 where it is not found.
fn section_start(text: &str, section: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.strip_prefix(section).is_some_and(|rest| rest.starts_with(':')) {
            return at;
        }
        at += line.len();
    }
    0
}

fn line_start(text: &str, line: usize) -> usize {
    text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum()
}

/// The first place at which a word stands by itself, from a byte on.
fn find_word(text: &str, word: &str, from: usize) -> Option<usize> {
    if word.is_empty() {
        return None;
    }
    let inside = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let mut start = from;
    while let Some(at) = text.get(start..)?.find(word).map(|at| at + start) {
        let before = text[..at].chars().next_back().is_some_and(inside);
        let after = text[at + word.len()..].chars().next().is_some_and(inside);
        if !before && !after {
            return Some(at);
        }
        start = at + word.len();
    }
    text.get(from..)?.find(word).map(|at| at + from)
}

/// Line and column, both from 1, of a byte; the column in characters.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |start| start.chars().count()) + 1;
    (line, column)
}

/// The known word that differs least from the one written, where the two are alike at all.
pub(crate) fn nearest<'k>(written: &str, known: &[&'k str]) -> Option<&'k str> {
    known
        .iter()
        .map(|word| (distance(written, word), *word))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, word)| *distance * 3 <= written.len().max(word.len()))
        .map(|(_, word)| word)
}

/// Edits (insert, delete, replace) between two words.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (above, y) in row.iter_mut().skip(1).zip(&b) {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = *above;
            left = replaced.min(*above + 1).min(left + 1);
            *above = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn the_nearest_word_is_what_was_probably_meant() {
        assert_eq!(distance("mutex", "mutex"), 0);
        assert_eq!(distance("mutx", "mutex"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(nearest("fonctions", &["kind", "functions", "over"]), Some("functions"));
        assert_eq!(nearest("zzz", &["kind", "functions"]), None);
    }
}
