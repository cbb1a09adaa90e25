//! Where the result goes.

use crate::args::OutputArgs;
use crate::terminal;
use anyhow::Context as _;
use stacklore::reports::Layout;
use std::fs::File;
use std::io::{self, BufWriter, Write};

/// Writes a result to the chosen place.
pub(crate) fn write(
    args: &OutputArgs,
    body: impl FnOnce(&Layout, &mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let layout = terminal::layout(args);
    match &args.output {
        None => to_stdout(|out| body(&layout, out)),
        Some(path) => {
            let name = path.display();
            let tried = || format!("{name}: cannot write the report; choose another place with --output");
            let mut out = BufWriter::new(File::create(path).with_context(tried)?);
            body(&layout, &mut out).and_then(|()| out.flush()).with_context(tried)
        }
    }
}

/// Hands over the chosen place for a result that is written in parts, each to be seen at once.
pub(crate) fn stream(
    args: &OutputArgs,
    body: impl FnOnce(&mut (dyn Write + Send)) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    match &args.output {
        None => body(&mut BufWriter::new(io::stdout())),
        Some(path) => {
            let tried = || format!("{}: cannot write the reports; choose another place with --output", path.display());
            body(&mut BufWriter::new(File::create(path).with_context(tried)?))
        }
    }
}

/// Writes to standard output, buffered.
pub(crate) fn to_stdout(body: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    body(&mut out).and_then(|()| out.flush()).context("cannot write to standard output")
}
