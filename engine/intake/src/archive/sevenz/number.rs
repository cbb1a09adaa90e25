//! Numbers and bits as 7z writes them.

use super::invalid;
use std::io;

/// Reads through a header. It never reads past the end, and never believes a count that the rest cannot hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers<'h>(&'h [u8]);

impl<'h> Numbers<'h> {
    pub(super) fn new(bytes: &'h [u8]) -> Self {
        Numbers(bytes)
    }

    pub(super) fn bytes(&mut self, count: usize) -> io::Result<&'h [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count).ok_or_else(|| invalid("its header ends too early"))?;
        self.0 = rest;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        self.bytes(N)?.try_into().map_err(|_| invalid("its header ends too early"))
    }

    pub(super) fn u8(&mut self) -> io::Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn u32(&mut self) -> io::Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn u64(&mut self) -> io::Result<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A number of one to nine bytes: the leading ones of the first tell how many follow.
    pub(super) fn number(&mut self) -> io::Result<u64> {
        let first = self.u8()?;
        let more = first.leading_ones().min(8) as usize;
        let mut bytes = [0; 8];
        bytes[..more].copy_from_slice(self.bytes(more)?);
        let low = u64::from_le_bytes(bytes);
        // The bits behind the first zero are the highest ones of the number.
        let high = u64::from(first) & ((1 << (7_usize.saturating_sub(more))) - 1);
        Ok(if more < 8 { low | high << (8 * more) } else { low })
    }

    /// A count of things that take memory: more than `most` are refused.
    pub(super) fn count(&mut self, most: usize) -> io::Result<usize> {
        let count = self.index()?;
        if count > most { Err(io::ErrorKind::OutOfMemory.into()) } else { Ok(count) }
    }

    /// A count that the caller bounds in another way.
    pub(super) fn index(&mut self) -> io::Result<usize> {
        usize::try_from(self.number()?).map_err(|_| invalid("a number in its header is too large"))
    }

    /// All that is left.
    pub(super) fn rest(self) -> &'h [u8] {
        self.0
    }

    /// All that is left, as bits.
    pub(super) fn rest_as_bits(self) -> Bits<'h> {
        Bits(Some(self.0))
    }

    /// So many bits.
    pub(super) fn bits(&mut self, count: usize) -> io::Result<Bits<'h>> {
        Ok(Bits(Some(self.bytes(count.div_ceil(8))?)))
    }

    /// So many bits, or a mark that all are set.
    pub(super) fn bits_or_all(&mut self, count: usize) -> io::Result<Bits<'h>> {
        if self.u8()? != 0 { Ok(Bits(None)) } else { self.bits(count) }
    }

    /// Checksums: bits that say which are there, then these.
    pub(super) fn checksums(&mut self, count: usize, mut each: impl FnMut(Option<u32>)) -> io::Result<()> {
        let known = self.bits_or_all(count)?;
        for at in 0..count {
            each(if known.get(at) { Some(self.u32()?) } else { None });
        }
        Ok(())
    }
}

/// Bits, the highest of a byte first; or all set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bits<'h>(Option<&'h [u8]>);

impl Bits<'_> {
    pub(super) fn get(self, at: usize) -> bool {
        self.0.is_none_or(|bytes| bytes.get(at / 8).is_some_and(|byte| byte & (0x80 >> (at % 8)) != 0))
    }
}

#[cfg(test)]
mod tests {
    use super::Numbers;

    #[test]
    fn numbers_have_one_to_nine_bytes() {
        let number = |bytes: &[u8]| Numbers::new(bytes).number().ok();
        assert_eq!(number(&[0x7f]), Some(0x7f));
        assert_eq!(number(&[0x81, 0x02]), Some(0x102));
        assert_eq!(number(&[0xc1, 0x02, 0x03]), Some(0x10302));
        assert_eq!(number(&[0xff, 1, 2, 3, 4, 5, 6, 7, 8]), Some(0x0807_0605_0403_0201));
        assert_eq!(number(&[0xfe, 1, 2, 3, 4, 5, 6, 7]), Some(0x0007_0605_0403_0201));
        assert_eq!(number(&[0xff, 1]), None);
    }

    #[test]
    fn what_a_header_cannot_hold_is_refused() {
        assert!(Numbers::new(&[16]).count(16).is_ok());
        assert!(Numbers::new(&[17]).count(16).is_err());
        assert!(Numbers::new(&[0xff]).bits(9).is_err());
    }
}
