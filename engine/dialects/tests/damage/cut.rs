//! Texts that end too early.

use crate::text::{Damaged, Frame, Line, Stack, Text};

/// Texts cut for each one of the corpus.
const CUTS: usize = 12;

/// The text ends in a line of a frame or of a header, at several places of it.
pub(crate) fn cut(text: &Text, _: &Text) -> Vec<Damaged> {
    let lines: Vec<u32> = text.stacks.iter().flat_map(|stack| stack.first..=stack.last).collect();
    let step = (lines.len() / CUTS).max(1);
    // Another part of the line each time.
    let places = [0.5, 0.9, 0.2, 0.7, 0.35, 1.0, 0.6, 0.1, 0.8];
    lines.iter().step_by(step).enumerate().map(|(turn, line)| at(text, *line, places[turn % places.len()])).collect()
}

fn at(text: &Text, number: u32, part: f64) -> Damaged {
    let index = number as usize - 1;
    let last = &text.lines[index];
    let blanks = last.len() - last.trim_start().len();
    let wanted = blanks + ((last.len() - blanks) as f64 * part) as usize;
    let end = (0..=wanted).rev().find(|at| last.is_char_boundary(*at)).unwrap_or(0);
    let mut lines: Vec<Line> =
        (1..number).zip(&text.lines).map(|(number, line)| Line::new(line, (number, number))).collect();
    lines.push(Line::new(&last[..end], (number, number)));
    let mut damaged = Damaged::of(text, lines);
    damaged.end = "";
    damaged.note = format!(" @{number}:{end}");
    damaged.stacks =
        text.stacks.iter().filter_map(|stack| left(stack, number, &last[..end], end == last.len())).collect();
    // Of records glued together on one line it is not known which are left.
    let on_line = |stack: &Stack| stack.frames.iter().any(|frame| frame.first == number);
    if damaged.stacks.iter().filter(|stack| on_line(stack)).count() > 1 {
        damaged.stacks.retain(|stack| !on_line(stack));
    }
    damaged
}

/// What is left of a stack.
fn left(stack: &Stack, number: u32, rest: &str, whole: bool) -> Option<Stack> {
    let mut stack = stack.clone();
    stack.frames.retain(|frame| frame.first <= number);
    for frame in &mut stack.frames {
        frame.torn = frame.last > number || (frame.last == number && !whole);
    }
    if !whole && stack.frames.iter().filter(|frame| (frame.first, frame.last) == (number, number)).count() > 1 {
        one_line(&mut stack.frames, rest);
    }
    stack.last = stack.last.min(number);
    // What is left of its first frame is no stack yet.
    stack.frames.iter().any(|frame| !frame.aside && !frame.torn).then_some(stack)
}

/// Of frames that all stand on one line those are left of which the name is there, and one that is torn.
fn one_line(frames: &mut Vec<Frame>, mut rest: &str) {
    let mut whole = 0;
    for frame in frames.iter_mut() {
        let Some(at) = rest.find(frame.symbol.as_str()) else { break };
        rest = &rest[at + frame.symbol.len()..];
        frame.torn = rest.is_empty();
        whole += 1;
    }
    frames.truncate(whole + 1);
}
