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
    let answered: BTreeSet<TaskId> = findings
        .iter()
        .filter(|finding| finding.certainty > Certainty::Possible)
        .flat_map(|finding| finding.roles.iter().flat_map(|(_, tasks)| tasks))
        .copied()
        .collect();
    let hidden: BTreeSet<&str> = findings.iter().flat_map(|finding| &finding.instead_of).map(String::as_str).collect();
    let far_fetched = |miss: &NearMiss| {
        let open = miss.tasks.iter().any(|task| !answered.contains(task));
        !answered.is_empty() && (miss.held.len() < SEEN || !open)
    };
    let mut near: Vec<NearMiss> =
        near.into_iter().filter(|miss| !far_fetched(miss) && !hidden.contains(miss.rule.as_str())).collect();
    // One without a command is told where nothing better is.
    let has_command = |miss: &NearMiss| miss.missing.iter().any(|missing| !missing.next.is_empty());
    near.sort_by_key(|miss| (!has_command(miss), Reverse(miss.held.len()), miss.missing.len()));
    near.truncate(MOST);
    near
}
