//! Every code of the checker, with the text that a rule author gets to see.
//!
//! Each case of a `.txt` file changes the sound rule `base.yaml`: lines with `-` must be there once, the lines with `+`
//! below them come instead. What the checker says follows after `=>`. `BLESS=1` writes what it says now.

use stacklore_reason::rules::{self, CorpusFacts, render};
use stacklore_reason::vocabulary::{Vocabulary, YamlSource};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const BASE: &str = include_str!("base.yaml");

struct Case {
    title: String,
    changes: Vec<Change>,
    expected: String,
}

#[derive(Default)]
struct Change {
    old: String,
    new: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules_check")
}

fn files() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder()).expect("the folder of this test");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry of the folder").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    files
}

fn cases(text: &str) -> Vec<Case> {
    let parse = |section: &str| {
        let (title, rest) = section.split_once('\n').expect("a title line");
        let (edit, expected) = rest.split_once("=>\n").unwrap_or_else(|| panic!("no => in {title}"));
        let mut changes: Vec<Change> = Vec::new();
        for line in edit.lines().filter(|line| !line.is_empty()) {
            let (sign, rest) = line.split_at(1);
            let rest = format!("{}\n", rest.strip_prefix(' ').unwrap_or(rest));
            if sign == "-" && changes.last().is_none_or(|change| !change.new.is_empty()) {
                changes.push(Change::default());
            }
            let change = changes.last_mut().unwrap_or_else(|| panic!("{title} begins without -"));
            if sign == "-" { change.old += &rest } else { change.new += &rest }
        }
        let (title, expected) = (title.trim().to_owned(), expected.trim_end().to_owned());
        Case { title, changes, expected }
    };
    text.split("\n## ").skip(1).map(parse).collect()
}

fn corpus() -> CorpusFacts {
    CorpusFacts {
        cases: ["a-case", "b-case", "other-case"].map(str::to_owned).to_vec(),
        functions: ["alpha_wait", "alpha_take", "beta_wait"].map(str::to_owned).into(),
        rules: vec!["general".to_owned()],
        observed: None,
    }
}

fn messages(text: &str) -> String {
    let source = YamlSource { path: "locking/base.yaml".to_owned(), text: text.to_owned() };
    let (_, diagnostics) = rules::check(&[source], &Vocabulary::default(), &corpus());
    render::diagnostics(&diagnostics).trim_end().to_owned()
}

impl Case {
    fn rule(&self) -> String {
        let mut rule = BASE.to_owned();
        for Change { old, new } in &self.changes {
            let found = rule.matches(old.as_str()).count();
            assert_eq!(found, 1, "{}: the old lines are there {found} times:\n{old}", self.title);
            rule = rule.replace(old.as_str(), new.trim_start_matches("(nothing)\n"));
        }
        rule
    }
}

#[test]
fn the_base_is_sound() {
    assert_eq!(messages(BASE), "");
}

#[test]
fn every_message_is_as_written() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    for file in files() {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut blessed = text.split("\n## ").next().unwrap().to_owned();
        for case in cases(&text) {
            let said = messages(&case.rule());
            if said != case.expected {
                wrong.push(format!("{}\n--- expected\n{}\n--- said\n{said}\n", case.title, case.expected));
            }
            let edit = |sign, lines: &str| lines.lines().map(|line| format!("{sign} {line}\n")).collect::<String>();
            let edits = case.changes.iter().map(|change| edit('-', &change.old) + &edit('+', &change.new));
            blessed += &format!("\n## {}\n{}=>\n{said}\n", case.title, edits.collect::<String>());
        }
        if bless {
            std::fs::write(&file, blessed).unwrap();
        }
    }
    assert!(bless || wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_has_a_case() {
    let mut codes: BTreeSet<String> = (1..=18).map(|code| format!("R{code:02}")).collect();
    // W05 to W07 are about what rules do in the corpus: tests/rules_lint.rs.
    codes.extend(["W01", "W02", "W03", "W04", "W08"].map(str::to_owned));
    for file in files() {
        for case in cases(&std::fs::read_to_string(file).unwrap()) {
            let title = case.title.split(' ').next().unwrap().to_owned();
            let named = case.expected.lines().any(|line| line.contains(&format!(" {title}: ")));
            assert!(named || title == "ok", "{} does not say {title}", case.title);
            codes.remove(&title);
        }
    }
    assert!(codes.is_empty(), "no case for {codes:?}");
}
