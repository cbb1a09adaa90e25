//! Behaviour of the dialects on small texts.

use crate::driver::read;
use stacklore_model::{Document, Mode, Reading, SourceId};

fn reading(text: &str) -> Reading {
    read(SourceId(0), &Document::from_text("x", text))
}

fn stacks(reading: &Reading) -> Vec<(Option<u64>, bool, String)> {
    let frames = |s: &stacklore_model::StackSighting| {
        s.frames.iter().map(|f| f.symbol.to_string()).collect::<Vec<_>>().join(" ")
    };
    reading.stacks.iter().map(|s| (s.task.number, s.running, frames(s))).collect()
}

#[test]
fn a_wait_that_is_too_long() {
    let text = "POTENTIAL DEADLOCK:\nPrevious place where the lock was grabbed\ngoroutine 240 lock 0xc820160440\n\
        inmem.go:799 bttest.(*table).gc { t.mu.RLock() } <<<<<\ninmem_test.go:125 bttest.Test.func5 { tbl.gc() }\n\n\
        Have been trying to lock it again for more than 1m30s\ngoroutine 68 lock 0xc820160440\n\
        inmem.go:785 bttest.(*table).mutableRow { t.mu.Lock() } <<<<<\n\n\
        Here is what goroutine 240 doing now\ngoroutine 240 [select]:\nbttest.f(0x1)\n\t/x/inmem.go:7 +0x1\n\n\
        Other goroutines holding locks:\ngoroutine 66 lock 0xc000aa\ndir/a b.go:9 bank.(*t).move ??? <<<<<\n\n";
    let reading = reading(text);
    assert_eq!(
        stacks(&reading),
        [
            (None, true, "bttest.(*table).gc bttest.Test.func5".to_owned()),
            (Some(68), false, "[lock timeout] bttest.(*table).mutableRow".to_owned()),
            (Some(240), false, "[select] bttest.f".to_owned()),
            (None, true, "bank.(*t).move".to_owned()),
        ]
    );
    assert!(reading.stacks.iter().all(|s| s.task.session == reading.stacks[0].task.session));
    let holders: Vec<_> = reading.locks.iter().flat_map(|l| &l.holders).map(|h| (h.task.number, h.mode)).collect();
    assert_eq!(holders, [(Some(240), Some(Mode::Read)), (Some(66), None)]);
    let waiters: Vec<_> = reading.locks.iter().flat_map(|l| &l.waiters).map(|w| (w.task.number, w.mode)).collect();
    assert_eq!(waiters, [(Some(68), Some(Mode::Write))]);
    assert!(reading.tasks.iter().any(|t| t.waited == Some(90.0)));
    assert_eq!(reading.stacks[3].frames[0].location.as_deref(), Some("dir/a b.go:9"));
}

#[test]
fn an_order_of_locks_is_no_wait() {
    let text = "POTENTIAL DEADLOCK: Inconsistent locking. saw this ordering in one goroutine:\nhappened before\n\
        a.go:1 main.f { a.Lock() } <<<<<\n\nhappened after\na.go:2 main.f { b.Lock() } <<<<<\n\n\
        in another goroutine: happened before\na.go:5 main.g { b.Lock() } <<<<<\n\nhappened after\n\
        a.go:6 main.g { a.Lock() } <<<<<\na.go:9 main.main { go g() }\n\n";
    let reading = reading(text);
    let frames: Vec<_> = stacks(&reading).into_iter().map(|(_, over, frames)| (over, frames)).collect();
    let over = |text: &str| (true, text.to_owned());
    assert_eq!(frames, [over("main.f"), over("main.f"), over("main.g"), over("main.g main.main")]);
    let relations: Vec<_> = reading.facts.iter().map(|fact| fact.relation).collect();
    assert_eq!(relations, ["report", "lock_order", "lock_order"]);
    assert!(reading.locks.is_empty());
}

#[test]
fn races() {
    let text = "==================\nWARNING: DATA RACE\nRead at 0x00c00001c0b8 by goroutine 7:\n  main.main.func1()\n      \
        /tmp/race.go:10 +0x38\n\nPrevious write at 0x00c00001c0b8 by main goroutine:\n  main.main()\n      /tmp/race.go:13 +0x88\n\n\
        Goroutine 7 (running) created at:\n  main.main()\n      /tmp/race.go:9 +0x7a\n==================\nFound 1 data race(s)\n";
    let reading = reading(text);
    assert_eq!(
        stacks(&reading),
        [(Some(7), true, "main.main.func1".to_owned()), (Some(1), true, "main.main".to_owned())]
    );
    assert_eq!(reading.facts.len(), 1);
}
