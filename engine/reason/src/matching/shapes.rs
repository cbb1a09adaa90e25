//! Stacks that read the same to every rule: the same functions of the same dialect, one behind the other.
//!
//! A dump of a server shows thousands of threads in a few distinct stacks. The frames of a clause are looked for once
//! in each distinct one, and from there lead straight to the tasks.

use super::candidates::Tried;
use super::clause::frames;
use super::stacks::is_kernel;
use super::symbols::{SymbolId, Symbols};
use super::thing::{RowId, Truth};
use crate::analysis::{Activity, Analysis};
use crate::rules::ast::{ClauseId, StackItem};
use stacklore_model::{Case, Name, Reliability, StackId, System, TaskId};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// Index of a distinct view: one stack, or a kernel and a user stack that are read as one.
pub(crate) type ShapeId = u32;

/// What a frame says to a rule: its function, how far it can be trusted, its module.
type FrameKey = (SymbolId, Reliability, Option<Name>);

/// What a stack says to a rule: its dialect, its system, whether frames are missing, its frames.
type StackKey = (&'static str, System, bool, Vec<u32>);

/// The distinct views of a case.
#[derive(Default)]
pub(crate) struct Shapes {
    /// One view of each shape.
    examples: Vec<Vec<StackId>>,
    /// The tasks that have a view of that shape, in order.
    tasks: Vec<Vec<RowId>>,
    /// Shapes of the views of each task.
    of_task: Vec<Vec<ShapeId>>,
    /// Shapes in which a function stands, unsure frames not counted.
    by_symbol: Vec<Vec<ShapeId>>,
}

/// What the frames of a clause are to one shape.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    /// They are there, and what must not be there is not.
    fits: bool,
    /// The rule speaks of a system of the view.
    speaks: bool,
    /// Frames of the view are missing.
    cut: bool,
}

impl Shapes {
    /// The distinct views of all tasks.
    pub(crate) fn new(analysis: &Analysis, symbols: &Symbols) -> Self {
        let mut shapes = Shapes { by_symbol: vec![Vec::new(); symbols.len()], ..Shapes::default() };
        let mut stacks = Stacks::default();
        let mut known: HashMap<Vec<u32>, ShapeId> = HashMap::new();
        for (number, activity) in (0..).zip(&analysis.activities) {
            let mut own: Vec<ShapeId> = Vec::new();
            for view in views(&analysis.case, activity) {
                let key = view.iter().map(|stack| stacks.key(&analysis.case, *stack, symbols)).collect();
                let next = u32::try_from(shapes.examples.len()).unwrap_or(u32::MAX);
                let shape = *known.entry(key).or_insert(next);
                if shape == next {
                    shapes.add(&analysis.case, symbols, view);
                }
                if !own.contains(&shape) {
                    own.push(shape);
                    shapes.tasks[shape as usize].push(RowId::Task(TaskId(number)));
                }
            }
            shapes.of_task.push(own);
        }
        shapes
    }

    fn add(&mut self, case: &Case, symbols: &Symbols, view: Vec<StackId>) {
        let shape = u32::try_from(self.examples.len()).unwrap_or(u32::MAX);
        for stack in &view {
            let printed = case.stack(*stack).frames.iter().zip(symbols.frames(*stack));
            for (_, symbol) in printed.filter(|(frame, _)| frame.reliability != Reliability::Unsure) {
                let places = &mut self.by_symbol[*symbol as usize];
                if places.last() != Some(&shape) {
                    places.push(shape);
                }
            }
        }
        self.examples.push(view);
        self.tasks.push(Vec::new());
    }

    /// Number of shapes.
    pub(crate) fn len(&self) -> usize {
        self.examples.len()
    }
}

/// Distinct stacks while they are counted.
#[derive(Default)]
struct Stacks {
    /// Frames share their calls: most are known by where these lie.
    calls: HashMap<(usize, System), u32>,
    frames: HashMap<FrameKey, u32>,
    stacks: HashMap<StackKey, u32>,
}

