//! The packed side of a stream.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

/// So much is read at once.
const BUFFER: usize = 64 << 10;

/// Packed bytes, of which those are counted that the decoder has used: a buffer that was read ahead would make a small
/// bomb look like a fair archive.
pub(crate) struct Packed<'p> {
    inner: BufReader<Box<dyn Read + 'p>>,
    used: Rc<Cell<u64>>,
    starved: bool,
}

impl<'p> Packed<'p> {
    pub(crate) fn new(inner: Box<dyn Read + 'p>) -> Self {
        Packed { inner: BufReader::with_capacity(BUFFER, inner), used: Rc::default(), starved: false }
    }

    /// Counts the bytes that were used.
    pub(crate) fn used(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.used)
    }

    /// Whether more was asked for than there is.
    pub(crate) fn starved(&self) -> bool {
        self.starved
    }

    /// Whether all was used.
    pub(crate) fn at_end(&mut self) -> io::Result<bool> {
        Ok(self.inner.fill_buf()?.is_empty())
    }
}

impl Read for Packed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.starved |= read == 0 && !buffer.is_empty();
        self.used.set(self.used.get() + read as u64);
        Ok(read)
    }
}

impl BufRead for Packed<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.used.set(self.used.get() + amount as u64);
        self.inner.consume(amount);
    }
}
