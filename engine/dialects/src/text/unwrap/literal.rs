//! Traces in one string, with line ends written out: `"goroutine 1 [running]:\nmain.main()\n\t/app/x.go:12 +0x1d\n"`.

/// The lines of the strings in a line that hold a trace, between what stands around them; `None` where there is none.
pub(super) fn lines(text: &str) -> Option<Vec<String>> {
    // Most lines have no backslash at all.
    memchr::memmem::find(text.as_bytes(), b"\\n")?;
    let mut lines = Vec::new();
    let mut outside = String::new();
    let mut rest = text;
    let mut found = false;
    while let Some(quote) = memchr::memchr(b'"', rest.as_bytes()) {
        outside.push_str(&rest[..=quote]);
        let inner = &rest[quote + 1..];
        let end = string_end(inner);
        let string = &inner[..end];
        match trace(string) {
            Some(trace) => {
                found = true;
                outside.pop();
                keep(&mut outside, &mut lines);
                lines.extend(trace);
            }
            None => {
                outside.push_str(string);
                outside.push_str(inner.get(end..=end).unwrap_or(""));
            }
        }
        rest = inner.get(end + 1..).unwrap_or("");
    }
    if found {
        outside.push_str(rest);
        keep(&mut outside, &mut lines);
        return Some(lines);
    }
    // Without quotes around it, or in those of another language.
    trace(text)
}

/// What stands around the strings of a line, where it says anything.
fn keep(outside: &mut String, lines: &mut Vec<String>) {
    if outside.contains(|c: char| c.is_alphanumeric()) {
        lines.push(std::mem::take(outside));
    }
    outside.clear();
}

/// The lines of a string that holds a trace; written out once more inside another string they have two backslashes.
fn trace(text: &str) -> Option<Vec<String>> {
    let mut text = std::borrow::Cow::Borrowed(text);
    for _ in 0..3 {
        memchr::memmem::find(text.as_bytes(), b"\\n")?;
        let plain = decoded(&text);
        let lines: Vec<&str> = plain.split('\n').collect();
        // The first can be that of a debugger's frame whose argument is a text of several lines.
        if lines.len() > 2 && lines.iter().skip(1).filter(|line| is_frame(line)).count() > 1 {
            return Some(lines.into_iter().map(|line| line.strip_suffix('\r').unwrap_or(line).to_owned()).collect());
        }
        text = std::borrow::Cow::Owned(plain);
    }
    None
}

/// Whether a line looks like one of a trace, of whatever form.
fn is_frame(line: &str) -> bool {
    let line = line.trim_start();
    match line.as_bytes() {
        [b'#', b'0'..=b'9', ..] | [b'[', b'<', ..] => true,
        [b'a', b't', b' ', ..] => line.contains('('),
        [b'"', ..] => line.contains("\" #") || line.contains("tid="),
        _ => {
            line.contains("+0x")
                || line.starts_with("goroutine ")
                || line.starts_with("File \"")
                || line.starts_with("frame #")
                || line.starts_with("* frame #")
                || line.contains(".py:")
        }
    }
}

/// Where a string ends that begins at the front: at a quote without a backslash before it, or at the end.
pub(super) fn string_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(step) = memchr::memchr2(b'"', b'\\', &bytes[at..]) {
        at += step;
        if bytes[at] == b'"' {
            return at;
        }
        at += 2;
        if at >= bytes.len() {
            break;
        }
    }
    bytes.len()
}

/// The string that is written with escapes, as JSON, YAML and most languages write them; unknown ones stay.
pub(super) fn decoded(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let (length, c) = escape(rest);
        match c {
            Some(c) => plain.push(c),
            None => plain.push_str(&rest[..length]),
        }
        rest = &rest[length..];
    }
    plain.push_str(rest);
    plain
}

/// The escape at the front: its length, and its character where it is known.
fn escape(text: &str) -> (usize, Option<char>) {
    match text.as_bytes().get(1) {
        Some(b'n') => (2, Some('\n')),
        Some(b't') => (2, Some('\t')),
        Some(b'r') => (2, Some('\r')),
        Some(byte @ (b'"' | b'\\' | b'/' | b'\'')) => (2, Some(char::from(*byte))),
        Some(b'u') => {
            let code = text.get(2..6).and_then(|digits| u32::from_str_radix(digits, 16).ok());
            (if code.is_some() { 6 } else { 2 }, code.and_then(char::from_u32))
        }
        Some(b'x') => {
            let code = text.get(2..4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
            (if code.is_some() { 4 } else { 2 }, code.and_then(char::from_u32))
        }
        _ => (1, None),
    }
}
