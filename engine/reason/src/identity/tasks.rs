//! One task of all that its sightings say.

use super::classes::Classes;
use super::mentions::{Mention, Mentions, Origin};
use super::processes::{Owners, Processes};
use stacklore_model::{Case, Name, Reading, Span, Task, TaskId, TaskSighting};
use std::collections::{HashMap, HashSet};

/// Makes the tasks, in the order in which they were first met. Gives the task of each mention; a fact that says
/// nothing of whom it means has none.
pub(super) fn build(
    mentions: &Mentions,
    readings: &[Reading],
    classes: &mut Classes,
    owners: &Owners,
    processes: &mut Processes,
    case: &mut Case,
) -> Vec<Option<TaskId>> {
    let mut by_class: HashMap<usize, TaskId> = HashMap::new();
    let mut names: HashSet<(TaskId, Name)> = HashSet::new();
    let mut tasks = Vec::with_capacity(mentions.all.len());
    let sizes = class_sizes(mentions.all.len(), classes);
    for (at, mention) in mentions.all.iter().enumerate() {
        let class = classes.find(at);
        if mention.origin == Origin::Fact && mention.is_blank() && sizes[class] == 1 {
            tasks.push(None);
            continue;
        }
        let id = *by_class.entry(class).or_insert_with(|| {
            let process = owners.of(class, classes).map(|owner| processes.of(owner, case));
            let (tid, address) = (classes.tid(class), classes.address(class));
            case.tasks.push(Task { tid, address, process, ..Task::default() });
            TaskId((case.tasks.len() - 1) as u32)
        });
        tasks.push(Some(id));
        let task = &mut case.tasks[id.0 as usize];
        add_keys(task, mention);
        match mention.origin {
            Origin::Task(reading, index) => {
                if let Some(sighting) = readings.get(reading).and_then(|reading| reading.tasks.get(index)) {
                    add_sighting(task, sighting, mention.span);
                    if let Some(name) = &sighting.name {
                        add_name(task, id, name, mention.span, &mut names);
                    }
                }
            }
            Origin::Stack(..) => add_place(task, mention.span),
            Origin::Lock | Origin::Fact => {}
        }
    }
    name_the_nameless(&mentions.all, &tasks, case);
    tasks
}

/// Number of mentions in each set, by its representative.
fn class_sizes(mentions: usize, classes: &mut Classes) -> Vec<u32> {
    let mut sizes = vec![0; mentions];
    (0..mentions).for_each(|at| sizes[classes.find(at)] += 1);
    sizes
}

fn add_keys(task: &mut Task, mention: &Mention) {
    task.tid = task.tid.or(mention.keys.tid);
    task.pthread = task.pthread.or(mention.pthread());
    task.number = task.number.or(mention.keys.number);
    task.system = task.system.or(mention.system);
}

fn add_sighting(task: &mut Task, sighting: &TaskSighting, span: Span) {
    add_place(task, span);
    if sighting.state.is_some() {
        task.state = sighting.state;
        task.state_span = Some(span);
    }
    task.cpu = sighting.cpu.or(task.cpu);
    // Whoever tells a kernel thread apart says so; others just do not know.
    task.kernel = if sighting.kernel == Some(true) { sighting.kernel } else { task.kernel.or(sighting.kernel) };
    if let Some(waited) = sighting.waited
        && task.waited.is_none_or(|known| waited > known)
    {
        task.waited = Some(waited);
        task.waited_span = Some(span);
    }
    task.created_by = task.created_by.take().or_else(|| sighting.created_by.clone());
}

fn add_name(task: &mut Task, id: TaskId, name: &Name, span: Span, names: &mut HashSet<(TaskId, Name)>) {
    if name.is_empty() || !names.insert((id, name.clone())) {
        return;
    }
    if task.name.is_none() {
        task.name = Some(name.clone());
        task.name_span = Some(span);
    } else {
        task.other_names.push(name.clone());
    }
}

/// A header and the stack below it are one place.
fn add_place(task: &mut Task, span: Span) {
    if let Some(last) = task.sightings.last_mut()
        && last.source == span.source
        && span.first <= last.last
    {
        *last = last.to(span);
        return;
    }
    task.sightings.push(span);
}

/// A task of which only the name within its dump is known goes by it.
fn name_the_nameless(mentions: &[Mention], tasks: &[Option<TaskId>], case: &mut Case) {
    for (mention, id) in mentions.iter().zip(tasks) {
        let Some(id) = id else { continue };
        let task = &mut case.tasks[id.0 as usize];
        if task.name.is_none() && mention.keys.unique_name.is_some() {
            task.name.clone_from(&mention.keys.unique_name);
            task.name_span = Some(mention.span);
        }
    }
}
