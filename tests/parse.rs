//! `stacklore parse`: what was understood, as text, JSON and folded stacks.

use crate::corpus::{cases, inputs};
use crate::program::{Folder, run};
use std::collections::BTreeSet;
use std::fmt::Write as _;

fn corpus(case: &str) -> String {
    format!("corpus/{case}")
}

#[test]
fn a_text_is_told_from_its_forms_to_its_frames() {
    let outcome = run(&["parse", "--width", "80", &corpus("samples/linux-proc-stack-d-state-loop/input.txt")], b"");
    assert_eq!(outcome.status, 0, "{outcome:?}");
    let expected = "\
Read 13 stacks, 13 tasks in 1 form (proc-stack). Mended nothing. No line stayed
unclear.

input.txt: 80 of 105 lines understood, 2976 bytes
  proc-stack  lines 2-8, 11-17, 20-25, 28-33, 36-41, 44-49, 52-57, 60-65, … 5
              more to line 105
              13 stacks (80 frames), 13 tasks

13 stacks, 5 different
  9 ×  line 19   proc-stack  unknown
       selflock (105), rholder (106), writer1 (111) and 6 more
         demo_write [lockdemo]
         proc_reg_write
         vfs_write
         ksys_write
         do_syscall_64
         entry_SYSCALL_64_after_hwframe
  1 ×  line 1    proc-stack  unknown
       cli_ab (103)
";
    assert!(outcome.out.starts_with(expected), "{}", outcome.out);
}

#[test]
fn damage_is_told_by_kind_and_place() {
    let case = corpus("samples/linux-proc-stack-mangled-lost-plus-and-angle/input.txt");
    let outcome = run(&["parse", &case], b"");
    let expected = "
Mended
  21 × lost \"+\"    lines 2, 3, 4, 5, 6, 7, …
  24 × lost \"<>\"   lines 2, 3, 4, 5, 6, 7, …
";
    assert!(outcome.out.ends_with(expected), "{}", outcome.out);
    let everything = run(&["parse", "--all", &case], b"").out;
    assert!(everything.contains(" 25, 26, 27\n"), "{everything}");
}

#[test]
fn several_texts_are_named_and_counted_once() {
    let outcome = run(&["parse", "--width", "80", &corpus("captures/j-pool-self")], b"");
    let expected = "\
jstack.txt: 81 of 101 lines understood, 6338 bytes
  java  lines 2-100
        6 stacks seen again, 16 tasks
        facts: 16 task_time
        complete: all threads of the program, with stacks
";
    assert!(outcome.out.contains(expected), "{}", outcome.out);
    assert!(outcome.out.contains("\nNo trace in expect.yaml.\n\n6 stacks, 5 different\n"), "{}", outcome.out);
    let group = "
  2 ×  jstack-l.txt:98  java  waits: result of another thread
       pool-1-thread-1 (4541), pool-1-thread-2 (4542)
         jdk.internal.misc.Unsafe.park [java.base]
";
    assert!(outcome.out.contains(group), "{}", outcome.out);
}

#[test]
fn what_is_not_understood_is_shown_with_its_reason() {
    let text = b"$ cat /proc/12/stack\n[<0>] rpc_wait_bit_killable+0x11/0xa0 [sunrpc]\n[<0>] +0x12/0x\n[<0>] do_exit+0x1/0x2\n";
    let outcome = run(&["parse"], text);
    let unclear = outcome.out.split("\nUnclear\n").nth(1).unwrap_or_else(|| panic!("{}", outcome.out));
    assert!(unclear.contains("  line 3: "), "{unclear}");
    assert!(unclear.contains("      [<0>] +0x12/0x\n"), "{unclear}");
}

#[test]
fn a_text_without_traces_says_so() {
    let outcome = run(&["parse"], b"nothing to see here\n");
    assert_eq!(
        (outcome.status, outcome.out.as_str()),
        (0, "Read 0 stacks. Mended nothing.\n\nNo trace in standard input.\n")
    );
}

