//! Reports and tables of the Linux lock validator (lockdep) in a kernel log:
//!
//! ```text
//! WARNING: possible recursive locking detected
//! selflock/53 is trying to acquire lock:
//! ffffffffa0002430 (demo_self){+.+.}-{3:3}, at: demo_write+0x139/0xef0 [demo]
//! 2 locks held by selflock/53:
//!  #0: ff11000000d90420 (sb_writers#3){.+.+}-{0:0}, at: vfs_write+0x75/0x166
//!  #1: ffffffffa0002430 (demo_self){+.+.}-{3:3}, at: demo_write+0x12b/0xef0 [demo]
//! ```
//!
//! A report is about an order of locks that *may* deadlock; the traces in it (`-> #1 (class){…}:`) are where a lock was
//! taken at some time before, no stacks of tasks. It ends at `stack backtrace:`, which is a console's stack like any
//! other. A table lists a lock before its task blocks on it: the last row of a blocked task can be what it waits for.
//! Source of the format: `kernel/locking/lockdep.c`.

mod body;
mod headline;
mod held;
mod lock;
mod stat;

pub(crate) use headline::is_headline;
pub(crate) use stat::LockStat;

use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Caller, Context, Line};
use held::{Row, Rows, Sort};
use lock::Lock;
use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;
use stacklore_model::{Fact, Known, MendKind, System, TaskKeys, TaskSighting, Value};

#[derive(Parser)]
#[grammar = "lockdep/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct Lockdep;

const NAME: &str = "lockdep";

impl Dialect for Lockdep {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &[
            "locking dependency detected",
            "recursive locking detected",
            "inconsistent lock state",
            "lock order detected",
            "lock inversion dependency",
            "bad unlock balance",
            "bad contention detected",
            "lock held when returning",
            "lock held at task exit",
            "locks held!",
            "held lock freed",
            "nvalid wait context",
            "suspicious RCU usage",
            "ested lock was not taken",
            "locks held by ",
            "lock held by ",
            "all locks held in the system",
            "lockdep is turned off",
            "-> #",
            "}, at: ",
            "}-{",
        ]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<LockdepReader>::default()
    }
}

/// A report whose body is being read.
struct Report {
    kind: &'static str,
    first: u32,
    last: u32,
    task: Option<TaskKeys>,
    /// The last line that was read of it.
    read: u32,
}

/// How many lines of others may stand inside a report: consoles mix what several CPUs print.
const FOREIGN_LINES: u32 = 40;

/// How far apart the lines stand that name what a report is about.
const HEAD_LINES: u32 = 6;

#[derive(Default)]
struct LockdepReader {
    report: Option<Report>,
    /// The task whose rows follow.
    holder: Option<TaskKeys>,
    /// The next lock line names what the report's task asks for.
    wanted: bool,
    /// A row that mail broke into several lines: its first and last line and what is there of it.
    torn: Option<Torn>,
    rows: Rows,
}

/// A row that goes on in the next line.
struct Torn {
    first: u32,
    last: u32,
    text: String,
}

/// No row is broken into more lines.
const MAX_TORN: u32 = 4;

impl Reader for LockdepReader {
    fn opens(&mut self, line: &Line<'_>, _context: &Context<'_>) -> bool {
        let text = line.trimmed();
        begins(text) || (self.in_report(line) && line.text.starts_with("       ") && body::is_frame(text))
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        if line.is_blank() {
            return Fed::Passed;
        }
        let text = line.trimmed();
        if text.starts_with("stack backtrace:") {
            self.tell(out);
            return Fed::End;
        }
        if let Some(kind) = headline::kind(text) {
            self.tell(out);
            self.holder = None;
            let caller = match line.prefix.caller {
                Some(Caller::Task(tid)) => known(tid),
                _ => None,
            };
            self.report = Some(Report { kind, first: line.number, last: line.number, task: caller, read: line.number });
            self.named_in_headline(text, line, out);
            return Fed::Taken;
        }
        let in_report = self.in_report(line);
        if self.mended(text, line, out) {
            return Fed::Taken;
        }
        if self.structured(text, line, out) || (in_report && body::is_body(&line.text)) {
            self.report.iter_mut().filter(|_| in_report).for_each(|report| report.read = line.number);
            return Fed::Taken;
        }
        if text.starts_with("Showing all locks held") || text.contains("lockdep is turned off") {
            self.tell(out);
            self.holder = None;
            return Fed::Taken;
        }
        if body::is_rule(text) {
            self.holder = None;
            return Fed::Taken;
        }
        Fed::End
    }

