//! A queue of tickets: what a batch writes beside, or about, the report of each. An index that is sorted and filtered
//! without a server, a page for each signature and each cluster of unexplained hangs, JSON, CSV.
//!
//! A [`TicketRow`] is made as soon as a ticket is diagnosed, and is all that has to be kept of it. A [`Summary`] of
//! all rows is what [`summary_json`], [`tickets_csv`] and [`Pages`] write.

mod csv;
mod date;
mod json;
mod names;
mod pages;
#[cfg(test)]
mod sample;
mod summary;
#[cfg(test)]
mod tests;
mod view;

pub use csv::tickets as tickets_csv;
pub use date::date;
pub(crate) use json::ClusterFile;
pub use json::{cluster as cluster_json, report_line, summary as summary_json};
pub use names::{INDEX, cluster_folder, signature_page, ticket_files};
pub use pages::{Excerpt, Pages, ticket as ticket_page};
pub use view::{
    About, CLUSTER_SCHEMA, ClusterForm, ClusterRow, ClusterTicket, FindingRow, SCHEMA, SignatureRow, Summary,
    TicketRow, UnexplainedRow,
};
