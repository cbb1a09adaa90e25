//! The README shows a real paste and the real answer to it.

use crate::program::run;
use std::fs;
use std::path::Path;

const SAMPLE: &str = "corpus/seeds/rmmod-ttm-mutex/input.txt";
const CUT: &str = "[…]";

fn file(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The n-th block of text between fences.
fn block(readme: &str, n: usize) -> &str {
    let block = readme.split("```text\n").nth(n + 1).expect("the README has this block");
    block.split_once("\n```").expect("the block ends").0
}

/// Every line of an excerpt stands in the whole, in this order; between marks of a cut they follow on each other.
fn is_excerpt(excerpt: &str, whole: &str) -> Result<(), String> {
    let whole: Vec<&str> = whole.lines().collect();
    let mut at = 0;
    let mut gap = true;
    for line in excerpt.lines() {
        if line.trim() == CUT {
            gap = true;
            continue;
        }
        let found = whole[at..].iter().position(|other| *other == line);
        match found {
            Some(skipped) if gap || skipped == 0 => at += skipped + 1,
            _ => return Err(format!("not there, or not here: {line}")),
        }
        gap = false;
    }
    Ok(())
}

#[test]
fn the_paste_is_that_of_the_corpus() {
    let readme = file("README.md");
    assert_eq!(is_excerpt(block(&readme, 0), &file(SAMPLE)), Ok(()));
}

#[test]
fn the_answer_is_that_of_the_program() {
    let readme = file("README.md");
    let answer = run(&["diagnose", SAMPLE], b"");
    assert_eq!(is_excerpt(block(&readme, 1), &answer.out), Ok(()), "paste the new answer:\n{}", answer.out);
}

#[test]
fn an_excerpt_leaves_out_only_what_it_marks() {
    assert_eq!(is_excerpt("b\n[…]\nd", "a\nb\nc\nd"), Ok(()));
    assert!(is_excerpt("b\nd", "a\nb\nc\nd").is_err());
    assert!(is_excerpt("[…]\ne", "a\nb").is_err());
}

#[test]
fn code_that_contributing_shows_is_in_the_tree() {
    let guide = file("CONTRIBUTING.md");
    let blocks: Vec<&str> = guide.split("```rust\n// ").skip(1).collect();
    assert!(blocks.len() > 3, "the worked example shows code");
    for block in blocks {
        let (path, code) = block.split_once('\n').expect("the path stands in the first line");
        let code = code.split_once("```").expect("the block ends").0;
        is_excerpt(code, &file(path)).unwrap_or_else(|wrong| panic!("CONTRIBUTING.md, {path}: {wrong}"));
    }
}
