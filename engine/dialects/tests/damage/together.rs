//! What stands around a text.

use crate::text::{Damaged, Line, Stack, Text};

/// Another text follows at once.
pub(crate) fn together(text: &Text, other: &Text) -> Vec<Damaged> {
    // Two texts of one process: a row that says where a thread stands is rightly no stack beside the thread's stack.
    let tasks = |text: &Text| text.stacks.iter().filter_map(|s| s.task.tid.zip(s.task.pthread)).collect::<Vec<_>>();
    let others = tasks(other);
    if tasks(text).iter().any(|task| others.contains(task)) {
        return Vec::new();
    }
    let offset = text.lines.len() as u32;
    let numbers = |from: u32| (1 + from..).map(|number| (number, number));
    let lines = text.lines.iter().zip(numbers(0)).chain(other.lines.iter().zip(numbers(offset)));
    let mut damaged = Damaged::of(text, lines.map(|(line, from)| Line::new(line, from)).collect());
    // What the label of a document tells is true of one of them only.
    damaged.stacks.extend(other.stacks.iter().map(|stack| moved(stack, offset)));
    damaged.note = format!(" + {}", other.name);
    vec![damaged]
}

fn moved(stack: &Stack, offset: u32) -> Stack {
    let mut stack = stack.clone();
    stack.first += offset;
    stack.last += offset;
    for frame in &mut stack.frames {
        frame.first += offset;
        frame.last += offset;
    }
    stack
}

/// Somebody writes before and after it, without blank lines.
pub(crate) fn prose(text: &Text, _: &Text) -> Vec<Damaged> {
    let before = ["Hello,", "since yesterday the machine hangs (again). This is what we see, please have a look:"];
    let after = ["Any idea what this could be? We have restarted it at 10:35, so far it works.", "Thanks, Anna"];
    vec![around(text, &before, &after)]
}

/// A code block of Markdown.
pub(crate) fn fenced(text: &Text, _: &Text) -> Vec<Damaged> {
    vec![around(text, &["Log:", "```text"], &["```", "thanks"])]
}

fn around(text: &Text, before: &[&str], after: &[&str]) -> Damaged {
    let new = |line: &&str| Line::new(*line, (0, 0));
    let lines = (1..).zip(&text.lines).map(|(number, line)| Line::new(line, (number, number)));
    Damaged::of(text, before.iter().map(new).chain(lines).chain(after.iter().map(new)).collect())
}
