//! What every format can do, and the tables of all formats.

use crate::{Dot, Folded, Html, Json, Markdown, Parsed, Report, Root, Sarif, Text, WhyView};
use std::io::{self, Write};

/// How output is laid out on a page or terminal. Formats for machines ignore what does not concern them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Columns at which prose is wrapped.
    pub width: usize,
    /// Draw with ASCII only.
    pub ascii: bool,
    /// Colours of a terminal.
    pub color: bool,
    /// How much is told.
    pub detail: Detail,
    /// Leave nothing out of long lists.
    pub everything: bool,
    /// What folded stacks begin with.
    pub root: Root,
}

/// How much of a report is told. Only the text format knows shorter forms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// All of it.
    #[default]
    Whole,
    /// One line for each finding.
    Brief,
    /// The verdict in one word.
    Verdict,
}

impl Default for Layout {
    fn default() -> Self {
        Layout { width: 100, ascii: false, color: false, detail: Detail::Whole, everything: false, root: Root::None }
    }
}

/// What has a name on the command line.
pub trait Named: Sync {
    /// The name.
    fn id(&self) -> &'static str;
}

/// A form in which a diagnosis is written.
pub trait Format: Named {
    /// Writes a diagnosed case. Fails only when `out` does.
    fn report(&self, report: &Report, layout: &Layout, out: &mut dyn Write) -> io::Result<()>;
}

/// A form in which one rule is explained, clause by clause.
pub trait WhyFormat: Named {
    /// Writes what became of each clause. Fails only when `out` does.
    fn why(&self, why: &WhyView, layout: &Layout, out: &mut dyn Write) -> io::Result<()>;
}

/// A form in which the contents of a case are written.
pub trait ContentsFormat: Named {
    /// Writes what was read of a case. Fails only when `out` does.
    fn parsed(&self, parsed: &Parsed, layout: &Layout, out: &mut dyn Write) -> io::Result<()>;
}

/// All formats of a diagnosis, the default first.
pub static FORMATS: &[&dyn Format] = &[&Text, &Markdown, &Html, &Json, &Sarif, &Dot];

/// All formats of one rule, clause by clause, the default first.
pub static WHY_FORMATS: &[&dyn WhyFormat] = &[&Text, &Markdown, &Json];

/// All formats of the contents of a case, the default first.
pub static CONTENTS_FORMATS: &[&dyn ContentsFormat] = &[&Text, &Json, &Folded];

/// The format of a diagnosis of that name.
pub fn format(id: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.id() == id)
}

/// The format of that name in which one rule is explained.
pub fn why_format(id: &str) -> Option<&'static dyn WhyFormat> {
    WHY_FORMATS.iter().copied().find(|format| format.id() == id)
}

/// The format of contents of that name.
pub fn contents_format(id: &str) -> Option<&'static dyn ContentsFormat> {
    CONTENTS_FORMATS.iter().copied().find(|format| format.id() == id)
}
