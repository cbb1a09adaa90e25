//! Behaviour of the dialect on small texts.

use crate::driver::read;
use stacklore_model::{Document, Reading, SourceId, Value};

fn reading(text: &str) -> Reading {
    read(SourceId(0), &Document::from_text("x", text))
}

fn stacks(reading: &Reading) -> Vec<(Option<u64>, Option<u32>, String)> {
    let frames = |s: &stacklore_model::StackSighting| {
        s.frames.iter().map(|f| f.symbol.to_string()).collect::<Vec<_>>().join(" ")
    };
    reading.stacks.iter().map(|s| (s.task.number, s.task.tid, frames(s))).collect()
}

fn texts(reading: &Reading, relation: &str, field: &str) -> Vec<String> {
    let rows = reading.facts.iter().filter(|fact| fact.relation == relation);
    rows.flat_map(|fact| &fact.fields)
        .filter(|(name, _)| *name == field)
        .map(|(_, value)| match value {
            Value::Text(text) => text.to_string(),
            Value::Object(key) => format!("{:x}", key.address.unwrap_or(0)),
            other => format!("{other:?}"),
        })
        .collect()
}

const INVERSION: &str = "\
==================
WARNING: ThreadSanitizer: lock-order-inversion (potential deadlock) (pid=31)
  Cycle in lock order graph: M0 (0x7ffd7bd7ecd0) => M1 (0x7ffd7bd7ecd8) => M0

  Mutex M1 acquired here while holding mutex M0 in main thread:
    #0 pthread_mutex_lock <null> (exe+0x4a2b)
    #1 move /src/bank.c:15:3 (exe+0x8b12) (BuildId: 4f)

    Hint: use TSAN_OPTIONS=second_deadlock_stack=1 to get more informative warning message

  Mutex M0 acquired here while holding mutex M1 in thread T1:
    #0 pthread_mutex_lock <null> (exe+0x4a2b)
    #1 back /src/bank.c:25:3 (exe+0x8c12)

  Thread T1 'mover' (tid=33, running) created by main thread at:
    #0 pthread_create <null> (exe+0x4a00)
    #1 main /src/bank.c:40 (exe+0x8d00)

SUMMARY: ThreadSanitizer: lock-order-inversion (potential deadlock) /src/bank.c:15:3 in move
==================
";

#[test]
fn an_order_of_locks_with_its_stacks() {
    let reading = reading(INVERSION);
    assert_eq!(
        stacks(&reading),
        [
            (Some(0), Some(31), "pthread_mutex_lock move".to_owned()),
            (Some(1), Some(33), "pthread_mutex_lock back".to_owned())
        ]
    );
    assert!(reading.stacks.iter().all(|stack| stack.running), "they are over");
    assert!(reading.locks.is_empty(), "nobody holds or waits");
    assert_eq!(texts(&reading, "report", "kind"), ["lock-order"]);
    assert_eq!(texts(&reading, "lock_order", "held"), ["7ffd7bd7ecd0", "7ffd7bd7ecd8"]);
    assert_eq!(texts(&reading, "lock_order", "taken"), ["7ffd7bd7ecd8", "7ffd7bd7ecd0"]);
    assert_eq!(texts(&reading, "lock_order", "place"), ["/src/bank.c:15:3", "/src/bank.c:25:3"]);
    assert_eq!(reading.tasks[1].name.as_deref(), Some("mover"));
    assert!(reading.unclear.is_empty());
}

#[test]
fn races_and_crashes() {
    let text = "WARNING: ThreadSanitizer: data race (pid=19)\n  Write of size 4 at 0x7fcf by thread T1 (mutexes: write M0):\n    \
        #0 Thread1 tiny.c:4 (exe+0xa360)\n\n  Previous write of size 4 at 0x7fcf by main thread:\n    #0 main tiny.c:10 (exe+0xa3b4)\n\n  \
        Location is global 'x' of size 4 at 0x7fcf (exe+0x1)\n\n  Thread T1 (tid=20, running) created by main thread at:\n    \
        #0 pthread_create <null> (exe+0x1)\n\nSUMMARY: ThreadSanitizer: data race tiny.c:4 in Thread1\n\
        ==21==ERROR: AddressSanitizer: SEGV on unknown address 0x0 (pc 0x1 bp 0x2 sp 0x3 T0)\n\
        ==21==The signal is caused by a READ memory access.\n    #0 0x49a1f in f /src/a.c:1:2\n    #1 0x49b in main /src/a.c:9\n\n\
        AddressSanitizer can not provide additional info.\n";
    let reading = reading(text);
    let expected = [(1, Some(20), "Thread1"), (0, Some(19), "main"), (0, Some(21), "f main")];
    assert_eq!(stacks(&reading), expected.map(|(n, tid, frames)| (Some(n), tid, frames.to_owned())));
    assert_eq!(texts(&reading, "report", "kind"), ["race-report"]);
}

#[test]
fn a_report_that_breaks_off() {
    let text = INVERSION.split_inclusive('\n').take(7).collect::<String>();
    let reading = reading(&text);
    assert_eq!(stacks(&reading), [(Some(0), Some(31), "pthread_mutex_lock move".to_owned())]);
    assert_eq!(texts(&reading, "report", "kind"), ["lock-order"]);
    let foreign = self::reading("The word ThreadSanitizer: x in prose\n#0 f\n");
    assert!(!foreign.dialects.contains(&"sanitizer"));
}
