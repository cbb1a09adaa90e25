//! What is known of each task beside its wait: its latest stacks, where it began, what its name tells, whether it is
//! still there.

use super::view::View;
use crate::analysis::Activity;
use crate::vocabulary::{Vocabulary, is_unnamed};
use stacklore_model::{
    Case, CaseStack, Frame, ListingOf, Name, ProcessId, Reliability, Row, Span, StackId, System, Task, TaskId,
};
use std::collections::BTreeMap;

/// The latest stack of each dialect, in the order of the text; scans and profiles are none.
pub(crate) fn latest(case: &Case, task: &Task) -> Vec<StackId> {
    let mut latest: Vec<StackId> = Vec::new();
    for id in task.stacks.iter().copied() {
        let Some(stack) = case.stacks.get(id.0 as usize).filter(|stack| stack.kind.is_backtrace()) else { continue };
        let same = latest
            .iter_mut()
            .find(|other| case.stacks.get(other.0 as usize).is_some_and(|other| other.dialect == stack.dialect));
        match same {
            Some(other) if !case.stacks.get(other.0 as usize).is_some_and(|other| is_later(other, stack)) => {
                *other = id
            }
            Some(_) => {}
            None => latest.push(id),
        }
    }
    latest
}

/// Whether `a` was seen last after `b`: by the place in one text, by the clock in two.
fn is_later(a: &CaseStack, b: &CaseStack) -> bool {
    let last = |stack: &CaseStack| stack.again.iter().chain([&stack.span]).map(|s| (s.source, s.first)).max();
    let (place_a, place_b) = (last(a), last(b));
    if place_a.map(|place| place.0) != place_b.map(|place| place.0)
        && let Some((a, b)) = one_clock(a, b)
    {
        return a > b;
    }
    place_a > place_b
}

/// The times of two stacks, where one clock told both: a console counts from its start, a log from 1970.
fn one_clock(a: &CaseStack, b: &CaseStack) -> Option<(f64, f64)> {
    const DATED: f64 = 3e8;
    let (a, b) = (a.time?, b.time?);
    ((a < DATED) == (b < DATED)).then_some((a, b))
}

/// Whether two sightings of one dialect differ; `None` where there are no two.
pub(crate) fn moved(case: &Case, task: &Task) -> Option<bool> {
    let mut seen: Vec<&CaseStack> = Vec::new();
    let mut moved = None;
    let stacks = task.stacks.iter().filter_map(|id| case.stacks.get(id.0 as usize));
    for stack in stacks.filter(|stack| stack.kind.is_backtrace()) {
        if !stack.again.is_empty() && moved.is_none() {
            moved = Some(false);
        }
        if let Some(other) =
            seen.iter_mut().find(|other| other.dialect == stack.dialect && other.running != stack.running)
        {
            // Where it ran first and waits now, it has begun to wait since: that says nothing of the wait.
            let (runs, waits) = if stack.running { (stack, *other) } else { (*other, stack) };
            if is_before(waits, runs) {
                moved = Some(true);
            }
            *other = waits;
            continue;
        }
        match seen.iter().find(|other| other.dialect == stack.dialect) {
            Some(other) if differ(other, stack) => moved = Some(true),
            Some(_) => moved = moved.or(Some(false)),
            None => seen.push(stack),
        }
    }
    moved
}

/// Whether one stack is known to have been taken before another: by the clock of the text, else by the order in one text.
fn is_before(a: &CaseStack, b: &CaseStack) -> bool {
    match one_clock(a, b) {
        Some((a, b)) => a < b,
        None => a.span.source == b.span.source && a.span.first < b.span.first,
    }
}

/// Whether two stacks show different places; one that is cut off differs only where both have frames.
pub(crate) fn differ(a: &CaseStack, b: &CaseStack) -> bool {
    let sure = |stack: &CaseStack| -> Vec<(Name, Option<u64>, Option<u64>)> {
        let frames = stack.frames.iter().filter(|frame| frame.reliability != Reliability::Unsure);
        frames.map(|frame| (frame.symbol.clone(), frame.offset, frame.address)).collect()
    };
    // One place can go by two names: a tool prints another alias once it has loaded a module's symbols, and an offset
    // only where it was asked to.
    let same = |(name, offset, pc): &(Name, Option<u64>, Option<u64>), other: &(Name, Option<u64>, Option<u64>)| {
        let same_offset = offset == &other.1 || offset.is_none() || other.1.is_none();
        (pc.is_some() && *pc == other.2) || (name == &other.0 && same_offset)
    };
    let (a_frames, b_frames) = (sure(a), sure(b));
    let shorter = a_frames.len().min(b_frames.len());
    let same_length = a_frames.len() == b_frames.len();
    let may_be_shorter = same_length || (a.cut && a_frames.len() == shorter) || (b.cut && b_frames.len() == shorter);
    !may_be_shorter || a_frames.iter().zip(&b_frames).any(|(a, b)| !same(a, b))
}

/// Outermost frame that is not plumbing, of the outermost stack.
pub(crate) fn entry(case: &Case, vocabulary: &Vocabulary, view: &View, stacks: &[StackId]) -> Option<Name> {
    let outermost = stacks.iter().copied().max_by_key(|id| {
        let user = case.stacks.get(id.0 as usize).is_some_and(|stack| !is_kernel(stack.system));
        (user, *id)
    })?;
    let stack = case.stacks.get(outermost.0 as usize)?;
    let at = (0..stack.frames.len()).rfind(|at| is_call(stack, *at) && !view.is_plumbing(outermost, *at))?;
    let symbol = &stack.frames.get(at)?.symbol;
    let stripped = vocabulary.systems.get(&stack.system).map(|system| system.names.stripped(symbol));
    Some(stripped.filter(|stripped| *stripped != &**symbol).map_or_else(|| symbol.clone(), Name::from))
}

