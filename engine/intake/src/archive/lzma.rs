//! xz (any number of streams) and the older `.lzma`.

use super::{DICTIONARY, Packed};
use lzma_rust2::{LzmaReader, XzReader};
use std::io::{self, Read};

/// What a decoder needs beside its dictionary, generously.
const OVERHEAD: u64 = 1 << 20;

/// The memory that a decoder may take, in KiB.
pub(super) const MEMORY_KIB: u32 = ((DICTIONARY + OVERHEAD) >> 10) as u32;

pub(super) fn unpack_xz(packed: Packed<'_>) -> Box<dyn Read + '_> {
    Box::new(XzReader::new_mem_limit(packed, true, MEMORY_KIB))
}

/// `.lzma` has no magic: the usual settings, a dictionary that is a multiple of 64 KiB, and a size that is unknown or
/// below 256 GiB.
pub(super) fn recognise(head: &[u8]) -> bool {
    let size = head.get(5..13).is_some_and(|size| size == [0xff; 8] || size[5..] == [0; 3]);
    head.starts_with(b"\x5d\0\0") && size && head.get(3..5) != Some(&[0, 0])
}

pub(super) fn unpack(packed: Packed<'_>) -> Box<dyn Read + '_> {
    Box::new(Alone::Start(Some(packed)))
}

/// The header is read when the first byte is asked for, where what is wrong with it can be told.
enum Alone<'p> {
    Start(Option<Packed<'p>>),
    Running(Box<LzmaReader<Packed<'p>>>),
}

impl Read for Alone<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Alone::Start(packed) = self {
            let packed = packed.take().ok_or(io::ErrorKind::InvalidData)?;
            *self = Alone::Running(Box::new(LzmaReader::new_mem_limit(packed, MEMORY_KIB, None)?));
        }
        match self {
            Alone::Running(reader) => reader.read(buffer),
            Alone::Start(_) => Ok(0),
        }
    }
}
