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

/// What was probably meant: the fix where only one candidate is near, a question where several are.
pub(crate) fn meant<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<String> {
    let near = near(word, candidates);
    let (_, first) = near.first()?;
    let certain = near.iter().all(|(_, other)| other == first);
    Some(if certain { format!("help: write `{first}`") } else { format!("did you mean `{first}`?") })
}

/// The candidates with the least edits first, where these are at most a third of the word (two for short words).
fn near<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Vec<(usize, &'c str)> {
    let limit = (word.chars().count() / 3).max(2);
    let distance = |candidate| (strsim::damerau_levenshtein(word, candidate), candidate);
    let close = |(distance, candidate): &(usize, &str)| *distance <= limit && *distance < candidate.chars().count();
    let mut near: Vec<_> = candidates.into_iter().map(distance).filter(close).collect();
    near.sort_by_key(|(distance, _)| *distance);
    near
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
        let meant = |word: &str, names: &[&'static str]| meant(word, names.iter().copied());
        assert_eq!(meant("stat", &["state", "stack", "name"]).as_deref(), Some("did you mean `state`?"));
        assert_eq!(meant("porcess", &["process", "task"]).as_deref(), Some("help: write `process`"));
        assert_eq!(meant("xyz", &["task", "hold"]), None);
        assert_eq!(meant("ab", &["cd"]), None);
    }
}
