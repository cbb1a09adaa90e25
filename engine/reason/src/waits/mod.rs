//! Applies the vocabulary to every stack: what each task waits for, holds, or whether it rests.
//!
//! [`view`] classifies each distinct function once; [`chain`] reads the wait of one stack, [`values`] the numbers
//! printed with it, [`joint`] unites the stacks of one task. [`locks`] and [`holds`] add what lock structures,
//! listings and stack words tell, [`idle`] and [`tasks`] the rest.

mod chain;
mod holds;
mod idle;
mod joint;
mod locks;
mod tasks;
#[cfg(test)]
mod tests;
mod values;
mod view;

pub(crate) use tasks::differ;

use crate::analysis::{Activity, Analysis, Hold, KindId, Wait};
use crate::objects::Objects;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::place::Identifies;
use crate::vocabulary::system::SystemVocabulary;
use joint::StackWait;
use stacklore_model::{Case, Known, ObjectId, Process, ProcessId, Row, Span, StackId, System, Task, TaskId, TaskState};
use std::collections::HashMap;
use values::Value;
use view::View;

/// The group of kinds that are locks (`kinds.yaml`): only they have queues, holders and words on stacks.
const LOCKS: &str = "lock";

/// Largest thread or process id that any system gives out; a larger value is something else.
const LAST_ID: u64 = 1 << 30;

/// Waits, holds and activities of a case; the graph is still empty.
pub fn classify(case: Case, objects: Objects, vocabulary: &Vocabulary) -> Analysis {
    let view = View::new(&case, vocabulary);
    let mut reader = Reader::new(case, objects, vocabulary, view);
    let stack_waits: Vec<Option<StackWait>> =
        (0..reader.case.stacks.len()).map(|at| reader.stack_wait(StackId(index(at)))).collect();
    let stack_idle: Vec<bool> = (0..reader.case.stacks.len()).map(|at| reader.is_rest(StackId(index(at)))).collect();
    let mut activities: Vec<Activity> =
        (0..reader.case.tasks.len()).map(|at| reader.activity(TaskId(index(at)), &stack_waits, &stack_idle)).collect();
    locks::from_queues(&reader.case, vocabulary, &mut activities);
    let waited = locks::from_listings(&reader.case, vocabulary, &mut activities);
    locks::from_stack_words(&reader.case, vocabulary, &mut activities);
    let stack_waits: Vec<Option<Wait>> = stack_waits.into_iter().map(|wait| wait.map(|wait| wait.wait)).collect();
    let holds = holds::find(&mut reader, &activities, &stack_waits, &waited);
    for (activity, task) in activities.iter_mut().zip(&reader.case.tasks) {
        settle(activity, task);
    }
    tasks::listed(&reader.case, &mut activities, &reader.named_by);
    reader.finish(activities, stack_waits, stack_idle, holds)
}

fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// What follows once the wait is final: a task whose state is running and that waits for nothing is on a CPU.
fn settle(activity: &mut Activity, task: &Task) {
    if activity.idle {
        activity.on_cpu = false;
    } else if activity.wait.is_none() && task.state == Some(TaskState::Running) {
        activity.on_cpu = true;
    }
    activity.classified = activity.wait.is_some() || activity.idle || activity.on_cpu;
}

/// A case while the vocabulary is applied to it.
struct Reader<'v> {
    vocabulary: &'v Vocabulary,
    view: View,
    case: Case,
    objects: Objects,
    by_tid: HashMap<u32, TaskId>,
    by_pthread: HashMap<(Option<ProcessId>, u64), TaskId>,
    by_pid: HashMap<u32, ProcessId>,
    /// Tasks that only a wait names: who is joined.
    named_by: Vec<(TaskId, Span, Option<ProcessId>)>,
}

impl<'v> Reader<'v> {
    fn new(case: Case, objects: Objects, vocabulary: &'v Vocabulary, view: View) -> Self {
        let mut reader = Reader {
            vocabulary,
            view,
            objects,
            by_tid: HashMap::new(),
            by_pthread: HashMap::new(),
            by_pid: HashMap::new(),
            named_by: Vec::new(),
            case,
        };
        for (id, task) in (0..).map(TaskId).zip(&reader.case.tasks) {
            task.tid.map(|tid| reader.by_tid.entry(tid).or_insert(id));
            task.pthread.map(|pthread| reader.by_pthread.entry((task.process, pthread)).or_insert(id));
        }
        for (id, process) in (0..).map(ProcessId).zip(&reader.case.processes) {
            process.pid.map(|pid| reader.by_pid.entry(pid).or_insert(id));
        }
        reader
    }

