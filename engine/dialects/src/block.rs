//! A stack in the making, for the forms that print little more than a heading and frames.

use crate::builder::Builder;
use stacklore_model::{Frame, Reliability, StackSighting, System, TaskKeys};

/// The frames under one heading.
#[derive(Debug)]
pub(crate) struct Block {
    /// Whose they are.
    pub(crate) task: TaskKeys,
    /// The line of the heading.
    pub(crate) first: u32,
    /// From the innermost outward.
    pub(crate) frames: Vec<Frame>,
    /// Frames are missing.
    pub(crate) cut: bool,
    /// The functions are where the task ran, not where it sleeps: a crash, a report of something that is over.
    pub(crate) running: bool,
}

impl Block {
    /// A block whose heading stands in that line.
    pub(crate) fn new(task: TaskKeys, first: u32) -> Self {
        Block { task, first, frames: Vec::new(), cut: false, running: false }
    }

    /// The same for a stack of the past, or of a task that died.
    pub(crate) fn over(task: TaskKeys, first: u32) -> Self {
        Block { running: true, ..Block::new(task, first) }
    }

    /// Tells the stack; one without frames is left out.
    pub(crate) fn finish(self, dialect: &'static str, system: System, out: &mut Builder) {
        let last = self.frames.last().map_or(self.first, |frame| frame.span.last);
        let span = out.span(self.first, last);
        out.stack(StackSighting {
            cut: self.cut,
            running: self.running,
            ..StackSighting::new(self.task, dialect, system, self.frames, span)
        });
    }
}

/// A frame with its function, which is `??` where the text names none.
pub(crate) fn frame(function: &str, line: u32, out: &mut Builder) -> Frame {
    let function = function.trim();
    let name = if function.is_empty() { "??" } else { function };
    let span = out.at(line);
    Frame::new(out.name(name), span)
}

/// The wait that a tool prints in words, as the innermost frame: `[lock timeout]`.
pub(crate) fn printed(words: &str, line: u32, out: &mut Builder) -> Frame {
    let mut frame = frame(&format!("[{words}]"), line, out);
    frame.reliability = Reliability::Printed;
    frame
}

/// A number with or without `0x`.
pub(crate) fn hex(text: &str) -> Option<u64> {
    let text = text.trim();
    u64::from_str_radix(text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text), 16).ok()
}

/// The digits at the front of a text as a number.
pub(crate) fn leading_number<T: std::str::FromStr>(text: &str) -> Option<T> {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    text.get(..end)?.parse().ok()
}

/// Whether a text is `file:line` or `file:line:column`.
pub(crate) fn is_place(text: &str) -> bool {
    text.trim().rsplit_once(':').is_some_and(|(file, digits)| {
        !file.is_empty() && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}
