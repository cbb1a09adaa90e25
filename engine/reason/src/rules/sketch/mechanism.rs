//! What hangs in a text: tasks that wait in the same place, what they wait for, who holds it.

use crate::analysis::{Analysis, NO_STACK, Wait};
use crate::finding::Class;
use crate::rules::ast::{Condition, Rule, Test};
use crate::vocabulary::{Vocabulary, is_unnamed};
use stacklore_model::{CaseStack, Known, ObjectId, Reliability, System, Task, TaskId, TaskState};
use std::collections::BTreeMap;

/// Parts of a draft: more of them are no mechanism but a dump.
const PARTS: usize = 3;
/// Tasks that a comment names.
const NAMED: usize = 4;
/// The group of kinds that are a normal rest.
const REST: &str = "rest";
/// The group of kinds for which somebody holds something.
const LOCK: &str = "lock";

/// Tasks that wait in the same place.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Name of the wait kind; `None` where the vocabulary does not know this wait.
    pub kind: Option<String>,
    /// Who must act: completes "waits for …".
    pub needs: String,
    /// The system of their stacks.
    pub system: System,
    /// Functions from the innermost outward: the wait, and the first outside it that are not plumbing.
    pub frames: Vec<String>,
    /// Labels of the tasks, for people; at most a few.
    pub labels: Vec<String>,
    /// The tasks.
    pub tasks: Vec<TaskId>,
    /// What all of them wait for, where the text tells it.
    pub object: Option<ObjectId>,
    /// Whether somebody can hold what they wait for.
    pub lock: bool,
}

/// What hangs in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Mechanism {
    /// Those who wait.
    pub waiters: Part,
    /// Whether the text tells by identity what they wait for.
    pub joined: bool,
    /// Whether the text shows who holds it.
    pub held: bool,
    /// What that holder waits for.
    pub holder: Option<Part>,
    /// Others that wait elsewhere.
    pub others: Vec<Part>,
    /// Class of most rules about such waits.
    pub class: Class,
    /// Family of most rules about such waits.
    pub family: Option<String>,
}

impl Mechanism {
    /// The same mechanism with less and less of what this text may have by chance: as it is first.
    pub(super) fn simpler(self) -> Vec<Mechanism> {
        let longest = self.parts().map(|part| part.frames.len()).max().unwrap_or(0);
        let mut list = Vec::new();
        for plain in [self.clone(), self.alone(), Mechanism { joined: false, held: false, ..self.alone() }] {
            for frames in (0..=longest).rev() {
                let mut next = plain.clone();
                next.parts_mut()
                    .for_each(|part| part.frames.truncate(if part.kind.is_some() { frames } else { frames.max(1) }));
                list.push(next);
            }
        }
        list
    }

    fn alone(&self) -> Mechanism {
        Mechanism { holder: None, others: Vec::new(), ..self.clone() }
    }

    /// All parts, those who wait first.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        std::iter::once(&self.waiters).chain(&self.holder).chain(&self.others)
    }

    fn parts_mut(&mut self) -> impl Iterator<Item = &mut Part> {
        std::iter::once(&mut self.waiters).chain(&mut self.holder).chain(&mut self.others)
    }

    /// The systems of its stacks, each once.
    pub fn systems(&self) -> Vec<System> {
        let mut systems: Vec<System> = self.parts().map(|part| part.system).collect();
        systems.sort_unstable();
        systems.dedup();
        systems
    }

    /// A name made of the wait and of the outermost function that is told.
    pub fn id(&self) -> String {
        let kind = self.waiters.kind.as_deref().unwrap_or("unknown-wait");
        let words = match self.waiters.frames.last() {
            Some(function) => format!("{kind}-in-{function}"),
            None => format!("{kind}-alone"),
        };
        slug(&words)
    }
}

/// A text as an id: small letters, digits and single hyphens, 60 at most.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() => slug.push(c),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    slug.truncate(60);
    slug.trim_end_matches('-').to_owned()
}