fn is_call(stack: &CaseStack, at: usize) -> bool {
    let sure = |frame: &Frame| !matches!(frame.reliability, Reliability::Unsure | Reliability::Printed);
    stack.frames.get(at).is_some_and(|frame| sure(frame) && !is_unnamed(frame))
}

fn is_kernel(system: System) -> bool {
    matches!(system, System::Linux | System::Illumos | System::Freebsd)
}

/// Module of the innermost frame in a loadable module: of the kernel stack where there is one, because every frame of
/// a user stack is in some library.
pub(crate) fn module(case: &Case, view: &View, stacks: &[StackId]) -> Option<Name> {
    let of = |id: StackId| {
        let stack = case.stacks.get(id.0 as usize)?;
        let mut at = (0..stack.frames.len()).filter(|at| is_call(stack, *at) && !view.is_plumbing(id, *at));
        at.find_map(|at| stack.frames.get(at)?.module.clone())
    };
    let kernel = |id: &StackId| case.stacks.get(id.0 as usize).is_some_and(|stack| is_kernel(stack.system));
    if stacks.iter().any(kernel) {
        return stacks.iter().copied().filter(kernel).find_map(of);
    }
    stacks.iter().copied().find_map(of)
}

/// What the name of a task tells: CPU, pool, device.
pub(crate) fn from_names(case: &Case, vocabulary: &Vocabulary, task: &Task, activity: &mut Activity) {
    let mut systems: Vec<System> =
        task.stacks.iter().filter_map(|id| Some(case.stacks.get(id.0 as usize)?.system)).collect();
    systems.extend(task.system);
    systems.sort_unstable();
    systems.dedup();
    if systems.is_empty() {
        systems = System::ALL.to_vec();
    }
    if task.kernel == Some(true) {
        systems.retain(|system| is_kernel(*system));
    }
    for system in systems.iter().filter_map(|system| vocabulary.systems.get(system)) {
        let mut told = false;
        for captures in task
            .name
            .iter()
            .chain(&task.other_names)
            .flat_map(|name| system.task_names.iter().filter_map(|regex| regex.captures(name.as_bytes())))
        {
            told = true;
            let text = |group| captures.name(group).and_then(|found| std::str::from_utf8(found.as_bytes()).ok());
            activity.bound_cpu = activity.bound_cpu.or_else(|| text("bound_cpu")?.parse().ok());
            activity.pool = activity.pool.take().or_else(|| text("pool").map(Name::from));
            activity.device = activity.device.take().or_else(|| text("device").map(Name::from));
        }
        if told {
            return; // the words of one system mean nothing in the names of another
        }
    }
}

/// A place that names a task, and the process in which it looks for it.
struct Naming {
    span: Span,
    process: Option<ProcessId>,
}

/// For tasks that nobody saw: whether a complete listing lacks them, and which.
pub(crate) fn listed(case: &Case, activities: &mut [Activity], named_by: &[(TaskId, Span, Option<ProcessId>)]) {
    let mut namings: BTreeMap<TaskId, Vec<Naming>> = BTreeMap::new();
    let unseen = |task: TaskId| case.tasks.get(task.0 as usize).is_some_and(|task| task.sightings.is_empty());
    let mut name = |task: TaskId, span: Span, process: Option<ProcessId>| {
        if unseen(task) {
            namings.entry(task).or_default().push(Naming { span, process });
        }
    };
    for lock in &case.objects {
        lock.holders.iter().for_each(|holder| name(holder.task, holder.span, lock.process));
        lock.waiters.iter().for_each(|waiter| name(waiter.task, waiter.span, lock.process));
    }
    for fact in &case.facts {
        for (_, value) in &fact.fields {
            if let Row::Task(task) = value {
                name(*task, fact.span, None);
            }
        }
    }
    for (task, span, process) in named_by {
        name(*task, *span, *process);
    }
    for ((id, task), activity) in (0..).map(TaskId).zip(&case.tasks).zip(activities) {
        if !task.sightings.is_empty() {
            activity.listed = Some(true);
            continue;
        }
        let lacking = namings.get(&id).and_then(|namings| {
            namings.iter().find_map(|naming| lacking_listing(case, naming.span, task.process.or(naming.process)))
        });
        if let Some(span) = lacking {
            activity.listed = Some(false);
            activity.listed_span = Some(span);
        }
    }
}

/// A complete listing in which the task would have to be.
fn lacking_listing(case: &Case, named: Span, process: Option<ProcessId>) -> Option<Span> {
    let about = case.listing_about.iter().map(Some).chain(std::iter::repeat(None));
    case.listings.iter().zip(about).find_map(|((source, listing), about)| {
        let of_process = matches!(about, Some(Some(Row::Process(of))) if process == Some(*of));
        let complete = match &listing.of {
            ListingOf::ThreadsOf(pid) => of_process || process.is_some_and(|id| case.process(id).pid == Some(*pid)),
            ListingOf::ThreadsOfSession(_) => of_process || (process.is_none() && *source == named.source),
            ListingOf::Tasks => *source == named.source,
            _ => false,
        };
        complete.then_some(listing.span)
    })
}
