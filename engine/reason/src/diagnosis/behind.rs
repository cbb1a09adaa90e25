//! Who else is stuck: tasks whose chain of waits leads to a task of a finding.

use super::hiding::tasks;
use crate::analysis::Analysis;
use crate::finding::{BEHIND, Finding};
use stacklore_model::TaskId;
use std::collections::{BTreeSet, HashMap};

/// Adds to each finding the tasks that wait, directly or over others, for one of its tasks. A task is told once, with
/// the first finding on its way.
pub(super) fn add(findings: &mut [Finding], analysis: &Analysis) {
    let mut finding_of: HashMap<TaskId, usize> = HashMap::new();
    for (index, finding) in findings.iter().enumerate() {
        for task in tasks(analysis, finding) {
            finding_of.entry(task).or_insert(index);
        }
    }
    let mut behind: HashMap<usize, BTreeSet<TaskId>> = HashMap::new();
    for chain in &analysis.chains {
        let met = chain.tasks.iter().find_map(|task| finding_of.get(task));
        if let Some(index) = met.filter(|_| !finding_of.contains_key(&chain.from)) {
            behind.entry(*index).or_default().insert(chain.from);
        }
    }
    for (index, tasks) in behind {
        if let Some(finding) = findings.get_mut(index) {
            finding.roles.push((BEHIND.to_owned(), tasks.into_iter().collect()));
        }
    }
}
