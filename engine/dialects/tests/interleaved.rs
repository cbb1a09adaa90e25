//! Reports of two CPUs, line by line between each other: with printk callers nothing changes; without them no frame of
//! one task stands in the stack of another, and what is left out is said.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use stacklore_model::{Document, Reading, SourceId};
use std::collections::BTreeMap;

fn read(text: &str) -> Reading {
    stacklore_dialects::read(SourceId(0), &Document::from_text("console.txt".to_owned(), text.to_owned()))
}

/// A report about a task, with the mark of its own in each function's name.
struct Report {
    tid: u32,
    mark: &'static str,
    lines: Vec<String>,
}

fn report(tid: u32, mark: &'static str, text: &str) -> Report {
    let lines = text.lines().map(|line| line.replace("TID", &tid.to_string()).replace("+0x", &format!("_{mark}+0x")));
    Report { tid, mark, lines: lines.collect() }
}

const HUNG: &str = "INFO: task waiter:TID blocked for more than 120 seconds.
      Not tainted 6.1.0 #1
\"echo 0 > /proc/sys/kernel/hung_task_timeout_secs\" disables this message.
task:waiter          state:D stack:0     pid:TID   ppid:1      flags:0x00004002
Call Trace:
 <TASK>
 __schedule+0x34d/0xa00
 schedule+0x5a/0xd0
 ? usleep+0x1/0x2
 mutex_wait+0x94/0x1e0 [demo]
 ksys_write+0x6b/0xf0
 entry_syscall+0x6e/0xd8
RIP: 0033:0x435340
RSP: 002b:00007ffc2ab83248 EFLAGS: 00000202 ORIG_RAX: 0000000000000001
RAX: ffffffffffffffda RBX: 0000000000000000 RCX: 0000000000435340
 </TASK>";

const LOCKUP: &str = "watchdog: BUG: soft lockup - CPU#1 stuck for 21s! [spinner:TID]
Modules linked in: demo(OE)
CPU: 1 PID: TID Comm: spinner Tainted: G      D W  OE      6.1.0 #1
RIP: 0010:spin_slow+0x30/0x2a0
RSP: 0018:ffffc90000407ac0 EFLAGS: 00000202
RAX: 0000000000000001 RBX: ffffffffc020358c RCX: 0000000000000000
Call Trace:
 <TASK>
 spin_lock+0x25/0x30
 proc_write+0x56/0xa0
 vfs_write+0xc7/0x3f0
 entry_syscall+0x6e/0xd8
RIP: 0033:0x435340
RSP: 002b:00007ffd6edf9388 EFLAGS: 00000202 ORIG_RAX: 0000000000000001
 </TASK>";

/// Numbers without a pattern, the same in each run.
struct Numbers(u64);

impl Numbers {
    fn coin(&mut self) -> bool {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 63 == 1
    }
}

fn mixed(a: &Report, b: &Report, seed: u64, stamp: impl Fn(&Report) -> String) -> String {
    let mut numbers = Numbers(seed);
    let (mut first, mut second) = (a.lines.iter().peekable(), b.lines.iter().peekable());
    let mut text = String::new();
    while first.peek().is_some() || second.peek().is_some() {
        let of_first = second.peek().is_none() || first.peek().is_some() && numbers.coin();
        let (report, line) = if of_first { (a, first.next()) } else { (b, second.next()) };
        text.push_str(&format!("{} {}\n", stamp(report), line.unwrap()));
    }
    text
}

fn stacks(reading: &Reading) -> BTreeMap<Option<u32>, Vec<String>> {
    let frames = |stack: &stacklore_model::StackSighting| stack.frames.iter().map(|f| f.symbol.to_string()).collect();
    let stacks: BTreeMap<_, _> = reading.stacks.iter().map(|stack| (stack.task.tid, frames(stack))).collect();
    assert_eq!(stacks.len(), reading.stacks.len(), "a task has two stacks");
    stacks
}

fn pairs() -> Vec<(Report, Report)> {
    vec![
        (report(56, "a", HUNG), report(57, "b", HUNG)),
        (report(56, "a", HUNG), report(58, "b", LOCKUP)),
        (report(58, "a", LOCKUP), report(59, "b", &LOCKUP.replace("CPU#1", "CPU#2").replace("CPU: 1", "CPU: 2"))),
    ]
}

