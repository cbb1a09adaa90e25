//! Reports of the Go library go-deadlock, which stands in for `sync.Mutex` and `sync.RWMutex`:
//!
//! ```text
//! POTENTIAL DEADLOCK:
//! Previous place where the lock was grabbed
//! goroutine 240 lock 0xc820160440
//! inmem.go:799 bttest.(*table).gc { t.mu.RLock() } <<<<<
//!
//! Have been trying to lock it again for more than 30s
//! goroutine 68 lock 0xc820160440
//! inmem.go:785 bttest.(*table).mutableRow { t.mu.Lock() } <<<<<
//! ```
//!
//! The second sort of report (`Inconsistent locking`, `Recursive locking`) tells an order of locks and no hang: its
//! stacks are over. The first one tells who waits and who took the lock before. Source of the format: `deadlock.go`
//! and `stacktraces.go` of sasha-s/go-deadlock.

mod race;

pub(crate) use race::GoRace;

use crate::block::{self, Block};
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Context, Line};
use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;
use stacklore_model::{
    Fact, HoldSource, Known, LockHolder, LockSighting, LockWaiting, Mode, ObjectKey, Scope, SessionId, Span, System,
    TaskKeys, TaskSighting, Value,
};

#[derive(Parser)]
#[grammar = "go_deadlock/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct GoDeadlock;

const NAME: &str = "go-deadlock";

/// The beginning of every report.
const HEAD: &str = "POTENTIAL DEADLOCK:";

impl Dialect for GoDeadlock {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &[HEAD, "Other goroutines holding locks:", "happened before"]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<GoDeadlockReader>::default()
    }
}

/// What the frames that follow are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Part {
    #[default]
    Nothing,
    /// Where a lock was taken that is still held.
    Held,
    /// Where somebody has waited for so many seconds.
    Waits(Option<f64>),
    /// A step of an order of locks: the first or the second lock.
    First,
    Second,
}

/// A goroutine with the lock that it holds or wants.
struct Named {
    id: u64,
    lock: u64,
    line: u32,
}

#[derive(Default)]
struct GoDeadlockReader {
    session: Option<SessionId>,
    part: Part,
    named: Option<Named>,
    block: Option<Block>,
    /// What the innermost frame's line of code says of the mode.
    mode: Option<Mode>,
    code: bool,
    /// First and last line of all reports: goroutine dumps between them are of the same process.
    lines: Option<(u32, u32)>,
}

impl Reader for GoDeadlockReader {
    fn opens(&mut self, line: &Line<'_>, _context: &Context<'_>) -> bool {
        let text = line.trimmed();
        text.starts_with(HEAD) || (self.session.is_some() && text.starts_with("Other goroutines holding locks:"))
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        if text.is_empty() {
            self.end_block(out);
            return Fed::Passed;
        }
        let fed = self.line(text, line.number, out);
        if fed == Fed::Taken {
            let (first, _) = self.lines.unwrap_or((line.number, line.number));
            self.lines = Some((first, line.number));
        }
        fed
    }

    fn close(&mut self, out: &mut Builder) {
        self.end_block(out);
        self.part = Part::Nothing;
    }

    fn finish(&mut self, out: &mut Builder) {
        self.join(out);
    }
}

impl GoDeadlockReader {
    fn line(&mut self, text: &str, line: u32, out: &mut Builder) -> Fed {
        if let Some(rest) = text.strip_prefix(HEAD) {
            self.end_block(out);
            self.session = self.session.or_else(|| Some(out.session()));
            self.part = Part::Nothing;
            if !rest.trim().is_empty() {
                let kind = Value::Text(out.name("lock-order"));
                let span = out.at(line);
                out.fact(Fact { relation: "report", fields: vec![("kind", kind)], span });
            }
            return Fed::Taken;
        }
        if let Some(part) = part(text) {
            self.end_block(out);
            self.part = part;
            return Fed::Taken;
        }
        if let Some(found) = text.contains("goroutine ").then(|| parse(Rule::lock, text)).flatten() {
            self.end_block(out);
            self.named(found, line);
            if text.starts_with("current ") {
                self.part = Part::Second;
            }
            return Fed::Taken;
        }
        match parse(Rule::frame, text) {
            Some(found) if self.part != Part::Nothing => {
                self.frame(found, line, out);
                Fed::Taken
            }
            _ => Fed::End,
        }
    }

    fn named(&mut self, found: Pair<'_, Rule>, line: u32) {
        let (mut id, mut lock) = (None, None);
        for part in found.into_inner() {
            match part.as_rule() {
                Rule::number => id = part.as_str().parse().ok(),
                Rule::address => lock = block::hex(part.as_str()),
                _ => {}
            }
        }
        self.named = id.zip(lock).map(|(id, lock)| Named { id, lock, line });
    }

    fn keys(&self) -> TaskKeys {
        let number = self.named.as_ref().map(|named| named.id);
        TaskKeys { number, session: self.session.unwrap_or_default(), ..TaskKeys::default() }
    }

