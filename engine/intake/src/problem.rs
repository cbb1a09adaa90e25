//! What could not be read, in words for the person who gave it.

use std::io;
use thiserror::Error;

/// One input that gave no text. The message says what was tried, on which file, and what to do.
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
        advice: &'static str,
    },
    /// A file of an unknown form that is no text.
    #[error("{name}: is a binary file; give the text that a tool prints of it")]
    Binary {
        /// The path.
        name: String,
    },
    /// A socket, a device, or a link to a folder met below a folder.
    #[error("{name}: is {what} and was left out; name it on the command line if it is to be read")]
    Special {
        /// The path.
        name: String,
        /// What it is, with its article.
        what: &'static str,
    },
    /// A limit of [`Limits`](crate::Limits) that leaves this path out.
    #[error("{name}: was left out, {limit} reached; give fewer or smaller inputs")]
    Limit {
        /// The path.
        name: String,
        /// The limit, in words.
        limit: String,
    },
}

impl Problem {
    /// The input it is about.
    pub fn name(&self) -> &str {
        match self {
            Problem::Missing { name }
            | Problem::Unreadable { name, .. }
            | Problem::Empty { name }
            | Problem::NoText { name, .. }
            | Problem::Binary { name }
            | Problem::Special { name, .. }
            | Problem::Limit { name, .. } => name,
        }
    }
}
