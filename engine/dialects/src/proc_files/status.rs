//! `/proc/PID/status`, whole or what `grep` left of it. Source: `proc_pid_status()` in `fs/proc/array.c`.

use super::place::Place;
use super::{Grammar, Rule};
use crate::builder::Builder;
use pest::Parser;
use stacklore_model::{Fact, Listing, ListingOf, ProcessSighting, TaskKeys, TaskSighting, TaskState, Value};

/// Keys that say something here; others are passed over.
const KEYS: [&str; 12] = [
    "Name",
    "State",
    "Tgid",
    "Pid",
    "PPid",
    "TracerPid",
    "NSpid",
    "Threads",
    "SigPnd",
    "ShdPnd",
    "voluntary_ctxt_switches",
    "nonvoluntary_ctxt_switches",
];

/// Names of the standard signals of Linux from number 1 on (x86, ARM and most others).
const SIGNALS: [&str; 31] = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
    "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",
    "PWR", "SYS",
];

/// The first real-time signal that programs see.
const RTMIN: u32 = 34;

/// A line of the file.
pub(super) struct Entry<'a> {
    key: &'a str,
    value: &'a str,
}

impl<'a> Entry<'a> {
    /// The key and the value of a line in the form of the file.
    pub(super) fn of(text: &'a str) -> Option<Self> {
        let mut parts = Grammar::parse(Rule::status_line, text).ok()?.next()?.into_inner();
        let entry = Entry { key: parts.next()?.as_str(), value: parts.next()?.as_str().trim_end() };
        // Prose with a colon has long values, and more before the colon than a key.
        (entry.key.starts_with(|c: char| c.is_ascii_uppercase()) || entry.key.contains('_')).then_some(entry)
    }

    /// Whether the value is such as the kernel prints for a key that is read here.
    pub(super) fn is_known(&self) -> bool {
        KEYS.contains(&self.key)
            && match self.key {
                "Name" => !self.value.is_empty() && self.value.len() < 128,
                "State" => state(self.value).is_some(),
                "SigPnd" | "ShdPnd" => mask(self.value).is_some(),
                _ => self.value.split_whitespace().all(|word| word.parse::<u64>().is_ok()),
            }
    }

    /// Whether the line alone is enough to know the file.
    pub(super) fn is_telling(&self) -> bool {
        match self.key {
            "State" => self.value.ends_with(')') && self.is_known(),
            "SigPnd" | "ShdPnd" => self.is_known(),
            _ => false,
        }
    }
}

fn mask(value: &str) -> Option<u64> {
    matches!(value.len(), 8 | 16 | 32).then(|| u128::from_str_radix(value, 16).ok().map(|mask| mask as u64))?
}

/// State of a task by the letter of the kernel.
pub(crate) fn state_of_letter(letter: char) -> Option<TaskState> {
    Some(match letter {
        'R' => TaskState::Running,
        'S' => TaskState::Sleeping,
        'D' => TaskState::Blocked,
        'T' | 't' => TaskState::Stopped,
        'Z' | 'X' | 'x' => TaskState::Zombie,
        'I' | 'P' => TaskState::Idle,
        _ => return None,
    })
}

fn state(value: &str) -> Option<TaskState> {
    let mut chars = value.chars();
    let state = state_of_letter(chars.next()?)?;
    let rest = chars.as_str().trim();
    (rest.is_empty() || rest.starts_with('(')).then_some(state)
}

/// What the file says of one task.
#[derive(Default)]
pub(super) struct Status {
    place: Place,
    first: u32,
    last: u32,
    name: Option<String>,
    state: Option<TaskState>,
    tgid: Option<u32>,
    pid: Option<u32>,
    parent: Option<u32>,
    tracer: Option<u32>,
    threads: Option<u32>,
    namespace_pids: Vec<u32>,
    /// Own and shared mask of pending signals, each with its line.
    pending: [Option<(u64, u32)>; 2],
    /// Voluntary and other switches, each with its line.
    switches: [Option<(f64, u32)>; 2],
}

impl Status {
    pub(super) fn new(place: Place) -> Self {
        Status { place, ..Status::default() }
    }

    pub(super) fn prefix(&self) -> Option<&String> {
        self.place.prefix.as_ref()
    }

    /// Whether the line begins another task.
    pub(super) fn is_over(&self, entry: &Entry<'_>) -> bool {
        match entry.key {
            "Name" => self.first > 0,
            "State" => self.state.is_some(),
            "Pid" => self.pid.is_some(),
            "SigPnd" => self.pending[0].is_some(),
            "ShdPnd" => self.pending[1].is_some(),
            _ => false,
        }
    }

