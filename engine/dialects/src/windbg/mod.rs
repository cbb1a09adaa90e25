//! WinDbg, cdb and kd: `k` in all its forms, `~*k`, `!thread`, `!process 0 1f`, `!stacks`, `!locks`, `!cs`:
//!
//! ```text
//!    1  Id: 2a18.2188 Suspend: 1 Teb: 0000004a`f435e000 Unfrozen
//!  # Child-SP          RetAddr               Call Site
//! 00 0000004a`f44ff6e8 00007ffb`2c8a1c3e     ntdll!NtWaitForAlertByThreadId+0x14
//! 01 0000004a`f44ff6f0 00007ffb`2c8a1b52     ntdll!RtlpWaitOnCriticalSection+0xd6
//! ```
//!
//! Ids of threads and processes are hexadecimal. The columns `Args to Child` are the arguments of a frame; on 64-bit
//! machines they are what lies in their home space, right only for functions that put them there. Source of the
//! format: the documentation of Debugging Tools for Windows.

mod call;
mod locks;
#[cfg(test)]
mod tests;

use crate::block::{Block, hex, leading_number};
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::shell::is_elision;
use crate::text::{Context, Line};
use call::{address, is_call};
use locks::Lock;
use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;
use stacklore_model::{
    HoldSource, Known, Listing, ListingOf, LockHolder, LockSighting, LockWaiting, Mode, Name, ObjectKey, Scope,
    SessionId, System, TaskKeys, TaskSighting, TaskState,
};

#[derive(Parser)]
#[grammar = "windbg/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct Windbg;

const NAME: &str = "windbg";

impl Dialect for Windbg {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &[
            "Child-SP ",
            "ChildEBP ",
            "RetAddr ",
            " Suspend: ",
            "Proc.Thread ",
            "  Cid ",
            "CritSec ",
            "Critical section ",
            "Resource @ ",
            "> ~*k",
            "STACK_TEXT:",
        ]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<WindbgReader>::default()
    }
}

/// The columns of the frames that follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Columns {
    /// No heading stood above: nothing is read.
    #[default]
    None,
    /// So many addresses stand before the arguments.
    Frames(usize),
    /// `!stacks`: calls alone.
    Calls,
}

#[derive(Default)]
struct WindbgReader {
    session: SessionId,
    pid: Option<u32>,
    columns: Columns,
    /// The thread that was named last.
    task: TaskKeys,
    block: Option<Block>,
    lock: Option<Lock>,
    /// Name of the process of the rows of `!stacks`.
    process: Option<Name>,
    /// First and last line of the threads of `~*k`.
    listed: Option<(u32, u32)>,
    /// Threads of `~*k` whose stack was not shown.
    bare: bool,
    elided: bool,
}

impl Reader for WindbgReader {
    fn opens(&mut self, line: &Line<'_>, _context: &Context<'_>) -> bool {
        let text = line.trimmed();
        is_heading(text)
            || text.starts_with("STACK_TEXT:")
            || text.starts_with("Proc.Thread")
            || (text.contains(" Id: ") && parse(Rule::thread, text).is_some())
            || (text.starts_with("THREAD ") && parse(Rule::kthread, text).is_some())
            || Lock::begin(text, line.number).is_some()
            || command(text).is_some()
    }

    fn feed(&mut self, line: &Line<'_>, context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        if self.session == SessionId::default() {
            self.session = out.session();
        }
        if text.is_empty() {
            if self.columns != Columns::Calls {
                self.end_block(out);
            }
            return Fed::Passed;
        }
        if self.lock.as_mut().is_some_and(|lock| lock.takes(text, line.number)) {
            return Fed::Taken;
        }
        // A prompt alone opens no region, so that the one above has not been seen.
        if is_heading(text)
            && let Some((_, above)) = context.before(line.number, 1)
            && let Some(typed) = command(above.trim())
        {
            self.task = self.asked(above.trim(), typed);
        }
        if let Some(fed) = self.heading(text, line.number, out) {
            return fed;
        }
        self.frame(text, line.number, out)
    }

    fn close(&mut self, out: &mut Builder) {
        self.end_block(out);
        self.end_lock(out);
        if let (Some((first, last)), false, false) = (self.listed.take(), self.elided, self.bare) {
            let of = self.pid.map_or(ListingOf::ThreadsOfSession(self.session), ListingOf::ThreadsOf);
            let span = out.span(first, last);
            out.listing(Listing { of, stacks: true, span });
        }
        self.elided = false;
        self.bare = false;
        self.columns = Columns::None;
    }
}

