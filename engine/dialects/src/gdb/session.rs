//! One run of gdb: which process it looks at, which thread is selected, what it has shown so far.

use super::target::Target;
use crate::builder::Builder;
use stacklore_model::{
    Frame, Listing, ListingOf, Name, ProcessSighting, SessionId, Span, StackSighting, System, TaskKeys,
};
use std::collections::{BTreeMap, BTreeSet};

/// One frame of a thread, printed where gdb tells where a thread stands: a row of `info threads`, the frame that a
/// change of thread or a preamble prints. It is a stack of its own only if no backtrace of the thread follows.
pub(super) struct Look {
    pub(super) task: TaskKeys,
    pub(super) frame: Frame,
}

/// A run of gdb.
#[derive(Default)]
pub(super) struct Session {
    pub(super) id: SessionId,
    pub(super) pid: Option<u32>,
    /// Line that tells the process.
    pub(super) pid_line: u32,
    /// Program, where the text names it.
    pub(super) program: Option<Name>,
    /// The selected thread.
    pub(super) current: Option<TaskKeys>,
    /// Threads by number.
    pub(super) known: BTreeMap<u64, Target>,
    /// Threads that gdb found when it started.
    pub(super) born: BTreeSet<u32>,
    /// gdb told how it began; nothing stands before its first output.
    pub(super) preamble: bool,
    /// gdb has let go of the process.
    pub(super) over: bool,
    pub(super) looks: Vec<Look>,
    pub(super) listings: Vec<(bool, Span)>,
    /// Threads whose stacks were printed, by thread id and by number.
    shown: BTreeSet<(bool, u64)>,
    /// The innermost frame of each thread by number, since the program stopped: its function and its address.
    innermost: BTreeMap<Option<u64>, (Name, Option<u64>)>,
    stacks: u32,
}

impl Session {
    pub(super) fn new(id: SessionId) -> Self {
        Session { id, ..Session::default() }
    }

    /// Whether anything was read that belongs to this run alone.
    pub(super) fn is_used(&self) -> bool {
        self.stacks > 0 || !self.known.is_empty() || !self.looks.is_empty()
    }

    /// Whether this thread cannot be of this run: its number belongs to another one.
    pub(super) fn contradicts(&self, number: Option<u64>, target: &Target) -> bool {
        let Some(known) = number.and_then(|number| self.known.get(&number)) else { return false };
        let differs = |a: Option<u64>, b: Option<u64>| a.is_some() && b.is_some() && a != b;
        differs(known.tid.map(u64::from), target.tid.map(u64::from)) || differs(known.pthread, target.pthread)
    }

    /// The keys of a thread of this run.
    pub(super) fn keys(&mut self, number: Option<u64>, target: &Target) -> TaskKeys {
        if let Some(number) = number {
            self.known.insert(number, target.clone());
        }
        let mut keys = target.keys(number, self.id);
        keys.pid = keys.pid.or(self.pid);
        keys
    }

    /// The keys of a thread of which only the number is printed.
    pub(super) fn numbered(&self, number: u64) -> TaskKeys {
        let target = self.known.get(&number).cloned().unwrap_or_default();
        let mut keys = target.keys(Some(number), self.id);
        keys.pid = keys.pid.or(self.pid);
        keys
    }

    /// The selected thread: told, or the first one, whose id is the process's, where gdb was attached.
    pub(super) fn selected(&self) -> TaskKeys {
        match (&self.current, self.pid) {
            (Some(keys), _) => keys.clone(),
            (None, Some(pid)) => TaskKeys { session: self.id, ..TaskKeys::process(pid) },
            (None, None) => TaskKeys { session: self.id, pid: self.pid, ..TaskKeys::default() },
        }
    }

    /// The keys of a stack that names no thread.
    pub(super) fn nobody(&self) -> TaskKeys {
        TaskKeys { session: self.id, pid: self.pid, ..TaskKeys::default() }
    }

    /// The innermost frame of a thread was printed.
    pub(super) fn stands(&mut self, task: &TaskKeys, frame: &Frame) {
        self.innermost.insert(task.number, (frame.symbol.clone(), frame.address));
    }

    /// The program goes on: its threads stand elsewhere when it stops again.
    pub(super) fn runs(&mut self) {
        self.innermost.clear();
    }

    /// Whether a stack with this innermost frame cannot be of a thread, for the thread stands elsewhere. `named` says
    /// that a function which was unknown may be known by now.
    pub(super) fn stands_elsewhere(&self, task: &TaskKeys, frame: &Frame, named: bool) -> bool {
        let Some((symbol, address)) = self.innermost.get(&task.number) else { return false };
        let unknown = &**symbol == "??" || &*frame.symbol == "??";
        let same = *symbol == frame.symbol || (frame.address.is_some() && frame.address == *address);
        !(same || (unknown && named))
    }

    /// A stack of this thread was printed.
    pub(super) fn has_shown(&mut self, keys: &TaskKeys) {
        self.stacks += 1;
        self.mark(keys);
    }

    fn mark(&mut self, keys: &TaskKeys) {
        self.shown.extend(keys.tid.map(|tid| (true, u64::from(tid))));
        self.shown.extend(keys.number.map(|number| (false, number)));
    }

    /// Emits what only the end of the text decides: looks that no backtrace followed, complete lists, the process.
    pub(super) fn finish(mut self, out: &mut Builder) {
        let looks = std::mem::take(&mut self.looks);
        // A look at nobody in particular tells something only where nothing else does.
        let (known, unknown): (Vec<_>, Vec<_>) = looks.into_iter().partition(|look| !look.task.is_anonymous());
        for look in known.into_iter().chain(unknown) {
            let new = if look.task.is_anonymous() {
                self.stacks == 0
            } else {
                let tid = look.task.tid.is_some_and(|tid| self.shown.contains(&(true, u64::from(tid))));
                !tid && !look.task.number.is_some_and(|number| self.shown.contains(&(false, number)))
            };
            if new {
                self.has_shown(&look.task);
                let span = look.frame.span;
                out.stack(stack(look.task, vec![look.frame], span, true));
            }
        }
        for (stacks, span) in std::mem::take(&mut self.listings) {
            let of = self.pid.map_or(ListingOf::ThreadsOfSession(self.id), ListingOf::ThreadsOf);
            out.listing(Listing { of, stacks, span });
        }
        if let Some(pid) = self.pid {
            let span = out.at(self.pid_line);
            out.process(ProcessSighting { pid, name: self.program.take(), span, ..ProcessSighting::default() });
        }
    }
}

/// A stack of the `gdb` dialect. gdb looks at kernels too: their addresses are the upper half.
pub(super) fn stack(task: TaskKeys, frames: Vec<Frame>, span: Span, cut: bool) -> StackSighting {
    let kernel = frames.iter().any(|frame| frame.address.is_some_and(|address| address >> 47 == (1 << 17) - 1));
    StackSighting {
        cut,
        ..StackSighting::new(task, super::NAME, if kernel { System::Linux } else { System::User }, frames, span)
    }
}
