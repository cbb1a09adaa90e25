//! Crash reports of apport (`.crash`): fields in one text, some of them packed memory as base64.
//!
//! Fields of one line become one text, `report`; each field of several lines is a text of its own, by its name. What
//! is base64 is unpacked, but of the memory of the process or system no more than tells what it is.

use crate::mail::base64;
use crate::parts::{Part, Wrapper};
use std::ops::ControlFlow;

/// Crash reports of apport.
#[derive(Debug)]
pub(crate) struct Apport;

/// Fields that hold memory.
const MEMORY: &[&str] = &["CoreDump", "VmCore"];
/// So much of them is unpacked.
const MEMORY_START: usize = 64 << 10;
/// Fields whose stacks stand in another too, which is read if it is there.
const REPEATED: &[(&str, &str)] =
    &[("Stacktrace", "ThreadStacktrace"), ("StacktraceTop", "ThreadStacktrace"), ("StacktraceTop", "Stacktrace")];
/// Fields are looked for in so many bytes before the text is held for a report.
const WITHIN: usize = 1 << 20;

impl Wrapper for Apport {
    fn recognise(&self, name: &str, bytes: &[u8]) -> bool {
        let start = &bytes[..bytes.len().min(WITHIN)];
        let packed = || memchr::memmem::find(start, b": base64\n ").is_some();
        bytes.starts_with(b"ProblemType: ") && (name.ends_with(".crash") || packed())
    }

    fn unwrap(&self, bytes: &[u8], each: &mut dyn FnMut(Part) -> ControlFlow<()>) {
        let part =
            |name: &str, bytes: Vec<u8>, plain| Part { name: Some(name.to_owned()), bytes, plain, notes: Vec::new() };
        let mut report = Vec::new();
        let mut repeated = [false; REPEATED.len()];
        // There may be as many fields as lines: they are never all held.
        for field in (Fields { rest: bytes }) {
            if field.lines.is_empty() {
                report.extend(field.line);
                report.push(b'\n');
            } else {
                for (seen, (_, other)) in repeated.iter_mut().zip(REPEATED) {
                    *seen |= field.name == *other;
                }
            }
        }
        if each(part("report", report, true)).is_break() {
            return;
        }
        for field in (Fields { rest: bytes }).filter(|field| !field.lines.is_empty()) {
            if REPEATED.iter().zip(repeated).any(|((name, _), seen)| seen && field.name == *name) {
                continue;
            }
            let name = field.name.as_ref();
            let done = match field.packed {
                true => each(part(name, field.unpacked(), false)),
                false => each(part(name, field.text(), true)),
            };
            if done.is_break() {
                return;
            }
        }
    }
}

/// A field of a report.
struct Field<'a> {
    name: std::borrow::Cow<'a, str>,
    /// Its first line.
    line: &'a [u8],
    /// The lines that follow, each with the space before it.
    lines: &'a [u8],
    packed: bool,
}

impl Field<'_> {
    fn text(&self) -> Vec<u8> {
        let lines = self.lines.split_inclusive(|byte| *byte == b'\n');
        lines.flat_map(|line| line.strip_prefix(b" ").unwrap_or(line)).copied().collect()
    }

    fn unpacked(&self) -> Vec<u8> {
        let most = if MEMORY.contains(&self.name.as_ref()) { MEMORY_START } else { self.lines.len() };
        base64(&self.lines[..self.lines.len().min(most)])
    }
}

/// The fields of a report, in order.
struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let end = |bytes: &[u8]| memchr::memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1);
        let (line, rest) = self.rest.split_at(end(self.rest));
        let mut length = 0;
        while rest.get(length) == Some(&b' ') {
            length += end(&rest[length..]);
        }
        let (lines, rest) = rest.split_at(length);
        self.rest = rest;
        let line = line.trim_ascii_end();
        let name = &line[..memchr::memchr(b':', line).unwrap_or(line.len())];
        Some(Field { name: String::from_utf8_lossy(name), line, lines, packed: line.ends_with(b": base64") })
    }
}

#[cfg(test)]
mod tests {
    use super::Apport;
    use crate::parts::Wrapper;
    use crate::{Limits, read_bytes};
    use data_encoding::BASE64;

    #[test]
    fn stacks_are_read_and_memory_is_named() {
        let core = BASE64.encode(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x04\0");
        let log = BASE64.encode(b"INFO: task a:1\n");
        let report = format!(
            "ProblemType: Crash\nArchitecture: amd64\nCoreDump: base64\n {core}\n{}Dmesg: base64\n {log}\nProcMaps:\n 00400000-00401000 r-xp\n  x\n\
             Stacktrace:\n #0  poll () at x.c:1\nThreadStacktrace:\n .\n Thread 1 (LWP 2):\n #0  poll () at x.c:1\n #1  main ()\nUname: Linux 6.1\n",
            " QUFB\n".repeat(10_000),
        );
        let intake = read_bytes("a.crash", report.into_bytes(), &Limits::default());
        let texts: Vec<_> =
            intake.documents.iter().map(|document| (document.name.as_str(), document.text.as_str())).collect();
        assert_eq!(
            texts,
            [
                ("a.crash/report", "ProblemType: Crash\nArchitecture: amd64\nUname: Linux 6.1\n"),
                ("a.crash/Dmesg", "INFO: task a:1\n"),
                ("a.crash/ProcMaps", "00400000-00401000 r-xp\n x\n"),
                ("a.crash/ThreadStacktrace", ".\nThread 1 (LWP 2):\n#0  poll () at x.c:1\n#1  main ()\n"),
            ]
        );
        assert_eq!(intake.problems.len(), 1);
        assert!(intake.problems[0].to_string().starts_with("a.crash/CoreDump: is a core dump"));
    }

    #[test]
    fn pasted_descriptions_stay_texts() {
        assert!(!Apport.recognise("a.txt", b"ProblemType: Crash\nDistroRelease: Ubuntu 24.04\nSourcePackage: x\n"));
        assert!(!Apport.recognise("a.crash", b"[ 1.0] INFO\n"));
        assert!(Apport.recognise("a.txt", b"ProblemType: Crash\nCoreDump: base64\n H4sI\n"));
    }

    #[test]
    fn odd_reports_are_read() {
        for report in [
            "ProblemType: ",
            "ProblemType: \n :\n: base64\n \n",
            "ProblemType: x\n\n\n x",
            "ProblemType: x\nA: base64\n ???",
        ] {
            let _ = read_bytes("a.crash", report.as_bytes().to_vec(), &Limits::default());
        }
    }
}
