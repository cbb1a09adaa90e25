//! `stacklore parse`: what was understood of texts, and what was not.

use crate::args::ParseArgs;
use crate::exit::Exit;
use crate::{output, reading, rulebook};
use stacklore::Options;
use stacklore::reports::{self, Layout};

/// Shows what the given texts hold.
pub(crate) fn run(args: &ParseArgs) -> anyhow::Result<Exit> {
    let engine = rulebook::engine(&args.knowledge)?;
    let Some(texts) = reading::read(&engine, &args.input) else { return Ok(Exit::Failed) };
    let options = Options { notes: texts.notes, ..Options::default() };
    let parsed = args.output.view(engine.contents(&texts.case, texts.documents, texts.readings, &options));
    let format = reports::contents_format(&args.format).unwrap_or(&reports::Text);
    output::write(&args.output, |layout, out| {
        let layout = Layout { everything: args.all, root: args.root.into(), ..*layout };
        format.parsed(&parsed, &layout, out)
    })?;
    Ok(Exit::Done)
}
