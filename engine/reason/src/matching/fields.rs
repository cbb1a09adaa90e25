//! What the case tells of each field of each table.

use super::index::Index;
use super::thing::{Cell, RowId, Thing};
use crate::analysis::{Activity, Analysis};
use crate::graph::Root;
use crate::vocabulary::Vocabulary;
use stacklore_model::{FactRow, HoldSource, Known, Mode, ObjectId, Process, ProcessId, Row, System, TaskId, TaskState};

/// A case, its vocabulary and its lookup tables.
#[derive(Clone, Copy)]
pub(crate) struct Tables<'a> {
    /// The case.
    pub(crate) analysis: &'a Analysis,
    /// The vocabulary.
    pub(crate) vocabulary: &'a Vocabulary,
    /// The lookup tables.
    pub(crate) index: &'a Index,
}

/// The name of a mode in rules.
pub(crate) fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Read => "read",
        Mode::Write => "write",
    }
}

/// The name of how something is known in rules.
pub(crate) fn known_name(known: Known) -> &'static str {
    match known {
        Known::Assumed => "assumed",
        Known::Inferred => "inferred",
        Known::Observed => "observed",
    }
}

fn state_name(state: TaskState) -> &'static str {
    match state {
        TaskState::Running => "running",
        TaskState::Sleeping => "sleeping",
        TaskState::Blocked => "blocked",
        TaskState::Stopped => "stopped",
        TaskState::Zombie => "zombie",
        TaskState::Idle => "idle",
        TaskState::New => "new",
    }
}

fn source_name(source: HoldSource) -> &'static str {
    match source {
        HoldSource::Owner => "owner",
        HoldSource::Listing => "listing",
        HoldSource::Frame => "frame",
        HoldSource::StackWord => "stack-word",
        HoldSource::Exclusion => "exclusion",
    }
}

/// What is told, or empty where a name tells that there is none.
fn told_or_empty(value: Option<Thing>, named: bool) -> Cell {
    match value {
        Some(value) => Cell::seen(value),
        None if named => Cell::Empty,
        None => Cell::Unknown,
    }
}

fn many(things: Vec<Thing>) -> Cell {
    if things.is_empty() { Cell::Unknown } else { Cell::Many(things, Known::Observed) }
}

