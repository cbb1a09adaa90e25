//! Files that are no text: pictures, databases, dumps.

use super::random::Random;
use super::tree::Body;

/// What lies in a ticket and cannot be read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Binary {
    /// A screenshot.
    Png,
    /// A photo.
    Jpeg,
    /// A database.
    Sqlite,
    /// A core file of a process.
    Core,
    /// A dump of a kernel, as kdump writes it.
    Vmcore,
    /// A shared library.
    Library,
}

impl Binary {
    /// All of them.
    pub(crate) const ALL: [Binary; 6] =
        [Binary::Png, Binary::Jpeg, Binary::Sqlite, Binary::Core, Binary::Vmcore, Binary::Library];

    /// A name for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Binary::Png => "screenshot.png",
            Binary::Jpeg => "IMG_2041.JPG",
            Binary::Sqlite => "cache.sqlite",
            Binary::Core => "core.4711",
            Binary::Vmcore => "vmcore",
            Binary::Library => "libexample.so.1",
        }
    }

    /// Its first bytes and random or empty ones behind them.
    pub(crate) fn body(self, bytes: u64, random: &mut Random) -> Body {
        let head: &[u8] = match self {
            Binary::Png => b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\0\0\0\x03\0\x08\x02\0\0\0",
            Binary::Jpeg => b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0",
            Binary::Sqlite => b"SQLite format 3\0\x10\0\x01\x01\0\x40\x20\x20",
            // Class 64, little endian; type 4 is a core file, 3 a library; machine 62 is x86-64.
            Binary::Core => b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x04\0\x3e\0\x01\0\0\0",
            Binary::Library => b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0",
            Binary::Vmcore => b"KDUMP   \x06\0\0\0Linux\0",
        };
        let bytes = bytes.max(64) - head.len() as u64;
        let rest = match self {
            Binary::Core | Binary::Vmcore => Body::Fill(0, bytes),
            _ => Body::bytes((0..bytes.min(64 * 1024)).map(|_| random.number() as u8).collect::<Vec<u8>>()),
        };
        Body::Parts(vec![Body::bytes(head), rest])
    }
}
