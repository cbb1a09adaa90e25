//! A member of a zip archive: its header and how it is packed.

use super::super::checked::Checked;
use super::super::lzma::MEMORY_KIB;
use super::super::{Packed, bzip2, lzma, zstd};
use crate::Problem;
use flate2::bufread::DeflateDecoder;
use lzma_rust2::LzmaReader;
use std::io::{self, Read};

/// The bit of the flags that says that it needs a password.
const ENCRYPTED: u16 = 1;
/// The bit that says that the sizes follow the data.
pub(super) const SIZES_FOLLOW: u16 = 1 << 3;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// What is told of a member.
#[derive(Clone, Debug, Default)]
pub(super) struct Member {
    pub(super) path: Vec<u8>,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed_size: u64,
    pub(super) size: u64,
    /// Where its own header stands.
    pub(super) header_at: u64,
    /// Kind and permissions as Unix has them, zero where they are not told.
    pub(super) mode: u16,
}

impl Member {
    pub(super) fn is_folder(&self) -> bool {
        self.path.ends_with(b"/")
    }

    /// Why it is not read at all.
    pub(super) fn left_out(&self, label: &str) -> Option<Problem> {
        let name = label.to_owned();
        if self.mode & 0o170_000 == 0o120_000 {
            let advice = "what it leads to is read where it is itself in the archive";
            return Some(Problem::Special { name, what: "a link", advice });
        }
        (self.flags & ENCRYPTED != 0).then(|| Problem::Unsupported { name, what: "is encrypted".into() })
    }

    /// Its bytes from its packed bytes; or what it is that is not understood.
    pub(super) fn unpacked<'p>(&self, packed: Packed<'p>) -> Result<Box<dyn Read + 'p>, String> {
        let (size, crc) = (self.size, Some(self.crc));
        Ok(match self.method {
            STORED => Box::new(Checked::new(packed, size, crc)),
            DEFLATED => Box::new(Checked::new(DeflateDecoder::new(packed), size, crc)),
            12 => Box::new(Checked::new(bzip2::unpack(packed), size, crc)),
            14 => Box::new(Checked::new(Lzma { size, state: State::Start(packed) }, size, crc)),
            93 => Box::new(Checked::new(zstd::unpack(packed), size, crc)),
            95 => Box::new(Checked::new(lzma::unpack_xz(packed), size, crc)),
            other => return Err(format!("is packed by a method that is not understood ({})", method(other))),
        })
    }

    /// Whether the end of the packed bytes can be told from them.
    pub(super) fn ends_itself(&self) -> bool {
        self.method == DEFLATED
    }
}

fn method(number: u16) -> String {
    match number {
        1 => "shrink".into(),
        2..=5 => "reduce".into(),
        6 => "implode".into(),
        9 => "Deflate64".into(),
        98 => "PPMd".into(),
        99 => "AES".into(),
        _ => format!("number {number}"),
    }
}

/// Passes over the header that stands before the data; what it tells stands in the list too.
pub(super) fn skip_header(file: &mut impl Read) -> io::Result<()> {
    let mut header = [0; 30];
    file.read_exact(&mut header)?;
    if !header.starts_with(b"PK\x03\x04") {
        return Err(invalid("its header is not where the list says"));
    }
    let more = u64::from(u16_at(&header, 26)) + u64::from(u16_at(&header, 28));
    let skipped = io::copy(&mut file.take(more), &mut io::sink())?;
    if skipped < more { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
}

/// LZMA as zip has it: a version, the size of the properties, the properties, then the bare stream.
struct Lzma<'p> {
    size: u64,
    state: State<'p>,
}

enum State<'p> {
    Start(Packed<'p>),
    Running(Box<LzmaReader<Packed<'p>>>),
    Broken,
}

impl Read for Lzma<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.state = match std::mem::replace(&mut self.state, State::Broken) {
            State::Start(mut packed) => {
                let mut header = [0; 9];
                packed.read_exact(&mut header)?;
                let dictionary = u32_at(&header, 5);
                if lzma_rust2::lzma_get_memory_usage_by_props(dictionary, header[4])? > MEMORY_KIB {
                    return Err(io::ErrorKind::OutOfMemory.into());
                }
                State::Running(Box::new(LzmaReader::new_with_props(packed, self.size, header[4], dictionary, None)?))
            }
            other => other,
        };
        match &mut self.state {
            State::Running(reader) => reader.read(buffer),
            _ => Ok(0),
        }
    }
}

pub(super) fn invalid(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Numbers are little-endian; what lies outside is zero.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|part| part.try_into().ok()).map_or(0, u16::from_le_bytes)
}

/// As [`u16_at`].
pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|part| part.try_into().ok()).map_or(0, u32::from_le_bytes)
}

/// As [`u16_at`].
pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|part| part.try_into().ok()).map_or(0, u64::from_le_bytes)
}
