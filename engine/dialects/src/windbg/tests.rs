//! Behaviour of the dialect on small texts.

use crate::driver::read;
use stacklore_model::{Document, ListingOf, Reading, SourceId, TaskState};

fn reading(text: &str) -> Reading {
    read(SourceId(0), &Document::from_text("x", text))
}

fn stacks(reading: &Reading) -> Vec<(Option<u64>, Option<u32>, bool, String)> {
    let frames = |s: &stacklore_model::StackSighting| {
        s.frames.iter().map(|f| f.symbol.to_string()).collect::<Vec<_>>().join(" ")
    };
    reading.stacks.iter().map(|s| (s.task.number, s.task.tid, s.running, frames(s))).collect()
}

#[test]
fn all_threads_of_a_program() {
    let text = "0:012> ~*k\n\n.  0  Id: 2a18.2184 Suspend: 1 Teb: 0000004a`f435e000 Unfrozen \"main\"\n \
        # Child-SP          RetAddr               Call Site\n\
        00 0000004a`f44ff6e8 00007ffb`2c8a1c3e     ntdll!NtWaitForAlertByThreadId+0x14\n\
        01 0000004a`f44ff6f0 00007ffb`2c8a1b52     ntdll!RtlpWaitOnCriticalSection+0xd6\n\
        02 (Inline Function) --------`--------     bankd!lock+0xb [c:\\src\\bank.cpp @ 7]\n\
        03 0000004a`f44ff700 00000000`00000000     bankd!move+0x2 [c:\\src\\bank.cpp @ 51]\n\n   \
        1  Id: 2a18.2188 Suspend: 1 Teb: 0000004a`f4360000 Unfrozen\n \
        # RetAddr               : Args to Child                                                           : Call Site\n\
        00 00007ffb`2a1030ce : 00000000`00000001 00000000`00000002 00000000`00000003 00000000`00000004 : ntdll!NtWaitForSingleObject+0x14\n\
        01 (Inline Function) : --------`-------- --------`-------- --------`-------- --------`-------- : bankd!f+0x1\n\
        02 00000000`00000000 : 00000000`00000001 00000000`00000000 00000000`00000000 00000000`00000000 : bankd!main+0x9\n";
    let reading = reading(text);
    assert_eq!(
        stacks(&reading),
        [
            (Some(0), Some(0x2184), false, "NtWaitForAlertByThreadId RtlpWaitOnCriticalSection lock move".to_owned()),
            (Some(1), Some(0x2188), false, "NtWaitForSingleObject f main".to_owned())
        ]
    );
    assert_eq!(reading.stacks[1].frames[0].arguments[1].number, Some(2));
    assert_eq!(reading.stacks[0].frames[3].location.as_deref(), Some("c:\\src\\bank.cpp:51"));
    assert_eq!(reading.tasks[0].name.as_deref(), Some("main"));
    let listed: Vec<_> = reading.listings.iter().map(|l| l.of.clone()).collect();
    assert_eq!(listed, [ListingOf::ThreadsOf(0x2a18)]);
    assert!(reading.unclear.is_empty());
}

#[test]
fn frames_of_32_bits() {
    let text = "   3  Id: a14.1020 Suspend: 1 Teb: 7ffdf000 Unfrozen\nChildEBP RetAddr  Args to Child\n\
        0012f8a0 7c90df3c 7c8025db 000007a0 00000000 ntdll!KiFastSystemCallRet (FPO: [0,0,0])\n\
        WARNING: Stack unwind information not available. Following frames may be wrong.\n\
        0012f8a4 7c8025db 000007a0 00000000 00000000 ntdll!ZwWaitForSingleObject+0xc (FPO: [3,0,0])\n\
        0012f908 00401234 000007a0 ffffffff 0012ff7c bankd+0x1234\n\nquit:\n";
    let reading = reading(text);
    let frames = "KiFastSystemCallRet ZwWaitForSingleObject ??".to_owned();
    assert_eq!(stacks(&reading), [(Some(3), Some(0x1020), false, frames)]);
    assert_eq!(reading.stacks[0].frames[1].arguments[0].number, Some(0x7a0));
    assert!(reading.listings.is_empty());
}