    /// The wait that a stack shows by itself.
    fn stack_wait(&mut self, id: StackId) -> Option<StackWait> {
        let vocabulary = self.vocabulary;
        let stack = self.case.stacks.get(id.0 as usize)?;
        let system = vocabulary.systems.get(&stack.system)?;
        let of = stack.system;
        let state = self.case.tasks.get(stack.task.0 as usize).and_then(|task| task.state);
        let chain = chain::find(vocabulary, &self.view, id, stack, state)?;
        let (first, last) = chain.frames();
        let lines = stack.frames.get(first..=last)?.iter().map(|frame| frame.span);
        let span = lines.reduce(Span::to)?;
        let entries =
            || chain.links.iter().rev().filter_map(|(at, entry)| Some((*at, system.waits.get(usize::from(*entry))?)));
        let mode = entries().find_map(|(at, entry)| values::mode(system, stack, &entry.mode, at, last));
        let value = entries().find_map(|(at, entry)| values::find(system, stack, &entry.object, at, last));
        let lock = entries().find_map(|(_, entry)| entry.lock.as_deref());
        let known = if chain.inferred { Known::Inferred } else { Known::Observed };
        let mut wait = Wait {
            kind: chain.kind,
            mode,
            object: None,
            awaited_task: None,
            awaited_process: None,
            known,
            stack: id,
            frames: (first, last),
            span,
        };
        // a global lock is sure where both the lock function and the one that takes this lock are printed
        let lock_known = if chain.links.len() > 1 { known } else { Known::Inferred };
        self.identify(&mut wait, system, value, lock, lock_known);
        Some(StackWait { wait, over: chain.over, system: of })
    }

    /// Fills in what a wait is for.
    fn identify(
        &mut self,
        wait: &mut Wait,
        system: &SystemVocabulary,
        value: Option<Value>,
        lock: Option<&str>,
        lock_known: Known,
    ) {
        let kind = Some(wait.kind);
        match value {
            Some(value) if value.identifies == Identifies::Object => {
                let known = if lock.is_some() { value.known.max(lock_known) } else { value.known };
                wait.object = self.object(wait.stack, &value, kind, lock).map(|object| (object, known));
            }
            Some(value) => self.awaited(wait, &value),
            None => {}
        }
        if let (None, Some(lock)) = (wait.object, lock) {
            let kind = system.lock_kind(lock).or(kind);
            wait.object = Some((self.named(wait.stack, lock, kind), lock_known));
        }
    }

    /// The task or process whose end is waited for.
    fn awaited(&mut self, wait: &mut Wait, value: &Value) {
        let Some(number) = value.number else { return };
        let stack = self.case.stacks.get(wait.stack.0 as usize);
        let process = stack.and_then(|stack| self.case.tasks.get(stack.task.0 as usize)?.process);
        let id = u32::try_from(number).ok().filter(|id| *id > 0 && number < LAST_ID);
        match (value.identifies, id) {
            (Identifies::Tid, Some(tid)) => wait.awaited_task = Some(self.task(tid, process, wait.span)),
            (Identifies::Pthread, _) => wait.awaited_task = self.by_pthread.get(&(process, number)).copied(),
            (Identifies::Pid, Some(pid)) => wait.awaited_process = Some(self.process(pid, wait.span)),
            _ => {}
        }
    }

    /// The task of that id, made when nobody saw it: then a complete listing may show that it is gone.
    fn task(&mut self, tid: u32, process: Option<ProcessId>, span: Span) -> TaskId {
        let id = *self.by_tid.entry(tid).or_insert_with(|| {
            self.case.tasks.push(Task { tid: Some(tid), process, ..Task::default() });
            TaskId(index(self.case.tasks.len() - 1))
        });
        self.named_by.push((id, span, process));
        id
    }

    fn process(&mut self, pid: u32, span: Span) -> ProcessId {
        *self.by_pid.entry(pid).or_insert_with(|| {
            self.case.processes.push(Process { pid: Some(pid), spans: vec![span], ..Process::default() });
            ProcessId(index(self.case.processes.len() - 1))
        })
    }

    /// The object that a value names; `lock` is the name of the global lock that it is known to be.
    fn object(&mut self, stack: StackId, value: &Value, kind: Option<KindId>, lock: Option<&str>) -> Option<ObjectId> {
        let of = self.case.stacks.get(stack.0 as usize).map(|stack| stack.system);
        let size = self.size(of, kind);
        let name = kind.map_or("", |kind| self.vocabulary.kind_name(kind));
        match value.number {
            Some(address) => {
                let symbol = lock.map(|lock| (lock, 0));
                let symbol = value.symbol.as_ref().map(|(symbol, offset)| (&**symbol, *offset)).or(symbol);
                self.objects.at(&mut self.case, stack, address, symbol, name, size)
            }
            None if value.text.is_empty() => None,
            None => Some(self.objects.named(&mut self.case, stack, &value.text, name)),
        }
    }

