//! Short labels by which findings call things.

use super::fields::Tables;
use super::grammar::join;
use super::thing::{RowId, Thing};
use stacklore_model::{Case, ObjectId, ProcessId, Row, StackId, System, TaskId};

/// What a task is called of which nothing is known that tells it from others.
pub(crate) const UNNAMED: &str = "a task without a name";

/// Systems whose tasks are goroutines.
fn is_goroutine(system: Option<System>) -> bool {
    system == Some(System::Go)
}

/// `name (tid)`, `goroutine 146`, `thread 35 (LWP 8238)`, or whatever else tells a task apart.
pub fn task_label(case: &Case, id: TaskId) -> String {
    let task = case.task(id);
    let system = task.system.or_else(|| task.stacks.first().map(|stack: &StackId| case.stack(*stack).system));
    match (&task.name, task.tid, task.number) {
        (_, None, Some(number)) if is_goroutine(system) => format!("goroutine {number}"),
        (Some(name), Some(tid), _) => format!("{name} ({tid})"),
        (None, Some(tid), Some(number)) => format!("thread {number} (LWP {tid})"),
        (None, Some(tid), None) => format!("task {tid}"),
        (Some(name), None, Some(number)) if task.address.is_none() => format!("{name} (thread {number})"),
        (Some(name), None, _) => name.to_string(),
        (None, None, Some(number)) => format!("thread {number}"),
        (None, None, None) => match (task.address, task.pthread) {
            (Some(address), _) => format!("task {address:x}"),
            (None, Some(pthread)) => format!("thread {pthread:x}"),
            (None, None) => UNNAMED.to_owned(),
        },
    }
}

impl Tables<'_> {
    /// The label of a thing.
    pub(crate) fn label(&self, thing: &Thing) -> String {
        match thing {
            Thing::Row(row) => self.row_label(*row),
            Thing::Object(object) => self.object_label(*object),
            Thing::Kind(kind) => self.vocabulary.kind_name(*kind).to_owned(),
            Thing::Text(text) => text.as_str().to_owned(),
            Thing::Number(number) => number.0.to_string(),
            Thing::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        }
    }

    fn row_label(&self, row: RowId) -> String {
        match row {
            RowId::Task(task) => self.task_label(task),
            RowId::Process(process) => self.process_label(process),
            RowId::Hold(hold) => match self.index.holds.get(hold as usize) {
                Some(hold) => match &hold.object {
                    Some(object) => format!("{} of {}", self.label(object), self.task_label(hold.task)),
                    None => self.task_label(hold.task),
                },
                None => String::new(),
            },
            RowId::Cycle(cycle) => match self.analysis.cycles.get(cycle as usize) {
                Some(cycle) => join(cycle.tasks.iter().map(|task| self.task_label(*task))),
                None => String::new(),
            },
            RowId::Line(line) => {
                self.index.lines.borrow().get(line as usize).map(|line| line.text.to_string()).unwrap_or_default()
            }
            RowId::Fact(fact) => {
                let fact = self.analysis.case.fact(fact);
                let told = fact.fields.first().map(|(_, value)| match value {
                    Row::Task(task) => self.task_label(*task),
                    Row::Process(process) => self.process_label(*process),
                    Row::Object(object) => self.object_label(*object),
                    Row::Text(text) => text.to_string(),
                    Row::Number(number) => number.to_string(),
                    Row::Flag(flag) => flag.to_string(),
                });
                told.unwrap_or_else(|| fact.relation.replace('_', " "))
            }
        }
    }

    /// A task by name and number.
    pub(crate) fn task_label(&self, id: TaskId) -> String {
        task_label(&self.analysis.case, id)
    }

    fn process_label(&self, id: ProcessId) -> String {
        let case = &self.analysis.case;
        let process = case.process(id);
        let leader = || self.leader(id).and_then(|task| case.task(task).name.clone());
        let name = process.name.clone().or_else(leader);
        match (name, process.pid) {
            (Some(name), Some(pid)) => format!("{name} ({pid})"),
            (Some(name), None) => name.to_string(),
            (None, Some(pid)) => format!("process {pid}"),
            (None, None) => "the process".to_owned(),
        }
    }

    /// The symbol of an object, or its kind and address.
    pub(crate) fn object_label(&self, id: ObjectId) -> String {
        let object = self.analysis.case.object(id);
        match (&object.name, &object.kind, object.address) {
            (Some(name), _, _) => name.to_string(),
            (None, Some(kind), Some(address)) => format!("{} {address:x}", self.vocabulary.thing(kind)),
            (None, None, Some(address)) => format!("{address:x}"),
            (None, Some(kind), None) => self.vocabulary.thing(kind).to_owned(),
            (None, None, None) => "an object".to_owned(),
        }
    }
}
