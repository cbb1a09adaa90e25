//! Quoting: marks that mailers and tickets put before every line, and the signs that Markdown escapes.

use super::characters::characters;
use super::{Lines, prompt};
use std::borrow::Cow;

/// Whether the mark before this line is quoting: the lines around it carry it too (`> ` alone is also mdb's prompt).
pub(super) fn is_quoted(lines: &Lines<'_>, number: u32, text: &str) -> bool {
    let (before, after) = beside(lines, number);
    if text.starts_with('>') && !is_prompt(text) {
        // Some mailers write no blank behind the mark.
        let quotes = |n: u32| {
            let line = characters(lines.get(n), &mut |_| {});
            line.starts_with('>') && !is_prompt(&line)
        };
        return quotes(before) || quotes(after);
    }
    let Some(mark) = quote_mark(text) else { return false };
    let same = |n: u32| quote_mark(&characters(lines.get(n), &mut |_| {})) == Some(mark);
    let blank = |n: u32| lines.get(n).trim().is_empty();
    match mark {
        // mdb's prompt and a command: quoted it would have two marks.
        '>' if is_prompt(text) && !(same(before) && same(after)) => false,
        // A prompt stands alone: quoted text has marks on both sides, or on one where the other side is empty or where
        // they go on.
        _ => {
            (same(before) && (same(after) || blank(after) || same(beside(lines, before).0)))
                || (same(after) && (blank(before) || same(beside(lines, after).1)))
        }
    }
}

/// Whether a quoted line was a comment already: the lines around it are too.
pub(super) fn is_quoted_inside(lines: &Lines<'_>, number: u32, text: &str) -> bool {
    let inner = |text: &str| quote_mark(text).filter(|mark| matches!(mark, '#' | '|'));
    let Some(mark) = inner(text).filter(|_| !is_prompt(text)) else { return false };
    let same = |n: u32| {
        let line = characters(lines.get(n), &mut |_| {});
        n == 0 || n > lines.len() || inner(without_marks(line.trim_start())) == Some(mark)
    };
    let (before, after) = beside(lines, number);
    same(before) && same(after)
}

/// The lines before and after a line, but for blank ones that stand between every two.
fn beside(lines: &Lines<'_>, number: u32) -> (u32, u32) {
    let (before, after) = (number.saturating_sub(1), number + 1);
    let before = if lines.is_spacing(before) { before.saturating_sub(1) } else { before };
    (before, if lines.is_spacing(after) { after + 1 } else { after })
}

/// Where the backslash stands that Markdown wants before the sign of a number: `\\#3  f ()`.
pub(super) fn escaped_sign(text: &str) -> Option<usize> {
    let at = text.len() - text.trim_start().len();
    let rest = text[at..].strip_prefix("\\#")?;
    rest.starts_with(|c: char| c.is_ascii_digit()).then_some(at)
}

fn is_prompt(text: &str) -> bool {
    prompt::command(text).is_some_and(|(_, typed)| !typed.is_empty())
}

/// The mark of quoting at the front of a line.
pub(super) fn quote_mark(text: &str) -> Option<char> {
    // A whole ticket may be indented, quotation and all.
    let start = text.trim_start();
    let mut chars = if text.len() - start.len() <= 8 { start } else { text }.chars();
    let mark = chars.next().filter(|c| matches!(c, '>' | '|' | '#'))?;
    matches!((mark, chars.next()), (_, None | Some(' ')) | ('>' | '|', Some('>' | '|'))).then_some(mark)
}

/// A quoted line without its marks.
pub(super) fn unquoted(text: Cow<'_, str>) -> Cow<'_, str> {
    Cow::Owned(without_marks(text.trim_start()).to_owned())
}

/// The text behind the marks of quoting at its front. Levels can be written apart (`> > text`); the last mark of a
/// quoted session is its prompt.
pub(super) fn without_marks(text: &str) -> &str {
    let Some(mark) = text.chars().next().filter(|c| matches!(c, '>' | '|' | '#')) else { return text };
    let mut rest = text.trim_start_matches(mark);
    while let Some(deeper) = rest.strip_prefix(' ').filter(|rest| rest.starts_with("> ") || rest.starts_with(">>")) {
        if is_prompt(deeper) {
            break;
        }
        rest = deeper.trim_start_matches('>');
    }
    rest.strip_prefix(' ').unwrap_or(rest)
}
