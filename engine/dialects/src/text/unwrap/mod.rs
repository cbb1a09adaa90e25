//! Takes lines out of what carries them: colours, container logs, records of JSON and of the journal, the names that tools for
//! several containers put before each line, code fences, and whole traces in one string with `\n` written out.
//!
//! This is done to the text as a whole before any line is read, because a carrier joins lines (records that a runtime
//! cut at 16 KiB), drops lines (the other fields of a record) and makes many of one. A text without carriers is handed
//! on as it is: a search for a few marks is all that it costs. Every line still knows its line of the text as given.

mod container;
mod fence;
mod journal;
mod json;
mod literal;

use super::characters::without_terminal_codes;
use aho_corasick::packed::{MatchKind, Searcher};
use container::Head;
use journal::{Added, Journal};
use stacklore_model::MendKind;
use std::borrow::Cow;
use std::sync::LazyLock;

/// Byte strings of which one stands in every line that is carried.
const MARKS: [&str; 19] = [
    "\u{1b}[",
    "\\n",
    "{\"log\":\"",
    "\"MESSAGE\"",
    "\"message\":",
    "\"msg\":",
    "\"textPayload\":",
    " stdout F",
    " stderr F",
    " stdout P",
    " stderr P",
    "MESSAGE=",
    " |",
    "[pod/",
    "```",
    "{code",
    "{noformat",
    "{quote",
    "bq. ",
];

static CARRYING: LazyLock<Searches> = LazyLock::new(|| Searches::of(&MARKS));

/// A text whose lines were taken out of their carriers.
pub(crate) struct Unwrapped<'a> {
    /// The text; the one given where nothing carries its lines.
    pub(crate) text: Cow<'a, str>,
    /// For each line of `text` its line in the text as given, from 1; `None` where they are the same.
    pub(crate) numbers: Option<Vec<u32>>,
    /// What was mended, by the line of `text`.
    pub(crate) mended: Vec<(MendKind, u32)>,
    /// Lines of the text as given at which a record begins that was too long to be put together whole.
    pub(crate) lost: Vec<u32>,
}

/// Longest record that is put together from its parts, in bytes.
const LONGEST: usize = 64 << 20;

/// Carriers inside each other.
const DEPTH: usize = 4;

/// Lines behind one that can belong to a trace in which lines that carry others are looked into: a record that none
/// stands near is one of millions that say nothing.
const NEAR: u32 = 2000;

/// Byte strings of which one stands where the sign of a trace may be hidden: JSON writes angle brackets in digits, and
/// a record in parts may be cut in the midst of it.
const HIDING: [&str; 3] = ["\\u00", " stdout P", " stderr P"];

static HIDDEN: LazyLock<Searches> = LazyLock::new(|| Searches::of(&HIDING));

/// Whether the sign of a trace may be hidden in a text.
pub(crate) fn hides(text: &str) -> bool {
    HIDDEN.find(text, 0).is_some()
}

/// Finds the first of a few byte strings, many bytes at a time where the machine can.
struct Searches {
    packed: Option<Searcher>,
    automaton: Option<aho_corasick::AhoCorasick>,
}

impl Searches {
    fn of(marks: &[&str]) -> Self {
        let packed = || {
            let config = aho_corasick::packed::Config::new().match_kind(MatchKind::LeftmostFirst).clone();
            config.builder().extend(marks).build()
        };
        match packed() {
            Some(packed) => Searches { packed: Some(packed), automaton: None },
            // On machines without vector instructions.
            None => Searches { packed: None, automaton: aho_corasick::AhoCorasick::new(marks).ok() },
        }
    }

    /// Where one of them stands, from a byte on.
    fn find(&self, text: &str, from: usize) -> Option<usize> {
        let range = aho_corasick::Span { start: from, end: text.len() };
        match (&self.packed, &self.automaton) {
            (Some(packed), _) => packed.find_in(text.as_bytes(), range).map(|found| found.start()),
            (None, Some(automaton)) => automaton.find(aho_corasick::Input::new(text).span(range)).map(|f| f.start()),
            (None, None) => None,
        }
    }
}