/// A thread dump of that many threads in six sorts of stacks.
fn many_threads(count: usize) -> String {
    let mut dump =
        "2024-05-01 10:00:00\nFull thread dump OpenJDK 64-Bit Server VM (17.0.1+12 mixed mode):\n\n".to_owned();
    for thread in 0..count {
        let id = 5000 + thread;
        let _ = writeln!(
            dump,
            "\"exec-{thread}\" #{id} daemon prio=5 os_prio=0 cpu=1.00ms elapsed=9.00s tid=0x{id:x} nid=0x{id:x} \
             runnable  [0x1]\n   java.lang.Thread.State: RUNNABLE"
        );
        for depth in 0..=(thread % 6) {
            let _ = writeln!(dump, "\tat com.example.Handler{depth}.serve(Handler{depth}.java:{depth}7)");
        }
        dump.push_str("\tat com.example.Server.run(Server.java:7)\n\n");
    }
    dump
}

#[test]
fn thousands_of_threads_fit_on_a_screen_or_two() {
    let dump = many_threads(3000);
    let short = run(&["parse", "--width", "80"], dump.as_bytes()).out;
    assert!(short.contains("3000 stacks, 6 different"), "{short}");
    assert!(short.contains("  500 ×  line 4  "), "{short}");
    assert!(short.contains("exec-0 (5000), exec-6 (5006), exec-12 (5012) and 497 more"), "{short}");
    assert!(short.lines().count() < 80, "{} lines", short.lines().count());
    assert!(short.lines().all(|line| line.chars().count() <= 80), "{short}");
    let everything = run(&["parse", "--all"], dump.as_bytes()).out;
    assert!(everything.contains("exec-2999 (7999)") && !everything.contains(" more"), "{everything}");
}

#[test]
fn json_tells_forms_and_equal_stacks() {
    let parsed = run(&["parse", "--format", "json", &corpus("captures/j-pool-self")], b"").json();
    let stacks = parsed["stacks"].as_array().map_or(0, Vec::len);
    let equal = parsed["equal_stacks"].as_array().expect("groups of equal stacks");
    let numbers: Vec<u64> = equal
        .iter()
        .flat_map(|group| group["stacks"].as_array().expect("numbers"))
        .filter_map(|id| id.as_u64())
        .collect();
    assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), stacks, "each stack is in one group");
    assert_eq!(numbers.len(), stacks, "each stack is in one group only");
    let counts: Vec<u64> = equal.iter().filter_map(|group| group["count"].as_u64()).collect();
    assert!(counts.is_sorted_by(|a, b| a >= b), "{counts:?}");
    let form = &parsed["sources"][2]["forms"][0];
    assert_eq!((&form["dialect"], &form["lines"][0][0], &form["again"]), (&"java".into(), &2.into(), &6.into()));
}

/// Lines of folded stacks: the frames, and how often.
fn folded(arguments: &[&str], input: &[u8]) -> Vec<(String, usize)> {
    let mut all = vec!["parse", "--format", "folded"];
    all.extend(arguments);
    let outcome = run(&all, input);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    let parts = |line: &str| {
        let (frames, count) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no count in {line:?}"));
        assert!(!frames.contains(char::is_whitespace), "{line:?}");
        assert!(frames.split(';').all(|frame| !frame.is_empty()), "{line:?}");
        (frames.to_owned(), count.parse().unwrap_or_else(|_| panic!("no count in {line:?}")))
    };
    outcome.out.lines().map(parts).collect()
}

