//! Reports and tables of the kernel's lock validator, through the crate's one entry.
#![allow(missing_docs, clippy::unwrap_used)]

use stacklore_model::{Document, Fact, Known, LockSighting, Mode, Reading, Scope, SourceId, Value};

fn read(text: &str) -> Reading {
    stacklore_dialects::read(SourceId(0), &Document::from_text("paste", text))
}

/// `kind tid` of the reports.
fn reports(reading: &Reading) -> Vec<String> {
    let field = |fact: &Fact, name: &str| {
        fact.fields.iter().find(|(field, _)| *field == name).map_or("-".to_owned(), |(_, value)| match value {
            Value::Text(text) => text.to_string(),
            Value::Task(task) => task.tid.map_or("-".to_owned(), |tid| tid.to_string()),
            _ => "?".to_owned(),
        })
    };
    let row = |fact: &Fact| format!("{} {}", field(fact, "kind"), field(fact, "task"));
    reading.facts.iter().filter(|fact| fact.relation == "report").map(row).collect()
}

fn object(lock: &LockSighting) -> String {
    let symbol = lock.object.symbol.as_deref().unwrap_or("-");
    lock.object.address.map_or(symbol.to_owned(), |address| format!("{symbol}@{address:x}"))
}

/// `tid object mode line` of the rows of tables, `?` where it is inferred.
fn held(reading: &Reading) -> Vec<String> {
    let mut rows = Vec::new();
    for lock in &reading.locks {
        for holder in &lock.holders {
            let mode = match holder.mode {
                Some(Mode::Read) => "read",
                Some(Mode::Write) => "write",
                None => "-",
            };
            let sure = if holder.known == Known::Observed { "" } else { "?" };
            let tid = holder.task.tid.unwrap();
            rows.push(format!("{tid} {} {mode} {}{sure}", object(lock), holder.span.first));
        }
    }
    rows
}

/// `tid object` of what is asked for.
fn wanted(reading: &Reading) -> Vec<String> {
    let rows = reading.locks.iter().flat_map(|lock| lock.waiters.iter().map(move |waiter| (lock, waiter)));
    rows.map(|(lock, waiter)| format!("{} {}", waiter.task.tid.unwrap(), object(lock))).collect()
}

#[test]
fn circular_report() {
    let reading = read(
        "\
[   10.302953][   T56] ======================================================
[   10.302953][   T56] WARNING: possible circular locking dependency detected
[   10.303399][   T56] 6.12.117-demo #1 Tainted: G           O      
[   10.303588][   T56] ------------------------------------------------------
[   10.303721][   T56] taker2/56 is trying to acquire lock:
[   10.303839][   T56] ffffffffa0002570 (demo_a){+.+.}-{3:3}, at: take_a+0xe/0x1a [demo]
[   10.307058][   T56] 
[   10.307058][   T56] but task is already holding lock:
[   10.307277][   T56] ffffffffa00024d0 (demo_b){+.+.}-{3:3}, at: demo_write+0x108/0xef0 [demo]
[   10.307483][   T56] 
[   10.307483][   T56] which lock already depends on the new lock.
[   10.307658][   T56] 
[   10.307658][   T56] the existing dependency chain (in reverse order) is:
[   10.307826][   T56] 
[   10.307826][   T56] -> #1 (demo_b){+.+.}-{3:3}:
[   10.308009][   T56]        __mutex_lock+0xc4/0x3fa
[   10.314040][   T56]        take_b+0xe/0x1a [demo]
[   10.314819][   T56] 
[   10.314819][   T56] -> #0 (demo_a){+.+.}-{3:3}:
[   10.318190][   T56]        __lock_acquire+0xe02/0x116e
[   10.323070][   T56] other info that might help us debug this:
[   10.323303][   T56]  Possible unsafe locking scenario:
[   10.323437][   T56]        CPU0                    CPU1
[   10.323535][   T56]        ----                    ----
[   10.323642][   T56]   lock(demo_b);
[   10.323744][   T56]                                lock(demo_a);
[   10.327559][   T56]  *** DEADLOCK ***
[   10.328993][   T56] 2 locks held by taker2/56:
[   10.330953][   T56]  #0: ff11000000efa420 (sb_writers#3){.+.+}-{0:0}, at: vfs_write+0x75/0x166
[   10.331257][   T56]  #1: ffffffffa00024d0 (demo_b){+.+.}-{3:3}, at: demo_write+0x108/0xef0 [demo]
",
    );
    assert_eq!(reports(&reading), ["lockdep-circular 56"]);
    assert_eq!(wanted(&reading), ["56 demo_a"]);
    assert_eq!(held(&reading), ["56 -@ff11000000efa420 read 29?", "56 demo_b write 30?"]);
    // The traces of the past are no stacks.
    assert_eq!(reading.stacks.len(), 0);
    assert_eq!(&*reading.tasks[0].name.clone().unwrap(), "taker2");
}