/// Takes the lines of a text out of what carries them. `can_begin` tells of a line whether a trace can begin in it, and
/// `first` is where it says so first.
pub(crate) fn unwrap<'a>(text: &'a str, first: Option<usize>, can_begin: &dyn Fn(&str) -> bool) -> Unwrapped<'a> {
    let mut walk = Walk { writer: Writer::new(text), parts: Vec::new(), journal: None, can_begin, near: 0 };
    let hidden = HIDDEN.find(text, 0);
    let Some(first) = hidden.into_iter().chain(first).min() else { return walk.writer.finish() };
    let mut from = memchr::memrchr(b'\n', &text.as_bytes()[..first]).map_or(0, |at| at + 1);
    while let Some(next) = walk.next_line(text, from) {
        from = walk.line(text, next);
    }
    walk.flush();
    walk.writer.finish()
}

struct Walk<'a, 'f> {
    writer: Writer<'a>,
    can_begin: &'f dyn Fn(&str) -> bool,
    /// Lines for which the last one that can begin a trace is still near.
    near: u32,
    /// Beginnings of records that a container runtime cut, one for each stream.
    parts: Vec<Part>,
    /// A record of the journal, field by field, that has not ended.
    journal: Option<Journal>,
}

/// The beginning of a record.
struct Part {
    stream: String,
    text: String,
    /// Line of the text as given at which the record began.
    number: u32,
}

impl<'a> Walk<'a, '_> {
    /// Start of the next line that is to be looked at.
    fn next_line(&mut self, text: &'a str, from: usize) -> Option<usize> {
        if from >= text.len() {
            return None;
        }
        // The fields of a journal's record have no marks, and neither has the record that ends one.
        if self.journal.is_some() {
            return Some(from);
        }
        let mark = CARRYING.find(text, from)?;
        Some(memchr::memrchr(b'\n', &text.as_bytes()[from..mark]).map_or(from, |at| from + at + 1))
    }

    /// Handles the line that starts at a byte; where the next one starts.
    fn line(&mut self, text: &'a str, start: usize) -> usize {
        let end = memchr::memchr(b'\n', &text.as_bytes()[start..]).map_or(text.len(), |at| start + at + 1);
        let line = text[start..end].trim_end_matches(['\n', '\r']);
        if self.is_near(line) {
            if self.of_journal(line, start) {
                self.writer.skip(start, end);
            } else {
                self.carried(line, start, end);
            }
        }
        end
    }

    /// Whether a trace can begin in the line or began not long before.
    fn is_near(&mut self, line: &str) -> bool {
        let hidden = || hides(line);
        if self.journal.is_some() || !self.parts.is_empty() || hidden() || (self.can_begin)(line) {
            self.near = NEAR;
        }
        self.near = self.near.saturating_sub(1);
        self.near > 0
    }

    /// Whether a line is one of a record of the journal.
    fn of_journal(&mut self, line: &str, start: usize) -> bool {
        if self.journal.is_none() && !journal::is_message(line) {
            return false;
        }
        self.writer.copy(start);
        let number = self.writer.line;
        match self.journal.get_or_insert_default().add(line, number) {
            Added::Taken => true,
            Added::Next => {
                self.flush_journal();
                self.journal.get_or_insert_default().add(line, number);
                true
            }
            Added::Foreign => {
                self.flush_journal();
                false
            }
        }
    }

    fn carried(&mut self, line: &'a str, start: usize, end: usize) {
        let mut inner = Cow::Borrowed(line);
        let mut number = None;
        let coloured = line.contains('\u{1b}');
        if coloured {
            inner = Cow::Owned(without_terminal_codes(line));
        }
        for _ in 0..DEPTH {
            let Some(head) = container::head(&inner).or_else(|| json::head(&inner)) else { break };
            match head {
                Head::Whole { stream, text } => {
                    let before = self.part(&stream);
                    number = number.or(before.as_ref().map(|part| part.number));
                    inner = match before {
                        Some(part) => Cow::Owned(part.text + &text),
                        None => Cow::Owned(text.into_owned()),
                    };
                }
                Head::Part { stream, text } => {
                    self.writer.skip(start, end);
                    self.keep(stream.into_owned(), &text);
                    return;
                }
            }
        }
        // A fence alone on its line ends what stands before it, as any other line does.
        if let Some(plain) = fence::without(&inner).filter(|plain| !plain.trim().is_empty()) {
            inner = Cow::Owned(plain);
        }
        let lines = literal::lines(&inner);
        if let Some(lines) = lines {
            self.writer.skip(start, end);
            self.writer.mend(MendKind::Escaped);
            lines.iter().for_each(|line| self.writer.push(line, number));
        } else if inner != line {
            self.writer.skip(start, end);
            if coloured {
                self.writer.mend(MendKind::Terminal);
            }
            // A record can hold several lines as they are.
            inner.trim_end_matches('\n').split('\n').for_each(|line| self.writer.push(line, number));
        }
    }

    /// What was kept of a record of this stream.
    fn part(&mut self, stream: &str) -> Option<Part> {
        let at = self.parts.iter().position(|part| part.stream == stream)?;
        Some(self.parts.remove(at))
    }

    fn keep(&mut self, stream: String, text: &str) {
        match self.parts.iter_mut().find(|part| part.stream == stream) {
            Some(part) if part.text.len() + text.len() <= LONGEST => part.text.push_str(text),
            Some(part) => {
                if self.writer.lost.last() != Some(&part.number) {
                    self.writer.lost.push(part.number);
                }
            }
            None => {
                let number = self.writer.line - 1;
                self.parts.push(Part { stream, text: text.to_owned(), number });
            }
        }
    }

    fn flush_journal(&mut self) {
        if let Some((number, lines)) = self.journal.take().and_then(Journal::end) {
            for line in lines.split('\n') {
                self.writer.push(line, Some(number));
            }
        }
    }

    /// The text has ended.
    fn flush(&mut self) {
        self.flush_journal();
        for part in std::mem::take(&mut self.parts) {
            match literal::lines(&part.text) {
                Some(lines) => lines.iter().for_each(|line| self.writer.push(line, Some(part.number))),
                None => self.writer.push(&part.text, Some(part.number)),
            }
        }
    }
}

