//! Patterns over function names as vocabularies write them: exact, glob, `/regex/`, `a | b`, `(group)`.

use super::glob::Glob;
use regex::Regex;

/// One pattern.
#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    /// That function, under any of its names.
    Exact(String),
    /// A glob over any of its names.
    Glob(Glob),
    /// A regex over any of its names.
    Regex(Regex),
    /// Any function of that group.
    Group(String),
}

impl Pattern {
    /// Reads one pattern without `|`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("a function name is missing".to_owned());
        }
        if let Some(regex) = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).filter(|r| !r.is_empty()) {
            return Regex::new(regex).map(Pattern::Regex).map_err(|error| regex_message(&error));
        }
        if let Some(name) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'))
            && !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        {
            return Ok(Pattern::Group(name.to_owned()));
        }
        Ok(if text.contains('*') { Pattern::Glob(Glob::new(text)) } else { Pattern::Exact(text.to_owned()) })
    }

    /// Reads `a | b`; a regex is one pattern, whatever bars it holds.
    pub(crate) fn parse_choice(text: &str) -> Result<Vec<Self>, String> {
        let trimmed = text.trim();
        if trimmed.len() > 1 && trimmed.starts_with('/') && trimmed.ends_with('/') {
            return Ok(vec![Pattern::parse(trimmed)?]);
        }
        trimmed.split('|').map(Pattern::parse).collect()
    }
}

/// The last line of a regex error, which says what is wrong; the lines before it repeat the pattern.
pub(crate) fn regex_message(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default().trim();
    format!("this regex cannot be read: {}", last.strip_prefix("error: ").unwrap_or(last))
}

/// An item of a `stack:` list of an idle entry.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// One of these must match.
    pub(crate) choice: Vec<Pattern>,
    /// Nothing but plumbing further in.
    pub(crate) innermost: bool,
    /// Nothing but plumbing further out.
    pub(crate) outermost: bool,
    /// Glob over the frame's module.
    pub(crate) module: Option<Glob>,
}

impl Item {
    /// Reads an item with its anchors.
    pub(crate) fn parse(text: &str, module: Option<&str>) -> Result<Self, String> {
        let trimmed = text.trim();
        let (innermost, rest) = trimmed.strip_prefix('^').map_or((false, trimmed), |rest| (true, rest));
        let (outermost, rest) = rest.strip_suffix('$').map_or((false, rest), |rest| (true, rest));
        Ok(Item { choice: Pattern::parse_choice(rest)?, innermost, outermost, module: module.map(Glob::new) })
    }
}