impl WindbgReader {
    /// A line that heads frames or names a thread or a lock.
    fn heading(&mut self, text: &str, line: u32, out: &mut Builder) -> Option<Fed> {
        if let Some(lock) = Lock::begin(text, line) {
            self.end_block(out);
            self.end_lock(out);
            self.lock = Some(lock);
            return Some(Fed::Taken);
        }
        if is_heading(text) {
            self.end_block(out);
            let addresses = usize::from(text.contains("Child-SP") || text.contains("ChildEBP"));
            self.columns = Columns::Frames(addresses + usize::from(text.contains("RetAddr")));
            // `!cs -o` prints the stack of the owner below the lock.
            let owner = self.lock.as_ref().and_then(|lock| lock.owner(self.session, self.pid));
            self.end_lock(out);
            self.block = Some(Block::new(owner.unwrap_or_else(|| self.task.clone()), line));
            return Some(Fed::Taken);
        }
        if text.starts_with("STACK_TEXT:") {
            // `!analyze -v` of a crash.
            self.end_block(out);
            self.columns = Columns::Frames(2);
            self.block = Some(Block::over(TaskKeys::default(), line));
            return Some(Fed::Taken);
        }
        if text.starts_with("Proc.Thread") {
            self.end_block(out);
            self.columns = Columns::Calls;
            return Some(Fed::Taken);
        }
        if let Some(found) = text.contains(" Id: ").then(|| parse(Rule::thread, text)).flatten() {
            self.end_block(out);
            self.thread(found, line, out);
            return Some(Fed::Taken);
        }
        if let Some(found) = text.starts_with("THREAD ").then(|| parse(Rule::kthread, text)).flatten() {
            self.end_block(out);
            self.kernel_thread(found, line, out);
            return Some(Fed::Taken);
        }
        if let Some(typed) = command(text) {
            self.end_block(out);
            self.end_lock(out);
            let all = typed.starts_with("~*k") || typed.starts_with("~* k");
            self.listed = all.then_some((line, line));
            self.task = self.asked(text, typed);
            return Some(Fed::Taken);
        }
        if self.columns == Columns::Calls {
            if let Some(found) = text.starts_with('[').then(|| parse(Rule::process, text)).flatten() {
                self.end_block(out);
                let name = found.into_inner().find(|part| part.as_rule() == Rule::name);
                self.process = name.map(|part| out.name(part.as_str()));
                return Some(Fed::Taken);
            }
            if let Some(found) = parse(Rule::row, text) {
                self.end_block(out);
                self.row(found, line, out);
                return Some(Fed::Taken);
            }
        }
        if text.contains(" - owning thread ") {
            let found = parse(Rule::awaited, text)?;
            self.awaited(found, line, out);
            return Some(Fed::Taken);
        }
        None
    }

    /// The thread whose frames a command prints: `~3k` names it, else the prompt does (`0:003> k`).
    fn asked(&self, text: &str, typed: &str) -> TaskKeys {
        let prompt = text.split('>').next().unwrap_or("");
        let number = match typed.strip_prefix('~') {
            Some(rest) => leading_number(rest),
            None if prompt.contains("kd") => None,
            None => prompt.split(':').nth(1).and_then(leading_number),
        };
        match number {
            Some(number) => {
                TaskKeys { number: Some(number), pid: self.pid, session: self.session, ..TaskKeys::default() }
            }
            None => TaskKeys::default(),
        }
    }