    pub(super) fn add(&mut self, entry: &Entry<'_>, line: u32) {
        if self.first == 0 {
            self.first = line;
        }
        self.last = line;
        let number = || entry.value.parse::<u32>().ok();
        match entry.key {
            "Name" => self.name = Some(entry.value.replace("\\n", "\n").replace("\\\\", "\\")),
            "State" => self.state = state(entry.value),
            "Tgid" => self.tgid = number(),
            "Pid" => self.pid = number(),
            "PPid" => self.parent = number(),
            "TracerPid" => self.tracer = number(),
            "Threads" => self.threads = number(),
            "NSpid" => {
                self.namespace_pids = entry.value.split_whitespace().filter_map(|pid| pid.parse().ok()).collect();
            }
            "SigPnd" => self.pending[0] = mask(entry.value).map(|mask| (mask, line)),
            "ShdPnd" => self.pending[1] = mask(entry.value).map(|mask| (mask, line)),
            "voluntary_ctxt_switches" => self.switches[0] = entry.value.parse().ok().map(|count| (count, line)),
            "nonvoluntary_ctxt_switches" => self.switches[1] = entry.value.parse().ok().map(|count| (count, line)),
            _ => {}
        }
    }

    pub(super) fn tell(self, out: &mut Builder) {
        if self.first == 0 {
            return;
        }
        let keys = TaskKeys {
            tid: self.pid.or(self.place.keys.tid),
            pid: self.tgid.or(self.place.keys.pid),
            ..TaskKeys::default()
        };
        let span = out.span(self.first, self.last);
        let name = self.name.as_deref().map(|name| out.name(name));
        if keys.is_anonymous() && name.is_none() {
            out.unclear(self.first, "a task's status without anything that tells which task it is");
            return;
        }
        out.task(TaskSighting {
            keys: keys.clone(),
            name: name.clone(),
            state: self.state,
            span,
            ..TaskSighting::default()
        });
        let leads = keys.tid == keys.pid;
        if let Some(pid) = keys.pid {
            out.process(ProcessSighting {
                pid,
                name: name.filter(|_| leads),
                parent: self.parent.filter(|parent| *parent > 0),
                threads: self.threads.filter(|threads| *threads > 0),
                tracer: self.tracer.filter(|_| leads),
                namespace_pids: if leads { self.namespace_pids.clone() } else { Vec::new() },
                span,
            });
        }
        self.signals(&keys, out);
        self.times(&keys, out);
    }

    fn signals(&self, keys: &TaskKeys, out: &mut Builder) {
        for (shared, pending) in [(false, self.pending[0]), (true, self.pending[1])] {
            let Some((mask, line)) = pending else { continue };
            for number in (1..=64).filter(|number| mask >> (number - 1) & 1 == 1) {
                let signal = out.name(&signal(number));
                let span = out.at(line);
                out.fact(Fact {
                    relation: "pending_signal",
                    fields: vec![
                        ("task", Value::Task(keys.clone())),
                        ("signal", Value::Text(signal)),
                        ("shared", Value::Flag(shared)),
                    ],
                    span,
                });
            }
        }
        if let [Some((_, first)), Some((_, last))] = self.pending {
            let span = out.span(first.min(last), first.max(last));
            let of = ListingOf::RelationOfTask("pending_signal", keys.clone());
            out.listing(Listing { of, stacks: false, span });
        }
    }

    fn times(&self, keys: &TaskKeys, out: &mut Builder) {
        let mut fields = vec![("task", Value::Task(keys.clone()))];
        let mut lines = Vec::new();
        for (field, value) in ["voluntary_switches", "involuntary_switches"].into_iter().zip(self.switches) {
            if let Some((count, line)) = value {
                fields.push((field, Value::Number(count)));
                lines.push(line);
            }
        }
        if let (Some(first), Some(last)) = (lines.first(), lines.last()) {
            let span = out.span(*first, *last);
            out.fact(Fact { relation: "task_time", fields, span });
        }
    }
}

fn signal(number: u32) -> String {
    match SIGNALS.get(number as usize - 1) {
        Some(name) => (*name).to_owned(),
        None if number == RTMIN => "RTMIN".to_owned(),
        None if number > RTMIN => format!("RTMIN+{}", number - RTMIN),
        None => number.to_string(),
    }
}
