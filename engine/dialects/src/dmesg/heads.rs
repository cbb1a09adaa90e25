//! Lines that name the task or the CPU of the trace below them.

use super::stream::stamp;
use super::trace::Head;
use super::{Grammar, Rule};
use crate::builder::Builder;
use crate::text::{Line, PerShape};
use pest::Parser;
use stacklore_model::{System, TaskKeys, TaskSighting, TaskState};
use std::ops::Range;

/// Where the parts of a task line stand.
#[derive(Default)]
struct TaskLine {
    name: Option<Range<usize>>,
    state: Option<TaskState>,
    tid: Option<Range<usize>>,
    pid: Option<Range<usize>>,
}

/// The shapes of task lines; `None` stands for lines that are none.
#[derive(Default)]
pub(super) struct TaskLines {
    known: PerShape<Option<TaskLine>>,
}

impl TaskLines {
    /// A task line of any kernel: emits what it says of the task.
    pub(super) fn read(&mut self, line: &Line<'_>, out: &mut Builder) -> Option<Head> {
        let Some(shape) = line.shape else { return parse_task(&line.text)?.emit(line, out) };
        if self.known.get(shape).is_none() {
            self.known.insert(shape, parse_task(&line.text));
        }
        self.known.get(shape)?.as_ref()?.emit(line, out)
    }
}

fn parse_task(text: &str) -> Option<TaskLine> {
    let rule = if text.trim_start().starts_with("task:") { Rule::task } else { Rule::old_task };
    let mut task = TaskLine::default();
    for part in Grammar::parse(rule, text).ok()?.next()?.into_inner() {
        let range = part.as_span().start()..part.as_span().end();
        match part.as_rule() {
            Rule::comm | Rule::old_comm => task.name = Some(range),
            Rule::state => task.state = state_of(part.as_str()),
            Rule::pid => task.tid = Some(range),
            Rule::tgid => task.pid = Some(range),
            _ => {}
        }
    }
    Some(task)
}

impl TaskLine {
    fn emit(&self, line: &Line<'_>, out: &mut Builder) -> Option<Head> {
        let part = |range: &Option<Range<usize>>| line.text.get(range.clone()?);
        let number = |range| part(range).and_then(|digits| digits.parse().ok()).filter(|number| *number != 0);
        // A process of its own id is its own leader; others are told by their `tgid:` only.
        let task = TaskKeys { tid: number(&self.tid), pid: number(&self.pid), ..TaskKeys::default() };
        let name = part(&self.name).map(|name| out.name(name.trim()));
        out.task(TaskSighting {
            keys: task.clone(),
            name: name.clone(),
            system: Some(System::Linux),
            state: self.state,
            span: out.at(line.number),
            ..TaskSighting::default()
        });
        let running = self.state == Some(TaskState::Running);
        Some(Head { task, name, cpu: None, running, line: line.number, time: stamp(line) })
    }
}

/// `CPU: 1 PID: 97 Comm: warner …`: the task that ran on that CPU.
pub(super) fn cpu(line: &Line<'_>, out: &mut Builder) -> Option<Head> {
    let parsed = Grammar::parse(Rule::cpu, line.trimmed()).ok()?.next()?;
    let mut head = Head { running: true, line: line.number, time: stamp(line), ..Head::default() };
    for part in parsed.into_inner() {
        match part.as_rule() {
            Rule::number => head.cpu = part.as_str().parse().ok(),
            // Every CPU has an idle task, and the id of all of them is 0.
            Rule::pid => head.task.tid = part.as_str().parse().ok().filter(|tid| *tid != 0),
            Rule::cpu_comm => head.name = Some(out.name(part.as_str().trim())),
            _ => {}
        }
    }
    out.task(TaskSighting {
        keys: head.task.clone(),
        name: head.name.clone(),
        system: Some(System::Linux),
        cpu: head.cpu,
        span: out.at(line.number),
        ..TaskSighting::default()
    });
    Some(head)
}

/// A line of kdb or xmon that names a task: emits what it says of it.
pub(super) fn debugger(line: &Line<'_>, out: &mut Builder) -> Option<Head> {
    let text = line.trimmed();
    let rule = match text.as_bytes().first()? {
        b'S' => Rule::kdb_head,
        b'0' => Rule::kdb_row,
        _ => Rule::xmon_task,
    };
    let mut head = Head { line: line.number, time: line.prefix.time, ..Head::default() };
    let mut state = None;
    for part in Grammar::parse(rule, text).ok()?.next()?.into_inner() {
        match part.as_rule() {
            Rule::pid => head.task.tid = part.as_str().parse().ok().filter(|tid| *tid != 0),
            Rule::kdb_task => head.task.address = u64::from_str_radix(part.as_str(), 16).ok(),
            Rule::state => state = state_of(part.as_str()),
            Rule::on_cpu => head.running = part.as_str() == "1",
            Rule::number => head.cpu = part.as_str().parse().ok(),
            Rule::kdb_comm => head.name = Some(out.name(part.as_str().trim())),
            _ => {}
        }
    }
    out.task(TaskSighting {
        keys: head.task.clone(),
        name: head.name.clone(),
        system: Some(System::Linux),
        state,
        cpu: head.cpu,
        span: out.at(line.number),
        ..TaskSighting::default()
    });
    Some(head)
}

/// State of a task by its letter.
pub(super) fn state_of(letter: &str) -> Option<TaskState> {
    Some(match letter {
        "R" => TaskState::Running,
        "S" | "K" | "W" => TaskState::Sleeping,
        "D" => TaskState::Blocked,
        "T" | "t" => TaskState::Stopped,
        "Z" | "X" | "x" => TaskState::Zombie,
        "I" | "P" => TaskState::Idle,
        "N" => TaskState::New,
        _ => return None,
    })
}

/// Name and id of `kworker/0:1:17`: the id stands behind the last colon or slash.
pub(super) fn who(text: &str, out: &mut Builder) -> (Option<stacklore_model::Name>, TaskKeys) {
    let text = text.trim();
    let cut = text.rfind([':', '/']);
    let tid = cut.and_then(|at| text[at + 1..].parse::<u32>().ok());
    match (cut, tid) {
        (Some(at), Some(tid)) => {
            let keys = TaskKeys { tid: Some(tid).filter(|tid| *tid != 0), ..TaskKeys::default() };
            (Some(out.name(&text[..at])), keys)
        }
        _ => (Some(out.name(text)), TaskKeys::default()),
    }
}
