//! JSON Schema of what [`crate::Json`] writes, made from the types of the view and their docs.

use crate::{Parsed, Report};
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform as _};
use schemars::{JsonSchema, Schema};
use serde_json::Value;

/// Schema of a report: `diagnose --format json`.
pub fn report() -> Value {
    schema::<Report>("A report of stacklore")
}

/// Schema of the contents of a case: `parse --format json`.
pub fn parsed() -> Value {
    schema::<Parsed>("What stacklore read of a case")
}

fn schema<T: JsonSchema>(title: &str) -> Value {
    let mut schema = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>();
    RecursiveTransform(in_words_of_json).transform(&mut schema);
    schema.insert("title".into(), title.into());
    let mut schema = schema.to_value();
    name_parts(&mut schema);
    schema
}

/// The docs are wrapped at the width of the source, and speak of `None` where JSON has null.
fn in_words_of_json(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.split_whitespace().collect::<Vec<_>>().join(" ").replace("`None`", "null");
    }
}

/// Parts have the names of what they are: that the program has views of them concerns nobody outside.
fn name_parts(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if let Some(Value::Object(parts)) = map.get_mut("$defs") {
                *parts = std::mem::take(parts).into_iter().map(|(name, part)| (plain(&name), part)).collect();
            }
            if let Some(Value::String(place)) = map.get_mut("$ref") {
                *place = plain(place);
            }
            map.values_mut().for_each(name_parts);
        }
        Value::Array(items) => items.iter_mut().for_each(name_parts),
        _ => {}
    }
}

fn plain(name: &str) -> String {
    name.strip_suffix("View").unwrap_or(name).to_owned()
}
