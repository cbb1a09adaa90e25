//! gzip: any number of members, one after another. Padding with zeros, as tapes leave it, ends them.

use super::Packed;
use flate2::bufread::GzDecoder;
use std::io::{self, BufRead, Read};

pub(super) fn unpack(packed: Packed<'_>) -> Box<dyn Read + '_> {
    Box::new(Members(Some(GzDecoder::new(packed))))
}

struct Members<'p>(Option<GzDecoder<Packed<'p>>>);

impl Read for Members<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(mut member) = self.0.take() {
            let read = member.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                self.0 = Some(member);
                return Ok(read);
            }
            let mut packed = member.into_inner();
            skip_zeros(&mut packed)?;
            if !packed.at_end()? {
                self.0 = Some(GzDecoder::new(packed));
            }
        }
        Ok(0)
    }
}

fn skip_zeros(packed: &mut Packed<'_>) -> io::Result<()> {
    loop {
        let buffer = packed.fill_buf()?;
        let zeros = buffer.iter().take_while(|byte| **byte == 0).count();
        let more = zeros > 0 && zeros == buffer.len();
        packed.consume(zeros);
        if !more {
            return Ok(());
        }
    }
}
