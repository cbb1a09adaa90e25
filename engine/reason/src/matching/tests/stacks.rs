//! "Stacks": which frames a `stack` list matches.

use super::world::World;
use stacklore_model::System;

/// Whether a list matches a full kernel stack.
fn matches(list: &str, frames: &[&str]) -> bool {
    let mut world = World::new();
    let task = world.task("t", 1);
    world.stack(task, frames);
    found(&world, list)
}

fn found(world: &World, list: &str) -> bool {
    let rule = format!("evidence: {{a: {{task: $a, {list}, says: s}}}}\nconclude: {{likely: [a]}}");
    world.number(&rule) == 1
}

#[test]
fn items_go_from_the_innermost_outward_and_others_may_lie_between() {
    let frames = ["schedule", "inner", "middle", "outer", "entry"];
    assert!(matches("stack: [inner, outer]", &frames));
    assert!(!matches("stack: [outer, inner]", &frames));
    assert!(!matches("stack: [inner, missing]", &frames));
}

#[test]
fn a_function_matches_under_any_alias() {
    assert!(matches("stack: [flush_work]", &["schedule", "__flush_work"]));
    assert!(matches("stack: [sys_read]", &["__x64_sys_read"]));
    assert!(!matches("stack: [flush_work]", &["flush_workqueue"]));
}

#[test]
fn glob_choice_regex_and_group() {
    assert!(matches("stack: ['fuse_*']", &["fuse_flush"]));
    assert!(matches("stack: [a | fuse_flush]", &["fuse_flush"]));
    assert!(matches("stack: ['/flu.h$/', end]", &["fuse_flush", "end"]));
    assert!(!matches("stack: ['/flu.h$/', end]", &["fuse_flush_x", "end"]));
    assert!(matches("stack: [(allocator)]", &["alloc_pages"]));
    assert!(!matches("stack: [(allocator)]", &["free"]));
}

#[test]
fn a_caret_lets_only_plumbing_lie_further_in_and_a_dollar_further_out() {
    assert!(matches("stack: [^inner]", &["schedule", "inner", "outer"]));
    assert!(!matches("stack: [^outer]", &["schedule", "inner", "outer"]));
    assert!(matches("stack: [outer$]", &["inner", "outer", "entry"]));
    assert!(!matches("stack: [inner$]", &["inner", "outer", "entry"]));
}

#[test]
fn the_same_function_twice_is_two_frames() {
    assert!(matches("stack: [(allocator), handler, (allocator)]", &["alloc_a", "handler", "release_b"]));
    assert!(!matches("stack: [alloc_a, alloc_a]", &["alloc_a", "handler"]));
    assert!(matches("stack: [alloc_a, alloc_a]", &["alloc_a", "handler", "alloc_a"]));
}

#[test]
fn unsure_frames_never_match() {
    assert!(!matches("stack: [inner]", &["schedule", "?inner", "outer"]));
    assert!(matches("stack: [^outer]", &["schedule", "?inner", "outer"]));
}

#[test]
fn without_lists_what_must_be_nowhere_in_that_stack() {
    assert!(matches("stack: [inner], without: [other]", &["inner", "outer"]));
    assert!(!matches("stack: [inner], without: [outer]", &["inner", "outer"]));
}

#[test]
fn a_hidden_item_counts_as_matched_and_the_caret_passes_on() {
    let mut world = World::new();
    let task = world.task("t", 1);
    world.stack_of(task, System::Linux, "proc-stack", &["caller", "entry"]);
    assert!(found(&world, "stack: [mutex_lock, caller]"));
    assert!(found(&world, "stack: [^mutex_lock, caller]"));
    assert!(!found(&world, "stack: [^mutex_lock, entry]"), "the caller lies further in");
    assert!(!matches("stack: [mutex_lock, caller]", &["caller", "entry"]), "this dialect prints it");
}

#[test]
fn kernel_and_user_stack_of_a_waiting_task_are_one_kernel_inside() {
    let mut world = World::new();
    let task = world.task("t", 1);
    world.stack_of(task, System::User, "gdb", &["sendmsg", "main"]);
    world.stack_of(task, System::Linux, "proc-stack", &["attach", "entry"]);
    assert!(found(&world, "stack: [attach, main]"));
    assert!(!found(&world, "stack: [main, attach]"));
    assert!(!found(&world, "stack: [attach], without: [main]"));
}

#[test]
fn two_looks_of_one_kind_are_no_single_stack() {
    let mut world = World::new();
    let task = world.task("t", 1);
    world.stack_of(task, System::Linux, "crash", &["inner", "entry"]);
    world.stack_of(task, System::Linux, "proc-stack", &["outer", "entry"]);
    assert!(!found(&world, "stack: [inner, outer]"));
}

#[test]
fn only_the_lines_of_the_matched_frames_are_quoted() {
    let mut world = World::new();
    let task = world.task("t", 1);
    let stack = world.stack(task, &["schedule", "inner", "middle", "outer", "entry"]);
    let found = world.one("evidence: {a: {task: $a, stack: [inner, outer], says: s}}\nconclude: {likely: [a]}");
    let frames = &world.analysis.case.stack(stack).frames;
    assert_eq!(found.evidence[0].quotes, [frames[1].span, frames[3].span]);
}
