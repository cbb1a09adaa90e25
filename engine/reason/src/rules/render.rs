//! A message of the checker as text: plain, the same bytes everywhere.

use super::diagnostic::{Diagnostic, Level};
use std::fmt::Write;

/// One message: place, code, what is wrong, the line itself with a caret, what was probably meant.
///
/// ```text
/// network/rtnl-convoy.yaml:12:5: error R04: the table `task` has no field `stat`
///    12 |     stat: blocked
///       |     ^^^^
///       = did you mean `state`?
/// ```
pub fn diagnostic(diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.level {
        Level::Error => "error",
        Level::Warning => "warning",
    };
    let Diagnostic { file, line, column, code, message, .. } = diagnostic;
    let mut text = format!("{file}:{line}:{column}: {level} {code}: {}\n", printable(message));
    let number = format!("{line:>5}");
    let margin = " ".repeat(number.len());
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{number} | {}", printable(&diagnostic.text));
    let before: String = diagnostic.text.chars().take(column.saturating_sub(1) as usize).map(blank).collect();
    let carets = "^".repeat(diagnostic.length.max(1) as usize);
    let _ = writeln!(text, "{margin} | {before}{carets}");
    if let Some(help) = &diagnostic.help {
        let _ = writeln!(text, "{margin} = {}", printable(help));
    }
    text
}

/// All messages, an empty line between them.
pub fn diagnostics(list: &[Diagnostic]) -> String {
    list.iter().map(diagnostic).collect::<Vec<_>>().join("\n")
}

/// A tab stays a tab, so that the caret stands below its text whatever a tab is worth.
fn blank(c: char) -> char {
    if c == '\t' { '\t' } else { ' ' }
}

/// Control characters of a rule file are shown, not sent.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect()
}
