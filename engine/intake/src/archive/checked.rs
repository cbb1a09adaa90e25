//! A member whose size, and perhaps whose checksum, is known.

use flate2::Crc;
use std::io::{self, Read};

/// Reads as many bytes as were told, and says where there are fewer or the checksum does not fit.
pub(super) struct Checked<R> {
    inner: R,
    left: u64,
    crc: Crc,
    expected: Option<u32>,
}

impl<R: Read> Checked<R> {
    pub(super) fn new(inner: R, size: u64, expected: Option<u32>) -> Self {
        Checked { inner, left: size, crc: Crc::new(), expected }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let read = match most {
            0 => 0,
            _ => self.inner.read(&mut buffer[..most])?,
        };
        if read == 0 && most > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if self.expected.is_some() {
            self.crc.update(&buffer[..read]);
        }
        self.left -= read as u64;
        // The bytes are handed out first; the next call, which asks for the end, is told.
        match self.expected {
            Some(expected) if self.left == 0 && read == 0 && !buffer.is_empty() && self.crc.sum() != expected => {
                Err(io::Error::new(io::ErrorKind::InvalidData, "its checksum does not fit"))
            }
            _ => Ok(read),
        }
    }
}
