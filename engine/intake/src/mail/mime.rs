//! Takes a message apart into its contents: one pass over its lines, with a stack of the boundaries that are open.

use super::header::{Content, Header};

/// Multiparts inside one another that are followed. What lies deeper is one content.
const DEPTH: usize = 32;
/// Contents of a message that are looked at.
pub(super) const PARTS: usize = 10_000;

/// One content of a message.
#[derive(Debug)]
pub(super) struct Leaf<'a> {
    pub(super) content: Content,
    /// As it was sent.
    pub(super) bytes: &'a [u8],
    /// The innermost `multipart/alternative` in which it stands: such contents say the same.
    pub(super) alternative: Option<usize>,
}

/// A message taken apart.
#[derive(Debug)]
pub(super) struct Message<'a> {
    pub(super) header: Header<'a>,
    pub(super) leaves: Vec<Leaf<'a>>,
    /// It has more contents than are looked at.
    pub(super) cut: bool,
}

/// An open multipart.
#[derive(Debug)]
struct Multipart {
    boundary: Vec<u8>,
    /// Its number where its parts say the same.
    alternative: Option<usize>,
    /// What a part is that does not say.
    default: &'static str,
    /// Where its body begins, while no part of it was met.
    unopened: Option<usize>,
}

/// A line that ends a part.
struct Delimiter {
    /// Which of the open multiparts it is of.
    level: usize,
    closes: bool,
    /// Where it begins, and what follows it.
    at: usize,
    after: usize,
}

/// Takes a message apart.
pub(super) fn split(bytes: &[u8]) -> Message<'_> {
    let (header, body) = Header::split(bytes);
    let content = header.content("text/plain");
    let mut splitter = Splitter { bytes, stack: Vec::new(), leaves: Vec::new(), multiparts: 0 };
    splitter.run(content, body);
    let cut = splitter.leaves.len() > PARTS;
    splitter.leaves.truncate(PARTS);
    Message { header, leaves: splitter.leaves, cut }
}

struct Splitter<'a> {
    bytes: &'a [u8],
    stack: Vec<Multipart>,
    leaves: Vec<Leaf<'a>>,
    multiparts: usize,
}

impl<'a> Splitter<'a> {
    fn run(&mut self, content: Content, body: usize) {
        let mut next = Some((content, body));
        while let Some((content, body)) = next {
            next = self.entity(content, body);
            if self.leaves.len() > PARTS {
                return;
            }
        }
    }

    /// Reads one part that begins at `body`; gives the next.
    fn entity(&mut self, content: Content, body: usize) -> Option<(Content, usize)> {
        let mut delimiter;
        if let Some(boundary) = content.boundary.clone().filter(|_| self.opens(&content)) {
            self.multiparts += 1;
            let alternative = match content.mime.as_str() {
                "multipart/alternative" => Some(self.multiparts),
                _ => self.alternative(),
            };
            let default = if content.mime == "multipart/digest" { "message/rfc822" } else { "text/plain" };
            self.stack.push(Multipart { boundary, alternative, default, unopened: Some(body) });
            delimiter = self.delimiter(body);
        } else {
            delimiter = self.delimiter(body);
            let end = delimiter.as_ref().map_or(self.bytes.len(), |delimiter| delimiter.at);
            self.leaf(content, body, end);
        }
        loop {
            let Some(Delimiter { level, closes, at, after }) = delimiter else {
                self.close_to(0, self.bytes.len());
                return None;
            };
            self.close_to(level + 1, at);
            if let Some(multipart) = self.stack.last_mut() {
                multipart.unopened = None;
                if !closes {
                    let (header, body) = Header::split(self.bytes.get(after..).unwrap_or_default());
                    return Some((header.content(multipart.default), after + body));
                }
            }
            self.stack.pop();
            if self.stack.is_empty() {
                // What was appended to the message on its way stands here.
                let content = Header::default().content("text/plain");
                self.leaf(content, after, self.bytes.len());
                return None;
            }
            delimiter = self.delimiter(after);
        }
    }

    fn opens(&self, content: &Content) -> bool {
        content.mime.starts_with("multipart/") && self.stack.len() < DEPTH
    }

    fn alternative(&self) -> Option<usize> {
        self.stack.last().and_then(|multipart| multipart.alternative)
    }

    /// Closes the multiparts above a level. One without any part is a content that only says it is one.
    fn close_to(&mut self, level: usize, end: usize) {
        while self.stack.len() > level {
            if let Some(Multipart { unopened: Some(from), .. }) = self.stack.pop() {
                let content = Header::default().content("text/plain");
                self.leaf(content, from, end);
            }
        }
    }

    fn leaf(&mut self, content: Content, from: usize, to: usize) {
        let mut bytes = self.bytes.get(from..to).unwrap_or_default();
        if to < self.bytes.len() {
            // The line end before a delimiter is the delimiter's.
            bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
            bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        }
        if !bytes.trim_ascii().is_empty() {
            self.leaves.push(Leaf { content, bytes, alternative: self.alternative() });
        }
    }

    /// The next line from `at` on that is a delimiter of an open multipart, of the innermost first.
    fn delimiter(&self, mut at: usize) -> Option<Delimiter> {
        if self.stack.is_empty() {
            return None;
        }
        while let Some(rest) = self.bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            if let Some(mark) = rest[..length].strip_prefix(b"--") {
                let mark = mark.trim_ascii_end();
                let is = |mark: &[u8]| self.stack.iter().rposition(|multipart| multipart.boundary == mark);
                let closes = || mark.strip_suffix(b"--").and_then(is);
                let found = is(mark).map(|level| (level, false)).or_else(|| closes().map(|level| (level, true)));
                if let Some((level, closes)) = found {
                    return Some(Delimiter { level, closes, at, after: at + length });
                }
            }
            at += length;
        }
        None
    }
}
