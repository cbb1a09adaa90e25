//! The kernel console: traces and whose they are, headlines, owners, workqueues, and the damage of real logs.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use stacklore_model::{Document, Known, ListingOf, MendKind, Mode, Reading, Reliability, SourceId, Value};

fn read(text: &str) -> Reading {
    stacklore_dialects::read(SourceId(0), &Document::from_text("console.txt".to_owned(), text.to_owned()))
}

/// Task and confirmed functions of each stack.
fn stacks(reading: &Reading) -> Vec<(Option<u32>, Vec<String>)> {
    let sure = |reliability| !matches!(reliability, Reliability::Unsure);
    reading
        .stacks
        .iter()
        .map(|stack| {
            let frames = stack.frames.iter().filter(|frame| sure(frame.reliability));
            (stack.task.tid, frames.map(|frame| frame.symbol.to_string()).collect())
        })
        .collect()
}

fn reports(reading: &Reading) -> Vec<String> {
    let rows = reading.facts.iter().filter(|fact| fact.relation == "report");
    rows.map(|fact| {
        let value = |value: &Value| match value {
            Value::Text(text) => text.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Task(task) => format!("task {}", task.tid.unwrap_or(0)),
            other => format!("{other:?}"),
        };
        fact.fields.iter().map(|(name, field)| format!("{name}={}", value(field))).collect::<Vec<_>>().join(" ")
    })
    .collect()
}

#[test]
fn task_lines_of_all_kernels_name_the_stack() {
    for (head, tid) in [
        ("task:cli_ab          state:D stack:0     pid:103   ppid:1      flags:0x00004002", 103),
        (
            "task:seq waiter      state:D stack:0     pid:1327  tgid:1324  ppid:1      task_flags:0x400040 flags:0x1",
            1327,
        ),
        ("nfsd            R  running task        0  2320      2 0x00000000", 2320),
        ("kswapd0       D 0000000000000003     0    44      2 0x00000000", 44),
        ("kworker/13:2    D    0 4055883      2 0x00000228", 4_055_883),
        ("CPU: 1 UID: 0 PID: 97 Comm: warner Tainted: G  OE  6.1.0 #1", 97),
        ("INFO: task kworker/0:1:17 blocked for more than 12 seconds.", 17),
    ] {
        let reading = read(&format!("{head}\nCall Trace:\n schedule+0x1/0x2\n foo_wait+0x3/0x4 [mod]\n"));
        assert_eq!(stacks(&reading), [(Some(tid), vec!["schedule".into(), "foo_wait".into()])], "{head}");
    }
}

#[test]
fn heads_that_cannot_be_read_are_told() {
    let trace =
        |mark: &str| format!("Call Trace:\n {mark}TASK>\n __schedule+0x1/0x2\n schedule+0x1/0x2\n {mark}/TASK>\n");
    let first = "task:first state:D stack:0     pid:12    ppid:2      flags:0x00004000\n";
    for head in [
        "task:other state:D stack:0     pid:     ppid:2      flags:0x00004000\n",
        "CPU: 1 UID: 0 PID: x Comm: other Not tainted\n",
    ] {
        let reading = read(&format!("{first}{}{head}{}", trace("<"), trace("<")));
        let frames = vec!["__schedule".to_owned(), "schedule".to_owned()];
        assert_eq!(stacks(&reading), [(Some(12), frames.clone()), (None, frames)], "{head}");
        assert_eq!(reading.unclear.iter().map(|unclear| unclear.span.first).collect::<Vec<_>>(), [7], "{head}");
    }
    // A page took the brackets: the marks are known without them.
    let lost = read(&format!("{first}{}", trace("<")).replace(['<', '>'], ""));
    assert_eq!((stacks(&lost)[0].0, stacks(&lost).len(), lost.unclear.len()), (Some(12), 1, 0));
}

