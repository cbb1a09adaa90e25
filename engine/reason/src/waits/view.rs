//! What the vocabulary says of every frame of a case, worked out once for each distinct function.

use crate::vocabulary::index::SymbolClass;
use crate::vocabulary::{Vocabulary, class_is_plumbing, is_unnamed, unnamed_flags};
use stacklore_model::{Case, CaseStack, Name, Reliability, StackId, System};
use std::collections::HashMap;

/// The classes of all frames of a case.
pub(crate) struct View {
    classes: Vec<SymbolClass>,
    /// By stack and frame: index of the class; `None` for unnamed and unsure frames, and for all of a stack that is no
    /// backtrace.
    frames: Vec<Vec<Option<u32>>>,
    /// By stack and frame: a frame to look through.
    plumbing: Vec<Vec<bool>>,
}

impl View {
    /// Classifies every frame of a case.
    pub(crate) fn new(case: &Case, vocabulary: &Vocabulary) -> Self {
        let mut known: HashMap<(System, Name), u32> = HashMap::new();
        let mut view = View { classes: Vec::new(), frames: Vec::new(), plumbing: Vec::new() };
        for stack in &case.stacks {
            view.add(stack, vocabulary, &mut known);
        }
        view
    }

    fn add(&mut self, stack: &CaseStack, vocabulary: &Vocabulary, known: &mut HashMap<(System, Name), u32>) {
        let unnamed = unnamed_flags(&stack.frames);
        let mut classes = Vec::with_capacity(stack.frames.len());
        let mut plumbing = Vec::with_capacity(stack.frames.len());
        for (frame, unnamed_plumbing) in stack.frames.iter().zip(unnamed) {
            if !stack.kind.is_backtrace() || frame.reliability == Reliability::Unsure || is_unnamed(frame) {
                classes.push(None);
                plumbing.push(frame.reliability == Reliability::Unsure || unnamed_plumbing);
                continue;
            }
            let key = (stack.system, frame.symbol.clone());
            let number = *known.entry(key).or_insert_with(|| {
                let class = vocabulary.systems.get(&stack.system).map(|system| system.class(&frame.symbol));
                self.classes.push(class.unwrap_or_default());
                u32::try_from(self.classes.len() - 1).unwrap_or(u32::MAX)
            });
            plumbing.push(self.classes.get(number as usize).is_some_and(|class| class_is_plumbing(class, frame)));
            classes.push(Some(number));
        }
        self.frames.push(classes);
        self.plumbing.push(plumbing);
    }

    /// What the vocabulary says of a frame; `None` for unnamed and unsure ones.
    pub(crate) fn class(&self, stack: StackId, frame: usize) -> Option<&SymbolClass> {
        let number = (*self.frames.get(stack.0 as usize)?.get(frame)?)?;
        self.classes.get(number as usize)
    }

    /// Whether a frame is one to look through.
    pub(crate) fn is_plumbing(&self, stack: StackId, frame: usize) -> bool {
        self.plumbing.get(stack.0 as usize).and_then(|flags| flags.get(frame)).copied().unwrap_or(false)
    }

    /// Frames of a stack.
    pub(crate) fn depth(&self, stack: StackId) -> usize {
        self.frames.get(stack.0 as usize).map_or(0, Vec::len)
    }
}
