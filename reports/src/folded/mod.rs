//! Folded stacks, as flame-graph tools read them: one line for each distinct stack, frames from the outermost to the
//! innermost with `;` between them, then a blank and the number of such stacks.
//!
//! Frames that the tool itself doubts are left out. The sum of the numbers is the number of stacks.

use crate::view::{Contents, ProcessView, StackView, TaskView};
use crate::{ContentsFormat, Layout, Named, Parsed, visible};
use stacklore_model::Reliability;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The folded format.
#[derive(Clone, Copy, Debug)]
pub struct Folded;

/// What stands before the outermost frame, as `stackcollapse-perf` does it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Root {
    /// Nothing: equal stacks are one line, whoever has them.
    #[default]
    None,
    /// The name of the task.
    Name,
    /// Name and id of the process: `name-PID`.
    Process,
    /// Name of the task, ids of process and thread: `name-PID/TID`.
    Task,
}

/// Stands for what has no name, and for a stack of which no frame is sure.
const UNKNOWN: &str = "[unknown]";

impl Named for Folded {
    fn id(&self) -> &'static str {
        "folded"
    }
}

impl ContentsFormat for Folded {
    fn parsed(&self, parsed: &Parsed, layout: &Layout, out: &mut dyn Write) -> io::Result<()> {
        let mut lines: BTreeMap<String, usize> = BTreeMap::new();
        for stack in &parsed.contents.stacks {
            *lines.entry(folded(&parsed.contents, stack, layout.root)).or_default() += 1;
        }
        lines.iter().try_for_each(|(line, count)| writeln!(out, "{line} {count}"))
    }
}

fn folded(contents: &Contents, stack: &StackView, root: Root) -> String {
    let sure = stack.frames.iter().rev().filter(|frame| frame.reliability != Reliability::Unsure);
    let mut parts: Vec<String> = root_of(contents, stack, root).into_iter().collect();
    let before = parts.len();
    parts.extend(sure.map(|frame| part(&frame.symbol)));
    if parts.len() == before {
        parts.push(UNKNOWN.into());
    }
    parts.join(";")
}

fn root_of(contents: &Contents, stack: &StackView, root: Root) -> Option<String> {
    let task = contents.tasks.get(stack.task as usize);
    let process = task.and_then(|task| contents.processes.get(task.process? as usize));
    let task_name = task.and_then(|task| task.name.as_deref());
    match root {
        Root::None => None,
        Root::Name => Some(part(task_name.unwrap_or(UNKNOWN))),
        Root::Process => {
            let name = process.and_then(|process| process.name.as_deref()).or(task_name).unwrap_or(UNKNOWN);
            Some(part(&format!("{name}-{}", process_id(process))))
        }
        Root::Task => {
            let name = task_name.unwrap_or(UNKNOWN);
            Some(part(&format!("{name}-{}/{}", process_id(process), task_id(task))))
        }
    }
}

fn process_id(process: Option<&ProcessView>) -> String {
    process.and_then(|process| process.pid).map_or_else(|| "?".into(), |pid| pid.to_string())
}

fn task_id(task: Option<&TaskView>) -> String {
    let id = task.and_then(|task| {
        let number = (task.tid.map(u64::from)).or(task.number).map(|number| number.to_string());
        number.or_else(|| task.address.clone()).or_else(|| task.pthread.clone())
    });
    id.unwrap_or_else(|| "?".into())
}

/// A name as one part of a line: `;` separates the parts and blanks the count, so that neither may stand in it.
fn part(name: &str) -> String {
    let blank = |c: char| c.is_whitespace() || c == '\0';
    let words: Vec<&str> = name.split(blank).filter(|word| !word.is_empty()).collect();
    let safe = visible(&words.join("_")).replace(';', ":");
    if safe.is_empty() { UNKNOWN.into() } else { safe }
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn parts_hold_nothing_that_separates() {
        assert_eq!(part("std::map<int, char>::find(int const&)"), "std::map<int,_char>::find(int_const&)");
        assert_eq!(part("Lcom/sun/Foo;.run"), "Lcom/sun/Foo:.run");
        assert_eq!(part("a\n 12\tb"), "a_12_b");
        assert_eq!(part(" \n"), "[unknown]");
        assert_eq!(part("a\x1b[2Jb\u{2028}c"), "a^[[2Jb_c");
    }
}
