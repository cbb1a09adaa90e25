//! `/proc/PID/sched`, `schedstat` and `stat`: how long a task ran and how often it gave the CPU away.
//! Sources: `proc_sched_show_task()` in `kernel/sched/debug.c`, `do_task_stat()` in `fs/proc/array.c`.

use super::place::Place;
use super::status::state_of_letter;
use super::{Grammar, Rule};
use crate::builder::Builder;
use pest::Parser;
use stacklore_model::{Fact, ProcessSighting, TaskKeys, TaskSighting, Value};

/// What `sched` says of one task.
#[derive(Default)]
pub(super) struct Sched {
    place: Place,
    first: u32,
    last: u32,
    head: Option<(String, u32, u32)>,
    cpu_time: Option<f64>,
    voluntary: Option<f64>,
    involuntary: Option<f64>,
}

/// Whether a line is the first of `sched`.
pub(super) fn is_sched_head(text: &str) -> bool {
    text.contains(", #threads: ") && sched_head(text).is_some()
}

fn sched_head(text: &str) -> Option<(String, u32, u32)> {
    let mut parts = Grammar::parse(Rule::sched_head, text).ok()?.next()?.into_inner();
    let name = parts.next()?.as_str().to_owned();
    Some((name, parts.next()?.as_str().parse().ok()?, parts.next()?.as_str().parse().ok()?))
}

impl Sched {
    pub(super) fn new(place: Place) -> Self {
        Sched { place, ..Sched::default() }
    }

    pub(super) fn prefix(&self) -> Option<&String> {
        self.place.prefix.as_ref()
    }

    /// Whether the line belongs to this task's file; one that does is taken in.
    pub(super) fn add(&mut self, text: &str, line: u32) -> bool {
        let rule = text.starts_with("-----");
        if is_sched_head(text) {
            if self.first > 0 {
                return false;
            }
            self.head = sched_head(text);
        } else if let Some((key, value)) = sched_value(text) {
            match key {
                // Milliseconds, with microseconds and less behind the point.
                "se.sum_exec_runtime" => self.cpu_time = Some(value / 1000.0),
                "nr_voluntary_switches" => self.voluntary = Some(value),
                "nr_involuntary_switches" => self.involuntary = Some(value),
                _ => {}
            }
        } else if !rule && !text.starts_with("current_node=") && !text.starts_with("numa_faults ") {
            return false;
        }
        if self.first == 0 {
            self.first = line;
        }
        self.last = line;
        true
    }

    pub(super) fn tell(self, out: &mut Builder) {
        let span = out.span(self.first, self.last);
        let mut keys = self.place.keys.clone();
        if let Some((name, tid, threads)) = &self.head {
            keys.tid = Some(*tid);
            if *threads == 1 {
                keys.pid = keys.pid.or(Some(*tid));
            }
            let name = Some(out.name(name));
            out.task(TaskSighting { keys: keys.clone(), name, span, ..TaskSighting::default() });
            if let Some(pid) = keys.pid {
                out.process(ProcessSighting { pid, threads: Some(*threads), span, ..ProcessSighting::default() });
            }
        } else if !keys.is_anonymous() {
            out.task(TaskSighting { keys: keys.clone(), span, ..TaskSighting::default() });
        }
        let values = [
            ("cpu_time", self.cpu_time),
            ("voluntary_switches", self.voluntary),
            ("involuntary_switches", self.involuntary),
        ];
        time_fact(&keys, &values, span, out);
    }
}

fn sched_value(text: &str) -> Option<(&str, f64)> {
    let mut parts = Grammar::parse(Rule::sched_value, text).ok()?.next()?.into_inner();
    Some((parts.next()?.as_str(), parts.next()?.as_str().parse().ok()?))
}

fn time_fact(keys: &TaskKeys, values: &[(&'static str, Option<f64>)], span: stacklore_model::Span, out: &mut Builder) {
    let known = values.iter().filter_map(|(field, value)| Some((*field, Value::Number((*value)?))));
    let fields: Vec<_> = std::iter::once(("task", Value::Task(keys.clone()))).chain(known).collect();
    if fields.len() > 1 && !keys.is_anonymous() {
        out.fact(Fact { relation: "task_time", fields, span });
    }
}

/// Reads `schedstat`: the first number is the time run, in nanoseconds.
pub(super) fn schedstat(text: &str, keys: &TaskKeys, line: u32, out: &mut Builder) -> bool {
    let Some(parsed) = Grammar::parse(Rule::schedstat, text).ok().and_then(|mut all| all.next()) else { return false };
    let ran = parsed.into_inner().next().and_then(|number| number.as_str().parse::<f64>().ok());
    let span = out.at(line);
    time_fact(keys, &[("cpu_time", ran.map(|nanoseconds| nanoseconds / 1e9))], span, out);
    true
}

/// Clock ticks per second in `stat`, the same on every architecture that is in use.
const TICKS: f64 = 100.0;
/// The flag of kernel threads.
const KERNEL_THREAD: i64 = 0x0020_0000;

/// Fields of `stat`, numbered as in proc(5).
struct Numbers(Vec<i64>);

impl Numbers {
    fn field(&self, number: usize) -> Option<i64> {
        // Field 4 is the first after the state.
        self.0.get(number.checked_sub(4)?).copied()
    }
}

/// Reads a line of `stat`.
pub(super) fn stat(text: &str, place: &TaskKeys, line: u32, out: &mut Builder) -> bool {
    let Some(parsed) = Grammar::parse(Rule::stat, text).ok().and_then(|mut all| all.next()) else { return false };
    let (mut tid, mut name, mut state, mut numbers) = (None, None, None, Numbers(Vec::new()));
    for part in parsed.into_inner() {
        match part.as_rule() {
            Rule::number => tid = part.as_str().parse::<u32>().ok(),
            Rule::stat_comm => name = Some(out.name(part.as_str())),
            Rule::letter => state = part.as_str().chars().next().and_then(state_of_letter),
            Rule::integer => numbers.0.push(part.as_str().parse().unwrap_or(i64::MAX)),
            _ => {}
        }
    }
    let threads = numbers.field(20).and_then(|threads| u32::try_from(threads).ok());
    let alone = threads == Some(1);
    let keys = TaskKeys { tid, pid: place.pid.or(tid.filter(|_| alone)), ..TaskKeys::default() };
    let span = out.at(line);
    out.task(TaskSighting {
        keys: keys.clone(),
        name,
        state,
        cpu: numbers.field(39).and_then(|cpu| u32::try_from(cpu).ok()),
        kernel: numbers.field(9).map(|flags| flags & KERNEL_THREAD != 0),
        span,
        ..TaskSighting::default()
    });
    if let Some(pid) = keys.pid {
        let parent = numbers.field(4).and_then(|parent| u32::try_from(parent).ok()).filter(|parent| *parent > 0);
        out.process(ProcessSighting { pid, parent, threads, span, ..ProcessSighting::default() });
        // Without a thread's own path the times are those of the whole process.
        let ticks = numbers.field(14).zip(numbers.field(15)).map(|(user, system)| user as f64 + system as f64);
        time_fact(&keys, &[("cpu_time", ticks.map(|ticks| ticks / TICKS))], span, out);
    }
    true
}
