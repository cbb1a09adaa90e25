//! What a finding rests on: each claim with its lines. A line is quoted once in a finding and its consequences; after
//! that its number is enough.

use super::decisive::Decisive;
use super::words::{place, places};
use super::{Claim, QuotedLine};
use crate::Report;
use crate::view::{EvidenceView, FindingView, Quote};
use stacklore_reason::finding::WAY;
use std::collections::BTreeSet;

/// Places of lines that were quoted before and are named.
const ABOVE: usize = 8;

impl Claim {
    /// The lines that were quoted further up, in words: `lines 74, 232 above`; empty where there are none.
    pub(crate) fn above(&self, sources: &[String]) -> String {
        let named = self.above.iter().take(ABOVE).map(|(source, line)| place(*source, *line, sources));
        let named: Vec<String> = named.collect();
        match self.above.len() {
            0 => String::new(),
            all if all > named.len() => format!("{}, … above", places(&named)),
            _ => format!("{} above", places(&named)),
        }
    }
}

/// Tells the claims of the findings of a report, in their order.
pub(super) struct Claims<'a> {
    decisive: Decisive<'a>,
    /// Lines quoted for the cause that is being told, and for its consequences.
    quoted: BTreeSet<(u32, u32)>,
    /// Lines quoted anywhere in the report.
    ever: BTreeSet<(u32, u32)>,
}

impl<'a> Claims<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        Claims { decisive: Decisive::of(report), quoted: BTreeSet::new(), ever: BTreeSet::new() }
    }

    /// The claims of a finding, with at most `most` lines each.
    pub(super) fn of_finding(&mut self, finding: &FindingView, most: usize) -> Vec<Claim> {
        if finding.consequence_of.is_none() {
            self.quoted.clear();
        }
        let words = self.decisive.words(finding);
        let mut claims = Vec::new();
        for evidence in &finding.evidence {
            if !self.is_repetition(finding, evidence) {
                claims.push(self.claim(evidence, &words, most));
            }
        }
        claims
    }

    /// How a task came there is told once in a report.
    fn is_repetition(&self, finding: &FindingView, evidence: &EvidenceView) -> bool {
        let told = || evidence.quotes.iter().flat_map(numbers).all(|line| self.ever.contains(&line));
        evidence.clause == WAY && (finding.consequence_of.is_some() || told())
    }

    fn claim(&mut self, evidence: &EvidenceView, words: &BTreeSet<String>, most: usize) -> Claim {
        let is_way = evidence.clause == WAY;
        let mut claim = Claim { says: says(evidence), lines: Vec::new(), more_lines: 0, above: Vec::new(), is_way };
        for quote in &evidence.quotes {
            for ((source, line), text) in numbers(quote).zip(texts(quote)) {
                if self.quoted.contains(&(source, line)) {
                    claim.above.push((source, line));
                } else if text == Some("") {
                    // An empty line carries nothing.
                } else if let Some(text) = text.filter(|_| claim.lines.len() < most) {
                    self.quoted.insert((source, line));
                    self.ever.insert((source, line));
                    claim.lines.push(self.quoted_line(source, line, text, words, is_way));
                } else {
                    claim.more_lines += 1;
                }
            }
        }
        claim
    }

    fn quoted_line(&self, source: u32, line: u32, text: &str, words: &BTreeSet<String>, is_way: bool) -> QuotedLine {
        let marks = if is_way { Vec::new() } else { self.decisive.marks(source, line, text, words) };
        QuotedLine { source, line, text: text.to_owned(), marks, is_frame: self.decisive.is_frame(source, line) }
    }
}

fn says(evidence: &EvidenceView) -> String {
    let says = if evidence.says.trim().is_empty() { &evidence.clause } else { &evidence.says };
    says.trim().to_owned()
}

fn numbers(quote: &Quote) -> impl Iterator<Item = (u32, u32)> + '_ {
    (quote.first_line..=quote.last_line).map(|line| (quote.source, line))
}

/// The lines of a quote, and nothing for those that it leaves out.
fn texts(quote: &Quote) -> impl Iterator<Item = Option<&str>> + '_ {
    quote.text.iter().map(|text| Some(text.trim())).chain(std::iter::repeat(None))
}
