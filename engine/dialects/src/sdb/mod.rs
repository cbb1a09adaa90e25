//! `stacks` of sdb, the debugger of Delphix: each distinct kernel stack once, with one of its tasks and their number.
//!
//! ```text
//! TASK_STRUCT        STATE             COUNT
//! ==========================================
//! 0xffff8ab9a13a1740 UNINTERRUPTIBLE       4
//!                    __schedule+0x2e5
//!                    schedule+0x33
//! ```
//!
//! Source of the format: `sdb/commands/linux/stacks.py`, `print_stacks()`.

use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Context, Line};
use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;
use stacklore_model::{Frame, MendKind, StackKind, StackSighting, System, TaskKeys, TaskSighting, TaskState};

#[derive(Parser)]
#[grammar = "sdb/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct Sdb;

const NAME: &str = "sdb";

impl Dialect for Sdb {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["TASK_STRUCT", "INTERRUPTIBLE "]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<SdbReader>::default()
    }
}

#[derive(Default)]
struct SdbReader {
    group: Option<Group>,
}

/// Tasks with one stack.
struct Group {
    task: TaskKeys,
    state: Option<TaskState>,
    count: u64,
    first: u32,
    frames: Vec<Frame>,
    cut: bool,
}

impl Reader for SdbReader {
    fn opens(&mut self, line: &Line<'_>, _context: &Context<'_>) -> bool {
        let text = line.trimmed();
        (text.starts_with("TASK_STRUCT") && parse(Rule::header, text).is_some()) || group(text, line.number).is_some()
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        if text.is_empty() {
            return Fed::Passed;
        }
        if let Some(begun) = group(text, line.number) {
            self.end(out);
            self.group = Some(begun);
            return Fed::Taken;
        }
        if let Some(group) = &mut self.group {
            if let Some(frame) = frame(text, line.number, out) {
                group.frames.push(frame);
                return Fed::Taken;
            }
            // `-a` lists the other tasks of the group.
            if group.frames.is_empty() && parse(Rule::other, text).is_some() {
                return Fed::Taken;
            }
            if crate::text::shell::is_elision(text) {
                group.cut = true;
                return Fed::Passed;
            }
        }
        let head = parse(Rule::header, text).is_some() || text.bytes().all(|byte| byte == b'=');
        if head { Fed::Taken } else { Fed::End }
    }

    fn close(&mut self, out: &mut Builder) {
        self.end(out);
    }
}

impl SdbReader {
    fn end(&mut self, out: &mut Builder) {
        let Some(group) = self.group.take() else { return };
        out.task(TaskSighting {
            keys: group.task.clone(),
            system: Some(System::Linux),
            state: group.state,
            span: out.at(group.first),
            ..TaskSighting::default()
        });
        let last = group.frames.last().map_or(group.first, |frame| frame.span.last);
        let span = out.span(group.first, last);
        out.stack(StackSighting {
            kind: StackKind::Shared(group.count),
            cut: group.cut,
            running: group.state == Some(TaskState::Running),
            ..StackSighting::new(group.task, NAME, System::Linux, group.frames, span)
        });
    }
}

fn parse(rule: Rule, text: &str) -> Option<Pair<'_, Rule>> {
    Grammar::parse(rule, text).ok()?.next()
}

fn group(text: &str, line: u32) -> Option<Group> {
    if !text.starts_with("0x") {
        return None;
    }
    let mut read =
        Group { task: TaskKeys::default(), state: None, count: 1, first: line, frames: Vec::new(), cut: false };
    for part in parse(Rule::group, text)?.into_inner() {
        match part.as_rule() {
            Rule::address => read.task.address = u64::from_str_radix(part.as_str().trim_start_matches("0x"), 16).ok(),
            Rule::state => read.state = Some(state(part.as_str())?),
            Rule::count => read.count = part.as_str().parse().ok()?,
            _ => {}
        }
    }
    Some(read)
}

fn state(word: &str) -> Option<TaskState> {
    Some(match word {
        "RUNNING" | "WAKING" => TaskState::Running,
        "INTERRUPTIBLE" => TaskState::Sleeping,
        "UNINTERRUPTIBLE" => TaskState::Blocked,
        "STOPPED" | "TRACING_STOP" | "PARKED" => TaskState::Stopped,
        "ZOMBIE" | "DEAD" => TaskState::Zombie,
        "IDLE" => TaskState::Idle,
        "NEW" => TaskState::New,
        _ => return None,
    })
}

fn frame(text: &str, line: u32, out: &mut Builder) -> Option<Frame> {
    let mut frame = Frame::new(out.name("??"), out.at(line));
    for part in parse(Rule::frame, text)?.into_inner() {
        match part.as_rule() {
            Rule::symbol => frame.symbol = out.name(part.as_str()),
            Rule::lost => out.mend(MendKind::LostPlus, line),
            Rule::offset => frame.offset = u64::from_str_radix(part.as_str(), 16).ok(),
            _ => {}
        }
    }
    Some(frame)
}

#[cfg(test)]
mod tests {
    use crate::driver::read;
    use stacklore_model::{Document, SourceId, StackKind, TaskState};

    #[test]
    fn groups_with_their_counts() {
        let text = "sdb> stacks -m zfs\nTASK_STRUCT        STATE             COUNT\n\
                    ==========================================\n0xffff8f15889fe2c0 INTERRUPTIBLE       394\n                  \
                    __schedule+0x2e5\n                  schedule+0x33\n\n0xffff8ab9a13a1740 UNINTERRUPTIBLE       4\n\
                    0xffff8ab9a13a1880\n                  mutex_lock+0x2c\n0xffff8ab9a13a1900 RUNNING 1\n  f+0x1\nprose\n";
        let reading = read(SourceId(0), &Document::from_text("x", text));
        let seen: Vec<_> = reading
            .stacks
            .iter()
            .map(|s| (s.task.address, s.kind, s.frames.iter().map(|f| f.symbol.to_string()).collect::<Vec<_>>()))
            .collect();
        assert_eq!(
            seen,
            [
                (
                    Some(0xffff8f15889fe2c0),
                    StackKind::Shared(394),
                    vec!["__schedule".to_owned(), "schedule".to_owned()]
                ),
                (Some(0xffff8ab9a13a1740), StackKind::Shared(4), vec!["mutex_lock".to_owned()]),
                (Some(0xffff8ab9a13a1900), StackKind::Shared(1), vec!["f".to_owned()])
            ]
        );
        let states: Vec<_> = reading.tasks.iter().filter_map(|task| task.state).collect();
        assert_eq!(states, [TaskState::Sleeping, TaskState::Blocked, TaskState::Running]);
    }
}
