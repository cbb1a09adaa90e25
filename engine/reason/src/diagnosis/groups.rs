//! Stacks that wait for the same thing in the same place.
//!
//! One stack stands for each task: the latest, and where several tools show it, the one that tells its wait.

use crate::analysis::{Activity, Analysis, KindId};
use crate::finding::Group;
use crate::graph::{Kinds, Root, task_of};
use crate::vocabulary::Vocabulary;
use stacklore_model::{Frame, Mode, Reliability, StackId, System, Task, TaskId, TaskState};
use std::cmp::Reverse;
use std::collections::HashMap;

/// Functions shown of a stack of which no wait is known.
const SHOWN: usize = 2;

/// What a task does, for the order of the groups: what is blocked comes first, what rests last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Doing {
    Waits,
    Unknown,
    Runs,
    Rests,
    /// No backtrace shows what it does: a scan of its stack, or a profile.
    Seen(&'static str),
}

impl Doing {
    /// What stands in place of a wait.
    fn word(self) -> Option<&'static str> {
        match self {
            Doing::Runs => Some("on-cpu"),
            Doing::Seen(how) => Some(how),
            _ => None,
        }
    }
}

/// What makes stacks equal.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    doing: Doing,
    kind: Option<KindId>,
    mode: Option<Mode>,
    frames: Vec<String>,
}

/// The groups of the stacks of a case, the largest blocked group first, resting ones last.
pub(super) fn groups(analysis: &Analysis, vocabulary: &Vocabulary, kinds: &Kinds) -> Vec<Group> {
    let mut roots = Roots::of(analysis);
    let mut names = Names { vocabulary, known: HashMap::new() };
    let mut index: HashMap<Key, usize> = HashMap::new();
    let mut groups: Vec<(Doing, Group)> = Vec::new();
    for (number, (task, activity)) in analysis.case.tasks.iter().zip(&analysis.activities).enumerate() {
        let Some((stack, key)) = key(analysis, &mut names, task, activity) else { continue };
        let root = roots.get(task_of(number));
        let doing = key.doing;
        let kind = key.kind.and_then(|kind| kinds.get(kind));
        let fresh = || Group {
            stacks: Vec::new(),
            wait: kind.map(|kind| kind.name.clone()).or(doing.word().map(str::to_owned)),
            mode: key.mode,
            idle: doing == Doing::Rests,
            frames: key.frames.clone(),
            needs: kind.map(|kind| kind.needs.clone()).filter(|needs| !needs.is_empty()),
            root,
            longest: None,
        };
        let place = index.get(&key).copied().unwrap_or(groups.len());
        if place == groups.len() {
            groups.push((doing, fresh()));
            index.insert(key, place);
        }
        let group = &mut groups[place].1;
        group.stacks.push(stack);
        group.root = group.root.filter(|same| Some(*same) == root);
        group.longest = group.longest.into_iter().chain(task.waited).reduce(f64::max);
    }
    for (_, group) in &mut groups {
        group.stacks.sort();
    }
    groups.sort_by_key(|(doing, group)| (*doing, Reverse(group.stacks.len()), group.stacks.first().copied()));
    groups.into_iter().map(|(_, group)| group).collect()
}

/// What the chain of each task ends in.
struct Roots(HashMap<TaskId, Root>);

impl Roots {
    fn of(analysis: &Analysis) -> Self {
        let mut roots: HashMap<TaskId, Root> = analysis.chains.iter().map(|chain| (chain.from, chain.root)).collect();
        for (index, cycle) in analysis.cycles.iter().enumerate() {
            roots.extend(cycle.tasks.iter().map(|task| (*task, Root::Cycle(index))));
        }
        Roots(roots)
    }

    /// A task that waits for something whose owner is not known is its own root: nothing to tell of a group.
    fn get(&mut self, task: TaskId) -> Option<Root> {
        self.0.get(&task).copied().filter(|root| *root != Root::Waits(task))
    }
}

/// The stack that stands for a task: the one that shows its wait, else its latest.
pub(crate) fn stands_for(analysis: &Analysis, task: &Task, activity: &Activity) -> Option<StackId> {
    let known = |id: &StackId| (id.0 as usize) < analysis.case.stacks.len();
    let of_wait = activity.wait.as_ref().map(|wait| wait.stack).filter(known);
    of_wait.or_else(|| activity.stacks.first().or(task.stacks.last()).copied())
}

/// The stack that stands for a task, and what makes it equal to others.
fn key(analysis: &Analysis, names: &mut Names<'_>, task: &Task, activity: &Activity) -> Option<(StackId, Key)> {
    let wait = activity.wait.as_ref().filter(|wait| (wait.stack.0 as usize) < analysis.case.stacks.len());
    let id = stands_for(analysis, task, activity)?;
    let stack = analysis.case.stacks.get(id.0 as usize)?;
    let doing = match activity {
        Activity { idle: true, .. } => Doing::Rests,
        Activity { wait: Some(_), .. } => Doing::Waits,
        _ if !stack.kind.is_backtrace() => Doing::Seen(stack.kind.word()),
        Activity { on_cpu: true, .. } => Doing::Runs,
        _ if task.state == Some(TaskState::Blocked) => Doing::Waits,
        _ => Doing::Unknown,
    };
    let frames = match wait {
        Some(wait) => names.of_wait(stack.system, &stack.frames, wait.frames),
        None => names.innermost(stack.system, &stack.frames, 0, SHOWN),
    };
    let (kind, mode) = activity.wait.as_ref().map_or((None, None), |wait| (Some(wait.kind), wait.mode));
    Some((id, Key { doing, kind, mode, frames }))
}

/// Names of functions as groups show them. Dumps repeat themselves: each name is worked out once.
struct Names<'a> {
    vocabulary: &'a Vocabulary,
    known: HashMap<(System, stacklore_model::Name), String>,
}

impl Names<'_> {
    /// The functions that carry a wait and the first one outside it that tells something.
    fn of_wait(&mut self, system: System, frames: &[Frame], (first, last): (usize, usize)) -> Vec<String> {
        let end = last.saturating_add(1).min(frames.len());
        let carried: Vec<&Frame> = frames.get(first..end).unwrap_or_default().iter().filter(|f| is_call(f)).collect();
        let mut shown: Vec<String> = carried.iter().map(|frame| self.name(system, frame)).collect();
        shown.dedup();
        shown.extend(self.innermost(system, frames, end, 1));
        shown
    }

    /// The first functions from a frame outward that are not plumbing; those printed, where all is.
    fn innermost(&mut self, system: System, frames: &[Frame], from: usize, count: usize) -> Vec<String> {
        let telling = |index: &usize| is_call(&frames[*index]) && !self.vocabulary.is_plumbing(system, frames, *index);
        let mut indices: Vec<usize> = (from..frames.len()).filter(telling).take(count).collect();
        if indices.is_empty() && from == 0 {
            indices = (0..frames.len()).filter(|index| is_call(&frames[*index])).take(count).collect();
        }
        indices.into_iter().map(|index| self.name(system, &frames[index])).collect()
    }

    fn name(&mut self, system: System, frame: &Frame) -> String {
        let key = (system, frame.symbol.clone());
        let vocabulary = self.vocabulary;
        self.known.entry(key).or_insert_with(|| vocabulary.canonical(system, &frame.symbol)).clone()
    }
}

/// Whether a frame is a call that the tool is sure of.
fn is_call(frame: &Frame) -> bool {
    !matches!(frame.reliability, Reliability::Unsure | Reliability::Printed)
}
