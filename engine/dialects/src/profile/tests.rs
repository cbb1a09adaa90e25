use crate::driver::read;
use stacklore_model::{Document, Reading, SourceId, StackKind, System};

type Seen = (&'static str, Option<u32>, System, u64, String);

fn read_all(text: &str) -> Reading {
    read(SourceId(0), &Document::from_text("x", text))
}

fn seen(text: &str) -> Vec<Seen> {
    rows(&read_all(text))
}

fn rows(reading: &Reading) -> Vec<Seen> {
    let row = |s: &stacklore_model::StackSighting| {
        let StackKind::Profile(count) = s.kind else { panic!("a profile is no backtrace: {:?}", s.kind) };
        let frames = s.frames.iter().map(|f| f.symbol.to_string()).collect::<Vec<_>>().join(" < ");
        (s.dialect, s.task.tid, s.system, count, frames)
    };
    reading.stacks.iter().map(row).collect()
}

#[test]
fn samples_of_perf() {
    let text = "my prog  1234/1240  [002] 12345.678901:     250000 cpu-clock:pppH: \n\
                \tffffffff8106a5a6 native_safe_halt+0x6 ([kernel.kallsyms])\n\
                \t            7f12 std::f(int) const+0x2 (/usr/bin/my prog)\n\n\
                swapper     0 [000] 12345.9: cycles: \n\t    ffff8106a5a6 [unknown] ([unknown])\n\
                \nother 12 [000] 1.5: sched:sched_switch: prev_comm=x\n";
    assert_eq!(
        seen(text),
        [
            ("perf", Some(1240), System::Linux, 1, "native_safe_halt < std::f(int) const".to_owned()),
            ("perf", None, System::Linux, 1, "??".to_owned())
        ]
    );
}

#[test]
fn folded_stacks_are_turned_round() {
    let text = "mysqld;start_thread;do_command;__schedule_[k] 812\nmysqld;[unknown];-;futex_wait_[k] 3\n\
                java;std::map<int, x>::at(int);_start 7\nand; so; it;_goes 4\n";
    assert_eq!(
        seen(text),
        [
            ("folded", None, System::Linux, 812, "__schedule < do_command < start_thread".to_owned()),
            ("folded", None, System::Linux, 3, "futex_wait < ??".to_owned()),
            ("folded", None, System::User, 7, "_start < std::map<int, x>::at(int)".to_owned())
        ]
    );
    for text in ["a;_b=1;c 12\n", "int x;_y; z 3\n", "&lt;_x&gt;;_y 12 of them\n"] {
        assert!(seen(text).is_empty(), "{text}");
    }
}

#[test]
fn maps_of_bpftrace() {
    let text = "Attaching 1 probe...\n^C\n\n@[\n    __schedule+1\n    schedule+45\n]: 42\n@stacks[\n    do_nanosleep+0x1f [mod]\n, bash, 12]: 7\n\
                @other[12]: 3\n";
    assert_eq!(
        seen(text),
        [
            ("bpftrace", None, System::Linux, 42, "__schedule < schedule".to_owned()),
            ("bpftrace", None, System::Linux, 7, "do_nanosleep".to_owned())
        ]
    );
}

#[test]
fn sums_of_bcc() {
    let text = "Tracing off-CPU time (us) of all threads by user + kernel stack... Hit Ctrl-C to end.\n^C\n    \
                finish_task_switch\n    schedule\n    --\n    main\n    -                mysqld (1234)\n        12345\n\n    \
                schedule\n    -                my prog (12)\n        6\n";
    assert_eq!(
        seen(text),
        [
            ("bcc", Some(1234), System::Linux, 12345, "finish_task_switch < schedule < main".to_owned()),
            ("bcc", Some(12), System::Linux, 6, "schedule".to_owned())
        ]
    );
}

#[test]
fn damaged_sums_of_bcc() {
    let head = "Tracing off-CPU time (us) of PID 12 by kernel stack for 5 secs.\n";
    let expected = [("bcc", Some(12), System::Linux, 6, "schedule < mutex_lock < f".to_owned())];
    for (text, read) in [
        ("\n    schedule mutex_lock\n    f\n    -    my prog (12)\n        6\n", true),
        ("\nschedule\nmutex_lock\nf\n- my prog (12)\n6\n", true),
        ("\n    schedule\n    mutex_lock\n    f", false),
    ] {
        let reading = read_all(&format!("{head}{text}"));
        assert_eq!(rows(&reading), if read { &expected[..] } else { &[] }, "{text}");
        assert_eq!(reading.unclear.is_empty(), read, "{text}");
    }
    assert!(read_all(&format!("{head}^C\nthanks\nAnna\n")).unclear.is_empty());
}

#[test]
fn stacks_of_ftrace_without_brackets() {
    let head = " prog-12  [001] d..2   123.456789: ";
    for mark in ["stack trace", ""] {
        let text = format!("{head}{mark}\n => schedule\n => mutex_lock\n");
        assert_eq!(seen(&text), [("ftrace", Some(12), System::Linux, 1, "schedule < mutex_lock".to_owned())]);
    }
    assert!(seen(&format!("{head}stack trace\nnothing\n")).is_empty());
}

#[test]
fn stacks_of_ftrace() {
    let text = " my prog-1234  [001] d..2   123.456789: <stack trace>\n => schedule\n => do_nanosleep+0x5a/0xd0 <ffffffff81a52e2a>\n \
                <idle>-0     [002] dNs2.   124.000001: kernel_stack:         <stack trace>\n=> f [mod]\n\nprose\n";
    assert_eq!(
        seen(text),
        [
            ("ftrace", Some(1234), System::Linux, 1, "schedule < do_nanosleep".to_owned()),
            ("ftrace", None, System::Linux, 1, "f".to_owned())
        ]
    );
}