/// The mechanism of a text; `None` where no task of it waits.
pub(super) fn of(analysis: &Analysis, vocabulary: &Vocabulary, rules: &[Rule], frames: usize) -> Option<Mechanism> {
    let mut parts = parts(analysis, vocabulary, frames);
    let holder_of = |part: &Part| {
        let object = part.object?;
        analysis.holds.iter().find(|hold| hold.object == Some(object) && hold.known > Known::Assumed)
    };
    // Who waits for something that the text says somebody holds comes first, then the larger part; `max_by_key` gives
    // the last among equals, so the parts are looked at from the end.
    let rank = |part: &Part| (part.kind.is_some(), holder_of(part).is_some(), part.object.is_some(), part.tasks.len());
    let first = (0..parts.len()).rev().max_by_key(|at| rank(&parts[*at]))?;
    let waiters = parts.remove(first);
    let hold = holder_of(&waiters);
    let holder = hold.and_then(|hold| parts.iter().position(|part| part.tasks == [hold.task]));
    let holder = holder.map(|at| parts.remove(at));
    parts.truncate(PARTS - 1 - usize::from(holder.is_some()));
    let usual = usual(&waiters, vocabulary, rules);
    Some(Mechanism {
        joined: waiters.object.is_some(),
        held: hold.is_some(),
        class: class(analysis, &waiters, usual),
        family: usual.map(|rule| rule.family.clone()),
        waiters,
        holder,
        others: parts,
    })
}

/// Waiting tasks by the place in which they wait, in the order of the text; a normal rest is none. Where nothing is
/// known to wait, tasks that are blocked somewhere.
fn parts(analysis: &Analysis, vocabulary: &Vocabulary, frames: usize) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let ids = || (0..).map(TaskId).take(analysis.case.tasks.len());
    for task in ids() {
        let Some(wait) = analysis.wait(task).filter(|_| !analysis.activity(task).idle) else { continue };
        if !vocabulary.is_kind(wait.kind, REST) {
            add(&mut parts, waiting(analysis, vocabulary, task, wait, frames));
        }
    }
    if parts.is_empty() {
        for task in ids().filter(|task| !analysis.activity(*task).idle) {
            if let Some(part) = blocked(analysis, vocabulary, task, frames) {
                add(&mut parts, part);
            }
        }
    }
    parts
}

fn add(parts: &mut Vec<Part>, part: Part) {
    let same = |other: &&mut Part| {
        (&other.kind, &other.frames, other.system, other.object) == (&part.kind, &part.frames, part.system, part.object)
    };
    match parts.iter_mut().find(same) {
        Some(known) => {
            known.tasks.extend(part.tasks);
            if known.labels.len() < NAMED {
                known.labels.extend(part.labels);
            }
        }
        None => parts.push(part),
    }
}

fn waiting(analysis: &Analysis, vocabulary: &Vocabulary, task: TaskId, wait: &Wait, frames: usize) -> Part {
    let stack = (wait.stack != NO_STACK).then(|| analysis.case.stack(wait.stack));
    let of_task = analysis.case.task(task);
    Part {
        kind: Some(vocabulary.kind_name(wait.kind).to_owned()),
        needs: vocabulary.needs(wait.kind).to_owned(),
        system: stack.map(|stack| stack.system).or(of_task.system).unwrap_or(System::Linux),
        frames: stack.map_or_else(Vec::new, |stack| functions(vocabulary, stack, Some(wait.frames.1), frames)),
        labels: vec![label(of_task)],
        tasks: vec![task],
        object: wait.object.filter(|(_, known)| *known > Known::Assumed).map(|(object, _)| object),
        lock: vocabulary.is_kind(wait.kind, LOCK),
    }
}

/// A task of which only the stack tells anything.
fn blocked(analysis: &Analysis, vocabulary: &Vocabulary, task: TaskId, frames: usize) -> Option<Part> {
    let of_task = analysis.case.task(task);
    let activity = analysis.activity(task);
    if activity.on_cpu || matches!(of_task.state, Some(TaskState::Running | TaskState::Zombie)) {
        return None;
    }
    let stack = analysis.case.stack(*activity.stacks.first()?);
    let frames = functions(vocabulary, stack, None, frames);
    (!frames.is_empty()).then(|| Part {
        kind: None,
        needs: String::new(),
        system: stack.system,
        frames,
        labels: vec![label(of_task)],
        tasks: vec![task],
        object: None,
        lock: false,
    })
}

