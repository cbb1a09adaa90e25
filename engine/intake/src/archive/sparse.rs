//! Sparse files as GNU tar writes them into pax archives: the crate for tar does not know them.
//!
//! The real name stands in a pax header; in version 1 of the form, the content begins with a list of its pieces, in
//! lines of decimal numbers that fill whole blocks. The holes between the pieces hold no text, so the pieces are read
//! one after another.

use std::io::{self, Read};
use tar::Entry;

/// What pax headers say of a sparse file.
#[derive(Debug, Default)]
pub(super) struct Sparse {
    /// Its real name.
    pub(super) name: Option<Vec<u8>>,
    /// Its content begins with a list of its pieces.
    pub(super) has_list: bool,
}

/// A list longer than this is no list.
const BLOCKS: u64 = 2048;

pub(super) fn described<R: Read>(entry: &mut Entry<'_, R>) -> Sparse {
    let mut sparse = Sparse::default();
    // What is wrong with pax headers is seen where the entry is read.
    let Ok(Some(extensions)) = entry.pax_extensions() else { return sparse };
    for extension in extensions.flatten() {
        match extension.key_bytes() {
            b"GNU.sparse.name" => sparse.name = Some(extension.value_bytes().to_vec()),
            b"GNU.sparse.major" => sparse.has_list = extension.value_bytes() == b"1",
            _ => {}
        }
    }
    sparse
}

/// Passes over the list: a count, then an offset and a size for each piece. Gives the length of the list.
pub(super) fn skip_list(from: &mut impl Read) -> io::Result<u64> {
    let mut block = [0; 512];
    let (mut number, mut wanted, mut length) = (0_u64, None, 0);
    while length < BLOCKS * 512 {
        from.read_exact(&mut block)?;
        length += 512;
        for byte in block {
            match byte {
                b'0'..=b'9' => number = number.saturating_mul(10).saturating_add(u64::from(byte - b'0')),
                b'\n' => {
                    let left = wanted.map_or_else(|| number.saturating_mul(2), |left: u64| left - 1);
                    if left == 0 {
                        return Ok(length);
                    }
                    (wanted, number) = (Some(left), 0);
                }
                _ => return Err(io::Error::new(io::ErrorKind::InvalidData, "the list of a sparse file is damaged")),
            }
        }
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "the list of a sparse file is too long"))
}
