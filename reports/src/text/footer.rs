//! What was read, mended and left unclear: so that one knows what was not.

use super::groups::counted;
use super::page::Page;
use crate::view::Contents;
use stacklore_model::MendKind;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// Remarks that are shown.
const NOTES: usize = 20;

/// Writes the last lines of a report.
pub(super) fn write(page: &mut Page<'_>, contents: &Contents) -> io::Result<()> {
    page.blank()?;
    page.item(0, "", &format!("{} {} {}", read(contents), mended(contents), unclear(contents)))?;
    for note in contents.notes.iter().take(NOTES) {
        page.item(0, "Note: ", note)?;
    }
    if contents.notes.len() > NOTES {
        page.line(0, &format!("… and {} more notes", contents.notes.len() - NOTES))?;
    }
    Ok(())
}

/// What was read, mended and left unclear in one paragraph, for a page that shows all of it below.
pub(super) fn summary(contents: &Contents) -> String {
    let lines = match contents.counts.lines_unclear {
        0 => "No line stayed unclear.".into(),
        1 => "1 line stayed unclear.".into(),
        count => format!("{count} lines stayed unclear."),
    };
    let lines = if contents.counts.lines_understood == 0 { String::new() } else { lines };
    format!("{} {} {lines}", read(contents), mended_lines(contents))
}

/// `Mended 31 lines.`
fn mended_lines(contents: &Contents) -> String {
    let lines: BTreeSet<(u32, u32)> = contents.mends.iter().map(|mend| (mend.source, mend.line)).collect();
    match lines.len() {
        0 => "Mended nothing.".into(),
        count => format!("Mended {}.", counted(count, "line")),
    }
}

fn read(contents: &Contents) -> String {
    let mut seen = BTreeSet::new();
    let dialects = contents.sources.iter().flat_map(|source| &source.dialects);
    let dialects: Vec<&str> = dialects.map(String::as_str).filter(|dialect| seen.insert(*dialect)).collect();
    let forms = match dialects.len() {
        0 => String::new(),
        count => format!(" in {} ({})", counted(count, "form"), dialects.join(", ")),
    };
    let texts = match contents.sources.len() {
        0 | 1 => String::new(),
        count => format!("{count} texts: "),
    };
    let counts = &contents.counts;
    let further = [(counts.tasks, "task"), (counts.locks, "lock"), (counts.facts, "fact")];
    let further = further.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| counted(count, what));
    let parts: Vec<String> = std::iter::once(counted(counts.stacks, "stack")).chain(further).collect();
    format!("Read {texts}{}{forms}.", parts.join(", "))
}

/// `Mended 31 lines: 26 lost "+", 5 rows glued together.`
pub(super) fn mended(contents: &Contents) -> String {
    let mut kinds: BTreeMap<MendKind, usize> = BTreeMap::new();
    let mut lines = BTreeSet::new();
    for mend in &contents.mends {
        *kinds.entry(mend.kind).or_default() += 1;
        lines.insert((mend.source, mend.line));
    }
    if lines.is_empty() {
        return "Mended nothing.".into();
    }
    let parts: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {}", kind.words(*count))).collect();
    format!("Mended {}: {}.", counted(lines.len(), "line"), parts.join(", "))
}

fn unclear(contents: &Contents) -> String {
    match contents.counts.lines_unclear {
        0 => "0 lines unclear.".into(),
        count => format!("{} unclear: see `stacklore parse`.", counted(count, "line")),
    }
}
