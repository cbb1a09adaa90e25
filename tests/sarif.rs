//! `--format sarif`: it fits the schema of the standard, has the lines, and says nothing that the ticket made up.

use crate::program::{Folder, run};
use crate::report_schema::{assert_fits, validator};
use serde_json::Value;
use std::fs;
use std::path::Path;

const CASES: &[&str] = &[
    "corpus/seeds/fuse-pidns",
    "corpus/seeds/netlink-warnd",
    "corpus/seeds/rmmod-ttm-mutex",
    "corpus/seeds/solaris-aggr-rwlock",
    "corpus/captures/g-healthy",
    "corpus/captures/g-mutex-abba",
    "corpus/captures/j-mixed-abba",
    "corpus/captures/k-mutex-abba-lockdep",
    "corpus/captures/p-queue-full",
    "corpus/captures/u-cond-lost",
    "corpus/cases/ddb-sx-abba",
    "corpus/cases/misc-159f56",
];

fn schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sarif-schema-2.1.0.json");
    let mut schema: Value =
        serde_json::from_slice(&fs::read(path).expect("the schema is there")).expect("the schema is JSON");
    // The pattern of a property that is not written is no regular expression: a bracket in it has no partner.
    for part in ["run", "toolComponent"] {
        let language = schema.pointer_mut(&format!("/definitions/{part}/properties/language"));
        let language = language.and_then(Value::as_object_mut).expect("it has a language");
        language.remove("pattern").expect("which has a pattern");
    }
    schema
}

fn sarif(path: &str) -> Value {
    let outcome = run(&["diagnose", "--format", "sarif", path], b"");
    assert_eq!(outcome.status, 0, "{outcome:?}");
    outcome.json()
}

fn strings<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(map) => map.values().for_each(|item| strings(item, found)),
        _ => {}
    }
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

#[test]
fn it_fits_the_schema_of_the_standard() {
    let validator = validator(&schema());
    assert!(!validator.is_valid(&serde_json::json!({"version": "2.1.0", "runs": [{}]})), "a run needs a tool");
    for case in CASES {
        assert_fits(&validator, &sarif(case), case);
    }
    let empty = run(&["--format", "sarif"], b"no stack here\n").json();
    assert_fits(&validator, &empty, "no traces");
    assert_eq!(list(&empty["runs"][0], "results").len(), 0);
    assert_eq!(empty["runs"][0]["properties"]["verdict"], "no-traces");
}

#[test]
fn results_are_the_findings_with_their_rules_and_lines() {
    for case in CASES {
        let log = sarif(case);
        let run_object = &log["runs"][0];
        let report = run(&["diagnose", "--format", "json", case], b"").json();
        let (results, findings) = (list(run_object, "results"), list(&report, "findings"));
        assert_eq!(results.len(), findings.len(), "{case}");
        let rules = list(&run_object["tool"]["driver"], "rules");
        for (result, finding) in results.iter().zip(findings) {
            assert_eq!(result["ruleId"], finding["rule"], "{case}");
            let index = result["ruleIndex"].as_u64().expect("a number") as usize;
            assert_eq!(rules[index]["id"], finding["rule"], "{case}");
            let level = match (finding["cause"].as_bool(), finding["certainty"].as_str()) {
                (Some(false), _) => "note",
                (_, Some("possible")) => "warning",
                _ => "error",
            };
            assert_eq!(result["level"], level, "{case}");
            assert!(!list(result, "locations").is_empty(), "{case}: {result}");
        }
        let used: std::collections::BTreeSet<&str> =
            findings.iter().filter_map(|finding| finding["rule"].as_str()).collect();
        assert_eq!(rules.len(), used.len(), "{case}: a rule without a result is not told");
        assert_eq!(run_object["properties"]["verdict"], report["verdict"], "{case}");
    }
}

#[test]
fn a_hang_without_a_rule_is_told() {
    let text = b"INFO: task foo:12 blocked for more than 120 seconds.\n\
        task:foo state:D stack:0 pid:12 ppid:1\nCall Trace:\n __schedule+0x1/0x2\n odd_driver_call+0x1/0x2\n";
    let log = run(&["--format", "sarif"], text).json();
    assert_eq!(log["runs"][0]["properties"]["verdict"], "unknown", "{log}");
    let notification = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(notification["message"]["text"], "Nothing is known of these stacks, and no rule knows them.");
    assert_eq!(notification["level"], "warning");
}

