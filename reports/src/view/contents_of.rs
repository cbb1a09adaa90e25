//! The contents of a case as a view.

use super::contents::{
    Counts, FactView, FrameView, HolderView, KindView, LockView, MendView, ProcessView, SourceView, StackView,
    TaskView, UnclearView, WaitView, WaiterView,
};
use super::findings_of::role;
use super::forms::{self, FormView};
use super::label;
use super::lines::Lines;
use serde_json::{Map, Value};
use stacklore_model::{
    Case, CaseStack, FactRow, Frame, Known, Mode, ObjectId, Reliability, Row, Source, Span, StackId, Task, TaskId,
    TaskState,
};
use stacklore_reason::analysis::{Analysis, KindId, Wait};
use stacklore_reason::finding::Diagnosis;
use stacklore_reason::vocabulary::Vocabulary;
use std::collections::{BTreeMap, BTreeSet};

/// Name of the wait of a task that runs.
const ON_CPU: &str = "on-cpu";

pub(super) fn sources(case: &Case) -> Vec<SourceView> {
    case.sources.iter().zip(forms::forms(case)).map(|(of, forms)| source(of, forms)).collect()
}

fn source(source: &Source, forms: Vec<FormView>) -> SourceView {
    SourceView {
        name: source.name.clone(),
        lines: source.lines,
        bytes: source.bytes,
        encoding: source.encoding.clone(),
        lines_understood: source.lines_understood,
        dialects: source.dialects.iter().map(|dialect| (*dialect).to_owned()).collect(),
        extents: forms::extents(&source.extents),
        forms,
    }
}

pub(super) fn counts(case: &Case) -> Counts {
    Counts {
        stacks: case.stacks.len(),
        tasks: case.tasks.len(),
        locks: case.objects.len(),
        facts: case.facts.len(),
        lines_understood: case.sources.iter().map(|source| u64::from(source.lines_understood)).sum(),
        lines_unclear: case.unclear.len(),
        mends: case.mends.len(),
    }
}

/// The wait kinds that occur, in words.
pub(super) fn kinds(analysis: &Analysis, vocabulary: &Vocabulary, diagnosis: &Diagnosis) -> BTreeMap<String, KindView> {
    let of_tasks = analysis.activities.iter().filter_map(|activity| activity.wait.as_ref()).map(|wait| wait.kind);
    let of_stacks = analysis.stack_waits.iter().flatten().map(|wait| wait.kind);
    let of_edges = diagnosis.graph.edges.iter().chain(diagnosis.findings.iter().flat_map(|finding| &finding.edges));
    let kinds: BTreeSet<KindId> = of_tasks.chain(of_stacks).chain(of_edges.filter_map(|edge| edge.wait)).collect();
    let view = |kind: KindId| {
        let (label, shared) = (vocabulary.kind_label(kind).to_owned(), vocabulary.is_shared(kind));
        (vocabulary.kind_name(kind).to_owned(), KindView { label, shared })
    };
    kinds.into_iter().map(view).collect()
}

pub(super) fn stacks(analysis: &Analysis, vocabulary: &Vocabulary) -> Vec<StackView> {
    let stacks = (0..).zip(&analysis.case.stacks);
    stacks.map(|(id, of)| stack(analysis, vocabulary, StackId(id), of)).collect()
}

fn stack(analysis: &Analysis, vocabulary: &Vocabulary, id: StackId, stack: &CaseStack) -> StackView {
    // A report of a large dump is mostly frames: no room to spare.
    let mut frames = Vec::with_capacity(stack.frames.len());
    frames.extend(stack.frames.iter().filter(|frame| frame.reliability != Reliability::Printed).map(frame));
    StackView {
        id: id.0,
        task: stack.task.0,
        dialect: stack.dialect.to_owned(),
        system: stack.system.name(),
        kind: stack.kind.word(),
        count: stack.kind.count(),
        source: stack.span.source.0,
        first_line: stack.span.first,
        last_line: stack.span.last,
        again: stack.again.len(),
        wait: wait(analysis, vocabulary, id, stack),
        idle: analysis.stack_idle.get(id.0 as usize).copied().unwrap_or(false),
        cut: stack.cut,
        frames,
    }
}

