//! `stacklore rules test`: every rule against its own cases, and against the whole corpus.
//!
//! Looks at findings before any is hidden behind a better one. A general rule that a case expects through a rule that
//! says it better (`instead_of`) is no noise there.

use super::table;
use crate::args::KnowledgeArgs;
use crate::corpus::{Case, Corpus};
use crate::exit::Exit;
use crate::{output, reading, rulebook};
use rayon::prelude::*;
use stacklore::Engine;
use stacklore::reason::analysis::Analysis;
use stacklore::reason::finding::Certainty;
use stacklore::reason::rules::ast::Rule;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What became of one rule in one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    /// Not found, or not as sure as it must be.
    Missed,
    /// Found where it must be left alone, or where nobody expects it.
    Noisy,
    /// Found in a case of which nobody has said yet what it holds.
    New,
    /// Not found in a case that says what the program lacks to find it (`awaits`): a known miss.
    Awaited,
    /// Found as expected.
    AsExpected,
}

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Outcome::Missed => "missed",
            Outcome::Noisy => "noisy",
            Outcome::New => "new",
            Outcome::Awaited => "awaited",
            Outcome::AsExpected => "as expected",
        }
    }
}

/// A row of the result.
pub(super) struct Row {
    pub(super) outcome: Outcome,
    pub(super) rule: String,
    pub(super) case: String,
    expected: Option<Certainty>,
    found: Option<Certainty>,
}

/// Tests all rules, or those of `only`.
pub(crate) fn run(corpus: &Path, only: &[String], knowledge: &KnowledgeArgs) -> anyhow::Result<Exit> {
    let engine = rulebook::engine(knowledge)?;
    only.iter().try_for_each(|id| rulebook::require(&engine, id))?;
    let corpus = Corpus::read(corpus)?;
    let rows: Vec<Vec<Row>> =
        corpus.cases.par_iter().map(|case| of_case(&engine, case)).collect::<anyhow::Result<_>>()?;
    let mut rows: Vec<Row> = rows.into_iter().flatten().chain(unknown_cases(&engine, &corpus)).collect();
    rows.retain(|row| only.is_empty() || only.contains(&row.rule));
    rows.sort_by(|a, b| (a.outcome, &a.rule, &a.case).cmp(&(b.outcome, &b.rule, &b.case)));
    tell(&rows, corpus.cases.len())?;
    let failed = rows.iter().any(|row| matches!(row.outcome, Outcome::Missed | Outcome::Noisy));
    Ok(if failed { Exit::Found } else { Exit::Done })
}

fn of_case(engine: &Engine, case: &Case) -> anyhow::Result<Vec<Row>> {
    let documents = case.documents()?;
    let readings = reading::read_documents(engine, &documents);
    let found = found(engine, &engine.analyse(documents, readings));
    Ok(judge(engine.rules(), case, &found))
}

/// The rules that find something in a case, none hidden, with the highest certainty of each.
pub(super) fn found(engine: &Engine, analysis: &Analysis) -> BTreeMap<String, Certainty> {
    let mut found: BTreeMap<String, Certainty> = BTreeMap::new();
    for finding in engine.matches(analysis).findings {
        let best = found.entry(finding.rule).or_insert(finding.certainty);
        *best = (*best).max(finding.certainty);
    }
    found
}

/// Compares what was found in a case with what the rules and the case expect.
pub(super) fn judge(rules: &[Rule], case: &Case, found: &BTreeMap<String, Certainty>) -> Vec<Row> {
    let expected = expected(rules, case);
    let said_better: BTreeSet<&String> =
        rules.iter().filter(|rule| expected.contains_key(&rule.id)).flat_map(|rule| &rule.instead_of).collect();
    let left: BTreeSet<&String> =
        rules.iter().filter(|rule| rule.leaves.contains(&case.id)).map(|rule| &rule.id).collect();
    let awaits = case.expectation.as_ref().is_some_and(|expectation| expectation.awaits.is_some());
    let mut rows = Vec::new();
    for rule in expected.keys().chain(found.keys()).collect::<BTreeSet<_>>() {
        let (expected, found) = (expected.get(rule).copied(), found.get(rule).copied());
        let outcome = match (expected, found) {
            (Some(least), Some(found)) if found >= least => Outcome::AsExpected,
            (Some(_), _) if awaits => Outcome::Awaited,
            (Some(_), _) => Outcome::Missed,
            (None, Some(_)) if left.contains(rule) => Outcome::Noisy,
            (None, Some(_)) if case.expectation.is_none() => Outcome::New,
            (None, Some(_)) if said_better.contains(rule) => continue,
            (None, Some(_)) => Outcome::Noisy,
            (None, None) => continue,
        };
        rows.push(Row { outcome, rule: rule.clone(), case: case.id.clone(), expected, found });
    }
    rows
}

