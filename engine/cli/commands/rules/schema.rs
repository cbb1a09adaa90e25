//! `stacklore rules schema`: JSON Schema of rule files and of vocabulary files.

use crate::args::{KnowledgeArgs, SchemaOf};
use crate::exit::Exit;
use crate::{output, rulebook};
use stacklore::reason::rules::schema;

/// Prints a schema, with the wait kinds and groups of the rules in use.
pub(super) fn run(of: SchemaOf, knowledge: &KnowledgeArgs) -> anyhow::Result<Exit> {
    let engine = rulebook::engine(knowledge)?;
    let schema = match of {
        SchemaOf::Rule => schema::rule(engine.vocabulary()),
        SchemaOf::Vocabulary => schema::vocabulary(engine.vocabulary()),
    };
    output::to_stdout(|out| writeln!(out, "{schema:#}"))?;
    Ok(Exit::Done)
}
