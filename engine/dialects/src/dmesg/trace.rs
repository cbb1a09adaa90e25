//! A call trace in the making, with the task or CPU that it is of.

use super::frame::Parsed;
use super::stream::note;
use crate::builder::Builder;
use stacklore_model::{Frame, Name, Register, Reliability, StackSighting, System, TaskKeys};

/// Whose trace follows, as the lines before it tell.
#[derive(Clone, Debug, Default)]
pub(super) struct Head {
    pub(super) task: TaskKeys,
    pub(super) name: Option<Name>,
    pub(super) cpu: Option<u32>,
    /// The task was on a CPU.
    pub(super) running: bool,
    /// Line of the head.
    pub(super) line: u32,
    pub(super) time: Option<f64>,
}

/// A trace.
#[derive(Debug, Default)]
pub(super) struct Trace {
    pub(super) head: Option<Head>,
    /// `Call Trace:` was read.
    pub(super) called: bool,
    /// `<TASK>` was read, which has its end.
    pub(super) marked: bool,
    /// `Call Trace:` was read, and since then no frame with an offset: names may stand alone.
    pub(super) bare: bool,
    /// The registers that follow are those of user space.
    pub(super) user: bool,
    pub(super) cut: bool,
    frames: Vec<Frame>,
    /// Callers named by the last ARM line: the next line's function, or the outermost frame.
    caller: Option<Frame>,
    registers: Vec<Register>,
    /// Line of the first and the last line of the trace.
    first: u32,
    last: u32,
    /// Time of the first and the last line.
    time: Option<f64>,
    last_time: Option<f64>,
    /// Frames of another trace stand between these: none of them is told.
    doubtful: usize,
}

impl Trace {
    /// The trace that follows a head.
    pub(super) fn of(head: Head) -> Self {
        Trace { first: head.line, last: head.line, last_time: head.time, head: Some(head), ..Trace::default() }
    }

    /// Room for the frames that will follow.
    pub(super) fn make_room(&mut self, room: Vec<Frame>) {
        if self.frames.is_empty() {
            self.frames = room;
        }
    }

    /// Whether any frame was read.
    pub(super) fn has_frames(&self) -> bool {
        !self.frames.is_empty()
    }

    /// Whether any frame was read but the one at the program counter.
    pub(super) fn has_calls(&self) -> bool {
        self.frames.iter().any(|frame| frame.reliability != Reliability::Register)
    }

    /// Whether more must follow: its end is marked and did not come, or its beginning did not.
    pub(super) fn goes_on(&self) -> bool {
        let begins = self.head.as_ref().is_some_and(|head| head.cpu.is_some() || !head.running) && !self.user;
        if self.called { self.marked || !self.has_calls() } else { begins && !self.has_calls() }
    }

    /// Whether the trace was printed at most so many seconds from a time.
    pub(super) fn is_near(&self, time: Option<f64>, seconds: f64) -> bool {
        match (self.last_time, time) {
            (Some(last), Some(time)) => (last - time).abs() <= seconds,
            (None, None) => true,
            _ => false,
        }
    }

    /// The trace is this task's, whatever was read of it before.
    pub(super) fn name(&mut self, head: Head) {
        if self.first == 0 {
            self.first = head.line;
        }
        self.last = head.line;
        self.head = Some(head);
    }

    /// `Call Trace:`.
    pub(super) fn call(&mut self, line: u32, time: Option<f64>) {
        self.touch(line, time);
        self.called = true;
        self.bare = true;
    }

    pub(super) fn frame(&mut self, parsed: Parsed, time: Option<f64>) {
        self.bare &= parsed.frame.offset.is_none();
        self.touch(parsed.frame.span.first, time);
        if let Some(parent) = &parsed.caller {
            self.caller = Some(parent.clone());
        } else if let Some(last) = self.caller.take() {
            self.frames.push(last);
        }
        self.frames.push(parsed.frame);
    }

    /// The function at the program counter.
    pub(super) fn program_counter(&mut self, mut frame: Frame, time: Option<f64>) {
        let line = frame.span.first;
        let known = self.frames.iter().any(|known| {
            known.reliability == Reliability::Register && known.symbol == frame.symbol && known.offset == frame.offset
        });
        self.user = false;
        if known {
            return;
        }
        frame.reliability = Reliability::Register;
        self.touch(line, time);
        self.frames.push(frame);
    }

    pub(super) fn register(&mut self, name: Name, value: u64, line: u32, out: &Builder) {
        if self.user || self.registers.iter().any(|known| known.name == name) {
            return;
        }
        self.registers.push(Register { name, value, span: out.at(line) });
    }

    /// What was read and what follows is mixed with another trace.
    pub(super) fn doubt(&mut self) {
        self.doubtful += self.frames.len();
        self.frames.clear();
        self.caller = None;
    }

    fn touch(&mut self, line: u32, time: Option<f64>) {
        if self.first == 0 {
            self.first = line;
        }
        self.last = line;
        self.last_time = time.or(self.last_time);
        if self.time.is_none() {
            self.time = time;
        }
    }

    /// Tells the trace and begins anew.
    pub(super) fn close(&mut self, out: &mut Builder) {
        let mut read = std::mem::take(self);
        if let Some(last) = read.caller.take() {
            read.frames.push(last);
        }
        if read.doubtful > 0 {
            return note(read.first, read.last, read.doubtful + read.frames.len(), out);
        }
        if read.frames.is_empty() {
            return;
        }
        let head = read.head.unwrap_or_default();
        let span = out.span(read.first, read.last);
        out.stack(StackSighting {
            registers: read.registers,
            cut: read.cut,
            running: head.running,
            time: head.time.or(read.time),
            ..StackSighting::new(head.task, super::NAME, System::Linux, read.frames, span)
        });
    }
}
