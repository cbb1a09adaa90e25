//! Findings, one after the other, each consequence under its cause; then what almost holds.

use super::page::{Page, width};
use super::{fixes, quotes};
use crate::Report;
use crate::view::{EvidenceView, FindingView, NearMissView};
use stacklore_reason::finding::{Certainty, WAY};
use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// Causes that are told in full.
const CAUSES: usize = 12;
/// Rules that almost hold and are told.
const NEAR: usize = 5;
/// How deep consequences are set under each other.
const DEPTH: usize = 3;

/// Writes all findings.
pub(super) fn write(page: &mut Page<'_>, report: &Report, sources: &[String]) -> io::Result<()> {
    let told = Told { report, sources, consequences: consequences(report) };
    let causes: Vec<usize> = (0..report.findings.len()).filter(|index| told.stands_alone(*index)).collect();
    for (number, index) in causes.iter().take(CAUSES).enumerate() {
        page.blank()?;
        told.finding(page, *index, &format!("{}  ", number + 1), 0)?;
    }
    if causes.len() > CAUSES {
        page.blank()?;
        page.line(0, &format!("… and {} more findings: see --format json", causes.len() - CAUSES))?;
    }
    Ok(())
}

struct Told<'a> {
    report: &'a Report,
    sources: &'a [String],
    /// Consequences by the number of their cause.
    consequences: BTreeMap<usize, Vec<usize>>,
}

impl Told<'_> {
    fn stands_alone(&self, index: usize) -> bool {
        // A consequence that comes before its cause would be told nowhere.
        self.report.findings[index].consequence_of.is_none_or(|cause| cause >= index)
    }

    fn finding(&self, page: &mut Page<'_>, index: usize, mark: &str, depth: usize) -> io::Result<()> {
        let finding = &self.report.findings[index];
        let left = depth * 3;
        heading(page, left, mark, finding)?;
        let left = left + 3;
        if !finding.explanation.trim().is_empty() {
            page.line(left, "What happens")?;
            page.prose(left + 2, &finding.explanation)?;
        }
        self.evidence(page, left, finding)?;
        certainty(page, left, finding)?;
        list(page, left, "What would settle it", finding.missing.iter().map(|missing| settle(finding, missing)))?;
        if let Some(next) = finding.next.as_ref().filter(|_| finding.missing.is_empty()) {
            page.item(left, "Run next  ", next)?;
        }
        list(page, left, "To be sure", finding.confirm.iter().cloned())?;
        list(page, left, "What to do", finding.remedy.iter().cloned())?;
        let affected = finding.affected.iter().map(|(system, range)| match range.as_str() {
            Some(range) => format!("{system} {range}"),
            None => system.clone(),
        });
        list(page, left, "Versions affected", affected)?;
        let references = finding.references.iter().map(|reference| match &reference.url {
            Some(url) => format!("{}: {url}", reference.title),
            None => reference.title.clone(),
        });
        list(page, left, "See also", references)?;
        fixes::of_finding(page, left, &finding.known_fixes)?;
        self.consequences(page, index, depth)
    }

    fn evidence(&self, page: &mut Page<'_>, left: usize, finding: &FindingView) -> io::Result<()> {
        if finding.evidence.is_empty() {
            return Ok(());
        }
        page.line(left, "Evidence")?;
        // How a task came there is told once, with the cause.
        let told = |evidence: &&EvidenceView| finding.consequence_of.is_none() || evidence.clause != WAY;
        for evidence in finding.evidence.iter().filter(told) {
            let says = if evidence.says.trim().is_empty() { &evidence.clause } else { &evidence.says };
            page.item(left + 2, "", says)?;
            quotes::write(page, left + 4, &evidence.quotes, self.sources)?;
        }
        Ok(())
    }

    fn consequences(&self, page: &mut Page<'_>, cause: usize, depth: usize) -> io::Result<()> {
        let all = self.consequences.get(&cause).map_or(&[][..], Vec::as_slice);
        for index in all.iter().take(CAUSES) {
            page.blank()?;
            self.finding(page, *index, "Consequence: ", (depth + 1).min(DEPTH))?;
        }
        match all.len() {
            count if count > CAUSES => page.line(depth * 3 + 3, &format!("… and {} more consequences", count - CAUSES)),
            _ => Ok(()),
        }
    }
}

/// Only what comes after its cause: so no ring of consequences can be followed for ever.
fn consequences(report: &Report) -> BTreeMap<usize, Vec<usize>> {
    let mut by_cause: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, finding) in report.findings.iter().enumerate() {
        if let Some(cause) = finding.consequence_of.filter(|cause| *cause < index) {
            by_cause.entry(cause).or_default().push(index);
        }
    }
    by_cause
}

/// Number and title, and the rule at the right where there is room.
fn heading(page: &mut Page<'_>, left: usize, mark: &str, finding: &FindingView) -> io::Result<()> {
    let rule = format!("{}, {}", finding.rule, finding.certainty.name());
    let used = left + width(mark) + width(&finding.title) + width(&rule) + 2;
    if used <= page.room(0) {
        let gap = page.room(0) - used + 2;
        return page.line(left, &format!("{mark}{}{:gap$}{rule}", finding.title, ""));
    }
    page.item(left, mark, &finding.title)?;
    page.line(left + 3, &rule)
}

fn certainty(page: &mut Page<'_>, left: usize, finding: &FindingView) -> io::Result<()> {
    if finding.why_certainty.trim().is_empty() {
        return Ok(());
    }
    let only = if finding.certainty == Certainty::Proven { "" } else { "only " };
    page.line(left, &format!("Why {only}\"{}\"", finding.certainty.name()))?;
    page.prose(left + 2, &finding.why_certainty)
}

/// What to run, and what that would make of the finding.
fn settle(finding: &FindingView, missing: &crate::view::MissingView) -> String {
    match missing.would_make {
        Some(certainty) if certainty > finding.certainty => {
            format!("{}   (makes it {})", missing.next, certainty.name())
        }
        _ => missing.next.clone(),
    }
}

fn list(page: &mut Page<'_>, left: usize, title: &str, items: impl Iterator<Item = String>) -> io::Result<()> {
    // Two clauses may ask for the same output.
    let mut seen = BTreeSet::new();
    let mut items = items.filter(|item| !item.trim().is_empty() && seen.insert(item.clone())).peekable();
    if items.peek().is_none() {
        return Ok(());
    }
    page.line(left, title)?;
    for item in items {
        page.item(left + 2, "- ", &item)?;
    }
    Ok(())
}

/// Writes what almost holds, in brief.
pub(super) fn near_misses(page: &mut Page<'_>, near: &[NearMissView]) -> io::Result<()> {
    if near.is_empty() {
        return Ok(());
    }
    page.blank()?;
    page.line(0, "Nearly, with one thing missing")?;
    for miss in near.iter().take(NEAR) {
        page.item(2, "", &format!("{} ({})", miss.title, miss.rule))?;
        for held in &miss.held {
            page.item(4, "seen     ", held)?;
        }
        for missing in &miss.missing {
            page.item(4, "missing  ", &missing.says)?;
        }
        // One command: the first says the most, since the rule names its clauses in the order of their weight.
        if let Some(missing) = miss.missing.iter().find(|missing| !missing.next.trim().is_empty()) {
            page.item(4, "run next ", &missing.next)?;
        }
    }
    if near.len() > NEAR {
        page.line(2, &format!("… and {} more: see --format json", near.len() - NEAR))?;
    }
    Ok(())
}
