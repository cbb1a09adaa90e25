//! `stacklore schema`: JSON Schema of what the program writes for other programs.

use crate::args::OutputSchema;
use crate::exit::Exit;
use crate::output;
use stacklore::reports::schema;

/// Prints a schema.
pub(crate) fn run(of: OutputSchema) -> anyhow::Result<Exit> {
    let schema = match of {
        OutputSchema::Report => schema::report(),
        OutputSchema::Parse => schema::parsed(),
        OutputSchema::Batch => schema::batch(),
        OutputSchema::Cluster => schema::cluster(),
    };
    output::to_stdout(|out| writeln!(out, "{schema:#}"))?;
    Ok(Exit::Done)
}
