//! The kernel and the user stack of one task are one stack, kernel inside; two tools that show one stack agree.

use crate::analysis::{KindId, Wait};
use crate::vocabulary::Vocabulary;
use stacklore_model::{Known, ObjectId, System};

/// The wait of one stack, with what it may be a closer word for.
#[derive(Clone, Debug)]
pub(crate) struct StackWait {
    /// The wait.
    pub(crate) wait: Wait,
    /// Kinds that its functions refine.
    pub(crate) over: Vec<KindId>,
    /// Vocabulary that read it.
    pub(crate) system: System,
}

/// How far out the functions of a system stand in the joint stack.
fn layer(system: System) -> u8 {
    match system {
        System::Linux | System::Illumos | System::Freebsd => 0,
        System::User | System::Windows => 1,
        System::Go | System::Java | System::Python => 2,
    }
}

/// The wait of a task by those of its latest stacks, which come in the order of the text.
pub(crate) fn join(vocabulary: &Vocabulary, waits: impl IntoIterator<Item = StackWait>) -> Option<Wait> {
    waits.into_iter().reduce(|a, b| unite(vocabulary, a, b)).map(|united| united.wait)
}

fn unite(vocabulary: &Vocabulary, a: StackWait, b: StackWait) -> StackWait {
    if a.wait.kind == b.wait.kind {
        // the surer one counts, and of equal ones the one that names an object
        let (a_rank, b_rank) = (rank(&a), rank(&b));
        return if b_rank > a_rank { completed(b, &a) } else { completed(a, &b) };
    }
    match (refines(vocabulary, &a, &b), refines(vocabulary, &b, &a)) {
        (true, false) => completed(a, &b),
        (false, true) => completed(b, &a),
        // they contradict each other: the inner one is what the task is in; of one layer, the later one
        _ => match layer(a.system).cmp(&layer(b.system)) {
            std::cmp::Ordering::Less => a,
            _ => b,
        },
    }
}

fn rank(wait: &StackWait) -> (Known, Option<Known>) {
    (wait.wait.known, wait.wait.object.map(|(_, known)| known))
}

/// Whether `a` is a closer word for `b`: by its entry, or because the kernel cannot tell and a runtime can.
fn refines(vocabulary: &Vocabulary, a: &StackWait, b: &StackWait) -> bool {
    a.over.contains(&b.wait.kind)
        || (layer(a.system) == 2 && layer(b.system) < 2 && (vocabulary.is_untyped(b.wait.kind) || layer(b.system) == 1))
}

/// The better wait with what only the other one tells.
fn completed(mut better: StackWait, other: &StackWait) -> StackWait {
    better.wait.object = surer(better.wait.object, other.wait.object);
    better.wait.mode = better.wait.mode.or(other.wait.mode);
    better.wait.awaited_task = better.wait.awaited_task.or(other.wait.awaited_task);
    better.wait.awaited_process = better.wait.awaited_process.or(other.wait.awaited_process);
    better.over.extend(other.over.iter().copied());
    better
}

fn surer(a: Option<(ObjectId, Known)>, b: Option<(ObjectId, Known)>) -> Option<(ObjectId, Known)> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.1 > a.1 { b } else { a }),
        (a, b) => a.or(b),
    }
}