/// Rules that must be found in a case, with the least certainty: as the rule says, or the case.
fn expected(rules: &[Rule], case: &Case) -> BTreeMap<String, Certainty> {
    let by_case = case.expectation.iter().flat_map(|expectation| &expectation.findings);
    let by_case = by_case.map(|expected| (expected.rule.clone(), expected.certainty));
    let by_rule = rules.iter().flat_map(|rule| rule.finds.iter().map(move |(id, least)| (rule, id, *least)));
    let by_rule = by_rule.filter(|(_, id, _)| **id == case.id).map(|(rule, _, least)| (rule.id.clone(), least));
    let mut expected = BTreeMap::new();
    for (rule, least) in by_case.chain(by_rule) {
        let most = expected.entry(rule).or_insert(least);
        *most = (*most).max(least);
    }
    expected
}

/// Cases that a rule must find and that the corpus does not have.
pub(super) fn unknown_cases<'a>(engine: &'a Engine, corpus: &'a Corpus) -> impl Iterator<Item = Row> + 'a {
    let known: BTreeSet<&str> = corpus.cases.iter().map(|case| case.id.as_str()).collect();
    let finds = engine.rules().iter().flat_map(|rule| rule.finds.iter().map(move |(id, least)| (rule, id, *least)));
    finds.filter(move |(_, id, _)| !known.contains(id.as_str())).map(|(rule, id, least)| Row {
        outcome: Outcome::Missed,
        rule: rule.id.clone(),
        case: format!("{id} (no such case)"),
        expected: Some(least),
        found: None,
    })
}

fn tell(rows: &[Row], cases: usize) -> anyhow::Result<()> {
    let count = |outcome| rows.iter().filter(|row| row.outcome == outcome).count();
    let name = |certainty: Option<Certainty>| certainty.map_or("-", Certainty::name).to_owned();
    let cell = |row: &Row| {
        vec![row.outcome.name().into(), row.rule.clone(), row.case.clone(), name(row.expected), name(row.found)]
    };
    let table: Vec<Vec<String>> = rows.iter().map(cell).collect();
    output::to_stdout(|out| {
        table::write(out, &["outcome", "rule", "case", "expected", "found"], &table)?;
        writeln!(
            out,
            "\n{cases} cases: {} as expected, {} missed, {} noisy, {} new, {} awaited",
            count(Outcome::AsExpected),
            count(Outcome::Missed),
            count(Outcome::Noisy),
            count(Outcome::New),
            count(Outcome::Awaited)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{Outcome, judge};
    use crate::corpus::{Case, Expectation, Expected};
    use stacklore::reason::finding::Certainty::{self, Likely, Possible, Proven};
    use std::collections::BTreeMap;

    fn outcomes(expected: Option<&[(&str, Certainty)]>, found: &[(&str, Certainty)]) -> Vec<(String, Outcome)> {
        let expectation = expected.map(|expected| Expectation {
            findings: expected
                .iter()
                .map(|(rule, certainty)| Expected { rule: (*rule).into(), certainty: *certainty })
                .collect(),
            ..Expectation::default()
        });
        let case = Case { id: "case".into(), folder: "case".into(), expectation };
        let found: BTreeMap<String, Certainty> = found.iter().map(|(rule, sure)| ((*rule).to_owned(), *sure)).collect();
        judge(&[], &case, &found).into_iter().map(|row| (row.rule, row.outcome)).collect()
    }

    #[test]
    fn four_outcomes() {
        let found = [("right", Proven), ("weak", Possible), ("loud", Likely)];
        let expected = [("right", Likely), ("weak", Likely), ("absent", Possible)];
        let mut rows = outcomes(Some(&expected), &found);
        rows.sort();
        let row = |rule: &str, outcome| (rule.to_owned(), outcome);
        assert_eq!(
            rows,
            [
                row("absent", Outcome::Missed),
                row("loud", Outcome::Noisy),
                row("right", Outcome::AsExpected),
                row("weak", Outcome::Missed),
            ]
        );
        assert_eq!(outcomes(None, &[("any", Likely)]), [row("any", Outcome::New)]);
    }
}
