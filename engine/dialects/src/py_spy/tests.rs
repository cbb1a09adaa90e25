//! Behaviour of the dialect on small texts.

use crate::driver::read;
use stacklore_model::{Document, ListingOf, Reading, SourceId, TaskState, Value};

fn reading(text: &str) -> Reading {
    read(SourceId(0), &Document::from_text("x", text))
}

fn stacks(reading: &Reading) -> Vec<(Option<u32>, bool, String)> {
    let frames = |s: &stacklore_model::StackSighting| {
        s.frames.iter().map(|f| f.symbol.to_string()).collect::<Vec<_>>().join(" ")
    };
    reading.stacks.iter().map(|s| (s.task.tid, s.cut, frames(s))).collect()
}

const DUMP: &str = "Process 51: /usr/bin/python3 hang.py\nPython v3.11.7 (/usr/bin/python3.11)\n\n\
    Thread 51 (active+gil): \"MainThread\"\n    <module> (hang.py:9)\nThread 52 (idle): \"move (ab)\"\n    \
    move.<locals>.take (hang.py:6)\n        Arguments:\n            x: <_thread.lock at 0x7fc5a4e4d600>\n        \
    Locals:\n            s: \"f (a.py:1)\"\n            n: 3\n    futex_wait (libc.so.6)\n    \
    Thread.run (/usr/lib/threading.py:982)\n";

#[test]
fn threads_with_their_variables() {
    let reading = reading(DUMP);
    assert_eq!(
        stacks(&reading),
        [
            (Some(51), false, "<module>".to_owned()),
            (Some(52), false, "move.<locals>.take futex_wait Thread.run".to_owned())
        ]
    );
    let tasks: Vec<_> = reading.tasks.iter().map(|t| (t.keys.pid, t.name.as_deref(), t.state)).collect();
    assert_eq!(
        tasks,
        [
            (Some(51), Some("MainThread"), Some(TaskState::Running)),
            (Some(51), Some("move (ab)"), Some(TaskState::Sleeping))
        ]
    );
    let take = &reading.stacks[1].frames[0];
    let values: Vec<_> = take.arguments.iter().map(|a| (a.name.as_deref().unwrap_or(""), a.number)).collect();
    assert_eq!(values, [("x", Some(0x7fc5_a4e4_d600)), ("s", None), ("n", Some(3))]);
    assert_eq!(reading.stacks[1].frames[2].module.as_deref(), Some("threading.py"));
    assert_eq!(reading.listings.iter().map(|l| l.of.clone()).collect::<Vec<_>>(), [ListingOf::ThreadsOf(51)]);
    let names: Vec<_> = reading
        .facts
        .iter()
        .filter(|fact| fact.relation == "variable")
        .flat_map(|fact| fact.fields.iter().filter(|(field, _)| *field == "name").map(|(_, value)| value.clone()))
        .collect();
    assert_eq!(names, [Value::Text("x".into())]);
}

#[test]
fn damaged_text() {
    // No head, no indentation, lines left out: no listing, and the stack is cut.
    let text = "Thread 0x7F4C1A (idle): \"w\"\nCondition.wait (threading.py:320)\nself: <Condition at 0x7f07>\n...\n\
                Thread._bootstrap (threading.py:995)\nThat is all I have.\n";
    let reading = reading(text);
    assert_eq!(stacks(&reading), [(None, true, "Condition.wait Thread._bootstrap".to_owned())]);
    assert_eq!(reading.stacks[0].task.pthread, Some(0x7f4c1a));
    assert!(reading.listings.is_empty());
    let piped = format!("root@a:/# py-spy dump --pid 51 | head -20\n{DUMP}");
    assert!(self::reading(&piped).listings.is_empty());
}

#[test]
fn other_text_is_left_alone() {
    let text = "Process 12: started\nThread 5 (LWP 12):\nThread 7 (idle-ish)\nPython v3 (x)\nThread 3 (active) said: f (a.py:1)\n";
    assert!(!reading(text).dialects.contains(&"py-spy"));
}
