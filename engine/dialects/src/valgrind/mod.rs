//! Valgrind: reports of Helgrind, DRD and Memcheck, and the list of threads of `v.info scheduler`:
//!
//! ```text
//! ==4711== Thread #1: lock order "0x10C040 before 0x10C068" violated
//! ==4711== Observed (incorrect) order is: acquisition of lock at 0x10C068
//! ==4711==    at 0x4C3603C: pthread_mutex_lock (hg_intercepts.c:907)
//! ==4711==    by 0x1091F6: main (bank.c:30)
//! ==4711==  followed by a later acquisition of lock at 0x10C040
//! ```
//!
//! The stacks of a report are of moments that are over. What it says about the order of two locks is a pair of rows of
//! `lock_order`. Sources of the format: `helgrind/hg_errors.c`, `coregrind/m_debuginfo/debuginfo.c`.

use crate::block::{self, Block, is_place, leading_number};
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Context, Line};
use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;
use stacklore_model::{Fact, Frame, ObjectKey, Scope, SessionId, System, TaskKeys, TaskSighting, Value};
use std::collections::BTreeMap;

#[derive(Parser)]
#[grammar = "valgrind/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct Valgrind;

const NAME: &str = "valgrind";

impl Dialect for Valgrind {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &[
            "==    at 0x",
            "==    by 0x",
            "== Thread ",
            "== Helgrind, ",
            "== DRD, ",
            "== Memcheck, ",
            "== Possible data race",
        ]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<ValgrindReader>::default()
    }
}

/// The violation whose stacks follow.
struct Violation {
    thread: u32,
    /// Lock taken first in the order that is being told.
    held: Option<u64>,
    /// The second lock, whose frames follow.
    taken: Option<(u64, u32)>,
}

#[derive(Default)]
struct ValgrindReader {
    sessions: BTreeMap<u32, SessionId>,
    pid: u32,
    block: Option<Block>,
    violation: Option<Violation>,
    /// The frames that follow tell where something was made.
    history: bool,
    /// The thread that the report is about.
    thread: Option<u32>,
}

impl Reader for ValgrindReader {
    fn opens(&mut self, line: &Line<'_>, _context: &Context<'_>) -> bool {
        line.trimmed().starts_with("==") && parse(Rule::mark, line.trimmed()).is_some()
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let Some((pid, text)) = mark(line.trimmed()) else {
            // The program prints between the reports.
            return if line.is_blank() { Fed::Passed } else { Fed::End };
        };
        if pid != self.pid {
            self.end_block(out);
            self.violation = None;
            self.pid = pid;
        }
        if text.is_empty() || text.starts_with("---") {
            self.end_block(out);
            self.violation = self.violation.take().filter(|_| text.is_empty());
            return Fed::Taken;
        }
        if let Some(found) = text.starts_with(['a', 'b']).then(|| parse(Rule::frame, text)).flatten() {
            self.frame(found, line.number, out);
            return Fed::Taken;
        }
        self.end_block(out);
        self.heading(text, line.number, out);
        Fed::Taken
    }

    fn close(&mut self, out: &mut Builder) {
        self.end_block(out);
    }
}

impl ValgrindReader {
    fn heading(&mut self, text: &str, line: u32, out: &mut Builder) {
        if let Some(found) = text.starts_with("Thread #").then(|| parse(Rule::order, text)).flatten() {
            self.violated(found, line, out);
        } else if let Some(found) = parse(Rule::taken, text) {
            self.taken(found, line, out);
        } else if let Some(found) = text.starts_with("Thread ").then(|| parse(Rule::status, text)).flatten() {
            self.status(found, line, out);
        } else if is_history(text) {
            self.history = true;
        } else {
            if text.starts_with("Possible data race") || text.starts_with("Conflicting ") {
                self.report("race-report", line, out);
            }
            // `… by thread #2`, `Thread #1: Exiting thread still holds 1 lock`, memcheck's `Thread 3:`.
            let named = text.split_once("hread #").map(|(_, rest)| rest);
            let named = named.or_else(|| text.strip_prefix("Thread ").filter(|rest| rest.ends_with(':')));
            let named = named.or_else(|| text.split_once(" by thread ").map(|(_, rest)| rest));
            let continues = text.starts_with("Locks held") || text.starts_with("This conflicts");
            self.thread = named.and_then(leading_number).or(self.thread.filter(|_| continues));
            self.history = text.ends_with("was created");
            if !self.history {
                self.block = Some(Block::over(self.keys(out), line));
            }
        }
    }

    fn session(&mut self, out: &mut Builder) -> SessionId {
        *self.sessions.entry(self.pid).or_insert_with(|| out.session())
    }

    /// The thread that the report is about.
    fn keys(&mut self, out: &mut Builder) -> TaskKeys {
        let session = self.session(out);
        TaskKeys { number: self.thread.map(u64::from), session, pid: Some(self.pid), ..TaskKeys::default() }
    }

