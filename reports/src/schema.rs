//! JSON Schema of what [`crate::Json`] and a batch write, made from the types of the view and their docs.

use crate::queue::{ClusterFile, Summary};
use crate::{Parsed, Report};
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform as _};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value};

/// Schema of a report: `diagnose --format json`.
pub fn report() -> Value {
    schema::<Report>("A report of stacklore")
}

/// Schema of the contents of a case: `parse --format json`.
pub fn parsed() -> Value {
    schema::<Parsed>("What stacklore read of a case")
}

/// Schema of the summary of a queue: `summary.json`.
pub fn batch() -> Value {
    schema::<Summary>("What became of a queue of tickets")
}

/// Schema of a cluster of a queue: `cluster.json`.
pub fn cluster() -> Value {
    schema::<ClusterFile<'_>>("A hang that several tickets share and that no rule knows")
}

fn schema<T: JsonSchema>(title: &str) -> Value {
    let mut schema = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>();
    RecursiveTransform(in_words_of_json).transform(&mut schema);
    // What the schema is about stands first.
    let mut named = Map::new();
    named.extend(schema.remove("$schema").map(|dialect| ("$schema".to_owned(), dialect)));
    named.insert("title".into(), title.into());
    named.extend(schema.remove("description").map(|text| ("description".to_owned(), text)));
    if let Value::Object(rest) = schema.to_value() {
        named.extend(rest.into_iter().filter(|(key, _)| key != "title"));
    }
    let mut schema = Value::Object(named);
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
