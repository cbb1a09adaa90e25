//! Where bytes come from: a file, memory, or a stream that can be read once.

use crate::budget::{Budget, STEP};
use crate::guard::Fault;
use crate::{Limit, decode};
use std::fs::File;
use std::io::{self, Cursor, Read, Seek};

/// So much is looked at to tell what something is.
const HEAD: u64 = 8 << 10;

/// A text whose first bytes (so many) are no text is none: the rest need not be read.
const SURELY_BINARY: usize = 4 << 20;

/// Memory for a text grows in such steps at least and at most.
const SMALL: u64 = 16 << 10;
const GROWTH: u64 = 32 << 20;

/// Bytes with their beginning, which has been looked at.
pub(crate) struct Source<'s> {
    /// The beginning; with a stream, it is read from here.
    head: Vec<u8>,
    body: Body<'s>,
    /// What went wrong while the beginning was read.
    broken: Option<io::Error>,
}

enum Body<'s> {
    /// A file, which can be read from anywhere; the head is read again.
    File(File),
    /// All of it is in memory.
    Bytes(Vec<u8>),
    /// What follows the head. Its errors are told by who made it.
    Stream(&'s mut dyn Read, Fault),
}

/// What was read of a text.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
    /// There is more, and this limit does not let it in.
    pub(crate) cut: Option<Limit>,
    /// It ended too early. The error is still to be told unless the source [tells itself](Source::tells_itself).
    pub(crate) broken: Option<io::Error>,
    /// It was not read to its end, since it is no text.
    pub(crate) binary: bool,
}

impl<'s> Source<'s> {
    /// A regular file.
    pub(crate) fn file(mut file: File) -> Self {
        let mut head = Vec::new();
        let broken = Read::take(&mut file, HEAD).read_to_end(&mut head).and_then(|_| file.rewind()).err();
        Source { head, body: Body::File(file), broken }
    }

    /// Bytes in memory.
    pub(crate) fn bytes(bytes: Vec<u8>) -> Self {
        Source { head: Vec::new(), body: Body::Bytes(bytes), broken: None }
    }

    /// Something that can be read once. Who makes it tells its errors, by way of the fault.
    pub(crate) fn stream(stream: &'s mut dyn Read, fault: Fault) -> Self {
        let mut head = Vec::new();
        let broken = stream.take(HEAD).read_to_end(&mut head).err();
        Source { head, body: Body::Stream(stream, fault), broken }
    }

    /// The first bytes: all of them or so many that they tell what it is.
    pub(crate) fn head(&self) -> &[u8] {
        match &self.body {
            Body::Bytes(bytes) => bytes.get(..HEAD as usize).unwrap_or(bytes),
            _ => &self.head,
        }
    }

    /// Whether its errors are told by who made it.
    pub(crate) fn tells_itself(&self) -> bool {
        matches!(self.body, Body::Stream(..))
    }

    /// Reads a text within the limits. The size that the system tells is not trusted: it is zero for files of `/proc`,
    /// and a log may grow.
    pub(crate) fn gather(self, budget: &Budget<'_>, name: &str) -> Gathered {
        let most = budget.most();
        let mut gathered = Gathered { broken: self.broken, ..Gathered::default() };
        match self.body {
            Body::Bytes(bytes) => gathered.bytes = bytes,
            // A vector that grows takes twice the memory of a large file.
            Body::File(file) => {
                let size = file.metadata().map_or(0, |metadata| metadata.len());
                gathered.read(budget, name, most, size, file);
            }
            Body::Stream(stream, _) => gathered.read(budget, name, most, 0, Cursor::new(self.head).chain(stream)),
        }
        if gathered.bytes.len() as u64 > most {
            gathered.bytes.truncate(most as usize);
            gathered.cut = Some(budget.narrowest());
        }
        gathered
    }
}

impl Gathered {
    /// Reads one byte more than `most`: it tells whether anything is cut off.
    fn read(&mut self, budget: &Budget<'_>, name: &str, most: u64, expected: u64, mut from: impl Read) {
        let mut next = expected.min(most).saturating_add(1).max(SMALL);
        let mut taken = 0;
        loop {
            let wanted = (most + 1).saturating_sub(self.bytes.len() as u64);
            let room = (self.bytes.capacity() - self.bytes.len()) as u64;
            if wanted == 0 || self.binary {
                break;
            }
            if budget.over(name) {
                self.cut = Some(Limit::Time);
                break;
            }
            if room == 0 {
                let growth = next.min(wanted);
                budget.take(growth);
                taken += growth;
                self.bytes.reserve_exact(growth as usize);
                next = (self.bytes.len() as u64 + growth).clamp(SMALL, GROWTH);
                continue;
            }
            match from.by_ref().take(room.min(wanted).min(STEP)).read_to_end(&mut self.bytes) {
                Ok(0) => break,
                Ok(_) => self.binary = self.binary_after(SURELY_BINARY),
                Err(error) => {
                    self.broken = Some(error);
                    break;
                }
            }
        }
        self.bytes.shrink_to_fit();
        budget.give(taken.saturating_sub(self.bytes.len() as u64));
    }

    /// Whether the first so many bytes have just been read and are no text.
    fn binary_after(&self, first: usize) -> bool {
        let step = STEP as usize;
        (first..first + step).contains(&self.bytes.len()) && decode::is_no_text(&self.bytes[..first])
    }
}
