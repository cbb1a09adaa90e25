//! Frames as they come, line by line, until they are a stack.

use super::argument::{arguments, leading_number};
use super::call::{self, Call};
use crate::builder::Builder;
use stacklore_model::{Arguments, Frame, MendKind, Name, Span};

/// A frame whose text may go on on the next line.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) address: Option<u64>,
    text: String,
    first: u32,
    last: u32,
}

/// Lines over which one frame may run: gdb at 80 columns needs a few, more is no frame.
const MAX_LINES: u32 = 60;

/// Bytes of local variables kept of one frame.
const MAX_LOCALS: usize = 4096;

impl Pending {
    pub(super) fn new(address: Option<u64>, text: &str, line: u32) -> Self {
        Pending { address, text: text.to_owned(), first: line, last: line }
    }

    /// Takes the line if it goes on with this frame.
    pub(super) fn takes(&mut self, text: &str, line: u32, out: &mut Builder) -> bool {
        let rest = text.trim_start();
        let indented = rest.len() < text.len();
        let call = call::split(&self.text);
        let open = call.open || (call.arguments.is_none() && rest.starts_with('(') && indented);
        let place = !call.is_complete() && (rest.starts_with("at ") || rest.starts_with("from "));
        let goes_on = open
            && !rest.starts_with(['#', '['])
            && (indented || self.text.ends_with([',', ' ', '(', '=']) || call.open);
        if !(goes_on || place) || line - self.first > MAX_LINES {
            return false;
        }
        if !self.text.ends_with([' ', '(']) {
            self.text.push(' ');
        }
        self.text.push_str(rest);
        self.last = line;
        // Indented it is gdb's own way to keep to the width of the terminal.
        if !indented {
            out.mend(MendKind::WrappedLine, line);
        }
        true
    }

    pub(super) fn is_complete(&self) -> bool {
        call::split(&self.text).is_complete()
    }

    pub(super) fn finish(&self, out: &mut Builder) -> Frame {
        frame(self.address, &call::split(&self.text), self.first, self.last, out)
    }
}

/// The frame of a call.
pub(super) fn frame(address: Option<u64>, call: &Call<'_>, first: u32, last: u32, out: &mut Builder) -> Frame {
    if !call.leftover.is_empty() {
        out.mend(MendKind::GluedProse, last);
    }
    let mut frame = Frame::new(out.name(call.function), out.span(first, last));
    frame.address = address;
    frame.arguments = Arguments::printed(call.arguments.unwrap_or(""), arguments);
    frame.location = call.location.map(|place| out.name(place));
    frame.module = call.library.map(|library| out.name(library));
    frame
}

/// Whether a call is one and not prose behind a number (`#1 fix this (see there)`).
pub(super) fn is_frame(address: Option<u64>, call: &Call<'_>) -> bool {
    // The first line of a frame whose arguments run on: `f (x=1, y=2, `.
    if call.open && call.arguments.is_some_and(|arguments| arguments.is_empty() || arguments.contains('=')) {
        return true;
    }
    if call.function.is_empty() || call.function.starts_with("Frame 0x") || call.function.starts_with("0x") {
        return false;
    }
    if call.function.starts_with('<') {
        return call.function.ends_with("called>") || call.function.ends_with("gdb>");
    }
    // `(./kernel/sched/core.c:5382:2)`, `(/lib/libtsan.so+0x12)`: other tools put places into the brackets.
    if call.arguments.is_some_and(|text| !is_list(text)) {
        return false;
    }
    address.is_some() || (call.arguments.is_some() && is_function(call))
}

fn is_list(text: &str) -> bool {
    text.is_empty() || text.contains('=') || text.trim() == "..." || text.starts_with("<error")
}

/// Blanks stand in C++ names only inside brackets or behind `operator`.
fn is_function(call: &Call<'_>) -> bool {
    let name = call.function;
    !name.contains(' ') || name.contains(['<', '(']) || name.contains("operator") || name.contains("[clone ")
}

