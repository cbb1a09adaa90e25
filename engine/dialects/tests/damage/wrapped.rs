//! Lines that become several.

use crate::text::{Damaged, Line, Text};

/// A mailer wraps at blanks.
pub(crate) fn at_72(text: &Text, _: &Text) -> Vec<Damaged> {
    vec![wrapped(text, 72, true)]
}

/// A terminal breaks lines at its width, in the middle of words.
pub(crate) fn at_80(text: &Text, _: &Text) -> Vec<Damaged> {
    vec![wrapped(text, 80, false)]
}

/// A wider terminal.
pub(crate) fn at_100(text: &Text, _: &Text) -> Vec<Damaged> {
    vec![wrapped(text, 100, false)]
}

/// A mailer wraps at blanks and quotes what it wrapped.
pub(crate) fn folded_72(text: &Text, _: &Text) -> Vec<Damaged> {
    let mut damaged = wrapped(text, 72, true);
    damaged.lines.iter_mut().for_each(|line| line.text.insert_str(0, "> "));
    vec![damaged]
}

fn wrapped(text: &Text, width: usize, at_blanks: bool) -> Damaged {
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(&text.lines) {
        let mut rest: Vec<char> = line.chars().collect();
        while rest.len() > width {
            let before = || rest[..=width].iter().rposition(|c| *c == ' ').filter(|at| *at > 20);
            // A word that is longer than the line stays whole.
            let behind = || rest.iter().skip(width).position(|c| *c == ' ').map(|at| at + width);
            let (end, next) = match before().or_else(behind).filter(|_| at_blanks) {
                Some(blank) => (blank, blank + 1),
                None if at_blanks => break,
                None => (width, width),
            };
            lines.push(Line::new(rest[..end].iter().collect::<String>(), (number, number)));
            rest.drain(..next);
        }
        lines.push(Line::new(rest.into_iter().collect::<String>(), (number, number)));
    }
    Damaged::of(text, lines)
}
