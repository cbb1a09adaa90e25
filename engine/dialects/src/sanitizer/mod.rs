//! Reports of ThreadSanitizer and its sisters:
//!
//! ```text
//! WARNING: ThreadSanitizer: lock-order-inversion (potential deadlock) (pid=26155)
//!   Cycle in lock order graph: M0 (0x7ffd7bd7ecd0) => M1 (0x7ffd7bd7ecd8) => M0
//!
//!   Mutex M1 acquired here while holding mutex M0 in main thread:
//!     #0 pthread_mutex_lock <null> (exe+0x4a2b)
//!     #1 main /src/a.c:15:3 (exe+0x8b12)
//! ```
//!
//! The stacks are of moments that are over: they say where a lock was taken, not where a thread waits. An order of two
//! locks is a row of `lock_order`. Stacks of where a thread, a lock or a block of memory was made are passed over.
//! Source of the format: `tsan_report.cpp` and `sanitizer_stacktrace_printer.cpp` of compiler-rt.

mod call;

use crate::block::{self, Block, leading_number};
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Context, Line};
use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;
use stacklore_model::{Fact, ObjectKey, Scope, SessionId, System, TaskKeys, TaskSighting, Value};
use std::collections::BTreeMap;

#[derive(Parser)]
#[grammar = "sanitizer/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct Sanitizer;

const NAME: &str = "sanitizer";

impl Dialect for Sanitizer {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["Sanitizer: "]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<SanitizerReader>::default()
    }
}

/// An order of locks whose place is not known before the frames.
struct Order {
    held: String,
    taken: String,
    task: TaskKeys,
    line: u32,
}

/// A report whose lines are being read.
struct Report {
    kind: Option<&'static str>,
    session: SessionId,
    pid: Option<u32>,
    first: u32,
    last: u32,
    /// Addresses of the report's locks.
    locks: BTreeMap<String, u64>,
    /// Threads by their numbers: 0 is the main thread.
    threads: BTreeMap<u32, Thread>,
    order: Option<Order>,
    orders: Vec<(Order, Option<String>, Option<String>)>,
}

#[derive(Default)]
struct Thread {
    tid: Option<u32>,
    name: Option<String>,
    line: u32,
}

#[derive(Default)]
struct SanitizerReader {
    report: Option<Report>,
    block: Option<Block>,
    blocks: Vec<Block>,
    /// The frames that follow tell where something was made.
    history: bool,
}

impl Reader for SanitizerReader {
    fn opens(&mut self, line: &Line<'_>, _context: &Context<'_>) -> bool {
        line.text.contains("Sanitizer: ") && parse(Rule::headline, line.trimmed()).is_some()
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        if text.is_empty() {
            self.end_block();
            return Fed::Passed;
        }
        if let Some(found) = text.contains("Sanitizer: ").then(|| parse(Rule::headline, text)).flatten() {
            self.tell(out);
            self.begin(found, line.number, out);
            return Fed::Taken;
        }
        let Some(report) = &mut self.report else { return Fed::End };
        if text.starts_with("SUMMARY: ") || (text.len() >= 10 && text.bytes().all(|byte| byte == b'=')) {
            report.last = line.number;
            self.tell(out);
            return Fed::Taken;
        }
        if text.starts_with('#') || has_lost_sign(text) {
            let Some(found) = parse(Rule::frame, text) else {
                out.unclear(line.number, "looks like a frame of a sanitizer");
                return Fed::Passed;
            };
            report.last = line.number;
            self.frame(found, line.number, out);
            return Fed::Taken;
        }
        self.section(text, line.number)
    }

    fn close(&mut self, out: &mut Builder) {
        self.tell(out);
    }
}

impl SanitizerReader {
    fn begin(&mut self, found: Pair<'_, Rule>, line: u32, out: &mut Builder) {
        let (mut pid, mut kind) = (None, None);
        for part in found.into_inner() {
            match part.as_rule() {
                Rule::number => pid = part.as_str().parse().ok(),
                Rule::rest => {
                    let rest = part.as_str();
                    pid = rest.split_once("(pid=").and_then(|(_, rest)| leading_number(rest)).or(pid);
                    kind = match rest {
                        _ if rest.contains("lock-order-inversion") => Some("lock-order"),
                        _ if rest.contains("data race") => Some("race-report"),
                        _ => None,
                    };
                }
                _ => {}
            }
        }
        self.report = Some(Report {
            kind,
            session: out.session(),
            pid,
            first: line,
            last: line,
            locks: BTreeMap::new(),
            threads: BTreeMap::new(),
            order: None,
            orders: Vec::new(),
        });
        // AddressSanitizer prints the stack of the fault directly below.
        self.history = false;
    }