#[test]
fn headlines_and_their_tasks() {
    for (text, report) in [
        ("WARNING: possible recursive locking detected\nsh/5 is trying to acquire lock:", "lockdep-recursive 5"),
        (
            "[ INFO: possible circular locking dependency detected ]\na b/5 is trying to acquire lock:",
            "lockdep-circular 5",
        ),
        ("WARNING: inconsistent lock state\nkworker/u4:0/7 [HC0[0]:SC0[0]:HE1:SE1] takes:", "lockdep-irq 7"),
        (
            "WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected\nsh/5 [HC0[0]:SC0[2]:HE0:SE0] is trying to acquire:",
            "lockdep-irq 5",
        ),
        (
            "WARNING: possible irq lock inversion dependency detected\nswapper/0/0 just changed the state of lock:",
            "lockdep-irq -",
        ),
        ("[   1.0][  T57] [ BUG: Invalid wait context ]\n[   1.0][  T57] sh/57 is trying to lock:", "warning 57"),
        ("[   1.0][  T57] WARNING: bad unlock balance detected!", "warning 57"),
        ("WARNING: sh/5 still has locks held!", "warning 5"),
    ] {
        assert_eq!(reports(&read(text)), [report], "{text}");
    }
    let other = read("WARNING: CPU: 0 PID: 1 at kernel/x.c:1 f+0x1/0x2\nWARNING: kernel stack frame");
    assert!(!format!("{:?}", reports(&other)).contains("lockdep"));
}

#[test]
fn table_of_all_locks() {
    let reading = read(
        "\
[   21.1][   T27] Showing all locks held in the system:
[   21.1][   T27] 1 lock held by khungtaskd/27:
[   21.1][   T27]  #0: ffffffff81ca71a0 (rcu_read_lock){....}-{1:2}, at: debug_show_all_locks+0x3d/0x192
[   21.1][   T27] 3 locks held by kworker/u4:0/7:
[   21.1][   T27]  #0: ffff8880a999be68 ((wq_completion)netns){+.+.}, at: process_one_work+0x88b/0x1740
[   21.1][   T27]  #1: ffff8880a9897dc0 (net_cleanup_work){+.+.}, at: process_one_work+0x8c1/0x1740
[   21.1][   T27]  #2: ffffffff899a4320 (rtnl_mutex){+.+.}, at: rtnl_lock+0x17/0x20
[   21.1][   T27] 1 lock held by Web Content/99:
[   21.1][   T27]  #0: ffff888002c50e48 (&mm->mmap_lock){++++}-{3:3}, at: f+0x4b/0x3c0
[   21.1][   T27] 
[   21.1][   T27] =============================================
",
    );
    assert_eq!(
        held(&reading),
        [
            "27 rcu_read_lock - 3",
            "7 -@ffff8880a999be68 write 5",
            // Named like a static object, and no static object lies there.
            "7 -@ffff8880a9897dc0 write 6",
            "7 rtnl_mutex write 7",
            "99 -@ffff888002c50e48 - 9",
        ]
    );
    assert_eq!(reading.lines_understood, 10);
    assert_eq!(&*reading.tasks[1].name.clone().unwrap(), "kworker/u4:0");
}

#[test]
fn hashed_addresses_mean_something_in_one_text() {
    let reading = read(
        "\
1 lock held by a/5:
 #0: 00000000a9fae736 (&lo->lo_ctl_mutex#2){+.+.}, at: lo_compat_ioctl+0x12a/0x170
1 lock held by b/6:
 #0: 00000000a9fae736 (&lo->lo_ctl_mutex#2){+.+.}, at: lo_compat_ioctl+0x12a/0x170
",
    );
    let scopes: Vec<Scope> = reading.locks.iter().map(|lock| lock.object.scope).collect();
    assert!(matches!(scopes[0], Scope::Session(_)));
    assert_eq!(scopes[0], scopes[1]);
}

#[test]
fn a_class_without_address_is_no_identity_unless_it_is_static() {
    let reading = read(
        "\
2 locks held by a/5:
 #0:  (&sb->s_type->i_mutex_key#8){+.+.+.}, at: [<ffffffff811d6a25>] vfs_write+0x75/0x166
 #1:  (rtnl_mutex){+.+.+.}, at: [<ffffffff8179c1d5>] rtnl_lock+0x15/0x20
1 lock held by b/6:
 #0:  (&sb->s_type->i_mutex_key#8){+.+.+.}, at: [<ffffffff811d6a25>] vfs_write+0x75/0x166
",
    );
    assert_eq!(
        held(&reading),
        ["5 &sb->s_type->i_mutex_key#8 write 2", "5 rtnl_mutex write 3", "6 &sb->s_type->i_mutex_key#8 write 5"]
    );
    assert_eq!(reading.locks[1].object.scope, Scope::Kernel);
    assert_ne!(reading.locks[0].object, reading.locks[2].object);
}

