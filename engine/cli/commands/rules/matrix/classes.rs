//! The class that a case expects against the class that the report puts first.

use crate::corpus::Case;
use stacklore::{Engine, Report};
use std::collections::{BTreeMap, BTreeSet};

/// What a report says first, and what it should.
pub(super) struct Answer {
    /// Id of the case.
    pub(super) case: String,
    /// A class, or a verdict where nothing is to be found.
    pub(super) expected: String,
    /// The class of the first finding, or the verdict where there is none.
    pub(super) first: String,
    /// The rule of the first finding.
    pub(super) by: Option<String>,
}

impl Answer {
    /// Whether it says what it should.
    pub(super) fn is_right(&self) -> bool {
        self.expected == self.first
    }
}

/// The answer of a case; `None` where nobody has said what it holds, or where the program lacks something to find it.
pub(super) fn answer(engine: &Engine, case: &Case, report: &Report) -> Option<Answer> {
    let expectation = case.expectation.as_ref().filter(|expectation| expectation.awaits.is_none())?;
    let wanted: Vec<&str> = if expectation.findings.is_empty() {
        expectation.verdict.names()
    } else {
        let rules = expectation.findings.iter().filter_map(|expected| engine.rule(&expected.rule));
        rules.map(|rule| rule.class.name()).collect()
    };
    let finding = report.findings.first();
    let first = finding.map_or_else(|| report.verdict.name(), |finding| finding.class.name());
    // Where several answers are fine, the one that was given is the expected one.
    let expected = wanted.iter().find(|name| **name == first).or(wanted.first())?;
    Some(Answer {
        case: case.id.clone(),
        expected: (*expected).to_owned(),
        first: first.to_owned(),
        by: finding.map(|finding| finding.rule.clone()),
    })
}

/// Head and rows: expected against said, with sums.
pub(super) fn table(answers: &[Answer]) -> (Vec<&str>, Vec<Vec<String>>) {
    let names = |name: fn(&Answer) -> &str| answers.iter().map(name).collect::<BTreeSet<&str>>();
    let said = names(|answer| &answer.first);
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for answer in answers {
        *counts.entry((&answer.expected, &answer.first)).or_default() += 1;
    }
    let head = ["expected"].into_iter().chain(said.iter().copied()).chain(["all"]).collect();
    let row = |expected: &str| {
        let cells = said.iter().map(|first| counts.get(&(expected, *first)).copied().unwrap_or(0));
        let shown = cells.clone().map(super::page::number);
        std::iter::once(expected.to_owned()).chain(shown).chain([cells.clone().sum::<usize>().to_string()]).collect()
    };
    (head, names(|answer| &answer.expected).into_iter().map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::{Answer, table};

    #[test]
    fn every_answer_is_counted_once() {
        let answer = |expected: &str, first: &str| Answer {
            case: "c".into(),
            expected: expected.into(),
            first: first.into(),
            by: None,
        };
        let answers = [answer("lockup", "lockup"), answer("lockup", "healthy"), answer("healthy", "healthy")];
        let (head, rows) = table(&answers);
        assert_eq!(head, ["expected", "healthy", "lockup", "all"]);
        assert_eq!(rows, [["healthy", "1", "·", "1"], ["lockup", "1", "1", "2"]]);
    }
}
