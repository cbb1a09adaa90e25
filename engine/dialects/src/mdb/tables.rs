//! Tables: `::rwlock`, `::mutex`, `::kgrep | ::whatis`, `::ps -t`, `::threadlist`, `::wchaninfo`.

use super::stack::{Stack, thread_name, thread_state};
use super::{Grammar, Rule, hex};
use crate::builder::Builder;
use crate::dialect::Fed;
use crate::text::shell::is_mark_of_elision;
use crate::text::{Context, Line};
use pest::Parser;
use pest::iterators::Pair;
use stacklore_model::{
    Fact, HoldSource, Known as Sure, LockHolder, LockSighting, LockWaiting, Mode, ObjectKey, ProcessSighting, Scope,
    Span, TaskKeys, TaskSighting, Value,
};
use std::collections::HashMap;

/// Which table is being read.
pub(super) enum Table {
    Rwlock(Option<Box<LockSighting>>),
    Mutex,
    /// The value that was searched for.
    Whatis(Option<u64>),
    Processes,
    Threads,
    Wchan(Option<Box<LockSighting>>),
    /// A word printed with `/J` and the like.
    Word,
    /// Headers and other lines that only introduce a table.
    Heading,
}

/// What the session showed so far, for joins at its end.
#[derive(Default)]
pub(super) struct Known {
    /// Process id and name of the last process row.
    process: Option<(u32, String)>,
    /// Frame pointers with their functions, by thread.
    stacks: HashMap<u64, Vec<(u64, String)>>,
    /// Hits on stacks: address of the word, its thread, the value, the line.
    hits: Vec<(u64, u64, u64, u32)>,
}

impl Known {
    pub(super) fn stack(&mut self, stack: &Stack) {
        if let Some(thread) = stack.task().address {
            let frames = stack.frames().iter().filter_map(|frame| Some((frame.pointer?, frame.symbol.to_string())));
            self.stacks.insert(thread, frames.collect());
        }
    }

    /// The rows of `stack_word`, each with the frame in which the word lies.
    pub(super) fn tell(&mut self, out: &mut Builder) {
        for (at, thread, value, line) in std::mem::take(&mut self.hits) {
            // The locals of a frame lie below its pointer, above the pointer of the next inner one.
            let frame = self.stacks.get(&thread).and_then(|frames| frames.iter().find(|(pointer, _)| *pointer > at));
            let mut fields = vec![
                ("task", Value::Task(TaskKeys::address(thread))),
                ("object", Value::Object(ObjectKey::address(value, Scope::Kernel))),
            ];
            if let Some((_, function)) = frame {
                fields.push(("frame", Value::Text(out.name(function))));
            }
            let span = out.at(line);
            out.fact(Fact { relation: "stack_word", fields, span });
        }
    }
}

impl Table {
    /// The table that begins with this line.
    pub(super) fn opened_by(line: &Line<'_>, typed: &str, after_prompt: bool) -> Option<Self> {
        let text = line.trimmed();
        if text.contains("OWNER/COUNT") && text.contains("FLAGS") {
            return Some(Table::Rwlock(None));
        }
        if text.starts_with("ADDR") && text.contains("TYPE") && text.contains("HELD") {
            return Some(Table::Mutex);
        }
        if text.starts_with("ADDR") && text.contains("CMD/LWPID") {
            return Some(Table::Threads);
        }
        if text.starts_with("ADDR") && text.contains("NWAITERS") {
            return Some(Table::Wchan(None));
        }
        if text.starts_with("THREAD") && text.contains("STATE") && text.contains("SOBJ") {
            return Some(Table::Heading);
        }
        if text.starts_with("S ") && text.contains("PPID") && text.contains("FLAGS") && text.contains("ADDR") {
            return Some(Table::Processes);
        }
        // Rows begin with an address, or with the letter of a process or thread.
        let first = text.split([' ', '\t']).next().unwrap_or("");
        let address = first.len() >= 4 && first.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'x');
        if !address && first.len() != 1 && !after_prompt {
            return None;
        }
        if is(Rule::rwlock, text) && (typed.contains("::rwlock") || text.contains("READERS=")) {
            return Some(Table::Rwlock(None));
        }
        if is(Rule::mutex, text) {
            return Some(Table::Mutex);
        }
        if text.contains(" is in ") && is(Rule::in_stack, text)
            || (typed.contains("::whatis") && is(Rule::whatis, text))
        {
            let value = typed.split_once("::kgrep").and_then(|(value, _)| hex(value.trim()));
            return Some(Table::Whatis(value));
        }
        if is(Rule::process, text) || is(Rule::member, text) {
            return Some(Table::Processes);
        }
        let printed = typed.split_once('/').is_some_and(|(address, _)| hex(address.trim()).is_some());
        if after_prompt && printed && text.contains(": ") {
            return Some(Table::Word);
        }
        None
    }

    pub(super) fn feed(&mut self, line: &Line<'_>, context: &Context<'_>, known: &mut Known, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        if text.is_empty() {
            return Fed::End;
        }
        let taken = match self {
            Table::Rwlock(lock) => rwlock(lock, line, out),
            Table::Mutex => mutex(line, out),
            Table::Whatis(value) => whatis(*value, line, context, known),
            Table::Processes => process(line, known, out),
            Table::Threads => thread(line, out) || is_mark_of_elision(text),
            Table::Word => word(line, out),
            Table::Wchan(lock) => wchan(lock, line, out),
            Table::Heading => {
                *self = Table::Mutex;
                true
            }
        };
        if taken { Fed::Taken } else { Fed::End }
    }

    pub(super) fn end(self, _known: &mut Known, out: &mut Builder) {
        if let Table::Rwlock(Some(lock)) | Table::Wchan(Some(lock)) = self {
            out.lock(*lock);
        }
    }
}

