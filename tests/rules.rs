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
        assert!(shown.out.contains(&format!("id: {id}")), "{id}: {shown:?}");
    }
    assert_eq!(run(&["rules", "show", "no-such-rule"], b"").status, 2);
}
