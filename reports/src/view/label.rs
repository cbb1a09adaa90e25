//! Short labels of tasks, objects and other nodes.

use stacklore_model::{Case, FactId, Lock, ObjectId, ProcessId, Row, Task, TaskId};
use stacklore_reason::matching::task_label;
use stacklore_reason::vocabulary::Vocabulary;

/// An address as reports write it.
pub(super) fn address(address: u64) -> String {
    format!("{address:x}")
}

/// Name of a task: its own, or that of its process.
pub(super) fn task_name(case: &Case, task: &Task) -> Option<String> {
    let process = task.process.and_then(|id| case.processes.get(id.0 as usize));
    task.name.clone().or_else(|| process.and_then(|process| process.name.clone())).map(|name| name.to_string())
}

/// A task as findings call it; one without a name of its own has that of its process.
pub(super) fn task(case: &Case, id: TaskId) -> String {
    let Some(task) = case.tasks.get(id.0 as usize) else { return format!("task {}", id.0) };
    match (&task.name, task_name(case, task), task.tid) {
        (None, Some(name), Some(tid)) => format!("{name} ({tid})"),
        _ => task_label(case, id),
    }
}

/// An object by its name, else its address.
pub(super) fn object_key(object: &Lock) -> Option<String> {
    object.name.as_deref().map(str::to_owned).or_else(|| object.address.map(address))
}

/// An object by its kind and its name or address.
pub(super) fn object(case: &Case, vocabulary: &Vocabulary, id: ObjectId) -> String {
    let Some(object) = case.objects.get(id.0 as usize) else { return format!("object {}", id.0) };
    match (object.kind.as_deref().map(|kind| vocabulary.thing(kind)), object_key(object)) {
        (Some(kind), Some(key)) => format!("{kind} {key}"),
        (None, Some(key)) => key,
        (Some(kind), None) => format!("a {kind}"),
        (None, None) => "an object without a name".into(),
    }
}

/// A process by its name and id.
pub(super) fn process(case: &Case, id: ProcessId) -> String {
    let Some(process) = case.processes.get(id.0 as usize) else { return format!("process {}", id.0) };
    match (process.name.as_deref(), process.pid) {
        (Some(name), Some(pid)) => format!("process {name} ({pid})"),
        (Some(name), None) => format!("process {name}"),
        (None, Some(pid)) => format!("process {pid}"),
        (None, None) => "a process without a name".into(),
    }
}

/// A fact by its relation and the object or first value in it.
pub(super) fn fact(case: &Case, id: FactId) -> String {
    let Some(fact) = case.facts.get(id.0 as usize) else { return format!("fact {}", id.0) };
    let relation = fact.relation.replace('_', " ");
    let about = fact.fields.iter().find_map(|(_, value)| match value {
        Row::Object(id) => case.objects.get(id.0 as usize).and_then(object_key),
        Row::Text(text) => Some(text.to_string()),
        _ => None,
    });
    about.map_or(relation.clone(), |about| format!("{relation} {about}"))
}
