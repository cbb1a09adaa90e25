//! Recognises files that are no text by their first bytes, so that the message can say what to do with them.
//!
//! The magics stand in a table ([`forms`]); executables and dumps in ELF and Mach-O are told apart by their headers
//! ([`object`]).

mod forms;
mod object;

use std::fmt;

/// A form of file that is no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    /// What it is, with its article.
    pub(crate) what: &'static str,
    /// What to do with it.
    pub(crate) advice: &'static str,
    /// What it is to this program.
    pub(crate) kind: Kind,
}

/// What a form is to this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It packs other files.
    Archive,
    /// Memory of a system.
    SystemDump,
    /// Memory of a process.
    ProcessDump,
    /// A program, a library or a kernel.
    Program,
    /// Anything else.
    Other,
}

/// Where a magic stands, and what it is the magic of.
struct Magic {
    at: usize,
    bytes: &'static [u8],
    form: Form,
    /// Files of this form may hold nothing but characters.
    of_text: bool,
}

impl fmt::Debug for Magic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.bytes.escape_ascii(), self.at, self.form.what)
    }
}

/// The form of a file, where its first bytes tell that it is no text. Some kilobytes are enough; the more there are,
/// the surer core dumps of processes are told from those of systems.
pub(crate) fn recognise(prefix: &[u8]) -> Option<Form> {
    let found = || forms::MAGICS.iter().find(|magic| magic.is_of(prefix)).map(|magic| magic.form);
    object::recognise(prefix).or_else(found)
}

impl Magic {
    fn is_of(&self, prefix: &[u8]) -> bool {
        // A text may begin with letters that are a magic too.
        let may = self.of_text || !is_text(prefix);
        may && prefix.get(self.at..).is_some_and(|rest| rest.starts_with(self.bytes))
    }
}

fn is_text(prefix: &[u8]) -> bool {
    prefix.iter().take(4096).all(|byte| is_text_byte(*byte))
}

/// Bytes of ASCII text and of UTF-8 or an encoding of 8 bits; terminals' escapes, bells and backspaces too.
fn is_text_byte(byte: u8) -> bool {
    byte >= 0x20 && byte != 0x7f || matches!(byte, 7..=13 | 0x1b)
}

#[cfg(test)]
mod tests;
