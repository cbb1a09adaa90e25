//! What tickets have in common: hangs that no rule knows.

use super::folder::Folder;
use super::state;
use stacklore::reason::clusters::{self, Form, Seen};
use stacklore::reports::queue::{ClusterForm, ClusterRow, ClusterTicket, Excerpt, TicketRow};
use std::cmp::Reverse;

/// Hangs that at least so many tickets share are shown together.
const SHARED: usize = 2;
/// Excerpts that a cluster shows at most.
const EXCERPTS: usize = 3;

/// The clusters of what no rule explains, those of most tickets first.
pub(super) fn clusters(rows: &[TicketRow]) -> Vec<ClusterRow> {
    let seen = rows.iter().enumerate().filter(|(_, row)| !row.unexplained.is_empty()).map(|(number, row)| {
        let forms = row.unexplained.iter().map(|form| Seen {
            form: Form::new(form.wait.clone(), form.frames.clone()),
            stacks: form.stacks as usize,
            tasks: u64::from(form.tasks),
        });
        (number, forms)
    });
    clusters::cluster(seen)
        .into_iter()
        .filter(|cluster| cluster.tickets.len() >= SHARED)
        .map(|cluster| row(&cluster, rows))
        .collect()
}

fn row(cluster: &clusters::Cluster, rows: &[TicketRow]) -> ClusterRow {
    let count = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    let mut tickets: Vec<ClusterTicket> = cluster
        .tickets
        .iter()
        .filter_map(|ticket| {
            let row = rows.get(ticket.ticket)?;
            let tasks = u32::try_from(ticket.tasks).unwrap_or(u32::MAX);
            Some(ClusterTicket { id: row.id.clone(), page: row.page.clone(), stacks: count(ticket.stacks), tasks })
        })
        .collect();
    tickets.sort_by_key(|ticket| Reverse(ticket.stacks));
    ClusterRow {
        id: cluster.id.to_string(),
        wait: cluster.leader().and_then(|form| form.wait().map(str::to_owned)),
        distance: clusters::DISTANCE.into(),
        tickets,
        forms: cluster
            .forms
            .iter()
            .map(|form| ClusterForm {
                form: form.form.id().to_string(),
                frames: form.form.frames().to_vec(),
                tickets: count(form.tickets),
            })
            .collect(),
        stacks: cluster.stacks as u64,
        tasks: cluster.tickets.iter().map(|ticket| ticket.tasks).sum(),
    }
}

/// Stacks of a cluster as they stand in the texts of different tickets, each of the most frequent form that the ticket
/// has.
pub(super) fn excerpts(cluster: &ClusterRow, folder: &Folder) -> Vec<Excerpt> {
    let name = |page: &str| page.trim_start_matches("tickets/").trim_end_matches(".html").to_owned();
    let mut found: Vec<Excerpt> = Vec::new();
    for ticket in &cluster.tickets {
        let Some(state) = state::read(folder, &name(&ticket.page)) else { continue };
        let of_form = |form: &ClusterForm| state.excerpts.iter().find(|excerpt| excerpt.form == form.form);
        let Some(excerpt) = cluster.forms.iter().find_map(of_form) else { continue };
        if found.iter().all(|other| other.text != excerpt.text) {
            let file = format!("stack-{}.txt", found.len() + 1);
            found.push(Excerpt { file, ticket: ticket.id.clone(), text: excerpt.text.clone() });
        }
        if found.len() == EXCERPTS {
            break;
        }
    }
    found
}
