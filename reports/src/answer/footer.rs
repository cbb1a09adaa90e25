//! What was read, mended and left unclear: so that one knows what was not.

use super::words::counted;
use crate::view::Contents;
use stacklore_model::MendKind;
use std::collections::{BTreeMap, BTreeSet};

/// `Read 2 stacks, 1 lock in 2 forms (proc-stack, crash).`
pub(crate) fn read(contents: &Contents) -> String {
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
pub(crate) fn mended(contents: &Contents) -> String {
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

/// `Mended 31 lines.`
fn mended_lines(contents: &Contents) -> String {
    let lines: BTreeSet<(u32, u32)> = contents.mends.iter().map(|mend| (mend.source, mend.line)).collect();
    match lines.len() {
        0 => "Mended nothing.".into(),
        count => format!("Mended {}.", counted(count, "line")),
    }
}

/// What was read, mended and left unclear in one paragraph, for a page that shows all of it below.
pub(crate) fn summary(contents: &Contents) -> String {
    let lines = match contents.counts.lines_unclear {
        _ if contents.counts.lines_understood == 0 => "",
        0 => "No line stayed unclear.",
        1 => "1 line stayed unclear.",
        count => &format!("{count} lines stayed unclear."),
    };
    format!("{} {} {lines}", read(contents), mended_lines(contents))
}

/// `0 lines unclear`
pub(crate) fn unclear(contents: &Contents) -> String {
    format!("{} unclear", counted(contents.counts.lines_unclear, "line"))
}
