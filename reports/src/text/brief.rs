//! The short form: one line for each finding, a consequence set under its cause.

use super::page::Page;
use super::style::Style;
use crate::Report;
use crate::answer::words::place;
use crate::answer::{Answer, Extent, Told};
use std::io;

/// Writes the findings of a report, one line each; without a finding, the answer.
pub(super) fn write(page: &mut Page<'_>, report: &Report, sources: &[String]) -> io::Result<()> {
    let answer = Answer::of(report, &Extent { findings: usize::MAX, ..Extent::BRIEF });
    if answer.findings.is_empty() {
        let word = if answer.word.is_empty() { String::new() } else { format!("{}  ", answer.word) };
        return page.spans(0, &[(answer.alarm.into(), &word), (Style::Plain, &answer.headline)]);
    }
    let word = format!("{}  ", answer.word);
    for finding in &answer.findings {
        one(page, &word, answer.alarm.into(), finding, sources)?;
        consequences(page, &finding.consequences, sources)?;
    }
    Ok(())
}

fn consequences(page: &mut Page<'_>, all: &[Told], sources: &[String]) -> io::Result<()> {
    for finding in all {
        one(page, "  and so  ", Style::Plain, finding, sources)?;
        consequences(page, &finding.consequences, sources)?;
    }
    Ok(())
}

fn one(page: &mut Page<'_>, word: &str, style: Style, finding: &Told, sources: &[String]) -> io::Result<()> {
    let line = finding.claims.iter().find_map(|claim| {
        let quoted = claim.lines.first().map(|line| (line.source, line.line));
        quoted.or(claim.above.first().copied())
    });
    let at = line.map_or_else(String::new, |(source, line)| format!(", {}", place(source, line, sources)));
    let text = format!("{}, {}.  {}", finding.class, finding.certainty, finding.title);
    page.spans(0, &[(style, word), (Style::Plain, &text), (Style::Aside, &format!("  ({}{at})", finding.rule))])
}
