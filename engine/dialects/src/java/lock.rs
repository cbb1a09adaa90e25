//! Lines of locks below a frame: `- waiting to lock <0x00000000ffd1b510> (a Dead$Account)`.

use super::{Grammar, Rule};
use crate::text::{Line, PerShape};
use pest::Parser;
use std::ops::Range;

/// A line that begins with a dash.
#[derive(Debug, PartialEq)]
pub(super) struct LockLine<'a> {
    /// What the virtual machine says of the object: `waiting to lock`.
    pub(super) words: &'a str,
    /// What stands in the angle brackets.
    pub(super) object: Option<&'a str>,
    /// What follows them.
    pub(super) rest: &'a str,
}

/// Where the parts stand, counted from the dash.
struct Parts {
    /// Bytes before the dash.
    skip: usize,
    words: Range<usize>,
    object: Option<Range<usize>>,
    rest: Range<usize>,
}

/// The shapes of the lock lines of a document.
#[derive(Default)]
pub(super) struct LockLines {
    known: PerShape<Option<Parts>>,
}

impl LockLines {
    /// Reads `text`, the end of a line from its dash on.
    pub(super) fn read<'a>(&mut self, text: &'a str, line: &Line<'_>) -> Option<LockLine<'a>> {
        let skip = line.text.len().saturating_sub(text.len());
        let Some(shape) = line.shape else { return parts(text, skip)?.of(text) };
        if self.known.get(shape).is_none() {
            self.known.insert(shape, parts(text, skip));
        }
        match self.known.get(shape)?.as_ref() {
            // A logger's record can begin the same line.
            Some(known) if known.skip != skip => parts(text, skip)?.of(text),
            known => known?.of(text),
        }
    }
}

impl Parts {
    fn of<'a>(&self, text: &'a str) -> Option<LockLine<'a>> {
        let object = match &self.object {
            Some(range) => Some(text.get(range.clone())?),
            None => None,
        };
        Some(LockLine { words: text.get(self.words.clone())?, object, rest: text.get(self.rest.clone())? })
    }
}

fn parts(text: &str, skip: usize) -> Option<Parts> {
    let parsed = Grammar::parse(Rule::lock, text).ok()?.next()?;
    let mut parts = Parts { skip, words: 0..0, object: None, rest: 0..0 };
    for part in parsed.into_inner() {
        let (start, end) = (part.as_span().start(), part.as_span().end());
        match part.as_rule() {
            Rule::words => parts.words = start..start + part.as_str().trim_end().len(),
            Rule::object => {
                parts.rest = end..text.len();
                parts.object = part.into_inner().next().map(|named| named.as_span().start()..named.as_span().end());
            }
            _ => {}
        }
    }
    Some(parts)
}
