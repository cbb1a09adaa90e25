//! gdb's sessions as people paste them: whole texts in, what was read out.
#![allow(missing_docs, clippy::unwrap_used)]

use stacklore_model::{Document, Known, ListingOf, MendKind, Mode, Reading, Scope, SourceId};

fn read(text: &str) -> Reading {
    stacklore_dialects::read(SourceId(0), &Document::from_text("ticket.txt", text))
}

/// `number/tid/pid: frame frame …`, with `|` behind a stack that is cut.
fn stacks(text: &str) -> Vec<String> {
    let shown = |number: Option<u64>| number.map_or("-".to_owned(), |number| number.to_string());
    read(text)
        .stacks
        .iter()
        .filter(|stack| stack.dialect == "gdb")
        .map(|stack| {
            let frames: Vec<&str> = stack.frames.iter().map(|frame| &*frame.symbol).collect();
            let (number, tid) = (shown(stack.task.number), shown(stack.task.tid.map(u64::from)));
            let pid = shown(stack.task.pid.map(u64::from));
            format!("{number}/{tid}/{pid}: {}{}", frames.join(" "), if stack.cut { " |" } else { "" })
        })
        .collect()
}

const TWO: &str = "Thread 2 (Thread 0x7f20 (LWP 48) \"ab\"):\n#0  futex_wait (x=1) at f.h:1\n#1  0x10 in clone () from /lib/libc.so.6\n\n\
                   Thread 1 (Thread 0x7f10 (LWP 47) \"m\"):\n#0  0x20 in main () at m.c:3\n";

#[test]
fn whose_a_stack_is() {
    let cases: &[(&str, &[&str])] = &[
        // The process is told only at the end.
        (&format!("{TWO}[Inferior 1 (process 47) detached]\n"), &["2/48/47: futex_wait clone", "1/47/47: main"]),
        // A bare `bt` of a process one attached to is its first thread's.
        (
            "(gdb) attach 47\nAttaching to process 47\n0x20 in f () from /lib/a.so\n(gdb) bt\n#0  0x20 in f () from /lib/a.so\n#1  0x30 in main () at m.c:1\n",
            &["-/47/47: f main"],
        ),
        // The echo of `thread 2` is no stack, the frames behind `bt` are that thread's.
        (
            "[Switching to thread 2 (Thread 0x7f20 (LWP 48))]\n#0  f (x=1) at a.c:1\n1\tsource ();\n#0  f (x=1) at a.c:1\n#1  0x10 in g () at a.c:2\n",
            &["2/48/-: f g"],
        ),
        // Two runs: the numbers mean other threads.
        (
            "Thread 1 (Thread 0x7f10 (LWP 47)):\n#0  0x20 in a () at m.c:3\n\nThread 1 (Thread 0x7f10 (LWP 99)):\n#0  0x20 in b () at m.c:3\n",
            &["1/47/-: a", "1/99/-: b"],
        ),
        // Rows are looks at threads of which nothing else is shown.
        (
            "(gdb) info threads\n  Id   Target Id  Frame\n* 1    Thread 0x7f10 (LWP 47) \"m\" 0x20 in main () at m.c:3\n  2    Thread 0x7f20 (LWP 48) \"ab\" futex_wait (x=1,\n    y=2) at f.h:1\n\
             (gdb) bt\n#0  0x20 in main () at m.c:3\n#1  0x30 in _start ()\n",
            &["2/48/-: futex_wait |", "1/47/-: main _start"],
        ),
        ("Thread 3 (LWP 12 of process 7):\n#0  0x20 in a () at m.c:3\n", &["3/12/7: a"]),
    ];
    for (text, want) in cases {
        assert_eq!(stacks(text), *want, "{text}");
    }
}

