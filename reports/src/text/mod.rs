//! Text for a terminal or a mail: what a colleague would write.

mod escape;

pub use escape::visible;

use crate::{Format, Layout, Parsed, Report, WhyView};
use std::io::{self, Write};

/// The text format.
#[derive(Clone, Copy, Debug)]
pub struct Text;

impl Format for Text {
    fn id(&self) -> &'static str {
        "text"
    }

    fn report(&self, report: &Report, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", report.verdict.name())
    }

    fn parsed(&self, parsed: &Parsed, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", parsed.contents.counts.stacks)
    }

    fn why(&self, why: &WhyView, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", why.outcome)
    }
}
