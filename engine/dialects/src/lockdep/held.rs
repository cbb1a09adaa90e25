//! Rows of held locks, kept until the end of the text: only all of them together tell which classes are static locks.

use super::lock::Lock;
use crate::builder::Builder;
use stacklore_model::{
    HoldSource, Known, LockHolder, LockSighting, LockWaiting, Name, ObjectKey, Scope, SessionId, Span, TaskKeys,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a row says of its task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Listed as held.
    Held(Known),
    /// Asked for when a report was printed.
    Wanted,
}

/// A lock that is printed with a task.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) task: TaskKeys,
    /// Number in its table.
    pub(super) index: Option<u32>,
    pub(super) lock: Lock,
    pub(super) sort: Sort,
    pub(super) span: Span,
}

/// All rows of a text.
#[derive(Default)]
pub(super) struct Rows {
    rows: Vec<Row>,
}

impl Rows {
    /// Adds a row. One lock takes several lines where inlined callers are written out, each with the same number.
    pub(super) fn add(&mut self, row: Row) {
        if let Some(last) = self.rows.last_mut() {
            let again = row.index.is_some() && last.index == row.index && last.span.last + 1 == row.span.first;
            if again && last.task == row.task && last.lock == row.lock {
                last.span.last = row.span.last;
                return;
            }
        }
        self.rows.push(row);
    }

    /// Tells the locks, in the order of the text.
    pub(super) fn flush(&mut self, out: &mut Builder) {
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return;
        }
        let statics = Statics::of(&rows);
        let session = out.session();
        for row in rows {
            let object = match statics.name(&row.lock) {
                Some(name) => ObjectKey::symbol(out.name(name), Scope::Kernel),
                None => unnamed(&row.lock, session, out),
            };
            let sighting = sighting(object, row, out);
            out.lock(sighting);
        }
    }
}

/// The identity of a lock that is no static one. What is printed is the address of the validator's map, which lies
/// inside the lock: it joins rows with each other, and with a structure only where that is known to reach so far.
fn unnamed(lock: &Lock, session: SessionId, out: &mut Builder) -> ObjectKey {
    let class: Name = out.name(lock.base_class());
    match lock.address {
        Some(address) if !lock.hashed => ObjectKey::address(address, Scope::Kernel),
        Some(address) => ObjectKey { symbol: Some(class), ..ObjectKey::address(address, Scope::Session(session)) },
        // A class alone is no identity: a space of its own keeps the row apart from all others.
        None => ObjectKey::symbol(class, Scope::Session(out.session())),
    }
}

fn sighting(object: ObjectKey, row: Row, out: &mut Builder) -> LockSighting {
    let Row { task, lock, sort, span, .. } = row;
    let mut sighting = LockSighting {
        object,
        kind: None,
        size: 0,
        holders: Vec::new(),
        waiters: Vec::new(),
        anonymous_readers: None,
        write_wanted: None,
        free: None,
        span,
    };
    match sort {
        Sort::Held(known) => {
            sighting.kind = lock.spins.then(|| out.name("spinlock"));
            sighting.holders.push(LockHolder { task, mode: lock.mode, known, from: HoldSource::Listing, span });
        }
        // Without a kind it says what a blocked task waits for, and makes no wait of its own.
        Sort::Wanted => sighting.waiters.push(LockWaiting { task, mode: lock.mode, span }),
    }
    sighting
}

/// Which classes of a text are static locks.
struct Statics {
    /// The kernel image and its modules lie in the last 2 GiB, and every static lock with them.
    in_image: bool,
    /// Names that are seen at more than one address.
    many: BTreeSet<String>,
}

/// Start of the kernel image and modules on x86-64 and RISC-V.
const IMAGE: u64 = 0xffff_ffff_8000_0000;

impl Statics {
    fn of(rows: &[Row]) -> Self {
        let mut places: BTreeMap<&str, u64> = BTreeMap::new();
        let mut many = BTreeSet::new();
        let mut in_image = false;
        for lock in rows.iter().map(|row| &row.lock) {
            let (Some(name), Some(address)) = (lock.static_name(), lock.address) else { continue };
            in_image |= address >= IMAGE;
            if *places.entry(name).or_insert(address) != address {
                many.insert(name.to_owned());
            }
        }
        Statics { in_image, many }
    }

    fn name<'l>(&self, lock: &'l Lock) -> Option<&'l str> {
        let name = lock.static_name()?;
        let in_image = lock.address.is_none_or(|address| lock.hashed || !self.in_image || address >= IMAGE);
        (in_image && !self.many.contains(name)).then_some(name)
    }
}
