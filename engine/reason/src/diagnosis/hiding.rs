//! A finding of a general rule gives way to one of a rule that says the same better.

use crate::analysis::Analysis;
use crate::finding::Finding;
use stacklore_model::TaskId;
use std::collections::{BTreeSet, HashMap};

/// The tasks that a finding names: its roles and the ring that it binds.
pub(super) fn named(analysis: &Analysis, finding: &Finding) -> BTreeSet<TaskId> {
    let ring = finding.cycle.and_then(|cycle| analysis.cycles.get(cycle)).map(|cycle| &cycle.steps);
    let roles = finding.roles.iter().flat_map(|(_, tasks)| tasks).copied();
    roles.chain(ring.into_iter().flatten().map(|step| step.task)).collect()
}

/// The tasks that a finding is about: those it names and the whole of the cycle that it binds.
pub(super) fn tasks(analysis: &Analysis, finding: &Finding) -> BTreeSet<TaskId> {
    let cycle = finding.cycle.and_then(|cycle| analysis.cycles.get(cycle));
    let mut tasks = named(analysis, finding);
    tasks.extend(cycle.into_iter().flat_map(|cycle| &cycle.tasks));
    tasks
}

/// Of findings of one rule that say the same of the same tasks (a watchdog that reports one CPU again and again, a
/// dump that was taken three times) the surest stays, the first among equals. The order is kept.
pub(super) fn once(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut known: HashMap<(String, Vec<TaskId>, String), usize> = HashMap::new();
    for finding in findings {
        let tasks: Vec<TaskId> = finding.roles.iter().flat_map(|(_, tasks)| tasks).copied().collect();
        if tasks.is_empty() || finding.explanation.is_empty() {
            kept.push(finding);
            continue;
        }
        let at = *known.entry((finding.rule.clone(), tasks, finding.explanation.clone())).or_insert(kept.len());
        match kept.get_mut(at) {
            Some(before) if before.certainty < finding.certainty => *before = finding,
            Some(_) => {}
            None => kept.push(finding),
        }
    }
    kept
}

/// Leaves out each finding of a rule that another finding's rule stands instead of, where its tasks are part of that
/// finding and it is no more certain. A finding that is hidden itself still hides: what it says better is said better
/// yet. Of two that would hide each other the first stays. The order is kept.
pub fn hide(analysis: &Analysis, findings: Vec<Finding>) -> Vec<Finding> {
    let better: Vec<usize> = (0..findings.len()).filter(|index| !findings[*index].instead_of.is_empty()).collect();
    if better.is_empty() {
        return findings;
    }
    let mut parts: Vec<BTreeSet<TaskId>> = better.iter().map(|index| tasks(analysis, &findings[*index])).collect();
    let mut about: HashMap<TaskId, Vec<usize>> = HashMap::new();
    for (number, part) in parts.iter().enumerate() {
        for task in part {
            about.entry(*task).or_default().push(number);
        }
    }
    add_behind(analysis, &mut parts, &mut about);
    let nobody: Vec<usize> = (0..parts.len()).filter(|number| parts[*number].is_empty()).collect();
    let mut hidden_by: Vec<Option<usize>> = vec![None; findings.len()];
    // From the last to the first, so that of two that would hide each other the first stays.
    for (index, finding) in findings.iter().enumerate().rev() {
        let mine = named(analysis, finding);
        // The task that the fewest findings are about leaves the fewest to look at.
        let rarest =
            mine.iter().map(|task| about.get(task).map_or(&[][..], Vec::as_slice)).min_by_key(|list| list.len());
        hidden_by[index] = rarest.unwrap_or(&nobody).iter().find_map(|&number| {
            let other = &findings[better[number]];
            let said = better[number] != index
                && other.instead_of.contains(&finding.rule)
                && finding.certainty <= other.certainty
                && mine.is_subset(&parts[number])
                && !ends_in(&hidden_by, better[number], index);
            said.then_some(better[number])
        });
    }
    findings.into_iter().zip(hidden_by).filter(|(_, by)| by.is_none()).map(|(finding, _)| finding).collect()
}

/// Findings to which one waiting task is added at most.
const MOST_AHEAD: usize = 16;

/// Adds to each finding the tasks that wait behind it: who says what they wait for has said it of them too.
fn add_behind(analysis: &Analysis, parts: &mut [BTreeSet<TaskId>], about: &mut HashMap<TaskId, Vec<usize>>) {
    let mut behind: Vec<(TaskId, usize)> = Vec::new();
    for chain in &analysis.chains {
        let ahead = chain.tasks.iter().filter(|task| **task != chain.from).find_map(|task| about.get(task));
        behind.extend(ahead.into_iter().flatten().take(MOST_AHEAD).map(|number| (chain.from, *number)));
    }
    for (task, number) in behind {
        if parts[number].insert(task) {
            about.entry(task).or_default().push(number);
        }
    }
}

/// Whether the finding `from` is hidden, over however many others, by `target`.
fn ends_in(hidden_by: &[Option<usize>], from: usize, target: usize) -> bool {
    std::iter::successors(Some(from), |index| hidden_by[*index]).any(|index| index == target)
}
