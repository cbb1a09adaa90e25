//! Findings in words, each consequence under its cause; then what almost holds.

use super::claims::Claims;
use super::commands::is_sentence;
use super::words;
use super::{Command, Extent, Item, NearTold, Section, Told, fixes};
use crate::Report;
use crate::view::{FindingView, MissingView};
use stacklore_reason::finding::{BEHIND, Certainty, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// Tasks behind a finding that are named.
const BEHIND_NAMED: usize = 4;

/// The causes that are told, and how many are not.
pub(super) fn told(report: &Report, extent: &Extent) -> (Vec<Told>, usize) {
    let mut telling = Telling { report, extent, claims: Claims::of(report), consequences: consequences(report) };
    let causes: Vec<usize> = (0..report.findings.len()).filter(|index| stands_alone(report, *index)).collect();
    let shown = causes.len().min(extent.findings);
    let told = causes.iter().take(shown).map(|index| telling.finding(*index)).collect();
    (told, causes.len() - shown)
}

/// A consequence that comes before its cause would be told nowhere.
fn stands_alone(report: &Report, index: usize) -> bool {
    report.findings[index].consequence_of.is_none_or(|cause| cause >= index)
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

struct Telling<'a> {
    report: &'a Report,
    extent: &'a Extent,
    claims: Claims<'a>,
    /// Consequences by the number of their cause.
    consequences: BTreeMap<usize, Vec<usize>>,
}

impl Telling<'_> {
    fn finding(&mut self, index: usize) -> Told {
        let finding = &self.report.findings[index];
        let claims = self.claims.of_finding(finding, self.extent.lines);
        let all = self.consequences.get(&index).cloned().unwrap_or_default();
        let shown = all.len().min(self.extent.findings);
        let in_headline = index == 0 && self.report.verdict != Verdict::Unknown;
        Told {
            index,
            title: finding.title.clone(),
            in_headline,
            rule: finding.rule.clone(),
            class: words::class(finding.class),
            certainty: finding.certainty.name(),
            explanation: words::paragraphs(&finding.explanation),
            behind: behind(self.report, finding),
            claims,
            why: why(finding),
            sections: sections(finding),
            more_consequences: all.len() - shown,
            consequences: all.into_iter().take(shown).map(|index| self.finding(index)).collect(),
        }
    }
}

/// `rmmod (111), b (2) and 12 more`
fn behind(report: &Report, finding: &FindingView) -> Option<String> {
    let rows = finding.roles.get(BEHIND)?.as_array()?;
    let task = |row: &serde_json::Value| report.contents.tasks.get(usize::try_from(row.get("id")?.as_u64()?).ok()?);
    let mut names: Vec<String> = rows.iter().take(BEHIND_NAMED).filter_map(task).map(words::task).collect();
    if rows.len() > names.len() {
        names.push(format!("{} more", rows.len() - names.len()));
    }
    (!names.is_empty()).then(|| words::and(&names))
}

fn why(finding: &FindingView) -> Option<(String, String)> {
    let why = finding.why_certainty.trim();
    let only = if finding.certainty == Certainty::Proven { "" } else { "only " };
    (!why.is_empty()).then(|| (format!("Why {only}\"{}\"", finding.certainty.name()), why.to_owned()))
}

fn sections(finding: &FindingView) -> Vec<Section> {
    let prose = |texts: &[String]| texts.iter().map(|text| Item::Prose(text.clone())).collect::<Vec<_>>();
    let commands = |texts: &[String]| texts.iter().map(|text| run(text)).collect::<Vec<_>>();
    let next = finding.next.iter().filter(|_| finding.missing.is_empty());
    let next = next.map(|next| run(next)).collect();
    let affected = finding.affected.iter().map(|(system, range)| match range.as_str() {
        Some(range) => Item::Prose(format!("{system} {range}")),
        None => Item::Prose(system.clone()),
    });
    let references = finding.references.iter().map(|reference| match &reference.url {
        Some(url) => Item::Link { title: reference.title.clone(), url: url.clone() },
        None => Item::Prose(reference.title.clone()),
    });
    let fixes = finding.known_fixes.iter().map(|fix| Item::Prose(fixes::told(fix)));
    let all = [
        ("Run next", settle(finding)),
        ("Run next", next),
        ("To be sure", commands(&finding.confirm)),
        ("What to do", prose(&finding.remedy)),
        ("Versions affected", affected.collect()),
        ("See also", references.collect()),
        ("A fix is known for a hang in these functions", fixes.collect()),
    ];
    let mut seen = BTreeSet::new();
    let sections = all.into_iter().map(|(title, items)| Section { title, items: distinct(items, &mut seen) });
    sections.filter(|section| !section.items.is_empty()).collect()
}

/// A command, or a sentence that asks for something.
fn run(text: &str) -> Item {
    if is_sentence(text) { Item::Prose(text.trim().to_owned()) } else { Item::Run(Command::of(text)) }
}

/// What would settle a finding: each command once, with what it would make of it.
fn settle(finding: &FindingView) -> Vec<Item> {
    let item = |missing: &MissingView| {
        let surer = missing.would_make.filter(|certainty| *certainty > finding.certainty);
        let remark = surer.map(|certainty| format!("would make it {}", certainty.name()));
        match (run(&missing.next), remark) {
            (Item::Run(command), Some(remark)) => Item::Run(command.noted(&remark)),
            (Item::Prose(text), Some(remark)) => Item::Prose(format!("{text} ({remark})")),
            (item, _) => item,
        }
    };
    finding.missing.iter().filter(|missing| !missing.next.trim().is_empty()).map(item).collect()
}

/// Two clauses may ask for the same output, and a rule may ask for it again.
fn distinct(items: Vec<Item>, seen: &mut BTreeSet<String>) -> Vec<Item> {
    let key = |item: &Item| match item {
        Item::Prose(text) => text.trim().to_owned(),
        Item::Run(command) => command.text.clone(),
        Item::Link { title, url } => format!("{title} {url}"),
    };
    items.into_iter().filter(|item| !key(item).is_empty() && seen.insert(key(item))).collect()
}

/// What almost holds. A proven answer and a healthy text leave nothing to look for; the JSON still has it.
pub(super) fn near(report: &Report) -> Vec<NearTold> {
    let proven = report.findings.iter().any(|finding| finding.certainty == Certainty::Proven);
    if proven || report.verdict == Verdict::Healthy {
        return Vec::new();
    }
    let near = report.near_misses.iter().map(|miss| NearTold {
        title: miss.title.clone(),
        rule: miss.rule.clone(),
        seen: miss.held.clone(),
        missing: miss.missing.iter().map(|missing| missing.says.clone()).filter(|says| !says.is_empty()).collect(),
        // One command: the first says the most, since the rule names its clauses in the order of their weight.
        next: miss.missing.iter().find(|of| !of.next.trim().is_empty()).map(|of| run(&of.next)),
    });
    near.collect()
}
