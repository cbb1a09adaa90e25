//! `--format dot`: the wait-for graph, and labels that stay labels.

use crate::program::{Folder, run};

/// The graph of a text.
fn dot(path: &str) -> String {
    let outcome = run(&["--format", "dot", path], b"");
    assert_eq!(outcome.status, 0, "{outcome:?}");
    outcome.out
}

/// What stands outside quoted strings, which end at a `"` that no `\` stands before.
fn outside_of_strings(dot: &str) -> String {
    let mut outside = String::new();
    let mut chars = dot.chars();
    let mut inside = false;
    while let Some(c) = chars.next() {
        match c {
            '"' => inside = !inside,
            '\\' if inside => {
                let escaped = chars.next();
                assert!(matches!(escaped, Some('"' | '\\')), "\\{escaped:?} means something in a label");
            }
            c if !inside => outside.push(c),
            _ => {}
        }
    }
    assert!(!inside, "a string does not end");
    outside
}

#[test]
fn the_ring_is_red_and_what_is_assumed_is_dashed() {
    let dot = dot("corpus/seeds/rmmod-ttm-mutex/input.txt");
    assert!(dot.starts_with("digraph \""), "{dot}");
    let edge = |words: &str| dot.lines().find(|line| line.contains(words)).unwrap_or_else(|| panic!("{words}: {dot}"));
    assert!(edge("label=\"waits: ww_mutex\"").contains("color=red, penwidth=2, style=bold"), "{dot}");
    assert!(edge("label=\"held by\"").contains("color=red"), "{dot}");
    let assumed = edge("label=\"waits: flush of work (assumed)\"");
    assert!(assumed.contains("style=dashed") && !assumed.contains("red"), "{dot}");
    assert!(edge("label=\"waits: ww_mutex\"").contains("input.txt:36: "), "{dot}");
    assert!(edge("label=\"kworker/1:2 (4790)\"").contains("shape=box"), "{dot}");
    assert!(edge("label=\"mutex ffff880035acf1e0\"").contains("shape=ellipse"), "{dot}");
}

#[test]
fn a_ring_closes_over_what_is_neither_task_nor_lock() {
    let dot = dot("corpus/seeds/netlink-warnd/input.txt");
    let red = dot.lines().filter(|line| line.contains("->") && line.contains("color=red")).count();
    assert_eq!(red, 3, "warnd, warnd and the socket between them: {dot}");
    let socket = dot.lines().find(|line| line.contains("label=\"netlink socket")).expect("the socket is a node");
    assert!(socket.contains("shape=note") && socket.contains("color=red"), "{dot}");
}

#[test]
fn a_case_without_waits_is_an_empty_graph() {
    let out = run(&["--format", "dot"], b"nothing to see\n").out;
    assert!(out.starts_with("digraph ") && out.trim_end().ends_with('}') && !out.contains("->"), "{out}");
}

#[test]
fn hostile_names_stay_names() {
    let folder = Folder::new("dot-hostile");
    let mut text = String::new();
    for (number, name) in
        [r#"a"]; evil [URL="javascript:x"#, r"b\", r"\N\G", "<b>c</b>", "&quot;]; d", "e\u{202e}\x1b[2J\0"]
            .iter()
            .enumerate()
    {
        let tid = 100 + number;
        text += &format!(
            "Thread {} (Thread 0x7f000000{tid} (LWP {tid}) \"{name}\"):\n\
             #0  __lll_lock_wait () at x.c:1\n#1  pthread_mutex_lock (mutex=0x6010{tid}) at x.c:2\n#2  work () at x.c:3\n\n",
            number + 1
        );
    }
    let file = folder.file("evil\"];\\.txt", text);
    let out = dot(&file);
    let outside = outside_of_strings(&out);
    assert!(out.contains("evil"), "the names are in the graph: {out}");
    for word in ["evil", "javascript", "URL", "<", "&", "\\"] {
        assert!(!outside.contains(word), "{word} stands outside of a label: {outside}");
    }
    assert!(!out.contains(|c: char| c != '\n' && (c.is_control() || c == '\u{202e}')), "{out:?}");
    assert!(!out.replace("&amp;", "").contains('&'), "{out}");
}

#[test]
fn a_rule_is_not_explained_as_a_picture() {
    for format in ["dot", "sarif"] {
        let outcome = run(&["--why", "lock-cycle", "--format", format], b"text\n");
        assert_eq!((outcome.status, outcome.out.as_str()), (2, ""), "{outcome:?}");
        let message = format!("--why cannot be written as {format}; choose one of text, markdown, json");
        assert!(outcome.err.contains(&message), "{outcome:?}");
    }
}
