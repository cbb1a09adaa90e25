//! Formats for programs: they can be read, and no address in them leads out.

use super::Complaints;
use serde_json::Value;

pub(super) fn wrong(format: &str, report: &str) -> Complaints {
    let value: Value = match serde_json::from_str(report) {
        Ok(value) => value,
        Err(error) => return vec![format!("no JSON: {error}")],
    };
    let mut wrong = Vec::new();
    if format == "sarif" {
        walk(&value, "", &mut wrong);
    }
    wrong
}

fn walk(value: &Value, key: &str, wrong: &mut Complaints) {
    match value {
        // Quoted lines are no messages.
        Value::Object(_) if key == "snippet" => {}
        Value::Object(fields) => fields.iter().for_each(|(key, value)| walk(value, key, wrong)),
        Value::Array(values) => values.iter().for_each(|value| walk(value, key, wrong)),
        Value::String(text) => string(key, text, wrong),
        _ => {}
    }
}

fn string(key: &str, text: &str, wrong: &mut Complaints) {
    match key {
        "uri" if !is_harmless(text) => wrong.push(format!("the address of a text is {text:?}")),
        // Readers of SARIF make links of `[words](target)` in messages.
        "text" if has_link(text) => wrong.push(format!("a message has a link: {text:?}")),
        _ => {}
    }
}

/// A relative reference as RFC 3986 has it, or the address of a file on this machine: no other scheme and no host, and
/// only characters of addresses.
fn is_harmless(uri: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || "-._~%!$&'()*+,;=:@/".contains(c);
    let path = uri.strip_prefix("file://").unwrap_or(uri);
    let first = path.split('/').next().unwrap_or_default();
    let is_file = path.len() == uri.len() || path.starts_with('/');
    uri.chars().all(legal) && is_file && !first.contains(':') && !path.starts_with("//")
}

/// Whether readers would find a link: its brackets meet, and no backslash parts them.
fn has_link(text: &str) -> bool {
    text.match_indices("](").any(|(end, _)| {
        let (before, open) = (&text[..end], text[..end].rfind('['));
        !before.ends_with('\\') && open.is_some_and(|open| !before[..open].ends_with('\\'))
    })
}

#[test]
fn a_link_and_an_address_are_seen() {
    let bad = r#"{"message": {"text": "see [x](javascript:y)"}, "uri": "javascript:y"}"#;
    assert_eq!(wrong("sarif", bad).len(), 2);
    let bad = r#"{"uri": "file://host/x", "text": "x"}"#;
    assert_eq!(wrong("sarif", bad).len(), 1);
    let good = r#"{"message": {"text": "see [x\\](y)"}, "uri": "file:///a%20b/c.txt"}"#;
    assert_eq!(wrong("sarif", good), Complaints::new());
    let good = r#"{"message": {"text": "see \\[x](y)"}, "uri": "a%20b/c.txt"}"#;
    assert_eq!(wrong("sarif", good), Complaints::new());
}
