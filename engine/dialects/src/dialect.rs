//! The seam between the driver and the dialects.

use crate::builder::Builder;
use crate::text::{Command, Context, Line};

/// A way of printing things: one debugger, one kernel file, one runtime.
pub(crate) trait Dialect: Sync {
    /// Short stable name, used in rules, reports and the corpus.
    fn name(&self) -> &'static str;

    /// Byte strings of which one occurs in the first line of every region of this dialect. Lines without any needle of
    /// any dialect are passed over unless a region is open: choose strings that are rare in prose and logs.
    fn needles(&self) -> &'static [&'static str];

    /// A reader for one document.
    fn reader(&self) -> Box<dyn Reader>;
}

/// What a reader did with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fed {
    /// It understood the line.
    Taken,
    /// The line says nothing (a blank line, a notice in between); the region goes on.
    Passed,
    /// The line does not belong to the region, which ends before it; others may have the line.
    End,
}

/// Reads the regions of one dialect in one document. It lives as long as the document, so that one region can build
/// on an earlier one (`thread 35` names the thread whose frames follow).
pub(crate) trait Reader {
    /// Whether a region of this dialect begins with this line. No region is open.
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool;

    /// A line of the open region; the first is the one that opened it.
    fn feed(&mut self, line: &Line<'_>, context: &Context<'_>, out: &mut Builder) -> Fed;

    /// The region has ended.
    fn close(&mut self, out: &mut Builder);

    /// Whether it sees for itself to marks in the place of lines that an author left out (`...`, `[snip]`). Where it does
    /// not, they are kept from it, and a stack around one is cut.
    fn sees_elisions(&self) -> bool {
        false
    }

    /// A prompt with a command was read, by whatever tool; the region that was open has been closed.
    /// Returns whether the command means something to this dialect.
    fn command(&mut self, _command: &Command, _out: &mut Builder) -> bool {
        false
    }

    /// The document has ended, after the last `close`: join what was read (waiters to their locks).
    fn finish(&mut self, _out: &mut Builder) {}
}
