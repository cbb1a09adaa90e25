//! The dump that is being read: its session, its threads, whether it is complete.

use crate::builder::Builder;
use foldhash::fast::RandomState;
use stacklore_model::{Listing, ListingOf, SessionId};
use std::collections::HashSet;

/// One dump of one process.
#[derive(Default)]
pub(super) struct Dump {
    session: Option<SessionId>,
    /// Its first line was seen: `Full thread dump …`.
    whole: bool,
    /// What follows the last thread was seen.
    ended: bool,
    first: u32,
    last: u32,
    threads: HashSet<(Option<u64>, Option<u32>), RandomState>,
    /// Names of threads with a header.
    names: HashSet<Box<str>, RandomState>,
}

impl Dump {
    /// `Full thread dump …`: another dump, even of the same process.
    pub(super) fn begin(&mut self, line: u32, out: &mut Builder) {
        self.end(out);
        self.session(line, out);
        self.whole = true;
    }

    /// The session of the dump; a text without its first line has one too.
    pub(super) fn session(&mut self, line: u32, out: &mut Builder) -> SessionId {
        *self.session.get_or_insert_with(|| {
            self.first = line;
            out.session()
        })
    }

    /// A thread of the dump. One that comes again begins another dump.
    pub(super) fn thread(&mut self, number: Option<u64>, tid: Option<u32>, line: u32, out: &mut Builder) -> SessionId {
        let known = number.is_some() || tid.is_some();
        if known && self.threads.contains(&(number, tid)) {
            self.end(out);
        }
        self.threads.insert((number, tid));
        self.last = line;
        self.session(line, out)
    }

    /// A thread of that name has a header.
    pub(super) fn seen(&mut self, name: &str) {
        if !self.names.contains(name) {
            self.names.insert(name.into());
        }
    }

    /// Whether the stack of that name is the first of the dump; from then on it is not.
    pub(super) fn is_new(&mut self, name: &str, has_frames: bool) -> bool {
        let new = !self.names.contains(name);
        if has_frames {
            self.seen(name);
        }
        new
    }

    /// What is printed behind the last thread was met.
    pub(super) fn complete(&mut self, line: u32) {
        self.ended = true;
        self.last = line;
    }

    /// The dump is over. Only one with both ends lists all threads.
    pub(super) fn end(&mut self, out: &mut Builder) {
        let dump = std::mem::take(self);
        if let Some(session) = dump.session.filter(|_| dump.whole && dump.ended && !dump.threads.is_empty()) {
            let span = out.span(dump.first, dump.last);
            out.listing(Listing { of: ListingOf::ThreadsOfSession(session), stacks: true, span });
        }
    }
}
