//! Where the result goes.

use crate::args::OutputArgs;
use anyhow::Context as _;
use stacklore::reports::{self, Format, Layout};
use std::fs::File;
use std::io::{self, BufWriter, Write};

/// Writes a result in the chosen format to the chosen place.
pub(crate) fn write(
    args: &OutputArgs,
    body: impl FnOnce(&dyn Format, &Layout, &mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let format = reports::format(&args.format).context("the format is one of those that the arguments allow")?;
    let layout = Layout { width: usize::from(args.width), ascii: args.ascii };
    match &args.output {
        None => to_stdout(|out| body(format, &layout, out)),
        Some(path) => {
            let name = path.display();
            let tried = || format!("{name}: cannot write the report; choose another place with --output");
            let mut out = BufWriter::new(File::create(path).with_context(tried)?);
            body(format, &layout, &mut out).and_then(|()| out.flush()).with_context(tried)
        }
    }
}

/// Writes to standard output, buffered.
pub(crate) fn to_stdout(body: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    body(&mut out).and_then(|()| out.flush()).context("cannot write to standard output")
}