fn is(rule: Rule, text: &str) -> bool {
    Grammar::parse(rule, text).is_ok()
}

fn parse(rule: Rule, text: &str) -> Option<Vec<Pair<'_, Rule>>> {
    Some(Grammar::parse(rule, text).ok()?.next()?.into_inner().collect())
}

fn new_lock(address: u64, kind: &str, span: Span, out: &mut Builder) -> LockSighting {
    LockSighting {
        object: ObjectKey::address(address, Scope::Kernel),
        kind: Some(out.name(kind)),
        size: 8,
        holders: Vec::new(),
        waiters: Vec::new(),
        anonymous_readers: None,
        write_wanted: None,
        free: None,
        span,
    }
}

fn holder(thread: u64, span: Span) -> LockHolder {
    LockHolder {
        task: TaskKeys::address(thread),
        mode: Some(Mode::Write),
        known: Sure::Observed,
        from: HoldSource::Owner,
        span,
    }
}

/// `FLAGS` are write-locked, write-wanted, has-waiters; a write-locked lock names its owner, a read-locked one counts
/// its readers (`sobj.c`).
fn rwlock(lock: &mut Option<Box<LockSighting>>, line: &Line<'_>, out: &mut Builder) -> bool {
    let text = line.trimmed();
    if text.contains("OWNER/COUNT") {
        return true;
    }
    let span = out.at(line.number);
    if let Some(parts) = parse(Rule::rwlock, text) {
        if let Some(done) = lock.take() {
            out.lock(*done);
        }
        let mut read: Option<LockSighting> = None;
        for part in parts {
            match (part.as_rule(), &mut read) {
                (Rule::address, read) => {
                    *read = hex(part.as_str()).map(|address| new_lock(address, "rwlock", span, out));
                }
                (Rule::readers, Some(read)) => {
                    read.anonymous_readers = part.into_inner().next().and_then(|count| count.as_str().parse().ok());
                    read.free = Some(false);
                }
                (Rule::nobody, Some(read)) => read.free = Some(part.as_str() == "-"),
                (Rule::holder, Some(read)) => {
                    read.holders.extend(hex(part.as_str()).map(|thread| holder(thread, span)));
                    read.free = Some(false);
                }
                (Rule::flags, Some(read)) => read.write_wanted = Some(part.as_str().as_bytes().get(2) == Some(&b'1')),
                (Rule::waiter, Some(read)) => read.waiters.extend(waiting(part, span)),
                _ => {}
            }
        }
        *lock = read.map(Box::new);
        return true;
    }
    let (Some(lock), Some(parts)) = (lock, parse(Rule::drawing, text)) else { return false };
    lock.span = lock.span.to(span);
    for part in parts.into_iter().filter(|part| part.as_rule() == Rule::waiter) {
        lock.waiters.extend(waiting(part, span));
    }
    true
}

fn waiting(part: Pair<'_, Rule>, span: Span) -> Option<LockWaiting> {
    let mut parts = part.into_inner();
    let thread = hex(parts.next()?.as_str())?;
    let mode = match parts.next()?.as_str() {
        "R" => Some(Mode::Read),
        "W" => Some(Mode::Write),
        _ => None,
    };
    Some(LockWaiting { task: TaskKeys::address(thread), mode, span })
}

fn mutex(line: &Line<'_>, out: &mut Builder) -> bool {
    let text = line.trimmed();
    if text.contains("HELD") && text.starts_with("ADDR") {
        return true;
    }
    let Some(parts) = parse(Rule::mutex, text) else { return false };
    let span = out.at(line.number);
    let kind = if text.contains(" spin ") { "spinlock" } else { "mutex" };
    let mut lock = None;
    for part in parts {
        match (part.as_rule(), &mut lock) {
            (Rule::address, lock) => *lock = hex(part.as_str()).map(|address| new_lock(address, kind, span, out)),
            (Rule::no, Some(lock)) => lock.free = Some(true),
            (Rule::holder, Some(lock)) => {
                lock.holders.extend(hex(part.as_str()).map(|thread| holder(thread, span)));
                lock.free = Some(false);
            }
            _ => {}
        }
    }
    if let Some(lock) = lock {
        out.lock(lock);
    }
    true
}

