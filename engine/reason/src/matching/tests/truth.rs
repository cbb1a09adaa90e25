//! "What holds, fails, is unknown".

use super::world::{World, role};
use stacklore_model::{ListingOf, Row, SessionId, System, TaskId, TaskKeys, TaskState};

const NOBODY: &str = "
evidence:
  waiter: {task: $waiter, waits: mutex, says: s}
  nobody: {task: _, TEST, count: 0, says: s, get: look}
conclude: {possible: [waiter], likely: [nobody]}";

fn nobody(test: &str) -> String {
    NOBODY.replace("TEST", test)
}

#[test]
fn what_the_case_does_not_tell_is_unknown() {
    let mut world = World::new();
    world.waiter("w", 1, "mutex");
    world.listing(ListingOf::Tasks, true);
    let rule = nobody("waits: send");
    assert_eq!(world.state_of("nobody", &rule), "holds");
    world.task("no stack", 2);
    assert_eq!(world.state_of("nobody", &rule), "unknown", "a task without a stack may wait");
    world.waiter("sender", 3, "send");
    assert_eq!(world.state_of("nobody", &rule), "fails");
}

#[test]
fn nothing_is_excluded_without_a_full_listing() {
    let mut world = World::new();
    world.waiter("w", 1, "mutex");
    assert_eq!(world.state_of("nobody", &nobody("waits: send")), "unknown");
    world.listing(ListingOf::Tasks, false);
    assert_eq!(world.state_of("nobody", &nobody("waits: send")), "unknown", "names say nothing of waits");
    assert_eq!(world.state_of("nobody", &nobody("name: reader")), "holds", "but of names");
}

#[test]
fn for_tasks_of_a_process_all_its_threads_are_enough() {
    let mut world = World::new();
    let waiter = world.waiter("w", 1, "mutex");
    let other = world.waiter("o", 2, "mutex");
    world.process(1, &[waiter, other]);
    world.waiter("elsewhere", 9, "send");
    let rule = nobody("process: $waiter.process, waits: send");
    assert_eq!(world.state_of("nobody", &rule), "unknown");
    world.listing(ListingOf::ThreadsOf(1), true);
    assert_eq!(world.state_of("nobody", &rule), "holds");
}

#[test]
fn a_dump_is_a_listing_of_the_process_that_it_shows() {
    let mut world = World::new();
    let waiter = world.waiter("w", 1, "mutex");
    world.process(1, &[waiter]);
    world.listing(ListingOf::ThreadsOfSession(SessionId(0)), true);
    assert_eq!(world.state_of("nobody", &nobody("process: $waiter.process, waits: send")), "holds");
    assert_eq!(world.state_of("nobody", &nobody("waits: send")), "unknown", "the kernel has other tasks");
}

#[test]
fn for_user_programs_every_dump_must_be_complete() {
    let mut world = World::new();
    let task = world.task("w", 1);
    world.analysis.case.tasks[0].system = Some(System::User);
    world.stack_of(task, System::User, "gdb", &["wait_here"]);
    world.wait(task, "mutex");
    let rule = format!("systems: [user]\n{}", nobody("system: user, waits: send"));
    assert_eq!(world.state_of("nobody", &rule), "unknown");
    world.listing(ListingOf::ThreadsOfSession(SessionId(0)), true);
    assert_eq!(world.state_of("nobody", &rule), "holds");
}

#[test]
fn for_blocked_tasks_the_list_of_blocked_ones_is_enough() {
    let mut world = World::new();
    let waiter = world.waiter("w", 1, "mutex");
    world.state(waiter, TaskState::Blocked);
    world.task("of unknown state, not in the list", 2);
    let rule = nobody("state: blocked, waits: any");
    assert_eq!(world.state_of("nobody", &rule), "unknown");
    world.listing(ListingOf::BlockedTasks, true);
    assert_eq!(world.state_of("nobody", &rule), "holds");
    let other = world.waiter("other", 3, "send");
    world.state(other, TaskState::Blocked);
    assert_eq!(world.state_of("nobody", &rule), "fails");
}

