//! Watches a stream of bytes: counts what comes out, ends it at the limits, and tells once where it broke.

use crate::archive::DICTIONARY;
use crate::reading::{Reading, broken};
use crate::{Limit, Limits, Problem};
use std::cell::Cell;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

/// Whether a stream, or one that it is read from, has ended too early. The word about it is said where it broke;
/// whatever is read from it just ends.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fault {
    own: Rc<Cell<bool>>,
    below: Option<Rc<Fault>>,
}

impl Fault {
    /// The fault of something that is read from this.
    pub(crate) fn above(&self) -> Fault {
        Fault { own: Rc::default(), below: Some(Rc::new(self.clone())) }
    }

    /// Whether it, or what it is read from, has ended too early; that has been told.
    pub(crate) fn happened(&self) -> bool {
        self.own.get() || self.below.as_ref().is_some_and(|below| below.happened())
    }

    pub(crate) fn set(&self) {
        self.own.set(true);
    }
}

/// A stream that is watched.
pub(crate) struct Guard<'g, R> {
    inner: R,
    reading: &'g Reading<'g>,
    name: &'g str,
    fault: Fault,
    out: u64,
    /// Packed bytes that were used so far, where the stream unpacks.
    packed: Option<Rc<Cell<u64>>>,
    /// It is a file or pipe of the outside world, not something that is unpacked.
    raw: bool,
}

impl<'g, R: Read> Guard<'g, R> {
    pub(crate) fn new(reading: &'g Reading<'g>, name: &'g str, fault: Fault, inner: R) -> Self {
        Guard { inner, reading, name, fault, out: 0, packed: None, raw: false }
    }

    /// Watches a file or pipe of the outside world.
    pub(crate) fn raw(reading: &'g Reading<'g>, name: &'g str, inner: R) -> Self {
        Guard { raw: true, ..Guard::new(reading, name, Fault::default(), inner) }
    }

    /// What is read from this has to know whether it broke.
    pub(crate) fn fault(&self) -> Fault {
        self.fault.clone()
    }

    /// Watches the ratio too: `packed` counts the bytes that have gone in.
    pub(crate) fn unpacking(mut self, packed: Rc<Cell<u64>>) -> Self {
        self.packed = Some(packed);
        self
    }

    fn end(&self) -> io::Error {
        self.fault.set();
        io::Error::other("it has ended before")
    }

    fn broken(&self, error: io::Error) -> io::Error {
        if !self.fault.happened() {
            self.reading.problem(match self.raw {
                true => broken(self.name, self.out, error),
                false => damaged(self.name, self.out, &error),
            });
        }
        self.end()
    }

    fn too_much(&self) -> bool {
        let ratio = self.reading.budget.limits.ratio;
        let packed = self.packed.as_ref().map(|packed| packed.get());
        self.out > Limits::RATIO_FROM && packed.is_some_and(|packed| self.out > packed.saturating_mul(ratio))
    }
}

/// What a decoder says of something that it cannot unpack, or not to its end.
pub(crate) fn damaged(name: &str, after: u64, error: &io::Error) -> Problem {
    let name = name.to_owned();
    match error.kind() {
        io::ErrorKind::OutOfMemory => {
            let what = format!("needs more memory to be unpacked than the {} MiB that are given", DICTIONARY >> 20);
            Problem::Unsupported { name, what }
        }
        io::ErrorKind::Unsupported => Problem::Unsupported { name, what: error.to_string() },
        io::ErrorKind::UnexpectedEof => Problem::Damaged { name, after, why: "it ends too early".into() },
        _ => Problem::Damaged { name, after, why: error.to_string() },
    }
}

impl<R: Read> Read for Guard<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // What broke below is seen when this stream gets there: it may still have bytes that came before.
        if self.fault.own.get() || self.reading.budget.over(self.name) {
            return Err(self.end());
        }
        // A decoder that panics on damaged bytes must not take the other texts with it.
        match catch_unwind(AssertUnwindSafe(|| self.inner.read(buffer))) {
            Err(_) => Err(self.broken(io::Error::other("the decoder gave up"))),
            Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Ok(Err(error)) => Err(self.broken(error)),
            Ok(Ok(read)) => {
                self.out += read as u64;
                if self.too_much() {
                    let left_out = format!("{} bytes had come out of it, and the rest was left out", self.out);
                    self.reading.budget.tell(Limit::Ratio, self.name, &left_out);
                    return Err(self.end());
                }
                Ok(read)
            }
        }
    }
}
