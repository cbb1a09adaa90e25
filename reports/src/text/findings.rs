//! Findings, one after the other, each consequence under its cause; then what almost holds.

use super::page::{Page, width};
use super::quotes;
use super::style::Style;
use crate::answer::{Answer, Claim, Command, Item, NearTold, Section, Told};
use std::io;

/// How deep consequences are set under each other.
const DEPTH: usize = 3;
/// Headings that stand beside their only sentence.
const SHORT: usize = 20;

/// Writes all findings.
pub(super) fn write(page: &mut Page<'_>, answer: &Answer, sources: &[String]) -> io::Result<()> {
    for (number, finding) in answer.findings.iter().enumerate() {
        page.blank()?;
        told(page, finding, &format!("{}  ", number + 1), 0, sources)?;
    }
    match answer.more_findings {
        0 => Ok(()),
        more => {
            page.blank()?;
            page.line(0, &format!("… and {more} more findings: see --format json"))
        }
    }
}

fn told(page: &mut Page<'_>, finding: &Told, mark: &str, depth: usize, sources: &[String]) -> io::Result<()> {
    let left = depth * 3;
    heading(page, left, mark, finding)?;
    let left = left + 3;
    if !finding.explanation.is_empty() {
        page.styled(left, Style::Heading, "What happens")?;
        page.prose(left + 2, &finding.explanation)?;
    }
    if let Some(behind) = &finding.behind {
        page.marked(left, (Style::Heading, "Held up behind it  "), behind)?;
    }
    if !finding.claims.is_empty() {
        page.styled(left, Style::Heading, "Evidence")?;
        finding.claims.iter().try_for_each(|of| claim(page, left + 2, of, sources))?;
    }
    if let Some((title, why)) = &finding.why {
        page.styled(left, Style::Heading, title)?;
        page.prose(left + 2, std::slice::from_ref(why))?;
    }
    finding.sections.iter().try_for_each(|of| section(page, left, of))?;
    for consequence in &finding.consequences {
        page.blank()?;
        told(page, consequence, "Consequence: ", (depth + 1).min(DEPTH), sources)?;
    }
    match finding.more_consequences {
        0 => Ok(()),
        more => page.line(left, &format!("… and {more} more consequences")),
    }
}

/// Number and title, and the rule at the right where there is room. A title that is the headline is not said again.
fn heading(page: &mut Page<'_>, left: usize, mark: &str, finding: &Told) -> io::Result<()> {
    let rule = format!("{}, {}", finding.rule, finding.certainty);
    if finding.in_headline {
        return page.spans(left, &[(Style::Heading, mark), (Style::Aside, &rule)]);
    }
    let used = left + width(mark) + width(&finding.title) + width(&rule) + 2;
    if used <= page.room(0) {
        let gap = " ".repeat(page.room(0) - used + 2);
        let title = format!("{mark}{}", finding.title);
        return page.spans(left, &[(Style::Heading, &title), (Style::Plain, &gap), (Style::Aside, &rule)]);
    }
    page.marked(left, (Style::Heading, mark), &finding.title)?;
    page.styled(left + 3, Style::Aside, &rule)
}

fn claim(page: &mut Page<'_>, left: usize, claim: &Claim, sources: &[String]) -> io::Result<()> {
    let above = claim.above(sources);
    if claim.lines.is_empty() && !above.is_empty() {
        return page.item(left, "", &format!("{} ({above})", claim.says));
    }
    page.item(left, "", &claim.says)?;
    quotes::lines(page, left + 2, &claim.lines, sources)?;
    match claim.more_lines {
        0 => {}
        1 => page.line(left + 2, "… and 1 more line")?,
        more => page.line(left + 2, &format!("… and {more} more lines"))?,
    }
    if above.is_empty() { Ok(()) } else { page.item(left + 2, "", &format!("and {above}")) }
}

fn section(page: &mut Page<'_>, left: usize, section: &Section) -> io::Result<()> {
    if let [Item::Prose(only)] = section.items.as_slice()
        && section.title.len() <= SHORT
    {
        return page.marked(left, (Style::Heading, &format!("{}  ", section.title)), only);
    }
    page.styled(left, Style::Heading, section.title)?;
    section.items.iter().try_for_each(|of| item(page, left + 2, of))
}

fn item(page: &mut Page<'_>, left: usize, item: &Item) -> io::Result<()> {
    match item {
        Item::Prose(text) => page.item(left, "- ", text),
        Item::Run(of) => command(page, left, of),
        Item::Link { title, url } => page.item(left, "- ", &format!("{title}: {url}")),
    }
}

/// A command on a line of its own, never wrapped: it is there to be copied.
fn command(page: &mut Page<'_>, left: usize, command: &Command) -> io::Result<()> {
    let prompt = command.prompt().unwrap_or_default();
    page.spans(left, &[(Style::Aside, &prompt), (Style::Command, &command.text)])?;
    command.note.iter().try_for_each(|note| page.item(left + 2, "", note))
}

/// Writes what almost holds, in brief.
pub(super) fn near_misses(page: &mut Page<'_>, answer: &Answer) -> io::Result<()> {
    if answer.near.is_empty() {
        return Ok(());
    }
    page.blank()?;
    page.styled(0, Style::Heading, "Nearly, with one thing missing")?;
    answer.near.iter().try_for_each(|miss| near(page, miss))?;
    match answer.more_near {
        0 => Ok(()),
        more => page.line(2, &format!("… and {more} more: see --format json")),
    }
}

fn near(page: &mut Page<'_>, miss: &NearTold) -> io::Result<()> {
    page.item(2, "", &format!("{} ({})", miss.title, miss.rule))?;
    miss.seen.iter().try_for_each(|seen| page.item(4, "seen     ", seen))?;
    miss.missing.iter().try_for_each(|missing| page.item(4, "missing  ", missing))?;
    match &miss.next {
        Some(next) => {
            page.line(4, "run next")?;
            item(page, 6, next)
        }
        None => Ok(()),
    }
}
