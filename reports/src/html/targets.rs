//! Lines that a page links to: only these get an anchor, and only around these is a large text shown.

use crate::Report;
use crate::answer::{Answer, Told};
use std::collections::{BTreeMap, BTreeSet};

/// Lines by the number of their text; `true` for those that a finding rests on.
#[derive(Debug, Default)]
pub(super) struct Targets {
    lines: BTreeMap<u32, BTreeMap<u32, bool>>,
}

impl Targets {
    pub(super) fn of(report: &Report, answer: &Answer) -> Self {
        let mut targets = Targets::default();
        answer.findings.iter().for_each(|finding| targets.finding(finding));
        answer.picture.arrows.iter().for_each(|arrow| targets.add(arrow.source, arrow.line, true));
        report
            .contents
            .unclear
            .iter()
            .take(super::page::UNCLEAR)
            .for_each(|line| targets.add(line.source, line.line, false));
        targets
    }

    fn finding(&mut self, finding: &Told) {
        for line in finding.claims.iter().flat_map(|claim| &claim.lines) {
            self.add(line.source, line.line, true);
        }
        finding.consequences.iter().for_each(|consequence| self.finding(consequence));
    }

    /// Adds a line.
    pub(super) fn add(&mut self, source: u32, line: u32, carries: bool) {
        *self.lines.entry(source).or_default().entry(line).or_default() |= carries;
    }

    /// The lines of a text that are linked to, and whether a finding rests on them.
    pub(super) fn of_source(&self, source: u32) -> BTreeMap<u32, bool> {
        self.lines.get(&source).cloned().unwrap_or_default()
    }

    /// Texts that hold such lines.
    pub(super) fn sources(&self) -> BTreeSet<u32> {
        self.lines.keys().copied().collect()
    }
}

/// The anchor of a line.
pub(super) fn anchor(source: u32, line: u32) -> String {
    format!("s{source}-{line}")
}
