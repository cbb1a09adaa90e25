//! `stacklore rules schema`: every rule and vocabulary fits it, and what the checker refuses does not.

use crate::program::run;
use crate::report_schema::validator;
use jsonschema::Validator;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// The schema that the program prints, compiled.
fn compiled(of: &str) -> Validator {
    let outcome = run(&["rules", "schema", of], b"");
    assert_eq!(outcome.status, 0, "{outcome:?}");
    let schema = outcome.json();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    validator(&schema)
}

/// What does not fit, with its place.
fn errors(schema: &Validator, value: &Value) -> Vec<String> {
    schema.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the rules are there").map(|entry| entry.expect("readable").path());
    entries
        .flat_map(|path| if path.is_dir() { yaml_files(&path) } else { vec![path] })
        .filter(|path| is_yaml(path))
        .collect()
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml")
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("readable");
    serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_rule_and_every_vocabulary_fits_its_schema() {
    let (rule, vocabulary) = (compiled("rule"), compiled("vocabulary"));
    let files = yaml_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"));
    assert!(files.len() > 50, "{} files: does this test still find them?", files.len());
    let mut wrong = Vec::new();
    let is_fix = |path: &PathBuf| path.parent().is_some_and(|folder| folder.ends_with("fixes"));
    for path in files.into_iter().filter(|path| !is_fix(path)) {
        let schema =
            if path.parent().is_some_and(|folder| folder.ends_with("vocabulary")) { &vocabulary } else { &rule };
        wrong.extend(errors(schema, &read(&path)).into_iter().map(|error| format!("{}{error}", path.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn mistakes_do_not_fit() {
    let rule = compiled("rule");
    let good = json!({
        "id": "x", "title": "x", "class": "no-waker", "severity": "minor", "systems": ["linux"],
        "evidence": {"waiters": {"task": "$waiters", "waits": "mutex", "cpu": "2+", "count": "1+", "says": "x"}},
        "conclude": {"possible": ["waiters"]},
        "explain": "x",
        "tests": {"finds": {"a": "possible"}, "leaves": ["b"]}
    });
    assert_eq!(errors(&rule, &good), Vec::<String>::new());
    for (place, value) in [
        ("/class", json!("hang")),
        ("/systems", json!(["plan9"])),
        ("/systems", json!([])),
        ("/evidence/waiters/waits", json!("mutecks")),
        ("/evidence/waiters/cpu", json!("many")),
        ("/evidence/waiters/task", json!("waiters")),
        ("/evidence/waiters/count", json!("some")),
        ("/conclude", json!({"sure": ["waiters"]})),
        ("/tests", json!({"finds": {"a": "possible"}})),
        ("/evidence/waiters", json!({"task": "_", "stat": "blocked", "says": "x"})),
        ("/evidence/waiters", json!({"task": "_", "state": "blockd", "says": "x"})),
        ("/evidence/waiters", json!({"waits": "mutex", "says": "x"})),
        ("/evidence/waiters", json!({"task": "_", "waits": "mutex"})),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(place).expect("that key is there") = value.clone();
        assert!(!errors(&rule, &bad).is_empty(), "{place}: {value} must not fit");
    }
}