    /// A line that heads frames, or says something about the report.
    fn section(&mut self, text: &str, line: u32) -> Fed {
        self.end_block();
        let Some(report) = &mut self.report else { return Fed::End };
        if let Some(found) = text.starts_with("Cycle in ").then(|| parse(Rule::order, text)).flatten() {
            report.cycle(found);
        } else if let Some(found) = text.starts_with("Mutex M").then(|| parse(Rule::taken, text)).flatten() {
            let task = report.taken(found, line);
            self.block = Some(Block::over(task, line));
            self.history = false;
        } else if let Some(found) = text.starts_with("Thread T").then(|| parse(Rule::thread, text)).flatten() {
            report.thread(found, line);
            self.history = true;
        } else if let Some(number) = actor(text) {
            let task = report.keys(number, line);
            self.block = Some(Block::over(task, line));
            self.history = false;
        } else if text.ends_with(':') || text.ends_with("here") || text.ends_with(" at") {
            self.history = true;
        } else if !is_remark(text) {
            return Fed::End;
        }
        report.last = line;
        Fed::Taken
    }

    fn frame(&mut self, found: Pair<'_, Rule>, line: u32, out: &mut Builder) {
        let Some(report) = &mut self.report else { return };
        if self.history {
            return;
        }
        let mut frame = block::frame("", line, out);
        for part in found.into_inner() {
            match part.as_rule() {
                Rule::pc => frame.address = block::hex(part.as_str()),
                Rule::rest => call::read(part.as_str(), &mut frame, out),
                _ => {}
            }
        }
        let block = self.block.get_or_insert_with(|| {
            let task = report.keys(0, report.first);
            Block::over(task, report.first)
        });
        block.frames.push(frame);
        // The innermost frame is the checker's own.
        if block.frames.len() == 2
            && let Some(order) = report.order.take()
            && let Some(frame) = block.frames.last()
        {
            report.orders.push((order, Some(frame.symbol.to_string()), frame.location.as_deref().map(str::to_owned)));
        }
    }

    fn end_block(&mut self) {
        if let Some(report) = &mut self.report
            && let Some(order) = report.order.take()
        {
            report.orders.push((order, None, None));
        }
        self.blocks.extend(self.block.take());
    }

    /// Tells the report once it has ended: only then are all threads known.
    fn tell(&mut self, out: &mut Builder) {
        self.end_block();
        let Some(report) = self.report.take() else { return };
        for mut block in std::mem::take(&mut self.blocks) {
            block.task = report.complete(&block.task);
            block.finish(NAME, System::User, out);
        }
        report.tell(out);
    }
}

impl Report {
    /// The thread of that number, seen in that line.
    fn keys(&mut self, number: u32, line: u32) -> TaskKeys {
        let thread = self.threads.entry(number).or_insert_with(|| Thread { line, ..Thread::default() });
        if number == 0 {
            thread.tid = self.pid;
        }
        TaskKeys {
            number: Some(u64::from(number)),
            session: self.session,
            pid: self.pid,
            tid: thread.tid,
            ..TaskKeys::default()
        }
    }

    /// The keys with the thread id that a later line tells.
    fn complete(&self, keys: &TaskKeys) -> TaskKeys {
        let number = keys.number.and_then(|number| u32::try_from(number).ok());
        let tid = number.and_then(|number| self.threads.get(&number)?.tid);
        TaskKeys { tid, ..keys.clone() }
    }

    fn cycle(&mut self, found: Pair<'_, Rule>) {
        for lock in found.into_inner().filter(|part| part.as_rule() == Rule::lock) {
            let mut parts = lock.into_inner();
            if let (Some(name), Some(address)) = (parts.next(), parts.next())
                && let Some(address) = block::hex(address.as_str())
            {
                self.locks.insert(name.as_str().to_owned(), address);
            }
        }
    }

