//! Walks a document: scan, mend, offer to the dialects.

use crate::builder::Builder;
use crate::dialect::{Fed, Reader};
use crate::ending;
use crate::needles::NEEDLES;
use crate::renumber::renumber;
use crate::table::DIALECTS;
use crate::text::{Context, Lines, Mender, Piece, Unwrapped, hides, line_count, shell, unwrap};
use stacklore_model::{Document, Reading, SourceId, Span, Unclear};

pub(crate) fn read(source: SourceId, document: &Document) -> Reading {
    let first = NEEDLES.find(&document.text, 0);
    if first.is_none() && !hides(&document.text) {
        // Nothing of it is read: most files of a ticket.
        return Reading { source, lines: line_count(&document.text), ..Reading::default() };
    }
    let unwrapped = unwrap(&document.text, first, &|line| NEEDLES.is_match(line));
    // Lines before the first needle are as they were, for nothing in them is carried that would be read.
    let mut reading = walk(source, document, &unwrapped, first);
    if let Some(numbers) = &unwrapped.numbers {
        renumber(&mut reading, numbers, line_count(&document.text));
    }
    reading.unclear.extend(unwrapped.lost.iter().map(|line| Unclear {
        span: Span::line(source, *line),
        why: "this record, which a container's runtime cut in parts, is longer than 64 MiB; the rest of it was not read",
    }));
    reading
}

fn walk(source: SourceId, document: &Document, unwrapped: &Unwrapped<'_>, first: Option<usize>) -> Reading {
    let lines = Lines::of(&unwrapped.text);
    let mut walk = Walk {
        readers: DIALECTS.iter().map(|dialect| dialect.reader()).collect(),
        open: None,
        awaited: 0,
        last: Last::default(),
        context: Context::new(&lines, &document.name),
        mender: Mender::default(),
        out: Builder::new(source, lines.len()),
    };
    for (kind, line) in &unwrapped.mended {
        walk.out.mend(*kind, *line);
    }
    // What was found once is not searched again; taken out of its carrier a line can hold what it did not before.
    let mut known = if unwrapped.numbers.is_none() { Some(first.map(|at| lines.number_at(at))) } else { None };
    let mut number = 1;
    while number <= lines.len() {
        if walk.open.is_none() && walk.awaited == 0 {
            // Nothing is open and no output is awaited: go straight to the next line with a needle.
            let next = known.take().unwrap_or_else(|| next_candidate(&lines, number));
            // A needle can be broken, or stand in the rest of a broken record.
            let end = next.unwrap_or(lines.len() + 1);
            let whole = walk.mender.whole_again(&lines, number, end, |text| NEEDLES.is_match(text));
            let Some(next) = whole.or(next) else { break };
            walk.context.skipped(number, next);
            number = next;
        }
        walk.line(&lines, number);
        number += 1;
    }
    walk.finish(&lines)
}

/// The first line from `number` on that holds a needle.
fn next_candidate(lines: &Lines<'_>, number: u32) -> Option<u32> {
    NEEDLES.find(lines.text(), lines.start(number)).map(|found| lines.number_at(found))
}

struct Walk<'a> {
    readers: Vec<Box<dyn Reader>>,
    open: Option<usize>,
    /// Lines that are looked at without a needle, because a command that a dialect knows stands just before them.
    awaited: u32,
    last: Last,
    context: Context<'a>,
    mender: Mender,
    out: Builder,
}

/// What became of the line that was looked at last, and of marks in the place of lines.
#[derive(Default)]
struct Last {
    line: u32,
    understood: bool,
    /// The last line that a dialect understood.
    known: u32,
    /// Lines that stand for lines that were left out of a region.
    elided: Vec<u32>,
}

/// How far above the end of a text a line must be understood for its last line to be looked at.
const NEAR: u32 = 3;

/// How many lines after a command may hold its output without a needle.
const AWAITED: u32 = 3;

impl Walk<'_> {
    fn line(&mut self, lines: &Lines<'_>, number: u32) {
        self.awaited = self.awaited.saturating_sub(1);
        if let Some(line) = self.mender.sound(lines, number, &mut self.out) {
            self.offer(&line);
            self.context.passed(&line);
            return;
        }
        for piece in self.mender.pieces(lines, number, &mut self.out) {
            match piece {
                Piece::Command(command) => self.command(command),
                Piece::Line(line) => {
                    self.offer(&line);
                    self.context.passed(&line);
                }
            }
        }
    }

    /// A prompt ends every region and is told to every dialect.
    fn command(&mut self, command: crate::text::Command) {
        self.close();
        // The first line behind any command is looked at: the command says what it is.
        self.awaited = 2;
        for (index, reader) in self.readers.iter_mut().enumerate() {
            if reader.command(&command, &mut self.out) {
                self.out.understood(DIALECTS[index].name(), command.line);
                self.awaited = AWAITED;
            }
        }
        self.context.set_command(command);
    }

    fn offer(&mut self, line: &crate::text::Line<'_>) {
        let understood = self.is_read(line);
        if understood {
            self.last.known = line.number;
        }
        if !line.is_blank() {
            (self.last.line, self.last.understood) = (line.number, understood);
        }
    }

    /// Offers the line to the open region and then to all dialects; whether one understood it.
    fn is_read(&mut self, line: &crate::text::Line<'_>) -> bool {
        let mut ended = false;
        if let Some(index) = self.open {
            if shell::is_mark_of_elision(&line.text) {
                self.last.elided.push(line.number);
                if !self.readers[index].sees_elisions() {
                    return true;
                }
            }
            match self.readers[index].feed(line, &self.context, &mut self.out) {
                Fed::Taken => {
                    self.out.understood(DIALECTS[index].name(), line.number);
                    return true;
                }
                Fed::Passed => return false,
                Fed::End => self.close(),
            }
            ended = !line.is_blank();
            // What ends a region and has no needle begins none.
            if self.awaited == 0 && !NEEDLES.is_match(&line.text) {
                self.seems_over(ended, line.number);
                return false;
            }
        }
        for (index, reader) in self.readers.iter_mut().enumerate() {
            if reader.opens(line, &self.context) {
                self.open = Some(index);
                match reader.feed(line, &self.context, &mut self.out) {
                    Fed::Taken => {
                        self.out.understood(DIALECTS[index].name(), line.number);
                        return true;
                    }
                    Fed::Passed => {}
                    Fed::End => self.close(),
                }
                return false;
            }
        }
        self.seems_over(ended, line.number);
        false
    }

    /// Tells of a region that ended where it does not look as if it should.
    fn seems_over(&mut self, ended: bool, number: u32) {
        if ended && ending::seems_to_go_on(&self.context, self.last.known, number) {
            self.out.unclear(number, "a trace ends before this line and seems to go on behind it");
        }
    }

    fn close(&mut self) {
        if let Some(index) = self.open.take() {
            self.readers[index].close(&mut self.out);
        }
    }

    fn finish(mut self, lines: &Lines<'_>) -> Reading {
        self.close();
        for reader in &mut self.readers {
            reader.finish(&mut self.out);
        }
        ending::offsets(&mut self.out);
        ending::broken_names(&mut self.out);
        if let Some(seam) = self.mender.seam() {
            ending::wrapped(seam, &mut self.out);
        }
        ending::elided(&self.last.elided, self.out.reading_mut());
        let end = lines.len();
        let is_near = self.last.known > 0 && end - self.last.known <= NEAR;
        let unread = is_near && (self.last.line < end || !self.last.understood);
        ending::torn(lines, is_near, unread, &mut self.out);
        self.out.finish()
    }
}
