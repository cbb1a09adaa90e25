//! Arguments and local variables of a frame.

use super::call::{Brackets, literal};
use stacklore_model::Argument;

/// Arguments and variables kept of one frame.
const MAX_ARGUMENTS: usize = 64;

/// The arguments between the brackets of a frame; local variables follow them, a line each.
pub(crate) fn arguments(text: &str) -> Vec<Argument> {
    let mut lines = text.split('\n');
    let mut arguments = listed(lines.next().unwrap_or(""));
    for (name, value) in lines.filter_map(|line| line.split_once('=')) {
        if arguments.len() < MAX_ARGUMENTS && !arguments.iter().any(|known| known.name.as_deref() == Some(name)) {
            arguments.push(argument(name, value));
        }
    }
    arguments
}

fn listed(text: &str) -> Vec<Argument> {
    let mut arguments: Vec<Argument> = Vec::new();
    for part in parts(text) {
        let Some((name, value)) = part.split_once('=') else { continue };
        let (name, value) = (name.trim(), value.trim());
        // `m=<optimized out>, m@entry=0x7f…`: the value at the call stands for the one that is gone.
        if let Some(name) = name.strip_suffix("@entry") {
            let entry = argument(name, value);
            match arguments.last_mut().filter(|last| last.name.as_deref() == Some(name)) {
                Some(last) if last.number.is_none() && last.symbol.is_none() => *last = entry,
                Some(_) => {}
                None => arguments.push(entry),
            }
            continue;
        }
        let entry = value.strip_prefix(name).and_then(|value| value.strip_prefix("@entry="));
        arguments.push(argument(name, entry.unwrap_or(value)));
    }
    arguments
}

/// The parts of a list, cut at commas outside brackets and strings.
fn parts(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut at) = (Vec::new(), 0, 0);
    let mut brackets = Brackets::default();
    let bytes = text.as_bytes();
    while at < bytes.len() {
        if !brackets.in_string()
            && let Some(length) = literal(text, at)
        {
            at += length;
            continue;
        }
        brackets.step(bytes[at]);
        if bytes[at] == b',' && brackets.is_closed() {
            parts.push(text[start..at].trim());
            start = at + 1;
        }
        at += 1;
    }
    parts.push(text[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// An argument or variable with its value as printed.
fn argument(name: &str, value: &str) -> Argument {
    let (number, rest) = leading_number(value);
    let (symbol, symbol_offset) = match symbol(rest) {
        Some((symbol, offset)) => (Some(symbol.into()), offset),
        None => (None, 0),
    };
    Argument { name: Some(name.into()), text: value.into(), number, symbol, symbol_offset }
}

/// The number at the front of a value, and what follows it: `0x55… <m+16>`, `@0x7f…: …`, `(char *) 0x…`, `8 '\b'`.
pub(super) fn leading_number(value: &str) -> (Option<u64>, &str) {
    let mut text = value.trim_start();
    // A cast before a pointer: `(pthread_mutex_t *) 0x55…`.
    if text.starts_with('(')
        && let Some((_, rest)) = text.split_once(") ")
    {
        text = rest.trim_start();
    }
    let text = text.strip_prefix('@').unwrap_or(text);
    if let Some(digits) = text.strip_prefix("0x") {
        let end = digits.bytes().take_while(u8::is_ascii_hexdigit).count();
        return (u64::from_str_radix(&digits[..end], 16).ok(), &digits[end..]);
    }
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    // A number of its own, not the beginning of a float or a word.
    if end == 0 || text[end..].starts_with(|c: char| c == '.' || c == '_' || c.is_alphanumeric()) {
        return (None, text);
    }
    (text[..end].parse().ok(), &text[end..])
}

/// `<table_lock+12>`: the symbol and the offset into it.
pub(super) fn symbol(text: &str) -> Option<(&str, u64)> {
    let inner = text.trim_start().strip_prefix('<')?;
    let end = match inner.find(" \"") {
        Some(string) => inner[..string].rfind('>')?,
        None => inner.rfind('>')?,
    };
    let name = &inner[..end];
    // `<optimized out>`, `<error: Cannot access memory …>`, `<repeats 15 times>` are no symbols.
    if name.is_empty() || name.starts_with("error") || (name.contains(' ') && !name.contains('(')) {
        return None;
    }
    let offset = name.rsplit_once('+').and_then(|(name, digits)| Some((name, digits.parse().ok()?)));
    Some(offset.unwrap_or((name, 0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    type Seen = (String, Option<u64>, Option<String>, u64);

    fn read(text: &str) -> Vec<Seen> {
        let seen = |a: Argument| {
            (a.name.unwrap_or_default().to_string(), a.number, a.symbol.map(|s| s.to_string()), a.symbol_offset)
        };
        arguments(text).into_iter().map(seen).collect()
    }

    #[test]
    fn values_of_every_shape() {
        let none = |name: &str| (name.to_owned(), None, None, 0);
        let number = |name: &str, number: u64| (name.to_owned(), Some(number), None, 0);
        assert_eq!(
            read("futex_word=futex_word@entry=0x55592f7470f0 <acc_b+16>, private=<optimized out>, expected=2"),
            [
                ("futex_word".to_owned(), Some(0x5559_2f74_70f0), Some("acc_b".to_owned()), 16),
                none("private"),
                number("expected", 2)
            ]
        );
        assert_eq!(read("m=<optimized out>, m@entry=0x7fff, w=true"), [number("m", 0x7fff), none("w")]);
        assert_eq!(read("code=8 '\\b', s=0x1 \"a, b=2\", t=-1"), [number("code", 8), number("s", 1), none("t")]);
        assert_eq!(read("mutex=<acc_b+16>"), [("mutex".to_owned(), None, Some("acc_b".to_owned()), 16)]);
        assert_eq!(
            read("who=(unknown: 209394016), x={a = 1, b = 2}, r=@0x7f: 3"),
            [none("who"), none("x"), number("r", 0x7f)]
        );
        assert_eq!(
            read("f=0x5c <__func__.265> \"a > b\""),
            [("f".to_owned(), Some(0x5c), Some("__func__.265".to_owned()), 0)]
        );
    }
}
