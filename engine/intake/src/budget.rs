//! What is left of each limit while a case is read, and what each limit has left out.

use crate::{Limit, Limits, Meter, Problem};
use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::time::{Duration, Instant};

/// The largest step in which the meter is asked for memory.
pub(crate) const STEP: u64 = 1 << 20;

/// The remaining budget of a case.
pub(crate) struct Budget<'a> {
    /// The limits as given.
    pub(crate) limits: &'a Limits,
    meter: &'a dyn Meter,
    kept: Cell<u64>,
    entries: Cell<usize>,
    start: Option<Instant>,
    /// Time that the meter has waited for memory: it is not the ticket's.
    waited: Cell<Duration>,
    /// The limit that ended the reading of this case.
    over: Cell<Option<Limit>>,
    hits: RefCell<Vec<Problem>>,
}

impl<'a> Budget<'a> {
    pub(crate) fn new(limits: &'a Limits, meter: &'a dyn Meter) -> Self {
        Budget {
            limits,
            meter,
            kept: Cell::new(0),
            entries: Cell::new(0),
            start: now(),
            waited: Cell::default(),
            over: Cell::new(None),
            hits: RefCell::default(),
        }
    }

    /// Bytes that may still be kept, of one text or held archive.
    pub(crate) fn most(&self) -> u64 {
        self.limits.file_bytes.min(self.left())
    }

    fn left(&self) -> u64 {
        self.limits.total_bytes.saturating_sub(self.kept.get())
    }

    /// The limit that [`most`](Self::most) comes from.
    pub(crate) fn narrowest(&self) -> Limit {
        if self.left() < self.limits.file_bytes { Limit::Bytes } else { Limit::File }
    }

    /// Asks the meter for memory before it is used. What is kept of it is then told with [`keep`](Self::keep).
    pub(crate) fn take(&self, mut bytes: u64) {
        let before = now();
        while bytes > 0 {
            let step = bytes.min(STEP);
            self.meter.take(step);
            bytes -= step;
        }
        if let (Some(before), Some(after)) = (before, now()) {
            self.waited.set(self.waited.get() + (after - before));
        }
    }

    /// Gives memory back that was taken.
    pub(crate) fn give(&self, bytes: u64) {
        self.meter.give(bytes);
    }

    /// Counts bytes that are kept, for ever or for now, against the limit on all.
    pub(crate) fn keep(&self, bytes: u64) {
        self.kept.set(self.kept.get() + bytes);
    }

    /// Takes back what [`keep`](Self::keep) has counted.
    pub(crate) fn release(&self, bytes: u64) {
        self.kept.set(self.kept.get().saturating_sub(bytes));
    }

    /// Counts a file, folder, member or part. `false` when it is to be left out with all that follows.
    pub(crate) fn entry(&self, name: &str) -> bool {
        if self.over(name) {
            return false;
        }
        let met = self.entries.get();
        self.entries.set(met.saturating_add(1));
        match met.cmp(&self.limits.entries) {
            Ordering::Less => true,
            Ordering::Equal => {
                self.tell(Limit::Entries, name, "it was left out with all that follows");
                false
            }
            // What was found before may still be read, but it holds nothing more.
            Ordering::Greater => {
                self.count(Limit::Entries);
                false
            }
        }
    }

    /// Whether nothing more is to be read in this case. The first to find out that the time is over tells it.
    pub(crate) fn over(&self, name: &str) -> bool {
        if self.over.get().is_none() && self.elapsed() >= self.limits.time {
            self.end(Limit::Time, name);
        }
        self.over.get().is_some()
    }

    /// Ends the reading of this case at `name`.
    pub(crate) fn end(&self, limit: Limit, name: &str) {
        if self.over.get().is_none() {
            self.over.set(Some(limit));
            self.tell(limit, name, "what of it was not read yet was left out, with all that follows");
        }
    }

    /// Tells that a limit has left something out at `name`.
    pub(crate) fn tell(&self, limit: Limit, name: &str, left_out: &str) {
        let what = format!("the limit of {} was reached here: {left_out}", limit.words(self.limits));
        self.hits.borrow_mut().push(Problem::Limit { name: name.to_owned(), limit, what, also: 0 });
    }

    /// Counts a file that is left out because the reading was over before it.
    pub(crate) fn left_out(&self) {
        if let Some(limit) = self.over.get() {
            self.count(limit);
        }
    }

    fn count(&self, over: Limit) {
        for hit in self.hits.borrow_mut().iter_mut() {
            if let Problem::Limit { limit, also, .. } = hit
                && *limit == over
            {
                *also += 1;
            }
        }
    }

    /// What the limits have left out, in order.
    pub(crate) fn into_hits(self) -> Vec<Problem> {
        self.hits.into_inner()
    }

    fn elapsed(&self) -> Duration {
        match (self.start, now()) {
            (Some(start), Some(now)) => (now - start).saturating_sub(self.waited.get()),
            _ => Duration::ZERO,
        }
    }
}

/// The clock, where there is one.
fn now() -> Option<Instant> {
    (!cfg!(all(target_family = "wasm", target_os = "unknown"))).then(Instant::now)
}
