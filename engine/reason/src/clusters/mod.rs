//! Stacks that no rule explains, and what they have in common across tickets.
//!
//! A diagnosis gives the waiting stacks of its case that no rule explains ([`Unexplained`]), by their [`Form`]: the stack
//! without what differs from one machine, compiler and run to the next. [`cluster`] puts equal and similar forms of many
//! tickets together: each [`Cluster`] is probably one hang that deserves a rule. Nothing here reads a file; whoever
//! has the tickets numbers them.

mod distance;
mod form;
mod group;
mod normal;
mod unexplained;

pub use distance::{DISTANCE, FRAMES, NEAR_FRAMES, THRESHOLD, distance, is_similar};
pub use form::{ClusterId, Form, FormId};
pub use group::{Cluster, ClusterForm, ClusterTicket, Seen, cluster};
pub use unexplained::Unexplained;
pub(crate) use unexplained::unexplained;
