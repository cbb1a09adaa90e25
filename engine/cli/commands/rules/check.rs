//! `stacklore rules check`: every message of the checker, with its place.

use crate::corpus::{Case, Corpus};
use crate::exit::Exit;
use crate::{output, reading, rulebook};
use rayon::prelude::*;
use stacklore::Engine;
use stacklore::reason::matching;
use stacklore::reason::rules::ast::Rule;
use stacklore::reason::rules::diagnostic::Level;
use stacklore::reason::rules::{CorpusFacts, Observed, render};
use stacklore::reason::vocabulary::YamlSource;
use std::collections::BTreeSet;
use std::path::Path;

/// Checks a folder of rules, or the embedded ones; `strict`: warnings fail the check as well.
pub(crate) fn run(folder: Option<&Path>, corpus: Option<&Path>, strict: bool) -> anyhow::Result<Exit> {
    let sources = folder.map(rulebook::folder_sources).transpose()?.unwrap_or_default();
    let beside = !sources.iter().any(stands_alone);
    let facts = match corpus {
        Some(path) => facts(&Corpus::read(path)?, &sources, beside)?,
        None => CorpusFacts::default(),
    };
    let (rules, messages) = stacklore::check(sources, beside, &facts);
    let count = |level| messages.iter().filter(|message| message.level == level).count();
    let (errors, warnings) = (count(Level::Error), count(Level::Warning));
    output::to_stdout(|out| {
        if !messages.is_empty() {
            writeln!(out, "{}", render::diagnostics(&messages))?;
        }
        writeln!(out, "{rules} rules are sound: {errors} errors, {warnings} warnings")
    })?;
    Ok(if errors == 0 && !(strict && warnings > 0) { Exit::Done } else { Exit::Failed })
}

/// What the corpus has, and what the rules find in it, where they are sound enough to be tried.
fn facts(corpus: &Corpus, sources: &[YamlSource], beside: bool) -> anyhow::Result<CorpusFacts> {
    let engine = if beside { Engine::with_rules(sources.to_vec()) } else { Engine::alone(sources.to_vec()) };
    let observed = match engine {
        Ok(engine) => Some(observe(corpus, &engine)?),
        Err(_) => None,
    };
    Ok(CorpusFacts { observed, ..corpus.facts()? })
}

/// Tries every rule on every case.
fn observe(corpus: &Corpus, engine: &Engine) -> anyhow::Result<Observed> {
    let look = |case: &Case| -> anyhow::Result<(BTreeSet<String>, Vec<String>)> {
        let documents = case.documents()?;
        let readings = reading::read_documents(engine, &documents);
        let analysis = engine.analyse(documents, readings);
        let found = engine.matches(&analysis).findings.into_iter().map(|finding| finding.rule).collect();
        let left = engine.rules().iter().filter(|rule| rule.leaves.contains(&case.id));
        let holds = |rule: &Rule| {
            let why = matching::why(&analysis, engine.vocabulary(), rule);
            why.clauses.iter().any(|clause| matches!(clause.state, "holds" | "refutes"))
        };
        Ok((found, left.filter(|rule| !holds(rule)).map(|rule| rule.id.clone()).collect()))
    };
    let looked: Vec<_> = corpus.cases.par_iter().map(look).collect::<anyhow::Result<_>>()?;
    let mut observed = Observed::default();
    for (case, (found, alien)) in corpus.cases.iter().zip(looked) {
        for rule in found {
            observed.found.entry(rule).or_default().insert(case.id.clone());
        }
        observed.alien.extend(alien.into_iter().map(|rule| (rule, case.id.clone())));
    }
    Ok(observed)
}

/// A folder that brings the wait kinds is a whole set of rules, not an addition to the embedded ones.
fn stands_alone(source: &YamlSource) -> bool {
    Path::new(&source.path).ends_with("vocabulary/kinds.yaml")
}
