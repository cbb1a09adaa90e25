//! `stacklore rules matrix`: what every rule found, missed and wrongly found in the whole corpus, and the class of the
//! first finding of each case against the class that it should have.

mod classes;
mod page;

use super::test::{self, Outcome, Row};
use crate::args::{KnowledgeArgs, MatrixFormat};
use crate::corpus::{Case, Corpus};
use crate::exit::Exit;
use crate::{output, reading, rulebook};
use anyhow::Context as _;
use classes::Answer;
use page::Page;
use rayon::prelude::*;
use stacklore::reason::rules::ast::Rule;
use stacklore::{Engine, Options};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Prints the matrix, or compares it with the file in which it is kept.
pub(crate) fn run(
    corpus: &Path,
    format: MatrixFormat,
    check: Option<&Path>,
    knowledge: &KnowledgeArgs,
) -> anyhow::Result<Exit> {
    let engine = rulebook::engine(knowledge)?;
    let corpus = Corpus::read(corpus)?;
    let page = page(&engine, &corpus)?;
    let Some(path) = check else {
        let text = match format {
            MatrixFormat::Text => page.text(),
            MatrixFormat::Markdown => page.markdown(),
        };
        output::to_stdout(|out| out.write_all(text.as_bytes()))?;
        return Ok(Exit::Done);
    };
    let kept = fs::read_to_string(path)
        .with_context(|| format!("{}: cannot read the kept matrix; check the path", path.display()))?;
    let made = page.markdown();
    if kept.replace("\r\n", "\n") == made {
        return Ok(Exit::Done);
    }
    let name = path.display();
    output::to_stdout(|out| {
        writeln!(out, "{name} is not what the corpus gives now:")?;
        for (sign, line) in differing(&kept, &made) {
            writeln!(out, "{sign} {line}")?;
        }
        writeln!(out, "write it anew: stacklore rules matrix --format markdown > {name}")
    })?;
    Ok(Exit::Found)
}

/// Lines that only one of two texts has, with `-` for the first and `+` for the second.
fn differing<'t>(kept: &'t str, made: &'t str) -> Vec<(char, &'t str)> {
    let (before, after): (BTreeSet<&str>, BTreeSet<&str>) = (kept.lines().collect(), made.lines().collect());
    let gone = kept.lines().filter(|line| !after.contains(line)).map(|line| ('-', line));
    gone.chain(made.lines().filter(|line| !before.contains(line)).map(|line| ('+', line))).collect()
}

fn page(engine: &Engine, corpus: &Corpus) -> anyhow::Result<Page> {
    let of_case = |case: &Case| of_case(engine, case);
    let all: Vec<(Vec<Row>, Option<Answer>)> = corpus.cases.par_iter().map(of_case).collect::<anyhow::Result<_>>()?;
    let (rows, answers): (Vec<Vec<Row>>, Vec<Option<Answer>>) = all.into_iter().unzip();
    let rows: Vec<Row> = rows.into_iter().flatten().chain(test::unknown_cases(engine, corpus)).collect();
    let answers: Vec<Answer> = answers.into_iter().flatten().collect();
    let counts = counts(engine.rules(), &rows);
    let mut page = Page::new("Confusion matrix of the corpus");
    page.say(
        "What every rule finds in every case of the corpus, made by `stacklore rules matrix`, kept true by the tests: \
         do not edit it. Findings are looked at before any is hidden behind a better one, as `rules test` does; the class \
         is that of the first finding of the report, or its verdict where it has none.",
    );
    totals(&mut page, &counts, &answers, corpus.cases.len());
    wrong(&mut page, &rows, &answers);
    page.section("Class against class");
    page.say("Rows: what the case expects. Columns: what the report says first.");
    let (head, table) = classes::table(&answers);
    page.table(&head, table);
    by_family(&mut page, &counts);
    Ok(page)
}

/// What every rule did in a case, and what the report answers first.
fn of_case(engine: &Engine, case: &Case) -> anyhow::Result<(Vec<Row>, Option<Answer>)> {
    let documents = case.documents()?;
    let readings = reading::read_documents(engine, &documents);
    let report = engine.conclude(&case.id, documents.clone(), readings.clone(), &Options::default());
    let found = test::found(engine, &engine.analyse(documents, readings));
    Ok((test::judge(engine.rules(), case, &found), classes::answer(engine, case, &report)))
}

/// What became of one rule: number of cases by outcome.
struct Count<'r> {
    rule: &'r Rule,
    outcomes: BTreeMap<Outcome, usize>,
}

impl Count<'_> {
    fn of(&self, outcome: Outcome) -> usize {
        self.outcomes.get(&outcome).copied().unwrap_or(0)
    }

    fn wrong(&self) -> usize {
        self.of(Outcome::Missed) + self.of(Outcome::Noisy)
    }
}

fn counts<'r>(rules: &'r [Rule], rows: &[Row]) -> Vec<Count<'r>> {
    let mut of_rule: BTreeMap<&str, BTreeMap<Outcome, usize>> = BTreeMap::new();
    for row in rows {
        *of_rule.entry(&row.rule).or_default().entry(row.outcome).or_default() += 1;
    }
    let count = |rule: &'r Rule| Count { rule, outcomes: of_rule.remove(rule.id.as_str()).unwrap_or_default() };
    rules.iter().map(count).collect()
}

