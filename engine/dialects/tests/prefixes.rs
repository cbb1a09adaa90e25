//! What tools and logs put around a text changes nothing of what is read from it: each wrapper around each text.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use stacklore_model::{Document, Reading, SourceId};
use std::fmt::Write;
use std::path::Path;

/// One text of each family of dialects, in the corpus.
const TEXTS: [&str; 14] = [
    "samples/dmesg-hung-task-mutex-abba-three-tasks-6.1",
    "samples/dmesg-hung-task-old-2.6.3x-with-stack-words",
    "samples/dmesg-hung-task-with-showing-all-locks-6.12",
    "samples/linux-proc-stack-d-state-loop",
    "samples/linux-proc-stack-task-dir-tail",
    "samples/linux-proc-stack-netlink-sender-6.1",
    "samples/gdb-thread-apply-all-bt",
    "samples/gdb-attach-preamble-width80",
    "samples/go-panic-traceback-all",
    "samples/crash-bt-foreach-UN-bt",
    "samples/eu-stack-core-inlines",
    "samples/mdb-findstack-v-dladm",
    "captures/j-monitor-abba/jstack-l.txt",
    "captures/p-lock-abba/py-spy-locals.txt",
];

type Wrap = fn(&str) -> String;

fn each(text: &str, wrap: impl Fn(&str) -> String) -> String {
    text.lines().fold(String::new(), |mut out, line| {
        out.push_str(&wrap(line));
        out.push('\n');
        out
    })
}

