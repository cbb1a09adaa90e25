//! `stacklore rules schema`: every rule and vocabulary fits it, and what the checker refuses does not.

use crate::program::run;
use regex::Regex;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// As much of JSON Schema as the program writes; a keyword that is not known here fails the test. The crates that know
/// all of it bring some forty others, which is much for one test.
struct Validator(Value);

impl Validator {
    /// What does not fit, with its place.
    fn errors(&self, value: &Value) -> Vec<String> {
        let mut errors = Vec::new();
        self.visit(&self.0, value, "", &mut errors);
        errors
    }

    fn fits(&self, schema: &Value, value: &Value) -> bool {
        let mut errors = Vec::new();
        self.visit(schema, value, "", &mut errors);
        errors.is_empty()
    }

    fn visit(&self, schema: &Value, value: &Value, at: &str, errors: &mut Vec<String>) {
        if let Value::Bool(allowed) = schema {
            if !allowed {
                errors.push(format!("{at}: nothing may stand here"));
            }
            return;
        }
        for (keyword, of) in schema.as_object().expect("a schema is an object") {
            let size = |value: &Value| value.as_array().map(Vec::len).or(value.as_object().map(|map| map.len()));
            let list = || of.as_array().expect("a list");
            let good = match (keyword.as_str(), value) {
                ("$schema" | "title" | "description" | "$defs", _) => true,
                ("$ref", _) => {
                    let name = of.as_str().expect("a place").trim_start_matches('#');
                    self.visit(self.0.pointer(name).unwrap_or_else(|| panic!("no {name}")), value, at, errors);
                    true
                }
                ("type", _) => match of {
                    Value::String(name) => is(value, name),
                    names => {
                        names.as_array().expect("types").iter().any(|name| is(value, name.as_str().expect("a type")))
                    }
                },
                ("enum", _) => list().contains(value),
                ("const", _) => of == value,
                ("anyOf", _) => list().iter().any(|schema| self.fits(schema, value)),
                ("pattern", Value::String(text)) => {
                    Regex::new(of.as_str().expect("a regex")).expect("a regex").is_match(text)
                }
                ("minLength", Value::String(text)) => text.len() as u64 >= of.as_u64().expect("a length"),
                ("minimum", Value::Number(number)) => number.as_f64() >= of.as_f64(),
                ("minItems", Value::Array(_)) | ("minProperties", Value::Object(_)) => {
                    size(value).map(|size| size as u64) >= of.as_u64()
                }
                ("items", Value::Array(items)) => {
                    items.iter().enumerate().for_each(|(n, item)| self.visit(of, item, &format!("{at}/{n}"), errors));
                    true
                }
                ("required", Value::Object(map)) => {
                    list().iter().all(|key| map.contains_key(key.as_str().expect("a key")))
                }
                ("properties", Value::Object(map)) => {
                    for (key, value) in map {
                        if let Some(schema) = of.get(key) {
                            self.visit(schema, value, &format!("{at}/{key}"), errors);
                        }
                    }
                    true
                }
                ("additionalProperties", Value::Object(map)) => {
                    let known = |key: &String| schema.get("properties").is_some_and(|known| known.get(key).is_some());
                    for (key, value) in map.iter().filter(|(key, _)| !known(key)) {
                        self.visit(of, value, &format!("{at}/{key}"), errors);
                    }
                    true
                }
                ("propertyNames", Value::Object(map)) => {
                    map.keys().all(|key| self.fits(of, &Value::String(key.clone())))
                }
                ("pattern" | "minLength" | "minimum" | "minItems" | "minProperties" | "items" | "required", _) => true,
                ("properties" | "additionalProperties" | "propertyNames", _) => true,
                (other, _) => panic!("this test does not know the keyword {other}"),
            };
            if !good {
                errors.push(format!("{at}: {keyword} {of} does not fit {value}"));
            }
        }
    }
}

fn is(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("no type {other}"),
    }
}

fn validator(of: &str) -> Validator {
    let outcome = run(&["rules", "schema", of], b"");
    assert_eq!(outcome.status, 0, "{outcome:?}");
    let schema = outcome.json();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    Validator(schema)
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
    let (rule, vocabulary) = (validator("rule"), validator("vocabulary"));
    let files = yaml_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"));
    assert!(files.len() > 50, "{} files: does this test still find them?", files.len());
    let mut wrong = Vec::new();
    let is_fix = |path: &PathBuf| path.parent().is_some_and(|folder| folder.ends_with("fixes"));
    for path in files.into_iter().filter(|path| !is_fix(path)) {
        let schema =
            if path.parent().is_some_and(|folder| folder.ends_with("vocabulary")) { &vocabulary } else { &rule };
        wrong.extend(schema.errors(&read(&path)).into_iter().map(|error| format!("{}{error}", path.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn mistakes_do_not_fit() {
    let rule = validator("rule");
    let good = json!({
        "id": "x", "title": "x", "class": "no-waker", "severity": "minor", "systems": ["linux"],
        "evidence": {"waiters": {"task": "$waiters", "waits": "mutex", "cpu": "2+", "count": "1+", "says": "x"}},
        "conclude": {"possible": ["waiters"]},
        "explain": "x",
        "tests": {"finds": {"a": "possible"}, "leaves": ["b"]}
    });
    assert_eq!(rule.errors(&good), Vec::<String>::new());
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
        assert!(!rule.errors(&bad).is_empty(), "{place}: {value} must not fit");
    }
}