    fn sees_elisions(&self) -> bool {
        true
    }

    fn close(&mut self, _out: &mut Builder) {}

    fn finish(&mut self, out: &mut Builder) {
        self.tell(out);
        if let Some(torn) = self.torn.take() {
            out.unclear(torn.first, "a row of held locks breaks off");
        }
        self.rows.flush(out);
    }
}

/// Whether a region begins with this line.
fn begins(text: &str) -> bool {
    headline::kind(text).is_some()
        || text.starts_with("Showing all locks held")
        || text.contains("lockdep is turned off")
        || (text.contains(" held by ") && parse(Rule::held_line, text).is_some())
        || (text.contains("}") && (parse(Rule::row_line, text).is_some() || parse(Rule::lock_line, text).is_some()))
        || (text.starts_with("-> #") && parse(Rule::chain_line, text).is_some())
}

/// `#0: 0000000080183548`, whatever follows.
fn begins_row(text: &str) -> bool {
    let number = text.strip_prefix('#').and_then(|rest| rest.split_once(':')).map_or("", |(number, _)| number);
    !number.is_empty() && number.len() < 4 && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn parse(rule: Rule, text: &str) -> Option<Pair<'_, Rule>> {
    Grammar::parse(rule, text).ok()?.next()
}

/// The idle tasks of all CPUs have the id 0: it tells none of them.
fn known(tid: u32) -> Option<TaskKeys> {
    (tid != 0).then(|| TaskKeys::tid(tid))
}

impl LockdepReader {
    /// Whether this line can stand in the body of the last report. Its traces of the past belong to it; anybody else's
    /// frames are a stack.
    fn in_report(&self, line: &Line<'_>) -> bool {
        self.report.as_ref().is_some_and(|report| line.number <= report.read + FOREIGN_LINES)
    }

    /// Reads the lines that name a task or a lock.
    fn structured(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) -> bool {
        if text.starts_with('#') {
            match parse(Rule::row_line, text) {
                Some(row) => self.row(row, line, line.number, out),
                None if self.holder.is_some() && begins_row(text) => {
                    self.torn = Some(Torn { first: line.number, last: line.number, text: text.to_owned() });
                }
                None => return false,
            }
            return true;
        }
        if text.contains(" held by ") {
            let Some(held) = parse(Rule::held_line, text) else { return false };
            self.holder = who(held, line, out);
            return true;
        }
        if text.starts_with("-> #") {
            self.wanted = false;
            return parse(Rule::chain_line, text).is_some();
        }
        if text.contains("}") {
            let Some(found) = parse(Rule::lock_line, text) else { return false };
            self.lock_line(found, line, out);
            return true;
        }
        if self.report.is_some() && text.contains('/') {
            return self.task_line(text, line, out);
        }
        false
    }

    /// Puts the parts of a torn row together; whether this line is one.
    fn mended(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) -> bool {
        let Some(torn) = self.torn.take() else { return false };
        if line.number != torn.last + 1 || line.number > torn.first + MAX_TORN || text.starts_with('#') {
            out.unclear(torn.first, "a row of held locks breaks off");
            return false;
        }
        // The break stands where a blank was, but for one inside a class, whose words are glued.
        let whole = format!("{} {text}", torn.text);
        match parse(Rule::row_line, &whole) {
            Some(row) => {
                out.mend(MendKind::WrappedLine, torn.first);
                self.row(row, line, torn.first, out);
            }
            None => self.torn = Some(Torn { first: torn.first, last: line.number, text: whole }),
        }
        true
    }

