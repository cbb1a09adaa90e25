//! Whether a stack of a task has the frames that a clause lists.

use super::fields::Tables;
use super::thing::Truth;
use crate::rules::ast::StackItem;
use stacklore_model::{Reliability, StackId, System, TaskId};

/// A frame: a stack and the index in it.
pub(crate) type FrameAt = (StackId, usize);

/// What is found of a clause's frames in the stacks of a task.
#[derive(Clone, Debug)]
pub(crate) struct StackMatch {
    /// Whether they are there.
    pub(crate) truth: Truth,
    /// The frames, from the innermost outward; items that the dialect hides have none.
    pub(crate) frames: Vec<FrameAt>,
}

/// Whether the functions of a system are those of a kernel.
pub(crate) fn is_kernel(system: System) -> bool {
    matches!(system, System::Linux | System::Illumos | System::Freebsd)
}

impl Tables<'_> {
    /// Looks for the frames in the latest stacks of a task. `systems` are those of the rule: where the task shows no
    /// stack of any of them, nothing can be excluded.
    pub(crate) fn match_stacks(
        &self,
        task: TaskId,
        items: &[StackItem],
        without: &[&StackItem],
        systems: &[System],
    ) -> StackMatch {
        let case = &self.analysis.case;
        let mut excluded = false;
        let mut open = false;
        for view in self.views(task) {
            let cut = view.iter().any(|stack| case.stack(*stack).cut);
            excluded |= view.iter().any(|stack| systems.contains(&case.stack(*stack).system));
            open |= cut;
            let Some(frames) = self.match_view(&view, items) else { continue };
            if self.has_any(&view, without) {
                continue;
            }
            if !cut || without.is_empty() {
                return StackMatch { truth: Truth::Yes, frames };
            }
        }
        let truth = if excluded && !open { Truth::No } else { Truth::Unknown };
        StackMatch { truth, frames: Vec::new() }
    }

    /// The stacks that are read as one: kernel and user stack of a waiting task together, others alone.
    fn views(&self, task: TaskId) -> Vec<Vec<StackId>> {
        let case = &self.analysis.case;
        let Some(activity) = self.activity(task) else { return Vec::new() };
        let (kernel, user): (Vec<StackId>, Vec<StackId>) =
            activity.stacks.iter().partition(|stack| is_kernel(case.stack(**stack).system));
        if kernel.is_empty() || user.is_empty() || activity.on_cpu {
            return activity.stacks.iter().map(|stack| vec![*stack]).collect();
        }
        kernel.iter().flat_map(|inner| user.iter().map(|outer| vec![*inner, *outer])).collect()
    }

    /// The frames of one view that the items match, each as far in as possible.
    fn match_view(&self, view: &[StackId], items: &[StackItem]) -> Option<Vec<FrameAt>> {
        let frames: Vec<FrameAt> = self.frames_of(view);
        let mut found = Vec::new();
        let mut next = 0;
        // Set where `^` stood at an item that counts as matched because it is hidden.
        let mut innermost = false;
        for item in items {
            let anchored = item.innermost || std::mem::take(&mut innermost);
            let fits = |at: &usize| {
                let at = frames[*at];
                self.frame_matches(at, item)
                    && (!anchored || self.only_plumbing(at, true))
                    && (!item.outermost || self.only_plumbing(at, false))
            };
            if let Some(at) = (next..frames.len()).find(fits) {
                found.push(frames[at]);
                next = at + 1;
            } else if self.is_hidden(view, item) {
                innermost = anchored;
            } else {
                return None;
            }
        }
        Some(found)
    }

    fn frames_of(&self, view: &[StackId]) -> Vec<FrameAt> {
        let length = |stack: &StackId| self.analysis.case.stack(*stack).frames.len();
        view.iter().flat_map(|stack| (0..length(stack)).map(move |frame| (*stack, frame))).collect()
    }

    /// Whether a frame is one that an item means. Unsure frames are none.
    fn frame_matches(&self, (stack, frame): FrameAt, item: &StackItem) -> bool {
        let Some(printed) = self.analysis.case.stack(stack).frames.get(frame) else { return false };
        if printed.reliability == Reliability::Unsure {
            return false;
        }
        let module = || match &item.module {
            Some(module) => printed.module.as_ref().is_some_and(|name| module.is_match(name)),
            None => true,
        };
        let symbols = &self.index.symbols;
        item.alternatives.iter().any(|pattern| symbols.matches(self.vocabulary, stack, frame, pattern)) && module()
    }

    /// Whether nothing but plumbing lies further in (or out) than a frame of its own stack.
    fn only_plumbing(&self, (stack, frame): FrameAt, inward: bool) -> bool {
        let stack = self.analysis.case.stack(stack);
        let mut range = if inward { 0..frame } else { frame + 1..stack.frames.len() };
        range.all(|at| {
            stack.frames[at].reliability == Reliability::Unsure
                || self.vocabulary.is_plumbing(stack.system, &stack.frames, at)
        })
    }

    /// Whether a stack of the view is of a dialect that never prints what the item means.
    fn is_hidden(&self, view: &[StackId], item: &StackItem) -> bool {
        !item.alternatives.is_empty()
            && view.iter().any(|stack| {
                let stack = self.analysis.case.stack(*stack);
                let hidden = |pattern| self.vocabulary.is_hidden(stack.system, stack.dialect, pattern);
                item.alternatives.iter().all(hidden)
            })
    }

    /// Whether any of the items stands anywhere in the view.
    fn has_any(&self, view: &[StackId], items: &[&StackItem]) -> bool {
        !items.is_empty()
            && self.frames_of(view).into_iter().any(|at| items.iter().any(|item| self.frame_matches(at, item)))
    }
}
