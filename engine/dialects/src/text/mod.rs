//! Lines as the dialects see them: mended, split where records were glued, without prefixes; each still knows the line
//! of the text as given.

mod characters;
mod context;
mod glued;
mod lines;
mod mend;
mod pattern;
mod prefix;
pub(crate) mod prompt;
mod quoting;
pub(crate) mod shape;
pub(crate) mod shell;
mod split;
mod unwrap;
mod wrap;

pub(crate) use context::Context;
pub(crate) use lines::{Lines, line_count};
pub(crate) use mend::{Mender, Piece};
pub(crate) use pattern::pattern;
pub(crate) use shape::{PerShape, Shape};
pub(crate) use unwrap::{Unwrapped, hides, unwrap};
pub(crate) use wrap::Seam;

use std::borrow::Cow;

/// A logical line: one record, or what is left of a line after its prefixes were peeled off.
#[derive(Clone, Debug)]
pub(crate) struct Line<'a> {
    /// Line of the text as given, from 1.
    pub(crate) number: u32,
    /// The mended text, without trailing blanks; leading blanks are kept.
    pub(crate) text: Cow<'a, str>,
    /// What was peeled off.
    pub(crate) prefix: Prefix,
    /// The shape of the text, where nothing had to be mended: what holds for one line of a shape holds for all.
    pub(crate) shape: Option<Shape>,
}

impl Line<'_> {
    /// The text without leading blanks.
    pub(crate) fn trimmed(&self) -> &str {
        // Every reader asks, and most lines begin with a plain character or with one blank.
        match self.text.as_bytes() {
            [b'!'..=b'~', ..] => &self.text,
            [b' ' | b'\t', b'!'..=b'~', ..] => &self.text[1..],
            _ => self.text.trim_start(),
        }
    }

    /// Whether nothing but blanks is there.
    pub(crate) fn is_blank(&self) -> bool {
        match self.text.as_bytes() {
            [] => true,
            [b'!'..=b'~', ..] | [_, b'!'..=b'~', ..] => false,
            _ => self.text.trim().is_empty(),
        }
    }

    /// The text up to the first character of an East Asian script: prose glued to a record.
    pub(crate) fn head(&self) -> &str {
        split::head(&self.text)
    }
}

/// What was peeled off the front of a line.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Prefix {
    /// Seconds of a printk time stamp.
    pub(crate) time: Option<f64>,
    /// printk caller: a task (`T56`) or a CPU (`C1`).
    pub(crate) caller: Option<Caller>,
    /// Seconds since 1970 of a date before the line, where its year is told.
    pub(crate) clock: Option<f64>,
    /// A log daemon or the kernel's log tool says that the kernel printed the line.
    pub(crate) kernel: bool,
    /// The line comes out of a log: between two lines of one program there can be lines of others.
    pub(crate) logged: bool,
    /// File named by `grep -H`: `/proc/97/task/109/stack`.
    pub(crate) path: Option<String>,
}

/// Who printed a kernel line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// A task, by id.
    Task(u32),
    /// A CPU.
    Cpu(u32),
}

/// The tool whose prompt a command was typed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    /// A shell.
    Shell,
    /// The crash utility.
    Crash,
    /// gdb.
    Gdb,
    /// mdb or kmdb.
    Mdb,
    /// lldb.
    Lldb,
    /// A Python prompt: drgn.
    Python,
    /// A debugger inside a kernel: ddb, kdb, xmon.
    Kernel,
}

/// A command at a prompt.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    /// Whose prompt.
    pub(crate) tool: Tool,
    /// What was typed, without the prompt.
    pub(crate) text: String,
    /// Line of the text as given.
    pub(crate) line: u32,
}
