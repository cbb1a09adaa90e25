//! Unites the readings of one ticket: the same task, process or object seen by several tools is one thing.
//!
//! The steps: every place that names a task is a mention ([`mentions`]); keys join mentions ([`keys`]) into disjoint
//! sets ([`classes`]); each set is a task ([`tasks`]) and belongs to a process where that is known ([`processes`]);
//! stacks, locks and facts then speak of tasks and objects ([`stacks`], [`contents`]).

mod classes;
mod contents;
mod keys;
mod mentions;
mod processes;
mod stacks;
mod tasks;

pub(crate) use mentions::FIRST_ADDRESS;

use crate::objects::Objects;
use classes::Classes;
use contents::Walk;
use mentions::{Mention, Mentions, Origin};
use processes::{Owners, Processes};
use stacklore_model::{Case, Document, Reading, Scope, Source, TaskId, Value};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// One case of all texts of a ticket, and the index by which further objects are found in it.
///
/// Documents are numbered in their order; a reading belongs to the document that its `source` names.
pub fn unite(documents: Vec<Document>, mut readings: Vec<Reading>) -> (Case, Objects) {
    readings.sort_by_key(|reading| reading.source);
    let mut case = Case { sources: sources(documents, &readings), ..Case::default() };
    let mentions = Mentions::collect(&readings);
    let mut classes = Classes::new(mentions.all.iter().map(|mention| (mention.address(), mention.tid())));
    keys::unite_kernel_keys(&mentions.all, &mut classes);
    keys::unite_session_keys(&mentions.all, &mut classes);
    keys::unite_names(&mentions.all, &mut classes);
    keys::unite_anonymous(&mentions.all, is_stack, &mut classes);
    let owners = Owners::find(&mentions.all, &readings, &mut classes);
    let mut processes = Processes::default();
    let tasks = tasks::build(&mentions, &readings, &mut classes, &owners, &mut processes, &mut case);
    processes.sighted(&readings, &by_tid(&case), &mut case);
    stacks::add(&mut readings, &mentions.all, &tasks, &mut case);
    let mut objects = objects(&readings, &owners, &mut processes, &mut case);
    let walk = Walk { order: mentions.walk(), mentions: &mentions.all, tasks: &tasks };
    contents::add(&mut readings, walk, &owners, &mut processes, &mut objects, &mut case);
    processes.finish(&mut case);
    for reading in readings {
        case.mends.extend(reading.mends);
        case.unclear.extend(reading.unclear);
        case.notes.extend(reading.notes);
    }
    (case, objects)
}

fn is_stack(mention: &Mention) -> bool {
    matches!(mention.origin, Origin::Stack(..))
}

fn sources(documents: Vec<Document>, readings: &[Reading]) -> Vec<Source> {
    let mut sources: Vec<Source> = documents
        .into_iter()
        .map(|document| Source {
            name: document.name,
            encoding: document.encoding,
            bytes: document.bytes,
            lines: 0,
            text: Arc::new(document.text),
            lines_understood: 0,
            dialects: Vec::new(),
            extents: Vec::new(),
        })
        .collect();
    for reading in readings {
        let Some(source) = sources.get_mut(reading.source.0 as usize) else { continue };
        source.lines = source.lines.max(reading.lines);
        source.lines_understood += reading.lines_understood;
        source.dialects.extend(&reading.dialects);
        source.extents.extend(&reading.extents);
    }
    sources
}

/// The first task of each thread id.
fn by_tid(case: &Case) -> HashMap<u32, TaskId> {
    let mut tids = HashMap::new();
    for (index, task) in case.tasks.iter().enumerate() {
        if let Some(tid) = task.tid.filter(|tid| *tid != 0) {
            tids.entry(tid).or_insert(TaskId(index as u32));
        }
    }
    tids
}

/// An index that knows every process in whose terms the readings speak of addresses.
fn objects(readings: &[Reading], owners: &Owners, processes: &mut Processes, case: &mut Case) -> Objects {
    for reading in readings {
        let locks = reading.locks.iter().map(|lock| &lock.object);
        let values = reading.facts.iter().flat_map(|fact| &fact.fields).filter_map(|(_, value)| match value {
            Value::Object(key) => Some(key),
            _ => None,
        });
        for key in locks.chain(values) {
            if let Scope::Process(pid) = key.scope
                && pid != 0
            {
                processes.pid(pid, case);
            }
        }
    }
    let mut sessions = BTreeMap::new();
    for (session, owner) in owners.of_addresses() {
        sessions.insert(session, processes.of(owner, case));
    }
    Objects::new(processes.by_pid(), sessions)
}
