//! Marks that tickets put around a trace: code fences of Markdown, `{code}` and `{noformat}` of Jira.

/// Names of Jira's marks.
const JIRA: [&str; 4] = ["code", "noformat", "quote", "color"];

/// The line without such marks; `None` where it has none.
pub(super) fn without(line: &str) -> Option<String> {
    let mut text = line;
    if let Some(rest) = text.trim_start().strip_prefix("```") {
        let rest = rest.trim_start_matches('`');
        // The word behind a fence is the language.
        let is_word =
            rest.trim().bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+'));
        text = if is_word { "" } else { rest };
    } else if let Some(rest) = text.strip_suffix("```") {
        text = rest;
    }
    if let Some(rest) = text.trim_start().strip_prefix("bq. ") {
        text = rest;
    }
    while let Some(rest) = mark(text.trim_start()) {
        text = rest;
    }
    while let Some(rest) = closing(text) {
        text = rest;
    }
    (text.len() != line.len()).then(|| text.to_owned())
}

/// What stands behind `{code:java}`.
fn mark(text: &str) -> Option<&str> {
    let (inner, rest) = text.strip_prefix('{')?.split_once('}')?;
    let name = inner.split(':').next().unwrap_or("");
    (JIRA.contains(&name) && inner.len() < 80).then_some(rest)
}

/// What stands before `{code}` at the end of a line.
fn closing(text: &str) -> Option<&str> {
    let (before, inner) = text.trim_end().strip_suffix('}')?.rsplit_once('{')?;
    JIRA.contains(&inner).then_some(before)
}