impl Tables<'_> {
    /// The value of a field of a row.
    pub(crate) fn cell(&self, row: RowId, field: &str) -> Cell {
        let case = &self.analysis.case;
        match row {
            RowId::Task(task) => self.task_cell(task, field),
            RowId::Process(process) => self.process_cell(process, case.process(process), field),
            RowId::Hold(hold) => self.hold_cell(hold, field),
            RowId::Cycle(cycle) => self.cycle_cell(cycle, field),
            RowId::Line(line) => self.line_cell(line, field),
            RowId::Fact(fact) => fact_cell(case.fact(fact), field),
        }
    }

    /// The value of a field of anything that a variable may stand for.
    pub(crate) fn cell_of(&self, thing: &Thing, field: &str) -> Cell {
        match thing {
            Thing::Row(row) => self.cell(*row, field),
            Thing::Object(object) => self.object_cell(*object, field),
            _ => Cell::Unknown,
        }
    }

    /// What a task does; nothing where the analysis has no entry for it.
    pub(crate) fn activity(&self, task: TaskId) -> Option<&Activity> {
        self.analysis.activities.get(task.0 as usize)
    }

    fn task_cell(&self, id: TaskId, field: &str) -> Cell {
        let case = &self.analysis.case;
        let task = case.task(id);
        let Some(activity) = self.activity(id) else { return Cell::Unknown };
        let named = task.name.is_some();
        match field {
            "name" => many(task.name.iter().chain(&task.other_names).map(Thing::name).collect()),
            "pid" => Cell::told(task.process.and_then(|process| case.process(process).pid).map(Thing::number)),
            "tid" => Cell::told(task.tid.map(Thing::number)),
            "address" => Cell::told(task.address.map(|address| Thing::text(&format!("{address:x}")))),
            // A thread whose process is unknown belongs to none.
            "process" => task.process.map_or(Cell::Empty, |process| Cell::seen(Thing::process(process))),
            "state" => Cell::told(task.state.map(|state| Thing::text(state_name(state)))),
            "cpu" => Cell::told(task.cpu.map(Thing::number)),
            "system" => self.systems(id),
            "kernel" => Cell::told(task.kernel.map(Thing::Flag)),
            "bound_cpu" => told_or_empty(activity.bound_cpu.map(Thing::number), named),
            "pool" => told_or_empty(activity.pool.as_ref().map(Thing::name), named),
            "device" => told_or_empty(activity.device.as_ref().map(Thing::name), named),
            "entry" => Cell::told(activity.entry.as_ref().map(Thing::name)),
            "created_by" => Cell::told(task.created_by.as_ref().map(Thing::name)),
            "module" => {
                let whole = !activity.stacks.is_empty() && !activity.stacks.iter().any(|stack| case.stack(*stack).cut);
                told_or_empty(activity.module.as_ref().map(Thing::name), whole)
            }
            "waits" | "mode" | "object" | "needs" => self.wait_cell(id, activity, field),
            "waited" => Cell::told(task.waited.map(Thing::number)),
            "idle" => match activity.idle || task.state == Some(TaskState::Idle) {
                true => Cell::seen(Thing::Flag(true)),
                false if activity.stacks.is_empty() => Cell::Unknown,
                false => Cell::seen(Thing::Flag(false)),
            },
            "listed" => match activity.listed {
                None if activity.stacks.is_empty() => Cell::Unknown,
                listed => Cell::seen(Thing::Flag(listed.unwrap_or(true))),
            },
            "moved" => Cell::told(activity.moved.map(Thing::Flag)),
            "cycle" => self.cycle_of(id, activity),
            "root" => self.root_of(id, activity),
            _ => Cell::Unknown,
        }
    }

    fn systems(&self, id: TaskId) -> Cell {
        let case = &self.analysis.case;
        let task = case.task(id);
        let mut systems: Vec<System> = task.stacks.iter().map(|stack| case.stack(*stack).system).collect();
        systems.extend(task.system);
        systems.sort_unstable();
        systems.dedup();
        many(systems.into_iter().map(|system| Thing::text(system.name())).collect())
    }

    fn wait_cell(&self, id: TaskId, activity: &Activity, field: &str) -> Cell {
        if activity.stacks.is_empty() {
            return Cell::Unknown;
        }
        let Some(wait) = &activity.wait else {
            return if activity.classified { Cell::Empty } else { Cell::Unknown };
        };
        match field {
            // A wait that moved between two sightings may have ended and begun again.
            "waits" => {
                let known = if activity.moved == Some(true) { Known::Assumed } else { wait.known };
                match self.vocabulary.is_untyped(wait.kind) {
                    true => Cell::Untyped(wait.kind, known),
                    false => Cell::One(Thing::Kind(wait.kind), known),
                }
            }
            "mode" => wait.mode.map_or(Cell::Unknown, |mode| Cell::One(Thing::text(mode_name(mode)), wait.known)),
            "needs" => Cell::One(Thing::text(self.vocabulary.needs(wait.kind)), wait.known),
            _ => self.awaited(id).map_or(Cell::Unknown, |(thing, known)| Cell::One(thing, known)),
        }
    }

    /// What a task waits for: an object, or a task or process by identity.
    pub(crate) fn awaited(&self, id: TaskId) -> Option<(Thing, Known)> {
        let wait = self.activity(id)?.wait.as_ref()?;
        let by_identity = || wait.awaited_task.map(Thing::task).or(wait.awaited_process.map(Thing::process));
        let object = wait.object.map(|(object, known)| (Thing::Object(object), known));
        object.or_else(|| by_identity().map(|thing| (thing, wait.known)))
    }

    fn cycle_of(&self, id: TaskId, activity: &Activity) -> Cell {
        if let Some(cycle) = self.index.cycle_of.get(&id) {
            let known = self.analysis.cycles.get(*cycle as usize).map_or(Known::Assumed, |cycle| cycle.known);
            return Cell::One(Thing::Row(RowId::Cycle(*cycle)), known);
        }
        // A chain that ends somewhere, and a task that does not wait, are in no cycle.
        let ends = self.index.chain_of.get(&id).and_then(|chain| self.analysis.chains.get(*chain as usize));
        match ends.map(|chain| chain.root) {
            Some(Root::Cycle(_) | Root::Running(_) | Root::Idle(_)) => Cell::Empty,
            _ if activity.classified && activity.wait.is_none() => Cell::Empty,
            _ => Cell::Unknown,
        }
    }

    fn root_of(&self, id: TaskId, activity: &Activity) -> Cell {
        let chain = self.index.chain_of.get(&id).and_then(|chain| self.analysis.chains.get(*chain as usize));
        match chain.map(|chain| (chain.root, chain.known)) {
            Some((Root::Running(task) | Root::Idle(task) | Root::Waits(task) | Root::Outside(task), known)) => {
                Cell::One(Thing::task(task), known)
            }
            Some((Root::Cycle(_), _)) => Cell::Empty,
            None if activity.classified && activity.wait.is_none() => Cell::Empty,
            None => Cell::Unknown,
        }
    }

    fn process_cell(&self, id: ProcessId, process: &Process, field: &str) -> Cell {
        let case = &self.analysis.case;
        match field {
            "pid" => Cell::told(process.pid.map(Thing::number)),
            "name" => Cell::told(process.name.as_ref().map(Thing::name)),
            "parent" => Cell::told(process.parent.map(Thing::process)),
            "tasks" => many(process.tasks.iter().map(|task| Thing::task(*task)).collect()),
            "threads" => Cell::told(process.threads.map(Thing::number)),
            "state" => {
                let leader = self.leader(id);
                let state = leader.and_then(|task| case.task(task).state);
                Cell::told(state.map(|state| Thing::text(state_name(state))))
            }
            "pidns" => many(process.namespace_pids.iter().map(|pid| Thing::number(*pid)).collect()),
            "tracer" => match process.tracer {
                Some(Some(tracer)) => Cell::seen(Thing::process(tracer)),
                Some(None) => Cell::Empty,
                None => Cell::Unknown,
            },
            _ => Cell::Unknown,
        }
    }

    /// The task whose thread id is that of its process.
    pub(crate) fn leader(&self, process: ProcessId) -> Option<TaskId> {
        let case = &self.analysis.case;
        let process = case.process(process);
        process.tasks.iter().copied().find(|task| process.pid.is_some() && case.task(*task).tid == process.pid)
    }

    fn hold_cell(&self, hold: u32, field: &str) -> Cell {
        let Some(hold) = self.index.holds.get(hold as usize) else { return Cell::Unknown };
        let seen = |thing| Cell::One(thing, hold.known);
        match field {
            "task" => seen(Thing::task(hold.task)),
            "object" => hold.object.clone().map_or(Cell::Unknown, seen),
            "kind" => hold.kind.map_or(Cell::Unknown, |kind| seen(Thing::Kind(kind))),
            "mode" => hold.mode.map_or(Cell::Unknown, |mode| seen(Thing::text(mode_name(mode)))),
            "known" => seen(Thing::text(known_name(hold.known))),
            "from" => seen(Thing::text(source_name(hold.from))),
            _ => Cell::Unknown,
        }
    }

    fn cycle_cell(&self, cycle: u32, field: &str) -> Cell {
        let Some(cycle) = self.analysis.cycles.get(cycle as usize) else { return Cell::Unknown };
        match field {
            "length" => Cell::One(Thing::number(u32::try_from(cycle.tasks.len()).unwrap_or(u32::MAX)), cycle.known),
            "kinds" => Cell::Every(cycle.steps.iter().map(|step| Thing::Kind(step.kind)).collect(), cycle.known),
            "readers" => Cell::One(Thing::Flag(cycle.readers), cycle.known),
            "known" => Cell::One(Thing::text(known_name(cycle.known)), cycle.known),
            "tasks" => Cell::Many(cycle.tasks.iter().map(|task| Thing::task(*task)).collect(), cycle.known),
            _ => Cell::Unknown,
        }
    }

    fn line_cell(&self, line: u32, field: &str) -> Cell {
        let lines = self.index.lines.borrow();
        let group = lines.get(line as usize).and_then(|line| line.groups.iter().find(|(name, _)| name == field));
        Cell::told(group.map(|(_, text)| Thing::name(text)))
    }

    /// The value of a field of an object.
    pub(crate) fn object_cell(&self, id: ObjectId, field: &str) -> Cell {
        let object = self.analysis.case.object(id);
        match field {
            "name" => Cell::told(object.name.as_ref().map(Thing::name)),
            "address" => Cell::told(object.address.map(|address| Thing::text(&format!("{address:x}")))),
            "kind" => Cell::told(object.kind.as_ref().map(Thing::name)),
            "waiters" => {
                let by_stack = self.index.waiters_of.get(&Thing::Object(id)).into_iter().flatten().copied();
                let mut tasks: Vec<TaskId> = by_stack.chain(object.waiters.iter().map(|waiter| waiter.task)).collect();
                tasks.sort_unstable();
                tasks.dedup();
                many(tasks.into_iter().map(Thing::task).collect())
            }
            "holders" => {
                let holds = self.index.holds_of.get(&Thing::Object(id)).into_iter().flatten();
                many(holds.map(|hold| Thing::task(self.index.holds[*hold as usize].task)).collect())
            }
            _ => Cell::Unknown,
        }
    }
}

fn fact_cell(fact: &FactRow, field: &str) -> Cell {
    Cell::told(fact.get(field).map(|value| match value {
        Row::Task(task) => Thing::task(*task),
        Row::Process(process) => Thing::process(*process),
        Row::Object(object) => Thing::Object(*object),
        Row::Text(text) => Thing::name(text),
        Row::Number(number) => Thing::number(*number),
        Row::Flag(flag) => Thing::Flag(*flag),
    }))
}
