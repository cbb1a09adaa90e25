//! Findings, each consequence under its cause; then what almost holds.

use super::Level;
use super::inline::{code, link};
use super::page::Page;
use super::quotes;
use crate::answer::words::counted;
use crate::answer::{Answer, Claim, Command, Item, NearTold, Section, Told};

/// Level of the heading of a finding.
const HEADING: usize = 3;

/// Writes all findings.
pub(super) fn write(page: &mut Page, answer: &Answer, level: &Level, sources: &[String]) {
    let several = answer.findings.len() > 1;
    for (number, finding) in answer.findings.iter().enumerate() {
        let mark = if several { format!("{}. ", number + 1) } else { String::new() };
        told(page, finding, &mark, HEADING, level, sources);
    }
    if answer.more_findings > 0 {
        page.block(format!("… and {}: see `--format json`.", counted(answer.more_findings, "more finding")));
    }
}

fn told(page: &mut Page, finding: &Told, mark: &str, heading: usize, level: &Level, sources: &[String]) {
    let rule = code(&finding.rule);
    match finding.in_headline {
        true => page.heading(heading, &format!("{mark}What happens {rule}")),
        false => page.heading(heading, &format!("{mark}{} ({}) {rule}", page.prose(&finding.title), finding.certainty)),
    }
    finding.explanation.iter().for_each(|paragraph| page.paragraph(paragraph));
    if let Some(behind) = &finding.behind {
        page.block(format!("**Held up behind it:** {}", page.prose(behind)));
    }
    evidence(page, &finding.claims, level, sources);
    if let Some((title, why)) = &finding.why {
        page.block(format!("**{title}:** {}", page.prose(why)));
    }
    finding.sections.iter().for_each(|of| section(page, of));
    for consequence in &finding.consequences {
        told(page, consequence, "Consequence: ", heading + 1, level, sources);
    }
    if finding.more_consequences > 0 {
        page.block(format!("… and {}.", counted(finding.more_consequences, "more consequence")));
    }
}

fn evidence(page: &mut Page, claims: &[Claim], level: &Level, sources: &[String]) {
    let (ways, claims): (Vec<&Claim>, Vec<&Claim>) = claims.iter().partition(|claim| claim.is_way);
    if !claims.is_empty() {
        page.block("**Evidence**");
    }
    claims.iter().for_each(|of| claim(page, of, sources));
    if level.ways {
        let mut inner = page.inner();
        for way in ways {
            inner.paragraph(&way.says);
            quotes::block(&mut inner, &way.lines, way.more_lines, sources);
        }
        page.details("How they came there", inner);
    }
}

fn claim(page: &mut Page, claim: &Claim, sources: &[String]) {
    let above = claim.above(sources);
    let says = page.prose(&claim.says);
    match above.is_empty() {
        true => page.block(says),
        false => page.block(format!("{says} ({})", page.prose(&above))),
    }
    quotes::write(page, &claim.lines, claim.more_lines, sources);
}

fn section(page: &mut Page, section: &Section) {
    if let [Item::Prose(only)] = section.items.as_slice() {
        return page.block(format!("**{}:** {}", section.title, page.prose(only)));
    }
    page.block(format!("**{}**", section.title));
    section.items.iter().for_each(|of| item(page, of));
}

fn item(page: &mut Page, item: &Item) {
    match item {
        Item::Prose(text) => page.item(&page.prose(text)),
        Item::Run(of) => command(page, of),
        Item::Link { title, url } => page.item(&link(title, url, page.most)),
    }
}

/// A command in a block of its own: it is there to be copied.
fn command(page: &mut Page, command: &Command) {
    let note = command.note.as_deref().unwrap_or_default();
    let prompt = command.prompt().unwrap_or_default();
    let language = if command.tool.is_some() { "text" } else { "sh" };
    page.code(language, &[format!("{prompt}{}", command.text)]);
    page.paragraph(note);
}

/// Writes what almost holds, folded.
pub(super) fn near_misses(page: &mut Page, answer: &Answer) {
    let mut inner = page.inner();
    answer.near.iter().for_each(|miss| near(&mut inner, miss));
    if answer.more_near > 0 {
        inner.block(format!("… and {} more: see `--format json`.", answer.more_near));
    }
    page.details("Nearly, with one thing missing", inner);
}

fn near(page: &mut Page, miss: &NearTold) {
    page.block(format!("**{}** {}", page.prose(&miss.title), code(&miss.rule)));
    let rows = miss.seen.iter().map(|text| ("Seen", text)).chain(miss.missing.iter().map(|text| ("Missing", text)));
    for (mark, text) in rows {
        page.item(&format!("{mark}: {}", page.prose(text)));
    }
    if let Some(next) = &miss.next {
        page.block("Run next:");
        item(page, next);
    }
}
