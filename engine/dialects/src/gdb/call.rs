//! Takes the text of a frame apart: function, arguments, place.

/// What stands in a frame behind its number and program counter.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Call<'a> {
    pub(super) function: &'a str,
    /// The text between the brackets; `None` where no argument list is printed.
    pub(super) arguments: Option<&'a str>,
    /// `file:line`.
    pub(super) location: Option<&'a str>,
    /// The library, where the line is unknown.
    pub(super) library: Option<&'a str>,
    /// The text ended inside the argument list: the rest stands on the next line.
    pub(super) open: bool,
    /// What is left behind the frame: a remark, prose.
    pub(super) leftover: &'a str,
}

impl Call<'_> {
    /// Whether nothing of the frame can follow on the next line.
    pub(super) fn is_complete(&self) -> bool {
        self.location.is_some() || self.library.is_some() || self.function.starts_with('<')
    }
}

/// Follows brackets and strings from left to right.
#[derive(Default)]
pub(super) struct Brackets {
    depth: u32,
    string: bool,
    escaped: bool,
}

impl Brackets {
    /// Takes the next byte; returns the depth behind it.
    pub(super) fn step(&mut self, byte: u8) -> u32 {
        if self.string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.string = false,
                _ => {}
            }
            return self.depth;
        }
        match byte {
            b'"' => self.string = true,
            b'(' | b'{' | b'[' => self.depth += 1,
            b')' | b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.depth
    }

    /// Whether the text read so far ends outside all brackets and strings.
    pub(super) fn is_closed(&self) -> bool {
        self.depth == 0 && !self.string
    }

    pub(super) fn in_string(&self) -> bool {
        self.string
    }
}

/// Length of the character literal that begins here (`'\000'`, `'"'`), so that its content is not read.
pub(super) fn literal(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    if bytes.get(at) != Some(&b'\'') {
        return None;
    }
    let mut end = at + 1;
    while end < bytes.len() && end - at < 8 {
        match bytes[end] {
            b'\\' => end += 1,
            b'\'' if end > at + 1 => return Some(end + 1 - at),
            _ => {}
        }
        end += 1;
    }
    None
}

/// Takes a call apart. Function names hold blanks, commas and brackets: the argument list is the first group of round
/// brackets with a blank before it that is followed by ` at `, by ` from ` or by nothing.
pub(super) fn split(text: &str) -> Call<'_> {
    let text = text.trim();
    let bytes = text.as_bytes();
    let mut brackets = Brackets::default();
    let mut start = None;
    let mut fallback = None;
    let mut at = 0;
    while at < bytes.len() {
        if !brackets.in_string() {
            if let Some(length) = literal(text, at) {
                at += length;
                continue;
            }
            let opens = bytes[at] == b'(' && brackets.is_closed() && (at == 0 || bytes[at - 1] == b' ');
            if opens && start.is_none() {
                start = Some(at);
            }
        }
        let closes = bytes[at] == b')' && !brackets.in_string();
        if brackets.step(bytes[at]) == 0
            && closes
            && let Some(open) = start.take()
        {
            let rest = &text[at + 1..];
            // `(anonymous namespace)::f`: a list has a function before it.
            if open > 0 && is_tail(rest) {
                return with_tail(text[..open].trim_end(), Some(&text[open + 1..at]), rest);
            }
            if open > 0 && rest.starts_with([' ', '\t']) {
                fallback = Some((open, at));
            }
        }
        at += 1;
    }
    if let (Some(open), false) = (start.filter(|open| *open > 0), brackets.is_closed()) {
        return Call {
            function: text[..open].trim_end(),
            arguments: Some(&text[open + 1..]),
            open: true,
            ..Call::default()
        };
    }
    match fallback {
        Some((open, close)) => with_tail(text[..open].trim_end(), Some(&text[open + 1..close]), &text[close + 1..]),
        None => {
            let tail = [" at ", " from "].iter().filter_map(|word| text.find(word)).min();
            let (function, rest) = text.split_at(tail.unwrap_or(text.len()));
            with_tail(function.trim_end(), None, rest)
        }
    }
}

fn is_tail(rest: &str) -> bool {
    let rest = rest.trim();
    rest.is_empty() || rest == "at" || rest == "from" || rest.starts_with("at ") || rest.starts_with("from ")
}

fn with_tail<'a>(function: &'a str, arguments: Option<&'a str>, rest: &'a str) -> Call<'a> {
    let mut call = Call { function, arguments, leftover: rest.trim(), ..Call::default() };
    if let Some(place) = call.leftover.strip_prefix("at ") {
        let (location, leftover) = location(place.trim_start());
        (call.location, call.leftover) = (Some(location), leftover);
    } else if let Some(library) = call.leftover.strip_prefix("from ") {
        let library = library.trim_start();
        let end = library.find([' ', '\t']).unwrap_or(library.len());
        call.library = Some(&library[..end]).filter(|library| !library.is_empty());
        call.leftover = library[end..].trim();
    } else if matches!(call.leftover, "at" | "from") {
        // The place stands on the next line.
        (call.open, call.leftover) = (true, "");
    }
    call
}

/// `file:line` and what follows; a file without a line stands alone.
fn location(text: &str) -> (&str, &str) {
    let bytes = text.as_bytes();
    for (at, _) in text.match_indices(':') {
        let digits = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > 0 {
            let end = at + 1 + digits;
            return (&text[..end], text[end..].trim());
        }
    }
    let end = text.find([' ', '\t']).unwrap_or(text.len());
    (&text[..end], text[end..].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_of_every_shape() {
        for (text, function, arguments) in [
            ("main () at ./bankd.c:28", "main", Some("")),
            ("?? () from /lib/libc.so.6", "??", Some("")),
            ("SpinLock::SlowLock() () from /lib64/libtcmalloc.so.4", "SpinLock::SlowLock()", Some("")),
            ("operator() (__closure=0x55) at a.cpp:12", "operator()", Some("__closure=0x55")),
            ("(anonymous namespace)::f (x=1) at a.cpp:1", "(anonymous namespace)::f", Some("x=1")),
            (
                "std::__invoke_impl<void, main()::<lambda()> >(std::__invoke_other, struct {...} &&) (__f=...) at i.h:61",
                "std::__invoke_impl<void, main()::<lambda()> >(std::__invoke_other, struct {...} &&)",
                Some("__f=..."),
            ),
            (
                "std::function<void (int)>::operator()(int) const (this=0x1) at f.h:2",
                "std::function<void (int)>::operator()(int) const",
                Some("this=0x1"),
            ),
            ("f (s=0x55 \") at x:1\", n=2) at y.c:3", "f", Some("s=0x55 \") at x:1\", n=2")),
            ("f (c=40 '(') at y.c:3", "f", Some("c=40 '('")),
            ("<signal handler called>", "<signal handler called>", None),
        ] {
            let call = split(text);
            assert_eq!((call.function, call.arguments, call.open), (function, arguments, false), "{text}");
        }
    }

    #[test]
    fn places_and_what_is_glued_to_them() {
        let call = split("f () at ../a b/c.cpp:12 <-- holds the lock");
        assert_eq!((call.location, call.leftover), (Some("../a b/c.cpp:12"), "<-- holds the lock"));
        let call = split("f (x=1) from /lib/libc.so.6 here");
        assert_eq!((call.library, call.leftover), (Some("/lib/libc.so.6"), "here"));
        assert!(split("f (x=1, y=").open && split("f (x=1) at").open);
        assert!(!split("f (x=1)").is_complete());
    }
}