    /// `1  Id: 2a18.2188 Suspend: 1 Teb: … Unfrozen "name"`
    fn thread(&mut self, found: Pair<'_, Rule>, line: u32, out: &mut Builder) {
        let (mut number, mut ids, mut name) = (None, Vec::new(), None);
        for part in found.into_inner() {
            match part.as_rule() {
                Rule::decimal => number = part.as_str().parse().ok(),
                Rule::word => ids.push(hex(part.as_str()).and_then(|id| u32::try_from(id).ok())),
                Rule::rest => {
                    let quoted = part.as_str().split_once('"').and_then(|(_, rest)| rest.split_once('"'));
                    name = quoted.map(|(name, _)| out.name(name));
                }
                _ => {}
            }
        }
        let pid = ids.first().copied().flatten();
        if pid.is_some() && self.pid.is_some() && pid != self.pid {
            // Another process is another session: numbers start again.
            self.session = out.session();
        }
        self.pid = pid.or(self.pid);
        // No frames stood below the last one.
        self.bare |= self.listed.is_some() && self.columns == Columns::None && self.task.number.is_some();
        let tid = ids.get(1).copied().flatten();
        self.task = TaskKeys { tid, pid: self.pid, number, session: self.session, ..TaskKeys::default() };
        self.columns = Columns::None;
        self.listed.iter_mut().for_each(|(_, last)| *last = line);
        let (keys, span) = (self.task.clone(), out.at(line));
        out.task(TaskSighting { keys, name, system: Some(System::Windows), span, ..TaskSighting::default() });
    }

    /// `THREAD fffffa8003c5bb50  Cid 0004.0008 … WAIT: (Executive) KernelMode Non-Alertable`
    fn kernel_thread(&mut self, found: Pair<'_, Rule>, line: u32, out: &mut Builder) {
        let (mut words, mut rest) = (Vec::new(), "");
        for part in found.into_inner() {
            match part.as_rule() {
                Rule::word => words.push(address(part.as_str())),
                Rule::rest => rest = part.as_str(),
                _ => {}
            }
        }
        let id = |at: usize| words.get(at).copied().flatten().and_then(|id| u32::try_from(id).ok());
        self.task = TaskKeys {
            address: words.first().copied().flatten(),
            pid: id(1),
            tid: id(2),
            session: self.session,
            ..TaskKeys::default()
        };
        self.columns = Columns::None;
        let state = state(rest);
        let cpu = rest.split_once("RUNNING on processor ").and_then(|(_, rest)| leading_number(rest));
        let (keys, span) = (self.task.clone(), out.at(line));
        out.task(TaskSighting { keys, state, cpu, system: Some(System::Windows), span, ..TaskSighting::default() });
    }

    /// `fffffa8004c5bb50  Mutant - owning thread fffffa8003c5c060`
    fn awaited(&mut self, found: Pair<'_, Rule>, line: u32, out: &mut Builder) {
        let words: Vec<u64> = found
            .into_inner()
            .filter(|part| part.as_rule() == Rule::word)
            .filter_map(|p| address(p.as_str()))
            .collect();
        let [object, owner] = words[..] else { return };
        let span = out.at(line);
        let mode = Some(Mode::Write);
        let kind = Some(out.name("mutex"));
        let task = TaskKeys { session: self.session, ..TaskKeys::address(owner) };
        let waiter = LockWaiting { task: self.task.clone(), mode, span };
        out.lock(LockSighting {
            object: ObjectKey::address(object, Scope::Session(self.session)),
            kind,
            size: 0,
            holders: vec![LockHolder { task, mode, known: Known::Observed, from: HoldSource::Owner, span }],
            waiters: if self.task.is_anonymous() { Vec::new() } else { vec![waiter] },
            anonymous_readers: None,
            write_wanted: None,
            free: None,
            span,
        });
    }

    /// `4.000010  fffffa8003c41040 ffffc5a1 Blocked    nt!KiSwapContext+0x7a`
    fn row(&mut self, found: Pair<'_, Rule>, line: u32, out: &mut Builder) {
        let (mut words, mut text, mut call) = (Vec::new(), "", None);
        for part in found.into_inner() {
            match part.as_rule() {
                Rule::word => words.push(address(part.as_str())),
                Rule::state => text = part.as_str(),
                Rule::call => call = Some(part.as_str()),
                _ => {}
            }
        }
        let id = |at: usize| words.get(at).copied().flatten().and_then(|id| u32::try_from(id).ok());
        let task = TaskKeys {
            pid: id(0),
            tid: id(1),
            address: words.get(2).copied().flatten(),
            session: self.session,
            ..TaskKeys::default()
        };
        let state = state(text);
        let (keys, name, span) = (task.clone(), self.process.clone(), out.at(line));
        out.task(TaskSighting { keys, name, state, system: Some(System::Windows), span, ..TaskSighting::default() });
        let mut block = Block { running: state == Some(TaskState::Running), ..Block::new(task, line) };
        block.frames.extend(call.filter(|call| is_call(call)).map(|call| call::frame(call, line, out)));
        self.block = Some(block);
    }