#[test]
fn for_facts_the_output_that_prints_them_is_enough() {
    let mut world = World::new();
    let task = world.waiter("w", 1, "mutex");
    let rule = "
evidence:
  waiter: {task: $waiter, waits: mutex, says: s}
  killed: {pending_signal: _, task: $waiter, signal: KILL, says: s, get: g}
conclude: {possible: [waiter], likely: [killed]}";
    assert_eq!(world.state_of("killed", rule), "unknown");
    world.listing(ListingOf::RelationOfTask("pending_signal", TaskKeys::tid(2)), false);
    assert_eq!(world.state_of("killed", rule), "unknown", "another task's signals");
    world.listing(ListingOf::RelationOfTask("pending_signal", TaskKeys::tid(1)), false);
    assert_eq!(world.state_of("killed", rule), "fails");
    world.fact("pending_signal", &[("task", Row::Task(task)), ("signal", Row::Text("KILL".into()))]);
    assert_eq!(world.state_of("killed", rule), "holds");
}

#[test]
fn a_row_that_others_bind_decides_alone() {
    let mut world = World::new();
    let task = world.waiter("w", 1, "mutex");
    let rule = "
evidence:
  waiter: {task: $waiter, waits: mutex, says: s}
  inside: {task: $waiter, stack: [work], says: s, get: g}
conclude: {possible: [waiter], likely: [inside]}";
    assert_eq!(world.state_of("inside", rule), "fails");
    let stack = world.activity(task).stacks[0];
    world.analysis.case.stacks[stack.0 as usize].cut = true;
    assert_eq!(world.state_of("inside", rule), "unknown", "a cut-off stack completes nothing");
}

#[test]
fn an_untyped_wait_makes_tests_on_waits_unknown_except_any_and_its_own_name() {
    let mut world = World::new();
    world.waiter("w", 1, "mutex");
    let futex = world.waiter("f", 2, "futex");
    world.listing(ListingOf::Tasks, true);
    assert_eq!(world.state_of("nobody", &nobody("waits: send")), "unknown");
    assert_eq!(world.state_of("nobody", &nobody("waits: not mutex")), "unknown");
    let rule = |test: &str| {
        format!("evidence: {{a: {{task: $a, stack: [wait_here], waits: {test}, says: s}}}}\nconclude: {{likely: [a]}}")
    };
    assert_eq!(role(&world.one(&rule("futex")), "a"), [futex]);
    assert_eq!(role(&world.one(&rule("[send, futex]")), "a"), [futex]);
    assert_eq!(world.number(&rule("any")), 2);
}

#[test]
fn a_task_that_rests_is_left_out_unless_asked_for() {
    let mut world = World::new();
    let idle = world.waiter("idle", 1, "mutex");
    world.activity(idle).idle = true;
    let rule =
        |idle: &str| format!("evidence: {{a: {{task: $a, waits: mutex{idle}, says: s}}}}\nconclude: {{likely: [a]}}");
    assert_eq!(world.number(&rule("")), 0);
    assert_eq!(world.number(&rule(", idle: no")), 0);
    assert_eq!(world.number(&rule(", idle: any")), 1);
    assert_eq!(world.number(&rule(", idle: yes")), 1);
}

#[test]
fn a_task_without_a_stack_is_not_left_out_as_resting() {
    let mut world = World::new();
    let gone: TaskId = world.task("gone", 1);
    world.activity(gone).listed = Some(false);
    let object = world.object(Some("m"), None);
    world.hold(gone, object, stacklore_model::Known::Observed);
    let rule = "
evidence:
  owner: {hold: _, task: $owner, object: $lock, says: s}
  gone: {task: $owner, listed: no, says: s}
conclude: {likely: [owner, gone]}";
    assert_eq!(role(&world.one(rule), "owner"), [gone]);
}

#[test]
fn a_lock_that_one_task_has_for_writing_has_no_other_holder() {
    let mut world = World::new();
    let lock = world.object(Some("m"), None);
    let waiter = world.waiter("w", 1, "mutex");
    world.waits_for(waiter, lock, stacklore_model::Known::Observed);
    let rule = "
evidence:
  waiter: {task: $waiter, waits: mutex, object: $lock, says: s}
  sender: {task: $sender, waits: send, says: s}
  holds: {hold: _, task: $sender, object: $lock, says: s, get: g}
conclude: {possible: [waiter, sender, holds]}";
    let rule = rule.replace(
        "says: s}\n  sender: {task: $sender, waits: send",
        "says: s}\n  sender: {task: $sender, waits: send, process: $waiter.process",
    );
    let sender = world.waiter("s", 2, "send");
    world.process(1, &[waiter, sender]);
    assert_eq!(world.find(&rule).near_misses.len(), 1);
    let other = world.task("other", 3);
    world.hold(other, lock, stacklore_model::Known::Observed);
    assert_eq!(world.find(&rule).near_misses.len(), 0, "it is known that another task holds it");
}
