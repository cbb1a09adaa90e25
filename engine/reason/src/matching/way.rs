//! How the tasks of a finding came to where they are: frames that no clause asks for, and that a reader wants to see.

use super::binding::Binding;
use super::candidates::Tried;
use super::clause::frames;
use super::quotes::merge;
use super::thing::RowId;
use crate::finding::{Evidence, WAY};
use crate::rules::ast::ClauseId;
use stacklore_model::{CaseStack, Row, Span, TaskId};
use std::ops::Range;

/// Tasks of which it is told.
const TASKS: usize = 4;

/// Frames that are told of one part of a stack.
const FRAMES: usize = 6;

impl Tried<'_> {
    /// The ways of the tasks of a finding, without the lines that its clauses quote.
    pub(crate) fn ways(
        &self,
        roles: &[(String, Vec<TaskId>)],
        binding: &Binding,
        evidence: &[Evidence],
    ) -> Vec<Evidence> {
        let mut tasks: Vec<TaskId> = Vec::new();
        for task in roles.iter().flat_map(|(_, tasks)| tasks).copied().chain(self.reported(binding)) {
            if tasks.len() < TASKS && !tasks.contains(&task) {
                tasks.push(task);
            }
        }
        let quoted: Vec<Span> = evidence.iter().flat_map(|evidence| &evidence.quotes).copied().collect();
        let is_new = |span: &Span| {
            !quoted
                .iter()
                .any(|known| known.source == span.source && known.first <= span.first && span.last <= known.last)
        };
        let ways = tasks.into_iter().map(|task| {
            let spans = self.way(task).into_iter().chain(self.between(task, binding)).filter(is_new).collect();
            let says = format!("How {} came there.", self.tables.task_label(task));
            Evidence { clause: WAY.to_owned(), says, quotes: merge(spans) }
        });
        ways.filter(|way| !way.quotes.is_empty()).collect()
    }

    /// The tasks of which a tool reports something.
    fn reported(&self, binding: &Binding) -> impl Iterator<Item = TaskId> {
        let rows = self.hits(binding).flat_map(|(_, rows)| rows);
        rows.filter_map(|row| match row {
            RowId::Fact(fact) => {
                self.tables.analysis.case.fact(fact).fields.iter().find_map(|(_, value)| match value {
                    Row::Task(task) => Some(*task),
                    _ => None,
                })
            }
            _ => None,
        })
    }

    /// The clauses that hold, with their rows.
    fn hits(&self, binding: &Binding) -> impl Iterator<Item = (ClauseId, Vec<RowId>)> {
        let clauses = (0..self.rule.clauses.len()).map(ClauseId);
        clauses.filter_map(|clause| Some((clause, binding.hit_of(clause)?.rows.to_vec())))
    }

    /// The nearest frames outward of a task's wait and the outermost one: who asked for it, and for what. Of a task that
    /// waits for nothing, where it runs.
    fn way(&self, task: TaskId) -> Vec<Span> {
        let stacks = &self.tables.analysis.case.stacks;
        let Some(activity) = self.tables.activity(task) else { return Vec::new() };
        let Some(wait) = &activity.wait else {
            let stack = activity.stacks.first().and_then(|id| stacks.get(id.0 as usize));
            return stack.map_or_else(Vec::new, |stack| self.told(stack, 0..stack.frames.len()).collect());
        };
        // A waiter that only a lock's queue names has no stack.
        let Some(stack) = stacks.get(wait.stack.0 as usize) else { return Vec::new() };
        let entry = activity.entry.as_deref();
        let outermost = stack.frames.iter().rev().find(|frame| entry == Some(&*frame.symbol)).map(|frame| frame.span);
        self.told(stack, wait.frames.1 + 1..stack.frames.len()).chain(outermost).collect()
    }

    /// The frames between those that clauses ask for: how the one came to the other.
    fn between(&self, task: TaskId, binding: &Binding) -> Vec<Span> {
        let mut spans = Vec::new();
        for (clause, rows) in self.hits(binding) {
            let (Some(items), without) = frames(self.rule.clause(clause)) else { continue };
            if !rows.contains(&RowId::Task(task)) {
                continue;
            }
            let found = self.tables.match_stacks(task, items, &without);
            for pair in found.windows(2) {
                if let [(stack, inner), (same, outer)] = pair
                    && stack == same
                    && let Some(stack) = self.tables.analysis.case.stacks.get(stack.0 as usize)
                {
                    spans.extend(self.told(stack, inner + 1..*outer));
                }
            }
        }
        spans
    }

    /// The first frames of a part of a stack that are not plumbing.
    fn told<'a>(&'a self, stack: &'a CaseStack, part: Range<usize>) -> impl Iterator<Item = Span> + 'a {
        let told = part.filter(|at| !self.tables.vocabulary.is_plumbing(stack.system, &stack.frames, *at));
        told.filter_map(|at| stack.frames.get(at)).map(|frame| frame.span).take(FRAMES)
    }
}
