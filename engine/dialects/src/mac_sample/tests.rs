//! Behaviour of the dialect on small texts.

use crate::driver::read;
use stacklore_model::{Document, ListingOf, Reading, SourceId};

fn reading(text: &str) -> Reading {
    read(SourceId(0), &Document::from_text("x", text))
}

fn stacks(reading: &Reading) -> Vec<(Option<u32>, bool, String)> {
    let frames = |s: &stacklore_model::StackSighting| {
        s.frames.iter().map(|f| f.symbol.to_string()).collect::<Vec<_>>().join(" ")
    };
    reading.stacks.iter().map(|s| (s.task.tid, s.running, frames(s))).collect()
}

#[test]
fn one_path_stands_still_and_a_tree_runs() {
    let text = "Analysis of sampling bankd (pid 4711) every 1 millisecond\nProcess:         bankd [4711]\n\
        Path:            /opt/bankd\nPhysical footprint:         1000K\n----\n\nCall graph:\n    \
        2745 Thread_1234   DispatchQueue_1: com.apple.main-thread  (serial)\n    \
        + 2745 start  (in dyld) + 6076  [0x18f1]\n    +   2745 transfer  (in bankd) + 248  [0x1000]  bank.c:12\n    \
        +     2745 __psynch_mutexwait  (in libsystem_kernel.dylib) + 8  [0x18f4]\n    \
        2745 Thread_1235: bookkeeper\n      2745 thread_start  (in libsystem_pthread.dylib) + 8  [0x1]\n        \
        2000 spin  (in bankd) + 4,8  [0x2,0x3]\n        ! 1990 hash  (in bankd) + 1  [0x5]\n        ! 10 other  (in bankd) + 1  [0x6]\n        \
        745 write  (in libsystem_kernel.dylib) + 8  [0x4]\n\nTotal number in stack (recursive counted multiple, when >=5):\n";
    let reading = reading(text);
    assert_eq!(
        stacks(&reading),
        [
            (Some(1234), false, "__psynch_mutexwait transfer start".to_owned()),
            (Some(1235), true, "hash spin thread_start".to_owned())
        ]
    );
    let names: Vec<_> = reading.tasks.iter().map(|t| t.name.as_deref()).collect();
    assert_eq!(names, [Some("com.apple.main-thread"), Some("bookkeeper")]);
    assert_eq!(reading.stacks[0].frames[1].location.as_deref(), Some("bank.c:12"));
    let listed: Vec<_> = reading.listings.iter().map(|l| l.of.clone()).collect();
    assert_eq!(listed, [ListingOf::ThreadsOf(4711)]);
}

#[test]
fn spindump_names_the_owner() {
    let text = "Process:          bankd [4711]\nUUID:             A-B\n\n  \
        Thread 0x1a2b    DispatchQueue \"com.apple.main-thread\"(1)    1001 samples (1-1001)    priority 31 (base 31)\n  \
        <thread QoS user interactive (requested user interactive)>\n  1001  start + 6076 (dyld + 24800) [0x18f1]\n    \
        1001  transfer + 84 (bankd + 1234) [0x1000]\n      \
        1001  __psynch_mutexwait + 8 (libsystem_kernel.dylib + 5) [0x18f4] (blocked by turnstile waiting for bankd [4711] thread 0x1a2c)\n       \
        *1001  psynch_mtxcontinue + 0 (com.apple.kec.pthread + 9) [0xffffff80]\n\n  \
        Thread 0x1a2c    Thread name \"book keeper\"    1001 samples (1-1001)    priority 31 (base 31)\n  \
        1001  thread_start + 8 (libsystem_pthread.dylib + 9) [0x1]\n    1001  sleep + 8 (libsystem_c.dylib + 9) [0x2]\n\n  \
        Binary Images:\n";
    let reading = reading(text);
    assert_eq!(
        stacks(&reading),
        [
            (Some(0x1a2b), false, "__psynch_mutexwait transfer start".to_owned()),
            (Some(0x1a2c), false, "sleep thread_start".to_owned())
        ]
    );
    let lock = &reading.locks[0];
    assert_eq!((lock.waiters[0].task.tid, lock.holders[0].task.tid), (Some(0x1a2b), Some(0x1a2c)));
    assert_eq!(lock.holders[0].task.session, reading.stacks[0].task.session);
    assert_eq!(reading.tasks[1].name.as_deref(), Some("book keeper"));
    assert_eq!(reading.listings.len(), 1);
}

#[test]
fn foreign_and_cut_text() {
    assert!(reading("Process:         bankd [1]\nException Type:  EXC_CRASH\n").dialects.is_empty());
    let text =
        "Call graph:\n    2 Thread_9\n    + 2 start  (in dyld) + 1  [0x1]\n    + ...\n    +   2 f  (in x) + 1  [0x2]\n";
    let reading = reading(text);
    assert_eq!(stacks(&reading), [(Some(9), false, "f start".to_owned())]);
    assert!(reading.stacks[0].cut && reading.listings.is_empty());
}
