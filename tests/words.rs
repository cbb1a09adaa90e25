//! The words of reports: what rules say of every case of the corpus, found or nearly found, shown or not.

use crate::corpus::{cases, inputs};
use stacklore::{Document, Engine};
use stacklore_intake::{Limits, read_paths};
use stacklore_model::SourceId;
use stacklore_reason::finding::{Finding, Missing, NearMiss};
use stacklore_reason::rules::ast::Rule;
use std::path::Path;

/// Words of the rule language that no reader knows.
const INTERNAL: [&str; 7] = ["clause", "signature", "binding", "consequence_of", "relation", "template", "variable"];

/// Sentences for people.
fn sentences(finding: &Finding) -> Vec<&str> {
    let mut all = vec![finding.title.as_str(), finding.why_certainty.as_str(), finding.explanation.as_str()];
    all.extend(finding.evidence.iter().map(|evidence| evidence.says.as_str()));
    all.extend(says(&finding.missing));
    all
}

fn says(missing: &[Missing]) -> impl Iterator<Item = &str> {
    missing.iter().map(|missing| missing.says.as_str())
}

fn of_near_miss(near: &NearMiss) -> Vec<&str> {
    let held = near.held.iter().map(String::as_str);
    std::iter::once(near.title.as_str()).chain(held).chain(says(&near.missing)).collect()
}

/// Commands and questions, in which words in capitals may stand to be replaced.
fn commands(finding: &Finding) -> impl Iterator<Item = &str> {
    let all = finding.confirm.iter().chain(&finding.remedy).chain(&finding.next).map(String::as_str);
    all.chain(finding.missing.iter().flat_map(|missing| [missing.get.as_str(), missing.next.as_str()]))
}

/// What is wrong with a sentence.
fn wrong(text: &str, rule: Option<&Rule>) -> Option<String> {
    if text.contains("{{") || text.contains("{%") {
        return Some("an unfilled place".to_owned());
    }
    if text.contains("  ") {
        return Some("a double blank".to_owned());
    }
    if text.trim().is_empty() {
        return Some("nothing".to_owned());
    }
    let words: Vec<&str> = text.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
    if let Some(word) = words.iter().find(|word| INTERNAL.contains(word)) {
        return Some(format!("the word `{word}`"));
    }
    let rule = rule?;
    let written = |word: &str| rule.explain.contains(word) || rule.clauses.iter().any(|of| of.says.contains(word));
    // Where a task has such a name, a colon or bracket stands before it.
    let named = |word: &str| text.contains(&format!(":{word}")) || text.contains(&format!("[{word}"));
    let shouted = rule.variables.iter().map(|variable| variable.name.to_uppercase());
    let mut shouted = shouted.filter(|name| words.contains(&name.as_str()) && !written(name) && !named(name));
    shouted.next().map(|name| format!("the variable {name}"))
}

fn complaints(engine: &Engine, case: &Path) -> Vec<String> {
    let documents: Vec<Document> = read_paths(&inputs(case), &Limits::default()).documents;
    let readings = documents.iter().enumerate().map(|(at, document)| engine.read(SourceId(at as u32), document));
    let readings = readings.collect();
    let analysis = engine.analyse(documents, readings);
    let matched = engine.matches(&analysis);
    let mut found: Vec<String> = Vec::new();
    let mut look = |id: &str, texts: Vec<&str>| {
        let rule = engine.rule(id);
        found.extend(texts.into_iter().filter_map(|text| Some(format!("{id}: {} in: {text}", wrong(text, rule)?))));
    };
    for finding in &matched.findings {
        look(&finding.rule, sentences(finding));
    }
    for near in &matched.near_misses {
        look(&near.rule, of_near_miss(near));
    }
    let unfilled = matched.findings.iter().flat_map(commands).filter(|text| text.contains("{{") || text.contains("{%"));
    found.extend(unfilled.map(|text| format!("an unfilled place in: {text}")));
    found.extend(matched.notes.into_iter().filter(|note| note.contains("has gaps")));
    found.iter().map(|complaint| format!("{}: {complaint}", case.display())).collect()
}

#[test]
fn every_text_of_the_corpus_is_one_that_a_reader_understands() {
    let engine = Engine::new().expect("the embedded rules are sound");
    // Tickets of the hostile family hold such places themselves, as names of tasks.
    let cases = cases().into_iter().filter(|case| !case.parent().is_some_and(|family| family.ends_with("hostile")));
    let mut wrong: Vec<String> = cases.flat_map(|case| complaints(&engine, &case)).collect();
    let number = wrong.len();
    wrong.truncate(40);
    assert!(wrong.is_empty(), "{number} complaints:\n{}", wrong.join("\n"));
}

#[test]
fn verbs_behind_a_set_agree_with_it() {
    let engine = Engine::new().expect("the embedded rules are sound");
    let verb = regex::Regex::new(r"\| *names *\}\} (?:\w+s|is|has|does) ").expect("sound");
    let noun = |text: &str| text.ends_with("}} as ");
    let mut wrong = Vec::new();
    for rule in engine.rules() {
        let lists = rule.confirm.iter().chain(&rule.remedy).chain(std::iter::once(&rule.explain));
        for text in rule.clauses.iter().map(|clause| &clause.says).chain(lists) {
            let found = verb.find_iter(text).map(|found| found.as_str()).filter(|found| !noun(found));
            wrong.extend(found.map(|found| format!("{}: write `names(do=…)` for `{found}`", rule.id)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
