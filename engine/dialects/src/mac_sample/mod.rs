//! `sample` and `spindump` of macOS: the stacks of each thread over some seconds as a tree with counts:
//!
//! ```text
//! Call graph:
//!     2745 Thread_1234   DispatchQueue_1: com.apple.main-thread  (serial)
//!     + 2745 start  (in dyld) + 6076  [0x18f1b60e0]
//!     +   2745 transfer  (in bankd) + 248  [0x100003f20]
//!     +     2745 __psynch_mutexwait  (in libsystem_kernel.dylib) + 8  [0x18f4f2a34]
//! ```
//!
//! A thread all of whose samples are on one path stood still there. A tree that branches is a thread that ran: its
//! heaviest path is read, as a stack of a running thread. spindump says which thread has what a thread waits for; it
//! prints no address of the lock. Frames of the kernel, marked with `*`, are passed over. Source of the format: manual
//! pages sample(1) and spindump(8).

mod call;
#[cfg(test)]
mod tests;
mod tree;

use crate::block::hex;
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::shell::is_elision;
use crate::text::{Context, Line};
use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;
use stacklore_model::{
    HoldSource, Known, Listing, ListingOf, LockHolder, LockSighting, LockWaiting, Name, ObjectKey, Scope, SessionId,
    StackSighting, System, TaskKeys, TaskSighting,
};
use tree::{Node, Tree};

#[derive(Parser)]
#[grammar = "mac_sample/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct MacSample;

const NAME: &str = "mac-sample";

impl Dialect for MacSample {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["Analysis of sampling ", "Call graph:", " samples (", "Process:  "]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<MacSampleReader>::default()
    }
}

#[derive(Default)]
struct MacSampleReader {
    session: SessionId,
    pid: Option<u32>,
    /// Inside the call graph of `sample`.
    graph: bool,
    thread: Option<Thread>,
    /// First and last line of the threads of this process.
    listed: Option<(u32, u32)>,
    elided: bool,
}

/// A thread whose tree is being read.
struct Thread {
    keys: TaskKeys,
    line: u32,
    tree: Tree,
}

impl Reader for MacSampleReader {
    fn opens(&mut self, line: &Line<'_>, _context: &Context<'_>) -> bool {
        let text = line.trimmed();
        if let Some(found) = text.starts_with("Process:  ").then(|| parse(Rule::process, text)).flatten() {
            // Reports of crashes begin with this line too: alone it is no region.
            self.another_process(number(found));
            return false;
        }
        text == "Call graph:"
            || (text.starts_with("Analysis of sampling ") && parse(Rule::analysis, text).is_some())
            || (text.starts_with("Thread 0x") && parse(Rule::thread, text).is_some())
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        if let Some(found) = text.starts_with("Analysis of").then(|| parse(Rule::analysis, text)).flatten() {
            self.process(number(found), out);
            return Fed::Taken;
        }
        if let Some(found) = text.starts_with("Process:  ").then(|| parse(Rule::process, text)).flatten() {
            self.process(number(found), out);
            return Fed::Taken;
        }
        if text == "Call graph:" {
            self.end_thread(out);
            self.graph = true;
            return Fed::Taken;
        }
        if let Some(found) = text.starts_with("Thread 0x").then(|| parse(Rule::thread, text)).flatten() {
            self.graph = false;
            self.spindump_thread(found, line.number, out);
            return Fed::Taken;
        }
        if text.is_empty() {
            self.end_thread(out);
            return Fed::Passed;
        }
        if ["Total number in stack", "Sort by top of stack", "Binary Images:"].iter().any(|head| text.starts_with(head))
        {
            self.end_thread(out);
            self.end_list(out);
            return Fed::End;
        }
        if is_elision(text) {
            self.elided = true;
            self.thread.iter_mut().for_each(|thread| thread.tree.cut = true);
            return Fed::Passed;
        }
        if (self.graph || self.thread.is_some())
            && let Some(found) = parse(Rule::node, &line.text)
        {
            return self.node(found, line.number, out);
        }
        // `<thread QoS user interactive>`, fields of the head of a process.
        let field = text.split_once(':').is_some_and(|(name, _)| name.len() < 24 && !name.contains("  "));
        if field || text.starts_with('<') || text.starts_with("Start time") { Fed::Passed } else { Fed::End }
    }

    fn close(&mut self, out: &mut Builder) {
        self.end_thread(out);
        self.graph = false;
    }
}

impl MacSampleReader {
    fn process(&mut self, pid: Option<u32>, out: &mut Builder) {
        self.end_thread(out);
        self.another_process(pid);
    }

    /// Threads that follow are of that process.
    fn another_process(&mut self, pid: Option<u32>) {
        if pid != self.pid {
            self.listed = None;
            self.session = SessionId::default();
        }
        self.pid = pid;
    }

    /// `Thread_1234   DispatchQueue_1: com.apple.main-thread  (serial)`, `Thread_1235: bookkeeper`
    fn sample_thread(&mut self, text: &str, line: u32, out: &mut Builder) {
        let rest = text.strip_prefix("Thread_").unwrap_or(text);
        let (id, rest) = rest.split_at(rest.find([' ', ':', '\t']).unwrap_or(rest.len()));
        let id = if id.starts_with("0x") { hex(id) } else { id.parse().ok() };
        let rest = rest.trim();
        let name = match rest.strip_prefix(": ") {
            Some(name) => name.split("  ").next().map(str::to_owned),
            None => rest.split_once(": ").map(|(_, queue)| queue.split("  ").next().unwrap_or(queue).to_owned()),
        };
        self.begin(id, name.as_deref(), line, out);
    }