#[test]
fn frames_of_all_architectures() {
    for (lines, symbols) in [
        (" <TASK>\n a+0x1/0x2\n ? b+0x1/0x2\n c+0x1/0x2 kernel/x.c:12\n d kernel/x.c:9 [inline]", vec!["a", "c", "d"]),
        (
            "[<ffffffff81729059>] a+0x29/0x40\n[<ffffffff811617a4>] ? b+0x1/0x2\n[<ffffffff8116491d>] c+0x1/0x2",
            vec!["a", "c"],
        ),
        (
            "[c0000000fe2b3a00] [c000000000187e40] a+0x20/0x30 (unreliable)\n[c0000000fe2b3a50] [c000000000187e40] b+0x1/0x2",
            vec!["b"],
        ),
        (" a+0x1/0x2 (P)\n b+0x1/0x2 [mod] (P)", vec!["a", "b"]),
        (" ([<0000000000112a4e>] a+0x56/0x80)\n [<0000000000112a4e>] b+0x56/0x80 ", vec!["a", "b"]),
        (
            "[<8010808c>] (a) from [<801082b0>] (b+0x20/0x24)\n r7:00000000 r6:97964000\n[<80108290>] (b) from [<80616fac>] (c+0x1/0x2)",
            vec!["a", "b", "c"],
        ),
        (" a from b+0x20/0x24\n b from c+0x1/0x2", vec!["a", "b", "c"]),
        (
            " schedule\n fsnotify_sb_delete\n kill_anon_super [mod]",
            vec!["schedule", "fsnotify_sb_delete", "kill_anon_super"],
        ),
    ] {
        let reading = read(&format!("CPU: 0 PID: 5 Comm: x Not tainted 5.0 #1\nCall Trace:\n{lines}\n"));
        let symbols: Vec<String> = symbols.into_iter().map(str::to_owned).collect();
        assert_eq!(stacks(&reading), [(Some(5), symbols)], "{lines}");
    }
}

#[test]
fn headlines_become_reports() {
    for (text, report) in [
        ("INFO: task a:b:17 blocked for more than 12 seconds.", "kind=hung-task task=task 17 seconds=12"),
        (
            "watchdog: BUG: soft lockup - CPU#1 stuck for 21s! [kworker/1:2:67]",
            "kind=soft-lockup task=task 67 cpu=1 seconds=21",
        ),
        ("NMI watchdog: Watchdog detected hard LOCKUP on cpu 3", "kind=hard-lockup cpu=3"),
        ("watchdog: CPU 2 self-detected hard LOCKUP @ foo+0x1/0x2", "kind=hard-lockup cpu=2"),
        (
            "BUG: workqueue lockup - pool cpus=2 node=0 flags=0x0 nice=-20 stuck for 58s!",
            "kind=workqueue-lockup cpu=2 seconds=58",
        ),
        ("BUG: scheduling while atomic: a/b/99/0x00000002", "kind=warning task=task 99"),
        ("Kernel panic - not syncing: VFS: Unable to mount", "kind=panic"),
        (
            "rcu: INFO: rcu_preempt self-detected stall on CPU\nrcu: \t0-...!: (2202 ticks this GP) idle=1\nCPU: 0 PID: 107 Comm: x Not tainted",
            "kind=rcu-stall cpu=0 task=task 107",
        ),
        (
            "BUG: kernel NULL pointer dereference, address: 0000000000000010\nOops: 0002 [#1] SMP\nCPU: 0 PID: 103 Comm: x Not tainted",
            "kind=oops address=0000000000000010 task=task 103 cpu=0",
        ),
        ("WARNING: CPU: 1 PID: 97 at fs/x.c:72 f+0x1/0x2", "kind=warning task=task 97 cpu=1"),
        ("INFO: rcu_sched self-detected stall on CPU { 1}  (t=60000 jiffies g=1 c=0 q=3)", "kind=rcu-stall cpu=1"),
        (
            "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:\nrcu: \tTasks blocked on level-0 rcu_node (CPUs 0-1): P109/1:b..l",
            "kind=rcu-stall task=task 109",
        ),
        (
            "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:\nrcu: \t1-...0: (1 GPs behind) idle=ae5c",
            "kind=rcu-stall cpu=1",
        ),
        ("watchdog: CPU 0 detected hard LOCKUP on other CPUs 3", "kind=hard-lockup cpu=3"),
        ("BUG: workqueue leaked lock or atomic: kworker/0:1/0x00000000/123", "kind=warning task=task 123"),
        ("BUG: workqueue leaked atomic, lock or RCU: kworker/u8:0[124]", "kind=warning task=task 124"),
        (
            "BUG: sleeping function called from invalid context at x.c:9\nin_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: 57, name: a b",
            "kind=warning task=task 57",
        ),
        ("UBSAN: array-index-out-of-bounds in fs/x.c:12:3", "kind=warning"),
        ("list_add corruption. prev->next should be next (ffff8880), but was 0.", "kind=oops"),
        ("BUG: KASAN: use-after-free in f+0x1/0x2", "kind=oops"),
        ("Unable to handle kernel paging request at virtual address ffff0001", "kind=oops address=ffff0001"),
    ] {
        assert_eq!(reports(&read(text)), [report], "{text}");
    }
    // The watchdog has said before what it saw.
    assert!(reports(&read("Kernel panic - not syncing: hung_task: blocked tasks")).is_empty());
}