    fn taken(&mut self, found: Pair<'_, Rule>, line: u32) -> TaskKeys {
        let (mut names, mut number) = (Vec::new(), 0);
        for part in found.into_inner() {
            match part.as_rule() {
                Rule::mutex => names.push(part.as_str().to_owned()),
                Rule::who => {
                    let of = part.into_inner().find(|part| part.as_rule() == Rule::number);
                    number = of.and_then(|part| part.as_str().parse().ok()).unwrap_or(0);
                }
                _ => {}
            }
        }
        let task = self.keys(number, line);
        if let [taken, held] = &names[..] {
            self.order = Some(Order { held: held.clone(), taken: taken.clone(), task: task.clone(), line });
        }
        task
    }

    fn thread(&mut self, found: Pair<'_, Rule>, line: u32) {
        let (mut number, mut thread) = (0, Thread { line, ..Thread::default() });
        for part in found.into_inner() {
            match part.as_rule() {
                Rule::number => number = part.as_str().parse().unwrap_or(0),
                Rule::name => thread.name = Some(part.as_str().to_owned()),
                Rule::tid => thread.tid = part.as_str().parse().ok(),
                _ => {}
            }
        }
        self.threads.insert(number, thread);
    }

    fn object(&self, name: &str, out: &mut Builder) -> ObjectKey {
        let scope = self.pid.map_or(Scope::Session(self.session), Scope::Process);
        match self.locks.get(name) {
            Some(address) => ObjectKey::address(*address, scope),
            None => ObjectKey::symbol(out.name(name), Scope::Session(self.session)),
        }
    }

    fn tell(self, out: &mut Builder) {
        for (number, thread) in &self.threads {
            let keys = TaskKeys { number: Some(u64::from(*number)), session: self.session, ..TaskKeys::default() };
            let name = thread.name.as_ref().map(|name| out.name(name));
            let span = out.at(thread.line);
            out.task(TaskSighting {
                keys: TaskKeys { pid: self.pid, tid: thread.tid, ..keys },
                name,
                system: Some(System::User),
                span,
                ..TaskSighting::default()
            });
        }
        for (order, function, place) in &self.orders {
            let (held, taken) = (self.object(&order.held, out), self.object(&order.taken, out));
            let mut fields = vec![
                ("task", Value::Task(self.complete(&order.task))),
                ("held", Value::Object(held)),
                ("taken", Value::Object(taken)),
            ];
            fields.extend(function.as_deref().map(|text| ("function", Value::Text(out.name(text)))));
            fields.extend(place.as_deref().map(|text| ("place", Value::Text(out.name(text)))));
            let span = out.at(order.line);
            out.fact(Fact { relation: "lock_order", fields, span });
        }
        if let Some(kind) = self.kind {
            let span = out.span(self.first, self.last);
            let fields = vec![("kind", Value::Text(out.name(kind)))];
            out.fact(Fact { relation: "report", fields, span });
        }
    }
}

/// The thread that did something: `Write of size 4 at 0x… by thread T1 (mutexes: write M0):`, `in main thread:`.
fn actor(text: &str) -> Option<u32> {
    let text = text.strip_suffix(':')?;
    if text.contains("created") || text.contains("allocated") || text.starts_with("Location ") {
        return None;
    }
    let (_, who) = text.rsplit_once(" by ").or_else(|| text.rsplit_once(" in "))?;
    if who.starts_with("main thread") {
        return Some(0);
    }
    leading_number(who.strip_prefix("thread T")?)
}

/// Whether a line is a frame of which a page took the sign for a heading's: a number, and a module or a place at the end.
fn has_lost_sign(text: &str) -> bool {
    text.split_once(' ').is_some_and(|(number, rest)| {
        (1..=3).contains(&number.len())
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && (rest.ends_with(')') || rest.starts_with("0x") || block::is_place(rest))
    })
}

/// Lines of a report that say nothing of its threads.
fn is_remark(text: &str) -> bool {
    [
        "Hint:",
        "Location is ",
        "As if synchronized",
        "Mutex M",
        "And ",
        "==",
        "The signal ",
        "Register values",
        "[failed",
    ]
    .iter()
    .any(|head| text.starts_with(head))
}

fn parse(rule: Rule, text: &str) -> Option<Pair<'_, Rule>> {
    Grammar::parse(rule, text).ok()?.next()
}

#[cfg(test)]
mod tests;
