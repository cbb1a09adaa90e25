use crate::text::*;
use stacklore_model::*;

#[test]
fn an_unchanged_stack_is_one_stack_seen_again() {
    let print =
        |n| Text::new(n).stack(1, tid(5), System::Linux, &["f", "g"]).stack(9, tid(5), System::Linux, &["f", "g"]);
    let case = case([print(0), print(1)]);
    assert_eq!(case.stacks.len(), 1);
    let again: Vec<_> = case.stacks[0].again.iter().map(|span| (span.source.0, span.first)).collect();
    assert_eq!(again, [(0, 9), (1, 1), (1, 9)]);
}

#[test]
fn a_changed_stack_or_that_of_another_tool_or_task_is_another() {
    let case = case([Text::new(0)
        .stack(1, tid(5), System::Linux, &["f", "g"])
        .stack(10, tid(5), System::Linux, &["h", "g"])
        .stack(20, tid(5), System::User, &["f", "g"])
        .stack(30, tid(6), System::Linux, &["f", "g"])]);
    assert_eq!(case.stacks.len(), 4);
    assert_eq!(case.tasks[0].stacks, [StackId(0), StackId(1), StackId(2)]);
}

#[test]
fn offsets_tell_stacks_apart_and_pointers_do_not() {
    let print = |text: Text, line| text.stack(line, tid(5), System::Linux, &["f"]);
    let mut text = print(print(print(Text::new(0), 1), 5), 9);
    for (stack, (offset, pointer)) in text.0.stacks.iter_mut().zip([(16, 1), (16, 2), (24, 2)]) {
        stack.frames[0].offset = Some(offset);
        stack.frames[0].pointer = Some(pointer);
    }
    let case = case([text]);
    assert_eq!(case.stacks.len(), 2);
    assert_eq!(case.stacks[0].again.len(), 1);
}

#[test]
fn stacks_of_nobody_are_of_different_tasks() {
    let nobody = TaskKeys::default;
    let case = case([Text::new(0)
        .stack(1, nobody(), System::Linux, &["f"])
        .stack(5, nobody(), System::Linux, &["f"])
        .task(5, nobody(), "cli")]);
    assert_eq!((case.tasks.len(), case.stacks.len()), (2, 2));
    assert_eq!(case.tasks[1].name.as_deref(), Some("cli"), "a header names the stack below it");
}

#[test]
fn stacks_are_in_the_order_of_the_texts() {
    let case = case([
        Text::new(0).stack(9, tid(5), System::Linux, &["b"]).stack(1, tid(5), System::Linux, &["a"]),
        Text::new(1).stack(1, number(3, 4), System::User, &["c"]),
    ]);
    let symbols: Vec<&str> = case.stacks.iter().map(|stack| &*stack.frames[0].symbol).collect();
    assert_eq!(symbols, ["a", "b", "c"]);
    assert_eq!(case.stacks[2].session, SessionId(4));
}
