//! The lines that carry a clause, no more.

use super::candidates::Tried;
use super::clause::frames;
use super::index::HoldRow;
use super::stacks::FrameAt;
use super::thing::{RowId, Thing};
use crate::graph::Step;
use crate::rules::ast::{Clause, ClauseId, Condition};
use stacklore_model::{HoldSource, ObjectId, ProcessId, Span, TaskId};

/// Rows of a set that are quoted.
const QUOTED_ROWS: usize = 5;

/// Lines in order, without repetition; neighbouring ones are one quote.
pub(crate) fn merge(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if last.source == span.source && span.first <= last.last.saturating_add(1) => {
                *last = last.to(span)
            }
            _ => merged.push(span),
        }
    }
    merged
}

impl Tried<'_> {
    /// The lines that carry the rows of a clause.
    pub(crate) fn quotes(&self, clause: ClauseId, rows: &[RowId]) -> Vec<Span> {
        let of = self.rule.clause(clause);
        merge(rows.iter().take(QUOTED_ROWS).flat_map(|row| self.row_quotes(of, *row)).collect())
    }

    fn row_quotes(&self, clause: &Clause, row: RowId) -> Vec<Span> {
        let analysis = self.tables.analysis;
        match row {
            RowId::Task(task) => self.task_quotes(clause, task),
            RowId::Process(process) => self.process_quotes(clause, process),
            RowId::Hold(hold) => {
                self.tables.index.holds.get(hold as usize).map_or_else(Vec::new, |hold| self.hold_quotes(hold))
            }
            RowId::Cycle(cycle) => match analysis.cycles.get(cycle as usize) {
                Some(cycle) => cycle.steps.iter().flat_map(|step| self.step_quotes(step)).collect(),
                None => Vec::new(),
            },
            RowId::Line(line) => {
                self.tables.index.lines.borrow().get(line as usize).map(|line| line.span).into_iter().collect()
            }
            RowId::Fact(fact) => vec![analysis.case.fact(fact).span],
        }
    }

    /// The line that names the holder; of a nameless reader also the line that counts the readers.
    fn hold_quotes(&self, hold: &HoldRow) -> Vec<Span> {
        let lock = match &hold.object {
            Some(Thing::Object(object)) if hold.from == HoldSource::StackWord => Some(*object),
            _ => None,
        };
        let counted = lock
            .and_then(|object| self.tables.analysis.case.objects.get(object.0 as usize))
            .and_then(|lock| lock.spans.first())
            .map(|span| Span::line(span.source, span.first));
        std::iter::once(hold.span).chain(counted).collect()
    }

    /// Wait and hold of a step, and the line of the lock's queue that has the waiter.
    fn step_quotes(&self, step: &Step) -> Vec<Span> {
        let queued = step.object.and_then(|object| self.queue_line(step.task, object));
        step.spans.iter().copied().chain(queued).collect()
    }

    /// Where the queue of a printed lock names a waiter.
    fn queue_line(&self, task: TaskId, object: ObjectId) -> Option<Span> {
        let lock = self.tables.analysis.case.objects.get(object.0 as usize)?;
        lock.waiters.iter().find(|waiter| waiter.task == task).map(|waiter| waiter.span)
    }

    fn task_quotes(&self, clause: &Clause, id: TaskId) -> Vec<Span> {
        let task = self.tables.analysis.case.task(id);
        let mut spans: Vec<Span> = self.frame_quotes(clause, id);
        for condition in &clause.conditions {
            if let Condition::Field { name, .. } = condition {
                spans.extend(self.field_quotes(id, name));
            }
        }
        if spans.is_empty() {
            let place = task.name_span.or(task.state_span).or(task.sightings.first().copied());
            spans.extend(place.map(|span| Span::line(span.source, span.first)));
        }
        spans
    }

    /// The lines of the frames that a clause wants.
    fn frame_quotes(&self, clause: &Clause, task: TaskId) -> Vec<Span> {
        let (Some(items), without) = frames(clause) else { return Vec::new() };
        let found = self.tables.match_stacks(task, items, &without);
        found.iter().filter_map(|at| self.frame_span(*at)).collect()
    }

    fn frame_span(&self, (stack, frame): FrameAt) -> Option<Span> {
        Some(self.tables.analysis.case.stack(stack).frames.get(frame)?.span)
    }

    /// The lines that tell a field of a task.
    fn field_quotes(&self, id: TaskId, field: &str) -> Vec<Span> {
        let analysis = self.tables.analysis;
        let task = analysis.case.task(id);
        let Some(activity) = self.tables.activity(id) else { return Vec::new() };
        let stack = || activity.stacks.first().map(|stack| analysis.case.stack(*stack));
        let outermost =
            |name: &str| stack()?.frames.iter().rev().find(|frame| &*frame.symbol == name).map(|frame| frame.span);
        let one: Option<Span> = match field {
            "object" => {
                let object = activity.wait.as_ref().and_then(|wait| wait.object);
                let queued = object.and_then(|(object, _)| self.queue_line(id, object));
                return activity.wait.as_ref().map(|wait| wait.span).into_iter().chain(queued).collect();
            }
            "waits" | "mode" | "needs" => activity.wait.as_ref().map(|wait| wait.span),
            "state" => task.state_span,
            "waited" => task.waited_span,
            "name" | "bound_cpu" | "pool" | "device" => task.name_span,
            "listed" => activity.listed_span.map(|span| Span::line(span.source, span.first)),
            "entry" => activity.entry.as_deref().and_then(outermost),
            "module" => {
                let module = activity.module.as_deref();
                let frame =
                    stack().and_then(|stack| stack.frames.iter().find(|frame| frame.module.as_deref() == module));
                frame.filter(|_| module.is_some()).map(|frame| frame.span)
            }
            "cycle" => {
                let cycle = self.tables.index.cycle_of.get(&id).and_then(|cycle| analysis.cycles.get(*cycle as usize));
                let steps = cycle.into_iter().flat_map(|cycle| &cycle.steps).filter(|step| step.task == id);
                return steps.flat_map(|step| self.step_quotes(step)).collect();
            }
            "moved" => {
                let spans = task.stacks.iter().map(|stack| analysis.case.stack(*stack).span);
                return spans.map(|span| Span::line(span.source, span.first)).collect();
            }
            _ => None,
        };
        one.into_iter().collect()
    }

    fn process_quotes(&self, clause: &Clause, id: ProcessId) -> Vec<Span> {
        let case = &self.tables.analysis.case;
        let process = case.process(id);
        // The line that names it; the table below that may be long.
        let told: Vec<Span> = process.spans.iter().map(|span| Span::line(span.source, span.first)).collect();
        if !told.is_empty() {
            return told;
        }
        let tests_tasks = clause
            .conditions
            .iter()
            .any(|condition| matches!(condition, Condition::Field { name, .. } if name == "threads"));
        let tasks = process.tasks.iter().take(if tests_tasks { QUOTED_ROWS } else { 1 });
        let places = tasks.filter_map(|task| case.task(*task).sightings.first());
        places.map(|span| Span::line(span.source, span.first)).collect()
    }
}
