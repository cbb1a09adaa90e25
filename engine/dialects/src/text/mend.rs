//! Mends a line of the text as given: terminal codes, entities, typographic characters, quoting, log prefixes; then
//! cuts it where records were glued together. Every mend is noted with its line.

use super::characters::characters;
use super::prefix::{end_of_prefixes, peel};
use super::prompt;
use super::quoting::{escaped_sign, is_quoted, is_quoted_inside, quote_mark, unquoted};
use super::shape::{PerShape, Shapes};
use super::split::Splitter;
use super::wrap::{Seam, Wraps};
use super::{Command, Line, Lines, Prefix};
use crate::builder::Builder;
use stacklore_model::MendKind;
use std::borrow::Cow;

/// A mended part of a line.
#[derive(Debug)]
pub(crate) enum Piece<'a> {
    /// A command at a prompt.
    Command(Command),
    /// A record.
    Line(Line<'a>),
}

/// Longest line that is looked at; the rest of a longer one is cut off and noted. Real records stay far below.
const MAX_LINE: usize = 64 * 1024;

/// Mends the lines of one document in order.
#[derive(Default)]
pub(crate) struct Mender {
    splitter: Splitter,
    wraps: Option<Wraps>,
    /// The last line that was taken as the rest of the one before it.
    rest: u32,
    shapes: Shapes,
    /// Whether lines of a shape are records as they stand: without a prefix, with one of the kernel, with one of a log.
    sound: [PerShape<bool>; 3],
}

/// Lines over which one record may run.
const MAX_WRAPPED: u32 = 12;

impl Mender {
    /// The line as a record, where a line of its shape is known to need no mending: most lines of most dumps. Without
    /// an answer the line goes through [`Mender::pieces`].
    pub(crate) fn sound<'a>(&mut self, lines: &Lines<'a>, number: u32, out: &mut Builder) -> Option<Line<'a>> {
        let raw = lines.get(number);
        if number > self.rest
            && !raw.is_empty()
            && let Some(shape) = self.shapes.expected(raw)
            && self.sound[0].get(shape) == Some(&true)
            && !self.goes_on(lines, number)
        {
            return Some(Line { number, text: Cow::Borrowed(raw), prefix: Prefix::default(), shape: Some(shape) });
        }
        // Whether a mark is one of quoting depends on the lines around it.
        let first = raw.bytes().find(|byte| !matches!(byte, b' ' | b'\t'));
        if first == Some(b'>') || quote_mark(raw).is_some() {
            return None;
        }
        if raw.is_empty() {
            let blank = || Line { number, text: Cow::Borrowed(""), prefix: Prefix::default(), shape: None };
            return (number > self.rest && !lines.is_spacing(number)).then(blank);
        }
        if raw.trim_ascii().is_empty() {
            return None;
        }
        if number <= self.rest || self.goes_on(lines, number) {
            return None;
        }
        let mut prefix = Prefix::default();
        let start = end_of_prefixes(raw, &mut prefix);
        let text = raw.get(start..)?.trim_ascii_end();
        let shape = self.shapes.of(text)?;
        let line = Line { number, text: Cow::Borrowed(text), prefix, shape: Some(shape) };
        let before = match (start, line.prefix.logged) {
            (0, _) => 0,
            (_, false) => 1,
            (_, true) => 2,
        };
        match self.sound[before].get(shape) {
            Some(true) => Some(line),
            Some(false) => None,
            None => {
                let sound = self.is_sound(&line, lines, out);
                self.sound[before].insert(shape, sound);
                sound.then_some(line)
            }
        }
    }

    /// Whether the text broke the line: the next one is its rest.
    fn goes_on(&mut self, lines: &Lines<'_>, number: u32) -> bool {
        self.wraps.get_or_insert_with(|| Wraps::of(lines)).goes_on(number).is_some()
    }

    /// Whether mending leaves a line as it is.
    fn is_sound(&mut self, line: &Line<'_>, lines: &Lines<'_>, out: &Builder) -> bool {
        let mut trial = Builder::new(out.reading().source, lines.len());
        let (row, pieces) = (self.splitter.clone(), self.pieces(lines, line.number, &mut trial));
        let reading = trial.reading();
        let same =
            matches!(&pieces[..], [Piece::Line(piece)] if piece.text == line.text && piece.prefix == line.prefix);
        // What the splitter remembers of a row it has to see in every such row.
        let stateless = row == self.splitter;
        self.splitter = row;
        same && stateless && reading.mends.is_empty() && reading.unclear.is_empty()
    }

    /// The logical lines and commands of a line of the text.
    pub(crate) fn pieces<'a>(&mut self, lines: &Lines<'a>, number: u32, out: &mut Builder) -> Vec<Piece<'a>> {
        let raw = lines.get(number);
        if number <= self.rest || lines.is_spacing(number) {
            return Vec::new();
        }
        let raw = if raw.len() > MAX_LINE {
            out.unclear(number, "the line is longer than 64 KiB; the rest of it was not read");
            cut_at(raw, MAX_LINE)
        } else {
            raw
        };
        let mut text = as_typed(lines, raw, number, &mut |kind| out.mend(kind, number));
        self.join(&mut text, lines, number, out);
        if let Some(at) = escaped_sign(&text) {
            out.mend(MendKind::Quoting, number);
            text.to_mut().remove(at);
            if text.contains(" \\#") {
                text = Cow::Owned(text.replace(" \\#", " #"));
            }
        }
        let parts = self.splitter.split(&text);
        if parts.len() > 1 {
            out.mend(MendKind::GluedRows, number);
        }
        let mut pieces = Vec::with_capacity(parts.len());
        for range in parts {
            let part = slice(&text, range);
            if let Some((tool, typed)) = prompt::command(&part) {
                let text = typed.trim().to_owned();
                pieces.push(Piece::Command(Command { tool, text, line: number }));
            } else {
                let (prefix, rest) = peel(part);
                // A session can be in the log of a program; what the kernel prints is none.
                let logged = prefix.logged && !prefix.kernel && prefix.time.is_none();
                if let Some((tool, typed)) = logged.then(|| prompt::command(&rest)).flatten() {
                    let text = typed.trim().to_owned();
                    pieces.push(Piece::Command(Command { tool, text, line: number }));
                } else {
                    pieces.push(Piece::Line(Line { number, text: trim_end(rest), prefix, shape: None }));
                }
            }
        }
        pieces
    }
}

