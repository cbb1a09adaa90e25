//! `stacklore rules`.

use crate::args::RulesCommand;
use crate::exit::Exit;

/// Runs a command about rules.
pub(crate) fn run(command: &RulesCommand) -> anyhow::Result<Exit> {
    let _ = command;
    Ok(Exit::Done)
}