    fn report(&mut self, kind: &str, line: u32, out: &mut Builder) {
        let span = out.at(line);
        let fields = vec![("kind", Value::Text(out.name(kind)))];
        out.fact(Fact { relation: "report", fields, span });
    }

    fn violated(&mut self, found: Pair<'_, Rule>, line: u32, out: &mut Builder) {
        let number = found.into_inner().find(|part| part.as_rule() == Rule::number);
        let thread = number.and_then(|part| part.as_str().parse().ok()).unwrap_or(0);
        self.thread = Some(thread);
        self.violation = Some(Violation { thread, held: None, taken: None });
        self.report("lock-order", line, out);
    }

    fn taken(&mut self, found: Pair<'_, Rule>, line: u32, out: &mut Builder) {
        let (mut address, mut later, mut required) = (None, false, false);
        for part in found.into_inner() {
            match part.as_rule() {
                Rule::address => address = block::hex(part.as_str()),
                Rule::later => later = true,
                Rule::required => required = true,
                _ => {}
            }
        }
        // Who established the order is not told.
        self.thread = self.thread.filter(|_| !required);
        self.history = false;
        self.block = Some(Block::over(self.keys(out), line));
        if let Some(violation) = &mut self.violation {
            if later {
                violation.taken = address.map(|address| (address, line));
            } else {
                violation.held = address;
                self.thread = (!required).then_some(violation.thread);
            }
        }
    }

    /// A thread of `v.info scheduler`: where it is now.
    fn status(&mut self, found: Pair<'_, Rule>, line: u32, out: &mut Builder) {
        let (mut numbers, mut runs) = (Vec::new(), false);
        for part in found.into_inner() {
            match part.as_rule() {
                Rule::number => numbers.push(part.as_str()),
                Rule::state => runs = part.as_str() == "VgTs_Runnable",
                _ => {}
            }
        }
        self.thread = numbers.first().and_then(|number| number.parse().ok());
        self.history = false;
        let keys = TaskKeys { tid: numbers.get(1).and_then(|number| number.parse().ok()), ..self.keys(out) };
        let span = out.at(line);
        let system = Some(System::User);
        out.task(TaskSighting { keys: keys.clone(), system, span, ..TaskSighting::default() });
        self.block = Some(Block { running: runs, ..Block::new(keys, line) });
    }

    fn frame(&mut self, found: Pair<'_, Rule>, line: u32, out: &mut Builder) {
        if self.history {
            return;
        }
        let mut frame = block::frame("", line, out);
        for part in found.into_inner() {
            match part.as_rule() {
                Rule::address => frame.address = block::hex(part.as_str()),
                Rule::rest => call(part.as_str(), &mut frame, out),
                _ => {}
            }
        }
        let keys = if self.block.is_none() { self.keys(out) } else { TaskKeys::default() };
        self.block.get_or_insert_with(|| Block::over(keys, line)).frames.push(frame);
    }

    fn end_block(&mut self, out: &mut Builder) {
        let Some(block) = self.block.take() else { return };
        if let Some(violation) = &mut self.violation
            && let (Some(held), Some((taken, line))) = (violation.held, violation.taken.take())
        {
            let scope = Scope::Process(self.pid);
            let mut fields = vec![
                ("held", Value::Object(ObjectKey::address(held, scope))),
                ("taken", Value::Object(ObjectKey::address(taken, scope))),
            ];
            if !block.task.is_anonymous() {
                fields.push(("task", Value::Task(block.task.clone())));
            }
            // The innermost frame is the checker's own.
            if let Some(frame) = block.frames.get(1) {
                fields.push(("function", Value::Text(frame.symbol.clone())));
                fields.extend(frame.location.clone().map(|place| ("place", Value::Text(place))));
            }
            let span = out.at(line);
            out.fact(Fact { relation: "lock_order", fields, span });
            violation.held = None;
        }
        block.finish(NAME, System::User, out);
    }
}

/// The process and the text behind its mark.
fn mark(text: &str) -> Option<(u32, &str)> {
    if !text.starts_with("==") {
        return None;
    }
    let found = parse(Rule::mark, text)?;
    let (mut pid, mut rest) = (None, "");
    for part in found.into_inner() {
        match part.as_rule() {
            Rule::number => pid = part.as_str().parse().ok(),
            Rule::rest => rest = part.as_str(),
            _ => {}
        }
    }
    Some((pid?, rest.trim()))
}

/// `pthread_mutex_lock (hg_intercepts.c:907)`, `main (in /usr/bin/bankd)`, `???`.
fn call(text: &str, frame: &mut Frame, out: &mut Builder) {
    let mut text = text.trim();
    if let Some((before, group)) = text.strip_suffix(')').and_then(|text| text.rsplit_once(" (")) {
        if let Some(module) = group.strip_prefix("in ") {
            let name = module.rsplit('/').next().unwrap_or(module);
            frame.module = Some(out.name(name));
            text = before;
        } else if is_place(group) {
            frame.location = Some(out.name(group));
            text = before;
        }
    }
    frame.symbol = out.name(if text == "???" { "??" } else { text });
}