#[test]
fn likely_owners_are_holders_of_the_waiters_lock() {
    for (text, kind, known, mode) in [
        ("INFO: task a:1 is blocked on a mutex likely owned by task b:2.", "mutex", Known::Observed, Some(Mode::Write)),
        ("INFO: task a:1 blocked on a semaphore likely last held by task b:2", "semaphore", Known::Inferred, None),
        (
            "INFO: task a:1 <writer> blocked on an rw-semaphore likely owned by task b:2 <reader>",
            "rwlock",
            Known::Inferred,
            Some(Mode::Read),
        ),
    ] {
        let reading = read(text);
        let lock = &reading.locks[0];
        assert_eq!(lock.kind.as_deref(), Some(kind), "{text}");
        assert_eq!((lock.waiters[0].task.tid, lock.holders[0].task.tid), (Some(1), Some(2)), "{text}");
        assert_eq!((lock.holders[0].known, lock.holders[0].mode), (known, mode), "{text}");
    }
    assert!(read("INFO: task a:1 is blocked on a mutex, but the owner is not found.").locks.is_empty());
}

#[test]
fn callers_separate_reports_that_are_mixed_line_by_line() {
    let text = "\
[    1.0][    C0] CPU: 0 PID: 10 Comm: a Not tainted 6.1 #1
[    1.0][    C1] CPU: 1 PID: 11 Comm: b Not tainted 6.1 #1
[    1.0][    C0] RIP: 0010:spin+0x1/0x2
[    1.0][    C1] RIP: 0010:loop+0x1/0x2
[    1.0][    C0] RDI: ffffffffc020358c
[    1.0][    C0] Call Trace:
[    1.0][    C1] Call Trace:
[    1.0][    C0]  a1+0x1/0x2
[    1.0][    C1]  b1+0x1/0x2
[    1.0][    C0]  a2+0x1/0x2
[    1.0][    C1]  b2+0x1/0x2
";
    let reading = read(text);
    assert_eq!(
        stacks(&reading),
        [
            (Some(10), vec!["spin".into(), "a1".into(), "a2".into()]),
            (Some(11), vec!["loop".into(), "b1".into(), "b2".into()])
        ]
    );
    assert_eq!(reading.stacks[0].frames[0].reliability, Reliability::Register);
    assert_eq!(reading.stacks[0].registers[0].value, 0xffff_ffff_c020_358c);
    assert!(reading.stacks.iter().all(|stack| stack.running));
}

