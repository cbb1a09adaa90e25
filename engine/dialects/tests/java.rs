//! Java thread dumps: what is held and let go, what a section repeats, what is no dump.
#![allow(missing_docs, clippy::expect_used)]

use stacklore_model::{Document, Reading, SourceId};

fn read(text: &str) -> Reading {
    stacklore_dialects::read(SourceId(0), &Document::from_text("dump.txt".to_owned(), text.to_owned()))
}

/// Symbols of the only stack.
fn symbols(reading: &Reading) -> Vec<&str> {
    assert_eq!(reading.stacks.len(), 1, "{:?}", reading.stacks);
    reading.stacks[0].frames.iter().map(|frame| &*frame.symbol).collect()
}

const BLOCKED: &str = "\"t-1\" #12 prio=5 os_prio=0 tid=0x00007f97 nid=0x31eb waiting for monitor entry  [0x00007f9]\n   java.lang.Thread.State: BLOCKED (on object monitor)\n\tat Dead.transfer(Dead.java:8)\n\t- waiting to lock <0x00000000ffd1b510> (a Dead$Account)\n\t- locked <0x00000000ffd1b500> (a Dead$Account)\n\tat java.lang.Thread.run(java.base@17.0.21/Thread.java:840)\n";

#[test]
fn a_blocked_thread_waits_for_one_object_and_holds_the_other() {
    let reading = read(BLOCKED);
    assert_eq!(symbols(&reading), ["[waiting to lock]", "Dead.transfer", "java.lang.Thread.run"]);
    let stack = &reading.stacks[0];
    assert_eq!((stack.task.tid, stack.task.number), (Some(0x31eb), Some(12)));
    assert_eq!(stack.frames[0].argument("waiting").and_then(|a| a.number), Some(0xffd1_b510));
    assert_eq!(stack.frames[2].module.as_deref(), Some("java.base"));
    let held: Vec<_> = reading.locks.iter().map(|lock| lock.object.address).collect();
    assert_eq!(held, [Some(0xffd1_b500)]);
}

#[test]
fn a_logger_may_prefix_every_line() {
    let text: String = BLOCKED.lines().map(|line| format!("2024-05-01 10:00:00 WARN [x] {line}\n")).collect();
    assert_eq!(symbols(&read(&text.replace('\t', "    "))).len(), 3);
}

#[test]
fn who_waits_to_be_notified_has_let_go() {
    for words in ["waiting on", "waiting to re-lock in wait()"] {
        let reading = read(&format!(
            "\"c\" #9 prio=5 tid=0x7f nid=12805 in Object.wait()\n   java.lang.Thread.State: WAITING (on object monitor)\n\tat java.lang.Object.wait(Native Method)\n\t- {words} <0x00000000fc00d7a0> (a A)\n\tat A.run(A.java:5)\n\t- locked <0x00000000fc00d7a0> (a A)\n"
        ));
        assert_eq!(symbols(&reading)[0], format!("[{words}]"));
        assert!(reading.locks.is_empty(), "{:?}", reading.locks);
    }
}

#[test]
fn the_section_of_a_deadlock_repeats_threads_and_names_owners() {
    let section = "\nFound one Java-level deadlock:\n=============================\n\"t-1\":\n  waiting to lock monitor 0x00007f96 (object 0x00000000ffd1b510, a Dead$Account),\n  which is held by \"t-2\"\n\nJava stack information for the threads listed above:\n===================================================\n\"t-1\":\n\tat Dead.transfer(Dead.java:8)\n\t- waiting to lock <0x00000000ffd1b510> (a Dead$Account)\n\nFound 1 deadlock.\n";
    let reading = read(&format!("{BLOCKED}{section}"));
    assert_eq!(symbols(&reading).len(), 3);
    assert_eq!(reading.facts.iter().filter(|fact| fact.relation == "report").count(), 1);
    let owned = reading.locks.iter().find(|lock| !lock.waiters.is_empty()).expect("the section tells who waits");
    assert_eq!(owned.object.address, Some(0xffd1_b510));
    assert_eq!(owned.holders[0].task.unique_name.as_deref(), Some("t-2"));
    assert_eq!(symbols(&read(section)).len(), 2, "without the dump the section's stack is the only one");
}

#[test]
fn a_class_initialiser_holds_its_class() {
    let reading = read(
        "\"i\" #12 prio=5 tid=0x7f nid=0x11f4 in Object.wait()\n   java.lang.Thread.State: RUNNABLE\n\tat Lab$A.<clinit>(Lab.java:51)\n\t- waiting on the Class initialization monitor for Lab$B\n\tat Lab.main(Lab.java:48)\n",
    );
    let frames = &reading.stacks[0].frames;
    assert_eq!(frames[0].argument("class").map(|class| &*class.text), Some("Lab$B"));
    assert_eq!(frames[1].argument("class").map(|class| &*class.text), Some("Lab$A"));
}

#[test]
fn exceptions_are_no_dumps() {
    let reading = read(
        "Exception in thread \"main\" java.lang.IllegalStateException: x\n\tat A.b(A.java:1)\nCaused by: B\n\t... 12 more\n",
    );
    assert!(reading.stacks.is_empty());
}

#[test]
fn other_forms_of_the_same_thread() {
    let forms = [
        "#21 \"transfer-1\" BLOCKED 2026-11-20T21:00:43.77Z\n    at java.base/java.lang.Object.wait(Object.java:8)\n    - locked <Dead$Account@619e7cc3>\n",
        "Thread 4213: (state = BLOCKED)\n - java.lang.Object.wait(long) @bci=0 (Compiled frame; information may be imprecise)\n",
        "\"main\" prio=5 tid=1 Waiting\n  | group=\"main\" sCount=1\n  at java.lang.Object.wait(Native method)\n  - waiting on <0x0abc1234> (a A)\n",
        "3XMTHREADINFO      \"main\" J9VMThread:0x0000A1, java/lang/Thread:0x00, state:CW, prio=5\n3XMTHREADINFO1            (native thread ID:0x1A2B, native priority:0x5)\n4XESTACKTRACE                at java/lang/Object.wait(Native Method)\n",
    ];
    for form in forms {
        let reading = read(form);
        assert!(symbols(&reading).contains(&"java.lang.Object.wait"), "{form}");
    }
}