    fn frame(&mut self, text: &str, line: u32, out: &mut Builder) -> Fed {
        if is_elision(text) {
            self.elided = true;
            self.block.iter_mut().for_each(|block| block.cut = true);
            return Fed::Passed;
        }
        if text.starts_with("WARNING: ") || text.starts_with("*** ") || text.starts_with("Unable to ") {
            return Fed::Passed;
        }
        let Some(block) = &mut self.block else {
            // Lines between the head of a kernel thread and its frames.
            return if self.task.is_anonymous() && self.lock.is_none() { Fed::End } else { Fed::Passed };
        };
        let read = match self.columns {
            Columns::None => None,
            Columns::Calls => is_call(text).then(|| call::frame(text, line, out)),
            Columns::Frames(addresses) => columns(text, addresses, line, out),
        };
        match read {
            Some(frame) => block.frames.push(frame),
            None if block.frames.is_empty() => return Fed::Passed,
            None => return Fed::End,
        }
        self.listed.iter_mut().for_each(|(_, last)| *last = line);
        Fed::Taken
    }

    fn end_block(&mut self, out: &mut Builder) {
        if let Some(block) = self.block.take() {
            block.finish(NAME, System::Windows, out);
        }
    }

    fn end_lock(&mut self, out: &mut Builder) {
        if let Some(lock) = self.lock.take() {
            lock.finish(self.session, self.pid, out);
        }
    }
}

/// A frame with its columns.
fn columns(text: &str, addresses: usize, line: u32, out: &mut Builder) -> Option<stacklore_model::Frame> {
    let found = parse(Rule::frame, text)?;
    let (mut values, mut call, mut inline) = (Vec::new(), "", false);
    for part in found.into_inner() {
        match part.as_rule() {
            Rule::value => values.push(part.as_str()),
            Rule::call => call = part.as_str(),
            Rule::inline => inline = true,
            _ => {}
        }
    }
    if !is_call(call) || (values.is_empty() && !inline) {
        return None;
    }
    let mut frame = call::frame(call, line, out);
    if frame.arguments.is_empty() {
        let arguments = values.iter().skip(addresses).map(|value| call::positional(value, out)).collect();
        frame.arguments = arguments;
    }
    frame.pointer = values.first().filter(|_| addresses > 1).and_then(|value| address(value));
    if inline {
        call::inlined(&mut frame);
    }
    Some(frame)
}

/// The heading of frames: ` # Child-SP          RetAddr           Call Site`.
fn is_heading(text: &str) -> bool {
    let text = text.trim_start_matches(['#', ' ']);
    (text.starts_with("Child-SP") || text.starts_with("ChildEBP") || text.starts_with("RetAddr"))
        && text.contains("RetAddr")
}

/// What was typed at a prompt: `0:012> ~*kb`, `0: kd> !locks`, `lkd> !stacks 2`.
fn command(text: &str) -> Option<&str> {
    let (prompt, typed) = text.split_once('>')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_prompt = match prompt.trim_end_matches("kd").trim_end_matches('l').trim_end().split_once(':') {
        Some((first, second)) => digits(first) && (second.is_empty() || digits(second.trim_end_matches(":x86"))),
        None => matches!(prompt, "kd" | "lkd"),
    };
    is_prompt.then(|| typed.trim())
}

/// `Blocked`, `RUNNING`, `WAIT: (Executive) …`.
fn state(text: &str) -> Option<TaskState> {
    let text = text.trim().to_ascii_uppercase();
    if text.contains("WAIT") || text.starts_with("BLOCKED") {
        Some(TaskState::Sleeping)
    } else if text.contains("RUNNING") || text.contains("READY") || text.contains("STANDBY") {
        Some(TaskState::Running)
    } else if text.contains("TERMINATED") {
        Some(TaskState::Zombie)
    } else {
        None
    }
}

fn parse(rule: Rule, text: &str) -> Option<Pair<'_, Rule>> {
    Grammar::parse(rule, text).ok()?.next()
}