impl Mender {
    /// Where the text looks wrapped and was not put together everywhere.
    pub(crate) fn seam(&self) -> Option<Seam> {
        self.wraps.as_ref()?.seam()
    }

    /// The first record from a line up to another that was broken and, put together, is wanted.
    pub(crate) fn whole_again(
        &mut self,
        lines: &Lines<'_>,
        from: u32,
        end: u32,
        wanted: impl Fn(&str) -> bool,
    ) -> Option<u32> {
        let wraps = self.wraps.get_or_insert_with(|| Wraps::of(lines));
        wraps.heads(from, end).find(|head| {
            let mut whole = plain(lines, *head);
            put_together(wraps, &mut whole, lines, *head);
            wanted(&whole)
        })
    }

    /// Puts the rest of a broken line back.
    fn join(&mut self, text: &mut Cow<'_, str>, lines: &Lines<'_>, number: u32, out: &mut Builder) {
        let wraps = self.wraps.get_or_insert_with(|| Wraps::of(lines));
        let last = put_together(wraps, text, lines, number);
        if last > number {
            out.mend(MendKind::WrappedLine, number);
            self.rest = last;
        }
    }
}

/// Adds the rests of a broken line to it; the last line of them.
fn put_together(wraps: &Wraps, text: &mut Cow<'_, str>, lines: &Lines<'_>, number: u32) -> u32 {
    let mut last = number;
    while let Some(between) = wraps.goes_on(last)
        && last - number < MAX_WRAPPED
    {
        last += 1;
        let whole = text.to_mut();
        if !between.is_empty() {
            whole.truncate(whole.trim_end().len());
        }
        whole.push_str(between);
        whole.push_str(&plain(lines, last));
    }
    if last > number {
        let whole = text.to_mut();
        whole.truncate(whole.trim_end().len());
    }
    last
}

/// A line as its author had it before mailers and pages: plain characters, no quoting. Nothing is noted.
pub(super) fn plain<'a>(lines: &Lines<'a>, number: u32) -> Cow<'a, str> {
    as_typed(lines, lines.get(number), number, &mut |_| {})
}

