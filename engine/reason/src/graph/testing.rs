//! Analyses built by hand, for the tests of the graph and of the diagnosis.

use super::kinds::{Kind, Kinds};
use crate::analysis::{Activity, Analysis, Hold, KindId, Wait};
use stacklore_model::{
    CaseStack, Frame, HoldSource, Known, Lock, Mode, ObjectId, Process, ProcessId, SessionId, SourceId, Span, StackId,
    StackKind, System, Task, TaskId,
};

pub(crate) const MUTEX: KindId = KindId(0);
pub(crate) const RWLOCK: KindId = KindId(1);
pub(crate) const JOIN: KindId = KindId(2);
pub(crate) const CONDVAR: KindId = KindId(3);
pub(crate) const IO: KindId = KindId(4);
pub(crate) const SLEEP: KindId = KindId(5);
pub(crate) const COMPLETION: KindId = KindId(6);

/// The kinds of the tests.
pub(crate) fn kinds() -> Kinds {
    let mut kinds = Kinds::default();
    let kind = |name: &str, lock, fair, restful| Kind {
        name: name.into(),
        needs: format!("whoever ends {name}"),
        lock,
        fair,
        untyped: false,
        grouped: name != "sleep",
        restful,
    };
    kinds.add(MUTEX, kind("mutex", true, false, false));
    kinds.add(RWLOCK, kind("rwlock", true, true, false));
    kinds.add(JOIN, kind("join", false, false, true));
    kinds.add(CONDVAR, kind("condvar", false, false, true));
    kinds.add(IO, kind("io", false, false, false));
    kinds.add(SLEEP, kind("sleep", false, false, true));
    kinds.add(COMPLETION, kind("completion", false, false, true));
    kinds
}

/// A line of the one text of the tests.
pub(crate) fn line(n: u32) -> Span {
    Span::line(SourceId(0), n)
}

/// Builds an analysis.
#[derive(Default)]
pub(crate) struct Builder {
    pub(crate) analysis: Analysis,
    line: u32,
}

impl Builder {
    fn line(&mut self) -> Span {
        self.line += 1;
        line(self.line)
    }

    /// Adds a task, with a stack of these functions where there are any.
    pub(crate) fn task_with(&mut self, functions: &[&str]) -> TaskId {
        let id = TaskId(self.analysis.case.tasks.len() as u32);
        let mut task = Task { name: Some(format!("task-{}", id.0).into()), tid: Some(id.0), ..Task::default() };
        let mut activity = Activity::default();
        if !functions.is_empty() {
            let stack = StackId(self.analysis.case.stacks.len() as u32);
            let span = self.line();
            self.analysis.case.stacks.push(CaseStack {
                task: id,
                dialect: "gdb",
                system: System::User,
                session: SessionId(0),
                kind: StackKind::Backtrace,
                frames: functions.iter().map(|function| Frame::new((*function).into(), span)).collect(),
                registers: Vec::new(),
                span,
                again: Vec::new(),
                cut: false,
                running: false,
                time: None,
            });
            self.analysis.stack_waits.push(None);
            self.analysis.stack_idle.push(false);
            task.stacks.push(stack);
            activity.stacks.push(stack);
        }
        self.analysis.case.tasks.push(task);
        self.analysis.activities.push(activity);
        id
    }

    /// Adds that many tasks, each with a stack.
    pub(crate) fn tasks<const N: usize>(&mut self) -> [TaskId; N] {
        std::array::from_fn(|_| self.task_with(&["wait", "work"]))
    }

    /// Adds an object of that kind.
    pub(crate) fn object(&mut self, kind: &str) -> ObjectId {
        let id = ObjectId(self.analysis.case.objects.len() as u32);
        self.analysis.case.objects.push(Lock { kind: Some(kind.into()), ..Lock::default() });
        id
    }

    /// Adds a process with these tasks.
    pub(crate) fn process(&mut self, pid: u32, tasks: &[TaskId], threads: Option<u32>) -> ProcessId {
        let id = ProcessId(self.analysis.case.processes.len() as u32);
        let process = Process { pid: Some(pid), tasks: tasks.to_vec(), threads, ..Process::default() };
        self.analysis.case.processes.push(process);
        id
    }

    /// A task waits for something that nobody names.
    pub(crate) fn waits(&mut self, task: TaskId, kind: KindId) -> &mut Wait {
        let span = self.line();
        let activity = &mut self.analysis.activities[task.0 as usize];
        activity.classified = true;
        activity.wait.insert(Wait {
            kind,
            mode: None,
            object: None,
            awaited_task: None,
            awaited_process: None,
            known: Known::Observed,
            stack: activity.stacks.first().copied().unwrap_or(StackId(0)),
            frames: (0, 0),
            span,
        })
    }

    /// A task waits for an object.
    pub(crate) fn wants(&mut self, task: TaskId, kind: KindId, mode: Option<Mode>, object: ObjectId) -> &mut Wait {
        let wait = self.waits(task, kind);
        wait.mode = mode;
        wait.object = Some((object, Known::Observed));
        wait
    }

    /// A task waits for a mutex.
    pub(crate) fn locks(&mut self, task: TaskId, object: ObjectId) -> &mut Wait {
        self.wants(task, MUTEX, None, object)
    }

    /// A task holds an object.
    pub(crate) fn holds(&mut self, task: TaskId, mode: Option<Mode>, object: ObjectId) -> &mut Hold {
        let span = self.line();
        self.analysis.holds.push(Hold {
            task,
            object: Some(object),
            kind: None,
            mode,
            known: Known::Observed,
            from: HoldSource::Owner,
            span,
        });
        self.analysis.holds.last_mut().expect("a hold was just added")
    }

    /// Two tasks that wait for each other's mutex.
    pub(crate) fn abba(&mut self) -> [TaskId; 2] {
        let [a, b] = self.tasks();
        let [first, second] = [self.object("mutex"), self.object("mutex")];
        self.holds(a, None, first);
        self.holds(b, None, second);
        self.locks(a, second);
        self.locks(b, first);
        [a, b]
    }

    /// The analysis with its graph.
    pub(crate) fn build(mut self) -> Analysis {
        super::build_with(&mut self.analysis, &kinds());
        self.analysis
    }
}
