//! Finds the rules in a case.

use crate::analysis::Analysis;
use crate::finding::{Finding, NearMiss, Why};
use crate::rules::ast::Rule;
use crate::vocabulary::Vocabulary;

/// What the rules found in a case, before findings are put in order.
#[derive(Clone, Debug, Default)]
pub struct Matched {
    /// Findings in the order of the rules, each with `cause: true` and no consequences yet.
    pub findings: Vec<Finding>,
    /// Rules that almost hold.
    pub near_misses: Vec<NearMiss>,
    /// Limits that were hit, full sentences.
    pub notes: Vec<String>,
}

/// Matches every rule against a case.
pub fn find(analysis: &Analysis, vocabulary: &Vocabulary, rules: &[Rule]) -> Matched {
    let _ = (analysis, vocabulary, rules);
    Matched::default()
}

/// Explains one rule clause by clause.
pub fn why(analysis: &Analysis, vocabulary: &Vocabulary, rule: &Rule) -> Why {
    let _ = (analysis, vocabulary);
    Why { rule: rule.id.clone(), title: rule.title.clone(), outcome: String::new(), clauses: Vec::new() }
}
