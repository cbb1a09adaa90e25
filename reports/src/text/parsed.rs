//! What was understood of each text, and what was not.

use super::groups::{self, counted};
use super::page::Page;
use super::quotes::place;
use super::{footer, quotes};
use crate::view::{Contents, GroupView, Quote, SourceView};
use std::io;

/// Runs of lines of one dialect that are shown of a text.
const EXTENTS: usize = 12;
/// Unclear lines that are shown.
const UNCLEAR: usize = 100;

/// Writes the contents of a case.
pub(super) fn write(page: &mut Page<'_>, contents: &Contents, sources: &[String]) -> io::Result<()> {
    for source in &contents.sources {
        of_source(page, source)?;
    }
    page.blank()?;
    let groups: Vec<&GroupView> = contents.groups.iter().collect();
    page.line(0, &format!("{} in {}", counted(contents.counts.stacks, "stack"), counted(groups.len(), "group")))?;
    groups::write(page, 2, &groups)?;
    unclear(page, contents, sources)?;
    footer::write(page, contents)
}

fn of_source(page: &mut Page<'_>, source: &SourceView) -> io::Result<()> {
    let size = format!("{}, {} bytes, {}", counted(source.lines as usize, "line"), source.bytes, source.encoding);
    page.line(0, &format!("{}: {size}", source.name))?;
    for extent in source.extents.iter().take(EXTENTS) {
        page.line(2, &format!("lines {} to {}: {}", extent.first_line, extent.last_line, extent.dialect))?;
    }
    match source.extents.len() {
        0 => page.line(2, "nothing that looks like a trace"),
        count if count > EXTENTS => page.line(2, &format!("… and {} more places", count - EXTENTS)),
        _ => Ok(()),
    }
}

fn unclear(page: &mut Page<'_>, contents: &Contents, sources: &[String]) -> io::Result<()> {
    if contents.unclear.is_empty() {
        return Ok(());
    }
    page.blank()?;
    page.line(0, "Unclear")?;
    for line in contents.unclear.iter().take(UNCLEAR) {
        page.line(2, &format!("{}: {}", place(line.source, line.line, sources), line.why))?;
        let text = vec![line.text.clone()];
        let quote = Quote { source: line.source, first_line: line.line, last_line: line.line, text };
        quotes::write(page, 4, &[quote], sources)?;
    }
    match contents.unclear.len() {
        count if count > UNCLEAR => page.line(2, &format!("… and {} more: see --format json", count - UNCLEAR)),
        _ => Ok(()),
    }
}
