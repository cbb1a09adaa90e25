//! `stacklore rules new`: a draft of any text passes the checker and finds that text.

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
