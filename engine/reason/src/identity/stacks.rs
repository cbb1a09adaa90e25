//! The stacks of a case: the same stack of the same task printed again is one stack seen again.

use super::mentions::{Mention, Origin};
use stacklore_model::{
    Case, CaseStack, Frame, Name, Reading, Reliability, StackId, StackSeen, StackSighting, System, TaskId,
};
use std::collections::HashMap;

/// What makes two printed stacks of one task the same: who printed it, and which functions at which offsets.
#[derive(PartialEq, Eq, Hash)]
struct Look {
    task: TaskId,
    dialect: &'static str,
    system: System,
    frames: Vec<(Name, Option<u64>, Option<Name>, bool)>,
}

impl Look {
    fn new(task: TaskId, stack: &StackSighting) -> Self {
        Look { task, dialect: stack.dialect, system: stack.system, frames: stack.frames.iter().map(frame).collect() }
    }
}

/// A tool that prints no offset may print the source line instead.
fn frame(frame: &Frame) -> (Name, Option<u64>, Option<Name>, bool) {
    let line = if frame.offset.is_none() { frame.location.clone() } else { None };
    (frame.symbol.clone(), frame.offset, line, frame.reliability == Reliability::Unsure)
}

/// Adds the stacks in the order of the texts.
pub(super) fn add(readings: &mut [Reading], mentions: &[Mention], tasks: &[Option<TaskId>], case: &mut Case) {
    let mut known: HashMap<Look, StackId> = HashMap::new();
    for (mention, task) in mentions.iter().zip(tasks) {
        let (Origin::Stack(reading, index), Some(task)) = (mention.origin, *task) else { continue };
        let Some(stack) = readings.get_mut(reading).and_then(|reading| reading.stacks.get_mut(index)) else { continue };
        let id = StackId(case.stacks.len() as u32);
        let (session, running, time) = (mention.keys.session, stack.running, stack.time);
        let first = *known.entry(Look::new(task, stack)).or_insert(id);
        if first == id {
            case.stacks.push(first_seen(task, mention, stack));
            case.tasks[task.0 as usize].stacks.push(id);
        } else {
            seen_again(&mut case.stacks[first.0 as usize], mention, stack);
        }
        case.seen.push(StackSeen { stack: first, span: mention.span, session, running, time });
    }
}

fn first_seen(task: TaskId, mention: &Mention, stack: &mut StackSighting) -> CaseStack {
    CaseStack {
        task,
        dialect: stack.dialect,
        system: stack.system,
        session: mention.keys.session,
        kind: stack.kind,
        frames: std::mem::take(&mut stack.frames),
        registers: std::mem::take(&mut stack.registers),
        span: mention.span,
        again: Vec::new(),
        cut: stack.cut,
        running: stack.running,
        time: stack.time,
    }
}

fn seen_again(known: &mut CaseStack, mention: &Mention, stack: &mut StackSighting) {
    known.again.push(mention.span);
    if known.registers.is_empty() {
        known.registers = std::mem::take(&mut stack.registers);
    }
    known.cut &= stack.cut;
}
