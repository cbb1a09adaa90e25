//! Which listings of tasks a text holds, and whether they are whole.

use crate::builder::Builder;
use stacklore_model::{Listing, ListingOf};

/// A listing in the making.
#[derive(Default)]
pub(super) struct Listed {
    open: Option<(ListingOf, u32)>,
    /// Something was lost or mixed in.
    broken: bool,
    last: u32,
}

impl Listed {
    /// `sysrq: Show State` and others.
    pub(super) fn sysrq(&mut self, text: &str, line: u32) {
        self.open = if text.contains("Show State") {
            Some((ListingOf::Tasks, line))
        } else if text.contains("Show Blocked State") {
            Some((ListingOf::BlockedTasks, line))
        } else {
            None
        };
        self.broken = false;
        self.last = line;
    }

    /// A task of the listing.
    pub(super) fn line(&mut self, line: u32) {
        self.last = line;
    }

    /// Messages were lost, or other reports stand between.
    pub(super) fn broken(&mut self) {
        self.broken = true;
    }

    /// A line that only stands behind the whole listing.
    pub(super) fn end(&mut self, out: &mut Builder) {
        let Some((of, first)) = self.open.take() else { return };
        if !self.broken {
            let span = out.span(first, self.last);
            out.listing(Listing { of, stacks: true, span });
        }
    }

    /// Whether a listing of all tasks is open, which has an end mark of its own.
    pub(super) fn is_of_all(&self) -> bool {
        matches!(self.open, Some((ListingOf::Tasks, _)))
    }
}