fn as_typed<'a>(lines: &Lines<'a>, raw: &'a str, number: u32, note: &mut dyn FnMut(MendKind)) -> Cow<'a, str> {
    let text = characters(raw, note);
    if !is_quoted(lines, number, &text) {
        // A fence that was hidden behind other marks was not taken out before.
        return if let Cow::Owned(_) = text { without_fence(text) } else { text };
    }
    note(MendKind::Quoting);
    let text = without_fence(unquoted(text));
    if is_quoted_inside(lines, number, &text) { unquoted(text) } else { text }
}

/// A line without the fence of a code block that is glued to its text.
fn without_fence(text: Cow<'_, str>) -> Cow<'_, str> {
    match text.strip_prefix("```").filter(|rest| rest.contains(' ')) {
        Some(rest) => Cow::Owned(rest.to_owned()),
        None => text,
    }
}

/// Largest prefix of at most `limit` bytes that ends at a character.
fn cut_at(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn slice<'a>(text: &Cow<'a, str>, range: std::ops::Range<usize>) -> Cow<'a, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
        Cow::Owned(text) => Cow::Owned(text[range].to_owned()),
    }
}

fn trim_end(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_end()),
        Cow::Owned(mut text) => {
            text.truncate(text.trim_end().len());
            Cow::Owned(text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stacklore_model::SourceId;

    fn mended(text: &str) -> Vec<String> {
        let lines = Lines::of(text);
        let mut out = Builder::new(SourceId(0), lines.len());
        let mut mender = Mender::default();
        (1..=lines.len())
            .flat_map(|number| mender.pieces(&lines, number, &mut out))
            .map(|piece| match piece {
                Piece::Command(command) => format!("{:?}: {}", command.tool, command.text),
                Piece::Line(line) => line.text.into_owned(),
            })
            .collect()
    }

    #[test]
    fn characters_become_plain() {
        assert_eq!(mended("[&lt;0&gt;]\u{a0}do_x&#43;0x1"), ["[<0>] do_x+0x1"]);
        assert_eq!(mended("\u{1b}[31mred\u{1b}[0m"), ["red"]);
        assert_eq!(mended("thread 1\u{2019}s stack"), ["thread 1's stack"]);
        assert_eq!(mended("10 %\r100 %"), ["100 %"]);
        assert_eq!(mended("[&amp;lt;0&amp;gt;]"), ["[<0>]"]);
    }

    #[test]
    fn quoting_is_peeled_and_a_lone_prompt_is_not() {
        assert_eq!(mended("> [<0>] a+0x1/0x2\n> [<0>] b+0x1/0x2"), ["[<0>] a+0x1/0x2", "[<0>] b+0x1/0x2"]);
        assert_eq!(mended("> ::stacks\nTHREAD  STATE"), ["Mdb: ::stacks", "THREAD  STATE"]);
    }

    #[test]
    fn glued_records_are_cut() {
        assert_eq!(
            mended("/var/log# ps | grep cli2812 root 720m S cli admin"),
            ["Shell: ps | grep cli", "2812 root 720m S cli admin"]
        );
        assert_eq!(
            mended("* 1 Thread 0x7f (LWP 2) w 0x1 in ?? () from /lib/libc.so.62 Thread 0x8 (LWP 3) w"),
            ["* 1 Thread 0x7f (LWP 2) w 0x1 in ?? () from /lib/libc.so.6", "2 Thread 0x8 (LWP 3) w"]
        );
        assert_eq!(mended("do_epoll_wait/ # cat /proc/5/status"), ["do_epoll_wait", "Shell: cat /proc/5/status"]);
        assert_eq!(mended("0[root@lab1 ~]# ps aux"), ["0", "Shell: ps aux"]);
        assert_eq!(mended("user@box:~$ ps aux"), ["Shell: ps aux"]);
        assert_eq!(mended("that is why? (gdb) thread 35"), ["that is why?", "Gdb: thread 35"]);
        assert_eq!(mended("(gdb) info threadId Target Id Frame"), ["Gdb: info thread", "Id Target Id Frame"]);
    }
}
