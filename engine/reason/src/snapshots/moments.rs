//! Which dumps are of one machine or process, in which order they were taken, and which of them are of one moment.

use super::dumps::Dump;
use super::same::Same;
use crate::waits::differ;
use stacklore_model::{Case, SourceId, StackId, TaskId};
use std::collections::{BTreeMap, HashMap};

/// Seconds within which two dumps are of one moment: one of them is a copy.
const MOMENT: f64 = 1.0;
/// A console counts from its start, a date from 1970.
const DATED: f64 = 3e8;

/// Dumps of one tool that share tasks, each list in the order in which they were taken, without copies.
pub(super) fn of(case: &Case, dumps: Vec<Dump>, same: &Same) -> Vec<Vec<Dump>> {
    let mut lists: BTreeMap<usize, Vec<Dump>> = BTreeMap::new();
    for (part, dump) in parts(&dumps, same).into_iter().zip(dumps) {
        lists.entry(part).or_default().push(dump);
    }
    let distinct = |mut dumps: Vec<Dump>| {
        one_clock(&mut dumps);
        order(case, &mut dumps);
        distinct(case, dumps, same)
    };
    lists.into_values().map(distinct).collect()
}

/// For each dump the first of its tool with which it shares a task, directly or through others.
fn parts(dumps: &[Dump], same: &Same) -> Vec<usize> {
    let mut parts: Vec<usize> = (0..dumps.len()).collect();
    let mut first: HashMap<(&str, TaskId), usize> = HashMap::new();
    for (number, dump) in dumps.iter().enumerate() {
        for task in dump.stacks.keys() {
            let other = *first.entry((dump.dialect, same.task(*task))).or_insert(number);
            let (a, b) = (root(&mut parts, other), root(&mut parts, number));
            let (earlier, later) = (a.min(b), a.max(b));
            parts[later] = earlier;
        }
    }
    (0..parts.len()).map(|number| root(&mut parts, number)).collect()
}

fn root(parts: &mut [usize], mut number: usize) -> usize {
    while parts[number] != number {
        parts[number] = parts[parts[number]];
        number = parts[number];
    }
    number
}

/// Dumps of which two clocks tell the time, or some have none, cannot be put in order: those of the clock stay that most
/// of them have.
fn one_clock(dumps: &mut Vec<Dump>) {
    let count = |clock: bool| dumps.iter().filter(|dump| dated(dump) == Some(clock)).count();
    let (date, console) = (count(true), count(false));
    if date + console > 0 {
        dumps.retain(|dump| dated(dump) == Some(date >= console));
    }
}

/// Whether a date tells the time of a dump, or the clock of a console.
fn dated(dump: &Dump) -> Option<bool> {
    dump.time.map(|time| time >= DATED)
}

/// By the clock where one clock told the time of all; else texts whose names differ only in numbers by these; else as
/// they were given.
fn order(case: &Case, dumps: &mut [Dump]) {
    if dumps.iter().all(|dump| dump.time.is_some()) {
        dumps.sort_by(|a, b| a.time.unwrap_or(0.0).total_cmp(&b.time.unwrap_or(0.0)));
        return;
    }
    let name = |dump: &Dump| name(case, dump.span.source);
    let first = dumps.first().map(|dump| name(dump).0);
    if dumps.iter().all(|dump| Some(name(dump).0) == first) {
        dumps.sort_by_cached_key(|dump| (name(dump).1, dump.span.source, dump.span.first));
    }
}

/// The name of a text without its numbers, and these.
fn name(case: &Case, source: SourceId) -> (String, Vec<u64>) {
    let name = case.sources.get(source.0 as usize).map_or("", |source| source.name.as_str());
    let digits = |c: char| c.is_ascii_digit();
    let words = name.split(digits).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("#");
    let numbers = name.split(|c| !digits(c)).filter_map(|number| number.parse().ok());
    (words, numbers.collect())
}

/// Whether two texts are numbered: whoever gives names such as `stack-1` and `stack-2` took them one after the other.
fn are_numbered(case: &Case, a: &Dump, b: &Dump) -> bool {
    let ((words_a, numbers_a), (words_b, numbers_b)) = (name(case, a.span.source), name(case, b.span.source));
    words_a == words_b && numbers_a != numbers_b
}

/// Without dumps that may be of the same moment as the one before; of them only the tasks stay that it lacks.
fn distinct(case: &Case, dumps: Vec<Dump>, same: &Same) -> Vec<Dump> {
    let mut kept: Vec<Dump> = Vec::with_capacity(dumps.len());
    for dump in dumps {
        match kept.last_mut().filter(|last| is_same_moment(case, last, &dump, same)) {
            Some(last) => dump.stacks.into_iter().for_each(|(task, stack)| {
                last.stacks.entry(task).or_insert(stack);
            }),
            None => kept.push(dump),
        }
    }
    kept
}

fn is_same_moment(case: &Case, earlier: &Dump, later: &Dump, same: &Same) -> bool {
    if let Some((a, b)) = earlier.time.zip(later.time) {
        return (a - b).abs() < MOMENT;
    }
    let other_text = earlier.span.source != later.span.source;
    if (other_text && are_numbered(case, earlier, later)) || (!other_text && !later.is_stopped()) {
        return false;
    }
    // A copy in another text, or a debugger that looks again: nothing tells that time has passed.
    let known: HashMap<TaskId, StackId> =
        earlier.stacks.iter().map(|(task, stack)| (same.task(*task), *stack)).collect();
    let moved = |(task, stack): (&TaskId, &StackId)| {
        let before = known.get(&same.task(*task)).filter(|before| *before != stack);
        let pair =
            before.and_then(|before| Some((case.stacks.get(before.0 as usize)?, case.stacks.get(stack.0 as usize)?)));
        pair.is_some_and(|(before, now)| differ(before, now))
    };
    !later.stacks.iter().any(moved)
}
