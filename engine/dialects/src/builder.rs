//! Collects what the readers of one document understand.

use foldhash::fast::RandomState;
use stacklore_model::{
    Extent, Fact, Frame, Listing, LockSighting, Mend, MendKind, Name, Note, ProcessSighting, Reading, SessionId,
    SourceId, Span, StackSighting, TaskSighting, Unclear,
};
use std::collections::HashSet;

/// The reading of one document in the making.
pub(crate) struct Builder {
    reading: Reading,
    names: HashSet<Name, RandomState>,
    /// Room of a stack that was added.
    room: Vec<Frame>,
    sessions: u32,
}

impl Builder {
    pub(crate) fn new(source: SourceId, lines: u32) -> Self {
        Builder {
            reading: Reading { source, lines, ..Reading::default() },
            names: HashSet::default(),
            room: Vec::new(),
            sessions: 0,
        }
    }

    pub(crate) fn finish(self) -> Reading {
        self.reading
    }

    /// What was read so far.
    pub(crate) fn reading(&self) -> &Reading {
        &self.reading
    }

    /// What was read so far, to complete it (a state learned later, a waiter joined to its lock).
    pub(crate) fn reading_mut(&mut self) -> &mut Reading {
        &mut self.reading
    }

    /// The shared copy of a string: dumps repeat the same symbols thousands of times.
    pub(crate) fn name(&mut self, text: &str) -> Name {
        if let Some(name) = self.names.get(text) {
            return name.clone();
        }
        let name: Name = text.into();
        self.names.insert(name.clone());
        name
    }

    /// A new debugger session or dump.
    pub(crate) fn session(&mut self) -> SessionId {
        self.sessions += 1;
        SessionId(self.sessions)
    }

    /// One line of this document.
    pub(crate) fn at(&self, line: u32) -> Span {
        Span::line(self.reading.source, line)
    }

    /// Lines of this document, first and last included.
    pub(crate) fn span(&self, first: u32, last: u32) -> Span {
        Span { source: self.reading.source, first, last: last.max(first) }
    }

    pub(crate) fn task(&mut self, sighting: TaskSighting) {
        self.reading.tasks.push(sighting);
    }

    pub(crate) fn process(&mut self, sighting: ProcessSighting) {
        self.reading.processes.push(sighting);
    }

    /// All names of the reading.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    /// An empty list of frames, with the room of the stack that was added last.
    pub(crate) fn room(&mut self) -> Vec<Frame> {
        std::mem::take(&mut self.room)
    }

    /// Adds a stack; one without frames is no stack and is left out.
    pub(crate) fn stack(&mut self, mut stack: StackSighting) {
        if !stack.frames.is_empty() {
            // What is kept has no room to spare; the room is for the next stack.
            if stack.frames.capacity() > stack.frames.len() {
                let exact = Vec::with_capacity(stack.frames.len());
                let mut room = std::mem::replace(&mut stack.frames, exact);
                stack.frames.append(&mut room);
                if room.capacity() > self.room.capacity() {
                    self.room = room;
                }
            }
            self.reading.stacks.push(stack);
        }
    }

    pub(crate) fn lock(&mut self, lock: LockSighting) {
        self.reading.locks.push(lock);
    }

    pub(crate) fn fact(&mut self, fact: Fact) {
        debug_assert!(stacklore_model::relation(fact.relation).is_some(), "undeclared relation {}", fact.relation);
        self.reading.facts.push(fact);
    }

    pub(crate) fn listing(&mut self, listing: Listing) {
        self.reading.listings.push(listing);
    }

    /// Notes a mend; the same sort on the same line is noted once.
    pub(crate) fn mend(&mut self, kind: MendKind, line: u32) {
        let mend = Mend { kind, span: self.at(line) };
        if !self.reading.mends.iter().rev().take(8).any(|known| *known == mend) {
            self.reading.mends.push(mend);
        }
    }

    pub(crate) fn unclear(&mut self, line: u32, why: &'static str) {
        let span = self.at(line);
        self.reading.unclear.push(Unclear { span, why });
    }

    /// A remark for the report, a full sentence.
    pub(crate) fn note(&mut self, span: Option<Span>, text: impl Into<String>) {
        self.reading.notes.push(Note { span, text: text.into() });
    }

    /// A dialect understood a line.
    pub(crate) fn understood(&mut self, dialect: &'static str, line: u32) {
        let span = self.at(line);
        let reading = &mut self.reading;
        match reading.extents.last_mut() {
            Some(last) if last.dialect == dialect && line <= last.span.last + 1 => {
                if line > last.span.last {
                    last.span.last = line;
                    reading.lines_understood += 1;
                }
            }
            last => {
                if last.is_none_or(|last| last.span.last < line) {
                    reading.lines_understood += 1;
                }
                reading.extents.push(Extent { dialect, span });
                if !reading.dialects.contains(&dialect) {
                    reading.dialects.push(dialect);
                }
            }
        }
    }
}
