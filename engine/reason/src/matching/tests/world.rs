//! Cases built by hand, and small rules to match against them.

use super::super::{Matched, find, why};
use crate::analysis::{Activity, Analysis, Hold, Wait};
use crate::finding::{Finding, Why};
use crate::graph::{Chain, Cycle, Root, Step};
use crate::rules::ast::Rule;
use crate::rules::{CorpusFacts, load};
use crate::vocabulary::{Vocabulary, YamlSource};
use stacklore_model::{
    CaseStack, FactRow, Frame, HoldSource, Known, Listing, ListingOf, Lock, Mode, ObjectId, Process, ProcessId,
    Reliability, Row, SessionId, Source, SourceId, Span, StackId, StackKind, System, Task, TaskId, TaskState,
};

const KINDS: &str = "
kinds:
  mutex:      {groups: [lock], needs: the holder}
  rwlock:     {groups: [lock], needs: the writer or every reader, fair: yes}
  send:       {groups: [io], needs: the reader}
  join:       {groups: [end], needs: the end of that thread}
  flush:      {groups: [work], needs: the worker}
  futex:      {groups: [], needs: a user stack, untyped: yes}
";

const LINUX: &str = "
system: linux
aliases:
  sys_*: [SyS_*, __x64_sys_*]
  flush_work: [__flush_work]
groups:
  allocator: [alloc_*, release_*]
plumbing: [schedule, entry]
hidden:
  dialects: [proc-stack]
  functions: [schedule, mutex_lock*]
";

const USER: &str = "
system: user
plumbing: [start_thread]
";

/// A case under construction. Every claim gets a line of its own.
pub(crate) struct World {
    pub(crate) analysis: Analysis,
    pub(crate) vocabulary: Vocabulary,
    line: u32,
}

impl World {
    pub(crate) fn new() -> Self {
        let sources = [("kinds", KINDS), ("linux", LINUX), ("user", USER)];
        let source =
            |(name, text): (&str, &str)| YamlSource { path: format!("vocabulary/{name}.yaml"), text: text.into() };
        let vocabulary = Vocabulary::from_sources(&sources.map(source)).expect("the vocabulary of the tests loads");
        World { analysis: Analysis::default(), vocabulary, line: 0 }
    }

    pub(crate) fn span(&mut self) -> Span {
        self.line += 2;
        Span::line(SourceId(0), self.line)
    }

    pub(crate) fn task(&mut self, name: &str, tid: u32) -> TaskId {
        let id = TaskId(self.analysis.case.tasks.len() as u32);
        let span = self.span();
        self.analysis.case.tasks.push(Task {
            name: Some(name.into()),
            tid: Some(tid),
            system: Some(System::Linux),
            sightings: vec![span],
            name_span: Some(span),
            ..Task::default()
        });
        self.analysis.activities.push(Activity::default());
        id
    }

    pub(crate) fn process(&mut self, pid: u32, tasks: &[TaskId]) -> ProcessId {
        let id = ProcessId(self.analysis.case.processes.len() as u32);
        for task in tasks {
            self.analysis.case.tasks[task.0 as usize].process = Some(id);
        }
        let process = Process { pid: Some(pid), tasks: tasks.to_vec(), ..Process::default() };
        self.analysis.case.processes.push(process);
        id
    }

    pub(crate) fn activity(&mut self, task: TaskId) -> &mut Activity {
        &mut self.analysis.activities[task.0 as usize]
    }

    pub(crate) fn state(&mut self, task: TaskId, state: TaskState) {
        let span = self.span();
        let task = &mut self.analysis.case.tasks[task.0 as usize];
        task.state = Some(state);
        task.state_span = Some(span);
    }

    /// A stack, innermost frame first. `?name` is an unsure frame.
    pub(crate) fn stack_of(&mut self, task: TaskId, system: System, dialect: &'static str, names: &[&str]) -> StackId {
        let id = StackId(self.analysis.case.stacks.len() as u32);
        let frames: Vec<Frame> = names
            .iter()
            .map(|name| {
                self.line += 1;
                let span = Span::line(SourceId(0), self.line);
                let mut frame = Frame::new(name.trim_start_matches('?').into(), span);
                if name.starts_with('?') {
                    frame.reliability = Reliability::Unsure;
                }
                frame
            })
            .collect();
        self.line += 1;
        let span = frames[0].span.to(frames[frames.len() - 1].span);
        self.analysis.case.stacks.push(CaseStack {
            task,
            dialect,
            system,
            session: SessionId(0),
            kind: StackKind::Backtrace,
            frames,
            registers: Vec::new(),
            span,
            again: Vec::new(),
            cut: false,
            running: false,
            time: None,
        });
        self.analysis.case.tasks[task.0 as usize].stacks.push(id);
        let activity = self.activity(task);
        activity.stacks.push(id);
        activity.classified = true;
        id
    }

    /// A full kernel stack.
    pub(crate) fn stack(&mut self, task: TaskId, names: &[&str]) -> StackId {
        self.stack_of(task, System::Linux, "crash", names)
    }

    /// A task that waits, with a stack of one frame.
    pub(crate) fn waiter(&mut self, name: &str, tid: u32, kind: &str) -> TaskId {
        let task = self.task(name, tid);
        self.stack(task, &["wait_here"]);
        self.wait(task, kind);
        task
    }

