//! Collects the messages about one file.

use super::diagnostic::{Diagnostic, Level};
use crate::vocabulary::SourceFile;
use stacklore_yaml::Place;

/// The messages about one file.
pub(crate) struct Reporter<'a> {
    file: &'a str,
    text: &'a str,
    messages: Vec<Diagnostic>,
    errors: usize,
    trusts: bool,
}

impl<'a> Reporter<'a> {
    pub(crate) fn new(file: &'a str, text: &'a str) -> Self {
        Reporter { file, text, messages: Vec::new(), errors: 0, trusts: false }
    }

    /// The messages about that file.
    pub(crate) fn of(file: &SourceFile<'a>) -> Self {
        Reporter { trusts: file.tree.is_some(), ..Reporter::new(&file.source.path, &file.source.text) }
    }

    /// The file was checked before: what costs time and cannot fail is left out.
    pub(crate) fn trusts(&self) -> bool {
        self.trusts
    }

    /// The rule cannot be used.
    pub(crate) fn error(&mut self, code: &'static str, at: Place, message: impl Into<String>, help: Option<String>) {
        self.errors += 1;
        self.add(code, Level::Error, at, message.into(), help);
    }

    /// The rule works, something about it looks wrong.
    pub(crate) fn warning(&mut self, code: &'static str, at: Place, message: impl Into<String>, help: Option<String>) {
        self.add(code, Level::Warning, at, message.into(), help);
    }

    fn add(&mut self, code: &'static str, level: Level, at: Place, message: String, help: Option<String>) {
        let text = self.text.lines().nth(at.line.saturating_sub(1) as usize).unwrap_or_default().to_owned();
        let rest = (text.chars().count() as u32).saturating_sub(at.column - 1).max(1);
        self.messages.push(Diagnostic {
            code,
            level,
            message,
            file: self.file.to_owned(),
            line: at.line,
            column: at.column,
            length: at.length.clamp(1, rest),
            text,
            help,
        });
    }

    /// Errors so far.
    pub(crate) fn errors(&self) -> usize {
        self.errors
    }

    /// All messages, by place.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        self.messages.sort_by_key(|message| (message.line, message.column, message.code));
        self.messages
    }
}

/// "did you mean …": the nearest of the candidates, where one is near.
pub(crate) fn meant<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<String> {
    nearest(word, candidates).map(|name| format!("did you mean `{name}`?"))
}

/// The candidate with the least edits, where these are at most a third of the word (two for short words).
pub(crate) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let limit = (word.chars().count() / 3).max(2);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The names as a list for a message.
pub(crate) fn listed<'c>(names: impl IntoIterator<Item = &'c str>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_a_likely_typing_error_or_none() {
        assert_eq!(nearest("stat", ["state", "stack", "name"]), Some("state"));
        assert_eq!(nearest("porcess", ["process", "task"]), Some("process"));
        assert_eq!(nearest("xyz", ["task", "hold"]), None);
        assert_eq!(nearest("ab", ["cd"]), None);
    }
}
