//! What `--resume` knows of a ticket that is done. It is written last: a ticket whose state is there is done whole.

use super::folder::{Folder, TICKETS};
use serde::{Deserialize, Serialize};
use stacklore::reports::queue::TicketRow;
use std::fs;

/// The state of a ticket.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct State {
    /// What the answer depends on beside the ticket: version, rules, options.
    pub(super) stamp: String,
    /// The ticket as it was on the disk: [`stacklore_intake::Survey::mark`].
    pub(super) mark: String,
    /// Its row.
    pub(super) row: TicketRow,
    /// Stacks that no rule explains, as they stand in the text: one for each form.
    pub(super) excerpts: Vec<Excerpt>,
}

/// A stack as it stands in the text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Excerpt {
    /// Id of its form.
    pub(super) form: String,
    /// The lines.
    pub(super) text: String,
}

/// The file of a ticket's state.
pub(super) fn file(name: &str) -> String {
    format!("{TICKETS}/{name}.json")
}

/// The state of a ticket, where it is done and its page and its report are there. A state that cannot be read is
/// none: the ticket is done again.
pub(super) fn read(folder: &Folder, name: &str) -> Option<State> {
    let state: State = serde_json::from_slice(&fs::read(folder.path(&file(name))).ok()?).ok()?;
    let there = [&state.row.page, &state.row.report].into_iter().all(|file| folder.path(file).is_file());
    there.then_some(state)
}
