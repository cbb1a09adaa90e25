//! Lines that a terminal or a mailer broke at its width: which line goes on in the next one.
//!
//! A text tells its width by its longest line, and a broken line by two signs: the line before was full, and it begins
//! like no line behind one that was not full. Only texts of a paste's size are looked at.

use super::Lines;
use super::mend::plain;
use std::collections::HashSet;

/// Longer texts are files, which nobody wraps.
const MOST_LINES: u32 = 3_000;

/// Widths of terminals and mailers.
const WIDTHS: std::ops::RangeInclusive<usize> = 60..=200;

/// Widths at which mailers break at blanks.
const MAILERS: std::ops::RangeInclusive<usize> = 60..=80;

/// Fewer broken lines than this are chance.
const FEWEST: usize = 2;

/// The broken lines of a text.
#[derive(Default)]
pub(super) struct Wraps {
    /// Lines that go on in the next one.
    broken: HashSet<u32>,
    /// They were broken at blanks, which the break has taken.
    at_blanks: bool,
}

impl Wraps {
    pub(super) fn of(lines: &Lines<'_>) -> Self {
        if lines.len() > MOST_LINES {
            return Wraps::default();
        }
        let texts: Vec<_> = (1..=lines.len()).map(|number| plain(lines, number)).collect();
        let texts: Vec<&str> = texts.iter().map(|text| text.trim_end()).collect();
        let widths: Vec<usize> = texts.iter().map(|text| text.chars().count()).collect();
        let Some(width) = widths.iter().copied().max().filter(|width| WIDTHS.contains(width)) else {
            return Wraps::default();
        };
        let full = |at: usize| widths[at] == width;
        let hard = Wraps::when(&texts, full, false);
        if hard.broken.len() >= FEWEST {
            return hard;
        }
        let word = |at: usize| texts.get(at).and_then(|text| text.split(' ').next()).map_or(0, |word| word.chars().count());
        let soft = Wraps::when(&texts, |at| widths[at] + 1 + word(at + 1) > width && widths[at] > width / 2, true);
        if MAILERS.contains(&width) && soft.broken.len() >= FEWEST { soft } else { Wraps::default() }
    }

    fn when(texts: &[&str], full: impl Fn(usize) -> bool, at_blanks: bool) -> Self {
        let begins: HashSet<[char; 4]> =
            (0..texts.len()).filter(|at| *at == 0 || !full(at - 1)).map(|at| beginning(texts[at])).collect();
        let goes_on = |at: usize| {
            let next = texts[at + 1];
            !next.is_empty() && !next.starts_with([' ', '\t']) && !begins.contains(&beginning(next))
        };
        let all: Vec<usize> = (0..texts.len().saturating_sub(1)).filter(|at| full(*at)).collect();
        let broken: Vec<usize> = all.iter().copied().filter(|at| goes_on(*at)).collect();
        // Rows of a table are full and begin alike; a terminal leaves hardly a full line unbroken.
        if !at_blanks && broken.len() * 3 < all.len() * 2 {
            return Wraps::default();
        }
        Wraps { broken: broken.into_iter().map(|at| at as u32 + 1).collect(), at_blanks }
    }

    /// Whether the line goes on in the next one, and what stood between them.
    pub(super) fn goes_on(&self, number: u32) -> Option<&'static str> {
        self.broken.contains(&number).then_some(if self.at_blanks { " " } else { "" })
    }
}

/// The looks of the beginning of a line: digits alike, and letters.
fn beginning(text: &str) -> [char; 4] {
    let mut looks = ['\0'; 4];
    for (look, c) in looks.iter_mut().zip(text.chars()) {
        *look = match c {
            '0'..='9' => '0',
            c if c.is_ascii_lowercase() || c == '_' => 'a',
            c if c.is_ascii_uppercase() => 'A',
            c => c,
        };
    }
    looks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str) -> Vec<u32> {
        let lines = Lines::of(text);
        let wraps = Wraps::of(&lines);
        (1..=lines.len()).filter(|number| wraps.goes_on(*number).is_some()).collect()
    }

    #[test]
    fn a_terminal_breaks_at_its_width() {
        let frame = |name: &str| format!("\tat org.example.{name}(Worker.java:10)");
        let long = "x".repeat(40);
        let text: Vec<String> = [frame("a"), frame(&long), frame("b"), frame(&format!("{long}y")), frame("c")].into();
        let wrapped: Vec<String> = text
            .iter()
            .flat_map(|line| {
                let (head, tail) = line.split_at(line.len().min(66));
                [head.to_owned(), tail.to_owned()].into_iter().filter(|part| !part.is_empty())
            })
            .collect();
        assert_eq!(broken(&wrapped.join("\n")), [2, 5]);
        assert_eq!(broken(&text.join("\n")), []);
    }

    #[test]
    fn rows_of_a_table_are_no_broken_lines() {
        let row = |n: usize| format!("{n:>5} root      20   0  {:>10} {:>10} S  0.0  0.0   0:00.0{}", n * 10, n * 7, n % 10);
        let rows: Vec<String> = (0..20).map(row).collect();
        assert_eq!(broken(&rows.join("\n")), []);
    }
}
