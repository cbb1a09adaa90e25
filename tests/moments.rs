//! Several snapshots of one machine in one ticket: what moved, what did not, and what is no second snapshot at all.

use crate::program::{Folder, run};
use serde_json::Value;

fn report(paths: &[&str], input: &str) -> Value {
    let mut arguments = vec!["diagnose", "--format", "json"];
    arguments.extend(paths);
    let outcome = run(&arguments, input.as_bytes());
    assert_eq!(outcome.status, 0, "{}", outcome.err);
    outcome.json()
}

/// The one series of a report.
fn series(report: &Value) -> &Value {
    let all = report["snapshots"].as_array().expect("every report has the list");
    assert_eq!(all.len(), 1, "{all:?}");
    &all[0]
}

fn is_single(report: &Value) -> bool {
    report["snapshots"].as_array().is_some_and(Vec::is_empty)
}

/// Names or thread ids of the tasks in a list of a series.
fn tasks(report: &Value, list: &str) -> Vec<String> {
    let numbers = series(report)[list].as_array().expect("it is a list").iter();
    let task = |number: &Value| &report["tasks"][number.as_u64().expect("it is a number") as usize];
    numbers.map(task).map(|task| task["name"].as_str().map_or(task["tid"].to_string(), str::to_owned)).collect()
}