/// The wait of a stack: that of its task where it is read from this stack, for that one is the refined one.
fn wait(analysis: &Analysis, vocabulary: &Vocabulary, id: StackId, stack: &CaseStack) -> Option<WaitView> {
    let activity = analysis.activities.get(stack.task.0 as usize);
    let of_task = activity.and_then(|activity| activity.wait.as_ref()).filter(|wait| wait.stack == id);
    let own = || analysis.stack_waits.get(id.0 as usize).and_then(Option::as_ref);
    if let Some(wait) = of_task.or_else(own) {
        return Some(wait_view(vocabulary, wait));
    }
    let runs = stack.running || activity.is_some_and(|activity| activity.on_cpu && activity.stacks.contains(&id));
    runs.then(|| WaitView { kind: ON_CPU.into(), object: None, mode: None, known: Known::Observed })
}

fn wait_view(vocabulary: &Vocabulary, wait: &Wait) -> WaitView {
    WaitView {
        kind: vocabulary.kind_name(wait.kind).to_owned(),
        object: wait.object.map(|(object, _)| object.0),
        mode: wait.mode,
        known: wait.known,
    }
}

fn frame(frame: &Frame) -> FrameView {
    FrameView {
        symbol: frame.symbol.clone(),
        offset: frame.offset,
        size: frame.size,
        module: frame.module.clone(),
        address: frame.address,
        location: frame.location.clone(),
        reliability: frame.reliability,
        line: frame.span.first,
    }
}

pub(super) fn tasks(case: &Case) -> Vec<TaskView> {
    (0..).zip(&case.tasks).map(|(id, of)| task(case, id, of)).collect()
}

fn task(case: &Case, id: u32, task: &Task) -> TaskView {
    let process = task.process.and_then(|id| case.processes.get(id.0 as usize));
    TaskView {
        id,
        name: label::task_name(case, task),
        pid: process.and_then(|process| process.pid),
        tid: task.tid,
        number: task.number,
        address: task.address.map(label::address),
        pthread: task.pthread.map(label::address),
        state: task.state.map(state),
        cpu: task.cpu,
        waited: task.waited,
        process: task.process.map(|id| id.0),
        label: label::task(case, TaskId(id)),
    }
}

fn state(state: TaskState) -> &'static str {
    match state {
        TaskState::Running => "R",
        TaskState::Sleeping => "S",
        TaskState::Blocked => "D",
        TaskState::Stopped => "T",
        TaskState::Zombie => "Z",
        TaskState::Idle => "I",
        TaskState::New => "N",
    }
}

pub(super) fn processes(case: &Case) -> Vec<ProcessView> {
    let processes = (0..).zip(&case.processes).map(|(id, process)| ProcessView {
        id,
        pid: process.pid,
        name: process.name.as_deref().map(str::to_owned),
        threads: process.threads,
    });
    processes.collect()
}

/// Holders and waiters of all objects: what the texts print of the lock and what follows from stacks, each task once.
#[derive(Default)]
struct Ends {
    holders: BTreeMap<(ObjectId, TaskId), HolderView>,
    waiters: BTreeMap<(ObjectId, TaskId), Option<Mode>>,
}

