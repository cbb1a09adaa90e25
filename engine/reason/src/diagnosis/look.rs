//! Where to look first when no rule knows a hang.

use crate::analysis::Analysis;
use crate::finding::Diagnosis;
use crate::graph::Root;
use stacklore_model::TaskId;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The task and the group of stacks that everything else seems to start from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LookFirst {
    /// The task.
    pub task: TaskId,
    /// Its group, as index in [`Diagnosis::groups`]; `None` for a task without a stack.
    pub group: Option<usize>,
    /// Tasks whose chain of waits ends in it, itself not counted; 0 where it was chosen because it waits longest or is
    /// in the largest group.
    pub waiting_for_it: usize,
}

/// The root of the longest chain of waits; where nobody is known to wait for anybody, the task that waits longest;
/// else the first task of the largest group that does not rest.
pub fn look_first(analysis: &Analysis, diagnosis: &Diagnosis) -> Option<LookFirst> {
    let task_of = |group: usize| {
        let stack = diagnosis.groups.get(group)?.stacks.first()?;
        Some(analysis.case.stacks.get(stack.0 as usize)?.task)
    };
    if let Some((task, waiting_for_it)) = busiest_root(analysis) {
        return Some(LookFirst { task, group: group_of(analysis, diagnosis, task), waiting_for_it });
    }
    let blocked = |group: &usize| !diagnosis.groups[*group].idle;
    let waited = |group: &usize| diagnosis.groups[*group].longest.unwrap_or(0.0);
    let group = (0..diagnosis.groups.len()).filter(blocked).min_by(|a, b| waited(b).total_cmp(&waited(a)))?;
    let longest = longest_waiter(analysis, diagnosis, group).or_else(|| task_of(group))?;
    Some(LookFirst { task: longest, group: Some(group), waiting_for_it: 0 })
}

/// The root of the longest chain, the one with the most chains among equals, and how many tasks wait for it.
fn busiest_root(analysis: &Analysis) -> Option<(TaskId, usize)> {
    let mut roots: BTreeMap<TaskId, (usize, usize)> = BTreeMap::new();
    for chain in analysis.chains.iter().filter(|chain| chain.tasks.len() > 1) {
        let root = match chain.root {
            Root::Cycle(cycle) => *analysis.cycles.get(cycle)?.tasks.first()?,
            Root::Running(task) | Root::Idle(task) | Root::Waits(task) | Root::Outside(task) => task,
        };
        let (longest, chains) = roots.entry(root).or_default();
        *longest = chain.tasks.len().max(*longest);
        *chains += 1;
    }
    let (task, (_, chains)) = roots.into_iter().min_by_key(|(_, size)| Reverse(*size))?;
    Some((task, chains))
}

fn group_of(analysis: &Analysis, diagnosis: &Diagnosis, task: TaskId) -> Option<usize> {
    let owns = |stack: &stacklore_model::StackId| {
        analysis.case.stacks.get(stack.0 as usize).is_some_and(|stack| stack.task == task)
    };
    diagnosis.groups.iter().position(|group| group.stacks.iter().any(owns))
}

/// The task of a group that waits longest, where a waiting time is told.
fn longest_waiter(analysis: &Analysis, diagnosis: &Diagnosis, group: usize) -> Option<TaskId> {
    let longest = diagnosis.groups.get(group)?.longest?;
    let tasks = diagnosis.groups[group].stacks.iter().filter_map(|stack| analysis.case.stacks.get(stack.0 as usize));
    let waited = |task: TaskId| analysis.case.tasks.get(task.0 as usize).and_then(|task| task.waited);
    tasks.map(|stack| stack.task).find(|task| waited(*task) == Some(longest))
}
