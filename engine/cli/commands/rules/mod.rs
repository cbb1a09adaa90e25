//! `stacklore rules`: check, test, matrix, list and show.

mod check;
mod list;
mod matrix;
mod table;
mod test;

use crate::args::RulesCommand;
use crate::exit::Exit;

/// Runs a command about rules.
pub(crate) fn run(command: &RulesCommand) -> anyhow::Result<Exit> {
    match command {
        RulesCommand::Check { folder, corpus } => check::run(folder.as_deref(), corpus.as_deref()),
        RulesCommand::Test { corpus, only, knowledge } => test::run(corpus, only, knowledge),
        RulesCommand::Matrix { corpus, format, check, knowledge } => {
            matrix::run(corpus, *format, check.as_deref(), knowledge)
        }
        RulesCommand::List { knowledge } => list::list(knowledge),
        RulesCommand::Show { id, knowledge } => list::show(id, knowledge),
    }
}
