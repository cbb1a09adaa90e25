//! Which near misses are worth telling: few, those of which most was seen first, and none that only draws away from an
//! answer.

use crate::finding::{Certainty, Finding, NearMiss, Verdict};
use stacklore_model::TaskId;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Near misses that are told.
const MOST: usize = 3;
/// Beside an answer, a near miss must have seen that many of its clauses.
const SEEN: usize = 2;

/// The near misses that are told, the best first.
pub(super) fn worth_telling(near: Vec<NearMiss>, findings: &[Finding], verdict: Verdict) -> Vec<NearMiss> {
    if matches!(verdict, Verdict::Healthy | Verdict::NoTraces) {
        return Vec::new();
    }
    let answers = || findings.iter().filter(|finding| finding.certainty > Certainty::Possible);
    let answered = answers().next().is_some();
    let explained: BTreeSet<TaskId> =
        answers().flat_map(|finding| &finding.roles).flat_map(|(_, tasks)| tasks).copied().collect();
    let hidden: BTreeSet<&str> = findings.iter().flat_map(|finding| &finding.instead_of).map(String::as_str).collect();
    // The cause of what a general rule found.
    let says_better = |miss: &NearMiss| findings.iter().any(|finding| miss.instead_of.contains(&finding.rule));
    let has_command = |miss: &NearMiss| miss.missing.iter().any(|missing| !missing.next.is_empty());
    let far_fetched = |miss: &NearMiss| {
        let open = miss.tasks.iter().any(|task| !explained.contains(task));
        let weak = !says_better(miss) && (miss.held.len() < SEEN || !open);
        answered && (weak || !has_command(miss))
    };
    let mut near: Vec<NearMiss> =
        near.into_iter().filter(|miss| !far_fetched(miss) && !hidden.contains(miss.rule.as_str())).collect();
    // One without a command is told where nothing better is.
    near.sort_by_key(|miss| (!has_command(miss), !says_better(miss), Reverse(miss.held.len()), miss.missing.len()));
    near.truncate(MOST);
    near
}
