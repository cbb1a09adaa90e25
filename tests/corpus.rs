//! Every case of the corpus, as a user would diagnose it.

use crate::program::run;
use serde_yaml::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold an `expect.yaml`, sorted.
pub(crate) fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut cases: Vec<PathBuf> = folders(&root).iter().flat_map(|family| folders(family)).collect();
    cases.retain(|case| case.join("expect.yaml").is_file());
    cases.sort();
    cases
}

fn folders(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| path.is_dir()).collect()
}

/// The texts of a case.
pub(crate) fn inputs(case: &Path) -> Vec<PathBuf> {
    let input = case.join("input");
    if input.is_dir() {
        return vec![input];
    }
    let entries = fs::read_dir(case).expect("the case can be listed").flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> =
        entries.filter(|path| !path.ends_with("expect.yaml") && !path.ends_with("about.md")).collect();
    paths.sort();
    paths
}

#[test]
fn every_case_is_diagnosed_as_expected() {
    let wrong: Vec<String> = cases().iter().flat_map(|case| complaints(case)).collect();
    assert!(wrong.is_empty(), "{} complaints:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn case_ids_are_unique() {
    let mut seen = BTreeSet::new();
    for case in cases() {
        assert!(seen.insert(case.file_name().map(ToOwned::to_owned)), "{}: its id is used twice", case.display());
    }
}

fn complaints(case: &Path) -> Vec<String> {
    let text = fs::read_to_string(case.join("expect.yaml")).expect("the expectation can be read");
    let expected: Value = match serde_yaml::from_str(&text) {
        Ok(expected) => expected,
        Err(error) => return vec![format!("{}: expect.yaml: {error}", case.display())],
    };
    let paths = inputs(case);
    let mut arguments = vec!["diagnose", "--format", "json"];
    arguments.extend(paths.iter().map(|path| path.to_str().expect("the corpus has plain names")));
    let outcome = run(&arguments, b"");
    if outcome.status != 0 {
        return vec![format!("{}: exit status {}: {}", case.display(), outcome.status, outcome.err)];
    }
    let report = outcome.json();
    let mut wrong = keys(&expected);
    // A case whose text is not read in full yet says so; then only what is claimed too much is wrong.
    if expected.get("awaits").is_some() {
        let sure = |rule: &str| {
            let rows = report["findings"].as_array().into_iter().flatten();
            rows.filter(|row| row["rule"] == rule).any(|row| row["certainty"] != "possible")
        };
        let noise = findings(&expected, &report).into_iter().filter(|complaint| complaint.ends_with("is noise"));
        wrong.extend(noise.filter(|complaint| complaint.split(' ').next().is_some_and(sure)));
        return wrong.into_iter().map(|wrong| format!("{}: {wrong}", case.display())).collect();
    }
    wrong.extend(verdict(&expected, &report));
    wrong.extend(findings(&expected, &report));
    if let Some(stacks) = expected.get("stacks").and_then(Value::as_u64)
        && report["counts"]["stacks"] != stacks
    {
        wrong.push(format!("{} stacks, not {stacks}", report["counts"]["stacks"]));
    }
    wrong.into_iter().map(|wrong| format!("{}: {wrong}", case.display())).collect()
}

fn keys(expected: &Value) -> Vec<String> {
    let needed = ["verdict", "findings", "source", "licence"];
    needed.iter().filter(|key| expected.get(key).is_none()).map(|key| format!("expect.yaml lacks `{key}`")).collect()
}

fn verdict(expected: &Value, report: &serde_json::Value) -> Option<String> {
    let said = report["verdict"].as_str().unwrap_or_default();
    let wanted = expected.get("verdict")?;
    let fits = match wanted {
        Value::Sequence(any) => any.iter().any(|verdict| verdict.as_str() == Some(said)),
        one => one.as_str() == Some(said),
    };
    (!fits).then(|| format!("verdict {said}, not {wanted:?}"))
}

fn findings(expected: &Value, report: &serde_json::Value) -> Vec<String> {
    let rank = |certainty: Option<&str>| match certainty {
        Some("proven") => 3,
        Some("likely") => 2,
        Some("possible") => 1,
        _ => 0,
    };
    let mut found: BTreeMap<&str, u8> = BTreeMap::new();
    for finding in report["findings"].as_array().into_iter().flatten() {
        let best = found.entry(finding["rule"].as_str().unwrap_or_default()).or_default();
        *best = (*best).max(rank(finding["certainty"].as_str()));
    }
    let rows = expected.get("findings").and_then(Value::as_sequence).into_iter().flatten();
    let wanted: BTreeMap<&str, u8> = rows
        .map(|row| {
            let text = |key: &str| row.get(key).and_then(Value::as_str);
            (text("rule").unwrap_or_default(), rank(text("certainty")))
        })
        .collect();
    let mut wrong = Vec::new();
    for (rule, least) in &wanted {
        match found.get(rule) {
            None => wrong.push(format!("{rule} is missed")),
            Some(sure) if sure < least => wrong.push(format!("{rule} is not sure enough")),
            Some(_) => {}
        }
    }
    wrong.extend(found.keys().filter(|rule| !wanted.contains_key(*rule)).map(|rule| format!("{rule} is noise")));
    wrong
}