/// Writes the new text; as long as nothing is replaced there is none.
struct Writer<'a> {
    text: &'a str,
    out: Option<String>,
    numbers: Vec<u32>,
    mended: Vec<(MendKind, u32)>,
    lost: Vec<u32>,
    /// Up to here the text as given was handled; the line that starts there.
    done: usize,
    line: u32,
    /// Line of the text as given that is being replaced.
    replaced: u32,
}

impl<'a> Writer<'a> {
    fn new(text: &'a str) -> Self {
        Writer {
            text,
            out: None,
            numbers: Vec::new(),
            mended: Vec::new(),
            lost: Vec::new(),
            done: 0,
            line: 1,
            replaced: 1,
        }
    }

    /// Copies the lines up to a byte as they are.
    fn copy(&mut self, to: usize) {
        let out = self.out.get_or_insert_with(|| String::with_capacity(self.text.len()));
        let kept = &self.text[self.done..to];
        out.push_str(kept);
        let lines = memchr::memchr_iter(b'\n', kept.as_bytes()).count() as u32;
        self.numbers.extend(self.line..self.line + lines);
        self.line += lines;
        if !kept.is_empty() && !kept.ends_with('\n') {
            self.numbers.push(self.line);
            self.line += 1;
        }
        self.done = to;
    }

    /// Leaves a line out; lines that are pushed next stand for it.
    fn skip(&mut self, start: usize, end: usize) {
        self.copy(start);
        self.replaced = self.line;
        self.line += 1;
        self.done = end;
    }

    fn push(&mut self, line: &str, number: Option<u32>) {
        let out = self.out.get_or_insert_with(String::new);
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
        self.numbers.push(number.unwrap_or(self.replaced));
    }

    /// The line that is pushed next was mended.
    fn mend(&mut self, kind: MendKind) {
        self.mended.push((kind, self.numbers.len() as u32 + 1));
    }

    fn finish(mut self) -> Unwrapped<'a> {
        if self.out.is_some() {
            self.copy(self.text.len());
        }
        match self.out {
            Some(out) => {
                Unwrapped { text: Cow::Owned(out), numbers: Some(self.numbers), mended: self.mended, lost: self.lost }
            }
            None => Unwrapped { text: Cow::Borrowed(self.text), numbers: None, mended: Vec::new(), lost: Vec::new() },
        }
    }
}

#[cfg(test)]
mod tests;
