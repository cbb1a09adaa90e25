use crate::text::*;
use stacklore_model::*;

fn tids(case: &Case) -> Vec<Option<u32>> {
    case.tasks.iter().map(|task| task.tid).collect()
}

#[test]
fn thread_id_and_address_unite_over_documents() {
    let case = case([
        Text::new(0).task(1, kernel(7, A), "cli"),
        Text::new(1).task(1, tid(7), "cli"),
        Text::new(2).stack(1, TaskKeys::address(A), System::Linux, &["f"]),
    ]);
    assert_eq!(case.tasks.len(), 1);
    assert_eq!((case.tasks[0].tid, case.tasks[0].address), (Some(7), Some(A)));
    assert_eq!(case.tasks[0].sightings.len(), 3);
    assert_eq!(case.tasks[0].stacks, [StackId(0)]);
}

#[test]
fn keys_of_one_place_are_one_task_also_by_way_of_others() {
    let case = case([Text::new(0)
        .task(1, TaskKeys { address: Some(A), ..number(3, 0) }, "")
        .task(2, TaskKeys { number: Some(3), ..pthread(0x7f00) }, "")
        .task(3, TaskKeys { tid: Some(9), ..pthread(0x7f00) }, "")
        .task(4, tid(9), "")]);
    assert_eq!(case.tasks.len(), 1);
    let task = &case.tasks[0];
    assert_eq!((task.tid, task.address, task.pthread, task.number), (Some(9), Some(A), Some(0x7f00), Some(3)));
}

#[test]
fn numbers_are_valid_in_their_session_only() {
    let case = case([
        Text::new(0).task(1, number(1, 0), "").task(2, number(1, 1), ""),
        Text::new(1).task(1, number(1, 0), "").task(2, number(1, 0), ""),
    ]);
    assert_eq!(case.tasks.len(), 3);
}

#[test]
fn lwps_unite_two_debugger_runs_whatever_the_numbers() {
    let case = case([
        Text::new(0).task(1, gdb(1, 0x7f10, 100), "").task(2, gdb(2, 0x7f20, 101), ""),
        Text::new(1).task(1, gdb(2, 0x7f10, 100), "").task(2, gdb(1, 0x7f20, 101), ""),
    ]);
    assert_eq!(tids(&case), [Some(100), Some(101)]);
}

#[test]
fn pthreads_unite_over_documents_within_a_known_process_only() {
    let known = |n, pid| Text::new(n).task(1, TaskKeys { pid: Some(pid), ..pthread(0x7f10) }, "");
    assert_eq!(case([known(0, 50), known(1, 50)]).tasks.len(), 1);
    assert_eq!(case([known(0, 50), known(1, 51)]).tasks.len(), 2);
    assert_eq!(case([known(0, 50), Text::new(1).task(1, pthread(0x7f10), "")]).tasks.len(), 2);
}

#[test]
fn a_goroutine_is_one_within_its_dump() {
    let dump = |n| Text::new(n).stack(1, number(18, 0), System::Go, &["chan receive", "main.worker"]);
    let case = case([dump(0), dump(1)]);
    assert_eq!((case.tasks.len(), case.stacks.len(), case.processes.len()), (2, 2, 2));
    assert_ne!(case.tasks[0].process, case.tasks[1].process);
}

#[test]
fn names_neither_unite_nor_separate() {
    let case = case([Text::new(0)
        .task(1, tid(20), "kworker/0:1")
        .task(2, tid(20), "kworker/0:1+events")
        .task(3, tid(20), "kworker/0:1")
        .task(4, tid(21), "kworker/0:1")]);
    assert_eq!(case.tasks.len(), 2);
    assert_eq!(case.tasks[0].name.as_deref(), Some("kworker/0:1"));
    assert_eq!(case.tasks[0].other_names, [Name::from("kworker/0:1+events")]);
    assert_eq!(case.tasks[0].name_span.unwrap().first, 1);
}

#[test]
fn the_first_sighting_with_a_name_gives_it() {
    let case = case([Text::new(0).task(1, tid(5), "").task(9, tid(5), "late")]);
    assert_eq!(case.tasks[0].name.as_deref(), Some("late"));
}

#[test]
fn a_thread_id_with_two_addresses_is_two_tasks() {
    let case = case([
        Text::new(0).task(1, kernel(7, A), "old").task(2, tid(7), ""),
        Text::new(1).task(1, kernel(7, B), "new").task(2, tid(7), ""),
    ]);
    // A place with the thread id only means the task of its own document.
    assert_eq!(case.tasks.iter().map(|task| task.sightings.len()).collect::<Vec<_>>(), [2, 2]);
}