/// Headings of stacks that tell where something was made or seen first.
fn is_history(text: &str) -> bool {
    [
        " was created",
        " first observed",
        " was alloc",
        "alloc'd",
        "free'd",
        " initialised at",
        "was acquired at",
        "block was",
    ]
    .iter()
    .any(|words| text.contains(words))
        || text.starts_with("Address ")
        || text.starts_with("Block was")
        || text.starts_with("Lock at ")
}

fn parse(rule: Rule, text: &str) -> Option<Pair<'_, Rule>> {
    Grammar::parse(rule, text).ok()?.next()
}

#[cfg(test)]
mod tests {
    use crate::driver::read;
    use stacklore_model::{Document, Reading, SourceId, Value};

    fn reading(text: &str) -> Reading {
        read(SourceId(0), &Document::from_text("x", text))
    }

    fn stacks(reading: &Reading) -> Vec<(Option<u64>, Option<u32>, bool, String)> {
        let frames = |s: &stacklore_model::StackSighting| {
            s.frames.iter().map(|f| f.symbol.to_string()).collect::<Vec<_>>().join(" ")
        };
        reading.stacks.iter().map(|s| (s.task.number, s.task.tid, s.running, frames(s))).collect()
    }

    #[test]
    fn an_order_of_locks() {
        let text = "==47== Thread #2: lock order \"0x10C040 before 0x10C068\" violated\n==47== \n\
            ==47== Observed (incorrect) order is: acquisition of lock at 0x10C068\n\
            ==47==    at 0x4C36: pthread_mutex_lock (hg.c:907)\n==47==    by 0x1091: back (bank.c:24)\n==47== \n\
            ==47==  followed by a later acquisition of lock at 0x10C040\n\
            ==47==    at 0x4C36: pthread_mutex_lock (hg.c:907)\n==47==    by 0x1092: back (bank.c:25)\n==47== \n\
            ==47== Required order was established by acquisition of lock at 0x10C040\n\
            ==47==    at 0x4C36: pthread_mutex_lock (hg.c:907)\n==47==    by 0x1093: move (bank.c:14)\n==47== \n\
            ==47==  followed by a later acquisition of lock at 0x10C068\n\
            ==47==    at 0x4C36: pthread_mutex_lock (hg.c:907)\n==47==    by 0x1094: move (in /opt/bankd)\n==47== \n\
            ==47==  Lock at 0x10C040 was first observed\n==47==    at 0x4C36: pthread_mutex_init (hg.c:7)\n\
            ==47==  Address 0x10c040 is 0 bytes inside data symbol \"a\"\nprinted by the program\n";
        let reading = reading(text);
        let lock = |name: &str| format!("pthread_mutex_lock {name}");
        assert_eq!(
            stacks(&reading),
            [
                (Some(2), None, true, lock("back")),
                (Some(2), None, true, lock("back")),
                (None, None, true, lock("move")),
                (None, None, true, lock("move"))
            ]
        );
        let orders: Vec<_> = reading
            .facts
            .iter()
            .filter(|fact| fact.relation == "lock_order")
            .map(|fact| {
                let address = |name: &str| match fact.fields.iter().find(|(field, _)| *field == name) {
                    Some((_, Value::Object(key))) => key.address,
                    _ => None,
                };
                (address("held"), address("taken"))
            })
            .collect();
        assert_eq!(orders, [(Some(0x10c068), Some(0x10c040)), (Some(0x10c040), Some(0x10c068))]);
        assert!(reading.facts.iter().any(|fact| fact.relation == "report"));
    }

    #[test]
    fn races_errors_and_the_list_of_threads() {
        let text = "==5== Possible data race during read of size 4 at 0x601054 by thread #1\n==5== Locks held: none\n\
            ==5==    at 0x1: main (x.c:13)\n==5== \n==5== This conflicts with a previous write of size 4 by thread #2\n\
            ==5==    at 0x2: child (x.c:6)\n==5== \n==5== Invalid read of size 4\n==5==    at 0x3: f (x.c:1)\n==5==    by 0x4: ???\n==5== \n\
            ==5== Thread 1: status = VgTs_WaitSys syscall 202 (lwpid 7)\n==5==    at 0x5: pthread_cond_wait (w.c:1)\n\
            ==00:00:01:02.345 5== Thread 2: status = VgTs_Runnable (lwpid 8)\n==00:00:01:02.345 5==    at 0x6: spin (w.c:2)\n";
        let reading = reading(text);
        let expected = [
            (Some(1), None, true, "main"),
            (Some(2), None, true, "child"),
            (None, None, true, "f ??"),
            (Some(1), Some(7), false, "pthread_cond_wait"),
            (Some(2), Some(8), true, "spin"),
        ];
        assert_eq!(stacks(&reading), expected.map(|(n, tid, runs, frames)| (n, tid, runs, frames.to_owned())));
        assert!(self::reading("== Thread 1: nothing ==\n=== Possible data race ===\n").dialects.is_empty());
    }
}
