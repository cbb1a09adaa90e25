//! Where bytes come from: a file, memory, or a stream that can be read once.

use crate::budget::{Budget, STEP};
use crate::guard::{Fault, Guard};
use crate::reading::Reading;
use crate::{Limit, decode};
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

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
    /// It need not be text.
    any: bool,
}

/// Something of which any place can be read.
pub(crate) trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// A source for a form of archive that is read from its end.
pub(crate) enum Seekable<'r> {
    /// All of it.
    All(Box<dyn ReadSeek + 'r>),
    /// It is too large to be held: a stream from its beginning.
    Start(Box<dyn Read + 'r>, Fault),
    /// It broke, which has been told: what came before.
    Broken(Box<dyn ReadSeek + 'r>),
}

/// Bytes that are held in memory for a while.
struct Held<'b> {
    budget: &'b Budget<'b>,
    bytes: Cursor<Vec<u8>>,
}

impl<'b> Held<'b> {
    fn new(budget: &'b Budget<'b>, bytes: Vec<u8>) -> Self {
        Held { budget, bytes: Cursor::new(bytes) }
    }
}

impl Read for Held<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.bytes.read(buffer)
    }
}

impl Seek for Held<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let size = self.bytes.get_ref().len() as u64;
        self.budget.release(size);
        self.budget.give(size);
    }
}

impl<'s> Source<'s> {
    /// A regular file.
    pub(crate) fn file(mut file: File) -> Self {
        let mut head = Vec::new();
        let broken = Read::take(&mut file, HEAD).read_to_end(&mut head).and_then(|_| file.rewind()).err();
        Source { head, body: Body::File(file), broken }
    }

    /// Bytes in memory, which the budget [keeps](Budget::keep) already.
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

    /// Whether it is in memory already.
    pub(crate) fn is_held(&self) -> bool {
        matches!(self.body, Body::Bytes(_))
    }

    /// All of it as a stream, from its beginning.
    pub(crate) fn into_reader<'r>(self, reading: &'r Reading<'r>, name: &'r str) -> (Box<dyn Read + 'r>, Fault)
    where
        's: 'r,
    {
        match self.body {
            Body::File(file) => {
                let guard = Guard::raw(reading, name, file);
                let fault = guard.fault();
                (Box::new(guard), fault)
            }
            Body::Bytes(bytes) => (Box::new(Held::new(&reading.budget, bytes)), Fault::default()),
            Body::Stream(stream, fault) => (Box::new(Cursor::new(self.head).chain(stream)), fault),
        }
    }

    /// All of it so that any place in it can be read. What can be read only once is held in memory, within the limits;
    /// where it is too large, what was held comes back as a stream, with all that follows.
    pub(crate) fn into_seekable<'r>(self, reading: &'r Reading<'r>, name: &'r str) -> Seekable<'r>
    where
        's: 'r,
    {
        let budget = &reading.budget;
        match self.body {
            Body::File(file) => Seekable::All(Box::new(file)),
            Body::Bytes(bytes) => Seekable::All(Box::new(Held::new(budget, bytes))),
            Body::Stream(stream, fault) => {
                let mut gathered = Gathered { any: true, ..Gathered::default() };
                let most = budget.most();
                gathered.read(budget, name, most, 0, Cursor::new(self.head).chain(&mut *stream));
                budget.keep(gathered.bytes.len() as u64);
                let too_large = gathered.cut.is_some() || gathered.bytes.len() as u64 > most;
                let held = Held::new(budget, gathered.bytes);
                match gathered.broken {
                    Some(_) => Seekable::Broken(Box::new(held)),
                    None if too_large => Seekable::Start(Box::new(held.chain(stream)), fault),
                    None => Seekable::All(Box::new(held)),
                }
            }
        }
    }

    /// Reads a text within the limits. The size that the system tells is not trusted: it is zero for files of `/proc`,
    /// and a log may grow.
    pub(crate) fn gather(self, budget: &Budget<'_>, name: &str) -> Gathered {
        if let Body::Bytes(bytes) = &self.body {
            budget.release(bytes.len() as u64);
        }
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
            budget.give(gathered.bytes.len() as u64 - most);
            gathered.bytes.truncate(most as usize);
            gathered.cut = Some(budget.narrowest());
        }
        budget.keep(gathered.bytes.len() as u64);
        gathered
    }
}

impl Gathered {
    /// Reads one byte more than `most`: it tells whether anything is cut off.
    fn read(&mut self, budget: &Budget<'_>, name: &str, most: u64, expected: u64, mut from: impl Read) {
        let mut next = expected.min(most).saturating_add(1).max(SMALL);
        let mut taken = 0;
        loop {
            let wanted = most.saturating_add(1).saturating_sub(self.bytes.len() as u64);
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
                Ok(_) => self.binary = !self.any && self.binary_after(SURELY_BINARY),
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
