use crate::driver::read;
use stacklore_model::{Document, Known, Mode, Reading, SourceId, TaskState};

fn reading(text: &str) -> Reading {
    read(SourceId(0), &Document::from_text("x", text))
}

type Seen = (Option<u32>, Option<u32>, Option<u64>, String);

fn seen(reading: &Reading) -> Vec<Seen> {
    let frames = |s: &stacklore_model::StackSighting| {
        s.frames.iter().map(|f| f.symbol.to_string()).collect::<Vec<_>>().join(" < ")
    };
    reading.stacks.iter().map(|s| (s.task.pid, s.task.tid, s.task.address, frames(s))).collect()
}

#[test]
fn all_threads_of_freebsd() {
    let text = "db> alltrace\n\nTracing command my prog pid 1741 tid 100543 td 0xfffff80012345000\n\
                sched_switch() at sched_switch+0x606/frame 0xfffffe003d4cc7f0\n\
                _sx_xlock_hard() at _sx_xlock_hard+0x4a6/frame 0xfffffe003d4cc890\n\
                --- syscall (54, FreeBSD ELF64, sys_ioctl), rip = 0x80116a2ba, rsp = 0x7fff, rbp = 0x7ffe ---\n\n\
                Tracing command idle pid 11 tid 100003 td 0xfffff80003a0e000 (CPU 1)\n\
                cpustop_handler() at cpustop_handler+0x28/frame 0xfffffe0008cbcde0\n\
                db> c\n";
    let reading = reading(text);
    assert_eq!(
        seen(&reading),
        [
            (Some(1741), Some(100_543), Some(0xfffff80012345000), "sched_switch < _sx_xlock_hard".to_owned()),
            (Some(11), Some(100_003), Some(0xfffff80003a0e000), "cpustop_handler".to_owned())
        ]
    );
    let frame = &reading.stacks[0].frames[1];
    assert_eq!((frame.offset, frame.pointer), (Some(0x4a6), Some(0xfffffe003d4cc890)));
    assert_eq!(reading.tasks[0].name.as_deref(), Some("my prog"));
    assert!(reading.stacks[1].running && !reading.stacks[0].running);
}

#[test]
fn the_forms_of_the_other_two() {
    let text = "db{0}> bt\ncpu_Debugger() at netbsd:cpu_Debugger+0x4\npanic() at netbsd:panic+0x20d\n\
                db{0}> bt/t 0t412\ntrace: pid 412 lid 1 at 0xffffde811b5d3e50\n\
                sleepq_block() at netbsd:sleepq_block+0x1b5\nturnstile_block() at netbsd:turnstile_block+0x5e1\n\
                ddb{1}> trace /p 0t4711\nmi_switch(ffff80002a3d8b50,1) at mi_switch+0x1d4 [../../kern/sched_bsd.c:414]\n\
                rw_enter(ffffffff825c5a18,1) at rw_enter+0x213\nend trace frame: 0x0, count: 13\n";
    let reading = reading(text);
    assert_eq!(
        seen(&reading),
        [
            (None, None, None, "cpu_Debugger < panic".to_owned()),
            (Some(412), Some(412), None, "sleepq_block < turnstile_block".to_owned()),
            (None, Some(4711), None, "mi_switch < rw_enter".to_owned())
        ]
    );
    let frames = &reading.stacks[2].frames;
    assert_eq!(frames[0].location.as_deref(), Some("../../kern/sched_bsd.c:414"));
    assert_eq!(frames[1].arguments[0].number, Some(0xffffffff825c5a18));
}

#[test]
fn a_panic() {
    let text = "panic: deadlock\ncpuid = 3\ntime = 1590000000\nKDB: stack backtrace:\n\
                #0 0xffffffff80c1d6d7 at kdb_backtrace+0x67\n#1 0xffffffff80bd1d2e at vpanic+0x17e\nUptime: 1d\n";
    let reading = reading(text);
    assert_eq!(seen(&reading), [(None, None, None, "kdb_backtrace < vpanic".to_owned())]);
    assert_eq!(reading.facts.iter().map(|fact| (fact.relation, fact.span.first)).collect::<Vec<_>>(), [("report", 1)]);
}

#[test]
fn who_holds_what() {
    let text = "db> show alllocks\nProcess 1741 (zpool) thread 0xfffff80012345000 (100543)\n\
                exclusive sleep mutex Giant (Giant) r = 0 (0xffffffff81a3b3c0) locked @ /usr/src/sys/kern/x.c:1290\n\
                shared rw some lock (class) r = 0 (0xfffff80012340018) locked @ /usr/src/sys/y.c:1\n\
                db> show lockchain 100544\n\
                thread 100544 (pid 1742, mountd) is blocked on lock 0xfffff80012340099 (sx) \"zfs namespace\"\n \
                thread 100543 (pid 1741, zpool) is sleeping on 0xfffff8001234aa00 \"tx\"\n";
    let reading = reading(text);
    let locks: Vec<_> = reading
        .locks
        .iter()
        .map(|lock| {
            let holders: Vec<_> = lock.holders.iter().map(|h| (h.task.tid, h.mode, h.known)).collect();
            let waiters: Vec<_> = lock.waiters.iter().map(|w| w.task.tid).collect();
            (lock.object.address, lock.kind.as_deref().map(str::to_owned), holders, waiters)
        })
        .collect();
    let by = |tid, mode| vec![(Some(tid), Some(mode), Known::Observed)];
    assert_eq!(
        locks,
        [
            (Some(0xffffffff81a3b3c0), Some("mutex".to_owned()), by(100_543, Mode::Write), vec![]),
            (Some(0xfffff80012340018), Some("rwlock".to_owned()), by(100_543, Mode::Read), vec![]),
            (Some(0xfffff80012340099), Some("rwlock".to_owned()), by(100_543, Mode::Write), vec![Some(100_544)]),
        ]
    );
}

#[test]
fn processes_and_their_threads() {
    let text = "db> ps\n  pid  ppid  pgrp   uid  state   wmesg   wchan               cmd\n \
                1741  1200  1741     0  D+      tx->tx_s 0xfffff8001234aa00  zpool\n   \
                12     0     0     0  RL      (threaded)                  [intr]\n\
                100034                   I                                   [swi4: clock (0)]\n\
                100035                   Run     CPU 1                       [irq1]\n\
                100036                   L      *Giant   0xfffff80012340018  [irq2]\ndb> \n";
    let reading = reading(text);
    let tasks: Vec<_> = reading.tasks.iter().map(|t| (t.keys.tid, t.name.as_deref(), t.state, t.cpu)).collect();
    assert_eq!(
        tasks,
        [
            (Some(100_034), Some("swi4: clock (0)"), Some(TaskState::Idle), None),
            (Some(100_035), Some("irq1"), Some(TaskState::Running), Some(1)),
            (Some(100_036), Some("irq2"), Some(TaskState::Blocked), None)
        ]
    );
    assert_eq!(
        reading.processes.iter().map(|p| (p.pid, p.parent)).collect::<Vec<_>>(),
        [(1741, Some(1200)), (12, Some(0))]
    );
}

#[test]
fn what_is_none() {
    for text in [
        "Tracing the calls of pid 12\n",
        "we met (twice) at noon+0x1\n",
        "    at com.x.Y.z(Y.java:12)\n",
        "thread 12 (pid 3) was here\n",
        "exclusive offer r = 2 (mail us)\n",
    ] {
        let reading = reading(text);
        assert!(reading.stacks.is_empty() && reading.tasks.is_empty() && reading.locks.is_empty(), "{text}");
    }
}
