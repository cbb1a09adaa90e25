//! Rewrites a text in one pass from its begin to its end: marked positions, words, and learned names between them.

use super::context::{Mark, What};
use super::literals::{Hit, Literals};
use super::place;
use super::standins::{Kind, StandIns};
use super::words::{self, Piece};
use std::collections::HashSet;

/// What kind of text it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Text of the case.
    Case,
    /// The same on lines of frames: arguments and places stand there.
    Frames,
    /// Prose of rules with words of the case in it. Hosts and folders that the rules name themselves stay.
    Prose,
}

/// Everything that rewriting needs to know.
pub(super) struct Rewriter<'n> {
    pub(super) stand_ins: StandIns,
    pub(super) literals: Literals,
    /// Names of tasks and functions.
    pub(super) names: HashSet<&'n str>,
}

/// Nothing of a word, an end of one, a sign that makes a word worth a look.
const PLAIN: u8 = 0;
const END: u8 = 1;
pub(super) const SIGN: u8 = 2;

/// Which bytes end words, and which make them worth a look.
static CLASSES: [u8; 256] = {
    let mut classes = [PLAIN; 256];
    let ends = b"\"'`()[]{}<>,;=|";
    let signs = b"/\\@.:-";
    let mut at = 0;
    while at <= b' ' as usize {
        classes[at] = END;
        at += 1;
    }
    at = 0;
    while at < ends.len() {
        classes[ends[at] as usize] = END;
        at += 1;
    }
    at = 0;
    while at < signs.len() {
        classes[signs[at] as usize] = SIGN;
        at += 1;
    }
    classes
};

/// A byte that ends words.
pub(super) fn is_end(byte: u8) -> bool {
    CLASSES[byte as usize] == END
}

/// A text on its way: what was copied, and which learned names are still to come.
pub(super) struct Output<'t> {
    pub(super) text: &'t str,
    pub(super) new: String,
    copied: usize,
    hits: std::iter::Peekable<std::vec::IntoIter<Hit>>,
}

impl Output<'_> {
    /// Copies up to a place, learned names replaced.
    pub(super) fn copy(&mut self, to: usize, literals: &Literals) {
        while let Some(hit) = self.hits.next_if(|hit| hit.start < to) {
            if hit.start >= self.copied && hit.end <= to {
                self.new.push_str(&self.text[self.copied..hit.start]);
                self.new.push_str(literals.stand_in(hit));
                self.copied = hit.end;
            }
        }
        self.keep(to);
    }

    /// Copies up to a place as it is.
    pub(super) fn keep(&mut self, to: usize) {
        self.new.push_str(&self.text[self.copied..to]);
        self.copied = to;
    }

    /// Puts something else in place of the text up to a place.
    pub(super) fn put(&mut self, new: &str, to: usize) {
        self.new.push_str(new);
        self.copied = to;
    }

    /// A learned name stands between two places. What is before them is copied on the way.
    fn has_hit(&mut self, start: usize, end: usize, literals: &Literals) -> bool {
        if self.hits.peek().is_some_and(|hit| hit.start < start) {
            self.copy(start, literals);
        }
        self.hits.peek().is_some_and(|hit| hit.start < end)
    }
}

impl<'n> Rewriter<'n> {
    /// The text with everything replaced. `marks` are sorted and apart; `frames` are numbers of lines, sorted.
    pub(super) fn rewrite(&mut self, text: &str, marks: &[Mark], frames: &[u32], origin: Origin) -> String {
        let hits = self.literals.hits(text).into_iter().peekable();
        let mut out = Output { text, new: String::with_capacity(text.len()), copied: 0, hits };
        let mut frames = frames.iter().copied().peekable();
        let mut marks = marks.iter().peekable();
        let bytes = text.as_bytes();
        let (mut at, mut line, mut line_start) = (0, 1, 0);
        while at < bytes.len() {
            let limit = marks.peek().map_or(bytes.len(), |mark| mark.range.start);
            if at >= limit {
                let Some(mark) = marks.next() else { break };
                if at == limit {
                    out.copy(at, &self.literals);
                    self.marked(&mut out, mark);
                    at = mark.range.end;
                }
                continue;
            }
            let byte = bytes[at];
            if is_end(byte) {
                if byte == b'\n' {
                    (line, line_start) = (line + 1, at + 1);
                } else if byte == b'"' && origin != Origin::Prose {
                    while frames.next_if(|frame| *frame < line).is_some() {}
                    let frame = frames.peek() == Some(&line) || bytes[line_start] == b'#' || origin == Origin::Frames;
                    if let Some(end) = self.string(&mut out, at, limit, frame) {
                        at = end;
                        continue;
                    }
                }
                at += 1;
                continue;
            }
            let start = at;
            let mut seen = PLAIN;
            while at < limit && !is_end(bytes[at]) {
                seen |= CLASSES[bytes[at] as usize];
                at += 1;
            }
            if seen & SIGN != 0 {
                while frames.next_if(|frame| *frame < line).is_some() {}
                let frame = frames.peek() == Some(&line) || origin == Origin::Frames;
                at = self.word(&mut out, start..at, limit, if frame { Origin::Frames } else { origin });
            }
        }
        out.copy(bytes.len(), &self.literals);
        out.new
    }

