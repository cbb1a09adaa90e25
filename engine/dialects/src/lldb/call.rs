//! What stands behind the program counter of a frame: module, function, arguments, place.

use crate::block::is_place;
use crate::builder::Builder;
use crate::gdb::argument::arguments;
use stacklore_model::{Arguments, Frame, Reliability};

/// ``libc.so.6`f(a=1, b=2) + 12 at x.c:1:2 [opt] [inlined]``
pub(super) fn read(text: &str, frame: &mut Frame, out: &mut Builder) {
    let mut text = text.trim();
    while let Some((before, word)) = text
        .rsplit_once(" [")
        .filter(|(_, word)| word.strip_suffix(']').is_some_and(|word| matches!(word, "opt" | "inlined" | "artificial")))
    {
        if word == "inlined]" {
            frame.reliability = Reliability::Inlined;
        }
        text = before.trim_end();
    }
    if let Some((module, rest)) = text.split_once('`') {
        frame.module = Some(out.name(module.trim()));
        text = rest.trim();
    }
    if let Some(rest) = text.strip_prefix("[inlined] ") {
        frame.reliability = Reliability::Inlined;
        text = rest;
    }
    if let Some((before, place)) = text.rsplit_once(" at ").filter(|(_, place)| is_place(place)) {
        frame.location = Some(out.name(place.trim()));
        text = before.trim_end();
    }
    if let Some((before, digits)) = text.rsplit_once(" + ")
        && let Ok(offset) = digits.trim().parse()
    {
        frame.offset = Some(offset);
        text = before.trim_end();
    }
    let (function, list) = split(text);
    if let Some(list) = list {
        frame.arguments = Arguments::printed(list, arguments);
    }
    if !function.is_empty() {
        frame.symbol = out.name(function);
    }
}

/// The function and the list of its arguments: the last group of round brackets, where it holds values and not the
/// types of an overloaded function.
fn split(text: &str) -> (&str, Option<&str>) {
    let body = text.strip_suffix(" const").unwrap_or(text);
    if !body.ends_with(')') {
        return (text, None);
    }
    let mut depth = 0_u32;
    for (at, byte) in body.bytes().enumerate().rev() {
        match byte {
            b')' => depth += 1,
            b'(' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    let list = &body[at + 1..body.len() - 1];
                    let values = list.is_empty() || list.contains('=');
                    return if values && at > 0 { (body[..at].trim_end(), Some(list)) } else { (text, None) };
                }
            }
            _ => {}
        }
    }
    (text, None)
}

/// The text in quotes behind a label: names may hold anything but the quote before a comma.
pub(super) fn quoted<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(label)?;
    let end = rest.find("', ").or_else(|| rest.rfind('\''))?;
    rest.get(..end)
}

/// `tid = 4735`, `tid = 0x1a2b`; the 64-bit ids of macOS that fit no thread id are left out.
pub(super) fn thread_id(text: &str) -> Option<u32> {
    let rest = text.strip_prefix("tid = ").or_else(|| Some(text.split_once(", tid = ")?.1))?;
    let word = rest.split(',').next()?.trim();
    match word.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => word.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stacklore_model::SourceId;

    #[test]
    fn frames_of_every_shape() {
        for (text, symbol, module, values, place, offset) in [
            ("libc.so.6`wait at a.c:57:12", "wait", Some("libc.so.6"), 0, Some("a.c:57:12"), None),
            ("x`f(m=0x01, n=2) at a.c:5", "f", Some("x"), 2, Some("a.c:5"), None),
            ("x`_start + 33", "_start", Some("x"), 0, None, Some(33)),
            ("c++`std::thread::join() + 36", "std::thread::join", Some("c++"), 0, None, Some(36)),
            ("x`f(int, char) + 8", "f(int, char)", Some("x"), 0, None, Some(8)),
            ("c`main(main=(bankd`main at b.c:2:1), n=1) at l.h:5:6", "main", Some("c"), 2, Some("l.h:5:6"), None),
            ("x`[inlined] g(a=1) at a.c:1:2 [opt]", "g", Some("x"), 1, Some("a.c:1:2"), None),
            (
                "x`a::b::operator()(this=0x01) const at a.cc:1:2",
                "a::b::operator()",
                Some("x"),
                1,
                Some("a.cc:1:2"),
                None,
            ),
            ("", "??", None, 0, None, None),
            ("x`f) + ", "f) +", Some("x"), 0, None, None),
        ] {
            let mut out = Builder::new(SourceId(0), 1);
            let mut frame = Frame::new(out.name("??"), out.at(1));
            read(text, &mut frame, &mut out);
            let seen = (
                &*frame.symbol,
                frame.module.as_deref(),
                frame.arguments.len(),
                frame.location.as_deref(),
                frame.offset,
            );
            assert_eq!(seen, (symbol, module, values, place, offset), "{text}");
        }
    }

    #[test]
    fn names_and_ids() {
        assert_eq!(quoted("name = 'it's', queue = 'q'", "name = '"), Some("it's"));
        assert_eq!(quoted("name = 'x'", "name = '"), Some("x"));
        assert_eq!(thread_id("tid = 0x1a2b, 0x00007fff"), Some(0x1a2b));
        assert_eq!(thread_id("name = 'x', tid = 12"), Some(12));
        assert_eq!(thread_id("stop reason = x"), None);
    }
}
