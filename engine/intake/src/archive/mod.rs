//! What packs texts: compressed streams and archives, each known by its first bytes, whatever its name is.
//!
//! [`FORMATS`] is the only list. A stream (gzip, xz, …) is unpacked piece by piece and what comes out is read as any
//! file is, under the same name. A container (tar, zip, 7z) hands its members out one after another. Nothing touches
//! the disk, and everything that a header says is doubted: sizes, counts, dictionaries.

mod bzip2;
mod checked;
mod gzip;
mod lz4;
mod lzma;
mod member;
mod order;
mod packed;
mod sevenz;
mod sparse;
mod tar;
mod zip;
mod zstd;

pub(crate) use member::Container;
pub(crate) use packed::Packed;

use crate::guard::Guard;
use crate::reading::{Place, Reading};
use crate::source::Source;
use std::io::Read;

/// The most memory, in bytes, for the history that a decoder must keep; a header may ask for gigabytes. It is what
/// `zstd --long` and twice what `xz -9` use.
pub(crate) const DICTIONARY: u64 = 128 << 20;

/// Unpacks a stream. Whatever is wrong is told when it is read.
type Unpack = for<'p> fn(Packed<'p>) -> Box<dyn Read + 'p>;

/// Reads the members of a container.
type Enter = for<'c> fn(&Container<'c>, Source<'_>);

/// A form of archive.
pub(crate) struct Format {
    /// Whether something that begins like this is of this form.
    recognise: fn(&[u8]) -> bool,
    opens: Opens,
}

enum Opens {
    Stream(Unpack),
    Container(Enter),
}

static FORMATS: &[Format] = &[
    stream(|head| head.starts_with(b"\x1f\x8b"), gzip::unpack),
    stream(bzip2::recognise, bzip2::unpack),
    stream(|head| head.starts_with(b"\xfd7zXZ\0"), lzma::unpack_xz),
    stream(zstd::recognise, zstd::unpack),
    stream(|head| head.starts_with(b"\x04\x22\x4d\x18"), lz4::unpack),
    container(zip::recognise, zip::enter),
    container(|head| head.starts_with(b"7z\xbc\xaf\x27\x1c"), sevenz::enter),
    container(tar::recognise, tar::enter),
    // It has no magic, so it comes last.
    stream(lzma::recognise, lzma::unpack),
];

const fn stream(recognise: fn(&[u8]) -> bool, unpack: Unpack) -> Format {
    Format { recognise, opens: Opens::Stream(unpack) }
}

const fn container(recognise: fn(&[u8]) -> bool, enter: Enter) -> Format {
    Format { recognise, opens: Opens::Container(enter) }
}

/// The form of archive that begins like this.
pub(crate) fn recognise(head: &[u8]) -> Option<&'static Format> {
    FORMATS.iter().find(|format| (format.recognise)(head))
}

/// Reads what is in an archive. `place` is where its content stands.
pub(crate) fn open(
    reading: &Reading<'_>,
    format: &Format,
    name: &str,
    source: Source<'_>,
    place: Place,
    notes: Vec<String>,
) {
    match format.opens {
        Opens::Container(enter) => Container::new(reading, name, place).enter(enter, source),
        Opens::Stream(unpack) => {
            let (stream, below) = source.into_reader(reading, name);
            let packed = Packed::new(stream);
            let used = packed.used();
            let mut guard = Guard::new(reading, name, below.above(), unpack(packed)).unpacking(used);
            let fault = guard.fault();
            reading.source(name, Source::stream(&mut guard, fault), place, notes);
        }
    }
}
