//! Warnings of `rules check` that need the corpus, and what becomes of warnings.

use crate::program::{Folder, run};

/// A rule of one folder beside the embedded ones.
fn rule(id: &str, kind: &str, leaves: &str) -> String {
    format!(
        "id: {id}\ntitle: Tasks wait\nclass: no-waker\nseverity: minor\nsystems: [linux]\n\
         evidence:\n  waiters:\n    task: $waiters\n    waits: {kind}\n    count: 1+\n    says: \"{{{{ waiters | names }}}} waits.\"\n\
         conclude:\n  possible: [waiters]\nexplain: They wait.\ntests: {{finds: {{one: possible}}, leaves: [{leaves}]}}\n"
    )
}

const MUTEX: &str = "# cat /proc/11/stack\n[<0>] mutex_lock+0x11/0xa0\n[<0>] do_something_slow+0x1/0x10\n[<0>] do_syscall_64+0x5c/0x90\n";

#[test]
fn the_corpus_tells_what_rules_are_worth() {
    let folder = Folder::new("rules-lint");
    for case in ["one", "two"] {
        folder.file(
            &format!("corpus/cases/{case}/input.txt"),
            MUTEX.replace("11", if case == "one" { "11" } else { "12" }),
        );
    }
    folder.file("corpus/cases/far/input.txt", "nothing to see here\n");
    folder.file("rules/x/first.yaml", rule("first", "mutex", "far"));
    folder.file("rules/x/second.yaml", rule("second", "mutex", "far"));
    folder.file("rules/x/silent.yaml", rule("silent", "rtnl-no-such", "far").replace("rtnl-no-such", "nfs-answer"));
    let arguments = ["rules", "check", &folder.path("rules"), "--corpus", &folder.path("corpus")];
    let outcome = run(&arguments, b"");
    // The rules of the program name cases of the corpus of the program: these are the only errors here.
    let about = |id: &str, code: &str| {
        outcome.out.lines().any(|line| line.contains(&format!("/x/{id}.yaml:")) && line.contains(code))
    };
    assert!(about("silent", "warning W05"), "never found: {}", outcome.out);
    assert!(!about("first", "warning W05"), "{}", outcome.out);
    assert!(about("first", "warning W06") && about("second", "warning W06"), "always together: {}", outcome.out);
    assert!(about("first", "warning W07"), "no near miss: {}", outcome.out);
}

#[test]
fn warnings_fail_only_where_that_is_asked_for() {
    let folder = Folder::new("rules-lint-deny");
    let text = rule("unfinished", "mutex", "far").replace("They wait.", "\"TODO: why\"");
    folder.file("rules/x/unfinished.yaml", text);
    let rules = folder.path("rules");
    let outcome = run(&["rules", "check", &rules], b"");
    assert_eq!(outcome.status, 0, "{}", outcome.out);
    assert!(outcome.out.contains("warning W08"), "{}", outcome.out);
    assert_eq!(run(&["rules", "check", &rules, "--deny-warnings"], b"").status, 2);
}
