//! Records of JSON, one on each line, of which one string is a line of a log: `{"log":"text\n","stream":"stderr",…}` of
//! docker, `{"MESSAGE":"text",…}` of the journal, `{"level":"error","msg":"text"}` of programs.

use super::container::Head;
use super::literal;
use std::borrow::Cow;

/// Keys of the string that holds the line, the best first.
const KEYS: [&str; 6] = ["log", "MESSAGE", "message", "msg", "textPayload", "line"];

/// The runtime cuts records at 16 KiB; what is shorter and has no line end lost it elsewhere.
const CUT: usize = 16_000;

/// The line that a record holds; `None` where the line is no record.
pub(super) fn head(line: &str) -> Option<Head<'static>> {
    let start = line.trim_start();
    if !start.starts_with("{\"") && !start.starts_with("{ \"") {
        return None;
    }
    // A trace in another field is worth more than the message.
    if !start.starts_with("{\"log\":\"") && literal::lines(start).is_some() {
        return None;
    }
    let (key, value) = KEYS.iter().find_map(|key| Some((*key, value(start, key)?)))?;
    let stream = value_of_stream(start);
    let text = literal::decoded(value);
    match text.strip_suffix('\n') {
        Some(text) => {
            let text = text.strip_suffix('\r').unwrap_or(text);
            Some(Head::Whole { stream, text: Cow::Owned(text.to_owned()) })
        }
        None if key == "log" && text.len() > CUT => Some(Head::Part { stream, text: Cow::Owned(text) }),
        None => Some(Head::Whole { stream, text: Cow::Owned(text) }),
    }
}

fn value_of_stream(line: &str) -> Cow<'static, str> {
    Cow::Owned(value(line, "stream").unwrap_or("").to_owned())
}

/// The string of a key, as written.
fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let mut from = 0;
    while let Some(at) = memchr::memmem::find(&line.as_bytes()[from..], key.as_bytes()) {
        let (start, end) = (from + at, from + at + key.len());
        from = end;
        if !line[..start].ends_with('"') || line[..start].ends_with("\\\"") {
            continue;
        }
        let Some(rest) = line[end..].strip_prefix('"').map(str::trim_start) else { continue };
        let Some(rest) = rest.strip_prefix(':').map(str::trim_start) else { continue };
        let Some(rest) = rest.strip_prefix('"') else { continue };
        return Some(&rest[..literal::string_end(rest)]);
    }
    None
}
