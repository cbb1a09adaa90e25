//! `diagnose --ndjson`: a ticket for each line, a report for each line.

use crate::program::{Folder, run};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

const HANG: &str = "corpus/seeds/rmmod-ttm-mutex/input.txt";

fn hang() -> String {
    fs::read_to_string(HANG).expect("the seed is there")
}

/// The answers to these lines, and the exit status.
fn answers(arguments: &[&str], lines: &[String]) -> (Vec<Value>, i32) {
    let arguments = [&["diagnose", "--ndjson"], arguments].concat();
    let outcome = run(&arguments, lines.join("\n").as_bytes());
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    (outcome.out.lines().map(parse).collect(), outcome.status)
}

#[test]
fn every_line_has_its_answer_in_its_place() {
    let text = hang();
    let lines: Vec<String> = (0..60)
        .map(|number| match number % 4 {
            0 => json!({"id": number, "text": text}).to_string(),
            1 => json!({"id": format!("t{number}"), "path": HANG}).to_string(),
            2 => json!({"id": number, "text": "nothing of interest"}).to_string(),
            _ => "{".repeat(number),
        })
        .collect();
    let (answers, status) = answers(&[], &lines);
    assert_eq!((answers.len(), status), (60, 0));
    for (number, answer) in answers.iter().enumerate() {
        match number % 4 {
            0 => assert_eq!((&answer["id"], &answer["verdict"]), (&json!(number), &json!("hang"))),
            1 => assert_eq!((&answer["id"], &answer["verdict"]), (&json!(format!("t{number}")), &json!("hang"))),
            2 => assert_eq!((&answer["id"], &answer["verdict"]), (&json!(number), &json!("no-traces"))),
            _ => {
                assert_eq!((&answer["id"], &answer["line"]), (&Value::Null, &json!(number + 1)));
                assert!(answer["error"].is_string(), "{answer}");
            }
        }
    }
}

#[test]
fn a_report_is_that_of_diagnose() {
    let (answers, _) = answers(&[], &[json!({"id": "rmmod", "path": HANG}).to_string()]);
    let mut answer = answers.into_iter().next().expect("one line");
    let mut report = run(&["--format", "json", HANG], b"").json();
    answer.as_object_mut().expect("an object").remove("id");
    for it in [&mut answer, &mut report] {
        it["case"] = Value::Null;
    }
    assert_eq!(answer, report);
}

#[test]
fn what_is_wrong_with_a_line_is_told_in_its_answer() {
    let cases = [
        (r#"{"id":7}"#, json!(7)),
        (r#"{"id":8,"text":"a","path":"b"}"#, json!(8)),
        (r#"{"id":9,"text":5}"#, json!(9)),
        (r#"{"text":"a"}"#, Value::Null),
        ("[]", Value::Null),
        ("", Value::Null),
        ("\u{0}", Value::Null),
    ];
    let lines: Vec<String> = cases.iter().map(|(line, _)| (*line).to_owned()).chain(["last".into()]).collect();
    let (answers, status) = answers(&[], &lines);
    assert_eq!((answers.len(), status), (cases.len() + 1, 0));
    for ((line, id), answer) in cases.iter().zip(&answers) {
        assert_eq!(&answer["id"], id, "{line}");
        let error = answer["error"].as_str().unwrap_or_else(|| panic!("{line}: {answer}"));
        assert!(error.contains(r#"{"id": …, "path": "…"}"#), "{line}: {error}");
    }
    let (answers, _) = self::answers(&[], &[json!({"id": 1, "path": "/no/such/file"}).to_string()]);
    assert_eq!(answers[0]["verdict"], "no-traces");
    assert!(answers[0]["notes"][0].as_str().is_some_and(|note| note.contains("/no/such/file")), "{}", answers[0]);
}

#[test]
fn a_line_that_is_too_long_costs_itself_only() {
    let long = json!({"id": 1, "text": "x".repeat(100_000)}).to_string();
    let short = json!({"id": 2, "text": hang()[..200]}).to_string();
    let (answers, _) = answers(&["--max-file", "4K"], &[long, short]);
    assert!(answers[0]["error"].as_str().is_some_and(|error| error.contains("--max-file")), "{}", answers[0]);
    assert_eq!(answers[1]["id"], 2);
}

#[test]
fn whoever_waits_for_an_answer_before_asking_again_gets_it() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_stacklore"))
        .args(["--ndjson"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program was built with the tests");
    let mut questions = child.stdin.take().expect("a pipe");
    let mut answers = BufReader::new(child.stdout.take().expect("a pipe"));
    for number in 0..20 {
        writeln!(questions, "{}", json!({"id": number, "text": "a"})).expect("it reads");
        let mut answer = String::new();
        answers.read_line(&mut answer).expect("it answers");
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        assert_eq!(answer["id"], number);
    }
    drop(questions);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_finding_in_any_line_can_fail_the_run() {
    let lines = [json!({"id": 1, "path": HANG}).to_string(), json!({"id": 2, "text": "a"}).to_string()];
    assert_eq!(answers(&["--fail-on", "proven"], &lines).1, 1);
    assert_eq!(answers(&["--fail-on", "proven"], &lines[1..]).1, 0);
}

/// 400 MB go through, and no more than a few lines of them are held.
#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_stream() {
    let folder = Folder::new("stream-memory");
    let noise = "2024-03-01T10:00:00 host systemd[1]: Started session of user root.\n".repeat(30_000);
    let line = json!({"id": 1, "text": noise}).to_string();
    let mut child = Command::new(env!("CARGO_BIN_EXE_stacklore"))
        .args(["--ndjson", "--output"])
        .arg(folder.path("out"))
        .stdin(Stdio::piped())
        .spawn()
        .expect("the program was built with the tests");
    let mut questions = child.stdin.take().expect("a pipe");
    for _ in 0..200 {
        writeln!(questions, "{line}").expect("it reads");
    }
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).expect("it runs");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux tells the peak");
    let kilobytes: u64 = peak.trim().trim_end_matches(" kB").parse().expect("a number");
    drop(questions);
    assert!(child.wait().expect("it ends").success());
    let out = fs::read_to_string(folder.path("out")).expect("it wrote");
    assert_eq!(out.lines().count(), 200);
    assert!(kilobytes < 250 << 10, "{kilobytes} kB at most while 400 MB went through");
}
