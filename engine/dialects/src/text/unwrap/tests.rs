use super::unwrap;

fn lines(text: &str) -> (Vec<String>, Vec<u32>) {
    let unwrapped = unwrap(text, Some(0), &|_| true);
    let lines: Vec<String> = unwrapped.text.lines().map(str::to_owned).collect();
    let numbers = unwrapped.numbers.unwrap_or_else(|| (1..=lines.len() as u32).collect());
    (lines, numbers)
}

#[test]
fn carriers_are_taken_off() {
    for (text, expected) in [
        ("{\"log\":\"[\\u003c0\\u003e] f+0x1/0x2\\n\",\"stream\":\"stdout\",\"time\":\"2023\"}", "[<0>] f+0x1/0x2"),
        ("{\"log\":\"\\tat a.B.c(D.java:1)\\r\\n\",\"stream\":\"stdout\"}", "\tat a.B.c(D.java:1)"),
        ("2023-11-20T12:00:00.1Z stderr F  schedule+0x1/0x2", " schedule+0x1/0x2"),
        ("2023-11-20T12:00:00.1Z stderr F", ""),
        ("web-1  |  schedule+0x1/0x2", " schedule+0x1/0x2"),
        ("db_1 | #0  f () at x.c:1", "#0  f () at x.c:1"),
        ("web-1  |", ""),
        ("[pod/web-7d/app] goroutine 1 [running]:", "goroutine 1 [running]:"),
        ("{\"level\":\"error\",\"msg\":\"Call Trace:\"}", "Call Trace:"),
        ("{ \"MESSAGE\" : \" schedule+0x1/0x2\", \"_PID\" : \"1\" }", " schedule+0x1/0x2"),
        ("```goroutine 1 [running]:", "goroutine 1 [running]:"),
        ("{noformat}#0  f () at x.c:1", "#0  f () at x.c:1"),
        ("#0  f () at x.c:1{code}", "#0  f () at x.c:1"),
        ("bq. Call Trace:", "Call Trace:"),
        ("web-1  | {\"log\":\"2023-11-20T12:00:00Z stdout F x\\n\",\"stream\":\"stdout\"}", "x"),
        // What is no carrier stays as it is, and so does a mark alone on its line.
        ("```text", "```text"),
        ("ps | grep java", "ps | grep java"),
        ("#1  0x1 in puts (s=0x2 \"a\\nb\\nc\") at x.c:1", "#1  0x1 in puts (s=0x2 \"a\\nb\\nc\") at x.c:1"),
        ("printf(\"%s\\n\", \"a\\n\");", "printf(\"%s\\n\", \"a\\n\");"),
    ] {
        assert_eq!(lines(text).0, [expected], "{text}");
    }
}

#[test]
fn parts_of_a_record_are_joined() {
    let text = "x\n2023-11-20T12:00:00Z stderr P sched\n2023-11-20T12:00:00Z stdout F other\n\
                2023-11-20T12:00:00Z stderr F ule+0x1/0x2\ny";
    assert_eq!(
        lines(text),
        (vec!["x".into(), "other".into(), "schedule+0x1/0x2".into(), "y".into()], vec![1, 3, 2, 5])
    );
    // The end of the text is the end of a record.
    assert_eq!(lines("2023-11-20T12:00:00Z stderr P a b").0, ["a b"]);
}

#[test]
fn a_trace_in_one_string_has_the_number_of_its_line() {
    for text in [
        "one\nstack: \"f\\n#0  f () at x.c:1\\n#1  g () at x.c:2\\n\"\nlast",
        "one\n{\"level\":\"e\",\"stack\":\"f\\n#0  f () at x.c:1\\n#1  g () at x.c:2\\n\"}\nlast",
        "one\nf\\n#0  f () at x.c:1\\n#1  g () at x.c:2\\n\nlast",
        "one\n{\"log\":\"{\\\"stack\\\":\\\"f\\\\n#0  f () at x.c:1\\\\n#1  g () at x.c:2\\\"}\\n\",\"stream\":\"\"}\nlast",
    ] {
        let (lines, numbers) = lines(text);
        let frames: Vec<(&str, u32)> = lines
            .iter()
            .zip(&numbers)
            .filter(|(line, _)| line.starts_with('#'))
            .map(|(line, number)| (line.as_str(), *number))
            .collect();
        assert_eq!(frames, [("#0  f () at x.c:1", 2), ("#1  g () at x.c:2", 2)], "{lines:?}");
        assert_eq!((lines.last().map(String::as_str), numbers.last()), (Some("last"), Some(&3)));
    }
}

#[test]
fn records_of_the_journal_become_lines() {
    let text = "Mon 2023-11-20 12:00:00.1 UTC [s=a;i=1;b=2]\n    PRIORITY=4\n    MESSAGE=Call Trace:\n    \
                _TRANSPORT=kernel\n    _SOURCE_MONOTONIC_TIMESTAMP=12345678\n\
                Mon 2023-11-20 12:00:00.1 UTC [s=a;i=2;b=2]\n    _TRANSPORT=kernel\n    MESSAGE= schedule+0x1/0x2\n    \
                _SOURCE_MONOTONIC_TIMESTAMP=12345679\nprose";
    let (lines, numbers) = lines(text);
    assert_eq!(lines[2..], ["kernel: [   12.345678] Call Trace:", "kernel: [   12.345679]  schedule+0x1/0x2", "prose"]);
    assert_eq!(numbers[2..], [3, 8, 10]);
}

#[test]
fn a_text_without_carriers_is_not_copied() {
    assert!(
        unwrap("goroutine 1 [running]:\nmain.main()\n\t/app/x.go:12 +0x1d\n", Some(0), &|_| true).numbers.is_none()
    );
}
