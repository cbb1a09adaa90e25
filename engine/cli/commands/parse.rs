//! `stacklore parse`: what was understood of texts, and what was not.

use crate::args::ParseArgs;
use crate::exit::Exit;
use crate::{output, reading, rulebook};
use stacklore::Options;

/// Shows what the given texts hold.
pub(crate) fn run(args: &ParseArgs) -> anyhow::Result<Exit> {
    let engine = rulebook::engine(&args.knowledge)?;
    let Some(texts) = reading::read(&engine, &args.input) else { return Ok(Exit::Failed) };
    let options = Options { notes: texts.notes, ..Options::default() };
    let parsed = engine.contents(&texts.case, texts.documents, texts.readings, &options);
    output::write(&args.output, |format, layout, out| format.parsed(&parsed, layout, out))?;
    Ok(Exit::Done)
}
