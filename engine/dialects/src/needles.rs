//! Looks for the needles of all dialects at once: most of a log holds none and passes through this alone.
//!
//! An automaton takes a step a byte, and each step waits for the one before. Four stretches of the text are therefore
//! walked side by side; only where one of them holds a needle they are walked one after the other to find the first.

use crate::table::DIALECTS;
use crate::text::prompt;
use aho_corasick::automaton::Automaton;
use aho_corasick::dfa::DFA;
use aho_corasick::{Anchored, Input, MatchKind};
use std::sync::LazyLock;

/// Needles of all dialects and of prompts.
pub(crate) static NEEDLES: LazyLock<Needles> = LazyLock::new(|| {
    Needles::of(DIALECTS.iter().flat_map(|dialect| dialect.needles()).chain(prompt::NEEDLES).copied())
});

/// Bytes of a stretch.
const STRETCH: usize = 4096;

/// Bytes that are walked alone first: behind one trace the next needle is near.
const NEAR: usize = 512;

/// Many needles in one automaton.
pub(crate) struct Needles {
    // Junk passes through this and nothing else: the table of a DFA is worth its memory.
    automaton: DFA,
    longest: usize,
}

impl Needles {
    fn of<'a>(needles: impl Iterator<Item = &'a str>) -> Self {
        let needles: Vec<&str> = needles.collect();
        let automaton = DFA::builder().match_kind(MatchKind::LeftmostFirst).prefilter(false).build(&needles);
        let longest = needles.iter().map(|needle| needle.len()).max().unwrap_or_default();
        Needles { automaton: automaton.expect("a few hundred short needles fit any automaton"), longest }
    }

    /// Whether a text holds a needle.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.find(text, 0).is_some()
    }

    /// Where the first needle at or behind a byte begins.
    pub(crate) fn find(&self, text: &str, from: usize) -> Option<usize> {
        let text = text.as_bytes();
        let near = (from + NEAR).min(text.len());
        if let Some(found) = self.find_alone(text, from, near) {
            return Some(found);
        }
        let mut at = near;
        while at < text.len() {
            let next = at + 4 * STRETCH;
            if (next + self.longest > text.len() || !self.is_free(&text[at..next + self.longest]))
                && let Some(found) = self.find_alone(text, at, next.min(text.len()))
            {
                return Some(found);
            }
            at = next;
        }
        None
    }

    /// The first needle that begins from one byte to another.
    fn find_alone(&self, text: &[u8], from: usize, to: usize) -> Option<usize> {
        let end = (to + self.longest).min(text.len());
        let found = self.automaton.try_find(&Input::new(text).span(from..end)).ok().flatten();
        found.map(|found| found.start())
    }

    /// Whether no needle begins in four stretches; behind them stand as many bytes as the longest needle has.
    fn is_free(&self, text: &[u8]) -> bool {
        let Ok(start) = self.automaton.start_state(Anchored::No) else { return false };
        let stretch = |number: usize| text.get(number * STRETCH..(number + 1) * STRETCH + self.longest);
        let (Some(a), Some(b), Some(c), Some(d)) = (stretch(0), stretch(1), stretch(2), stretch(3)) else {
            return false;
        };
        let step = |state, byte: u8| self.automaton.next_state(Anchored::No, state, byte);
        let mut states = [start; 4];
        for (((a, b), c), d) in a.iter().zip(b).zip(c).zip(d) {
            states = [step(states[0], *a), step(states[1], *b), step(states[2], *c), step(states[3], *d)];
            if states.iter().any(|state| self.automaton.is_special(*state)) {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_needle_is_found_wherever_it_stands() {
        let needles = Needles::of(["needle", "eedl", "pin"].into_iter());
        let blank = ".".repeat(5 * STRETCH);
        assert_eq!(needles.find(&blank, 0), None);
        for at in [0, 3, NEAR - 2, NEAR, NEAR + STRETCH - 3, NEAR + 4 * STRETCH - 1, blank.len() - 6] {
            let mut text = blank.clone();
            text.replace_range(at..at + 6, "needle");
            assert_eq!(needles.find(&text, 0), Some(at));
            assert_eq!(needles.find(&text, at), Some(at));
            assert_eq!(needles.find(&text, at + 2), None);
            text.push_str("pin");
            assert_eq!(needles.find(&text, at + 2), Some(blank.len()));
        }
    }
}