    fn frame(&mut self, found: Pair<'_, Rule>, line: u32, out: &mut Builder) {
        let (mut file, mut at) = ("", "");
        let mut frame = block::frame("", line, out);
        let first = self.block.is_none();
        for part in found.into_inner() {
            match part.as_rule() {
                Rule::file => file = part.as_str(),
                Rule::number => at = part.as_str(),
                Rule::function => frame.symbol = out.name(part.as_str().trim()),
                Rule::code if first => {
                    let code = part.as_str();
                    let read = code.contains(".RLock(");
                    self.code = read || code.contains(".Lock(");
                    self.mode = self.code.then_some(if read { Mode::Read } else { Mode::Write });
                }
                _ => {}
            }
        }
        frame.location = Some(out.name(&format!("{file}:{at}")));
        let (keys, start) = (self.keys(), self.named.as_ref().map_or(line, |named| named.line));
        let over = !matches!(self.part, Part::Waits(_));
        // Where a goroutine was is no sighting of it: it would hide where it is now.
        let keys = if over { TaskKeys { number: None, ..keys } } else { keys };
        let block = self.block.get_or_insert_with(|| Block { running: over, ..Block::new(keys, start) });
        block.frames.push(frame);
    }

    fn end_block(&mut self, out: &mut Builder) {
        let (mode, code) = (self.mode.take(), std::mem::take(&mut self.code));
        let Some(mut block) = self.block.take() else { return };
        let named = self.named.take();
        if let Some(named) = &named {
            self.sighted(named, out);
        }
        let span = out.span(block.first, block.frames.last().map_or(block.first, |frame| frame.span.last));
        if let Some(named) = named.filter(|_| matches!(self.part, Part::Held | Part::Waits(_))) {
            self.lock(&named, mode, code, span, out);
        }
        if let Part::Waits(_) = self.part {
            block.frames.insert(0, block::printed("lock timeout", block.first, out));
        }
        if self.part == Part::Second
            && let Some(frame) = block.frames.first()
        {
            let mut fields = vec![("function", Value::Text(frame.symbol.clone()))];
            fields.extend(frame.location.clone().map(|place| ("place", Value::Text(place))));
            out.fact(Fact { relation: "lock_order", fields, span });
        }
        block.finish(NAME, System::Go, out);
    }

    fn sighted(&self, named: &Named, out: &mut Builder) {
        let keys =
            TaskKeys { number: Some(named.id), session: self.session.unwrap_or_default(), ..TaskKeys::default() };
        let waited = if let Part::Waits(seconds) = self.part { seconds } else { None };
        let span = out.at(named.line);
        out.task(TaskSighting { keys, system: Some(System::Go), waited, span, ..TaskSighting::default() });
    }

    /// Who holds the lock or waits for it. The library keeps the last one that took a lock: of several readers one.
    fn lock(&self, named: &Named, mode: Option<Mode>, code: bool, span: Span, out: &mut Builder) {
        let session = self.session.unwrap_or_default();
        let task = TaskKeys { number: Some(named.id), session, ..TaskKeys::default() };
        let known = if code && mode == Some(Mode::Write) { Known::Observed } else { Known::Inferred };
        let mut sighting = LockSighting {
            object: ObjectKey::address(named.lock, Scope::Session(session)),
            kind: Some(out.name("mutex")),
            size: 0,
            holders: Vec::new(),
            waiters: Vec::new(),
            anonymous_readers: None,
            write_wanted: None,
            free: None,
            span,
        };
        if self.part == Part::Held {
            sighting.holders.push(LockHolder { task, mode, known, from: HoldSource::Owner, span });
        } else {
            sighting.waiters.push(LockWaiting { task, mode, span });
        }
        out.lock(sighting);
    }

    /// `Here is what goroutine 240 doing now` is followed by the runtime's own dump: the same goroutines.
    fn join(&self, out: &mut Builder) {
        let (Some(session), Some((first, last))) = (self.session, self.lines) else { return };
        let within = |span: Span| span.first >= first && span.first <= last + 1;
        let reading = out.reading_mut();
        let others: Vec<SessionId> = reading
            .stacks
            .iter()
            .filter(|stack| stack.dialect != NAME && stack.system == System::Go && within(stack.span))
            .map(|stack| stack.task.session)
            .collect();
        let mend = |keys: &mut TaskKeys| {
            if others.contains(&keys.session) {
                keys.session = session;
            }
        };
        reading.stacks.iter_mut().for_each(|stack| mend(&mut stack.task));
        reading.tasks.iter_mut().for_each(|task| mend(&mut task.keys));
    }
}

/// What the frames below a heading are.
fn part(text: &str) -> Option<Part> {
    if let Some(rest) = text.strip_prefix("Have been trying to lock it again for more than ") {
        return Some(Part::Waits(duration(rest)));
    }
    Some(match text.trim_end_matches(':') {
        "happened before" | "in another goroutine: happened before" => Part::First,
        "happened after" => Part::Second,
        "Previous place where the lock was grabbed (same goroutine)" => Part::First,
        "Previous place where the lock was grabbed" | "Other goroutines holding locks" => Part::Held,
        _ if text.starts_with("Here is what goroutine ") => Part::Nothing,
        "All current goroutines" => Part::Nothing,
        _ => return None,
    })
}

/// Seconds of a duration of Go: `1m30s`, `40ms`.
fn duration(text: &str) -> Option<f64> {
    let (mut seconds, mut number) = (0.0, String::new());
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        number.clear();
        number.push_str(rest.get(..digits)?);
        rest = rest.get(digits..)?;
        let letters = rest.bytes().take_while(|byte| !byte.is_ascii_digit()).count();
        let unit = match rest.get(..letters)? {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            _ => return None,
        };
        seconds += number.parse::<f64>().ok()? * unit;
        rest = rest.get(letters..)?;
    }
    Some(seconds)
}

fn parse(rule: Rule, text: &str) -> Option<Pair<'_, Rule>> {
    Grammar::parse(rule, text).ok()?.next()
}

#[cfg(test)]
mod tests;