    /// Rewrites a word with a sign in it; returns where reading goes on.
    fn word(&mut self, out: &mut Output<'_>, word: std::ops::Range<usize>, limit: usize, origin: Origin) -> usize {
        let text = &out.text[word.clone()];
        if out.has_hit(word.start, word.end, &self.literals) && self.is_name(text) {
            out.copy(word.start, &self.literals);
            out.keep(word.end);
            return word.end;
        }
        let pieces = words::read(out.text, word.clone(), limit, origin, &mut self.stand_ins);
        if pieces.is_empty() || self.is_name(text) {
            return word.end;
        }
        let mut end = word.end;
        for Piece { range, new } in pieces {
            out.copy(range.start, &self.literals);
            out.put(&new, range.end);
            end = end.max(range.end);
        }
        end
    }

    /// The name of a task or function, an offset behind it aside.
    fn is_name(&self, word: &str) -> bool {
        let word = word.trim_end_matches(['.', ':']);
        self.names.contains(word) || word.split_once('+').is_some_and(|(name, _)| self.names.contains(name))
    }

    /// A quoted string that is an argument or a value; returns the place behind it.
    fn string(&mut self, out: &mut Output<'_>, quote: usize, limit: usize, frame: bool) -> Option<usize> {
        let bytes = out.text.as_bytes();
        if !is_value(&bytes[quote.saturating_sub(20)..quote], frame) {
            return None;
        }
        let begin = quote + 1;
        let mut end = begin;
        while end < limit && bytes[end] != b'"' && bytes[end] != b'\n' {
            end += if bytes[end] == b'\\' && end + 1 < limit && bytes[end + 1] == b'"' { 2 } else { 1 };
        }
        let inner = out.text.get(begin..end)?;
        let plain = inner.split("\\000").next().unwrap_or_default();
        if plain.is_empty() || plain.starts_with('&') || self.names.contains(plain) {
            return None;
        }
        out.copy(begin, &self.literals);
        let new = self.stand_ins.of(Kind::String, inner);
        out.put(&new, end);
        Some(if bytes.get(end) == Some(&b'"') { end + 1 } else { end })
    }

    fn marked(&mut self, out: &mut Output<'_>, mark: &Mark) {
        match mark.what {
            What::Keep => out.keep(mark.range.end),
            What::Place => {
                let (ending, numbered) = place::ending(&out.text[mark.range.clone()]);
                let path = &out.text[mark.range.start..mark.range.end - ending];
                if let Some(short) = place::shorten(path, place::Last::Always, numbered, &mut self.stand_ins) {
                    out.put(&short.head, mark.range.end - ending - short.tail);
                }
                out.copy(mark.range.end, &self.literals);
            }
            What::Secret(kind) => {
                let secret = &out.text[mark.range.clone()];
                match super::learn::stand_in(kind, secret, &mut self.stand_ins) {
                    Some(new) => out.put(&new, mark.range.end),
                    None => out.keep(mark.range.end),
                }
            }
            What::Command => super::command::command(self, out, mark.range.clone()),
            What::Arguments => super::command::arguments(self, out, mark.range.clone()),
            What::Environment => super::command::environment(self, out, mark.range.clone()),
        }
    }
}

/// What stands before the quote says that it is a value: a pointer, or a sign of assignment.
fn is_value(before: &[u8], frame: bool) -> bool {
    let Some((last, rest)) = before.split_last() else { return false };
    if *last != b' ' {
        return frame && b"=(".contains(last);
    }
    let digits = rest.iter().rev().take_while(|byte| byte.is_ascii_hexdigit()).count();
    rest.ends_with(b"=") || (digits > 0 && rest[..rest.len() - digits].ends_with(b"0x"))
}
