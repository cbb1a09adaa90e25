//! The schema of a vocabulary file.

use super::DIALECT;
use super::values::{kinds, reference};
use crate::rules::tables::{self, FieldKind};
use crate::vocabulary::Vocabulary;
use serde_json::{Value, json};
use stacklore_model::System;

/// The schema of vocabulary files, with the wait kinds of a vocabulary.
pub fn vocabulary(vocabulary: &Vocabulary) -> Value {
    let text_map =
        |help: &str| json!({"type": "object", "additionalProperties": reference("texts"), "description": help});
    let list = |of: &str, help: &str| json!({"type": "array", "items": reference(of), "description": help});
    let systems: Vec<&str> = System::ALL.into_iter().map(System::name).collect();
    json!({
        "$schema": DIALECT,
        "title": "A vocabulary of stacklore",
        "description": "What single functions of one system mean.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "system": {"enum": systems, "description": "which stacks these functions belong to"},
            "kinds": {"type": "object", "additionalProperties": reference("kind"), "description": "what a task can wait for"},
            "suffixes": described("texts", "compiler suffixes cut off before anything else"),
            "aliases": text_map("one function, its other names; `*` stands for the same text"),
            "groups": text_map("function groups for `(group)`"),
            "plumbing": described("texts", "frames to look through"),
            "hidden": reference("hidden"),
            "waits": list("wait", "functions that wait"),
            "holds": list("hold", "functions that hold or serve something while they are live"),
            "idle": list("idle", "stacks of a normal rest"),
            "names": described("texts", "regexes of task names whose named groups are bound_cpu, pool, device"),
            "sizes": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}, "description": "bytes of an object of that kind"}
        },
        "$defs": {
            "texts": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
            "yes-no": {"enum": ["yes", "no", true, false]},
            "kind-name": {"enum": vocabulary.kinds().map(|(_, name)| name).collect::<Vec<_>>()},
            "kind-or-group": {"enum": kinds(vocabulary)},
            "mode": {
                "anyOf": [{"enum": words("hold", "mode")}, {"type": "object"}],
                "description": "how a lock is wanted or held: read, write, or by dialect and argument"
            },
            "object": {
                "type": "object", "additionalProperties": reference("texts"),
                "description": "where the object stands, by dialect: `arg 3`, `mutex`, `futex_word - 8`"
            },
            "frame": {
                "anyOf": [
                    {"type": "string"},
                    {
                        "type": "object", "required": ["frame"], "additionalProperties": false,
                        "properties": {"frame": {"type": "string"}, "module": {"type": ["string", "null"]}}
                    }
                ]
            },
            "kind": entry(&["needs"], json!({
                "groups": described("texts", "groups it is in"),
                "needs": {"type": "string", "description": "who must act: completes \"waits for …\""},
                "label": {"type": "string", "description": "what reports call such a wait, after \"waits: \""},
                "thing": {"type": "string", "description": "what reports call the object, where that is not the label"},
                "shared": described("yes-no", "it can be held for reading by several, or for writing by one"),
                "fair": described("yes-no", "a waiting reader also waits for a writer ahead of it"),
                "untyped": described("yes-no", "the system cannot tell what for"),
                "inspect": {"description": "the command that shows the object, by tool"}
            })),
            "hidden": entry(&["dialects", "functions"], json!({
                "dialects": described("texts", "dialects that never print them"),
                "functions": reference("texts")
            })),
            "wait": entry(&["kind", "functions"], json!({
                "kind": reference("kind-name"),
                "functions": described("texts", "functions that wait: exact, glob, `a | b`"),
                "over": {
                    "anyOf": [reference("kind-or-group"), {"type": "array", "items": reference("kind-or-group")}],
                    "description": "kinds that it refines"
                },
                "mode": reference("mode"),
                "object": reference("object"),
                "lock": {"type": "string", "description": "the one global lock that the function takes"},
                "otherwise": described("yes-no", "counts only where a blocked task's stack gives no other kind")
            })),
            "hold": entry(&["functions"], json!({
                "functions": described("texts", "functions that hold or serve it: exact, glob, `a | b`"),
                "kind": reference("kind-name"),
                "mode": reference("mode"),
                "object": reference("object"),
                "lock": {"type": "string", "description": "the one global lock that is held"},
                "known": {"enum": words("hold", "known")}
            })),
            "idle": entry(&[], json!({
                "name": described("texts", "globs over the name of the task"),
                "state": {
                    "anyOf": [{"enum": words("task", "state")}, {"type": "array", "items": {"enum": words("task", "state")}}]
                },
                "stack": {"type": "array", "items": reference("frame"), "description": "from the innermost outward; anchor with ^ and $"},
                "without": reference("texts")
            }))
        }
    })
}

fn described(definition: &str, help: &str) -> Value {
    let mut value = reference(definition);
    if let Value::Object(map) = &mut value {
        map.insert("description".into(), help.into());
    }
    value
}

fn entry(required: &[&str], properties: Value) -> Value {
    json!({"type": "object", "required": required, "properties": properties, "additionalProperties": false})
}

/// The words of a field of a table.
fn words(table: &str, field: &str) -> &'static [&'static str] {
    match tables::table(table).and_then(|table| table.field(field)).map(|field| field.kind) {
        Some(FieldKind::Words(words)) => words,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::raw::{RawFile, RawHold, RawIdle, RawKind, RawWait};
    use serde::de::DeserializeOwned;
    use std::collections::BTreeSet;

    /// The keys that a part of a file may have, by what serde says of one that it may not have.
    fn keys<T: DeserializeOwned + std::fmt::Debug>() -> BTreeSet<String> {
        let message = serde_yaml::from_str::<T>("no_such_key: 1").expect_err("no such key").to_string();
        let (_, list) = message.split_once("expected").expect("serde names the keys");
        list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn the_schema_has_the_keys_that_are_read() {
        let schema = vocabulary(&Vocabulary::default());
        let of = |properties: &Value| -> BTreeSet<String> {
            properties.as_object().expect("properties").keys().cloned().collect()
        };
        assert_eq!(of(&schema["properties"]), keys::<RawFile>());
        assert_eq!(of(&schema["$defs"]["kind"]["properties"]), keys::<RawKind>());
        assert_eq!(of(&schema["$defs"]["wait"]["properties"]), keys::<RawWait>());
        assert_eq!(of(&schema["$defs"]["hold"]["properties"]), keys::<RawHold>());
        assert_eq!(of(&schema["$defs"]["idle"]["properties"]), keys::<RawIdle>());
    }
}
