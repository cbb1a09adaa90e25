use crate::text::*;
use stacklore_model::*;

fn process(pid: u32) -> ProcessSighting {
    ProcessSighting { pid, ..ProcessSighting::default() }
}

fn pid_of(case: &Case, tid: u32) -> Option<u32> {
    let task = case.tasks.iter().find(|task| task.tid == Some(tid)).unwrap();
    case.process(task.process?).pid
}

#[test]
fn a_thread_of_unknown_process_belongs_to_none() {
    assert_eq!(case([Text::new(0).task(1, tid(5), "")]).tasks[0].process, None);
}

#[test]
fn the_task_with_the_id_of_a_known_process_is_its_leader() {
    let case = case([Text::new(0)
        .task(1, tid(5), "leader")
        .task(2, TaskKeys { pid: Some(5), ..tid(6) }, "thread")
        .task(3, tid(8), "other")
        .process(4, process(8))]);
    assert_eq!((pid_of(&case, 5), pid_of(&case, 6), pid_of(&case, 8)), (Some(5), Some(5), Some(8)));
    assert_eq!(case.processes[0].name.as_deref(), Some("leader"));
    assert_eq!(case.processes[0].tasks, [TaskId(0), TaskId(1)]);
}

#[test]
fn the_process_of_a_session_is_that_of_all_its_threads() {
    let text = Text::new(0)
        .task(1, TaskKeys { pid: Some(100), ..gdb(1, 0x7f10, 100) }, "")
        .task(2, gdb(2, 0x7f20, 101), "")
        .task(3, tid(900), "not of the debugger");
    let case = case([text, Text::new(1).stack(1, tid(101), System::Linux, &["f"])]);
    assert_eq!((pid_of(&case, 100), pid_of(&case, 101), pid_of(&case, 900)), (Some(100), Some(100), None));
}

#[test]
fn a_session_learns_its_process_from_another_text() {
    let session = Text::new(0).task(1, gdb(1, 0x7f10, 100), "").task(2, gdb(2, 0x7f20, 101), "");
    assert_eq!(pid_of(&case([session, Text::new(1).process(1, process(100))]), 101), Some(100));
}

#[test]
fn a_session_without_process_id_is_one_anonymous_process() {
    let run = |n: u32| {
        Text::new(n).stack(1, gdb(1, 0x7f10, 100 + n * 50), System::User, &["f"]).stack(
            9,
            gdb(2, 0x7f20, 101 + n * 50),
            System::User,
            &["g"],
        )
    };
    let case = case([run(0), run(1)]);
    let processes: Vec<_> = case.tasks.iter().map(|task| task.process.unwrap()).collect();
    assert_eq!(processes, [ProcessId(0), ProcessId(0), ProcessId(1), ProcessId(1)]);
    assert_eq!(case.processes[0].pid, None);
}

#[test]
fn two_sessions_that_share_a_thread_are_one_process() {
    let run = |n: u32, second| {
        let text = Text::new(n).stack(1, gdb(1, 0x7f10, 100), System::User, &["f"]);
        text.stack(9, gdb(2, 0x7f20 + u64::from(n), second), System::User, &["g"])
    };
    let case = case([run(0, 101), run(1, 102)]);
    assert_eq!((case.tasks.len(), case.processes.len()), (3, 1));
}

#[test]
fn a_session_of_several_processes_says_nothing_of_the_others() {
    let case = case([Text::new(0)
        .task(1, TaskKeys { pid: Some(100), ..gdb(1, 0x7f10, 100) }, "")
        .task(2, TaskKeys { pid: Some(200), ..gdb(2, 0x7f20, 200) }, "")
        .task(3, gdb(3, 0x7f30, 101), "")]);
    assert_eq!(pid_of(&case, 101), None);
}

#[test]
fn a_debugger_on_a_kernel_dump_is_no_process() {
    let case = case([Text::new(0).stack(1, number(1, 0), System::Linux, &["f"])]);
    assert_eq!(case.tasks[0].process, None);
}

#[test]
fn parents_and_tracers_are_processes() {
    let told = ProcessSighting { parent: Some(1), tracer: Some(11), threads: Some(4), ..process(5) };
    let untraced = ProcessSighting { tracer: Some(0), namespace_pids: vec![6, 2], ..process(6) };
    let text = Text::new(0).task(1, TaskKeys { pid: Some(10), ..tid(11) }, "").process(2, told).process(3, untraced);
    let case = case([text]);
    let id = |pid| case.processes.iter().position(|process| process.pid == Some(pid)).unwrap();
    let find = |pid| &case.processes[id(pid)];
    assert_eq!(find(5).parent, Some(ProcessId(id(1) as u32)));
    assert_eq!(find(5).tracer, Some(Some(ProcessId(id(10) as u32))), "a tracer is named by any of its threads");
    assert_eq!((find(5).threads, find(6).threads), (Some(4), None));
    assert_eq!((find(6).tracer, find(6).namespace_pids.clone()), (Some(None), vec![6, 2]));
}

#[test]
fn a_complete_listing_counts_the_threads() {
    let threads = |of| {
        let text = Text::new(0).task(1, TaskKeys { pid: Some(100), ..gdb(1, 0x7f10, 100) }, "");
        text.task(2, gdb(2, 0x7f20, 101), "").listing(1, of)
    };
    let by_pid = case([threads(ListingOf::ThreadsOf(100))]);
    assert_eq!(by_pid.processes[0].threads, Some(2));
    assert_eq!(by_pid.listing_about, [Some(Row::Process(ProcessId(0)))]);
    assert_eq!(case([threads(ListingOf::ThreadsOfSession(SessionId(0)))]).processes[0].threads, Some(2));
    assert_eq!(case([threads(ListingOf::ThreadsOfSession(SessionId(1)))]).processes[0].threads, None);
}

#[test]
fn a_listing_about_a_task_knows_the_task() {
    let text = Text::new(0).task(1, kernel(7, A), "").listing(2, ListingOf::RelationOfTask("stack_word", tid(7)));
    assert_eq!(case([text]).listing_about, [Some(Row::Task(TaskId(0)))]);
}
