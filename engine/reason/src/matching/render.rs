//! Renders the texts of a rule.

use super::labels::join;
use super::values::LABEL;
use std::borrow::Cow;
use std::collections::BTreeSet;
use tera::{Context, Kwargs, State, Tera, TeraResult, Value};

/// Renders templates; made when the first finding needs one.
pub(crate) struct Renderer {
    tera: Tera,
    /// What went wrong, full sentences.
    pub(crate) notes: BTreeSet<String>,
}

impl Renderer {
    /// A renderer with the filters of the rule language.
    pub(crate) fn new() -> Self {
        let mut tera = Tera::default();
        register(&mut tera);
        Renderer { tera, notes: BTreeSet::new() }
    }

    /// The text of a template. One that cannot be rendered is given as it is written, and noted.
    pub(crate) fn render(&mut self, rule: &str, template: &str, context: &Context) -> String {
        if !template.contains("{{") && !template.contains("{%") {
            return template.trim().to_owned();
        }
        match self.tera.render_str(&shown(template), context, false) {
            Ok(text) => text.trim().to_owned(),
            Err(error) => {
                let reason = error.to_string();
                let reason = reason.lines().find(|line| !line.trim().is_empty()).unwrap_or("no reason given").trim();
                let reason = reason.trim_end_matches('.');
                self.notes.insert(format!(
                    "A text of the rule {rule} could not be rendered and is given as written: {reason}."
                ));
                template.trim().to_owned()
            }
        }
    }
}

/// Registers the filters that rule texts have beside Tera's.
pub(crate) fn register(tera: &mut Tera) {
    tera.register_filter("show", |value: Value, _: Kwargs, _: &State<'_>| -> TeraResult<String> { show(&value) });
    tera.register_filter("names", |value: Value, _: Kwargs, _: &State<'_>| names(&value));
    tera.register_filter("objects", |value: Value, _: Kwargs, _: &State<'_>| objects(&value));
    tera.register_filter("filesizeformat", |value: Value, _: Kwargs, _: &State<'_>| {
        value.as_f64().map_or_else(|| display(&value), size)
    });
    tera.register_filter("duration", |value: Value, _: Kwargs, _: &State<'_>| {
        value.as_f64().map_or_else(|| display(&value), duration)
    });
}

/// Sends every `{{ … }}` through the `show` filter, so that a variable prints as its label.
pub(crate) fn shown(template: &str) -> Cow<'_, str> {
    if !template.contains("{{") {
        return Cow::Borrowed(template);
    }
    let mut text = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(start) = rest.find("{{") {
        let inner = &rest[start + 2..];
        let Some(end) = expression_end(inner) else { break };
        let trimmed = inner[..end].trim().trim_start_matches('-').trim_end_matches('-').trim();
        let (open, close) = (inner.starts_with('-'), inner[..end].ends_with('-'));
        text.push_str(&rest[..start]);
        text.push_str(if open { "{{- (" } else { "{{ (" });
        text.push_str(trimmed);
        text.push_str(if close { ") | show -}}" } else { ") | show }}" });
        rest = &inner[end + 2..];
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// Where an expression ends: at the first `}}` outside a string.
fn expression_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match quote {
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if matches!(byte, b'"' | b'\'' | b'`') => quote = Some(byte),
            None if text[at..].starts_with("}}") => return Some(at),
            None => {}
        }
    }
    None
}

/// The label of a row, the names of a list, anything else as it is.
fn show(value: &Value) -> TeraResult<String> {
    if value.is_undefined() || value.as_map().is_some_and(|map| map.is_empty()) {
        return Err(tera::Error::message("a variable stands for nothing here"));
    }
    Ok(display(value))
}

fn display(value: &Value) -> String {
    if value.is_none() {
        return "unknown".to_owned();
    }
    if value.is_array() {
        return names(value);
    }
    match (label(value), value.as_bool()) {
        (Some(label), _) => label,
        (None, Some(flag)) => if flag { "yes" } else { "no" }.to_owned(),
        (None, None) => value.to_string(),
    }
}

fn label(value: &Value) -> Option<String> {
    let map = value.as_map()?;
    map.get(&LABEL.into()).and_then(Value::as_str).map(str::to_owned)
}

/// At most five names, then "and 12 more".
fn names(value: &Value) -> String {
    match value.as_array() {
        Some(values) => {
            let (first, rest) = values.split_at(values.len().min(5));
            // The rest is only counted.
            join(first.iter().map(display).chain(rest.iter().map(|_| String::new())))
        }
        None => display(value),
    }
}

/// The distinct objects that rows wait for or hold.
fn objects(value: &Value) -> String {
    let rows: Vec<&Value> = value.as_array().map_or_else(|| vec![value], |rows| rows.iter().collect());
    let mut seen = BTreeSet::new();
    let labels = rows.into_iter().filter_map(|row| {
        let map = row.as_map()?;
        let object = ["object", "address"].iter().find_map(|field| map.get(&(*field).into()));
        object.filter(|object| !object.is_none()).map(display)
    });
    join(labels.filter(|label| seen.insert(label.clone())))
}

/// Bytes in units of 1,024: `32 MiB`.
fn size(bytes: f64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = bytes;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    let text = if value >= 10.0 || (value - value.round()).abs() < 0.05 {
        format!("{value:.0}")
    } else {
        format!("{value:.1}")
    };
    format!("{text} {}", UNITS[unit])
}

/// Seconds in the largest units: `17 min 18 s`, `6 d 2 h 57 min`.
fn duration(seconds: f64) -> String {
    if seconds < 1.0 && seconds > 0.0 {
        return format!("{:.0} ms", seconds * 1000.0);
    }
    let whole = seconds.max(0.0).round() as u64;
    let parts = [(whole / 86400, "d"), (whole / 3600 % 24, "h"), (whole / 60 % 60, "min"), (whole % 60, "s")];
    let told: Vec<String> =
        parts.iter().filter(|(n, _)| *n > 0).take(3).map(|(n, unit)| format!("{n} {unit}")).collect();
    if told.is_empty() { "0 s".to_owned() } else { told.join(" ") }
}
