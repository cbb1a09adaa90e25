//! Positions in a text of which the text itself says what stands there: the user of a `ps` row, the host of a syslog
//! line, the arguments of a command line. Found once for each text; both what is learned and what is replaced comes
//! from here.

mod keys;
mod prefix;
mod prompt;
mod table;

#[cfg(test)]
mod tests;

use super::standins::{Kind, StandIns};
use std::ops::Range;

/// What a position holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// One secret of that kind.
    Secret(Kind),
    /// A program with its arguments.
    Command,
    /// Arguments without a program.
    Arguments,
    /// Variables of an environment.
    Environment,
    /// A path of which the last component stays.
    Place,
    /// Stays as it is.
    Keep,
}

/// A position and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) range: Range<usize>,
    pub(super) what: What,
}

/// What was found in a text.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Positions, in any order.
    pub(super) marks: Vec<Mark>,
    /// Names that are learned and stand inside something that is replaced as a whole: owners of home folders.
    pub(super) names: Vec<Mark>,
}

impl Found {
    fn mark(&mut self, range: Range<usize>, what: What) {
        if !range.is_empty() {
            self.marks.push(Mark { range, what });
        }
    }
}

/// Everything that the text itself tells of its positions.
pub(super) fn read(text: &str, names: &mut StandIns) -> Found {
    let mut found = Found::default();
    let headers = keys::read(text, names, &mut found);
    prompt::read(text, &mut found);
    let mut tables = table::Tables::new(headers);
    let mut start = 0;
    for line in text.split('\n') {
        let line_end = start + line.len();
        prefix::read(line, start, &mut found);
        tables.read(line, start, &mut found);
        start = line_end + 1;
    }
    found
}

/// The words of a line with the places where they begin.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = line.get(at..)?;
        let begin = at + (rest.len() - rest.trim_start().len());
        let word = line.get(begin..)?.split_whitespace().next()?;
        at = begin + word.len();
        Some((begin, word))
    })
}
