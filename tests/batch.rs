//! `batch`: a queue of tickets, from the folder to the index.

mod attacks;
mod killed;
mod results;
mod whole;

use crate::program::{Folder, Outcome, run};
use crate::queue::{Settings, generate, kinds};
use std::path::Path;

/// A queue of so many tickets of every kind, of about so many bytes; those of `without` are left out.
fn queue(folder: &Folder, tickets: u64, bytes: u64, without: &[&str]) {
    let without = without.iter().map(|kind| (*kind).to_owned()).collect();
    let settings = Settings { tickets, seed: 4711, bytes, out: folder.path("").into(), without };
    let made = generate(&settings).expect("the target folder is writable");
    assert_eq!(made.tickets, tickets);
}

/// A batch over paths with results in a folder.
fn batch(paths: &[&str], out: &str, options: &[&str]) -> Outcome {
    let mut arguments = vec!["batch", "--out", out];
    arguments.extend(options);
    arguments.extend(paths);
    run(&arguments, b"")
}

/// Everything below a folder but what is below `except`: path, kind, size and time of the last change.
fn listing(folder: &Path, except: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("it is a folder of this test") {
            let entry = entry.expect("it is a folder of this test");
            let path = entry.path();
            if path == except {
                continue;
            }
            let meta = entry.metadata().expect("nobody removes it");
            if meta.is_dir() {
                open.push(path.clone());
            }
            // The time of a folder is that of its entries, which are in the list themselves.
            let time = if meta.is_dir() { None } else { meta.modified().ok() };
            lines.push(format!("{} {:?} {} {time:?}", path.display(), meta.file_type(), meta.len()));
        }
    }
    lines.sort();
    lines
}