#[test]
fn folded_stacks_of_the_corpus_are_sound() {
    // One case of each tool is enough: each run reads rules anew.
    let mut tools = BTreeSet::new();
    for case in cases() {
        let name = case.file_name().and_then(|name| name.to_str()).expect("the corpus has plain names").to_owned();
        if !tools.insert(name.split('-').next().unwrap_or_default().to_owned()) {
            continue;
        }
        let paths = inputs(&case);
        let paths: Vec<&str> = paths.iter().filter_map(|path| path.to_str()).collect();
        let mut json = vec!["parse", "--format", "json"];
        json.extend(&paths);
        let stacks = run(&json, b"").json()["counts"]["stacks"].as_u64().unwrap_or_default();
        let lines = folded(&paths, b"");
        assert_eq!(lines.iter().map(|(_, count)| *count as u64).sum::<u64>(), stacks, "{name}");
        assert_eq!(lines.iter().map(|(frames, _)| frames).collect::<BTreeSet<_>>().len(), lines.len(), "{name}");
    }
    assert!(tools.len() > 8, "{tools:?}");
}

#[test]
fn folded_stacks_begin_outermost_and_leave_doubtful_frames_out() {
    let text = b"[  363.4] INFO: task a:12 blocked for more than 120 seconds.\n[  363.4] task:a state:D stack:0 pid:12 ppid:2\n\
[  363.4] Call Trace:\n[  363.4]  <TASK>\n[  363.4]  inner+0x1/0x2\n[  363.4]  ? doubtful+0x1/0x2\n[  363.4]  outer+0x1/0x2\n\
[  363.4]  </TASK>\n";
    assert_eq!(folded(&[], text), [("outer;inner".to_owned(), 1)]);
}

#[test]
fn folded_stacks_begin_with_the_root_that_is_asked_for() {
    let case = corpus("samples/linux-proc-stack-d-state-loop/input.txt");
    let first = |root: &str| {
        let lines = folded(&["--root", root, &case], b"");
        lines.into_iter().map(|(frames, _)| frames).find(|frames| frames.contains("demo_take_b")).expect("it is there")
    };
    let outermost = |root: &str| first(root).split(';').next().map(str::to_owned).unwrap_or_default();
    assert_eq!(outermost("none"), "entry_SYSCALL_64_after_hwframe");
    assert_eq!(outermost("name"), "cli_ab");
    assert!(outermost("process").starts_with("cli_ab-"), "{}", outermost("process"));
    assert!(outermost("task").starts_with("cli_ab-") && outermost("task").ends_with("/103"), "{}", outermost("task"));
    assert_eq!(run(&["parse", "--root", "comm"], b"x\n").status, 2);
}

#[test]
fn folded_is_for_parse_only() {
    assert_eq!(run(&["diagnose", "--format", "folded"], b"x\n").status, 2);
}

#[test]
fn output_goes_to_a_file() {
    let folder = Folder::new("parse-output");
    let path = folder.path("stacks.folded");
    let outcome = run(&["parse", "--format", "folded", "-o", &path], many_threads(6).as_bytes());
    assert_eq!((outcome.status, outcome.out.as_str()), (0, ""), "{outcome:?}");
    let lines = std::fs::read_to_string(&path).expect("it was written");
    assert_eq!(lines.lines().next(), Some("com.example.Server.run;com.example.Handler0.serve 1"), "{lines}");
    assert_eq!(lines.lines().count(), 6, "{lines}");
}

#[test]
fn nothing_that_could_be_read_is_status_two() {
    let outcome = run(&["parse", "/no/such/file"], b"");
    assert_eq!((outcome.status, outcome.out.as_str()), (2, ""), "{outcome:?}");
    assert!(outcome.err.contains("/no/such/file"), "{outcome:?}");
}

#[test]
fn names_cannot_steer_the_terminal() {
    let mut dump = many_threads(1).replace("exec-0", "a\u{202e};b \u{9b}31m");
    dump.push_str("\"x\" #1 prio=5 tid=0x1 nid=0x1 runnable [0x1]\n\tat a.B\u{7}.c(B.java:1)\n");
    let steers = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
    for arguments in [&["parse"][..], &["parse", "--all"], &["parse", "--format", "folded", "--root", "task"]] {
        let outcome = run(arguments, dump.as_bytes());
        assert!(!outcome.out.is_empty() && !outcome.out.contains(steers), "{outcome:?}");
    }
    folded(&["--root", "task"], dump.as_bytes());
}
