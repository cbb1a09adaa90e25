//! Known fixes: named where the stack shows them, and nowhere else.

use crate::corpus::{cases, inputs};
use crate::program::{Folder, run};
use serde_json::Value;
use std::collections::BTreeMap;

/// The cases whose stacks show a known fix, and its commits. Whoever adds a fix that is found in a further case looks
/// at that case and adds it here, or makes the fix more specific: a wrong hint costs trust.
const NAMED: [(&str, &[&str]); 8] = [
    ("k-fuse", &["5a8bee63b10f"]),
    ("kern-912de7", &["2d82a40aa7d6"]),
    ("kern-b9f80e", &["a66dfaf18fd6"]),
    ("kern-db4f6b", &["a362bb864b8d", "31e70e527806"]),
    ("kern-fc5493", &["0fd20f65df6a"]),
    ("kern-ffd5a6", &["7e04da2dc701"]),
    ("proc-b378b8", &["ce6d9c1c2b5c", "cce0be6eb497"]),
    ("fuse-pidns", &["5a8bee63b10f"]),
];

#[test]
fn only_these_cases_name_a_fix() {
    let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
    // Samples are often written for a rule, of the very fix that taught it: what machines printed decides.
    let printed = |case: &std::path::Path| {
        ["captures", "cases", "seeds"].iter().any(|family| case.parent().is_some_and(|folder| folder.ends_with(family)))
    };
    for case in cases().into_iter().filter(|case| printed(case)) {
        let paths = inputs(&case);
        let mut arguments = vec!["--format", "json"];
        arguments.extend(paths.iter().map(|path| path.to_str().expect("the corpus has plain names")));
        let report = run(&arguments, b"").json();
        let commits: Vec<String> = fixes(&report).iter().map(|fix| text(fix, "commit")).collect();
        if !commits.is_empty() {
            let id = case.file_name().expect("a case is a folder").to_string_lossy().into_owned();
            named.insert(id, commits);
        }
    }
    let expected: BTreeMap<String, Vec<String>> = NAMED
        .iter()
        .map(|(case, commits)| ((*case).to_owned(), commits.iter().map(|commit| (*commit).to_owned()).collect()))
        .collect();
    assert_eq!(named, expected);
}

#[test]
fn functions_in_which_everything_waits_name_none() {
    for waits in ["mutex_lock", "rwsem_down_read_slowpath", "flush_work", "wait_current_trans", "blk_mq_get_tag"] {
        let report = diagnose(&stack(&[waits, "vfs_read", "ksys_read"], "6.1.0"));
        assert_eq!(fixes(&report).len(), 0, "{waits}");
    }
}

#[test]
fn a_fix_stands_beside_a_finding_or_is_a_hint_and_no_diagnosis() {
    let text = stack(&["mutex_lock", "ext4_xattr_delete_inode", "evict"], "5.10.0-8-amd64");
    let report = diagnose(&text);
    let all = fixes(&report);
    let fix = all.first().expect("a fix is known");
    assert_eq!((text_of(fix, "commit"), text_of(fix, "fixed_in")), ("0f7bfd6f8164", "6.3"));
    assert_eq!((text_of(fix, "release"), text_of(fix, "applies")), ("5.10.0-8-amd64", "yes"));
    assert!(fix["quotes"][0]["text"][0].as_str().expect("a line").contains("ext4_xattr_delete_inode"));
    let page = |text: &str| run(&["--width", "400"], text.as_bytes()).out;
    let beside = page(&text);
    assert!(beside.contains("A fix is known") && beside.contains("upstream since 6.3"), "{beside}");
    // One rule that knows nothing of it: so the hang is one that no rule knows.
    let alone = |text: &str, more: &[&str]| run(&[&["--only", "pipe-mutual"], more].concat(), text.as_bytes());
    assert_eq!(alone(&text, &["--format", "json"]).json()["verdict"], "unknown");
    assert!(alone(&text, &[]).out.contains("No diagnosis, a hint"));
    let newer = alone(&text.replace("5.10.0-8", "6.12.1"), &["--format", "json"]).json();
    assert_eq!(fixes(&newer).len(), 0, "the release has the fix");
    let resting = diagnose(&text.replace("state:D", "state:S").replace("mutex_lock", "ep_poll"));
    assert_eq!(fixes(&resting).len(), 0, "who rests hangs nowhere");
}

#[test]
fn a_team_adds_its_own_fixes() {
    let folder = Folder::new("own-fixes");
    let own = "system: linux\nfixes:\n  - {title: ours, commit: abcdef1234, fixed: 6.3, stack: [our_driver_wait]}\n";
    folder.file("fixes/linux.yaml", own);
    let text = stack(&["mutex_lock", "our_driver_wait", "ksys_read"], "6.1.0");
    let report = run(&["--format", "json", "--rules", &folder.path("")], text.as_bytes()).json();
    assert_eq!(fixes(&report).iter().map(|fix| text_of(fix, "title")).collect::<Vec<_>>(), ["ours"]);
    let broken = Folder::new("broken-fixes");
    broken.file("fixes/linux.yaml", own.replace("abcdef1234", "no-commit"));
    let outcome = run(&["--rules", &broken.path("")], text.as_bytes());
    assert_eq!(outcome.status, 2, "{outcome:?}");
    let checked = run(&["rules", "check", &broken.path("")], b"");
    assert!(checked.status == 2 && checked.out.contains("error R05"), "{checked:?}");
}

/// A hung task with these frames, the innermost first.
fn stack(frames: &[&str], release: &str) -> String {
    let mut text = format!(
        "[  1.0] INFO: task app:4242 blocked for more than 120 seconds.\n\
         [  1.0]       Not tainted {release} #1\n\
         [  1.0] task:app             state:D stack:    0 pid: 4242 ppid:     1 flags:0x00004002\n\
         [  1.0] Call Trace:\n[  1.0]  __schedule+0x34d/0xa00\n[  1.0]  schedule+0x5d/0xe0\n"
    );
    for frame in frames {
        text.push_str(&format!("[  1.0]  {frame}+0x21/0x80\n"));
    }
    text
}

fn diagnose(text: &str) -> Value {
    run(&["--format", "json"], text.as_bytes()).json()
}

/// Fixes of all findings, and hints.
fn fixes(report: &Value) -> Vec<&Value> {
    let findings = report["findings"].as_array().into_iter().flatten();
    let of_findings = findings.flat_map(|finding| finding["known_fixes"].as_array().into_iter().flatten());
    of_findings.chain(report["known_fixes"].as_array().into_iter().flatten()).collect()
}

fn text(fix: &Value, key: &str) -> String {
    text_of(fix, key).to_owned()
}

fn text_of<'f>(fix: &'f Value, key: &str) -> &'f str {
    fix[key].as_str().unwrap_or_default()
}