/// Frames of one thread, innermost first.
#[derive(Default)]
pub(super) struct Group {
    pub(super) frames: Vec<Frame>,
    /// Number of the last frame.
    pub(super) last: u32,
    /// Number of the first frame.
    pub(super) start: u32,
    pub(super) cut: bool,
    /// Local variables of the last frame, as [`arguments`] reads them.
    locals: String,
    /// A frame of which only the number is left.
    empty: Option<(u32, u32)>,
}

impl Group {
    /// Whether a frame of this number can follow.
    pub(super) fn continues_with(&self, number: u32) -> bool {
        !self.is_empty() && number > self.end()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty() && self.empty.is_none()
    }

    fn end(&self) -> u32 {
        self.empty.map_or(self.last, |(number, _)| number)
    }

    /// A frame whose words a page ate as if they were a tag. The only line of a stack in angle brackets is the mark of a
    /// signal handler; it is put back once another frame follows.
    pub(super) fn lost(&mut self, number: u32, line: u32) {
        self.empty = Some((number, line));
    }

    pub(super) fn push(&mut self, number: u32, frame: Frame, out: &mut Builder) {
        if let Some((lost, line)) = self.empty.take() {
            if number == lost + 1 {
                out.mend(MendKind::LostAngle, line);
                let mark = Frame::new(out.name("<signal handler called>"), out.at(line));
                self.push(lost, mark, out);
            } else {
                self.cut = true;
            }
        }
        if self.frames.is_empty() {
            if self.frames.capacity() == 0 {
                self.frames = out.room();
            }
            self.start = number;
        } else if number != self.last + 1 {
            self.cut = true;
        }
        self.last = number;
        self.end_locals();
        self.frames.push(frame);
    }

    /// A local variable of the last frame: what `bt full` prints below a frame is kept where it is an address, beside
    /// the arguments, for optimised builds keep a lock's address nowhere else.
    pub(super) fn local(&mut self, name: &str, value: &str) {
        if !value.starts_with("0x") && !value.starts_with('(') && !value.starts_with('<') {
            return;
        }
        let (number, rest) = leading_number(value);
        let points = number.is_some_and(|number| number > 0xffff) || super::argument::symbol(rest).is_some();
        if points && self.locals.len() + name.len() + value.len() < MAX_LOCALS {
            for part in ["\n", name, "=", value] {
                self.locals.push_str(part);
            }
        }
    }

    /// The local variables read so far are those of the last frame.
    fn end_locals(&mut self) {
        if let Some(frame) = self.frames.last_mut().filter(|_| !self.locals.is_empty()) {
            frame.arguments = Arguments::printed(&format!("{}{}", frame.arguments.text(), self.locals), arguments);
        }
        self.locals.clear();
    }

    /// The lines of the frames.
    pub(super) fn span(&self) -> Option<Span> {
        Some(self.frames.first()?.span.to(self.frames.last()?.span))
    }

    /// Closes the group: a lost frame at its end is no frame.
    pub(super) fn close(&mut self) {
        self.end_locals();
        if self.empty.take().is_some() {
            self.cut = true;
        }
        self.cut |= self.start > 0;
    }
}

/// Splits the name of a thread from the frame behind it in a row of `info threads`.
pub(super) fn name_and_frame(text: &str) -> (Option<&str>, &str) {
    if let Some(quoted) = text.strip_prefix('"')
        && let Some(end) = quoted.find('"')
    {
        return (Some(&quoted[..end]), quoted[end + 1..].trim_start());
    }
    if text.starts_with("0x") || text.starts_with('(') {
        return (None, text);
    }
    // A page ate the quotes: `warnd 0x… in f ()`, `warnd f (x=1)`.
    if let Some((name, rest)) = text.split_once(' ') {
        let rest = rest.trim_start();
        let function = rest.split(" (").next().unwrap_or("");
        let named = rest.starts_with("0x")
            || (!name.contains(['(', '<']) && !rest.starts_with('(') && !function.contains(' ') && rest.contains(" ("));
        if named {
            return (Some(name), rest);
        }
    }
    (None, text)
}

/// A thread's name without the decoration of a target id.
pub(super) fn shared(name: Option<&str>, out: &mut Builder) -> Option<Name> {
    name.filter(|name| !name.is_empty()).map(|name| out.name(name))
}
