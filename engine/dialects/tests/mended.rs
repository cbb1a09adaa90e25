//! Damage that once tore stacks apart or gave one task the frames of another.
#![allow(missing_docs, clippy::expect_used)]

use stacklore_model::{Document, Reading, SourceId};

fn read(text: &str) -> Reading {
    stacklore_dialects::read(SourceId(0), &Document::from_text("paste", text))
}

/// Thread id and functions of each stack.
fn stacks(text: &str) -> Vec<(Option<u32>, Vec<String>)> {
    let reading = read(text);
    let symbols = |frames: &[stacklore_model::Frame]| frames.iter().map(|frame| frame.symbol.to_string()).collect();
    reading.stacks.iter().map(|stack| (stack.task.tid, symbols(&stack.frames))).collect()
}

fn of(tid: Option<u32>, symbols: &[&str]) -> (Option<u32>, Vec<String>) {
    (tid, symbols.iter().map(|symbol| (*symbol).to_owned()).collect())
}

const TWO: &str = "PID: 7        TASK: ffff888006264200  CPU: 1    COMMAND: \"a\"\n #0 [ffffc90000413a80] wait_a at ffffffff81a5271d\n #1 [ffffc90000413a90] main_a at ffffffff81a5271e\nPID: 8        TASK: ffff888006264300  CPU: 1    COMMAND: \"b\"\n #0 [ffffc90000513a80] wait_b at ffffffff81a5271d\n #1 [ffffc90000513a90] main_b at ffffffff81a5271e\n";

#[test]
fn the_header_of_the_next_task_is_no_register() {
    let two = [of(Some(7), &["wait_a", "main_a"]), of(Some(8), &["wait_b", "main_b"])];
    assert_eq!(stacks(TWO), two);
    assert_eq!(stacks(&TWO.replace('#', "")), two, "lost signs");
    assert_eq!(stacks(&TWO.replace('#', "\\#")), two, "escaped signs");
    assert_eq!(stacks(&TWO.replace('\n', "\n\n")), two, "double spaced");
    assert_eq!(stacks(&TWO.lines().map(|line| format!("| {line}\n")).collect::<String>()), two, "quoted");
}

#[test]
fn one_header_serves_one_stack() {
    let text: String =
        TWO.lines().enumerate().filter(|(at, _)| *at != 3).map(|(_, line)| format!("{line}\n")).collect();
    assert_eq!(stacks(&text), [of(Some(7), &["wait_a", "main_a"]), of(None, &["wait_b", "main_b"])]);
}

#[test]
fn frames_on_one_line_are_cut_apart() {
    let kernel = "[  363.1] task:cp              state:D stack:    0 pid:  812 ppid:   700 flags:0x00000002\n[  363.1] Call Trace:\n[  363.1]  wait_a+0x2d0/0x870 [  363.1]  f+0x46/0xf0 [mod] [  363.1]  main_a+0xa/0x10\n";
    assert_eq!(stacks(kernel), [of(Some(812), &["wait_a", "f", "main_a"])]);
    let go = "goroutine 6 [semacquire]: sync.(*Mutex).Lock(0xc0000182e8) /usr/lib/go/src/sync/mutex.go:171 +0x165 main.f(...) /srv/f.go:90 main.main() /srv/f.go:39 +0x3d\n";
    assert_eq!(stacks(go), [of(None, &["[semacquire]", "sync.(*Mutex).Lock", "main.f", "main.main"])]);
    let java = "\"t-1\" #12 prio=5 os_prio=0 tid=0x00007f97 nid=0x31eb waiting for monitor entry  [0x00007f9]\n   java.lang.Thread.State: BLOCKED (on object monitor) at Dead.transfer(Dead.java:8) - waiting to lock <0x00000000ffd1b510> (a Dead$Account) at Dead.run(Dead.java:4)\n";
    assert_eq!(stacks(java), [of(Some(0x31eb), &["[waiting to lock]", "Dead.transfer", "Dead.run"])]);
}

#[test]
fn what_a_page_took_for_a_tag_is_put_back() {
    let java = "\"t-1\" #12 prio=5 os_prio=0 tid=0x00007f97 nid=0x31eb runnable  [0x00007f9]\n   java.lang.Thread.State: RUNNABLE\n\tat Dead.(Dead.java:8)\n\tat Dead.run(Dead.java:4)\n";
    assert_eq!(stacks(java), [of(Some(0x31eb), &["Dead.<init>", "Dead.run"])]);
    let eaten = "[ 0] wait_a+0x1/0x2\n[ 0] main_a+0x1/0x2\n";
    assert_eq!(stacks(eaten), [of(None, &["wait_a", "main_a"])]);
}

#[test]
fn a_mailer_broke_the_lines_of_a_console() {
    let text = "[   37.831624] INFO: task holder:52 blocked for more than 24\nseconds.\n[   37.837909]       Tainted: G           O\n6.12.117-lockdemo #1 and some more of it\n[   37.838583] task:holder          state:D stack:0\npid:52    tgid:52    ppid:1      flags:0x00000000\n[   37.838994] Call Trace:\n[   37.839311]  __schedule+0x5e6/0x621\n[   37.844287]  schedule+0x42/0x5a\n[   37.844958]  schedule_timeout+0x32/0xd7 and something to tell how wide\n";
    let seen = stacks(text);
    assert_eq!(seen.first().map(|(tid, frames)| (*tid, frames.len())), Some((Some(52), 3)), "{seen:?}");
}
