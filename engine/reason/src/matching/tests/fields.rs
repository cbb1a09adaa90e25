//! "Tables": what the fields of tasks, processes and holds tell.

use super::world::World;
use crate::graph::Root;
use stacklore_model::{Known, System, TaskId};

/// State of a condition on the task of a waiter that the world prepares.
fn state(prepare: impl Fn(&mut World, TaskId), condition: &str) -> &'static str {
    let mut world = World::new();
    let task = world.waiter("t", 1, "mutex");
    prepare(&mut world, task);
    let rule = format!(
        "
evidence:
  a: {{task: $a, stack: [wait_here], says: s}}
  b:
    task: $a
    {condition}
    says: s
    get: g
conclude: {{possible: [a], likely: [b]}}"
    );
    world.state_of("b", &rule)
}

#[test]
fn the_cycle_of_a_task() {
    let in_ring = |world: &mut World, task| {
        let lock = world.object(Some("m"), None);
        world.cycle(&[task], lock, Known::Observed);
    };
    assert_eq!(state(in_ring, "cycle: any"), "holds");
    assert_eq!(state(|_, _| (), "cycle: any"), "unknown", "who holds what it waits for is not told");
    let ends = |world: &mut World, task| world.chain(task, Root::Running(task));
    assert_eq!(state(ends, "cycle: any"), "fails");
    assert_eq!(state(ends, "cycle: none"), "holds");
}

#[test]
fn what_a_name_tells_is_known_not_to_be_there_where_the_name_is_known() {
    let pooled = |world: &mut World, task| world.activity(task).pool = Some("pool-1".into());
    assert_eq!(state(pooled, "pool: pool-1"), "holds");
    assert_eq!(state(|_, _| (), "pool: pool-1"), "fails");
    let nameless = |world: &mut World, task: TaskId| world.analysis.case.tasks[task.0 as usize].name = None;
    assert_eq!(state(nameless, "pool: pool-1"), "unknown");
}

#[test]
fn every_name_of_a_task_counts() {
    let renamed = |world: &mut World, task: TaskId| {
        world.analysis.case.tasks[task.0 as usize].other_names = vec!["kworker/3:1".into()];
    };
    assert_eq!(state(renamed, "name: kworker*"), "holds");
    assert_eq!(state(renamed, "name: t"), "holds");
    assert_eq!(state(renamed, "name: not t"), "fails");
}

#[test]
fn a_task_has_the_system_of_each_of_its_stacks() {
    let both = |world: &mut World, task| _ = world.stack_of(task, System::User, "gdb", &["main"]);
    assert_eq!(state(both, "system: user"), "holds");
    assert_eq!(state(both, "system: linux"), "holds");
    assert_eq!(state(|_, _| (), "system: user"), "fails");
}

#[test]
fn a_task_that_has_a_stack_is_there() {
    assert_eq!(state(|_, _| (), "listed: no"), "fails");
    let gone = |world: &mut World, task| world.activity(task).listed = Some(false);
    assert_eq!(state(gone, "listed: no"), "holds");
}

#[test]
fn a_thread_whose_process_is_unknown_belongs_to_none() {
    let mut world = World::new();
    let (one, other) = (world.waiter("a", 1, "mutex"), world.waiter("b", 2, "mutex"));
    let rule = "
evidence:
  a: {task: $a, waits: mutex, process: $process, says: s}
  b: {task: $b, waits: mutex, process: $process, says: s}
conclude: {likely: [a, b]}";
    assert_eq!(world.number(rule), 0);
    world.process(7, &[one, other]);
    assert_eq!(world.number(rule), 1);
}

#[test]
fn parents_and_their_threads() {
    let mut world = World::new();
    let (child, parent) = (world.waiter("child", 2, "mutex"), world.task("parent", 1));
    let parent = world.process(1, &[parent]);
    let child = world.process(2, &[child]);
    let processes = &mut world.analysis.case.processes;
    processes[parent.0 as usize].threads = Some(3);
    processes[child.0 as usize].threads = Some(1);
    processes[child.0 as usize].parent = Some(parent);
    let rule = "
evidence:
  stuck: {task: $stuck, waits: mutex, process: $child, says: s}
  alone: {process: $child, threads: 1, parent: $parent, says: s}
  many: {process: $parent, threads: 2+, says: '{{ parent.threads }} threads'}
conclude: {likely: [stuck, alone, many]}";
    assert_eq!(world.one(rule).evidence[2].says, "3 threads");
}