    /// Adds a row that ends with this line.
    fn row(&mut self, row: Pair<'_, Rule>, line: &Line<'_>, first: u32, out: &mut Builder) {
        let (mut index, mut lock) = (None, None);
        for part in row.into_inner() {
            match part.as_rule() {
                Rule::index => index = part.as_str().parse().ok(),
                Rule::lock => lock = Some(Lock::of(part)),
                _ => {}
            }
        }
        let (Some(task), Some(lock)) = (self.holder.clone(), lock) else { return };
        // A report tells of a moment that may be long past, and the validator is off after it.
        let sort = Sort::Held(if self.in_report(line) { Known::Inferred } else { Known::Observed });
        self.rows.add(Row { task, index, lock, sort, span: out.span(first, line.number) });
    }

    /// A lock under `is trying to acquire lock:`; all others are told again by the table of held locks.
    fn lock_line(&mut self, found: Pair<'_, Rule>, line: &Line<'_>, out: &mut Builder) {
        let task = self.report.as_ref().and_then(|report| report.task.clone());
        let lock = found.into_inner().find(|part| part.as_rule() == Rule::lock).map(Lock::of);
        // The locks that the report is about stand at its head, and with them the functions that take them.
        if let Some(report) = self.report.as_mut().filter(|report| line.number <= report.last + HEAD_LINES) {
            report.last = line.number;
        }
        if let (true, Some(task), Some(lock)) = (self.wanted, task, lock) {
            self.rows.add(Row { task, index: None, lock, sort: Sort::Wanted, span: out.at(line.number) });
        }
        self.wanted = false;
    }

    fn task_line(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) -> bool {
        let Some(found) = parse(Rule::task_line, text) else { return false };
        self.wanted = found.clone().into_inner().any(|part| part.as_rule() == Rule::wants);
        let task = who(found, line, out);
        if let Some(report) = &mut self.report {
            report.task = task.or(report.task.take());
            report.last = line.number;
        }
        true
    }

    /// `WARNING: COMM/PID still has locks held!`
    fn named_in_headline(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) {
        let words = text.trim_start_matches(['[', ' ']);
        let Some((_, rest)) = words.split_once(": ").filter(|_| text.contains("still has locks held!")) else { return };
        let task = parse(Rule::task_line, rest).and_then(|found| who(found, line, out));
        if let Some(report) = self.report.as_mut().filter(|_| task.is_some()) {
            report.task = task;
        }
    }

    /// Tells the report once its body has ended.
    fn tell(&mut self, out: &mut Builder) {
        self.wanted = false;
        let Some(report) = self.report.take() else { return };
        let mut fields = vec![("kind", Value::Text(out.name(report.kind)))];
        fields.extend(report.task.map(|task| ("task", Value::Task(task))));
        let span = out.span(report.first, report.last);
        out.fact(Fact { relation: "report", fields, span });
    }
}

/// The task of a line, which is sighted there.
fn who(found: Pair<'_, Rule>, line: &Line<'_>, out: &mut Builder) -> Option<TaskKeys> {
    let who = found.into_inner().find(|part| part.as_rule() == Rule::who)?;
    let (mut name, mut tid) = (None, None);
    for part in who.into_inner() {
        match part.as_rule() {
            Rule::comm => name = Some(out.name(part.as_str())),
            Rule::pid => tid = part.as_str().parse().ok(),
            _ => {}
        }
    }
    let keys = known(tid?)?;
    let span = out.at(line.number);
    out.task(TaskSighting { keys: keys.clone(), name, system: Some(System::Linux), span, ..TaskSighting::default() });
    Some(keys)
}