#[test]
fn an_ambiguous_thread_id_joins_neither() {
    let case = case([
        Text::new(0).task(1, kernel(7, A), ""),
        Text::new(1).task(1, kernel(7, B), ""),
        Text::new(2).task(1, tid(7), "").task(2, tid(7), ""),
    ]);
    assert_eq!(case.tasks.len(), 3);
    assert_eq!(case.tasks[2].address, None);
}

#[test]
fn a_reused_structure_is_two_tasks() {
    let case = case([Text::new(0).task(1, kernel(7, A), "").task(50, kernel(8, A), "")]);
    assert_eq!(tids(&case), [Some(7), Some(8)]);
}

#[test]
fn a_number_that_comes_back_with_another_thread_id_means_the_latest() {
    let case = case([Text::new(0)
        .task(1, gdb(1, 0x7f10, 100), "")
        .task(2, number(1, 0), "first")
        .task(3, gdb(1, 0x7f10, 200), "")
        .task(4, number(1, 0), "second")]);
    let names: Vec<_> = case.tasks.iter().map(|task| task.name.as_deref()).collect();
    assert_eq!(names, [Some("first"), Some("second")]);
}

#[test]
fn task_zero_is_nobody_unless_its_address_is_told() {
    let swappers = Text::new(0).task(1, tid(0), "swapper/0").task(2, tid(0), "swapper/1");
    assert_eq!(case([swappers]).tasks.len(), 2);
    let known = Text::new(0).task(1, kernel(0, A), "").task(2, kernel(0, A), "").task(3, kernel(0, B), "");
    assert_eq!(tids(&case([known])), [Some(0), Some(0)]);
}

#[test]
fn a_unique_name_joins_the_one_task_of_its_dump() {
    let dump = |second| {
        let text = Text::new(0).task(1, tid(100), "worker").task(2, tid(101), second);
        text.stack(90, only_name("worker"), System::Java, &["Object.wait"])
    };
    let one = case([dump("main")]);
    assert_eq!((one.tasks.len(), one.tasks[0].stacks.len()), (2, 1));
    let two = case([dump("worker")]);
    assert_eq!(two.tasks.len(), 3, "the name is ambiguous");
    assert_eq!(two.tasks[2].name.as_deref(), Some("worker"));
}

#[test]
fn unique_names_are_of_one_dump() {
    let named = |n| Text::new(n).task(1, only_name("worker"), "").task(2, only_name("worker"), "");
    assert_eq!(case([named(0), named(1)]).tasks.len(), 2);
}

#[test]
fn state_is_the_latest_and_waiting_time_the_longest() {
    let told = |state, waited, cpu| TaskSighting {
        keys: tid(5),
        state,
        waited,
        cpu,
        kernel: Some(true),
        ..TaskSighting::default()
    };
    let case = case([
        Text::new(0).sighting(3, told(Some(TaskState::Running), Some(241.0), Some(1))),
        Text::new(1)
            .sighting(1, told(Some(TaskState::Blocked), Some(120.0), None))
            .sighting(2, told(None, None, Some(3))),
    ]);
    let task = &case.tasks[0];
    assert_eq!((task.state, task.state_span.unwrap().source), (Some(TaskState::Blocked), SourceId(1)));
    assert_eq!((task.waited, task.waited_span.unwrap().first), (Some(241.0), 3));
    assert_eq!((task.cpu, task.kernel), (Some(3), Some(true)));
}

#[test]
fn a_task_that_only_a_fact_or_an_owner_names_has_no_sightings() {
    let case = case([Text::new(0)
        .lock(1, ObjectKey::address(B, Scope::Kernel), "mutex", 32)
        .held_by(TaskKeys::address(A), Some(Mode::Write), Known::Observed)
        .fact(2, "on_cpu", vec![("cpu", Value::Number(1.0)), ("task", Value::Task(tid(77)))])]);
    assert_eq!(case.tasks.len(), 2);
    assert!(case.tasks.iter().all(|task| task.sightings.is_empty()));
    assert_eq!(case.objects[0].holders[0].task, TaskId(0));
    assert_eq!(case.facts[0].get("task"), Some(&Row::Task(TaskId(1))));
}

#[test]
fn a_fact_that_names_nobody_makes_no_task() {
    let case = case([Text::new(0).fact(1, "work", vec![("task", Value::Task(TaskKeys::default()))])]);
    assert!(case.tasks.is_empty());
    assert_eq!(case.facts[0].get("task"), None);
}

#[test]
fn tasks_are_in_the_order_of_the_text() {
    let first = Text::new(0).task(9, tid(3), "").stack(1, tid(2), System::Linux, &["f"]);
    assert_eq!(tids(&case([first, Text::new(1).task(1, tid(1), "")])), [Some(2), Some(3), Some(1)]);
}
