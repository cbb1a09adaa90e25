//! Messages of the checker: code, place, the line itself, what was probably meant.

/// How bad a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The rule works; something about it looks wrong.
    Warning,
    /// The rule cannot be used.
    Error,
}

/// A message about a rule or vocabulary file.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// `R01` to `R18`, `W01` to `W09`.
    pub code: &'static str,
    /// Error or warning.
    pub level: Level,
    /// What is wrong.
    pub message: String,
    /// Path of the file.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
    /// Length of the marked text in characters, at least 1.
    pub length: u32,
    /// The line itself.
    pub text: String,
    /// What was probably meant, or what to do.
    pub help: Option<String>,
}