    fn size(&self, system: Option<System>, kind: Option<KindId>) -> u64 {
        let system = system.and_then(|system| self.vocabulary.systems.get(&system));
        system.zip(kind).map_or(0, |(system, kind)| system.size(kind))
    }

    /// The global lock of that name.
    fn named(&mut self, stack: StackId, name: &str, kind: Option<KindId>) -> ObjectId {
        let kind = kind.map_or("", |kind| self.vocabulary.kind_name(kind));
        self.objects.named(&mut self.case, stack, name, kind)
    }

    fn is_rest(&self, id: StackId) -> bool {
        let stack = self.case.stacks.get(id.0 as usize);
        stack
            .and_then(|stack| Some((stack, self.case.tasks.get(stack.task.0 as usize)?)))
            .is_some_and(|(stack, task)| idle::is_rest(self.vocabulary, &self.view, id, stack, task))
    }

    /// What a task does, by its own stacks.
    fn activity(&self, id: TaskId, waits: &[Option<StackWait>], rests: &[bool]) -> Activity {
        let Some(task) = self.case.tasks.get(id.0 as usize) else { return Activity::default() };
        let mut stacks = tasks::latest(&self.case, task);
        let of = |id: &StackId| waits.get(id.0 as usize).and_then(Option::as_ref);
        let wait = joint::join(self.vocabulary, stacks.iter().filter_map(of).cloned());
        if let Some(wait) = &wait
            && let Some(at) = stacks.iter().position(|id| *id == wait.stack)
        {
            stacks[..=at].rotate_right(1);
        }
        let runs = |id: &StackId| {
            self.case.stacks.get(id.0 as usize).is_some_and(|stack| {
                let managed = matches!(stack.system, System::Java | System::Python);
                chain::runs(stack, None) || (managed && stack.running && wait.is_none())
            })
        };
        let rests_in = |id: &StackId| rests.get(id.0 as usize).copied().unwrap_or(false);
        let idle =
            self.rests(&stacks, rests_in, of) || (stacks.is_empty() && idle::rests_by_name(self.vocabulary, task));
        let mut activity = Activity {
            idle,
            on_cpu: stacks.iter().any(runs),
            entry: tasks::entry(&self.case, self.vocabulary, &self.view, &stacks),
            module: tasks::module(&self.case, &self.view, &stacks),
            moved: tasks::moved(&self.case, task),
            wait,
            stacks,
            ..Activity::default()
        };
        tasks::from_names(&self.case, self.vocabulary, task, &mut activity);
        activity
    }

    /// A task rests where one of its stacks is a rest and none of the others says otherwise.
    fn rests<'w>(
        &self,
        stacks: &[StackId],
        rests_in: impl Fn(&StackId) -> bool,
        of: impl Fn(&StackId) -> Option<&'w StackWait>,
    ) -> bool {
        let resting: Vec<KindId> =
            stacks.iter().filter(|id| rests_in(id)).filter_map(|id| Some(of(id)?.wait.kind)).collect();
        let agrees = |wait: &StackWait| {
            self.vocabulary.is_untyped(wait.wait.kind)
                || resting.iter().any(|kind| *kind == wait.wait.kind || wait.over.contains(kind))
                || resting.is_empty()
        };
        stacks.iter().any(&rests_in) && stacks.iter().all(|id| rests_in(id) || of(id).is_none_or(agrees))
    }

    /// The analysis, with every object under the id that it has in the end.
    fn finish(
        mut self,
        mut activities: Vec<Activity>,
        mut stack_waits: Vec<Option<Wait>>,
        stack_idle: Vec<bool>,
        mut holds: Vec<Hold>,
    ) -> Analysis {
        let objects = &self.objects;
        let waits = activities.iter_mut().filter_map(|activity| activity.wait.as_mut());
        for wait in waits.chain(stack_waits.iter_mut().flatten()) {
            wait.object = wait.object.map(|(object, known)| (objects.resolve(object), known));
        }
        for hold in &mut holds {
            hold.object = hold.object.map(|object| objects.resolve(object));
        }
        for (_, value) in self.case.facts.iter_mut().flat_map(|fact| &mut fact.fields) {
            if let Row::Object(object) = value {
                *object = objects.resolve(*object);
            }
        }
        Analysis { case: self.case, activities, stack_waits, stack_idle, holds, ..Analysis::default() }
    }
}
