//! Normal rests: stacks and names that say that a task has nothing to do.

use super::chain::runs;
use super::view::View;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::system::{IdleEntry, IdleItem, SystemVocabulary};
use stacklore_model::{CaseStack, StackId, System, Task, TaskState};

/// Whether a stack is a normal rest of that task.
pub(crate) fn is_rest(vocabulary: &Vocabulary, view: &View, id: StackId, stack: &CaseStack, task: &Task) -> bool {
    let Some(system) = vocabulary.systems.get(&stack.system) else { return false };
    system
        .idle
        .iter()
        .any(|entry| fits(entry, task) && may_rest(entry, stack, task) && stack_fits(system, view, id, stack, entry))
}

/// Whether a task without any stack rests, by its name alone: the form lists it without frames.
pub(crate) fn rests_by_name(vocabulary: &Vocabulary, task: &Task) -> bool {
    task.system.and_then(|system| vocabulary.systems.get(&system)).is_some_and(|system| {
        system.idle.iter().any(|entry| !entry.names.is_empty() && entry.stack.is_empty() && fits(entry, task))
    })
}

fn fits(entry: &IdleEntry, task: &Task) -> bool {
    let mut names = task.name.iter().chain(&task.other_names);
    (entry.names.is_empty() || names.any(|name| entry.names.iter().any(|glob| glob.matches(name))))
        && (entry.states.is_empty() || task.state.is_some_and(|state| entry.states.contains(&state)))
        && task.state != Some(TaskState::Zombie)
}

/// A runnable or running task is never idle, with three exceptions: an entry that asks for that state; the idle loop
/// of a CPU, whose rest is to run (task 0, or a named task that is seen inside its loop); and the runtimes that print
/// "runnable" for threads inside a system call.
fn may_rest(entry: &IdleEntry, stack: &CaseStack, task: &Task) -> bool {
    let runs_now = runs(stack, None);
    if !runs_now && task.state != Some(TaskState::Running) {
        return true;
    }
    match stack.system {
        System::Java | System::Python => return true,
        System::Go => return !runs_now,
        System::Linux | System::User | System::Illumos | System::Freebsd | System::Windows => {}
    }
    entry.states.contains(&TaskState::Running) || task.tid == Some(0) || (runs_now && !entry.names.is_empty())
}

fn stack_fits(system: &SystemVocabulary, view: &View, id: StackId, stack: &CaseStack, entry: &IdleEntry) -> bool {
    let depth = view.depth(id);
    let has = |at: usize, item: u16| view.class(id, at).is_some_and(|class| class.items.contains(&item));
    if (0..depth).any(|at| entry.without.iter().any(|item| has(at, *item))) {
        return false;
    }
    // everything before `body` and from `tail` on is plumbing
    let body = (0..depth).find(|at| !view.is_plumbing(id, *at)).unwrap_or(depth);
    let tail = (0..depth).rfind(|at| !view.is_plumbing(id, *at)).map_or(0, |at| at + 1);
    let mut from = 0;
    let mut innermost = false;
    for item in &entry.stack {
        innermost |= item.innermost;
        if item.hidden_in.iter().any(|dialect| dialect == stack.dialect) {
            continue;
        }
        let end = if innermost { depth.min(body + 1) } else { depth };
        let start = if item.outermost { from.max(tail.saturating_sub(1)) } else { from };
        let found = (start..end).find(|at| has(*at, item.item) && module_fits(stack, *at, item));
        let Some(at) = found else { return false };
        from = at + 1;
        innermost = false;
    }
    let _ = system;
    true
}

fn module_fits(stack: &CaseStack, at: usize, item: &IdleItem) -> bool {
    let Some(wanted) = &item.module else { return true };
    stack.frames.get(at).and_then(|frame| frame.module.as_deref()).is_some_and(|module| wanted.matches(module))
}