fn whatis(value: Option<u64>, line: &Line<'_>, context: &Context<'_>, known: &mut Known) -> bool {
    let text = line.trimmed();
    if let Some(parts) = parse(Rule::in_stack, text) {
        let mut numbers = parts.iter().filter(|part| matches!(part.as_rule(), Rule::address | Rule::thread));
        let mut next = || numbers.next().and_then(|part| hex(part.as_str()));
        if let (Some(at), Some(thread), Some(value)) = (next(), next(), value) {
            known.hits.push((at, thread, value, line.number));
        }
        return true;
    }
    if is(Rule::whatis, text) {
        return true;
    }
    // The end of a wrapped line: `… allocated from` and then the name of the cache.
    let before = context.plain(line.number.saturating_sub(1));
    let before = before.trim_end();
    !text.contains(' ') && (before.ends_with("from") || before.ends_with("in") || before.ends_with("a"))
}

fn process(line: &Line<'_>, known: &mut Known, out: &mut Builder) -> bool {
    let text = line.trimmed();
    if text.starts_with("S ") && text.contains("PPID") {
        return true;
    }
    let span = out.at(line.number);
    if let Some(parts) = parse(Rule::process, text) {
        let numbers: Vec<u32> = parts
            .iter()
            .filter(|part| part.as_rule() == Rule::number)
            .filter_map(|part| part.as_str().parse().ok())
            .collect();
        let name = parts.iter().find(|part| part.as_rule() == Rule::name).map(|part| part.as_str().trim());
        let (Some(pid), Some(name)) = (numbers.first().copied(), name) else { return false };
        known.process = Some((pid, name.to_owned()));
        let name = Some(out.name(name));
        let parent = numbers.get(1).copied();
        out.process(ProcessSighting { pid, name, parent, span, ..ProcessSighting::default() });
        return true;
    }
    if let Some(parts) = parse(Rule::member, text) {
        let mut sighting =
            TaskSighting { span, system: Some(stacklore_model::System::Illumos), ..TaskSighting::default() };
        for part in parts {
            match part.as_rule() {
                Rule::thread => sighting.keys.address = hex(part.as_str()),
                Rule::ts_state => sighting.state = thread_state(part.as_str()),
                _ => {}
            }
        }
        if let Some((pid, name)) = &known.process {
            sighting.keys.pid = Some(*pid);
            sighting.name = Some(out.name(name));
        }
        out.task(sighting);
        return true;
    }
    text.starts_with("L ") && text.contains("lwp ID")
}

fn thread(line: &Line<'_>, out: &mut Builder) -> bool {
    let text = line.trimmed();
    if text.starts_with("ADDR") {
        return true;
    }
    let Some(parts) = parse(Rule::listed, text) else { return false };
    let span = out.at(line.number);
    let mut sighting = TaskSighting { span, system: Some(stacklore_model::System::Illumos), ..TaskSighting::default() };
    for part in parts {
        match part.as_rule() {
            Rule::thread => sighting.keys.address = hex(part.as_str()),
            Rule::lwp => sighting.kernel = Some(part.as_str() == "0"),
            Rule::name => sighting.name = Some(out.name(&thread_name(part.as_str().trim()))),
            _ => {}
        }
    }
    out.task(sighting);
    true
}

/// The raw word of an object: what it means depends on the object.
fn word(line: &Line<'_>, out: &mut Builder) -> bool {
    let address = line.trimmed().split_once(':').and_then(|(address, _)| hex(address.trim()));
    let Some(address) = address.filter(|address| *address > 0xffff) else { return false };
    let span = out.at(line.number);
    let mut lock = new_lock(address, "", span, out);
    lock.kind = None;
    lock.size = 0;
    out.lock(lock);
    true
}

/// A condition or semaphore and the threads that sleep on it; with `-v` further threads follow alone.
fn wchan(lock: &mut Option<Box<LockSighting>>, line: &Line<'_>, out: &mut Builder) -> bool {
    let text = line.trimmed();
    if text.starts_with("ADDR") {
        return true;
    }
    let span = out.at(line.number);
    let waiting = |thread: u64| LockWaiting { task: TaskKeys::address(thread), mode: None, span };
    if let Some(parts) = parse(Rule::wchan, text) {
        if let Some(done) = lock.take() {
            out.lock(*done);
        }
        let mut read = None;
        for part in parts {
            match (part.as_rule(), &mut read) {
                (Rule::address, read) => {
                    *read = hex(part.as_str()).map(|address| new_lock(address, "condvar", span, out))
                }
                (Rule::wchan_kind, Some(read)) if part.as_str() == "sema" => read.kind = Some(out.name("semaphore")),
                (Rule::thread, Some(read)) => read.waiters.extend(hex(part.as_str()).map(waiting)),
                _ => {}
            }
        }
        *lock = read.map(Box::new);
        return true;
    }
    let thread = text.split_whitespace().next().filter(|word| word.len() >= 8).and_then(hex);
    match (lock, thread) {
        (Some(lock), Some(thread)) => {
            lock.waiters.push(waiting(thread));
            lock.span = lock.span.to(span);
            true
        }
        _ => false,
    }
}
