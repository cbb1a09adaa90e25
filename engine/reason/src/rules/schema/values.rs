//! Values of fields: what stands behind `FIELD:`.

use crate::rules::tables::FieldKind;
use crate::vocabulary::Vocabulary;
use serde_json::{Value, json};
use stacklore_model::FieldType;

/// The values that conditions share, as definitions of the schema of a rule.
pub(super) fn definitions(vocabulary: &Vocabulary) -> Vec<(&'static str, Value)> {
    vec![
        ("variable", variable()),
        ("thing", of(&[reference("variable")])),
        ("text", of(&[json!({"type": ["string", "number", "boolean"]})])),
        ("number", of(&[json!({"type": "number"}), amount("")])),
        ("size", of(&[json!({"type": "number"}), amount("(B|KiB|MiB|GiB)")])),
        ("time", of(&[json!({"type": "number"}), amount("(ms|s|min|h|d)")])),
        ("flag", of(&[json!({"type": "boolean"}), json!({"enum": ["yes", "no"]})])),
        ("wait", of(&[json!({"enum": kinds(vocabulary)}), reference("variable")])),
    ]
}

/// What a field may be.
pub(super) fn field(kind: FieldKind) -> Value {
    match kind {
        FieldKind::Of(FieldType::Task | FieldType::Process) | FieldKind::Cycle => reference("thing"),
        FieldKind::Of(FieldType::Number) => reference("number"),
        FieldKind::Of(FieldType::Size) => reference("size"),
        FieldKind::Of(FieldType::Time) => reference("time"),
        FieldKind::Of(FieldType::Flag) => reference("flag"),
        FieldKind::Of(FieldType::Text | FieldType::Object | FieldType::Version) | FieldKind::TextOrNumber => {
            reference("text")
        }
        FieldKind::WaitKind => reference("wait"),
        FieldKind::Words(words) => of(&[json!({"enum": words}), reference("variable")]),
    }
}

/// One of these alone, several of them, a negation, `any` or `none`.
fn of(one: &[Value]) -> Value {
    let mut any = vec![json!({"enum": ["any", "none"]}), json!({"type": "string", "pattern": "^not .+"})];
    any.extend(one.iter().cloned());
    let mut items = one.to_vec();
    items.push(json!({"const": "none"}));
    any.push(json!({"type": "array", "minItems": 1, "items": {"anyOf": items}}));
    json!({ "anyOf": any })
}

fn variable() -> Value {
    json!({
        "type": "string",
        "pattern": r"^\$[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$",
        "description": "the same thing, or a field of it: `$name`, `$name.field`"
    })
}

/// `> 4`, `2+`, `2..5`, with a unit, or a variable.
fn amount(unit: &str) -> Value {
    let one = format!("-?(0x[0-9a-fA-F]+|[0-9]+(\\.[0-9]+)?)( *{unit})?");
    let one = if unit.is_empty() { one.replace("( *)?", "") } else { one };
    let pattern = format!("^((>=|<=|>|<) *{one}|{one}\\+?|{one}\\.\\.{one}|\\$.+)$");
    json!({"type": "string", "pattern": pattern})
}

/// Wait kinds and their groups.
pub(super) fn kinds(vocabulary: &Vocabulary) -> Vec<&str> {
    vocabulary.kinds().map(|(_, name)| name).chain(vocabulary.kind_groups()).collect()
}

/// A definition of the schema by its name.
pub(super) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/$defs/{name}")})
}
