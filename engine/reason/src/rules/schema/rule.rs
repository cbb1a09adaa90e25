//! The schema of a rule file.

use super::DIALECT;
use super::values::{self, reference};
use crate::rules::read::{CERTAINTIES, CLASSES, OPTIONAL, REQUIRED, SEVERITIES};
use crate::rules::tables::{self, TableSpec};
use crate::vocabulary::Vocabulary;
use serde_json::{Map, Value, json};
use stacklore_model::System;

/// The schema of rule files, with the wait kinds and function groups of a vocabulary.
pub fn rule(vocabulary: &Vocabulary) -> Value {
    let properties: Map<String, Value> =
        REQUIRED.into_iter().chain(OPTIONAL).map(|name| (name.to_owned(), property(name))).collect();
    json!({
        "$schema": DIALECT,
        "title": "A rule of stacklore",
        "description": "A signature of a known hang: what one sees, what follows, what to do.",
        "type": "object",
        "required": REQUIRED,
        "properties": properties,
        "additionalProperties": false,
        "$defs": definitions(vocabulary),
    })
}

fn definitions(vocabulary: &Vocabulary) -> Map<String, Value> {
    let mut definitions: Map<String, Value> = Map::new();
    definitions.insert(
        "clause".into(),
        json!({"anyOf": tables::tables().iter().map(|table| reference(&clause_name(table))).collect::<Vec<_>>()}),
    );
    for table in tables::tables() {
        definitions.insert(clause_name(table), clause(table));
    }
    definitions.insert("row".into(), row());
    definitions.insert("count".into(), json!({
        "description": "a set of so many rows: 2+, 2, 2..5; 0: there is none",
        "anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": r"^[0-9]+( *\+| *\.\. *[0-9]+)?$"}]
    }));
    definitions.insert(
        "frames".into(),
        json!({"anyOf": [reference("frame"), {"type": "array", "minItems": 1, "items": reference("frame")}]}),
    );
    definitions.insert("frame".into(), frame(vocabulary));
    definitions.insert("prose".into(), json!({"type": ["string", "number"]}));
    definitions.insert("clauses".into(), json!({"type": "array", "items": {"type": "string"}}));
    definitions.insert(
        "level".into(),
        json!({
            "type": "array",
            "minItems": 1,
            "items": {"anyOf": [{"type": "string"}, {"type": "array", "minItems": 1, "items": {"type": "string"}}]}
        }),
    );
    for (name, value) in values::definitions(vocabulary) {
        definitions.insert(name.into(), value);
    }
    definitions
}

fn clause_name(table: &TableSpec) -> String {
    format!("clause-{}", table.name)
}

/// A clause about one table.
fn clause(table: &TableSpec) -> Value {
    let mut properties = Map::new();
    properties.insert(table.name.into(), described(reference("row"), table.help));
    for field in &table.fields {
        properties.insert(field.name.into(), described(values::field(field.kind), field.help));
    }
    for (name, help) in table.special {
        let value = if *name == "text" { json!({"type": "string", "pattern": "^/.+/$"}) } else { reference("frames") };
        properties.insert((*name).into(), described(value, help));
    }
    properties.insert("count".into(), reference("count"));
    properties.insert("says".into(), described(reference("prose"), "what one sees, in plain words; a template"));
    properties.insert("get".into(), described(reference("prose"), "the command that would show it; a template"));
    // Named groups of the regex of a raw line are fields.
    let groups = table.special.iter().any(|(name, _)| *name == "text");
    let required = if groups { json!([table.name, "text", "says"]) } else { json!([table.name, "says"]) };
    json!({
        "type": "object",
        "description": table.help,
        "required": required,
        "properties": properties,
        "additionalProperties": if groups { reference("text") } else { Value::Bool(false) },
    })
}

fn described(mut value: Value, help: &str) -> Value {
    if let (Value::Object(map), false) = (&mut value, help.is_empty()) {
        map.insert("description".into(), help.into());
    }
    value
}

fn row() -> Value {
    json!({"type": "string", "pattern": r"^(_|\$[A-Za-z_][A-Za-z0-9_]*)$"})
}

fn frame(vocabulary: &Vocabulary) -> Value {
    let groups: Vec<String> = vocabulary.function_groups().iter().map(|group| format!("({group})")).collect();
    json!({
        "anyOf": [
            {"enum": groups},
            {"type": "string", "minLength": 1},
            {
                "type": "object",
                "required": ["frame"],
                "properties": {"frame": {"type": "string"}, "module": {"type": "string"}},
                "additionalProperties": false
            }
        ]
    })
}

fn property(name: &str) -> Value {
    let prose_list = || json!({"type": "array", "items": reference("prose")});
    match name {
        "id" => json!({"type": "string", "description": "the name of the file"}),
        "title" => json!({"type": "string", "description": "what hangs and why, in one sentence"}),
        "class" => json!({"enum": CLASSES.map(crate::finding::Class::name)}),
        "severity" => json!({"enum": SEVERITIES.map(|(name, _)| name)}),
        "status" => json!({"enum": ["experimental", "stable"]}),
        "systems" => json!({
            "type": "array", "minItems": 1, "items": {"enum": system_names()},
            "description": "vocabularies it speaks about"
        }),
        "evidence" => json!({
            "type": "object", "minProperties": 1, "additionalProperties": reference("clause"),
            "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
            "description": "named clauses: what one sees"
        }),
        "conclude" => {
            let levels: Map<String, Value> =
                CERTAINTIES.iter().map(|level| (level.name().to_owned(), reference("level"))).collect();
            json!({
                "type": "object", "minProperties": 1, "properties": levels, "additionalProperties": false,
                "description": "what follows, the weakest level first"
            })
        }
        "also" => described(reference("clauses"), "told where it holds, changes nothing"),
        "refute" => described(reference("clauses"), "one of these holds: no finding"),
        "edges" => json!({
            "type": "array", "items": {"type": "string", "pattern": r"^\$\w+( *-> *\$\w+)+$"},
            "description": "who waits for whom: `$waiter -> $holder`"
        }),
        "explain" => {
            described(reference("prose"), "what happens, in the words one would use to a colleague; a template")
        }
        "confirm" => described(prose_list(), "commands and questions to be sure; templates"),
        "remedy" => described(prose_list(), "what to do; templates"),
        "affected" => json!({
            "type": "object", "propertyNames": {"enum": system_names()}, "additionalProperties": reference("prose"),
            "description": "versions: told, never evidence"
        }),
        "references" => json!({
            "type": "array",
            "items": {
                "type": "object", "required": ["title"], "additionalProperties": false,
                "properties": {"title": reference("prose"), "url": {"type": "string"}}
            }
        }),
        "instead_of" => json!({
            "type": "array", "items": {"type": "string"}, "description": "general rules that this one says better"
        }),
        "tests" => json!({
            "type": "object", "required": ["finds", "leaves"], "additionalProperties": false,
            "properties": {
                "finds": {
                    "type": "object", "minProperties": 1,
                    "additionalProperties": {"enum": CERTAINTIES.map(crate::finding::Certainty::name)},
                    "description": "cases to find, with the least certainty"
                },
                "leaves": {
                    "type": "array", "minItems": 1, "items": {"type": "string"},
                    "description": "near misses: they look alike and are something else"
                }
            }
        }),
        _ => json!({}),
    }
}

fn system_names() -> Vec<&'static str> {
    System::ALL.into_iter().map(System::name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_a_rule_says_what_it_holds() {
        for name in REQUIRED.into_iter().chain(OPTIONAL) {
            assert_ne!(property(name), json!({}), "{name}");
        }
    }
}
