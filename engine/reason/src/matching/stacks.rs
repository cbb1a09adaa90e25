//! Whether a stack of a task has the frames that a clause lists.

use super::fields::Tables;
use super::shapes::{Look, views};
use crate::rules::ast::StackItem;
use stacklore_model::{Reliability, StackId, System, TaskId};

/// A frame: a stack and the index in it.
pub(crate) type FrameAt = (StackId, usize);

/// Whether the functions of a system are those of a kernel.
pub(crate) fn is_kernel(system: System) -> bool {
    matches!(system, System::Linux | System::Illumos | System::Freebsd)
}

impl Tables<'_> {
    /// The frames that a clause wants, from the innermost outward, in the first of the latest stacks of a task that
    /// has them; items that the dialect hides have none.
    pub(crate) fn match_stacks(&self, task: TaskId, items: &[StackItem], without: &[&StackItem]) -> Vec<FrameAt> {
        let case = &self.analysis.case;
        let views = self.activity(task).map(|activity| views(case, activity)).unwrap_or_default();
        let whole = |view: &[StackId]| without.is_empty() || !view.iter().any(|stack| case.stack(*stack).cut);
        let fitting = views.iter().filter(|view| whole(view) && !self.has_any(view, without));
        fitting.into_iter().find_map(|view| self.match_view(view, items)).unwrap_or_default()
    }

    /// What the frames of a clause are to one view, and so to all of its shape. Where a task shows no stack of the
    /// `systems` of the rule, nothing can be excluded.
    pub(crate) fn look(
        &self,
        view: &[StackId],
        items: &[StackItem],
        without: &[&StackItem],
        systems: &[System],
    ) -> Look {
        let stacks = || view.iter().map(|stack| self.analysis.case.stack(*stack));
        let cut = stacks().any(|stack| stack.cut);
        let fits =
            (!cut || without.is_empty()) && self.match_view(view, items).is_some() && !self.has_any(view, without);
        Look::new(fits, stacks().any(|stack| systems.contains(&stack.system)), cut)
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