#[test]
fn locks_with_their_owners() {
    let text = "0:000> !locks\n\nCritSec ntdll!LdrpLoaderLock+0 at 7c97c0d8\nWaiterWoken        No\nLockCount          2\n\
        RecursionCount     1\nOwningThread       1a3c\nEntryCount         5\nContentionCount    5\n*** Locked\n\n\
        0:000> !cs -l\n-----------------------------------------\nDebugInfo          = 0x77e5a8c0\n\
        Critical section   = 0x00007ff612345678 (bankd!ledger+0x0)\nLOCKED\nLockCount          = 0x2\n\
        OwningThread       = 0x00001a40\nRecursionCount     = 0x1\n\
        0: kd> !locks\nResource @ nt!PiEngineLock (0x80806180)    Exclusively owned\n    Contention Count = 26\n     \
        Threads: 89507db0-01<*>\n     Threads Waiting On Exclusive Access:\n              89b07cc8       \n";
    let reading = reading(text);
    let locks: Vec<_> = reading
        .locks
        .iter()
        .map(|l| {
            let holder = l.holders.first().and_then(|h| h.task.address.or(h.task.tid.map(u64::from)));
            let waiter = l.waiters.first().and_then(|w| w.task.address);
            (l.object.symbol.as_deref().unwrap_or("?"), l.object.address, holder, waiter)
        })
        .collect();
    assert_eq!(
        locks,
        [
            ("LdrpLoaderLock", Some(0x7c97_c0d8), Some(0x1a3c), None),
            ("ledger", Some(0x7ff6_1234_5678), Some(0x1a40), None),
            ("PiEngineLock", Some(0x8080_6180), Some(0x8950_7db0), Some(0x89b0_7cc8)),
        ]
    );
}

#[test]
fn threads_of_the_kernel() {
    let text = "Proc.Thread  .Thread  Ticks   ThreadState Blocker\n                            [fffff80002c43180 Idle]\n   \
        0.000000  fffff80002c43200 ffffdbbb RUNNING    nt!KiIdleLoop+0x10b\n                            [fffffa8003c3e040 System]\n   \
        4.000010  fffffa8003c41040 ffffc5a1 Blocked    nt!KiSwapContext+0x7a\n                                        \
        nt!KiCommitThreadWait+0x1d2\n                                        ZFSin!taskq_thread+0x3e2\n   \
        4.000014  fffffa8003c41b50 ffffc5a1 Blocked    nt!KeRemoveQueueEx+0x7a\n\n\
        THREAD fffffa8003c5bb50  Cid 0004.0018  Teb: 0000000000000000 Win32Thread: 0000000000000000 WAIT: (Executive) KernelMode Non-Alertable\n    \
        fffffa8004c5bb50  Mutant - owning thread fffffa8003c41040\nOwning Process            fffffa8003c3e040       Image:         System\n\
        Child-SP          RetAddr           Call Site\nfffff880`031ad600 fffff800`02ad1a32 nt!KiSwapContext+0x7a\n";
    let reading = reading(text);
    assert_eq!(
        stacks(&reading),
        [
            (None, Some(0), true, "KiIdleLoop".to_owned()),
            (None, Some(0x10), false, "KiSwapContext KiCommitThreadWait taskq_thread".to_owned()),
            (None, Some(0x14), false, "KeRemoveQueueEx".to_owned()),
            (None, Some(0x18), false, "KiSwapContext".to_owned())
        ]
    );
    assert_eq!(reading.stacks[1].frames[2].module.as_deref(), Some("ZFSin"));
    assert_eq!(reading.tasks[1].state, Some(TaskState::Sleeping));
    let holders: Vec<_> = reading.locks.iter().flat_map(|l| &l.holders).map(|h| h.task.address).collect();
    assert_eq!(holders, [Some(0xffff_fa80_03c4_1040)]);
}

#[test]
fn single_threads_are_named_by_the_prompt() {
    let frames = "Child-SP          RetAddr           Call Site\n00000000`0012f8a0 00000000`7c90df3c ntdll!NtDelayExecution+0xa\n";
    let text = format!("0:003> k\n{frames}0:003> ~1kb\n{frames}0: kd> k\n{frames}");
    let numbers: Vec<_> = stacks(&reading(&text)).into_iter().map(|(number, ..)| number).collect();
    assert_eq!(numbers, [Some(3), Some(1), None]);
}

#[test]
fn the_stack_of_a_crash() {
    let text = "STACK_TEXT:  \nfffff880`031ad600 fffff800`02ad1a32 : 00000000`00000001 00000000`00000002 00000000`00000003 00000000`00000004 : nt!KeBugCheckEx\n\
        fffff880`031ad608 fffff800`02ad1a40 : 00000000`00000001 00000000`00000002 00000000`00000003 00000000`00000004 : nt!KiPageFault+0x260\n\n\nSYMBOL_NAME:  x\n";
    let reading = reading(text);
    assert_eq!(stacks(&reading), [(None, None, true, "KeBugCheckEx KiPageFault".to_owned())]);
    assert_eq!(reading.stacks[0].frames[0].arguments[1].number, Some(2));
}

#[test]
fn foreign_text() {
    for text in
        ["CritSec is a word\n", "The RetAddr  column\n", "x> ~*k is typed at the prompt\n", "a Id: 1.2 Suspend: 1\n"]
    {
        assert!(reading(text).dialects.is_empty(), "{text}");
    }
}