    fn spindump_thread(&mut self, found: Pair<'_, Rule>, line: u32, out: &mut Builder) {
        let (mut id, mut name) = (None, None);
        for part in found.into_inner() {
            match part.as_rule() {
                Rule::hex => id = hex(part.as_str()),
                Rule::labels => {
                    let labels = part.as_str();
                    let quoted = labels.split_once("Thread name \"").or_else(|| labels.split_once('"'));
                    name = quoted.and_then(|(_, rest)| rest.split_once('"')).map(|(name, _)| name.to_owned());
                }
                _ => {}
            }
        }
        self.begin(id, name.as_deref(), line, out);
    }

    fn begin(&mut self, id: Option<u64>, name: Option<&str>, line: u32, out: &mut Builder) {
        self.end_thread(out);
        if self.session == SessionId::default() {
            self.session = out.session();
        }
        let name: Option<Name> = name.map(str::trim).filter(|name| !name.is_empty()).map(|name| out.name(name));
        let keys = TaskKeys {
            tid: id.and_then(|id| u32::try_from(id).ok()),
            number: id,
            pid: self.pid,
            session: self.session,
            ..TaskKeys::default()
        };
        let (sighted, span) = (keys.clone(), out.at(line));
        out.task(TaskSighting { keys: sighted, name, system: Some(System::User), span, ..TaskSighting::default() });
        self.listed = Some(self.listed.map_or((line, line), |(first, _)| (first, line)));
        self.thread = Some(Thread { keys, line, tree: Tree::default() });
    }

    fn node(&mut self, found: Pair<'_, Rule>, line: u32, out: &mut Builder) -> Fed {
        let (mut depth, mut count, mut rest, mut kernel) = (0, 0, "", false);
        for part in found.into_inner() {
            match part.as_rule() {
                Rule::marks => depth = part.as_str().len(),
                Rule::kernel => kernel = true,
                Rule::number => count = part.as_str().parse().unwrap_or(0),
                Rule::rest => rest = part.as_str(),
                _ => {}
            }
        }
        if self.graph && rest.starts_with("Thread_") {
            self.sample_thread(rest, line, out);
            self.thread.iter_mut().for_each(|thread| thread.tree.total = Some(count));
            return Fed::Taken;
        }
        // Lists behind the trees (`Heaviest stack …`) have no thread.
        let Some(thread) = &mut self.thread else { return Fed::Passed };
        // The star stands where the last column of the marks would be.
        let depth = depth + usize::from(kernel);
        thread.tree.push(Node { depth, count, text: rest.to_owned(), kernel, line });
        self.listed.iter_mut().for_each(|(_, last)| *last = line);
        Fed::Taken
    }

    fn end_thread(&mut self, out: &mut Builder) {
        let Some(Thread { keys, line, mut tree }) = self.thread.take() else { return };
        let unknown = tree.mend_depths();
        if unknown {
            out.unclear(line, "the tree of calls has lost its indentation: who calls whom is not known");
        }
        let cut = tree.cut || unknown;
        let path = tree.path(out);
        if let Some((pid, thread, at)) = path.owner {
            self.owned(&keys, (pid, thread), at, out);
        }
        let last = path.frames.first().map_or(line, |frame| frame.span.last);
        let span = out.span(line, last);
        out.stack(StackSighting {
            cut,
            running: path.runs,
            ..StackSighting::new(keys, NAME, System::User, path.frames, span)
        });
    }

    /// What a thread waits for has an owner and no name.
    fn owned(&self, waiter: &TaskKeys, owner: (u32, Option<u64>), line: u32, out: &mut Builder) {
        let Some(id) = owner.1 else { return };
        let session = if Some(owner.0) == self.pid { self.session } else { SessionId::default() };
        let task = TaskKeys {
            tid: u32::try_from(id).ok(),
            number: Some(id).filter(|_| session != SessionId::default()),
            pid: Some(owner.0),
            session,
            ..TaskKeys::default()
        };
        let span = out.at(line);
        let (symbol, space) = (out.name("turnstile"), out.session());
        out.lock(LockSighting {
            object: ObjectKey::symbol(symbol, Scope::Session(space)),
            // The frames tell what sort of wait it is.
            kind: None,
            size: 0,
            holders: vec![LockHolder { task, mode: None, known: Known::Observed, from: HoldSource::Owner, span }],
            waiters: vec![LockWaiting { task: waiter.clone(), mode: None, span }],
            anonymous_readers: None,
            write_wanted: None,
            free: None,
            span,
        });
    }

    fn end_list(&mut self, out: &mut Builder) {
        let elided = std::mem::take(&mut self.elided);
        if let (Some((first, last)), false) = (self.listed.take(), elided) {
            let of = self.pid.map_or(ListingOf::ThreadsOfSession(self.session), ListingOf::ThreadsOf);
            let span = out.span(first, last);
            out.listing(Listing { of, stacks: true, span });
        }
    }
}

fn parse(rule: Rule, text: &str) -> Option<Pair<'_, Rule>> {
    Grammar::parse(rule, text).ok()?.next()
}

fn number(pair: Pair<'_, Rule>) -> Option<u32> {
    pair.into_inner().find(|part| part.as_rule() == Rule::number)?.as_str().parse().ok()
}
