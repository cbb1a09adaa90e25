//! The embedded rules: sound, and found where they must be.

use crate::corpus;
use crate::program::{Folder, run};

#[test]
fn the_embedded_rules_are_sound() {
    let outcome = run(&["rules", "check"], b"");
    assert_eq!(outcome.status, 0, "{}{}", outcome.out, outcome.err);
}

#[test]
fn the_embedded_rules_pass_their_tests() {
    if corpus::cases().is_empty() {
        return;
    }
    let outcome = run(&["rules", "test"], b"");
    assert_eq!(outcome.status, 0, "{}{}", outcome.out, outcome.err);
}

#[test]
fn the_confusion_matrix_is_true() {
    let outcome = run(&["rules", "matrix", "--check", "corpus/MATRIX.md"], b"");
    assert_eq!(outcome.status, 0, "{}{}", outcome.out, outcome.err);
}

#[test]
fn a_kept_matrix_that_is_not_true_is_told() {
    let folder = Folder::new("matrix");
    let kept = folder.file("MATRIX.md", "# Confusion matrix of the corpus\n\nsomething else\n");
    let outcome = run(&["rules", "matrix", "--corpus", "corpus", "--check", &kept], b"");
    assert_eq!(outcome.status, 1, "{outcome:?}");
    assert!(outcome.out.contains("- something else"), "{}", outcome.out);
    assert!(outcome.out.contains("--format markdown"), "{}", outcome.out);
}

#[test]
fn a_missing_corpus_is_named() {
    let folder = Folder::new("no-corpus");
    let outcome = run(&["rules", "test", "--corpus", &folder.path("")], b"");
    assert_eq!(outcome.status, 2);
    assert!(outcome.err.contains("no cases here"), "{outcome:?}");
}

#[test]
fn every_listed_rule_can_be_shown() {
    let list = run(&["rules", "list"], b"");
    assert_eq!(list.status, 0, "{list:?}");
    for row in list.out.lines().skip(1) {
        let id = row.split_whitespace().nth(1).expect("family, then id");
        let shown = run(&["rules", "show", id], b"");
        assert_eq!(shown.status, 0, "{id}: {shown:?}");
        assert!(shown.out.starts_with("# ") && shown.out.contains(&format!("`{id}`")), "{id}: {shown:?}");
    }
    assert_eq!(run(&["rules", "show", "no-such-rule"], b"").status, 2);
}

#[test]
fn a_rule_is_shown_as_a_page_or_as_its_file() {
    let page = run(&["rules", "show", "netlink-backpressure"], b"").out;
    for part in ["## What one sees", "## How sure", "## What to do", "## Tested"] {
        assert!(page.contains(part), "{part} is missing in {page}");
    }
    assert!(!page.contains("{{") && !page.contains("{%"), "templates are told in words: {page}");
    let raw = run(&["rules", "show", "netlink-backpressure", "--raw"], b"").out;
    assert!(raw.contains("id: netlink-backpressure\n"), "{raw}");
}

#[test]
fn the_pages_in_the_repository_are_up_to_date() {
    let outcome = run(&["rules", "pages", "--check"], b"");
    assert_eq!(outcome.status, 0, "run `cargo run -- rules pages`: {}", outcome.err);
}

#[test]
fn pages_are_written_checked_and_removed() {
    let folder = Folder::new("rules-pages");
    let pages = folder.path("docs");
    assert_eq!(run(&["rules", "pages", "--out", &pages, "--check"], b"").status, 1, "there are none yet");
    assert_eq!(run(&["rules", "pages", "--out", &pages], b"").status, 0);
    assert_eq!(run(&["rules", "pages", "--out", &pages, "--check"], b"").status, 0);
    let index = std::fs::read_to_string(folder.path("docs/README.md")).expect("the index was written");
    assert!(index.contains("[lock-cycle](locking/lock-cycle.md)"), "{index}");
    // A page of a rule that is no more goes; what a person wrote stays.
    let page = std::fs::read_to_string(folder.path("docs/locking/lock-cycle.md")).expect("the page was written");
    let gone = folder.file("docs/locking/no-more.md", page);
    let own = folder.file("docs/notes.md", "# Mine\n");
    assert_eq!(run(&["rules", "pages", "--out", &pages, "--check"], b"").status, 1);
    assert_eq!(run(&["rules", "pages", "--out", &pages], b"").status, 0);
    assert!(!std::path::Path::new(&gone).exists() && std::path::Path::new(&own).exists());
}

#[test]
fn why_names_the_nearest_row_and_what_it_lacks() {
    let text = b"# cat /proc/11/stack\n[<0>] mutex_lock+0x11/0xa0\n[<0>] do_something_slow+0x1/0x10\n[<0>] do_syscall_64+0x5c/0x90\n";
    let outcome = run(&["diagnose", "--why", "netlink-backpressure"], text);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    let json = run(&["diagnose", "--why", "lock-convoy", "--format", "json"], text).json();
    let nearest = json["clauses"].as_array().expect("clauses").iter().filter_map(|clause| clause["nearest"].as_str());
    let nearest: Vec<&str> = nearest.collect();
    assert!(nearest.iter().any(|row| row.contains("but")), "{json}");
}
