//! Findings as results.

use super::flow::Waits;
use super::form::{ArtifactLocation, Location, Message, Missing, ResultProperties, SarifResult, Snippet};
use super::rules::Rules;
use super::{fixes, location, words};
use crate::view::{EvidenceView, FindingView, MissingView, Quote};
use crate::{Report, visible};
use serde_json::Value;
use stacklore_model::Reliability;
use stacklore_reason::finding::{Certainty, WAY};
use std::collections::{BTreeMap, BTreeSet};

/// Quotes of a result that are among its locations.
const QUOTES_MAX: usize = 200;
/// Innermost frames of a stack that go into a fingerprint.
const FRAMES: usize = 8;
/// Name and number of the fingerprint.
const FINGERPRINT: &str = "ruleAndFunctions/v1";

pub(super) fn results(report: &Report, rules: &Rules<'_>, sources: &[ArtifactLocation]) -> Vec<SarifResult> {
    let waits = Waits::of(report);
    let mut seen: BTreeMap<u64, usize> = BTreeMap::new();
    let results = report.findings.iter().map(|finding| {
        let fingerprint = fingerprint(report, finding);
        let times = seen.entry(fingerprint).or_default();
        *times += 1;
        let fingerprint = format!("{fingerprint:016x}:{times}");
        result(finding, rules, sources, &waits, fingerprint)
    });
    results.collect()
}

fn result(
    finding: &FindingView,
    rules: &Rules<'_>,
    sources: &[ArtifactLocation],
    waits: &Waits<'_>,
    fingerprint: String,
) -> SarifResult {
    let (locations, related_locations, left_out) = locations(finding, sources);
    SarifResult {
        rule_id: visible(&finding.rule),
        rule_index: rules.index(&finding.rule),
        kind: "fail",
        level: level(finding),
        rank: rank(finding.certainty),
        message: Message::of(&headline(finding)),
        locations,
        related_locations,
        code_flows: waits.flow(finding, sources).into_iter().collect(),
        partial_fingerprints: BTreeMap::from([(FINGERPRINT, fingerprint)]),
        properties: ResultProperties {
            certainty: finding.certainty,
            why_certainty: words::lines(&finding.why_certainty),
            cause: finding.cause,
            consequence_of: finding.consequence_of,
            next: finding.next.as_deref().map(words::lines),
            missing: finding.missing.iter().map(missing).collect(),
            remedy: finding.remedy.iter().map(|item| words::lines(item)).collect(),
            known_fixes: fixes(&finding.known_fixes),
            quotes_left_out: left_out,
        },
    }
}

/// A consequence goes away with its cause; what only may be is a warning.
fn level(finding: &FindingView) -> &'static str {
    match (finding.cause, finding.certainty) {
        (false, _) => "note",
        (true, Certainty::Possible) => "warning",
        (true, Certainty::Likely | Certainty::Proven) => "error",
    }
}

fn rank(certainty: Certainty) -> f64 {
    match certainty {
        Certainty::Possible => 30.0,
        Certainty::Likely => 70.0,
        Certainty::Proven => 100.0,
    }
}

/// The first sentence is the title, for viewers that show one only.
fn headline(finding: &FindingView) -> String {
    let title = finding.title.trim_end_matches('.');
    format!("{title}. {}", finding.explanation).trim_end().to_owned()
}

fn missing(missing: &MissingView) -> Missing {
    Missing {
        clause: visible(&missing.clause),
        says: words::lines(&missing.says),
        get: words::lines(&missing.get),
        next: words::lines(&missing.next),
        would_make: missing.would_make,
    }
}

/// The lines of the clause that decides, those of all others with what they say, and how many are too many.
fn locations(finding: &FindingView, sources: &[ArtifactLocation]) -> (Vec<Location>, Vec<Location>, Option<usize>) {
    let quoted = |evidence: &&EvidenceView| !evidence.quotes.is_empty();
    let decides = finding.evidence.iter().filter(|evidence| evidence.clause != WAY).find(quoted);
    let mut quotes = 0;
    let mut left_out = 0;
    let mut main = Vec::new();
    let mut related = Vec::new();
    for evidence in &finding.evidence {
        let is_main = decides.is_some_and(|main| std::ptr::eq(main, evidence));
        for quote in &evidence.quotes {
            quotes += 1;
            if quotes > QUOTES_MAX {
                left_out += 1;
                continue;
            }
            let Some(mut location) = quoted_lines(quote, sources) else { continue };
            location.message = Some(Message::of(&evidence.says));
            if is_main {
                main.push(location);
            } else {
                location.id = Some(related.len() + 1);
                related.push(location);
            }
        }
    }
    if let (true, Some(edge)) = (main.is_empty(), finding.edges.first()) {
        let physical = location(sources, edge.source, edge.line, edge.line);
        main.extend(physical.map(|physical_location| Location { id: None, physical_location, message: None }));
    }
    (main, related, (left_out > 0).then_some(left_out))
}

fn quoted_lines(quote: &Quote, sources: &[ArtifactLocation]) -> Option<Location> {
    let mut physical_location = location(sources, quote.source, quote.first_line, quote.last_line)?;
    // A snippet is all of its region or none.
    if quote.text.len() as u64 == u64::from(quote.last_line.saturating_sub(quote.first_line)) + 1 {
        let lines: Vec<String> = quote.text.iter().map(|line| visible(line)).collect();
        physical_location.region.snippet = Some(Snippet { text: lines.join("\n") });
    }
    Some(Location { id: None, physical_location, message: None })
}

/// What stays the same when the same hang is dumped again: the rule, its roles, and in which functions they are; no
/// process number, address or line.
fn fingerprint(report: &Report, finding: &FindingView) -> u64 {
    let mut parts: Vec<&str> = vec![&finding.rule];
    for (role, rows) in &finding.roles {
        parts.push(role);
        let rows = rows.as_array().map(Vec::as_slice).unwrap_or_default();
        let stacks: BTreeSet<Vec<&str>> = rows.iter().filter_map(|row| functions(report, row)).collect();
        parts.extend(stacks.into_iter().flatten());
    }
    words::hash(parts)
}

fn functions<'a>(report: &'a Report, row: &Value) -> Option<Vec<&'a str>> {
    let number = usize::try_from(row.get("stack")?.as_u64()?).ok()?;
    let frames = &report.contents.stacks.get(number)?.frames;
    let sure = frames.iter().filter(|frame| frame.reliability != Reliability::Unsure);
    Some(sure.take(FRAMES).map(|frame| &*frame.symbol).collect())
}
