//! What was understood of each text, and what was not: the answer of `stacklore parse`.

use super::page::Page;
use super::{equal, quotes, texts};
use crate::Parsed;
use crate::answer::footer;
use crate::answer::words::{counted, place, places};
use crate::view::{Contents, Quote, UnclearView};
use stacklore_model::MendKind;
use std::collections::BTreeMap;
use std::io;

/// Unclear lines that are shown.
const UNCLEAR: usize = 15;
/// Places that are shown of one kind of damage.
const PLACES: usize = 6;
/// Remarks that are shown.
const NOTES: usize = 20;

/// Writes the contents of a case.
pub(super) fn write(page: &mut Page<'_>, parsed: &Parsed, sources: &[String]) -> io::Result<()> {
    let contents = &parsed.contents;
    page.item(0, "", &footer::summary(contents))?;
    page.blank()?;
    texts::write(page, contents, sources)?;
    equal::write(page, parsed, sources)?;
    mended(page, contents, sources)?;
    unclear(page, contents, sources)?;
    notes(page, contents)
}

/// Kinds of damage: how often, and where first.
fn mended(page: &mut Page<'_>, contents: &Contents, sources: &[String]) -> io::Result<()> {
    let mut kinds: BTreeMap<MendKind, Vec<String>> = BTreeMap::new();
    let most = page.most(PLACES);
    let mut counts: BTreeMap<MendKind, usize> = BTreeMap::new();
    for mend in &contents.mends {
        let known = kinds.entry(mend.kind).or_default();
        let line = place(mend.source, mend.line, sources);
        if known.len() < most && known.last() != Some(&line) {
            known.push(line);
        }
        *counts.entry(mend.kind).or_default() += 1;
    }
    if kinds.is_empty() {
        return Ok(());
    }
    page.blank()?;
    page.line(0, "Mended")?;
    let wide = counts.values().max().map_or(1, |count| count.to_string().len());
    let count_of = |kind: &MendKind| counts.get(kind).copied().unwrap_or(0);
    let words = kinds.keys().map(|kind| kind.words(count_of(kind)).len()).max().unwrap_or(0);
    for (kind, at) in &kinds {
        let count = count_of(kind);
        let more = if count > at.len() { ", …" } else { "" };
        let mark = format!("{count:>wide$} × {:words$}   ", kind.words(count));
        page.item(2, &mark, &format!("{}{more}", places(at)))?;
    }
    Ok(())
}

/// Lines that look like a trace and were not understood: the reasons first, then line by line.
fn unclear(page: &mut Page<'_>, contents: &Contents, sources: &[String]) -> io::Result<()> {
    if contents.unclear.is_empty() {
        return Ok(());
    }
    page.blank()?;
    page.line(0, "Unclear")?;
    let shown = page.most(UNCLEAR).min(contents.unclear.len());
    if shown < contents.unclear.len() {
        reasons(page, &contents.unclear)?;
    }
    for line in contents.unclear.iter().take(shown) {
        page.line(2, &format!("{}: {}", place(line.source, line.line, sources), line.why))?;
        let text = vec![line.text.clone()];
        let quote = Quote { source: line.source, first_line: line.line, last_line: line.line, text };
        quotes::text(page, 6, &quote)?;
    }
    more(page, contents.unclear.len() - shown, "line")
}

fn reasons(page: &mut Page<'_>, unclear: &[UnclearView]) -> io::Result<()> {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    unclear.iter().for_each(|line| *reasons.entry(line.why).or_default() += 1);
    let wide = reasons.values().max().map_or(1, |count| count.to_string().len());
    reasons.iter().try_for_each(|(why, count)| page.line(2, &format!("{count:>wide$} × {why}")))
}

fn notes(page: &mut Page<'_>, contents: &Contents) -> io::Result<()> {
    let shown = page.most(NOTES).min(contents.notes.len());
    if shown > 0 {
        page.blank()?;
    }
    contents.notes.iter().take(shown).try_for_each(|note| page.item(0, "Note: ", note))?;
    more(page, contents.notes.len() - shown, "note")
}

/// Says how many entries of a list are not shown, and how they are.
pub(super) fn more(page: &mut Page<'_>, left_out: usize, what: &str) -> io::Result<()> {
    match left_out {
        0 => Ok(()),
        count => page.line(2, &format!("… and {}: --all shows them", counted(count, &format!("more {what}")))),
    }
}