fn json(text: &str) -> String {
    let text = serde_json::to_string(text).unwrap();
    text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// Wrappers that stand around any text.
const WRAPPERS: [(&str, Wrap); 38] = [
    ("CRLF", |text| text.replace('\n', "\r\n")),
    ("journalctl short", |text| each(text, |line| format!("Nov 20 12:00:00 host app[17]: {line}"))),
    ("journalctl short-precise", |text| each(text, |line| format!("Nov 20 12:00:00.123456 host app[17]: {line}"))),
    ("journalctl short-iso", |text| each(text, |line| format!("2023-11-20T12:00:00+0000 host app[17]: {line}"))),
    ("journalctl short-iso-precise", |text| {
        each(text, |line| format!("2023-11-20T12:00:00.123456+01:00 host app[17]: {line}"))
    }),
    ("journalctl short-full", |text| each(text, |line| format!("Mon 2023-11-20 12:00:00 UTC host app[17]: {line}"))),
    ("journalctl with-unit", |text| {
        each(text, |line| format!("Mon 2023-11-20 12:00:00 UTC host web.service[17]: {line}"))
    }),
    ("journalctl short-unix", |text| each(text, |line| format!("1700481600.123456 host app[17]: {line}"))),
    ("journalctl verbose", |text| {
        each(text, |line| {
            format!(
                "Mon 2023-11-20 12:00:00.1 UTC [s=a;i=1;b=2;m=3;t=4;x=5]\n    _TRANSPORT=stdout\n    PRIORITY=6\n    \
                 MESSAGE={line}\n    _PID=17"
            )
        })
    }),
    ("journalctl export", |text| {
        each(text, |line| format!("__CURSOR=s=a\n_TRANSPORT=stdout\nMESSAGE={line}\n_PID=17\n"))
    }),
    ("journalctl json", |text| {
        each(text, |line| format!("{{\"_PID\":\"17\",\"MESSAGE\":{},\"PRIORITY\":\"6\"}}", json(line)))
    }),
    ("rsyslog RFC 5424", |text| each(text, |line| format!("<14>1 2023-11-20T12:00:00.123Z host app 17 - - {line}"))),
    ("rsyslog ISO", |text| each(text, |line| format!("2023-11-20T12:00:00.123456+00:00 host app[17]: {line}"))),
    ("priorities", |text| each(text, |line| format!("<3>{line}"))),
    ("docker json-file", |text| {
        each(text, |line| {
            let log = json(&format!("{line}\n"));
            format!("{{\"log\":{log},\"stream\":\"stderr\",\"time\":\"2023-11-20T12:00:00.1Z\"}}")
        })
    }),
    ("CRI", |text| each(text, |line| format!("2023-11-20T12:00:00.123456789+00:00 stderr F {line}"))),
    ("CRI in parts", |text| {
        each(text, |line| {
            let half = line.len() / 2;
            let half = (0..=half).rev().find(|at| line.is_char_boundary(*at)).unwrap();
            let time = "2023-11-20T12:00:00.123456789Z";
            format!("{time} stderr P {}\n{time} stderr F {}", &line[..half], &line[half..])
        })
    }),
    ("kubectl --timestamps", |text| each(text, |line| format!("2023-11-20T12:00:00.123456789Z {line}"))),
    ("kubectl --prefix", |text| each(text, |line| format!("[pod/web-7d4b9/app] {line}"))),
    ("kubectl --prefix --timestamps", |text| {
        each(text, |line| format!("[pod/web-7d4b9/app] 2023-11-20T12:00:00.123456789Z {line}"))
    }),
    ("log4j", |text| each(text, |line| format!("2023-11-20 12:00:00,123 INFO  [main] c.e.Foo - {line}"))),
    ("Spring", |text| {
        each(text, |line| format!("2023-11-20 12:00:00.123 ERROR 17 --- [main] com.example.Foo : {line}"))
    }),
    ("klog", |text| each(text, |line| format!("E1120 12:00:00.123456      17 stacks.go:123] {line}"))),
    ("Go's log", |text| each(text, |line| format!("2023/11/20 12:00:00 {line}"))),
    ("Python's logging", |text| each(text, |line| format!("ERROR:app.watch:{line}"))),
    ("docker compose", |text| each(text, |line| format!("web-1     | {line}"))),
    ("serial line with times", |text| each(text, |line| format!("[2023-11-20 12:00:00.123] {line}"))),
    ("stray control bytes", |text| each(text, |line| format!("\u{0}\u{7}{line}\r"))),
    ("colours", |text| each(text, |line| format!("\u{1b}[1;31m{line}\u{1b}[0m"))),
    ("code fence", |text| format!("It hangs:\n```text\n{text}\n```\nAny idea?\n")),
    ("Jira", |text| format!("It hangs:\n{{noformat}}\n{text}\n{{noformat}}\nAny idea?\n")),
    ("Jira, glued", |text| format!("{{code:title=x|java}}{text}{{code}}\n")),
    ("indented Markdown", |text| each(text, |line| format!("    {line}"))),
    ("quoted", |text| each(text, |line| format!("> {line}"))),
    ("quoted three times", |text| each(text, |line| format!(">> > {line}"))),
    ("quoted tightly", |text| each(text, |line| format!(">{line}"))),
    ("JSON string", |text| format!("{{\"level\":\"error\",\"stack\":{},\"pid\":17}}\n", json(text))),
    ("YAML string", |text| format!("status:\n  log: {}\n  code: 1\n", serde_json::to_string(text).unwrap())),
];

/// Wrappers of texts that the kernel prints, with its times and without them.
const OF_THE_KERNEL: [(&str, Wrap); 11] = [
    ("dmesg", |text| each(text, |line| format!("[   24.762317] {line}"))),
    ("dmesg -T", |text| each(text, |line| format!("[Mon Nov 20 12:00:00 2023] {line}"))),
    ("dmesg --time-format iso", |text| each(text, |line| format!("2023-11-20T12:00:00,123456+01:00 {line}"))),
    ("dmesg -x", |text| each(text, |line| format!("kern  :err   : [   24.762317] {line}"))),
    ("dmesg --reltime", |text| each(text, |line| format!("[  +0.000012] {line}"))),
    ("rsyslog", |text| each(text, |line| format!("Nov 20 12:00:00 host kernel: [   24.762317] {line}"))),
    ("busybox syslogd", |text| each(text, |line| format!("Nov 20 12:00:00 host kern.err kernel: {line}"))),
    ("journalctl short-monotonic", |text| each(text, |line| format!("[   24.762317] host kernel: {line}"))),
    ("journalctl verbose", |text| {
        each(text, |line| {
            format!("    MESSAGE={line}\n    _TRANSPORT=kernel\n    _SOURCE_MONOTONIC_TIMESTAMP=24762317\n")
        })
    }),
    ("raw serial line", |text| each(text, |line| format!("<4>[   24.762317] {line}"))),
    ("/dev/kmsg", |text| each(text, |line| format!("4,123,24762317,-;{line}"))),
];

fn read(name: &str, text: &str) -> Reading {
    stacklore_dialects::read(SourceId(0), &Document::from_text(name.to_owned(), text.to_owned()))
}

/// Task, dialect and frames of each stack, and what else was read.
fn told(reading: &Reading) -> String {
    let mut told = String::new();
    for stack in &reading.stacks {
        let task = &stack.task;
        let id = (task.tid, task.pid, task.address, task.pthread, task.number);
        writeln!(told, "{} {id:?} cut {} running {}", stack.dialect, stack.cut, stack.running).unwrap();
        for frame in &stack.frames {
            let (symbol, offset) = (&frame.symbol, frame.offset);
            writeln!(told, "  {symbol} {offset:?} {:?} {:?} {:?}", frame.module, frame.location, frame.reliability)
                .unwrap();
        }
    }
    writeln!(told, "{} locks, {} facts", reading.locks.len(), reading.facts.len()).unwrap();
    told
}

fn corpus(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus").join(name);
    let path = if path.is_dir() { path.join("input.txt") } else { path };
    let text = std::fs::read_to_string(&path).unwrap();
    // Prose above and below would be wrapped as well: the trace alone.
    text.trim_end().to_owned()
}

fn differences(wrappers: &[(&str, Wrap)], name: &str, text: &str) -> Vec<String> {
    let bare = told(&read(name, text));
    assert!(bare.lines().count() > 2, "{name} has no stacks");
    let mut wrong = Vec::new();
    for (wrapper, wrap) in wrappers {
        let wrapped = told(&read(name, &wrap(text)));
        if wrapped != bare {
            let at = bare.lines().zip(wrapped.lines()).find(|(a, b)| a != b);
            wrong.push(format!(
                "{name}, {wrapper}: {at:?}, {} of {} lines",
                wrapped.lines().count(),
                bare.lines().count()
            ));
        }
    }
    wrong
}

#[test]
fn any_text_is_read_behind_any_prefix() {
    let wrong: Vec<String> = TEXTS.iter().flat_map(|name| differences(&WRAPPERS, name, &corpus(name))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn console_texts_are_read_behind_the_prefixes_of_the_kernels_log() {
    let mut wrong = Vec::new();
    for name in TEXTS.iter().filter(|name| name.contains("dmesg")) {
        // Without its own times: each wrapper has those it has.
        let text = corpus(name);
        let bare = each(&text, |line| match line.split_once("] ") {
            Some((stamp, rest)) if stamp.starts_with('[') && !stamp.contains('<') => rest.to_owned(),
            _ => line.to_owned(),
        });
        wrong.extend(differences(&OF_THE_KERNEL, name, bare.trim_end()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
