//! The listing of processes and their threads: `ps`.
//!
//! ```text
//!   pid  ppid  pgrp   uid  state   wmesg   wchan               cmd
//!  1741  1200  1741     0  D+      tx->tx_s 0xfffff8001234aa00  zpool
//!    12     0     0     0  RL      (threaded)                  [intr]
//! 100034                   I                                   [swi4: clock (0)]
//! ```

use super::{Rule, parse};
use crate::builder::Builder;
use crate::dialect::Fed;
use pest::iterators::Pair;
use stacklore_model::{Listing, ListingOf, ProcessSighting, System, TaskKeys, TaskSighting, TaskState};

/// A listing that is being read.
pub(super) struct Tasks {
    first: u32,
    last: u32,
    /// The process whose threads follow.
    process: Option<u32>,
    /// The listing was cut.
    partial: bool,
}

pub(super) fn is_header(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.next() == Some("pid") && words.next() == Some("ppid") && text.contains("wmesg") && text.ends_with("cmd")
}

/// What a row says of a task behind its numbers.
#[derive(Default)]
struct What {
    state: Option<TaskState>,
    cpu: Option<u32>,
    name: String,
    kernel: bool,
    threaded: bool,
}

impl Tasks {
    pub(super) fn new(line: u32) -> Self {
        Tasks { first: line, last: line, process: None, partial: false }
    }

    pub(super) fn line(&mut self, text: &str, line: u32, out: &mut Builder) -> Fed {
        let text = text.trim();
        if text.is_empty() || text.starts_with("--More--") {
            return Fed::Passed;
        }
        if crate::text::shell::is_elision(text) {
            self.partial = true;
            return Fed::Passed;
        }
        if is_header(text) {
            return Fed::Taken;
        }
        let (keys, what) = if let Some(parts) = parse(Rule::process, text) {
            let (keys, what) = row(parts);
            self.process = keys.tid;
            self.tell_process(&keys, &what, line, out);
            if what.threaded {
                self.last = line;
                return Fed::Taken;
            }
            // A process of one thread: its row shows the process' id and not the thread's.
            (TaskKeys { tid: None, pid: keys.tid, ..TaskKeys::default() }, what)
        } else if let Some(parts) = parse(Rule::member, text) {
            let (mut keys, what) = row(parts);
            keys.pid = self.process.filter(|pid| *pid != 0);
            (keys, what)
        } else {
            return Fed::End;
        };
        self.last = line;
        if !keys.is_anonymous() {
            let name = Some(out.name(&what.name)).filter(|name| !name.is_empty());
            out.task(TaskSighting {
                keys,
                name,
                system: Some(System::Freebsd),
                state: what.state,
                cpu: what.cpu,
                kernel: what.kernel.then_some(true),
                span: out.at(line),
                ..TaskSighting::default()
            });
        }
        Fed::Taken
    }

    fn tell_process(&self, keys: &TaskKeys, what: &What, line: u32, out: &mut Builder) {
        let Some(pid) = keys.tid.filter(|pid| *pid != 0) else { return };
        let name = Some(out.name(&what.name)).filter(|name| !name.is_empty());
        out.process(ProcessSighting { pid, name, parent: keys.pid, span: out.at(line), ..ProcessSighting::default() });
    }

    pub(super) fn end(self, out: &mut Builder) {
        if !self.partial && self.last > self.first {
            let span = out.span(self.first, self.last);
            out.listing(Listing { of: ListingOf::Processes, stacks: false, span });
        }
    }
}

/// The number of a row (and of the parent, as `pid`), and what it says.
fn row(parts: Vec<Pair<'_, Rule>>) -> (TaskKeys, What) {
    let (mut keys, mut what) = (TaskKeys::default(), What::default());
    for part in parts {
        match part.as_rule() {
            Rule::pid | Rule::tid => keys.tid = part.as_str().parse().ok(),
            Rule::ppid => keys.pid = part.as_str().parse().ok(),
            Rule::what => what.read(part),
            _ => {}
        }
    }
    (keys, what)
}

impl What {
    fn read(&mut self, part: Pair<'_, Rule>) {
        let mut letter = ' ';
        let mut on_lock = false;
        for part in part.into_inner().flat_map(|part| match part.as_rule() {
            Rule::state => vec![part],
            rule => {
                self.threaded = rule == Rule::cmd_threaded;
                part.into_inner().collect()
            }
        }) {
            match part.as_rule() {
                Rule::state => letter = part.as_str().chars().next().unwrap_or(' '),
                // Whoever waits for a lock shows its name behind a star.
                Rule::wmesg => on_lock = part.as_str().starts_with('*'),
                Rule::cpu => self.cpu = part.as_str().parse().ok(),
                Rule::cmd => self.name = part.as_str().trim().to_owned(),
                _ => {}
            }
        }
        if let Some(name) = self.name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            self.kernel = true;
            self.name = name.to_owned();
        }
        self.state = match letter {
            'L' => Some(TaskState::Blocked),
            _ if on_lock => Some(TaskState::Blocked),
            // Threads of the kernel rest in this state.
            'D' if !self.kernel => Some(TaskState::Blocked),
            'D' | 'S' => Some(TaskState::Sleeping),
            'R' => Some(TaskState::Running),
            'I' | 'W' => Some(TaskState::Idle),
            'Z' => Some(TaskState::Zombie),
            'T' => Some(TaskState::Stopped),
            _ => None,
        };
    }
}
