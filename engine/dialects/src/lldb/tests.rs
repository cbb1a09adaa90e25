//! Behaviour of the dialect on small texts.

use crate::driver::read;
use stacklore_model::{Document, ListingOf, Reading, SourceId};

fn reading(text: &str) -> Reading {
    read(SourceId(0), &Document::from_text("x", text))
}

fn stacks(reading: &Reading) -> Vec<(Option<u64>, Option<u32>, bool, String)> {
    let frames = |s: &stacklore_model::StackSighting| {
        s.frames.iter().map(|f| f.symbol.to_string()).collect::<Vec<_>>().join(" ")
    };
    reading.stacks.iter().map(|s| (s.task.number, s.task.tid, s.cut, frames(s))).collect()
}

const THREADS: &str = "(lldb) thread list\nProcess 31 stopped\n\
    * thread #1: tid = 31, 0x00007f98 libc.so.6`poll at poll.c:29:10, name = 'bankd', stop reason = signal SIGSTOP\n  \
    thread #2: tid = 35, 0x00007f99 libc.so.6`wait(a=1) at w.c:2, name = 'xfer'\n";

#[test]
fn numbers_and_ids_of_one_session_are_joined() {
    let text = format!(
        "{THREADS}(lldb) bt all\n* thread #1, name = 'bankd', stop reason = signal SIGSTOP\n  \
         * frame #0: 0x00007f98 libc.so.6`poll at poll.c:29:10\n    frame #1: 0x00005559 bankd`main + 3\n  \
         thread #2, name = 'xfer', stop reason = signal SIGSTOP\n    frame #0: 0x00007f99 libc.so.6`wait(mutex=0x00001f40) at w.c:2\n"
    );
    let reading = reading(&text);
    assert_eq!(
        stacks(&reading),
        [(Some(1), Some(31), false, "poll main".to_owned()), (Some(2), Some(35), false, "wait".to_owned())]
    );
    let names: Vec<_> = reading.tasks.iter().filter_map(|t| Some((t.keys.tid?, t.name.as_deref()?))).collect();
    assert_eq!(names, [(31, "bankd"), (35, "xfer"), (31, "bankd"), (35, "xfer")]);
    let listings: Vec<_> = reading.listings.iter().map(|l| (l.of.clone(), l.stacks)).collect();
    assert_eq!(listings, [(ListingOf::ThreadsOf(31), false), (ListingOf::ThreadsOf(31), true)]);
    assert!(reading.stacks.iter().all(|s| s.task.session == reading.stacks[0].task.session));
    assert_eq!(reading.stacks[1].frames[0].argument("mutex").and_then(|a| a.number), Some(0x1f40));
}

#[test]
fn damaged_and_foreign_text() {
    // No marks, no indentation, a wrapped place, frames left out, and nothing that says it is complete.
    let text = "thread #7, queue = 'com.apple.main-thread'\nframe #0: 0x00007fff libsystem_kernel.dylib`__wait + 10\n\
                frame #1: 0x00007ffe a`f(x=1)\nat a.c:12:3\n...\nframe #4: 0x00007ff0 a`main\n";
    let reading = reading(text);
    assert_eq!(stacks(&reading), [(Some(7), None, true, "__wait f main".to_owned())]);
    assert_eq!(reading.stacks[0].frames[1].location.as_deref(), Some("a.c:12:3"));
    assert!(reading.listings.is_empty());
    let foreign = "Process 12: python\nProcess 5 was killed\nthread #one\nWARNING: thread #1 hung\nframe #1 of 3\n";
    assert!(self::reading(foreign).dialects.is_empty());
}

#[test]
fn another_process_is_another_session() {
    let text = format!("{THREADS}(lldb) bt all\n  thread #2: tid = 99, name = 'y'\n    frame #0: 0x00007f99 a`f\n");
    let reading = reading(&text);
    let sessions: Vec<_> = reading.tasks.iter().map(|t| (t.keys.tid, t.keys.session.0)).collect();
    assert_eq!(sessions, [(Some(31), 1), (Some(35), 1), (Some(99), 2)]);
}

#[test]
fn owners_of_printed_locks() {
    let text = format!(
        "{THREADS}(lldb) bt all\n* thread #1, name = 'bankd'\n    frame #0: 0x00007f98 libc.so.6`wait(mutex=0x00001f40) at w.c:2\n    \
         frame #1: 0x00005559 bankd`main + 3\n(lldb) p *mutex\n(pthread_mutex_t) $0 = {{\n  __data = {{\n    __lock = 2\n    \
         __count = 0\n    __owner = 35\n    __nusers = 1\n    __kind = 0\n    __list = (__prev = 0x0000000000000000, __next = 0x00)\n  }}\n  \
         __size = \"\\U00000002}}\"\n  __align = 2\n}}\n(lldb) p acc_b\n\
         (Account) {{\n  lock = {{\n    __data = (__lock = 1, __count = 0, __owner = 31, __kind = 0)\n    __align = 1\n  }}\n}}\n\
         (lldb) v busy\n(pthread_mutex_t) busy = {{\n  __data = {{\n"
    );
    let reading = reading(&text);
    let locks: Vec<_> = reading
        .locks
        .iter()
        .map(|l| (l.object.address, l.object.symbol.as_deref(), l.holders.first().and_then(|h| h.task.tid)))
        .collect();
    assert_eq!(locks, [(Some(0x1f40), None, Some(35)), (None, Some("acc_b.lock"), Some(31))]);
}