#[test]
fn callers_take_mixed_reports_apart() {
    for (a, b) in pairs() {
        let stamp = |report: &Report| format!("[   31.416667][{:>6}]", format!("T{}", report.tid));
        let apart = stacks(&read(&mixed(&a, &Report { lines: Vec::new(), ..report(1, "x", "") }, 0, stamp)));
        assert_eq!(apart.len(), 1);
        for seed in 0..200 {
            let told = stacks(&read(&mixed(&a, &b, seed, stamp)));
            assert_eq!(told.len(), 2, "seed {seed}");
            assert_eq!(told[&Some(a.tid)], apart[&Some(a.tid)], "seed {seed}");
        }
    }
}

#[test]
fn without_callers_no_frame_stands_in_the_stack_of_another() {
    let mut whole = 0;
    for (a, b) in pairs() {
        for seed in 0..400 {
            let text = mixed(&a, &b, seed, |_| "[   31.416667]".to_owned());
            let reading = read(&text);
            let told = stacks(&reading);
            for (tid, symbols) in &told {
                let own = [&a, &b].into_iter().find(|report| Some(report.tid) == *tid);
                let mark = own.map_or(&symbols[0][symbols[0].len() - 1..], |report| report.mark);
                let strange: Vec<&String> = symbols.iter().filter(|symbol| !symbol.ends_with(mark)).collect();
                assert!(strange.is_empty(), "seed {seed}: {strange:?} of {tid:?} in\n{text}");
            }
            let frames: usize = told.values().map(Vec::len).sum();
            let all =
                [&a, &b].iter().map(|r| r.lines.iter().filter(|line| line.contains("+0x")).count()).sum::<usize>();
            whole += usize::from(frames == all);
            assert!(
                frames == all || !reading.notes.is_empty() || frames + 1 >= all,
                "seed {seed}: silent loss in\n{text}"
            );
        }
    }
    assert!(whole > 0, "reports that are not torn are read whole");
}

#[test]
fn one_after_the_other_nothing_is_left_out() {
    for (a, b) in pairs() {
        let text: String = a.lines.iter().chain(&b.lines).map(|line| format!("[   31.416667] {line}\n")).collect();
        let reading = read(&text);
        assert_eq!(stacks(&reading).len(), 2);
        assert!(reading.notes.is_empty(), "{:?}", reading.notes);
        // Whoever pastes only the top of the first trace loses nothing of the second.
        let top: String = text.lines().filter(|line| !line.contains("TASK>")).collect::<Vec<_>>().join("\n");
        assert_eq!(stacks(&read(&top)).len(), 2);
        let cut: Vec<String> =
            a.lines.iter().take(9).chain(&b.lines).map(|line| format!("[   31.416667] {line}")).collect();
        let told = stacks(&read(&cut.join("\n")));
        assert!(told[&Some(b.tid)].iter().all(|symbol| symbol.ends_with(b.mark)), "{told:?}");
    }
}

#[test]
fn a_replayed_console_is_read_once_and_a_later_report_again() {
    let one: String = report(56, "a", HUNG).lines.iter().map(|line| format!("[  120.000001] {line}\n")).collect();
    let later = one.replace("[  120.", "[  240.");
    let reading = read(&format!("{one}--- replayed ---\n{one}{later}"));
    let times: Vec<Option<f64>> = reading.stacks.iter().map(|stack| stack.time).collect();
    assert_eq!(times, [Some(120.000001), Some(240.000001)]);
    assert_eq!(reading.facts.iter().filter(|fact| fact.relation == "report").count(), 2);
    // A day of the log tells the time as well.
    let dated = one.replace("[  120.000001]", "[Mon Nov 20 12:00:00 2023]");
    let reading = read(&format!("{dated}{dated}{}", dated.replace("12:00:00", "12:02:00")));
    let times: Vec<Option<f64>> = reading.stacks.iter().map(|stack| stack.time).collect();
    assert_eq!(times, [Some(1_700_481_600.0), Some(1_700_481_720.0)]);
}
