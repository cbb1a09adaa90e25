//! What container runtimes and the tools that show their logs put before each line.

use std::borrow::Cow;

/// A line without its carrier.
pub(super) enum Head<'a> {
    /// A record, or the last part of one.
    Whole { stream: Cow<'a, str>, text: Cow<'a, str> },
    /// A part of a record that goes on in the next line of the stream.
    Part { stream: Cow<'a, str>, text: Cow<'a, str> },
}

/// The line without the head of a container's log; `None` where it has none.
pub(super) fn head(line: &str) -> Option<Head<'_>> {
    let text = pod(line).or_else(|| service(line));
    match text {
        Some(text) => Some(Head::Whole { stream: Cow::Borrowed(""), text: Cow::Borrowed(text) }),
        None => runtime(line),
    }
}

/// `2023-11-20T12:00:00.1Z stderr F text` of the container runtime interface; `P` marks a part, and several marks can
/// be joined with colons.
fn runtime(line: &str) -> Option<Head<'_>> {
    let (time, rest) = line.split_once(' ')?;
    if time.len() < 19 || !time.as_bytes()[0].is_ascii_digit() || !time.contains('T') {
        return None;
    }
    let (stream, rest) = rest.split_once(' ')?;
    let (tags, text) = rest.split_once(' ').unwrap_or((rest, ""));
    let text = Cow::Borrowed(text);
    if !matches!(stream, "stdout" | "stderr") {
        return None;
    }
    let stream = Cow::Borrowed(stream);
    match tags.split(':').next() {
        Some("F") => Some(Head::Whole { stream, text }),
        Some("P") => Some(Head::Part { stream, text }),
        _ => None,
    }
}

/// `[pod/name/container] text` of `kubectl logs --prefix`.
fn pod(line: &str) -> Option<&str> {
    let (name, text) = line.strip_prefix("[pod/")?.split_once(']')?;
    (!name.contains(' ') && name.contains('/')).then(|| text.strip_prefix(' ').unwrap_or(text))
}

/// `web-1  | text` of `docker compose logs` and `docker service logs`: the name is filled up to the longest one.
fn service(line: &str) -> Option<&str> {
    let end = line.bytes().take(80).position(|byte| byte == b' ')?;
    let name = &line[..end];
    let named = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.bytes().any(|byte| byte.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'@'));
    if !named {
        return None;
    }
    let rest = line[end..].trim_start_matches(' ');
    let blanks = line.len() - end - rest.len();
    let numbered = name.ends_with(|c: char| c.is_ascii_digit()) && name.contains(['-', '_', '.']);
    let text = rest.strip_prefix('|')?;
    if !(blanks >= 2 || numbered) || !(text.is_empty() || text.starts_with(' ')) {
        return None;
    }
    Some(text.strip_prefix(' ').unwrap_or(text))
}
