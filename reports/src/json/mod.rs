//! JSON: the view model as it is, one object on one line, so that the same form serves one case and many.

use crate::{ContentsFormat, Format, Layout, Named, Parsed, Report, WhyFormat, WhyView};
use serde::Serialize;
use std::io::{self, Write};

/// The JSON format.
#[derive(Clone, Copy, Debug)]
pub struct Json;

impl Named for Json {
    fn id(&self) -> &'static str {
        "json"
    }
}

impl Format for Json {
    fn report(&self, report: &Report, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
        line(report, out)
    }
}

impl WhyFormat for Json {
    fn why(&self, why: &WhyView, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
        line(why, out)
    }
}

impl ContentsFormat for Json {
    fn parsed(&self, parsed: &Parsed, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
        line(parsed, out)
    }
}

fn line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value).map_err(io::Error::from)?;
    out.write_all(b"\n")
}
