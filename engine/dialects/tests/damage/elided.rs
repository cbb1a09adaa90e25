//! Lines that the author of a ticket left out, with a mark in their place.

use crate::text::{Damaged, Line, Stack, Text};

/// `...`
pub(crate) fn dots(text: &Text, _: &Text) -> Vec<Damaged> {
    elided(text, "...")
}

/// `[snip]`
pub(crate) fn snip(text: &Text, _: &Text) -> Vec<Damaged> {
    elided(text, "[snip]")
}

/// Leaves out lines in the middle of every stack that is long enough: frames are missing, and the stack must say so.
fn elided(text: &Text, mark: &str) -> Vec<Damaged> {
    let mut gone = vec![false; text.lines.len() + 2];
    let mut marked = gone.clone();
    // A stack on one line is there or not: the rest of an output without it tells nothing of it.
    let on_lines = |stack: &&Stack| stack.frames.iter().any(|frame| frame.first != stack.frames[0].first);
    for stack in text.stacks.iter().filter(|stack| stack.frames.len() >= 5).filter(on_lines) {
        let (first, last) = (stack.frames[2].first, stack.frames[stack.frames.len() - 2].last);
        if last <= first || stack.frames.is_sorted_by_key(|frame| frame.first) {
            marked[first as usize] = true;
            (first..=last).for_each(|line| gone[line as usize] = true);
        }
    }
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(&text.lines) {
        if marked[number as usize] {
            lines.push(Line::new(mark, (number, number)));
        }
        if !gone[number as usize] {
            lines.push(Line::new(line, (number, number)));
        }
    }
    if marked.contains(&true) { vec![Damaged::of(text, lines)] } else { Vec::new() }
}
