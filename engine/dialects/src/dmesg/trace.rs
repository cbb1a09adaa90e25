//! One stream of the console (one printk caller, or all of them where callers are not printed) and the call trace that
//! is being read in it.

use super::frame::Parsed;
use crate::builder::Builder;
use stacklore_model::{Frame, Name, Register, Reliability, StackKind, StackSighting, System, TaskKeys};

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

/// A trace in the making.
#[derive(Debug, Default)]
pub(super) struct Stream {
    head: Option<Head>,
    /// The task of a headline, for a trace that has no task line of its own.
    announced: Option<Head>,
    /// `Call Trace:` was read, and since then no frame with an offset: names may stand alone.
    bare: bool,
    frames: Vec<Frame>,
    /// Callers named by the last ARM line: the next line's function, or the outermost frame.
    caller: Option<Frame>,
    registers: Vec<Register>,
    /// Line of the first and the last line of the trace.
    first: u32,
    last: u32,
    time: Option<f64>,
    /// The registers that follow are those of user space.
    user: bool,
    /// Frames that follow belong to no task's present (who allocated an object).
    history: bool,
    /// Lines of others since the last line of the trace.
    foreign: u32,
    cut: bool,
}

/// Lines of others in the midst of a trace after which it is taken as over.
const FOREIGN: u32 = 60;

impl Stream {
    /// Whether a trace has frames and has not ended.
    pub(super) fn in_trace(&self) -> bool {
        !self.frames.is_empty()
    }

    pub(super) fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    /// A line that names the task or CPU of the trace that follows.
    pub(super) fn begin(&mut self, head: Head, out: &mut Builder) {
        self.close(out);
        self.announced = None;
        self.first = head.line;
        self.last = head.line;
        self.head = Some(head);
    }

    /// A debugger names the task: of the trace that follows, or of the registers above it.
    pub(super) fn named(&mut self, head: Head, out: &mut Builder) {
        if self.frames.iter().any(|frame| frame.reliability != Reliability::Register) {
            self.close(out);
        }
        if self.first == 0 {
            self.first = head.line;
        }
        self.last = head.line;
        self.head = Some(head);
    }

    /// A headline names a task whose trace may follow.
    pub(super) fn announce(&mut self, head: Head) {
        self.announced = Some(head);
    }

    /// Whether function names without offsets are frames here: somebody stripped the trace.
    pub(super) fn takes_names(&self) -> bool {
        self.bare
    }

    /// `Call Trace:`.
    pub(super) fn call_trace(&mut self, line: u32, time: Option<f64>, out: &mut Builder) {
        let only_register = self.frames.iter().all(|frame| frame.reliability == Reliability::Register);
        if !only_register {
            self.close(out);
        }
        if self.head.is_none() {
            self.head = self.announced.take();
        }
        self.touch(line, time);
        self.bare = true;
        self.history = false;
    }

    /// Frames that follow tell of the past.
    pub(super) fn history(&mut self, out: &mut Builder) {
        self.close(out);
        self.history = true;
    }

    pub(super) fn frame(&mut self, parsed: Parsed, time: Option<f64>) {
        if self.history {
            return;
        }
        self.bare &= parsed.frame.offset.is_none();
        self.touch(parsed.frame.span.first, time);
        if let Some(parent) = &parsed.caller {
            self.caller = Some(parent.clone());
        } else if let Some(last) = self.caller.take() {
            self.frames.push(last);
        }
        self.frames.push(parsed.frame);
    }

    /// A blank line ends what is told of the past.
    pub(super) fn history_end(&mut self) {
        self.history = false;
    }

    /// Whether registers of the kernel may follow.
    pub(super) fn wants_registers(&self) -> bool {
        !self.user
    }

    /// The function at the program counter.
    pub(super) fn program_counter(&mut self, mut frame: Frame, time: Option<f64>) {
        let line = frame.span.first;
        let known = self.frames.iter().any(|known| {
            known.reliability == Reliability::Register && known.symbol == frame.symbol && known.offset == frame.offset
        });
        self.user = false;
        if known || self.history {
            return;
        }
        frame.reliability = Reliability::Register;
        self.touch(line, time);
        self.frames.push(frame);
    }

    /// The program counter is in user space.
    pub(super) fn user_registers(&mut self) {
        self.user = true;
    }

    pub(super) fn register(&mut self, name: Name, value: u64, line: u32, out: &Builder) {
        if self.user || self.registers.iter().any(|known| known.name == name) {
            return;
        }
        self.registers.push(Register { name, value, span: out.at(line) });
    }

    /// A line that is none of the trace's.
    pub(super) fn foreign(&mut self, out: &mut Builder) {
        if self.in_trace() {
            self.foreign += 1;
            if self.foreign > FOREIGN {
                self.close(out);
            }
        }
    }

    /// Messages were lost in the midst of the trace.
    pub(super) fn lost(&mut self) {
        self.cut = self.in_trace();
    }

    fn touch(&mut self, line: u32, time: Option<f64>) {
        if self.first == 0 {
            self.first = line;
        }
        self.last = line;
        self.foreign = 0;
        if self.time.is_none() {
            self.time = time;
        }
    }

    /// The trace has ended.
    pub(super) fn close(&mut self, out: &mut Builder) {
        let announced = self.announced.take();
        let mut read = std::mem::take(self);
        self.announced = announced;
        if let Some(last) = read.caller.take() {
            read.frames.push(last);
        }
        if read.frames.is_empty() {
            return;
        }
        let head = read.head.unwrap_or_default();
        let span = out.span(read.first, read.last);
        out.stack(StackSighting {
            task: head.task,
            dialect: super::NAME,
            system: System::Linux,
            kind: StackKind::Backtrace,
            frames: read.frames,
            registers: read.registers,
            span,
            cut: read.cut,
            running: head.running,
            time: head.time.or(read.time),
        });
    }
}
