//! Places in the text as given. Every claim of the program carries one.

use serde::Serialize;

/// Index of a document in its case, in the order in which the texts were given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct SourceId(pub u32);

/// Lines of one document, first and last included, counted from 1 at line feeds of the text as given
/// (after decoding, before any mending).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Span {
    /// The document.
    pub source: SourceId,
    /// First line.
    pub first: u32,
    /// Last line, at least `first`.
    pub last: u32,
}

impl Span {
    /// One line of a document.
    pub fn line(source: SourceId, line: u32) -> Self {
        Span { source, first: line, last: line }
    }

    /// The smallest span that holds both; `other` of another document is ignored.
    #[must_use]
    pub fn to(self, other: Span) -> Self {
        if other.source != self.source {
            return self;
        }
        Span { source: self.source, first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}