impl Ends {
    fn of(analysis: &Analysis) -> Self {
        let mut ends = Ends::default();
        for (id, object) in (0..).map(ObjectId).zip(&analysis.case.objects) {
            for hold in &object.holders {
                let view = HolderView { task: hold.task.0, mode: hold.mode, known: hold.known, from: hold.from };
                ends.holders.entry((id, hold.task)).or_insert(view);
            }
            for waiter in &object.waiters {
                ends.waiters.entry((id, waiter.task)).or_insert(waiter.mode);
            }
        }
        for hold in &analysis.holds {
            let view = HolderView { task: hold.task.0, mode: hold.mode, known: hold.known, from: hold.from };
            if let Some(object) = hold.object {
                ends.holders.entry((object, hold.task)).or_insert(view);
            }
        }
        for (id, activity) in (0..).map(TaskId).zip(&analysis.activities) {
            if let Some((wait, (object, _))) = activity.wait.as_ref().and_then(|wait| Some((wait, wait.object?))) {
                ends.waiters.entry((object, id)).or_insert(wait.mode);
            }
        }
        ends
    }
}

pub(super) fn locks(analysis: &Analysis) -> Vec<LockView> {
    let ends = Ends::of(analysis);
    let range = |id: ObjectId| (id, TaskId(0))..=(id, TaskId(u32::MAX));
    let locks = (0..).map(ObjectId).zip(&analysis.case.objects).map(|(id, object)| LockView {
        id: id.0,
        kind: object.kind.as_deref().map(str::to_owned),
        address: object.address.map(label::address),
        name: object.name.as_deref().map(str::to_owned),
        holders: ends.holders.range(range(id)).map(|(_, holder)| holder.clone()).collect(),
        waiters: (ends.waiters.range(range(id)))
            .map(|((_, task), mode)| WaiterView { task: task.0, mode: *mode })
            .collect(),
        source: object.spans.first().map(|span| span.source.0),
        line: object.spans.first().map(|span| span.first),
    });
    locks.collect()
}

pub(super) fn facts(case: &Case) -> Vec<FactView> {
    case.facts.iter().map(|of| fact(case, of)).collect()
}

fn fact(case: &Case, fact: &FactRow) -> FactView {
    let fields: Map<String, Value> =
        fact.fields.iter().map(|(name, row)| ((*name).to_owned(), value(case, row))).collect();
    FactView { relation: fact.relation, fields, source: fact.span.source.0, line: fact.span.first }
}

fn value(case: &Case, row: &Row) -> Value {
    match row {
        Row::Task(id) => serde_json::to_value(role(case, None, *id)).unwrap_or(Value::Null),
        Row::Process(id) => case.processes.get(id.0 as usize).and_then(|process| process.pid).into(),
        Row::Object(id) => case.objects.get(id.0 as usize).and_then(label::object_key).into(),
        Row::Text(text) => text.to_string().into(),
        Row::Number(number) => whole(*number).map_or_else(|| (*number).into(), Value::from),
        Row::Flag(flag) => (*flag).into(),
    }
}

/// The number as an integer, where it is one that a float holds exactly.
fn whole(number: f64) -> Option<i64> {
    let exact = number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0;
    exact.then_some(number as i64)
}

pub(super) fn mends(case: &Case) -> Vec<MendView> {
    let mends = case.mends.iter().map(|mend| MendView {
        kind: mend.kind,
        source: mend.span.source.0,
        line: mend.span.first,
        last_line: mend.span.last,
    });
    mends.collect()
}

pub(super) fn unclear(case: &Case, lines: &Lines) -> Vec<UnclearView> {
    let unclear = case.unclear.iter().map(|unclear| {
        let Span { source, first, .. } = unclear.span;
        UnclearView { source: source.0, line: first, text: lines.line(source.0, first), why: unclear.why }
    });
    unclear.collect()
}

pub(super) fn notes(case: &Case, diagnosis: &Diagnosis) -> Vec<String> {
    let of_case = case.notes.iter().map(|note| match note.span {
        Some(span) => format!("{}: {}", place(case, span), note.text),
        None => note.text.clone(),
    });
    of_case.chain(diagnosis.notes.iter().cloned()).collect()
}

fn place(case: &Case, span: Span) -> String {
    match case.sources.get(span.source.0 as usize) {
        Some(source) if case.sources.len() > 1 => format!("{}:{}", source.name, span.first),
        _ => format!("line {}", span.first),
    }
}
