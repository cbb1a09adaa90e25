//! What could not be read, in words for the person who gave it.

use crate::Limit;
use std::borrow::Cow;
use std::io;
use thiserror::Error;

/// One input that gave no text, or not all of its text. The message says what was tried, on which file, and what to
/// do.
#[derive(Debug, Error)]
pub enum Problem {
    /// The path names nothing.
    #[error("{name}: there is no such file or folder; check the path")]
    Missing {
        /// The path as given.
        name: String,
    },
    /// The system refused.
    #[error("{name}: cannot be read ({source}); check its permissions, or copy it to a place where you may read it")]
    Unreadable {
        /// The path.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// A file that was listed and is no more, or has become something else, when it was to be read.
    #[error("{name}: vanished or was replaced while its folder was read; give a copy of the folder")]
    Vanished {
        /// The path.
        name: String,
    },
    /// There is nothing in it.
    #[error("{name}: is empty; paste or save the text again")]
    Empty {
        /// The path.
        name: String,
    },
    /// A file of a known form that is no text.
    #[error("{name}: is {what}; {advice}")]
    NoText {
        /// The path.
        name: String,
        /// What it is, with its article.
        what: &'static str,
        /// What to do with it.
        advice: Cow<'static, str>,
    },
    /// A file of an unknown form that is no text.
    #[error("{name}: is a binary file; give the text that a tool prints of it")]
    Binary {
        /// The path.
        name: String,
    },
    /// A socket, a device, or a link met below a folder or in an archive.
    #[error("{name}: is {what} and was left out; {advice}")]
    Special {
        /// The path.
        name: String,
        /// What it is, with its article.
        what: &'static str,
        /// What to do with it.
        advice: &'static str,
    },
    /// A file or archive that ends too early or contradicts itself. What comes before is read.
    #[error("{name}: is damaged {} ({why}); give an undamaged copy", damage(*.after))]
    Damaged {
        /// The archive, stream or file.
        name: String,
        /// How many bytes came out of it.
        after: u64,
        /// What is wrong, as the decoder says.
        why: String,
    },
    /// A form of archive, or something in one, that is not understood: a method of compression, a password.
    #[error("{name}: {what}; unpack it first")]
    Unsupported {
        /// The archive or its member.
        name: String,
        /// What it is that is not understood: a whole predicate ("is encrypted").
        what: String,
    },
    /// A limit of [`Limits`](crate::Limits) that leaves this path, or what follows, out.
    #[error("{name}: {what}{}; raise it with {}", more_files(*.also), .limit.flag())]
    Limit {
        /// The path at which it was reached.
        name: String,
        /// Which limit it is.
        limit: Limit,
        /// What the limit is and what it leaves out, in words.
        what: String,
        /// How many later files it leaves out too, where they were counted.
        also: u64,
    },
}

fn damage(after: u64) -> String {
    match after {
        0 => "from its start, and nothing of it could be read".into(),
        _ => format!("after {after} bytes; what comes before was read"),
    }
}

fn more_files(more: u64) -> String {
    match more {
        0 => String::new(),
        1 => " (1 more file)".into(),
        _ => format!(" ({more} more files)"),
    }
}

impl Problem {
    /// The input it is about.
    pub fn name(&self) -> &str {
        match self {
            Problem::Missing { name }
            | Problem::Unreadable { name, .. }
            | Problem::Vanished { name }
            | Problem::Empty { name }
            | Problem::NoText { name, .. }
            | Problem::Binary { name }
            | Problem::Special { name, .. }
            | Problem::Damaged { name, .. }
            | Problem::Unsupported { name, .. }
            | Problem::Limit { name, .. } => name,
        }
    }

    /// The input it is about, to call it otherwise.
    pub(crate) fn name_mut(&mut self) -> &mut String {
        match self {
            Problem::Missing { name }
            | Problem::Unreadable { name, .. }
            | Problem::Vanished { name }
            | Problem::Empty { name }
            | Problem::NoText { name, .. }
            | Problem::Binary { name }
            | Problem::Special { name, .. }
            | Problem::Damaged { name, .. }
            | Problem::Unsupported { name, .. }
            | Problem::Limit { name, .. } => name,
        }
    }
}
