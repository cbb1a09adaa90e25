//! Lines that become one.

use crate::text::{Damaged, Line, Text};

/// Every two lines of frames on one line.
pub(crate) fn pairs(text: &Text, _: &Text) -> Vec<Damaged> {
    vec![joined(text, 2)]
}

/// All frames of a stack on one line.
pub(crate) fn stacks(text: &Text, _: &Text) -> Vec<Damaged> {
    vec![joined(text, usize::MAX)]
}

/// Joins lines of frames that follow each other, `most` of them at a time.
fn joined(text: &Text, most: usize) -> Damaged {
    let mut whose = vec![None; text.lines.len() + 2];
    for (index, stack) in text.stacks.iter().enumerate() {
        for frame in &stack.frames {
            (frame.first..=frame.last).for_each(|line| whose[line as usize] = Some(index));
        }
    }
    let mut lines: Vec<Line> = Vec::new();
    let (mut open, mut count) = (None, 0);
    for (number, line) in (1..).zip(&text.lines) {
        let of = whose[number as usize];
        match lines.last_mut() {
            Some(last) if of.is_some() && of == open && count < most => {
                last.text.push(' ');
                last.text.push_str(line.trim());
                last.from.1 = number;
                count += 1;
            }
            _ => {
                lines.push(Line::new(line, (number, number)));
                count = 1;
            }
        }
        open = of;
    }
    Damaged::of(text, lines)
}
