//! `stacklore schema`: the files in reports/schema are what the types give, every report fits them, and they have
//! every field of the contract.

use crate::program::run;
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use std::fs;
use std::path::Path;

/// Seeds, and cases of every kind: dialects, verdicts, with and without a finding.
const CASES: &[&str] = &[
    "seeds/fuse-pidns",
    "seeds/netlink-warnd",
    "seeds/rmmod-ttm-mutex",
    "seeds/solaris-aggr-rwlock",
    "captures/g-healthy",
    "captures/g-mutex-abba",
    "captures/j-mixed-abba",
    "captures/j-healthy",
    "captures/k-mutex-abba-lockdep",
    "captures/k-none",
    "captures/p-queue-full",
    "captures/u-cond-lost",
    "cases/crash-084d3f",
    "cases/ddb-sx-abba",
    "cases/gdb-21851e",
    "cases/gdb-366c15",
    "cases/go-1c0a6f",
    "cases/java-5fe135",
    "cases/kern-06c592",
    "cases/mdb-b165e4",
    "cases/misc-159f56",
    "cases/proc-36de21",
    "samples/perf-release-rcu",
    "samples/eu-stack-plain",
    "samples/mdb-panic-recursive-mutex",
    "samples/profile-offcpu",
    "samples/dmesg-hung-task-with-showing-all-locks-6.12",
];

fn file(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json_file(path: &str) -> Value {
    serde_json::from_str(&file(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn schema(of: &str) -> Value {
    let outcome = run(&["schema", of], b"");
    assert_eq!(outcome.status, 0, "{outcome:?}");
    outcome.json()
}

/// Calls back for every schema that names the properties of an object.
fn for_each_object(schema: &mut Value, change: &dyn Fn(&mut Map<String, Value>)) {
    match schema {
        Value::Object(map) => {
            map.values_mut().for_each(|part| for_each_object(part, change));
            if map.get("properties").is_some_and(Value::is_object) {
                change(map);
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(|part| for_each_object(part, change)),
        _ => {}
    }
}

/// The schema with nothing allowed that it does not name: a field that it has forgotten is an error.
fn strict(mut schema: Value) -> Value {
    for_each_object(&mut schema, &|object| {
        object.insert("additionalProperties".into(), json!(false));
    });
    schema
}

/// Nothing has to be there.
fn lax(mut schema: Value) -> Value {
    for_each_object(&mut schema, &|object| {
        object.remove("required");
    });
    schema
}

/// Compiles a schema.
pub(crate) fn validator(schema: &Value) -> Validator {
    jsonschema::options().should_validate_formats(true).build(schema).expect("the schema is sound")
}

/// Fails with every place that does not fit.
pub(crate) fn assert_fits(validator: &Validator, value: &Value, name: &str) {
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}");
}

#[test]
fn the_files_are_what_the_types_give() {
    for of in ["report", "parse"] {
        let path = format!("reports/schema/{of}-1.schema.json");
        let made = run(&["schema", of], b"").out;
        assert!(file(&path) == made, "{path} is out of date; run: cargo run -- schema {of} > {path}");
    }
    assert_eq!(run(&["schema"], b"").out, run(&["schema", "report"], b"").out);
    assert_eq!(run(&["schema", "nonsense"], b"").status, 2);
}

#[test]
fn every_report_fits() {
    let report = validator(&strict(schema("report")));
    let parsed = validator(&strict(schema("parse")));
    let mut verdicts = std::collections::BTreeSet::new();
    for case in CASES {
        let path = format!("corpus/{case}");
        let value = run(&["diagnose", "--format", "json", &path], b"").json();
        assert_fits(&report, &value, case);
        verdicts.insert(value["verdict"].to_string());
        assert_fits(&parsed, &run(&["parse", "--format", "json", &path], b"").json(), case);
    }
    let nothing = run(&["--format", "json"], b"no stack here\n").json();
    assert_fits(&report, &nothing, "no traces");
    verdicts.insert(nothing["verdict"].to_string());
    let all = ["\"crash\"", "\"hang\"", "\"healthy\"", "\"no-traces\"", "\"suspect\"", "\"unknown\""];
    assert!(verdicts.iter().eq(all), "the cases have to show every verdict: {verdicts:?}");
}

#[test]
fn the_contract_is_in_the_schema() {
    let mut contract = json_file("tests/data/contract.json");
    // The example leaves it out.
    contract["engine"]["rules_hash"] = json!("0123456789abcdef");
    let report = lax(strict(schema("report")));
    assert_fits(&validator(&report), &contract, "the contract");
    // What `parse` gives is part of it.
    let keys = ["schema", "sources", "counts", "stacks", "tasks", "locks", "facts", "wait_graph", "unclear"];
    let parsed: Value =
        keys.iter().map(|key| ((*key).to_owned(), contract[*key].clone())).collect::<Map<_, _>>().into();
    assert_fits(&validator(&lax(strict(schema("parse")))), &parsed, "the contract of parse");
    // A top-level key of the contract is always there.
    let required = report_requires();
    for key in contract.as_object().expect("an object").keys() {
        assert!(required.contains(key), "{key} may be missing");
    }
}

fn report_requires() -> Vec<String> {
    serde_json::from_value(schema("report")["required"].clone()).expect("a list of keys")
}

#[test]
fn what_is_no_report_does_not_fit() {
    let good = run(&["diagnose", "--format", "json", "corpus/seeds/rmmod-ttm-mutex"], b"").json();
    let validator = validator(&strict(schema("report")));
    assert_fits(&validator, &good, "the report");
    for (place, value) in [
        ("/schema", json!("stacklore.report/2")),
        ("/verdict", json!("fine")),
        ("/engine/rules_hash", json!("xyz")),
        ("/findings/0/certainty", json!("sure")),
        ("/findings/0/consequence_of", json!("0")),
        ("/findings/0/roles", json!({"waiter": {"task": "a"}})),
        ("/findings/0/evidence/0/quotes/0/first_line", json!(-1)),
        ("/findings/0/affected", json!({"linux": 3})),
        ("/wait_graph/edges/0/kind", json!("loves")),
        ("/wait_graph/edges/0/known", json!(null)),
        ("/stacks/0/frames/0/reliability", json!("printed")),
        ("/facts/0/fields", json!({"a": [1]})),
        ("/counts", json!({})),
        ("/tasks/0", json!({"nonsense": 1})),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(place).unwrap_or_else(|| panic!("{place} is not there")) = value.clone();
        assert!(!validator.is_valid(&bad), "{place}: {value} must not fit");
    }
}

#[test]
fn the_words_of_a_schema_are_for_its_readers() {
    for of in ["report", "parse"] {
        let text = run(&["schema", of], b"").out;
        for word in ["View", "[`", "`None`", "Analysis::"] {
            assert!(!text.contains(word), "{of}: {word} says nothing to those who read JSON");
        }
        let mut schema: Value = serde_json::from_str(&text).expect("JSON");
        for_each_object(&mut schema, &|object| {
            for (name, property) in object["properties"].as_object().expect("properties") {
                assert!(property.get("description").is_some(), "{of}: {name} has no description");
            }
        });
    }
}
