//! `stacklore rules new`: a draft of any text passes the checker and finds that text; one of a cluster finds all of it.

use crate::program::{Folder, Outcome, run};
use std::fs;
use std::path::Path;

const DF: &[u8] = b"# cat /proc/4217/stack
[<0>] rpc_wait_bit_killable+0x11/0xa0 [sunrpc]
[<0>] __rpc_execute+0x121/0x410 [sunrpc]
[<0>] rpc_execute+0xce/0xf0 [sunrpc]
[<0>] nfs4_call_sync_sequence+0x72/0xb0 [nfsv4]
[<0>] nfs_statfs+0x8a/0x200 [nfs]
[<0>] statfs_by_dentry+0x9a/0x140
[<0>] do_syscall_64+0x5c/0x90
";

/// Texts of several dialects; each becomes a draft.
const TEXTS: [&str; 9] = [
    "seeds/solaris-aggr-rwlock",
    "seeds/rmmod-ttm-mutex",
    "seeds/netlink-warnd",
    "seeds/fuse-pidns",
    "samples/gdb-thread-apply-all-bt",
    "samples/go-sigquit-minutes",
    "samples/dmesg-hung-task-rwsem-reader-writer-6.1",
    "samples/sdb-stacks",
    "cases/kern-fe241a",
];

fn text(case: &str) -> String {
    let input = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(case).join("input.txt");
    input.to_str().expect("the corpus has plain names").to_owned()
}

/// Drafts into a folder, without a search through the corpus.
fn draft(folder: &Folder, file: &str, input: &[u8]) -> Outcome {
    let out = folder.path("");
    run(&["rules", "new", file, "--id", "drafted", "--family", "drafts", "--out", &out, "--corpus", &out], input)
}

#[test]
fn drafts_are_sound_and_find_their_text() {
    for case in TEXTS {
        let folder = Folder::new("rules-new-texts");
        let outcome = draft(&folder, &text(case), b"");
        assert_eq!(outcome.status, 0, "{case}: {outcome:?}");
        let (rules, corpus) = (folder.path("rules"), folder.path("corpus"));
        let check = run(&["rules", "check", &rules], b"");
        assert_eq!(check.status, 0, "{case}: {}", check.out);
        let tested = run(&["rules", "test", "--only", "drafted", "--rules", &rules, "--corpus", &corpus], b"");
        assert_eq!(tested.status, 0, "{case}: {}{}", tested.out, tested.err);
        assert!(tested.out.contains("as expected  drafted"), "{case}: {}", tested.out);
        let kept = fs::read(folder.path("corpus/cases/drafted/input.txt")).expect("the text was written");
        assert_eq!(kept, fs::read(text(case)).expect("the corpus is there"), "{case}: the text is kept as it is");
    }
}

#[test]
fn a_draft_names_the_wait_the_frames_and_a_near_miss() {
    let outcome = run(&["rules", "new"], DF);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    for part in ["waits: nfs-answer", "- nfs4_call_sync_sequence", "get: ", "TODO", "status: experimental"] {
        assert!(outcome.out.contains(part), "{part} is missing in {}", outcome.out);
    }
    assert!(!outcome.out.contains("TODO-a-near-miss"), "the corpus has something alike: {}", outcome.out);
    assert!(outcome.err.contains("rules/filesystem/") && outcome.err.contains("expect.yaml"), "{outcome:?}");
}

#[test]
fn a_draft_comes_instead_of_the_general_rules_that_know_the_text() {
    let hung = b"INFO: task mydaemon:4217 blocked for more than 122 seconds.
task:mydaemon        state:D stack:0     pid:4217  tgid:4217  ppid:1      flags:0x00000002
Call Trace:
 <TASK>
 __schedule+0x3eb/0x1680
 schedule+0x58/0xf0
 schedule_timeout+0x151/0x160
 wait_for_completion+0x8a/0x130
 mydriver_wait_for_reply+0x94/0xb0 [mydriver]
 mydriver_ioctl+0x35/0x2a0 [mydriver]
 do_syscall_64+0x5c/0x90
 </TASK>
";
    let outcome = run(&["rules", "new"], hung);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert!(outcome.out.contains("instead_of: [event-without-waker]"), "{outcome:?}");
}

