//! Chains: from each task that waits along the surest edge to the root of it all.

use super::edges::blocking_wait;
use super::kinds::Kinds;
use super::links::{Link, Links, task_of};
use super::rings::Parts;
use super::{Chain, Root};
use crate::analysis::{Activity, Analysis};
use stacklore_model::{Known, TaskId, TaskState};
use std::cmp::Reverse;

/// Tasks that a chain lists at most; of a longer one the middle is left out.
const LONGEST_LISTED: usize = 64;

/// For each place the task that follows, and how sure that is: over the surest link, the one that explains most among
/// equals (a cycle, then a task that waits itself, one that runs, one that is not in the text, one that rests), the
/// first in the text among these. Places inside a cycle lead nowhere: a chain ends there.
pub(crate) fn next_tasks(
    links: &Links,
    parts: &Parts,
    analysis: &Analysis,
    kinds: &Kinds,
) -> Vec<Option<(usize, Known)>> {
    let silence = |task: usize| match analysis.activities.get(task) {
        _ if parts.in_cycle(task) => 0,
        Some(activity) if blocking_wait(activity, kinds).is_some() => 1,
        Some(activity) => match resting_root(analysis, task_of(task), activity) {
            Root::Waits(_) => 1,
            Root::Running(_) => 2,
            Root::Idle(_) => 4,
            _ => 3,
        },
        None => 3,
    };
    let mut next: Vec<Option<(usize, Known)>> = vec![None; links.len()];
    let choose = |place: usize, next: &[Option<(usize, Known)>]| {
        let reached = |link: &Link| {
            if links.is_task(link.to) {
                return Some((link.to, link.known));
            }
            next[link.to].map(|(task, known)| (task, known.min(link.known)))
        };
        let others = links.from(place).iter().filter_map(reached).filter(|(task, _)| *task != place);
        others.min_by_key(|(task, known)| (Reverse(*known), silence(*task)))
    };
    // Objects and the like lead to tasks, or by one more place to them (a fact of a rule); tasks come last.
    for _ in 0..2 {
        for place in links.tasks()..links.len() {
            next[place] = choose(place, &next);
        }
    }
    for place in (0..links.tasks()).filter(|place| !parts.in_cycle(*place)) {
        next[place] = choose(place, &next);
    }
    next
}

/// The chains of all tasks that wait and are in no cycle, in the order of the tasks.
pub(crate) fn chains(
    analysis: &Analysis,
    kinds: &Kinds,
    parts: &Parts,
    next: &[Option<(usize, Known)>],
    cycle_of: &[Option<usize>],
) -> Vec<Chain> {
    let ends = ends(next, |task| parts.in_cycle(task));
    let waits = |task: &usize| {
        analysis.activities.get(*task).is_some_and(|activity| blocking_wait(activity, kinds).is_some())
            && !parts.in_cycle(*task)
    };
    let mut chains = Vec::new();
    for task in (0..analysis.activities.len()).filter(waits) {
        let Some((end, known)) = ends.get(task).copied() else { continue };
        let own = analysis.wait(task_of(task)).map_or(Known::Observed, |wait| wait.known);
        chains.push(Chain {
            from: task_of(task),
            tasks: listed(task, end, next, parts),
            root: cycle_of.get(end).copied().flatten().map_or_else(|| root(analysis, kinds, end), Root::Cycle),
            known: known.unwrap_or(own),
        });
    }
    chains
}

/// For each task the end of its chain and the weakest link on the way, `None` where it is its own end. Every task is
/// walked once.
fn ends(next: &[Option<(usize, Known)>], stops: impl Fn(usize) -> bool) -> Vec<(usize, Option<Known>)> {
    let mut ends: Vec<Option<(usize, Option<Known>)>> = vec![None; next.len()];
    for start in 0..next.len() {
        let mut way = Vec::new();
        let mut task = start;
        let (end, mut known) = loop {
            if let Some(found) = ends[task] {
                break found;
            }
            match next[task] {
                Some((after, link)) if !stops(task) => {
                    // Marks the way, so that even a ring that should not be there ends the walk.
                    ends[task] = Some((task, None));
                    way.push((task, link));
                    task = after;
                }
                _ => break (task, None),
            }
        };
        ends[task] = ends[task].or(Some((end, known)));
        while let Some((task, link)) = way.pop() {
            known = Some(known.map_or(link, |weakest| weakest.min(link)));
            ends[task] = Some((end, known));
        }
    }
    ends.into_iter().enumerate().map(|(task, end)| end.unwrap_or((task, None))).collect()
}

/// The tasks of a chain, the root last; the middle of a very long one is left out.
fn listed(start: usize, end: usize, next: &[Option<(usize, Known)>], parts: &Parts) -> Vec<TaskId> {
    let mut tasks = vec![task_of(start)];
    let mut task = start;
    while let Some((after, _)) = next[task].filter(|_| task != end && !parts.in_cycle(task)) {
        if tasks.len() == LONGEST_LISTED - 1 {
            tasks.push(task_of(end));
            break;
        }
        tasks.push(task_of(after));
        task = after;
    }
    tasks
}

/// What a chain ends in, at a task outside all cycles.
fn root(analysis: &Analysis, kinds: &Kinds, task: usize) -> Root {
    let id = task_of(task);
    match analysis.activities.get(task) {
        Some(activity) if blocking_wait(activity, kinds).is_some() => Root::Waits(id),
        Some(activity) => resting_root(analysis, id, activity),
        None => Root::Outside(id),
    }
}

/// What a task is to those who wait for it when it gives no edge itself.
fn resting_root(analysis: &Analysis, id: TaskId, activity: &Activity) -> Root {
    let state = analysis.case.tasks.get(id.0 as usize).and_then(|task| task.state);
    match state {
        _ if activity.on_cpu => Root::Running(id),
        _ if activity.idle => Root::Idle(id),
        _ if activity.wait.is_some() => Root::Waits(id),
        Some(TaskState::Running) => Root::Running(id),
        Some(TaskState::Idle) => Root::Idle(id),
        Some(TaskState::Blocked) => Root::Waits(id),
        _ if activity.stacks.is_empty() => Root::Outside(id),
        _ => Root::Waits(id),
    }
}
