//! The stacks of some tasks of a case, by what they have in common.

use super::form::{self, Form, FormId};
use super::normal::Normal;
use crate::analysis::Analysis;
use crate::diagnosis::stands_for;
use crate::vocabulary::Vocabulary;
use stacklore_model::{StackId, TaskId};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Stacks of one form.
#[derive(Clone, Debug, PartialEq)]
pub struct Unexplained {
    /// What they have in common.
    pub form: Form,
    /// The stacks, one for each task, in the order of the text.
    pub stacks: Vec<StackId>,
    /// Tasks that stand there; more than stacks where one stack stands for several.
    pub tasks: u64,
}

/// The stacks of these tasks by their forms, those of most tasks first.
pub(crate) fn unexplained(analysis: &Analysis, vocabulary: &Vocabulary, tasks: &BTreeSet<TaskId>) -> Vec<Unexplained> {
    let mut names = Normal::new(vocabulary);
    let mut forms: BTreeMap<FormId, Unexplained> = BTreeMap::new();
    for task in tasks {
        let at = task.0 as usize;
        let Some((task, activity)) = analysis.case.tasks.get(at).zip(analysis.activities.get(at)) else { continue };
        let Some(id) = stands_for(analysis, task, activity) else { continue };
        let stack = analysis.case.stacks.get(id.0 as usize).filter(|stack| stack.kind.is_backtrace());
        let wait = activity.wait.as_ref().filter(|wait| wait.stack == id);
        let Some((stack, form)) = stack.and_then(|stack| Some((stack, form::of(vocabulary, &mut names, stack, wait)?)))
        else {
            continue;
        };
        let known = forms.entry(form.id());
        let known = known.or_insert_with(|| Unexplained { form, stacks: Vec::new(), tasks: 0 });
        known.stacks.push(id);
        known.tasks += stack.kind.count();
    }
    let mut forms: Vec<Unexplained> = forms.into_values().collect();
    forms.iter_mut().for_each(|form| form.stacks.sort_unstable());
    forms.sort_by_key(|form| (Reverse(form.tasks), form.stacks.first().copied()));
    forms
}