/// The function of the wait and the first ones outside it that are not plumbing, by the first of their names.
fn functions(vocabulary: &Vocabulary, stack: &CaseStack, wait: Option<usize>, most: usize) -> Vec<String> {
    let plumbing = vocabulary.plumbing(stack.system, &stack.frames);
    let frames = stack.frames.iter().enumerate().skip(wait.unwrap_or(0));
    let telling = frames.filter(|(at, frame)| {
        let sure = !matches!(frame.reliability, Reliability::Unsure | Reliability::Printed);
        sure && !is_unnamed(frame) && (Some(*at) == wait || !plumbing[*at])
    });
    let names = telling.map(|(_, frame)| vocabulary.canonical(stack.system, &frame.symbol));
    names.filter(|name| can_be_written(name)).take(most).collect()
}

/// Whether a function name means itself in a list of frames.
fn can_be_written(name: &str) -> bool {
    !name.is_empty()
        && !name.contains(['|', '\n', '\r', '\0'])
        && !name.starts_with(['(', '/', '^'])
        && !name.ends_with('$')
}

fn label(task: &Task) -> String {
    let name = task.name.as_deref().unwrap_or("a task").replace(char::is_control, "?");
    match task.tid {
        Some(tid) => format!("{name} ({tid})"),
        None => name,
    }
}

/// A ring tells the class; else that of most rules about such waits.
fn class(analysis: &Analysis, waiters: &Part, usual: Option<&Rule>) -> Class {
    let ring = analysis.cycles.iter().find(|cycle| cycle.tasks.iter().any(|task| waiters.tasks.contains(task)));
    match (ring, usual) {
        (Some(ring), _) if ring.tasks.len() == 1 => Class::SelfDeadlock,
        (Some(_), _) => Class::DeadlockCycle,
        (None, Some(rule)) => rule.class,
        (None, None) if waiters.lock => Class::LockConvoy,
        (None, None) => Class::NoWaker,
    }
}

/// A rule of the family whose rules are most about waits of that kind, and of its systems; the first in the text. A rule
/// that names the kind among many others is less about it.
fn usual<'r>(waiters: &Part, vocabulary: &Vocabulary, rules: &'r [Rule]) -> Option<&'r Rule> {
    let kind = vocabulary.kind(waiters.kind.as_deref()?)?;
    let about = |condition: &Condition| match condition {
        Condition::Field { name, test } if name == "waits" && accepts(test, &|word| vocabulary.is_kind(kind, word)) => {
            WHOLE / words(test)
        }
        _ => 0,
    };
    let share = |rule: &Rule| {
        let conditions = rule.clauses.iter().flat_map(|clause| &clause.conditions);
        conditions.map(about).max().filter(|_| rule.systems.contains(&waiters.system)).unwrap_or(0)
    };
    let mut families: BTreeMap<&str, (usize, &Rule)> = BTreeMap::new();
    for rule in rules.iter().filter(|rule| share(rule) > 0) {
        families.entry(&rule.family).or_insert((0, rule)).0 += share(rule);
    }
    families.into_values().rev().max_by_key(|(number, _)| *number).map(|(_, rule)| rule)
}

/// What a rule counts that is about one kind only.
const WHOLE: usize = 720;

/// How many words a test names.
fn words(test: &Test) -> usize {
    match test {
        Test::AnyOf(tests) => tests.iter().map(words).sum::<usize>().max(1),
        _ => 1,
    }
}

/// Whether a test names a kind.
fn accepts(test: &Test, is: &dyn Fn(&str) -> bool) -> bool {
    match test {
        Test::Word(word) => is(word),
        Test::AnyOf(tests) => tests.iter().any(|test| accepts(test, is)),
        _ => false,
    }
}