impl Stacks {
    /// The number of a distinct stack.
    fn key(&mut self, case: &Case, id: StackId, symbols: &Symbols) -> u32 {
        let stack = case.stack(id);
        let mut keys = Vec::with_capacity(stack.frames.len());
        for (frame, symbol) in stack.frames.iter().zip(symbols.frames(id)) {
            let frames = &mut self.frames;
            let key = self.calls.entry((Arc::as_ptr(&frame.call) as usize, stack.system)).or_insert_with(|| {
                let next = u32::try_from(frames.len()).unwrap_or(u32::MAX);
                *frames.entry((*symbol, frame.reliability, frame.module.clone())).or_insert(next)
            });
            keys.push(*key);
        }
        let next = u32::try_from(self.stacks.len()).unwrap_or(u32::MAX);
        *self.stacks.entry((stack.dialect, stack.system, stack.cut, keys)).or_insert(next)
    }
}

/// The stacks that are read as one: kernel and user stack of a waiting task together, others alone.
pub(crate) fn views(case: &Case, activity: &Activity) -> Vec<Vec<StackId>> {
    let (kernel, user): (Vec<StackId>, Vec<StackId>) =
        activity.stacks.iter().partition(|stack| is_kernel(case.stack(**stack).system));
    if kernel.is_empty() || user.is_empty() || activity.on_cpu {
        return activity.stacks.iter().map(|stack| vec![*stack]).collect();
    }
    kernel.iter().flat_map(|inner| user.iter().map(|outer| vec![*inner, *outer])).collect()
}

impl Tried<'_> {
    /// Whether a task has the frames that a clause wants, and none that it does not.
    pub(crate) fn fits_stack(&self, task: TaskId, clause: ClauseId) -> Truth {
        let (mut excluded, mut open) = (false, false);
        let shapes = self.tables.index.shapes.of_task.get(task.0 as usize).into_iter().flatten();
        for shape in shapes {
            let look = self.look(*shape, clause);
            if look.fits {
                return Truth::Yes;
            }
            excluded |= look.speaks;
            open |= look.cut;
        }
        if excluded && !open { Truth::No } else { Truth::Unknown }
    }

    /// Looks for the frames of a clause in a shape, once.
    fn look(&self, shape: ShapeId, clause: ClauseId) -> Look {
        let mut looks = self.candidates_of(clause).looks.borrow_mut();
        if looks.is_empty() {
            looks.resize(self.tables.index.shapes.len(), None);
        }
        *looks[shape as usize].get_or_insert_with(|| {
            let (items, without) = frames(self.rule.clause(clause));
            let view = &self.tables.index.shapes.examples[shape as usize];
            self.tables.look(view, items.unwrap_or(&[]), &without, &self.rule.systems)
        })
    }

    /// The tasks that have the frames of a clause; `None` where it wants none.
    pub(crate) fn with_stack(&self, clause: ClauseId) -> Option<Vec<&[RowId]>> {
        let (items, _) = frames(self.rule.clause(clause));
        let items = items.filter(|items| !items.is_empty())?;
        let shapes = &self.tables.index.shapes;
        let rarest = items.iter().filter_map(|item| self.with_item(item)).min_by_key(Vec::len);
        let all = || (0..).take(shapes.len()).collect();
        let fitting = rarest.unwrap_or_else(all).into_iter().filter(|shape| self.look(*shape, clause).fits);
        Some(fitting.map(|shape| shapes.tasks[shape as usize].as_slice()).collect())
    }

    /// The shapes in which an item stands; `None` where a dialect of the case hides it.
    fn with_item(&self, item: &StackItem) -> Option<Vec<ShapeId>> {
        let super::fields::Tables { vocabulary, index, .. } = self.tables;
        if item.alternatives.iter().any(|pattern| index.symbols.is_hidden_somewhere(vocabulary, pattern)) {
            return None;
        }
        let symbols: Vec<Rc<[SymbolId]>> =
            item.alternatives.iter().map(|pattern| index.symbols.meant(vocabulary, pattern)).collect();
        let found = symbols.iter().flat_map(|list| list.iter());
        let mut shapes: Vec<ShapeId> =
            found.flat_map(|symbol| &index.shapes.by_symbol[*symbol as usize]).copied().collect();
        shapes.sort_unstable();
        shapes.dedup();
        Some(shapes)
    }
}

impl Look {
    /// What was found.
    pub(crate) fn new(fits: bool, speaks: bool, cut: bool) -> Self {
        Look { fits, speaks, cut }
    }
}