fn words(paths: &[&str], format: &str) -> String {
    let mut arguments = vec!["diagnose", "--format", format];
    arguments.extend(paths);
    let outcome = run(&arguments, b"");
    assert_eq!(outcome.status, 0, "{}", outcome.err);
    outcome.out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn dumps_of_one_process_are_compared_thread_by_thread() {
    let report = report(&["corpus/samples/snapshots-jstack-lost-notify/stdout.log"], "");
    let series = series(&report);
    let times: Vec<f64> =
        series["taken"].as_array().into_iter().flatten().filter_map(|of| of["time"].as_f64()).collect();
    assert_eq!(times, [1_795_209_643.0, 1_795_209_663.0, 1_795_209_683.0]);
    assert_eq!((&series["apart"], &series["lasted"]), (&Value::from(20.0), &Value::from(40.0)));
    assert_eq!(tasks(&report, "stuck"), ["consumer"]);
    assert_eq!(tasks(&report, "moved"), ["main"]);
    assert_eq!(tasks(&report, "gone"), ["loader-1"]);
    assert_eq!(tasks(&report, "appeared"), ["loader-2"]);
    assert_eq!((&series["resting"], &series["compared"]), (&Value::from(3), &Value::from(5)));
    // What moved is told; it decides nothing.
    assert_eq!(report["verdict"], "healthy");
}

#[test]
fn every_format_for_people_tells_it() {
    let path = ["corpus/samples/snapshots-jstack-lost-notify/stdout.log"];
    let parts = [
        "3 snapshots (java), 20 s apart:",
        "1 of 5 tasks waits in the same place in all of them: consumer (4651)",
        "3 rest",
    ];
    for format in ["text", "markdown", "html"] {
        let text = words(&path, format);
        for part in parts {
            assert!(text.contains(part), "{part} is missing in {format}: {text}");
        }
    }
}

#[test]
fn a_task_that_used_the_cpu_is_in_the_same_place_but_ran() {
    let report = report(&["corpus/samples/snapshots-proc-stack-loop/stacks.txt"], "");
    assert_eq!(tasks(&report, "stuck"), ["4217"]);
    assert_eq!(tasks(&report, "ran"), ["yes"]);
    assert_eq!(tasks(&report, "moved"), ["1999"]);
    assert_eq!(series(&report)["apart"], 10.0);
}

#[test]
fn a_restarted_program_is_told_and_not_compared() {
    let report = report(&["corpus/samples/snapshots-jstack-restarted"], "");
    let series = series(&report);
    assert_eq!((&series["others"], &series["compared"]), (&Value::Bool(true), &Value::from(0)));
    assert_eq!(tasks(&report, "stuck"), Vec::<String>::new());
    let text = words(&["corpus/samples/snapshots-jstack-restarted"], "text");
    assert!(text.contains("nothing is compared"), "{text}");
}

const STACK: &str = "\
[<0>] acmefs_commit_log+0x45/0x1e0 [acmefs]
[<0>] acmefs_sync_file+0x12/0x90 [acmefs]
[<0>] vfs_fsync_range+0x4b/0xa0
[<0>] __x64_sys_fsync+0x3b/0x70
[<0>] do_syscall_64+0x7f/0x180
";

fn proc_stack(tid: u32) -> String {
    format!("# cat /proc/{tid}/stack\n{STACK}")
}

#[test]
fn one_task_after_the_other_is_as_good_as_round_by_round() {
    let looks = |order: &[u32]| order.iter().map(|tid| proc_stack(*tid)).collect::<String>();
    for order in [[31, 32, 33, 31, 32, 33, 31, 32, 33], [31, 31, 31, 32, 32, 32, 33, 33, 33]] {
        let report = report(&[], &looks(&order));
        assert_eq!(series(&report)["taken"].as_array().map(Vec::len), Some(3), "{order:?}");
        assert_eq!(tasks(&report, "stuck"), ["31", "32", "33"]);
    }
    assert!(is_single(&report(&[], &looks(&[31, 32, 33]))));
}

#[test]
fn texts_with_numbers_are_snapshots_in_their_order_and_others_may_be_copies() {
    let folder = Folder::new("moments-numbered");
    let moved = proc_stack(7).replace("acmefs_sync_file+0x12", "acmefs_open+0x12");
    let paths = [("s-1.txt", proc_stack(7)), ("s-2.txt", proc_stack(7)), ("s-10.txt", moved)];
    let paths: Vec<String> = paths.iter().map(|(name, text)| folder.file(name, text)).collect();
    let mut given: Vec<&str> = paths.iter().map(String::as_str).collect();
    given.rotate_right(1);
    let numbered = report(&given, "");
    let taken = series(&numbered)["taken"].as_array().expect("they are listed").iter();
    assert_eq!(taken.map(|of| of["source"].as_u64()).collect::<Vec<_>>(), [Some(1), Some(2), Some(0)]);
    assert_eq!(tasks(&numbered, "moved"), ["7"]);
    let copies = [folder.file("ticket.txt", proc_stack(7)), folder.file("attached.txt", proc_stack(7))];
    assert!(is_single(&report(&[&copies[0], &copies[1]], "")));
}

#[test]
fn a_dump_that_is_there_twice_is_one() {
    let dump = "corpus/captures/j-wait-lost/jstack.txt";
    let folder = Folder::new("moments-twice");
    let text = std::fs::read_to_string(dump).expect("the corpus is there");
    assert!(is_single(&report(&[dump, &folder.file("mail.txt", format!("See below.\n\n{text}"))], "")));
}

const GDB: &str = "\
$ gdb -p 4711 -batch -ex 'thread apply all bt'
Thread 2 (Thread 0x7f98bb57f6c0 (LWP 4712) \"xfer\"):
#0  futex_wait (private=0, expected=2, futex_word=0x55592f7470f0 <acc_b+16>) at ../sysdeps/nptl/futex-internal.h:146
#1  0x00007f98bb60f482 in ___pthread_mutex_lock (mutex=0x55592f7470f0 <acc_b+16>) at ./nptl/pthread_mutex_lock.c:93
#2  0x000055592f7441f2 in transfer (a=0x55592f7470c0, b=0x55592f7470e0) at lab.c:40
Thread 1 (Thread 0x7f98bb580740 (LWP 4711) \"main\"):
#0  0x00007f98bb6a1b3f in __GI___poll (fds=0x7ffd8a0b1c50, nfds=1, timeout=-1) at ../sysdeps/unix/sysv/linux/poll.c:29
#1  0x000055592f7442b0 in main () at lab.c:77
";

#[test]
fn a_debugger_that_looks_twice_may_look_at_one_moment() {
    assert!(is_single(&report(&[], &format!("{GDB}\n{GDB}"))));
    // Something has changed: the process went on in between.
    let later = GDB.replace("__GI___poll (", "render (").replace("0x00007f98bb6a1b3f", "0x000055592f744111");
    let report = report(&[], &format!("{GDB}\n{later}"));
    assert_eq!(tasks(&report, "moved"), ["main"]);
    assert_eq!(tasks(&report, "stuck"), ["xfer"]);
}

fn goroutine(number: u32, minutes: &str) -> String {
    format!(
        "goroutine {number} [semacquire{minutes}]:\nsync.runtime_SemacquireMutex(0xc0000b4014, 0x0, 0x1)\n\
         \t/usr/lib/go/src/runtime/sema.go:77 +0x25\nsync.(*Mutex).lockSlow(0xc0000b4010)\n\
         \t/usr/lib/go/src/sync/mutex.go:171 +0x15d\nmain.(*account).transfer(0xc0000b4010)\n\
         \t/src/main.go:31 +0x8b\ncreated by main.main in goroutine 1\n\t/src/main.go:55 +0x1c5\n\n"
    )
}

#[test]
fn goroutines_are_the_same_only_where_their_waits_go_on() {
    let dump = |minutes: &str| format!("{}{}", goroutine(18, minutes), goroutine(19, minutes));
    let folder = Folder::new("moments-go");
    let two = |first: &str, second: &str| {
        let paths = [folder.file("go-1.txt", dump(first)), folder.file("go-2.txt", dump(second))];
        report(&[&paths[0], &paths[1]], "")
    };
    assert_eq!(series(&two(", 5 minutes", ", 7 minutes"))["stuck"].as_array().map(Vec::len), Some(2));
    // Every run of a program numbers its goroutines alike.
    assert!(is_single(&two("", "")));
    assert!(is_single(&two(", 5 minutes", ", 2 minutes")));
}
