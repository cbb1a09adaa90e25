//! bzip2: any number of streams, one after another.

use super::Packed;
use bzip2::bufread::MultiBzDecoder;
use std::io::Read;

/// Three letters are not much: a pasted text may begin with them. The size of a block and the magic of the first
/// block, or of the end of an empty stream, follow.
pub(super) fn recognise(head: &[u8]) -> bool {
    let size = head.get(3).is_some_and(|size| matches!(size, b'1'..=b'9'));
    head.starts_with(b"BZh") && size && matches!(head.get(4), Some(0x31 | 0x17))
}

pub(super) fn unpack(packed: Packed<'_>) -> Box<dyn Read + '_> {
    Box::new(MultiBzDecoder::new(packed))
}
