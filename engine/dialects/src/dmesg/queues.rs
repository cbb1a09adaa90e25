//! `Showing busy workqueues and worker pools:` and the run queues at the end of a listing of all tasks.

use super::heads::state_of;
use crate::builder::Builder;
use crate::text::Line;
use stacklore_model::{Fact, Name, System, TaskKeys, TaskSighting, TaskState, Value};
use std::collections::BTreeSet;

/// Reads the tables; remembers under which heading a line stands.
#[derive(Default)]
pub(super) struct Queues {
    workqueue: Option<Name>,
    /// CPU of the run queue whose rows follow.
    cpu: Option<u32>,
    /// The rows of `runnable tasks:` follow.
    rows: bool,
    /// Columns before the name hold a state letter.
    state_first: bool,
    seen: BTreeSet<(Option<u32>, String)>,
}

impl Queues {
    /// `Workqueue: writeback wb_workfn (flush-253:0)`: what a worker works on.
    pub(super) fn worker(&mut self, line: &Line<'_>, task: Option<&TaskKeys>, out: &mut Builder) {
        let mut words = line.trimmed().trim_start_matches("Workqueue:").split_whitespace();
        let queue = words.next().map(|queue| out.name(queue));
        let function = words.next().filter(|word| !word.starts_with(['[', '(']));
        if let (Some(task), Some(function)) = (task.filter(|task| !task.is_anonymous()), function) {
            self.work(Some(task), queue, function, None, line, out);
        }
    }

    /// A line of the tables; whether it is one.
    pub(super) fn read(&mut self, line: &Line<'_>, out: &mut Builder) -> bool {
        let text = line.trimmed();
        match text.as_bytes().first() {
            Some(b'w') if text.starts_with("workqueue ") && text.contains(": flags=") => {
                let name = text["workqueue ".len()..].split(": flags=").next().unwrap_or("");
                self.workqueue = Some(out.name(name));
                true
            }
            Some(b'p') if text.starts_with("pwq ") || (text.starts_with("pool ") && text.contains(" workers=")) => true,
            Some(b'p' | b'd' | b'i') if self.items(text, line, out) => true,
            Some(b'S') if !self.rows => {
                text.starts_with("Showing busy workqueues") || text.starts_with("Sched Debug Version")
            }
            Some(b'c') if text.starts_with("cpu#") => {
                let digits = text[4..].bytes().take_while(u8::is_ascii_digit).count();
                self.cpu = text[4..4 + digits].parse().ok();
                self.rows = false;
                true
            }
            Some(b'r') if text.starts_with("runnable tasks:") => {
                self.rows = true;
                true
            }
            Some(b't' | b'S') if self.rows && text.contains("PID") && text.contains("prio") => {
                self.state_first = text.starts_with('S');
                true
            }
            Some(b'-') => self.rows && text.starts_with("-----"),
            _ => self.rows && self.row(text, line, out),
        }
    }

    fn items(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) -> bool {
        let Some((heading, rest)) = text.split_once(": ") else { return false };
        if !matches!(heading, "in-flight" | "pending" | "inactive" | "delayed") {
            return false;
        }
        let queue = self.workqueue.clone();
        let mut pid = None;
        // `17:f for 43s`: since when it runs.
        let words = rest.split([',', ' ']).filter(|word| !word.is_empty() && !word.starts_with('[') && *word != "for");
        for word in words {
            let mut function = word;
            if let Some((worker, rest)) = word.split_once(':').filter(|_| heading == "in-flight") {
                let digits = worker.bytes().take_while(u8::is_ascii_digit).count();
                pid = worker[..digits].parse::<u32>().ok();
                function = rest;
            }
            // `3*f`: several of the same.
            let function = function.rsplit_once('*').map_or(function, |(_, function)| function);
            let (function, waiter) = match function.strip_prefix("BAR(") {
                Some(waiter) => ("BAR", waiter.trim_end_matches(')').parse::<u32>().ok()),
                None => (function, None),
            };
            let worker = pid.filter(|_| heading == "in-flight").map(TaskKeys::tid);
            self.work(worker.as_ref(), queue.clone(), function, waiter, line, out);
        }
        true
    }

    fn work(
        &mut self,
        task: Option<&TaskKeys>,
        queue: Option<Name>,
        function: &str,
        waiter: Option<u32>,
        line: &Line<'_>,
        out: &mut Builder,
    ) {
        if !function.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return;
        }
        let key = (task.and_then(|task| task.tid), format!("{function} {} {waiter:?}", queue.as_deref().unwrap_or("")));
        if !self.seen.insert(key) {
            return;
        }
        let mut fields = Vec::with_capacity(4);
        fields.extend(task.map(|task| ("task", Value::Task(task.clone()))));
        fields.extend(queue.map(|queue| ("queue", Value::Text(queue))));
        fields.push(("function", Value::Text(out.name(function))));
        fields.extend(waiter.filter(|tid| *tid != 0).map(|tid| ("waiter", Value::Task(TaskKeys::tid(tid)))));
        out.fact(Fact { relation: "work", fields, span: out.at(line.number) });
    }

    /// ` S    kthreadd     2   …`, `>R   init     1   …`, and older without the state: `R   init   1 …`.
    fn row(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) -> bool {
        let current = text.starts_with('>') || (!self.state_first && text.starts_with('R'));
        let mut words = text.trim_start_matches('>').split_whitespace().peekable();
        let state = words.next_if(|word| word.len() == 1 && state_of(word).is_some());
        let (Some(name), Some(tid)) = (words.next(), words.next().and_then(|word| word.parse::<u32>().ok())) else {
            self.rows = false;
            return false;
        };
        let state = state.and_then(state_of).filter(|_| self.state_first || text.starts_with('>'));
        let keys = TaskKeys { tid: Some(tid).filter(|tid| *tid != 0), ..TaskKeys::default() };
        let name = out.name(name);
        out.task(TaskSighting {
            keys: keys.clone(),
            name: Some(name),
            system: Some(System::Linux),
            state,
            cpu: self.cpu,
            span: out.at(line.number),
            ..TaskSighting::default()
        });
        let ready = !self.state_first || state == Some(TaskState::Running);
        if let (true, Some(cpu), false) = (ready, self.cpu, keys.is_anonymous()) {
            let relation = if current { "on_cpu" } else { "run_queue" };
            let fields = vec![("cpu", Value::Number(f64::from(cpu))), ("task", Value::Task(keys))];
            out.fact(Fact { relation, fields, span: out.at(line.number) });
        }
        true
    }
}
