//! A queue of every kind of ticket: each is answered once, with the expected verdict.

use super::results::{Results, complaint, truths};
use super::{batch, listing, queue};
use crate::program::Folder;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn every_ticket_has_its_answer_and_it_is_the_expected_one() {
    let folder = Folder::new("batch-whole");
    queue(&folder, 240, 12 << 20, &[]);
    let out = folder.path("out");
    let before = listing(Path::new(&folder.path("")), Path::new(&out));
    let outcome = batch(&[&folder.path("queue")], &out, &["--jobs", "2"]);
    assert_eq!(outcome.status, 0, "{}", outcome.err);
    assert_eq!(before, listing(Path::new(&folder.path("")), Path::new(&out)), "written outside of --out");
    for escaped in ["/tmp/stacklore-escaped.txt", "/tmp/stacklore-escaped-2.txt", "/etc/stacklore-escaped"] {
        assert!(!Path::new(escaped).exists(), "{escaped}");
    }
    let results = Results::read(&out);
    let truths = truths(&folder.path("truth.ndjson"));
    let ids: BTreeSet<&str> = truths.iter().filter_map(|truth| truth["id"].as_str()).collect();
    assert_eq!(ids.len(), truths.len(), "the generator gives every ticket a name of its own");
    let mut wrong = results.complaints(&ids);
    let rows = results.rows();
    let answer = |truth: &Value| complaint(truth, rows.get(truth["id"].as_str()?)?);
    wrong.extend(truths.iter().filter_map(answer));
    assert!(wrong.is_empty(), "{} complaints:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_same_queue_gives_the_same_answers_whatever_the_number_of_threads() {
    let folder = Folder::new("batch-threads");
    queue(&folder, 60, 2 << 20, &["bomb-ratio", "bomb-entries", "bomb-nested"]);
    let outs = ["1", "2", "7"].map(|jobs| {
        let out = folder.path(&format!("out-{jobs}"));
        let outcome = batch(&[&folder.path("queue")], &out, &["--jobs", jobs]);
        assert_eq!(outcome.status, 0, "{}", outcome.err);
        super::killed::without_times(&out)
    });
    for other in &outs[1..] {
        let differ = super::killed::differences(&outs[0], other);
        assert!(differ.is_empty(), "{}", differ.join("\n"));
    }
}
