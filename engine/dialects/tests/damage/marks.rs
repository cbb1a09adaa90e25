//! Marks before lines, and marks that lines lose.

use crate::text::{Damaged, Text};

/// A mail answered.
pub(crate) fn quoted(text: &Text, _: &Text) -> Vec<Damaged> {
    Damaged::by_line(text, |line| format!("> {line}"))
}

/// A mail answered twice.
pub(crate) fn quoted_twice(text: &Text, _: &Text) -> Vec<Damaged> {
    Damaged::by_line(text, |line| format!(">> {line}"))
}

/// A ticket system's quotation.
pub(crate) fn quoted_bar(text: &Text, _: &Text) -> Vec<Damaged> {
    Damaged::by_line(text, |line| format!("| {line}"))
}

/// Kept in a script.
pub(crate) fn commented(text: &Text, _: &Text) -> Vec<Damaged> {
    Damaged::by_line(text, |line| format!("# {line}"))
}

/// `#1  f ()` becomes `1  f ()`: Markdown takes the mark for a heading's.
pub(crate) fn hash_lost(text: &Text, _: &Text) -> Vec<Damaged> {
    Damaged::by_line(text, |line| replaced(line, ""))
}

/// `\#1  f ()`
pub(crate) fn hash_escaped(text: &Text, _: &Text) -> Vec<Damaged> {
    Damaged::by_line(text, |line| replaced(line, "\\#"))
}

/// A name that holds a mark itself keeps it.
pub(crate) fn without_hash(symbol: &str) -> String {
    symbol.to_owned()
}

/// Puts other words for the mark of a frame at the beginning of a line.
fn replaced(line: &str, mark: &str) -> String {
    let start = line.trim_start();
    let numbered = start.strip_prefix('#').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    match numbered {
        Some(rest) => format!("{}{mark}{rest}", &line[..line.len() - start.len()]),
        None => line.to_owned(),
    }
}
