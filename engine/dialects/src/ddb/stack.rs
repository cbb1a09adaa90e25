//! Stacks: their heads and frames.

use super::{NAME, Rule, hex, is, parse};
use crate::builder::Builder;
use crate::text::Context;
use stacklore_model::{Argument, Frame, Name, StackSighting, System, TaskKeys, TaskSighting, TaskState};

/// A stack that is being read.
pub(super) struct Stack {
    task: TaskKeys,
    frames: Vec<Frame>,
    first: u32,
    running: bool,
    traced: bool,
    cut: bool,
}

impl Stack {
    pub(super) fn of(task: TaskKeys, line: u32) -> Self {
        Stack { task, frames: Vec::new(), first: line, running: false, traced: true, cut: false }
    }

    pub(super) fn task(&self) -> &TaskKeys {
        &self.task
    }

    /// Whether frames follow: a head that only names the current thread has none.
    pub(super) fn is_traced(&self) -> bool {
        self.traced
    }

    pub(super) fn add(&mut self, frame: Frame) {
        self.frames.push(frame);
    }

    pub(super) fn cut(&mut self) {
        self.cut = true;
    }

    pub(super) fn end(self, out: &mut Builder) {
        let last = self.frames.last().map_or(self.first, |frame| frame.span.last);
        let span = out.span(self.first, last);
        out.stack(StackSighting {
            cut: self.cut,
            running: self.running,
            ..StackSighting::new(self.task, NAME, System::Freebsd, self.frames, span)
        });
    }
}

/// Whether a frame without a head above it begins a stack: ddb's commands print none in NetBSD and OpenBSD. One line of
/// this look alone is prose.
pub(super) fn opens(text: &str, line: u32, context: &Context<'_>) -> bool {
    text.contains("/frame 0x") || super::is_frame(context.plain(line + 1).trim())
}

/// The line that names the thread whose frames follow.
pub(super) fn head(text: &str, line: u32, out: &mut Builder) -> Option<Stack> {
    let rule = match text.as_bytes().first()? {
        b'T' => Rule::tracing,
        b't' => Rule::netbsd,
        b'[' => Rule::current,
        _ => return None,
    };
    let mut stack = Stack::of(TaskKeys::default(), line);
    stack.traced = rule != Rule::current;
    let (mut name, mut cpu) = (None, None);
    for part in parse(rule, text)? {
        let number = part.as_str().parse().ok();
        match part.as_rule() {
            Rule::pid => stack.task.pid = number,
            Rule::tid => stack.task.tid = number,
            // An LWP's number is its own only within its process: the first one is the process.
            Rule::lid if number == Some(1) => stack.task.tid = stack.task.pid,
            Rule::lid => stack.task.number = number.map(u64::from),
            Rule::td => stack.task.address = hex(part.as_str()),
            Rule::command => name = Some(out.name(part.as_str())),
            Rule::cpu => cpu = number,
            _ => {}
        }
    }
    // Process 0 has a number that means nobody elsewhere.
    stack.task.pid = stack.task.pid.filter(|pid| *pid != 0);
    stack.running = cpu.is_some();
    out.task(TaskSighting {
        keys: stack.task.clone(),
        name,
        system: Some(System::Freebsd),
        state: cpu.is_some().then_some(TaskState::Running),
        cpu,
        span: out.at(line),
        ..TaskSighting::default()
    });
    Some(stack)
}

/// A frame of either form.
pub(super) fn frame(text: &str, line: u32, out: &mut Builder) -> Option<Frame> {
    let rule = if text.starts_with('#') { Rule::numbered } else { Rule::frame };
    let mut frame = Frame::new(out.name("??"), out.at(line));
    let mut called = None;
    for part in parse(rule, text)? {
        match part.as_rule() {
            Rule::function => called = Some(out.name(part.as_str())),
            Rule::place => frame.symbol = out.name(part.as_str()),
            Rule::module if !matches!(part.as_str(), "netbsd" | "kernel") => {
                frame.module = Some(out.name(part.as_str()))
            }
            Rule::offset => frame.offset = hex(part.as_str()),
            Rule::pointer => frame.pointer = hex(part.as_str()),
            Rule::pc => frame.address = hex(part.as_str()),
            Rule::arguments => {
                let arguments = part.into_inner().map(|part| argument(out.name(part.as_str().trim())));
                frame.arguments = arguments.collect();
            }
            // `[../kern/kern_synch.c:414]`
            Rule::rest => {
                let place = part.as_str().trim().strip_prefix('[').and_then(|place| place.strip_suffix(']'));
                frame.location = place.map(|place| out.name(place));
            }
            _ => {}
        }
    }
    // Where the symbol of the address is unknown, the function that was called is still told.
    if let Some(called) = called.filter(|called| frame.symbol.starts_with("0x") && !called.starts_with('?')) {
        frame.symbol = called;
    }
    Some(frame)
}

fn argument(text: Name) -> Argument {
    let number = hex(&text);
    Argument { name: None, text, number, symbol: None, symbol_offset: 0 }
}

/// Lines within a stack that say nothing more.
pub(super) fn is_remark(text: &str) -> bool {
    (text.starts_with("--- ") && text.ends_with(" ---"))
        || text.starts_with("end trace frame")
        || text.starts_with("end of kernel")
        || text.starts_with("--More--")
        || is(Rule::current, text)
}
