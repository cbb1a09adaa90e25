//! Finds the rules in a case.
//!
//! Each clause of a rule selects rows of a table. Its candidates come from an index (wait kind, function, relation,
//! cycle, hold, line), are filtered once per rule by what mentions no variable, and are then joined by hash over the
//! variables, so that the cost stays near-linear in stacks and rows, and a rule that cannot match costs a few lookups.
//!
//! | module | subject |
//! | --- | --- |
//! | `thing`, `fields` | values, and what the case tells of each field: a value, nothing, or not told |
//! | `index`, `symbols`, `shapes`, `listings` | lookup tables over the case |
//! | `condition`, `stacks`, `clause` | whether a value, a stack, a row fits |
//! | `candidates`, `join`, `scope` | rows of a clause, bindings of a rule, and when something is known not to be there |
//! | `levels` | the certainty that a binding reaches |
//! | `report`, `quotes`, `edges`, `near`, `next`, `why` | findings, near misses, explanations |
//! | `labels`, `values`, `render` | words |

mod binding;
mod candidates;
mod clause;
mod condition;
mod edges;
mod fields;
mod grammar;
mod index;
mod join;
mod labels;
mod levels;
mod lines;
mod listings;
mod near;
mod next;
mod quotes;
mod render;
mod report;
mod scope;
mod shapes;
mod stacks;
mod standins;
mod symbols;
mod thing;
mod values;
mod way;
mod why;

#[cfg(test)]
mod tests;

pub use labels::task_label;

use crate::analysis::Analysis;
use crate::finding::{Finding, NearMiss, Why};
use crate::rules::ast::Rule;
use crate::vocabulary::Vocabulary;
use candidates::Tried;
use fields::Tables;
use index::Index;
use render::Renderer;

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

/// Tasks and edges that the findings of one rule may name together: every finding names all members of its sets.
const MAX_ROWS: usize = 1_000_000;

/// Matches every rule against a case.
pub fn find(analysis: &Analysis, vocabulary: &Vocabulary, rules: &[Rule]) -> Matched {
    let index = Index::new(analysis, vocabulary);
    let tables = Tables { analysis, vocabulary, index: &index };
    let mut renderer = None;
    let mut matched = Matched::default();
    for rule in rules {
        let tried = Tried::new(tables, rule);
        if !tried.can_match() {
            continue;
        }
        let (found, stopped) = tried.bindings();
        let renderer = renderer.get_or_insert_with(Renderer::new);
        let mut rows = 0;
        let before = matched.findings.len();
        for reached in &found {
            let finding = tried.finding(reached, renderer);
            rows += finding.edges.len() + finding.roles.iter().map(|(_, tasks)| tasks.len()).sum::<usize>();
            matched.findings.push(finding);
            if rows > MAX_ROWS {
                break;
            }
        }
        if stopped || matched.findings.len() - before < found.len() {
            let limit = format!(
                "The rule {} stopped after {} findings; there may be more of it.",
                rule.id,
                matched.findings.len() - before
            );
            matched.notes.push(limit);
        }
        if found.is_empty() {
            matched.near_misses.extend(tried.near_miss(renderer));
        }
    }
    matched.notes.extend(renderer.into_iter().flat_map(|renderer| renderer.notes));
    matched
}

/// Explains one rule clause by clause.
pub fn why(analysis: &Analysis, vocabulary: &Vocabulary, rule: &Rule) -> Why {
    let index = Index::new(analysis, vocabulary);
    Tried::new(Tables { analysis, vocabulary, index: &index }, rule).why()
}
