//! Task headers and rows of `ps`:
//!
//! ```text
//! PID: 103      TASK: ffff888006264200  CPU: 1    COMMAND: "cli_ab"
//! [0 00:00:39.895] [UN]  PID: 112      TASK: ffff888005d6c180  CPU: 0    COMMAND: "sh"
//!      [120] PID: 48     TASK: ffff8880047e8000  COMMAND: "kworker/1:1"
//! ```

use super::{Asked, Grammar, Rule, hex};
use crate::builder::Builder;
use crate::text::Line;
use pest::Parser;
use pest::iterators::Pair;
use stacklore_model::{Fact, System, TaskKeys, TaskSighting, TaskState, Value};

/// A task header.
#[derive(Clone, Debug, Default)]
pub(super) struct Header {
    pub(super) keys: TaskKeys,
    pub(super) name: String,
    pub(super) cpu: Option<u32>,
    pub(super) line: u32,
    /// A row of a run queue: no stack follows.
    pub(super) queued: bool,
    current: bool,
    state: Option<TaskState>,
    waited: Option<f64>,
}

pub(super) fn opens(text: &str) -> bool {
    (text.contains("PID:") && text.contains("TASK:") && text.contains("COMMAND:"))
        || is_ps_header(text)
        || ps(text).is_some()
}

pub(super) fn is_ps_header(text: &str) -> bool {
    text.starts_with("PID") && text.contains("PPID") && text.contains(" TASK ") && text.contains(" ST ")
}

impl Header {
    /// A header of which nothing but its place is known.
    pub(super) fn at(line: u32) -> Self {
        Header { line, ..Header::default() }
    }

    pub(super) fn read(line: &Line<'_>) -> Option<Self> {
        if !line.text.contains("PID:") || !line.text.contains("TASK:") {
            return None;
        }
        let parsed = Grammar::parse(Rule::task, &line.text).ok()?.next()?;
        let mut header = Header { line: line.number, ..Header::default() };
        for part in parsed.into_inner() {
            header.part(part);
        }
        Some(header)
    }

    fn part(&mut self, part: Pair<'_, Rule>) {
        match part.as_rule() {
            Rule::pid => self.keys.tid = part.as_str().parse().ok(),
            Rule::address => self.keys.address = hex(part.as_str()),
            Rule::cpu => self.cpu = part.as_str().parse().ok(),
            Rule::cpu_tag => {
                self.queued = true;
                self.current = true;
                self.cpu = part.into_inner().next().and_then(|cpu| cpu.as_str().parse().ok());
            }
            Rule::current => (self.queued, self.current) = (true, true),
            Rule::prio | Rule::stamp => self.queued = part.as_str().len() < 7,
            Rule::ago => self.waited = Some(seconds(part)),
            Rule::state_tag => self.state = part.into_inner().next().and_then(|state| task_state(state.as_str())),
            Rule::command => self.name = part.as_str().to_owned(),
            Rule::rest if part.as_str().contains("[CURRENT]") => self.current = true,
            _ => {}
        }
    }

    /// Tells what the header says of its task. `cpu` is that of the run queue in which it stands.
    pub(super) fn tell(&self, cpu: Option<u32>, asked: &Asked, line: &Line<'_>, out: &mut Builder) {
        let span = out.at(line.number);
        let idle_thread = self.keys.tid == Some(0);
        let cpu = self.cpu.or(cpu);
        let name = Some(out.name(&self.name));
        // The time of `ps -m` is the time since the task last ran: how long it waits.
        let waited = self.waited.filter(|_| matches!(self.state, Some(TaskState::Blocked | TaskState::Sleeping)));
        let state =
            self.state.or(self.queued.then_some(if idle_thread { TaskState::Idle } else { TaskState::Running }));
        out.task(TaskSighting {
            keys: self.keys.clone(),
            name,
            system: Some(System::Linux),
            state,
            cpu,
            waited,
            span,
            ..TaskSighting::default()
        });
        // `runq -g` and `-t` list the same tasks again.
        if let (true, Some(cpu), true) = (self.queued, cpu, asked.words.len() < 2) {
            let relation = if self.current { "on_cpu" } else { "run_queue" };
            let fields = vec![("cpu", Value::Number(f64::from(cpu))), ("task", Value::Task(self.keys.clone()))];
            out.fact(Fact { relation, fields, span });
        }
    }
}

/// Seconds of `[days hours:minutes:seconds]`.
fn seconds(ago: Pair<'_, Rule>) -> f64 {
    ago.into_inner()
        .map(|part| {
            let number: f64 = part.as_str().parse().unwrap_or(0.0);
            match part.as_rule() {
                Rule::days => number * 86_400.0,
                Rule::hours => number * 3_600.0,
                Rule::minutes => number * 60.0,
                _ => number,
            }
        })
        .sum()
}

/// A row of `ps`: tells its task. The header of the table tells nothing.
pub(super) fn row(line: &Line<'_>, out: &mut Builder) -> Option<TaskKeys> {
    if is_ps_header(line.trimmed()) {
        return Some(TaskKeys::default());
    }
    let row = ps(line.text.split("//").next().unwrap_or("").trim_end())?;
    let span = out.at(line.number);
    let bare = row.comm.trim_start_matches('[').trim_end_matches(']');
    let kernel = row.comm.starts_with('[') && row.comm.ends_with(']');
    let name = Some(out.name(bare));
    let keys = TaskKeys { tid: Some(row.pid), address: Some(row.address), ..TaskKeys::default() };
    let idle_thread = row.pid == 0;
    let state = if idle_thread { Some(TaskState::Idle) } else { task_state(row.state) };
    out.task(TaskSighting {
        keys: keys.clone(),
        name,
        system: Some(System::Linux),
        state,
        cpu: Some(row.cpu),
        kernel: Some(kernel),
        span,
        ..TaskSighting::default()
    });
    if row.active {
        let fields = vec![("cpu", Value::Number(f64::from(row.cpu))), ("task", Value::Task(keys.clone()))];
        out.fact(Fact { relation: "on_cpu", fields, span });
    }
    Some(keys)
}

struct PsRow<'a> {
    pid: u32,
    cpu: u32,
    address: u64,
    state: &'a str,
    comm: &'a str,
    active: bool,
}

fn ps(text: &str) -> Option<PsRow<'_>> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '>' || c == '-' || c == ' ') {
        return None;
    }
    let parsed = Grammar::parse(Rule::ps, text).ok()?.next()?;
    let mut row = PsRow { pid: 0, cpu: 0, address: 0, state: "", comm: "", active: false };
    for part in parsed.into_inner() {
        match part.as_rule() {
            Rule::mark => row.active = part.as_str() == ">",
            Rule::pid => row.pid = part.as_str().parse().ok()?,
            Rule::cpu => row.cpu = part.as_str().parse().ok()?,
            Rule::address => row.address = hex(part.as_str())?,
            Rule::state => row.state = part.as_str(),
            Rule::comm => row.comm = part.as_str().trim(),
            _ => {}
        }
    }
    Some(row)
}

/// State letters of `task_state_string()`.
pub(super) fn task_state(letters: &str) -> Option<TaskState> {
    Some(match letters {
        "RU" => TaskState::Running,
        "IN" => TaskState::Sleeping,
        "UN" => TaskState::Blocked,
        "ID" | "PA" => TaskState::Idle,
        "ZO" | "DE" => TaskState::Zombie,
        "ST" | "TR" => TaskState::Stopped,
        "NE" => TaskState::New,
        _ => return None,
    })
}
