//! Tasks whose waits no rule explains.

use super::verdict::alarms;
use crate::analysis::{Activity, Analysis};
use crate::finding::{Certainty, Finding, Verdict};
use crate::graph::{Cycle, Kinds};
use stacklore_model::{Known, Task, TaskId};
use std::collections::{BTreeSet, HashSet};

/// The tasks whose waits no rule explains: those that are blocked in no rest where the verdict is unknown, or where
/// general rules alone suspect a hang; and those of a closed ring that no rule names. None where a rule explains the
/// hang. `general` are rules that others say better.
pub(super) fn tasks(
    analysis: &Analysis,
    kinds: &Kinds,
    verdict: Verdict,
    findings: &[Finding],
    cycles: &[Cycle],
    general: &HashSet<&str>,
) -> BTreeSet<TaskId> {
    let explains = |finding: &Finding| finding.class.is_hang() && finding.certainty >= Certainty::Likely;
    match verdict {
        Verdict::Unknown => waiting(analysis, kinds),
        Verdict::Suspect if findings.iter().all(|finding| general.contains(finding.rule.as_str())) => {
            waiting(analysis, kinds)
        }
        Verdict::Hang if !findings.iter().any(explains) => {
            let rings = cycles.iter().filter(|cycle| cycle.known == Known::Observed);
            rings.flat_map(|ring| ring.tasks.iter().copied()).collect()
        }
        _ => BTreeSet::new(),
    }
}

/// The tasks for whose sake the verdict is unknown: blocked ones, or, where nothing is known of any, all that sleep.
fn waiting(analysis: &Analysis, kinds: &Kinds) -> BTreeSet<TaskId> {
    let of = |wanted: &dyn Fn(&Task, &Activity) -> bool| -> BTreeSet<TaskId> {
        let all = (0..).map(TaskId).zip(&analysis.case.tasks).zip(&analysis.activities);
        all.filter(|((_, task), does)| wanted(task, does)).map(|((id, _), _)| id).collect()
    };
    let alarming = of(&|task, does| alarms(analysis, kinds, task, does));
    if alarming.is_empty() { of(&|_, does| !does.classified && !does.stacks.is_empty()) } else { alarming }
}
