//! What all containers have in common: members with labels, counted, in order.

use super::order::Order;
use crate::guard::{Fault, Guard, damaged};
use crate::reading::{Place, Reading};
use crate::source::Source;
use crate::{Problem, label};
use std::cell::{Cell, RefCell};
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

/// An archive with members that is being read.
pub(crate) struct Container<'c> {
    pub(super) reading: &'c Reading<'c>,
    /// Its own label.
    pub(super) name: &'c str,
    place: Place,
    order: RefCell<Order>,
    /// It has members, or is damaged.
    met: Cell<bool>,
}

/// How a member is read.
#[derive(Default)]
pub(super) struct How {
    /// The fault of what the member is read from.
    pub(super) below: Fault,
    /// Counts the packed bytes, where the member is packed by itself.
    pub(super) used: Option<Rc<Cell<u64>>>,
    /// The next member follows in the same stream: what was not used of this one is passed over.
    pub(super) to_its_end: bool,
}

impl<'c> Container<'c> {
    pub(super) fn new(reading: &'c Reading<'c>, name: &'c str, place: Place) -> Self {
        let order = RefCell::new(Order::new(reading));
        Container { reading, name, place, order, met: Cell::new(false) }
    }

    /// Reads the members with `enter` and puts them in order.
    pub(super) fn enter(self, enter: super::Enter, source: Source<'_>) {
        // What parses headers must not take the other texts with it, should it give up.
        if catch_unwind(AssertUnwindSafe(|| enter(&self, source))).is_err() {
            self.damaged(0, &io::Error::other("its form confuses the reader"));
        }
        if !self.met.get() {
            self.reading.problem(Problem::Empty { name: self.name.to_owned() });
        }
        self.order.into_inner().apply(self.reading);
    }

    /// The label of a member.
    pub(super) fn label(&self, path: &[u8]) -> String {
        label::member(self.name, path)
    }

    /// Begins a member; `false` when nothing more is to be read.
    pub(super) fn begin(&self, label: &str) -> bool {
        self.met.set(true);
        self.order.borrow_mut().next(self.reading, Some(label.to_owned()));
        self.reading.budget.entry(label)
    }

    /// Reads a member. Says whether it ended too early.
    pub(super) fn read(&self, label: &str, from: impl Read, how: How) -> Fault {
        let mut guard = Guard::new(self.reading, label, how.below.above(), from);
        if let Some(used) = how.used {
            guard = guard.unpacking(used);
        }
        let fault = guard.fault();
        self.reading.source(label, Source::stream(&mut guard, fault.clone()), self.place, Vec::new());
        if how.to_its_end && !fault.happened() {
            // An error is told by the guard and seen in the fault.
            let _ = io::copy(&mut guard, &mut io::sink());
        }
        fault
    }

    /// What is wrong with it was told where it is read from.
    pub(super) fn ended(&self) {
        self.met.set(true);
    }

    /// A member that is left out.
    pub(super) fn leave_out(&self, problem: Problem) {
        self.reading.problem(problem);
    }

    /// The archive itself cannot be read on, `after` so many bytes of it.
    pub(super) fn damaged(&self, after: u64, error: &io::Error) {
        self.met.set(true);
        self.order.borrow_mut().next(self.reading, None);
        self.reading.problem(damaged(self.name, after, error));
    }
}