#[test]
fn two_consoles_are_one_report_and_recursion_stays() {
    let once = [
        "[    1.0] task:a state:D stack:0 pid:7 ppid:1 flags:0x0",
        "[    1.0] Call Trace:",
        "[    1.0]  f+0x1/0x2",
        "[    1.0]  f+0x1/0x2",
    ];
    let twice: String = once.iter().flat_map(|line| [line, "\n", line, "\n"]).collect();
    for (text, doubled) in [(once.join("\n"), false), (twice, true)] {
        let reading = read(&text);
        assert_eq!(stacks(&reading), [(Some(7), vec!["f".into(), "f".into()])], "{text}");
        assert_eq!(reading.mends.iter().any(|mend| mend.kind == MendKind::Doubled), doubled);
    }
}

#[test]
fn workqueues_and_run_queues() {
    let reading = read(
        "\
[   35.955569] Showing busy workqueues and worker pools:
[   35.956141] workqueue lockdemo_wq: flags=0x8
[   35.956392]   pwq 0: cpus=0 node=0 flags=0x0 nice=0 active=1/1 refcnt=2
[   35.956426]     in-flight: 17:demo_work_fn [lockdemo] ,42(RESCUER):f  BAR(117)
[   35.956427]     pending: g, 3*h
[   35.960000] cpu#1, 2445.404 MHz
[   35.960001] runnable tasks:
[   35.960002]  S            task   PID         tree-key  switches  prio     wait-time
[   35.960003] -------------------------------------------------------------
[   35.960004] >R             hog   300      1.0  10   120   0.0
[   35.960005]  R          waiter   301      1.0  10   120   0.0
[   35.960006]  S         sleeper   302      1.0  10   120   0.0
",
    );
    let rows: Vec<String> = reading
        .facts
        .iter()
        .map(|fact| {
            let field = |name: &str| fact.fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value);
            let tid = |name| match field(name) {
                Some(Value::Task(task)) => task.tid.map_or(String::new(), |tid| tid.to_string()),
                _ => "-".to_owned(),
            };
            let function = match field("function") {
                Some(Value::Text(text)) => text.to_string(),
                _ => "-".to_owned(),
            };
            format!("{} {} {function} {}", fact.relation, tid("task"), tid("waiter"))
        })
        .collect();
    assert_eq!(
        rows,
        [
            "work 17 demo_work_fn -",
            "work 42 f -",
            "work 42 BAR 117",
            "work - g -",
            "work - h -",
            "on_cpu 300 - -",
            "run_queue 301 - -"
        ]
    );
}

#[test]
fn a_listing_counts_only_where_it_ends_and_nothing_is_lost() {
    let task = "[    1.1] task:a state:D stack:0 pid:7 ppid:1 flags:0x0\n[    1.1] Call Trace:\n[    1.1]  f+0x1/0x2\n";
    let head = "[    1.0] sysrq: Show Blocked State\n";
    for (text, listed) in [
        (format!("{head}{task}[    2.0] usb 1-1: new device\n"), true),
        (format!("{head}{task}"), false),
        (format!("{head}** 123 printk messages dropped **\n{task}[    2.0] usb 1-1: new device\n"), false),
    ] {
        let reading = read(&text);
        let blocked = reading.listings.iter().any(|listing| listing.of == ListingOf::BlockedTasks);
        assert_eq!(blocked, listed, "{text}");
    }
}

#[test]
fn what_belongs_to_others_is_left_to_them() {
    // /proc/PID/stack has no call trace line, and prose ends a report.
    let reading = read("# cat /proc/5/stack\n[<0>] do_wait+0x156/0x2f0\n[<0>] kernel_wait4+0x8d/0x140\n");
    assert!(reading.stacks.iter().all(|stack| stack.dialect == "proc-stack"));
    let reading = read("Call Trace:\n f+0x1/0x2\nThat is what we saw; see g+0x1/0x2 above.\n");
    assert_eq!(stacks(&reading), [(None, vec!["f".into()])]);
    // Who allocated an object in the past waits for nothing now.
    let reading = read("Call Trace:\n f+0x1/0x2\n\nAllocated by task 5:\n g+0x1/0x2\n h+0x1/0x2\n");
    assert_eq!(stacks(&reading), [(None, vec!["f".into()])]);
}