    /// Lets a task wait, by its first stack.
    pub(crate) fn wait(&mut self, task: TaskId, kind: &str) -> &mut Wait {
        let kind = self.vocabulary.kind(kind).expect("a kind of the test");
        let stack = self.activity(task).stacks[0];
        let span = self.analysis.case.stack(stack).frames[0].span;
        let known = Known::Observed;
        let wait = Wait {
            kind,
            mode: None,
            object: None,
            awaited_task: None,
            awaited_process: None,
            known,
            stack,
            frames: (0, 0),
            span,
        };
        self.activity(task).wait.insert(wait)
    }

    pub(crate) fn waits_for(&mut self, task: TaskId, object: ObjectId, known: Known) {
        self.activity(task).wait.as_mut().expect("it waits").object = Some((object, known));
    }

    pub(crate) fn object(&mut self, name: Option<&str>, address: Option<u64>) -> ObjectId {
        let id = ObjectId(self.analysis.case.objects.len() as u32);
        let name = name.map(Into::into);
        self.analysis.case.objects.push(Lock { name, address, kind: Some("mutex".into()), ..Lock::default() });
        id
    }

    pub(crate) fn hold(&mut self, task: TaskId, object: ObjectId, known: Known) -> Span {
        let span = self.span();
        let (kind, mode, from) = (None, Some(Mode::Write), HoldSource::Owner);
        self.analysis.holds.push(Hold { task, object: Some(object), kind, mode, known, from, span });
        span
    }

    pub(crate) fn cycle(&mut self, tasks: &[TaskId], object: ObjectId, known: Known) {
        let kind = self.vocabulary.kind("mutex").expect("a kind of the test");
        let holders = tasks.iter().cycle().skip(1);
        let steps: Vec<Step> = tasks
            .iter()
            .zip(holders)
            .map(|(task, holder)| {
                self.line += 2;
                let spans = vec![Span::line(SourceId(0), self.line)];
                let (mode, held_mode) = (None, None);
                Step { task: *task, mode, kind, object: Some(object), holder: *holder, held_mode, known, spans }
            })
            .collect();
        self.analysis.cycles.push(Cycle { steps, tasks: tasks.to_vec(), known, readers: false });
    }

    pub(crate) fn chain(&mut self, from: TaskId, root: Root) {
        self.analysis.chains.push(Chain { from, tasks: vec![from], root, known: Known::Observed });
    }

    pub(crate) fn fact(&mut self, relation: &'static str, fields: &[(&'static str, Row)]) -> Span {
        let span = self.span();
        self.analysis.case.facts.push(FactRow { relation, fields: fields.to_vec(), span });
        span
    }

    pub(crate) fn listing(&mut self, of: ListingOf, stacks: bool) {
        let span = self.span();
        self.analysis.case.listings.push((SourceId(0), Listing { of, stacks, span }));
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.analysis.case.sources.push(Source {
            name: "text".into(),
            encoding: "utf-8".into(),
            bytes: text.len() as u64,
            text: text.to_owned().into(),
            lines: text.lines().count() as u32,
            lines_understood: 0,
            dialects: Vec::new(),
            extents: Vec::new(),
        });
    }

    /// A rule from its `evidence`, `conclude` and whatever else it says.
    pub(crate) fn rule(&self, body: &str) -> Rule {
        let defaults = [
            ("title:", "title: A test"),
            ("class:", "class: lock-convoy"),
            ("systems:", "systems: [linux, user]"),
            ("explain:", "explain: Because."),
        ];
        let missing = defaults.iter().filter(|(key, _)| !body.lines().any(|line| line.starts_with(key)));
        let head: String = missing.map(|(_, line)| format!("{line}\n")).collect();
        let text = format!("id: r\nseverity: major\n{head}tests: {{finds: {{a: possible}}, leaves: [b]}}\n{body}\n");
        let sources = [YamlSource { path: "test/r.yaml".into(), text }];
        let (set, diagnostics) = load(&sources, &self.vocabulary, &CorpusFacts::default());
        set.rules.into_iter().next().unwrap_or_else(|| panic!("{diagnostics:#?}"))
    }

    pub(crate) fn find(&self, body: &str) -> Matched {
        find(&self.analysis, &self.vocabulary, &[self.rule(body)])
    }

    pub(crate) fn why(&self, body: &str) -> Why {
        why(&self.analysis, &self.vocabulary, &self.rule(body))
    }

    /// The only finding.
    pub(crate) fn one(&self, body: &str) -> Finding {
        let matched = self.find(body);
        assert_eq!(matched.findings.len(), 1, "{matched:#?}");
        matched.findings.into_iter().next().expect("one finding")
    }

    /// How many findings there are.
    pub(crate) fn number(&self, body: &str) -> usize {
        self.find(body).findings.len()
    }

    /// State of a clause by `why`.
    pub(crate) fn state_of(&self, clause: &str, body: &str) -> &'static str {
        let why = self.why(body);
        why.clauses.iter().find(|report| report.clause == clause).expect("a clause of that name").state
    }
}

/// The tasks of a role.
pub(crate) fn role(finding: &Finding, name: &str) -> Vec<TaskId> {
    finding.roles.iter().find(|(role, _)| role == name).map_or_else(Vec::new, |(_, tasks)| tasks.clone())
}