const COLUMNS: [(&str, Outcome); 5] = [
    ("as expected", Outcome::AsExpected),
    ("missed", Outcome::Missed),
    ("wrongly found", Outcome::Noisy),
    ("awaited", Outcome::Awaited),
    ("new", Outcome::New),
];

/// The numbers of a table for these rules.
fn numbers<'c>(counts: impl Iterator<Item = &'c Count<'c>> + Clone) -> Vec<String> {
    let sum = |outcome| counts.clone().map(|count| count.of(outcome)).sum::<usize>();
    COLUMNS.iter().map(|(_, outcome)| page::number(sum(*outcome))).collect()
}

fn families<'c>(counts: &'c [Count<'c>]) -> Vec<(&'c str, Vec<&'c Count<'c>>)> {
    let mut families: BTreeMap<&str, Vec<&Count<'_>>> = BTreeMap::new();
    for count in counts {
        families.entry(&count.rule.family).or_default().push(count);
    }
    for rules in families.values_mut() {
        rules.sort_by(|a, b| b.wrong().cmp(&a.wrong()).then_with(|| a.rule.id.cmp(&b.rule.id)));
    }
    let mut families: Vec<_> = families.into_iter().collect();
    let wrong = |rules: &[&Count<'_>]| rules.iter().map(|count| count.wrong()).sum::<usize>();
    families.sort_by(|a, b| wrong(&b.1).cmp(&wrong(&a.1)).then(a.0.cmp(b.0)));
    families
}

fn totals(page: &mut Page, counts: &[Count<'_>], answers: &[Answer], cases: usize) {
    page.section("Totals");
    let right = answers.iter().filter(|answer| answer.is_right()).count();
    let share = (right * 1000).checked_div(answers.len()).unwrap_or(0);
    page.say(&format!(
        "{cases} cases, {} of them with an expectation that the program can meet; in {right} of these ({}.{} %) the \
         first answer is the expected one.",
        answers.len(),
        share / 10,
        share % 10
    ));
    let head: Vec<&str> = ["family", "rules"].into_iter().chain(COLUMNS.map(|(name, _)| name)).collect();
    let row = |name: &str, rules: &[&Count<'_>]| {
        let first = [name.to_owned(), rules.len().to_string()];
        first.into_iter().chain(numbers(rules.iter().copied())).collect::<Vec<_>>()
    };
    let all: Vec<&Count<'_>> = counts.iter().collect();
    let mut rows = vec![row("all", &all)];
    rows.extend(families(counts).iter().map(|(name, rules)| row(name, rules)));
    page.table(&head, rows);
}

/// Every case in which something is wrong.
fn wrong(page: &mut Page, rows: &[Row], answers: &[Answer]) {
    page.section("What is wrong");
    let mut wrong: Vec<&Row> =
        rows.iter().filter(|row| matches!(row.outcome, Outcome::Missed | Outcome::Noisy)).collect();
    wrong.sort_by(|a, b| (a.outcome, &a.rule, &a.case).cmp(&(b.outcome, &b.rule, &b.case)));
    let other: Vec<&Answer> = answers.iter().filter(|answer| !answer.is_right()).collect();
    if wrong.is_empty() && other.is_empty() {
        page.say("Nothing.");
    }
    if !wrong.is_empty() {
        let name = |outcome| COLUMNS.iter().find(|(_, of)| *of == outcome).map_or("", |(name, _)| name).to_owned();
        let row = |row: &&Row| vec![name(row.outcome), row.rule.clone(), row.case.clone()];
        page.table(&["outcome", "rule", "case"], wrong.iter().map(row).collect());
    }
    if !other.is_empty() {
        let row = |answer: &&Answer| {
            let (expected, first) = (answer.expected.clone(), answer.first.clone());
            vec![answer.case.clone(), expected, first, answer.by.clone().unwrap_or_else(|| "-".to_owned())]
        };
        page.table(&["case", "expected", "said first", "by"], other.iter().map(row).collect());
    }
}

fn by_family(page: &mut Page, counts: &[Count<'_>]) {
    let head: Vec<&str> = ["rule", "class"].into_iter().chain(COLUMNS.map(|(name, _)| name)).collect();
    for (family, rules) in families(counts) {
        page.section(&format!("Rules: {family}"));
        let row = |count: &&Count<'_>| {
            let first = [count.rule.id.clone(), count.rule.class.name().to_owned()];
            first.into_iter().chain(numbers(std::iter::once(*count))).collect()
        };
        page.table(&head, rules.iter().map(row).collect());
    }
}

#[cfg(test)]
mod tests {
    use super::differing;

    #[test]
    fn lines_of_one_text_only_are_told() {
        assert_eq!(differing("a\nb\n", "a\nc\n"), [('-', "b"), ('+', "c")]);
        assert!(differing("a", "a").is_empty());
    }
}