#[test]
fn damaged_frames() {
    let cases: &[(&str, &[&str])] = &[
        // The mark of a signal handler, eaten as a tag.
        ("#0  0x1 in a () from l.so\n#1 \n#2  0x3 in b () from l.so\n", &["-/-/-: a <signal handler called> b"]),
        ("#0  0x1 in a () from l.so\n#1  0x2 in b () from l.so\n#2 \n", &["-/-/-: a b |"]),
        // Wrapped with and without the blanks that gdb puts before the rest.
        ("#0  f (a=1, b=2,\n    c=3) at x.c:1\n#1  0x2 in g (d=4,\ne=5) at\nx.c:2\n", &["-/-/-: f g"]),
        // No signs, behind the command that prints frames.
        ("(gdb) bt\n0  f (x=1) at x.c:1\n1  0x2 in g () at x.c:2\n", &["-/-/-: f g"]),
        (
            "\\#0  0x1 in f () from l.so\n\\#1  0x2 in g () from l.so #2  <signal handler called>\n",
            &["-/-/-: f g <signal handler called>"],
        ),
        // The pager's prompt and frames left out.
        (
            "#0  0x1 in a () from l.so\n--Type <RET> for more, q to quit, c to continue without paging--\n#1  0x2 in b () from l.so\n(More stack frames follow...)\n",
            &["-/-/-: a b |"],
        ),
        ("#0  0x1 in a () from l.so\n...\n#7  0x2 in b () from l.so\n", &["-/-/-: a b |"]),
        ("#0  0x1 in a () from l.so.6\u{53ef}\u{4ee5}\u{53d1}\u{73b0}\n", &["-/-/-: a"]),
    ];
    for (text, want) in cases {
        assert_eq!(stacks(text), *want, "{text}");
    }
}

#[test]
fn stacks_of_other_tools() {
    for text in [
        "#1 fix the build (see there)\n",
        "#0  context_switch (./kernel/sched/core.c:5382:2)\n",
        "    #0 0x4a2b in lock (/lib/libtsan.so.2+0x4a2b)\n",
        " #0 [ffffc90000413a80] __schedule at ffffffff81a\n",
        "  frame #0: 0x00007f libc.so.6`poll at poll.c:29\n",
        "#0 /srv/www/index.php(12): f()\n",
    ] {
        assert_eq!(stacks(text), [""; 0], "{text}");
    }
}

#[test]
fn printed_locks_have_owners_and_places() {
    let text = "$ gdb -p 47\n(gdb) thread apply all bt\n\nThread 2 (Thread 0x7f20 (LWP 48)):\n#0  __lll_lock_wait (futex=0x561000001110 <acc_b+16>) at l.c:1\n\n\
                Thread 1 (Thread 0x7f10 (LWP 47)):\n#0  0x20 in main () at m.c:3\n\
                (gdb) p acc_b\n$1 = {id = 2, name = 0x5 \"}{\", lock = {__data = {__lock = 2, __count = 0, \n      __owner = 47, __nusers = 1, __kind = 0}, __align = 2}}\n\
                (gdb) p *(pthread_rwlock_t *) 0x561000002000\n$2 = {__data = {__readers = 18, __writers = 0, __cur_writer = 0}, __align = 18}\n\
                (gdb) p/x table.__data.__cur_writer\n$3 = 0x30\n(gdb) p 6 * 7\n$4 = 42\n";
    let reading = read(text);
    let seen: Vec<_> = reading
        .locks
        .iter()
        .map(|lock| {
            let owner = lock.holders.first().map(|holder| (holder.task.tid, holder.mode, holder.known));
            (
                lock.object.symbol.as_deref(),
                lock.object.address,
                lock.kind.as_deref(),
                owner,
                lock.anonymous_readers,
                lock.span.first,
            )
        })
        .collect();
    let owned = |tid| Some((Some(tid), Some(Mode::Write), Known::Observed));
    assert_eq!(
        seen,
        [
            (Some("acc_b.lock"), Some(0x5610_0000_1110), Some("mutex"), owned(47), None, 10),
            (None, Some(0x5610_0000_2000), Some("rwlock"), None, Some(2), 13),
            (Some("table"), None, Some("rwlock"), owned(48), None, 15),
        ]
    );
    assert!(reading.locks.iter().all(|lock| lock.object.scope == Scope::Process(47)));
}

