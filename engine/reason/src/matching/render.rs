//! Renders the texts of a rule.

use super::grammar::{agree, counted, join};
use super::labels::UNNAMED;
use super::standins::MANY;
use super::values::{LABEL, Voice};
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

    /// The text of a template, or why it has none.
    ///
    /// # Errors
    ///
    /// The reason in one line, without a full stop.
    pub(crate) fn render(&mut self, template: &str, context: &Context, voice: Voice) -> Result<String, String> {
        if !template.contains("{{") && !template.contains("{%") {
            return Ok(template.trim().to_owned());
        }
        match self.tera.render_str(&shown(template), context, false) {
            Ok(text) => Ok(finished(text.trim(), voice)),
            Err(error) => {
                let reason = error.to_string();
                let reason = reason.lines().find(|line| !line.trim().is_empty()).unwrap_or("no reason given").trim();
                Err(reason.trim_start_matches("error: ").trim_end_matches('.').to_owned())
            }
        }
    }

    /// The text of a template that cannot be rendered as a whole: what can be, with `…` for the rest; and a note for
    /// the author of the rule.
    pub(crate) fn piecewise(
        &mut self,
        rule: &str,
        template: &str,
        contexts: &[Option<Context>],
        reason: &str,
    ) -> String {
        self.notes.insert(format!("A text of the rule {rule} has gaps: {reason}."));
        let empty = Context::new();
        let context = contexts.iter().rev().find_map(Option::as_ref).unwrap_or(&empty);
        let mut text = String::new();
        let mut rest = template;
        while let Some(start) = rest.find('{') {
            let (close, output) = match rest.get(start..start + 2) {
                Some("{{") => ("}}", true),
                Some("{%") => ("%}", false),
                _ => ("", false),
            };
            let end = if close.is_empty() { None } else { rest[start..].find(close).map(|end| start + end + 2) };
            let Some(end) = end else {
                text.push_str(&rest[..=start]);
                rest = &rest[start + 1..];
                continue;
            };
            text.push_str(&rest[..start]);
            if output {
                let part = self.render(&rest[start..end], context, Voice::Told);
                text.push_str(&part.unwrap_or_else(|_| "…".to_owned()));
            }
            rest = &rest[end..];
        }
        text.push_str(rest);
        finished(text.trim(), Voice::Supposed)
    }
}

/// Stands before a noun of a [stand-in](super::standins), which begins a sentence with a capital.
pub(crate) const NOUN: char = '\u{e000}';
/// Stands for what the text does not tell.
const NOT_TOLD: char = '\u{e001}';

/// A rendered text without marks and, where it is no command, without runs of blanks.
fn finished(text: &str, voice: Voice) -> String {
    let not_told = if voice == Voice::Supposed { "…" } else { "unknown" };
    let mut finished = String::with_capacity(text.len());
    let mut capital = false;
    for c in text.chars() {
        match c {
            NOUN => capital = finished.is_empty() || finished.ends_with(['\n']) || finished.ends_with(". "),
            NOT_TOLD => finished.push_str(not_told),
            ' ' if voice != Voice::Command && finished.ends_with([' ', '\n']) => {}
            c if capital => {
                finished.extend(c.to_uppercase());
                capital = false;
            }
            c => finished.push(c),
        }
    }
    finished.replace("….", "…")
}

/// Registers the filters that rule texts have beside Tera's.
pub(crate) fn register(tera: &mut Tera) {
    tera.register_filter("show", |value: Value, _: Kwargs, _: &State<'_>| -> TeraResult<String> { show(&value) });
    tera.register_filter("names", |value: Value, words: Kwargs, _: &State<'_>| -> TeraResult<String> {
        let predicate = words.get::<String>("do")?;
        let names = names(&value);
        Ok(predicate.map_or_else(|| names.clone(), |text| format!("{names} {}", agree(&text, is_many(&value)))))
    });
    tera.register_filter("agree", |value: Value, words: Kwargs, _: &State<'_>| -> TeraResult<String> {
        Ok(agree(&words.must_get::<String>("do")?, is_many(&value)))
    });
    tera.register_filter("counted", |value: Value, words: Kwargs, _: &State<'_>| -> TeraResult<String> {
        count(&value, &words.must_get::<String>("of")?, words.get::<String>("do")?)
    });
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
        return NOT_TOLD.to_string();
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

/// Whether a value speaks of several things.
fn is_many(value: &Value) -> bool {
    let said = |value: &Value| value.as_map().is_some_and(|map| map.get(&MANY.into()).is_some());
    value.as_array().map_or_else(|| said(value), |values| values.len() > 1 || values.iter().any(said))
}

/// How many, of what, and what they do.
fn count(value: &Value, thing: &str, predicate: Option<String>) -> TeraResult<String> {
    let Some(values) = value.as_array() else { return Err(tera::Error::message("only a set can be counted")) };
    let many = is_many(value);
    let text = match values.len() {
        1 if many => format!("{NOUN}several {thing}s"),
        number => counted(number, thing),
    };
    Ok(predicate.map_or_else(|| text.clone(), |predicate| format!("{text} {}", agree(&predicate, many))))
}

/// At most five names, then "and 12 more"; tasks without a name are counted.
fn names(value: &Value) -> String {
    let Some(values) = value.as_array() else { return display(value) };
    let unnamed = values.iter().filter(|value| is_unnamed(value)).count();
    if unnamed < 2 {
        let (first, rest) = values.split_at(values.len().min(5));
        // The rest is only counted.
        return join(first.iter().map(display).chain(rest.iter().map(|_| String::new())));
    }
    let named = values.iter().filter(|value| !is_unnamed(value)).map(display);
    join(named.chain([format!("{unnamed} tasks without a name")]))
}

/// Whether a value is a task of which nothing is known that tells it from others.
fn is_unnamed(value: &Value) -> bool {
    let label = value.as_map().and_then(|map| map.get(&LABEL.into())).and_then(Value::as_str);
    label.is_some_and(|label| label.trim_start_matches(NOUN) == UNNAMED)
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
