//! ddb, the debugger in the kernels of FreeBSD, NetBSD and OpenBSD: `bt`, `alltrace`, `trace /p`, `ps`,
//! `show alllocks`, `show locks`, `show lockchain`, and the backtrace that these kernels print when they panic.
//!
//! ```text
//! Tracing command zpool pid 1741 tid 100543 td 0xfffff80012345000
//! sched_switch() at sched_switch+0x606/frame 0xfffffe003d4cc7f0
//! mi_switch() at mi_switch+0xdb/frame 0xfffffe003d4cc820
//! ```
//!
//! [`stack`] reads stacks, [`locks`] owners and chains, [`tasks`] the listing of processes. Sources of the forms:
//! `sys/ddb/db_{thread,ps}.c`, `sys/kern/subr_{witness,turnstile}.c`, `db_trace.c` of FreeBSD; `db_trace.c` of NetBSD
//! and OpenBSD.

mod locks;
mod stack;
mod tasks;
#[cfg(test)]
mod tests;

use crate::block::hex;
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Command, Context, Line, Tool};
use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;
use stacklore_model::{Fact, TaskKeys};

#[derive(Parser)]
#[grammar = "ddb/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct Ddb;

const NAME: &str = "ddb";

/// Lines above `KDB: stack backtrace:` in which the panic's message is looked for.
const ABOVE: u32 = 5;

impl Dialect for Ddb {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &[") at ", "Tracing ", "trace: pid ", "[ thread pid", "KDB: ", " r = ", ") thread 0x", " (pid ", "wmesg"]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<DdbReader>::default()
    }
}

/// What a region is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Region {
    Stack,
    Locks,
    Chain,
    Tasks,
}

#[derive(Default)]
struct DdbReader {
    region: Option<Region>,
    /// The thread in which the debugger was entered.
    current: Option<TaskKeys>,
    /// The command names the task (`trace /p 0t1741`).
    asked: Option<TaskKeys>,
    stack: Option<stack::Stack>,
    locks: locks::Locks,
    tasks: Option<tasks::Tasks>,
}

impl Reader for DdbReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        let text = line.trimmed();
        self.region = if is_head(text) || (is_frame(text) && stack::opens(text, line.number, context)) {
            Some(Region::Stack)
        } else if (text.starts_with("Process ") && is(Rule::owner, text))
            || (text.contains(" r = ") && is(Rule::held, text))
        {
            Some(Region::Locks)
        } else if text.starts_with("thread ") && is(Rule::chain, text) {
            Some(Region::Chain)
        } else if tasks::is_header(text) {
            Some(Region::Tasks)
        } else {
            None
        };
        self.region.is_some()
    }

    fn feed(&mut self, line: &Line<'_>, context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        match self.region {
            Some(Region::Stack) => self.stack_line(line, context, out),
            Some(Region::Locks) => self.locks.line(text, line.number, self.current.as_ref(), out),
            Some(Region::Chain) => self.locks.chain(text, line.number, out),
            Some(Region::Tasks) => {
                self.tasks.get_or_insert_with(|| tasks::Tasks::new(line.number)).line(&line.text, line.number, out)
            }
            None => Fed::End,
        }
    }

    fn close(&mut self, out: &mut Builder) {
        self.end_stack(out);
        self.locks.end(out);
        if let Some(tasks) = self.tasks.take() {
            tasks.end(out);
        }
        self.region = None;
    }

    fn command(&mut self, command: &Command, _out: &mut Builder) -> bool {
        if command.tool != Tool::Kernel {
            return false;
        }
        let mut words = command.text.split_whitespace();
        let traces = matches!(words.next(), Some("trace" | "bt" | "t" | "tr" | "where" | "trace/p" | "bt/t" | "bt/p"));
        let number = |word: &str| word.strip_prefix("0t").unwrap_or(word).parse::<u32>().ok();
        let named = traces.then(|| words.find_map(number)).flatten();
        self.asked = named.map(TaskKeys::tid);
        true
    }
}

impl DdbReader {
    fn stack_line(&mut self, line: &Line<'_>, context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        if text.is_empty() {
            // `alltrace` puts a blank line between threads.
            return Fed::Passed;
        }
        if text.starts_with("KDB: ") || text.starts_with("Stopped at ") {
            self.end_stack(out);
            if text.starts_with("KDB: stack backtrace") {
                self.panic(line.number, context, out);
                self.stack = Some(stack::Stack::of(self.current.clone().unwrap_or_default(), line.number));
            }
            return Fed::Taken;
        }
        if let Some(head) = stack::head(text, line.number, out) {
            self.end_stack(out);
            if head.is_traced() {
                self.stack = Some(head);
            } else {
                self.current = Some(head.task().clone());
            }
            return Fed::Taken;
        }
        if let Some(frame) = stack::frame(text, line.number, out) {
            let asked = &mut self.asked;
            let fresh = || stack::Stack::of(asked.take().unwrap_or_default(), line.number);
            self.stack.get_or_insert_with(fresh).add(frame);
            return Fed::Taken;
        }
        if stack::is_remark(text) {
            return Fed::Taken;
        }
        if crate::text::shell::is_elision(text) {
            self.stack.iter_mut().for_each(stack::Stack::cut);
            return Fed::Passed;
        }
        Fed::End
    }

    fn end_stack(&mut self, out: &mut Builder) {
        if let Some(stack) = self.stack.take() {
            stack.end(out);
        }
    }

    /// The message of a panic stands a few lines above its backtrace.
    fn panic(&mut self, line: u32, context: &Context<'_>, out: &mut Builder) {
        let above = (line.saturating_sub(ABOVE).max(1)..line).rev();
        let Some(at) = above.into_iter().find(|n| context.plain(*n).contains("panic: ")) else { return };
        let fields = vec![("kind", stacklore_model::Value::Text(out.name("panic")))];
        out.fact(Fact { relation: "report", fields, span: out.at(at) });
    }
}

fn is_head(text: &str) -> bool {
    match text.as_bytes().first() {
        Some(b'T') => is(Rule::tracing, text),
        Some(b't') => text.starts_with("trace: pid ") && is(Rule::netbsd, text),
        Some(b'[') => is(Rule::current, text),
        Some(b'K') => text.starts_with("KDB: stack backtrace") || text.starts_with("KDB: enter: "),
        _ => false,
    }
}

/// A cheap look before the grammar: `) at name+0x`.
fn is_frame(text: &str) -> bool {
    text.split_once(") at ").is_some_and(|(_, place)| place.contains("+0x")) && is(Rule::frame, text)
}

fn is(rule: Rule, text: &str) -> bool {
    Grammar::parse(rule, text).is_ok()
}

fn parse(rule: Rule, text: &str) -> Option<Vec<Pair<'_, Rule>>> {
    Some(Grammar::parse(rule, text).ok()?.next()?.into_inner().collect())
}