#[test]
fn a_chain_of_waits_is_a_code_flow() {
    let log = sarif("corpus/seeds/rmmod-ttm-mutex");
    let result = &log["runs"][0]["results"][0];
    let steps = list(&result["codeFlows"][0]["threadFlows"][0], "locations");
    let told: Vec<(&str, u64)> = steps
        .iter()
        .map(|step| {
            let line = &step["location"]["physicalLocation"]["region"]["startLine"];
            let says = step["location"]["message"]["text"].as_str().expect("a message");
            (says, line.as_u64().expect("a line"))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("kworker/1:2 (4790) waits: ww_mutex → mutex ffff880035acf1e0", 36),
            ("mutex ffff880035acf1e0 held by kworker/1:2 (4790)", 109),
        ]
    );
    let location = &result["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "corpus/seeds/rmmod-ttm-mutex/input.txt");
    assert_eq!(location["region"]["startLine"], 36);
    let snippet = location["region"]["snippet"]["text"].as_str().expect("a snippet");
    assert!(snippet.contains("ttm_eu_reserve_buffers+0x205/0x320"), "{snippet}");
}

#[test]
fn it_is_the_same_each_time_and_its_fingerprints_outlive_a_new_dump() {
    let case = "corpus/seeds/rmmod-ttm-mutex/input.txt";
    let out = |path: &str| run(&["--format", "sarif", path], b"").out;
    assert_eq!(out(case), out(case));
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(case)).expect("the seed is there");
    let folder = Folder::new("sarif-fingerprint");
    let later = folder.file("later.txt", format!("Once more:\n\n{}", text.replace("4790", "5123")));
    let fingerprints = |log: &Value| -> Vec<Value> {
        list(&log["runs"][0], "results").iter().map(|result| result["partialFingerprints"].clone()).collect()
    };
    let (first, second) = (sarif(case), sarif(&later));
    assert_eq!(fingerprints(&first), fingerprints(&second));
    assert_ne!(first["runs"][0]["results"][0]["message"], second["runs"][0]["results"][0]["message"]);
    let distinct: std::collections::BTreeSet<String> = fingerprints(&first).iter().map(Value::to_string).collect();
    assert_eq!(distinct.len(), fingerprints(&first).len());
}

#[test]
fn what_the_ticket_says_is_shown_and_not_obeyed() {
    let name = "x](javascript:alert(1)) {0} \u{202e}\x1b[2J<b>";
    let text = format!(
        "INFO: task {name}:12 blocked for more than 120 seconds.\n\
         task:{name} state:D stack:0 pid:12 ppid:1\n Call Trace:\n  __schedule+0x1/0x2\n  mutex_lock+0x1/0x2\n\
         \x20 nonsense?? \x07 +0x/\n"
    );
    let folder = Folder::new("sarif-hostile");
    let file = folder.file("a b?#%41.txt", text);
    let log = sarif(&file);
    assert_fits(&validator(&schema()), &log, "hostile");
    let mut found = Vec::new();
    strings(&log, &mut found);
    assert!(found.iter().any(|text| text.contains("javascript")), "the name is in the report");
    for text in found {
        assert!(!text.contains(|c: char| c.is_control() && c != '\n') && !text.contains('\u{202e}'), "{text:?}");
    }
    let mut messages = Vec::new();
    for result in list(&log["runs"][0], "results") {
        strings(&result["message"], &mut messages);
        strings(&result["codeFlows"], &mut messages);
    }
    assert!(messages.iter().all(|text| !text.replace("\\](", "").contains("](")), "{messages:?}");
    assert!(messages.iter().all(|text| !text.replace("{{", "").contains('{')), "{messages:?}");
    let uri = log["runs"][0]["artifacts"][0]["location"]["uri"].as_str().expect("a name");
    assert!(uri.starts_with("file:///") && uri.ends_with("/a%20b%3F%23%2541.txt"), "{uri}");
}
