//! What every format can do, and the table of all formats.

use crate::{Json, Parsed, Report, Text, WhyView};
use std::io::{self, Write};

/// How a report is laid out on a page or terminal. Formats for machines ignore it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Columns at which prose is wrapped.
    pub width: usize,
    /// Draw with ASCII only.
    pub ascii: bool,
}

impl Default for Layout {
    fn default() -> Self {
        Layout { width: 100, ascii: false }
    }
}

/// A form in which a report is written.
pub trait Format: Sync {
    /// Its name on the command line.
    fn id(&self) -> &'static str;

    /// Writes a diagnosed case. Fails only when `out` does.
    fn report(&self, report: &Report, layout: &Layout, out: &mut dyn Write) -> io::Result<()>;

    /// Writes what was read of a case. Fails only when `out` does.
    fn parsed(&self, parsed: &Parsed, layout: &Layout, out: &mut dyn Write) -> io::Result<()>;

    /// Writes one rule clause by clause. Fails only when `out` does.
    fn why(&self, why: &WhyView, layout: &Layout, out: &mut dyn Write) -> io::Result<()>;
}

/// All formats, the default first.
pub static FORMATS: &[&dyn Format] = &[&Text, &Json];

/// The format of that name.
pub fn format(id: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.id() == id)
}