#[test]
fn without_a_corpus_the_near_miss_is_asked_for() {
    let outcome = run(&["rules", "new", "--corpus", "no-such-folder"], DF);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert!(outcome.out.contains("leaves: [TODO-a-near-miss]"), "{outcome:?}");
    assert!(outcome.err.contains("looks alike"), "{outcome:?}");
}

#[test]
fn nothing_is_overwritten() {
    let folder = Folder::new("rules-new-twice");
    assert_eq!(draft(&folder, "-", DF).status, 0);
    let rule = folder.path("rules/drafts/drafted.yaml");
    fs::remove_file(&rule).expect("it was written");
    let again = draft(&folder, "-", DF);
    assert_eq!(again.status, 2, "{again:?}");
    assert!(again.err.contains("already"), "{again:?}");
    assert!(!Path::new(&rule).exists(), "all files or none");
    let taken = run(&["rules", "new", "--id", "lock-cycle"], DF);
    assert_eq!(taken.status, 2);
    assert!(taken.err.contains("there is a rule lock-cycle already"), "{taken:?}");
    let odd = run(&["rules", "new", "--id", "../x"], DF);
    assert_eq!(odd.status, 2);
}

#[test]
fn a_text_without_a_waiting_task_makes_no_draft() {
    let outcome = run(&["rules", "new"], b"nothing to see here\n");
    assert_eq!(outcome.status, 2);
    assert!(outcome.err.contains("nothing to draft"), "{outcome:?}");
}

/// Two tickets of one hang: another machine, another way into the driver.
const HANGS: [&str; 2] = [
    "INFO: task mydaemon:4217 blocked for more than 122 seconds.
task:mydaemon        state:D stack:0     pid:4217  tgid:4217  ppid:1      flags:0x00000002
Call Trace:
 <TASK>
 __schedule+0x3eb/0x1680
 schedule+0x58/0xf0
 schedule_timeout+0x151/0x160
 wait_for_completion+0x8a/0x130
 mydriver_wait_for_reply+0x94/0xb0 [mydriver]
 mydriver_send+0x71/0x90 [mydriver]
 mydriver_ioctl+0x35/0x2a0 [mydriver]
 do_syscall_64+0x5c/0x90
 </TASK>
",
    "INFO: task helper:99 blocked for more than 241 seconds.
task:helper          state:D stack:0     pid:99    tgid:99    ppid:1      flags:0x00000208
Call trace:
 __switch_to+0xf0/0x170
 __schedule+0x230/0x5d0
 schedule+0x58/0xf0
 schedule_timeout+0x180/0x1a0
 wait_for_completion+0x80/0x140
 mydriver_wait_for_reply+0x60/0x80 [mydriver]
 mydriver_reset+0x44/0x70 [mydriver]
 mydriver_ioctl+0x28/0x250 [mydriver]
 el0_svc+0x20/0x30
",
];

fn cluster(folder: &Folder, tickets: &str) -> String {
    let forms = r#"[{"form":"f-1a2b3c4d5e6f7788","frames":["mydriver_wait_for_reply"],"tickets":13},
        {"form":"f-2a2b3c4d5e6f7788","frames":["mydriver_wait_for_reply"],"tickets":1}]"#;
    let json = format!(
        r#"{{"schema":"stacklore.cluster/1","id":"c-1a2b3c4d5e6f7788","wait":"completion",
        "distance":"Two stacks are similar when they are.","tickets":[{tickets}],"forms":{forms}}}"#
    );
    folder.file("clusters/c-1a2b3c4d5e6f7788/cluster.json", json);
    for (number, text) in HANGS.iter().enumerate() {
        folder.file(&format!("clusters/c-1a2b3c4d5e6f7788/stack-{}.txt", number + 1), text);
    }
    folder.path("clusters/c-1a2b3c4d5e6f7788")
}

