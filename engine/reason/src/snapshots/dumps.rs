//! What one tool printed at one moment.

use super::clock;
use stacklore_model::{Case, SessionId, SourceId, Span, StackId, StackSeen, TaskId};
use std::collections::{BTreeMap, HashSet};

/// Dialects in which a tool looks at tasks that go on meanwhile: whatever it prints again is another moment.
const LIVE: [&str; 9] =
    ["dmesg", "eu-stack", "faulthandler", "go", "java", "proc-stack", "procstat", "pstack", "py-spy"];
/// Dialects of debuggers: what they print again may be of the same moment, for the process stands still or is dead.
const STOPPED: [&str; 8] = ["crash", "ddb", "drgn", "gdb", "lldb", "mdb", "sdb", "windbg"];
/// Seconds between two stacks of one dump at most.
const PAUSE: f64 = 5.0;
/// Seconds within which a stack that is printed again is of the same moment.
const MOMENT: f64 = 1.0;

/// What one tool printed at one moment.
#[derive(Clone, Debug)]
pub(super) struct Dump {
    pub(super) dialect: &'static str,
    pub(super) session: SessionId,
    pub(super) span: Span,
    /// When it was taken, where that is told.
    pub(super) time: Option<f64>,
    /// Each task once, with the last of its stacks.
    pub(super) stacks: BTreeMap<TaskId, StackId>,
    /// Tasks that ran.
    pub(super) running: HashSet<TaskId>,
}

impl Dump {
    fn new(dialect: &'static str, seen: &StackSeen) -> Self {
        Dump {
            dialect,
            session: seen.session,
            span: seen.span,
            time: seen.time,
            stacks: BTreeMap::new(),
            running: HashSet::new(),
        }
    }

    fn add(&mut self, task: TaskId, seen: &StackSeen) {
        self.span = self.span.to(seen.span);
        self.time = self.time.or(seen.time);
        self.stacks.insert(task, seen.stack);
        if seen.running {
            self.running.insert(task);
        }
    }

    /// Whether a debugger printed it.
    pub(super) fn is_stopped(&self) -> bool {
        STOPPED.contains(&self.dialect)
    }
}

/// All dumps, in the order of the texts.
pub(super) fn find(case: &Case) -> Vec<Dump> {
    let mut by_tool: BTreeMap<(SourceId, &'static str), Vec<(TaskId, StackSeen)>> = BTreeMap::new();
    for seen in &case.seen {
        let Some(stack) = case.stacks.get(seen.stack.0 as usize).filter(|stack| stack.kind.is_backtrace()) else {
            continue;
        };
        if LIVE.contains(&stack.dialect) || STOPPED.contains(&stack.dialect) {
            by_tool.entry((seen.span.source, stack.dialect)).or_default().push((stack.task, *seen));
        }
    }
    let mut dumps = Vec::new();
    for ((_, dialect), seen) in by_tool {
        dumps.extend(if are_alternating(&seen) { in_turns(dialect, &seen) } else { one_after_another(dialect, &seen) });
    }
    dumps.sort_by_key(|dump| (dump.span.source, dump.span.first, dump.dialect));
    clock::set(case, &mut dumps);
    dumps
}

/// Whether most tasks that come again come right after themselves: each was looked at several times before the next.
fn are_alternating(seen: &[(TaskId, StackSeen)]) -> bool {
    let mut met = HashSet::new();
    let again = seen.iter().filter(|(task, _)| !met.insert(*task)).count();
    let at_once = seen.windows(2).filter(|pair| pair[0].0 == pair[1].0).count();
    let tasks = seen.len() - again;
    tasks > 1 && again > 0 && at_once * 2 > again
}

/// The n-th look at each task is in the n-th dump.
fn in_turns(dialect: &'static str, seen: &[(TaskId, StackSeen)]) -> Vec<Dump> {
    let mut dumps: Vec<Dump> = Vec::new();
    let mut looks: BTreeMap<TaskId, usize> = BTreeMap::new();
    for (task, seen) in seen {
        let look = looks.entry(*task).or_default();
        if *look == dumps.len() {
            dumps.push(Dump::new(dialect, seen));
        }
        if let Some(dump) = dumps.get_mut(*look) {
            dump.add(*task, seen);
        }
        *look += 1;
    }
    dumps
}

/// A dump ends where another session begins, where the clock jumps, and where a task comes again.
fn one_after_another(dialect: &'static str, seen: &[(TaskId, StackSeen)]) -> Vec<Dump> {
    let mut dumps: Vec<Dump> = Vec::new();
    let mut last = None;
    for (task, seen) in seen {
        let goes_on = dumps.last().is_some_and(|dump| {
            let known = dump.stacks.contains_key(task);
            // A dump with a head of its own shows no thread twice, except to say more about it.
            let within = seen.session != SessionId(0) && LIVE.contains(&dialect);
            dump.session == seen.session && !is_pause(last, seen.time) && (!known || within || is_moment(dump, seen))
        });
        if !goes_on {
            dumps.push(Dump::new(dialect, seen));
        }
        if let Some(dump) = dumps.last_mut() {
            dump.add(*task, seen);
        }
        last = seen.time;
    }
    dumps
}

fn is_pause(last: Option<f64>, now: Option<f64>) -> bool {
    last.zip(now).is_some_and(|(last, now)| (now - last).abs() > PAUSE)
}

/// Whether a stack was printed again at the moment of the dump: two reports of one event show one stack.
fn is_moment(dump: &Dump, seen: &StackSeen) -> bool {
    dump.time.zip(seen.time).is_some_and(|(first, now)| (now - first).abs() < MOMENT)
}
