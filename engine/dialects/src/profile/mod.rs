//! Profilers and tracers: `perf script`, folded stacks, bpftrace's maps of stacks, the tools of bcc, ftrace.
//!
//! What they print says where time goes, not in what a task is stuck: each stack is a profile with its count
//! ([`StackKind::Profile`](stacklore_model::StackKind)), and no wait is read from it.
//!
//! One small dialect for each form; [`Sample`] is what they have in common.

mod bcc;
mod bpftrace;
mod folded;
mod ftrace;
mod perf;
#[cfg(test)]
mod tests;

pub(crate) use bcc::Bcc;
pub(crate) use bpftrace::Bpftrace;
pub(crate) use folded::Folded;
pub(crate) use ftrace::Ftrace;
pub(crate) use perf::PerfScript;

use crate::builder::Builder;
use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;
use stacklore_model::{Frame, StackKind, StackSighting, System, TaskKeys, TaskSighting};

#[derive(Parser)]
#[grammar = "profile/grammar.pest"]
struct Grammar;

fn parse(rule: Rule, text: &str) -> Option<Pair<'_, Rule>> {
    Grammar::parse(rule, text).ok()?.next()
}

/// A stack that is being read.
#[derive(Default)]
struct Sample {
    task: TaskKeys,
    name: Option<String>,
    frames: Vec<Frame>,
    /// The innermost frame is one of the kernel.
    kernel: bool,
    count: u64,
    first: u32,
    last: u32,
}

impl Sample {
    fn at(line: u32) -> Self {
        Sample { first: line, last: line, count: 1, ..Sample::default() }
    }

    fn add(&mut self, frame: Frame) {
        self.last = self.last.max(frame.span.last);
        self.frames.push(frame);
    }

    /// Adds the sample to what was read. Where only a name tells whose it is, samples of one name are of one task.
    fn end(mut self, dialect: &'static str, out: &mut Builder) {
        if self.frames.is_empty() {
            return;
        }
        let system = if self.kernel { System::Linux } else { System::User };
        let span = out.span(self.first, self.last);
        let name = self.name.as_deref().map(|name| out.name(name));
        if self.task.is_anonymous() {
            self.task.unique_name.clone_from(&name);
        }
        if !self.task.is_anonymous() {
            let keys = self.task.clone();
            out.task(TaskSighting { keys, name, system: Some(system), span, ..TaskSighting::default() });
        }
        out.stack(StackSighting {
            kind: StackKind::Profile(self.count),
            ..StackSighting::new(self.task, dialect, system, self.frames, span)
        });
    }
}

/// A frame `name+offset`, of any of the forms that have one.
fn frame(parsed: Pair<'_, Rule>, line: u32, out: &mut Builder) -> Frame {
    let mut frame = Frame::new(out.name("??"), out.at(line));
    for part in parsed.into_inner() {
        match part.as_rule() {
            Rule::name if part.as_str() != "[unknown]" => frame.symbol = out.name(part.as_str()),
            Rule::offset => frame.offset = u64::from_str_radix(part.as_str(), 16).ok(),
            Rule::decimal => frame.offset = number(part.as_str()),
            Rule::kernel_module => frame.module = Some(out.name(part.as_str())),
            _ => {}
        }
    }
    frame
}

/// A number as bpftrace prints offsets: decimal, or hexadecimal with `0x`.
fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}
