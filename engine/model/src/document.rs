//! A text as it came in, decoded.

/// One decoded text of a ticket. Lines are cut at line feeds only; a carriage return before one is part of the damage
/// that later steps look through.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// What the user calls it: a path, a path inside an archive, `standard input`. A label, never opened again.
    pub name: String,
    /// The encoding it was decoded from, in lower case: `utf-8`, `utf-16le`, `gb18030`, …
    pub encoding: String,
    /// Size in bytes before decoding.
    pub bytes: u64,
    /// The text.
    pub text: String,
    /// What the reader of the report must know about this text: a limit that was hit, bytes that were no text.
    pub notes: Vec<String>,
}

impl Document {
    /// A document from text that needs no decoding.
    pub fn from_text(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        Document { name: name.into(), encoding: "utf-8".into(), bytes: text.len() as u64, text, notes: Vec::new() }
    }
}