#[test]
fn only_whole_outputs_are_lists() {
    let head = "(gdb) info threads\n  Id Target Id Frame\n";
    let row =
        |number: u32| format!("  {number} Thread 0x7f{number}0 (LWP {}) \"w\" 0x20 in f () from l.so\n", 40 + number);
    let cases = [
        (format!("$ pstack 47\n{TWO}"), vec![(ListingOf::ThreadsOf(47), true)]),
        // Somebody asked to see two threads: not known to be all.
        (format!("Here are the interesting ones:\n{TWO}"), vec![]),
        (format!("$ pstack 47 | head -20\n{TWO}"), vec![]),
        (format!("{head}{}{}", row(1), row(2)), vec![]),
        (format!("$ gdb -p 47\n{head}{}{}{}", row(1), row(2), row(4)), vec![(ListingOf::ThreadsOf(47), false)]),
        (format!("$ gdb -p 47\n{head}{}//...\n{}", row(1), row(4)), vec![]),
        (format!("$ gdb -p 47\n{head}{}and so on, up to\n{}", row(1), row(4)), vec![]),
        (format!("$ gdb -p 47\n[New LWP 48]\n[New LWP 49]\n(gdb) thread apply all bt\n{TWO}"), vec![]),
    ];
    for (index, (text, want)) in cases.into_iter().enumerate() {
        let seen: Vec<_> = read(&text).listings.iter().map(|listing| (listing.of.clone(), listing.stacks)).collect();
        if index == 3 {
            // The process is unknown, the list is whole.
            assert!(matches!(seen.as_slice(), [(ListingOf::ThreadsOfSession(_), false)]), "{text}");
        } else {
            assert_eq!(seen, want, "{text}");
        }
    }
}

#[test]
fn glued_rows_and_lost_quotes() {
    let text = "(gdb) info threadId Target Id Frame\n* 1 Thread 0x7f10 (LWP 47) warnd 0x20 in ?? () from /lib/libc.so.62 Thread 0x7f20 (LWP 48) warnd 0x30 in poll () from /lib/libc.so.6\n";
    let reading = read(text);
    let seen: Vec<_> =
        reading.stacks.iter().map(|s| (s.task.number, s.frames[0].module.as_deref().unwrap().to_owned())).collect();
    assert_eq!(seen, [(Some(1), "/lib/libc.so.6".to_owned()), (Some(2), "/lib/libc.so.6".to_owned())]);
    assert!(reading.tasks.iter().all(|task| task.name.as_deref() == Some("warnd")));
    assert!(reading.mends.iter().any(|mend| mend.kind == MendKind::GluedRows));
}

#[test]
fn locals_that_are_addresses_stand_beside_the_arguments() {
    let text = "(gdb) bt full\n#0  lock (mutex=<optimized out>) at l.c:1\n        __futex = 0x561000001110 <acc_b+16>\n        n = 3\n        big = {a = 1,\n          b = {0x7f0000001000, 2}}\n\
                \n#1  0x20 in main () at m.c:3\nNo locals.\n";
    let reading = read(text);
    assert_eq!(reading.stacks.len(), 1);
    let names: Vec<_> =
        reading.stacks[0].frames[0].arguments.iter().map(|argument| argument.name.as_deref().unwrap()).collect();
    assert_eq!(names, ["mutex", "__futex"]);
    assert_eq!(reading.stacks[0].frames.len(), 2);
}

#[test]
fn no_text_makes_it_panic() {
    let text = format!(
        "(gdb) p x\n$1 = {{__data = {{__owner = 4\n{TWO}#1  f (x=0x1 \"\u{e9}\\\u{e9}\", y='\\\u{4e00}') at \u{e9}.c:1\n[Switching to thread 2 (LWP 5)]\n"
    );
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    for (index, end) in ends.iter().enumerate() {
        read(&text[..*end]);
        // Lines that begin anywhere.
        read(&text[ends[index / 2]..*end]);
    }
}
