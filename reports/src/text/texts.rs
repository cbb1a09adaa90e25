//! The texts of a case: which forms stand in which lines of each, and how much they gave.

use super::page::{Page, padded, width};
use super::parsed::more;
use crate::answer::words::counted;
use crate::view::{Contents, FormView, SourceView, shorten};
use std::io;

/// Texts that are shown.
const TEXTS: usize = 12;
/// Ranges of lines that are shown of one form.
const RANGES: usize = 8;
/// Names of texts without traces that are shown.
const NAMES: usize = 5;

/// Writes all texts.
pub(super) fn write(page: &mut Page<'_>, contents: &Contents, sources: &[String]) -> io::Result<()> {
    let named = contents.sources.iter().zip(sources);
    let (read, empty): (Vec<_>, Vec<_>) = named.partition(|(source, _)| !source.forms.is_empty());
    let shown = page.most(TEXTS).min(read.len());
    for (source, name) in read.iter().take(shown) {
        of_source(page, source, name)?;
    }
    more(page, read.len() - shown, "text")?;
    let names: Vec<&str> = empty.iter().take(page.most(NAMES)).map(|(_, name)| name.as_str()).collect();
    match empty.len() - names.len() {
        0 if names.is_empty() => Ok(()),
        0 => page.item(0, "", &format!("No trace in {}.", names.join(", "))),
        more => page.item(0, "", &format!("No trace in {} and {}.", names.join(", "), counted(more, "more text"))),
    }
}

fn of_source(page: &mut Page<'_>, source: &SourceView, name: &str) -> io::Result<()> {
    let lines = format!("{} of {} understood", source.lines_understood, counted(source.lines as usize, "line"));
    let encoding = if source.encoding == "utf-8" { String::new() } else { format!(", {}", source.encoding) };
    page.item(0, "", &format!("{name}: {lines}, {} bytes{encoding}", source.bytes))?;
    let wide = source.forms.iter().map(|form| width(&form.dialect)).max().unwrap_or(0);
    for form in &source.forms {
        let mark = format!("{}  ", padded(&form.dialect, wide));
        page.item(2, &mark, &ranges(&form.lines, page.most(RANGES)))?;
        for row in contents_of(form) {
            page.item(2 + width(&mark), "", &row)?;
        }
    }
    Ok(())
}

/// `line 65`, `lines 6-9, 53-54`.
fn ranges(lines: &[(u32, u32)], most: usize) -> String {
    let shown: Vec<String> = lines.iter().take(most).map(range).collect();
    let word = match lines {
        [(first, last)] if first == last => "line",
        _ => "lines",
    };
    match (lines.len() - shown.len(), lines.last()) {
        (left, Some((_, last))) if left > 0 => format!("{word} {}, … {left} more to line {last}", shown.join(", ")),
        _ => format!("{word} {}", shown.join(", ")),
    }
}

fn range(&(first, last): &(u32, u32)) -> String {
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}

/// What a form gave, one row each for what was counted, facts, and complete listings.
fn contents_of(form: &FormView) -> Vec<String> {
    let mut counts = Vec::new();
    if form.stacks > 0 {
        let unsure = if form.unsure > 0 { format!(", {} unsure", form.unsure) } else { String::new() };
        counts.push(format!("{} ({}{unsure})", counted(form.stacks, "stack"), counted(form.frames, "frame")));
    }
    if form.again > 0 {
        counts.push(format!("{} seen again", counted(form.again, "stack")));
    }
    let further = [(form.tasks, "task"), (form.locks, "lock")];
    counts.extend(further.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| counted(count, what)));
    let facts: Vec<String> = form.facts.iter().map(|(relation, count)| format!("{count} {relation}")).collect();
    let mut rows = Vec::new();
    if !counts.is_empty() {
        rows.push(counts.join(", "));
    }
    if !facts.is_empty() {
        rows.push(format!("facts: {}", facts.join(", ")));
    }
    if !form.listings.is_empty() {
        rows.push(format!("complete: {}", shorten(&form.listings.join("; "), 200)));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn ranges_are_short() {
        assert_eq!(ranges(&[(6, 6)], 2), "line 6");
        assert_eq!(ranges(&[(6, 9), (11, 11)], 2), "lines 6-9, 11");
        assert_eq!(ranges(&[(6, 9), (11, 11), (20, 30), (40, 50)], 2), "lines 6-9, 11, … 2 more to line 50");
    }
}