#[test]
fn one_name_at_two_addresses_is_no_static_lock() {
    let reading = read(
        "\
1 lock held by a/5:
 #0: ffff000012345678 (sb_writers){.+.+}-{0:0}, at: vfs_write+0x75/0x166
1 lock held by b/6:
 #0: ffff000012999678 (sb_writers){.+.+}-{0:0}, at: vfs_write+0x75/0x166
",
    );
    assert_eq!(held(&reading), ["5 -@ffff000012345678 read 2", "6 -@ffff000012999678 read 4"]);
}

#[test]
fn inlined_callers_of_one_lock_are_one_row() {
    let reading = read(
        "\
2 locks held by a/5:
 #0: ffffffff8aedb2a0 (console_owner){....}-{0:0}, at: console_trylock_spinning kernel/printk/printk.c:1752 [inline]
 #0: ffffffff8aedb2a0 (console_owner){....}-{0:0}, at: vprintk_emit+0x2ca/0x470 kernel/printk/printk.c:2023
 #1: <RELEASED>
",
    );
    assert_eq!(held(&reading), ["5 console_owner - 2"]);
    assert_eq!(reading.locks[0].span.last, 3);
}

#[test]
fn files_of_the_validator_are_recognised() {
    let reading = read("\
all lock classes:
ffffffff82c4d3e0 FD:   37 BD:    1 +.+.: cgroup_mutex
 -> [ffffffff82c4d3a0] css_set_lock

lock_stat version 0.4
-----------------------
                              class name    con-bounces    contentions
                              &x->wait#7:            27             27         136.91        3965.45       69788.55        2584.76            926           1687           0.00        3804.54      118132.92          70.03
                              &x->wait#7             26          [<00000000bc003835>] __wait_for_common+0xac/0x102
 lock-classes:                         1222 [max: 8192]
 direct dependencies:                 10125 [max: 32768]
");
    assert_eq!(reading.dialects, ["lock-stat"]);
    assert_eq!((reading.lines_understood, reading.stacks.len()), (10, 0));
}

#[test]
fn cut_lines_do_no_harm() {
    let whole = "WARNING: possible recursive locking detected\nsh/5 is trying to acquire lock:\n\
        ffffffffa0002430 (demo){+.+.}-{3:3}, at: f+0x1/0x2\n1 lock held by sh/5:\n #0: ffffffffa0002430 (demo){+.+.}-{3:3}, at: f+0x1/0x2\n";
    for end in 0..whole.len() {
        read(&whole[..end]);
    }
    // Rows without their task say nothing of anybody.
    assert!(held(&read(" #0: ffffffffa0002430 (demo){+.+.}-{3:3}, at: f+0x1/0x2")).is_empty());
}

#[test]
fn rows_that_mail_broke() {
    let reading = read(
        "\
WARNING: possible circular locking dependency detected
------------------------------------------------------
kworker/3:0/176251 is trying to acquire lock:
00000000f1467148 ((wq_completion)smc_tx_wq-00000000#2){+.+.}-{0:0},
    at: __flush_workqueue+0x7a/0x4f0
but task is already holding lock:
0000037fffe97dc8 ((work_completion)(&(&lgr->free_work)->work)){+.+.}-{0:0},
    at: process_one_work+0x232/0x730
3 locks held by kworker/3:0/176251:
 #0: 0000000080183548
    ((wq_completion)events){+.+.}-{0:0},
        at: process_one_work+0x232/0x730
 #1: 0000037fffe97dc8
    ((work_completion)
     (&(&lgr->free_work)->work)){+.+.}-{0:0},
        at: process_one_work+0x232/0x730
 #2: ffffffffb1e63eb0 (cb_lock){++++}-{3:3}, at: genl_rcv+0x19/0x36
",
    );
    assert_eq!(reports(&reading), ["lockdep-circular 176251"]);
    assert_eq!(wanted(&reading), ["176251 (wq_completion)smc_tx_wq-00000000#2@f1467148"]);
    assert_eq!(
        held(&reading),
        ["176251 (wq_completion)events@80183548 write 10?", "176251 -@37fffe97dc8 write 13?", "176251 cb_lock - 17?",]
    );
    assert_eq!(reading.lines_understood, 17);
}
