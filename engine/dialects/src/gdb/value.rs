//! Values that gdb prints: `{a = 1, b = {c = 0x0}}`, on one line or on many.

use super::call::{Brackets, literal};

/// A structure of a printed value: its members that are no structures themselves.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Structure<'a> {
    /// Names from the outermost structure inward; of array elements and unnamed ones the name is empty.
    pub(super) path: Vec<&'a str>,
    /// Members with their values as printed.
    pub(super) members: Vec<(&'a str, &'a str)>,
    /// Names of the structures in it.
    pub(super) inner: Vec<&'a str>,
}

impl<'a> Structure<'a> {
    /// The value of a member.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.members.iter().find(|(member, _)| *member == name).map(|(_, value)| *value)
    }

    /// The value of a member that is a whole number, in decimal or hexadecimal digits.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        number(self.get(name)?)
    }
}

/// How deep a value is inside brackets that is read line by line.
#[derive(Default)]
pub(super) struct Depth {
    brackets: Brackets,
    lines: u32,
}

/// Lines over which the value of a local variable may run.
const MAX_LINES: u32 = 4000;

impl Depth {
    pub(super) fn read(&mut self, text: &str) {
        self.lines = if self.is_open() { self.lines + 1 } else { 0 };
        let mut at = 0;
        while at < text.len() {
            let skip = if self.brackets.in_string() { None } else { literal(text, at) };
            if skip.is_none() {
                self.brackets.step(text.as_bytes()[at]);
            }
            at += skip.unwrap_or(1);
        }
        if self.lines > MAX_LINES {
            *self = Depth::default();
        }
    }

    pub(super) fn is_open(&self) -> bool {
        !self.brackets.is_closed()
    }
}

/// A whole number as gdb prints it.
pub(super) fn number(text: &str) -> Option<u64> {
    super::argument::leading_number(text).0
}

/// Deepest nesting that is followed; real structures stay far below.
const MAX_DEPTH: usize = 64;

/// All structures of a value, inner ones before the ones that hold them.
pub(super) fn structures(text: &str) -> Vec<Structure<'_>> {
    let mut done = Vec::new();
    let mut open: Vec<Structure<'_>> = Vec::new();
    let bytes = text.as_bytes();
    let (mut start, mut at) = (0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = string_end(bytes, at),
            b'\'' => at += literal(text, at).map_or(0, |length| length - 1),
            b'{' if open.len() < MAX_DEPTH => {
                let name = text[start..at].trim().trim_end_matches('=').trim();
                let mut path = open.last().map_or_else(Vec::new, |outer| outer.path.clone());
                if let Some(outer) = open.last_mut() {
                    outer.inner.push(name);
                    path.push(name);
                }
                open.push(Structure { path, ..Structure::default() });
                start = at + 1;
            }
            b',' | b'}' => {
                if let (Some(inner), Some((name, value))) = (open.last_mut(), text[start..at].split_once(" = ")) {
                    inner.members.push((name.trim(), value.trim()));
                }
                if bytes[at] == b'}' {
                    done.extend(open.pop());
                }
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    done
}

/// The byte of the closing quote of the string that begins here.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_structures_and_strings() {
        let found = structures(
            "{id = 1, name = 0x5 \"a, {b\", lock = {__data = {__lock = 2, __owner = 0x12}, __align = 2}, c = '{'}",
        );
        assert_eq!(found.len(), 3);
        assert_eq!((found[0].path.as_slice(), found[0].number("__owner")), (&["lock", "__data"][..], Some(0x12)));
        assert_eq!((found[1].path.as_slice(), found[1].inner.as_slice()), (&["lock"][..], &["__data"][..]));
        assert_eq!((found[2].get("id"), found[2].get("name")), (Some("1"), Some("0x5 \"a, {b\"")));
        assert_eq!(structures("{a = {b = 1, c = \"x").len(), 0);
    }
}
