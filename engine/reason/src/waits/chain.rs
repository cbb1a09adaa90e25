//! The wait of one stack: from the innermost frame that is not plumbing, outward over the frames that refine it.

use super::view::View;
use crate::analysis::KindId;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::is_unnamed;
use crate::vocabulary::system::{SystemVocabulary, WaitEntry};
use stacklore_model::{CaseStack, Reliability, StackId, System, TaskState};

/// Frames of one stack that together say what it waits for.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    /// The kind that the outermost of them gives.
    pub(crate) kind: KindId,
    /// Kinds that any of them refines: what this wait may be a closer word for.
    pub(crate) over: Vec<KindId>,
    /// Frame and entry of `waits`, from the innermost outward.
    pub(crate) links: Vec<(usize, u16)>,
    /// The waiting function itself is not printed, or hidden behind an unnamed frame.
    pub(crate) inferred: bool,
}

impl Chain {
    /// The innermost and the outermost frame.
    pub(crate) fn frames(&self) -> (usize, usize) {
        let first = self.links.first().map_or(0, |link| link.0);
        (first, self.links.last().map_or(first, |link| link.0))
    }
}

/// Whether the task was on a CPU when this stack was taken, so that its functions are where it runs, not where it
/// sleeps. Runtimes also print "runnable" for threads inside a system call, hence only the goroutine's word counts.
pub(crate) fn runs(stack: &CaseStack, state: Option<TaskState>) -> bool {
    match stack.system {
        System::Java | System::Python => false,
        System::Go => stack.running || state == Some(TaskState::Running),
        System::Linux | System::User | System::Illumos | System::Freebsd | System::Windows => {
            stack.running || stack.frames.first().is_some_and(|frame| frame.reliability == Reliability::Register)
        }
    }
}

/// The wait that a stack shows by itself.
pub(crate) fn find(
    vocabulary: &Vocabulary,
    view: &View,
    id: StackId,
    stack: &CaseStack,
    state: Option<TaskState>,
) -> Option<Chain> {
    let system = vocabulary.systems.get(&stack.system)?;
    let running = runs(stack, state);
    let start = if running { exception_frame(stack) } else { 0 };
    let mut chain: Option<Chain> = None;
    let mut below_unnamed = false;
    for (at, frame) in stack.frames.iter().enumerate().skip(start) {
        if view.is_plumbing(id, at) {
            below_unnamed |= chain.is_none() && is_unnamed(frame) && frame.reliability != Reliability::Unsure;
            continue;
        }
        let entries = view.class(id, at).map_or(&[][..], |class| &class.waits);
        let next = match &mut chain {
            None => begin(system, entries, at, |entry| !running || vocabulary.spins(entry.kind)).inspect(|begun| {
                chain = Some(begun.clone());
            }),
            Some(chain) => extend(system, chain, entries, at).then(|| chain.clone()),
        };
        if next.is_none() {
            break;
        }
    }
    let Some(mut chain) = chain else {
        let sleeps = !running && state == Some(TaskState::Blocked);
        return if sleeps { otherwise(system, view, id, stack) } else { None };
    };
    let first = chain.links.first().and_then(|link| system.waits.get(usize::from(link.1)));
    chain.inferred = below_unnamed || first.is_some_and(|entry| system.hides_kind(stack.dialect, &entry.over));
    Some(chain)
}

/// What a task that sleeps without a break waits for by the frames which are looked through otherwise: something that the
/// next function outward waits for in code of its own.
fn otherwise(system: &SystemVocabulary, view: &View, id: StackId, stack: &CaseStack) -> Option<Chain> {
    let outward = (0..stack.frames.len()).position(|at| !view.is_plumbing(id, at))?;
    let entry = |at: usize| view.class(id, at)?.otherwise.first().copied();
    let (at, number) = (0..outward).rev().find_map(|at| Some((at, entry(at)?)))?;
    let kind = system.waits.get(usize::from(number))?.kind;
    Some(Chain { kind, over: Vec::new(), links: vec![(at, number)], inferred: true })
}

/// The frame at which an interrupt or exception met the task: what stands further in is the report itself.
fn exception_frame(stack: &CaseStack) -> usize {
    stack.frames.iter().position(|frame| frame.reliability == Reliability::Register).unwrap_or(0)
}

fn begin(system: &SystemVocabulary, entries: &[u16], at: usize, allowed: impl Fn(&WaitEntry) -> bool) -> Option<Chain> {
    let (number, entry) = entries
        .iter()
        .filter_map(|number| Some((*number, system.waits.get(usize::from(*number))?)))
        .find(|(_, entry)| allowed(entry))?;
    Some(Chain { kind: entry.kind, over: entry.over.clone(), links: vec![(at, number)], inferred: false })
}

/// Adds a frame whose entry is of the same kind or refines it; `false` where the frame ends the wait.
fn extend(system: &SystemVocabulary, chain: &mut Chain, entries: &[u16], at: usize) -> bool {
    let fits = |entry: &WaitEntry| entry.kind == chain.kind || entry.over.contains(&chain.kind);
    let found = entries
        .iter()
        .filter_map(|number| Some((*number, system.waits.get(usize::from(*number))?)))
        .find(|(_, entry)| fits(entry));
    let Some((number, entry)) = found else { return false };
    chain.kind = entry.kind;
    for kind in &entry.over {
        if !chain.over.contains(kind) {
            chain.over.push(*kind);
        }
    }
    chain.links.push((at, number));
    true
}