fn ticket(id: &str) -> String {
    let id = serde_json::Value::from(id);
    format!(r#"{{"id":{id},"page":"../../tickets/x.html","stacks":1,"tasks":1}}"#)
}

#[test]
fn a_cluster_becomes_one_rule_that_finds_all_its_texts() {
    let folder = Folder::new("rules-new-cluster");
    let tickets: Vec<String> = (0..14).map(|number| ticket(&format!("T-{number}"))).collect();
    let (cluster, out) = (cluster(&folder, &tickets.join(",")), folder.path(""));
    let outcome = run(
        &["rules", "new", "--from", &cluster, "--id", "drafted", "--family", "drafts", "--out", &out, "--corpus", &out],
        b"",
    );
    assert_eq!(outcome.status, 0, "{outcome:?}");
    let rule = fs::read_to_string(folder.path("rules/drafts/drafted.yaml")).expect("the rule was written");
    let words = rule.replace("\n# ", " ");
    assert!(words.contains("Cluster c-1a2b3c4d5e6f7788: 14 tickets that hang in 2 similar stacks"), "{rule}");
    assert!(words.contains("They are: T-0, T-1,") && words.contains("T-11, and 2 more."), "{rule}");
    assert!(rule.contains("- mydriver_wait_for_reply") && !rule.contains("mydriver_send"), "what they share: {rule}");
    assert!(rule.contains("finds: {drafted: possible, drafted-2: possible}"), "{rule}");
    for (case, text) in ["drafted", "drafted-2"].into_iter().zip(HANGS) {
        let kept = fs::read_to_string(folder.path(&format!("corpus/cases/{case}/input.txt"))).expect("it was written");
        assert_eq!(kept, text);
    }
    let (rules, corpus) = (folder.path("rules"), folder.path("corpus"));
    assert_eq!(run(&["rules", "check", &rules], b"").status, 0);
    let tested = run(&["rules", "test", "--only", "drafted", "--rules", &rules, "--corpus", &corpus], b"");
    assert_eq!(tested.status, 0, "{}{}", tested.out, tested.err);
}

#[test]
fn labels_of_tickets_cannot_leave_the_comment() {
    let folder = Folder::new("rules-new-hostile");
    let cluster = cluster(&folder, &ticket("a\nid: owned\r\nclass: crash\u{202e}\u{1b}[2J"));
    let outcome = run(&["rules", "new", "--from", &cluster, "--corpus", "no-such-folder"], b"");
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert!(!outcome.out.lines().any(|line| line.starts_with("id: owned") || line.starts_with("class: crash")));
    assert!(!outcome.out.contains(['\u{202e}', '\u{1b}', '\r']), "{outcome:?}");
}

#[test]
fn what_is_no_cluster_is_told() {
    let folder = Folder::new("rules-new-no-cluster");
    let told = |path: &str, words: &str| {
        let outcome = run(&["rules", "new", "--from", path], b"");
        assert_eq!(outcome.status, 2, "{outcome:?}");
        assert!(outcome.err.contains(words), "{words}: {outcome:?}");
    };
    told(&folder.path("none"), "clusters/c-…");
    folder.file(
        "other/cluster.json",
        r#"{"schema":"stacklore.cluster/9","id":"c","distance":"","tickets":[],"forms":[]}"#,
    );
    told(&folder.path("other"), "stacklore.cluster/9");
    folder.file("broken/cluster.json", "{");
    told(&folder.path("broken"), "no cluster of a batch");
    folder.file(
        "empty/cluster.json",
        r#"{"schema":"stacklore.cluster/1","id":"c","distance":"","tickets":[],"forms":[]}"#,
    );
    told(&folder.path("empty"), "no stack-1.txt");
    let both = run(&["rules", "new", "x.txt", "--from", "y"], b"");
    assert_eq!(both.status, 2);
    assert!(both.err.contains("cannot be used with"), "{both:?}");
}
