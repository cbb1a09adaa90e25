//! `stacklore rules`: new, check, test, matrix, schema, pages, list and show.

mod check;
mod list;
mod matrix;
mod new;
mod pages;
mod schema;
mod table;
mod test;

use crate::args::RulesCommand;
use crate::exit::Exit;

/// Runs a command about rules.
pub(crate) fn run(command: &RulesCommand) -> anyhow::Result<Exit> {
    match command {
        RulesCommand::Check { folder, corpus, deny_warnings } => {
            check::run(folder.as_deref(), corpus.as_deref(), *deny_warnings)
        }
        RulesCommand::Test { corpus, only, knowledge } => test::run(corpus, only, knowledge),
        RulesCommand::Matrix { corpus, format, check, knowledge } => {
            matrix::run(corpus, *format, check.as_deref(), knowledge)
        }
        RulesCommand::New { file, from, id, family, out, corpus, knowledge } => {
            let wishes = new::Wishes { id: id.as_deref(), family: family.as_deref(), out: out.as_deref(), corpus };
            new::run(file.as_deref(), from.as_deref(), &wishes, knowledge)
        }
        RulesCommand::Schema { of, knowledge } => schema::run(*of, knowledge),
        RulesCommand::List { knowledge } => list::list(knowledge),
        RulesCommand::Pages { out, check, knowledge } => pages::run(out, *check, knowledge),
        RulesCommand::Show { id, raw, knowledge } => list::show(id, *raw, knowledge),
    }
}
