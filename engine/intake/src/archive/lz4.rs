//! lz4: any number of frames, one after another.

use super::Packed;
use lz4_flex::frame::FrameDecoder;
use std::io::{self, Read};

pub(super) fn unpack(packed: Packed<'_>) -> Box<dyn Read + '_> {
    Box::new(Frames { decoder: FrameDecoder::new(packed), ended: false })
}

struct Frames<'p> {
    decoder: FrameDecoder<Packed<'p>>,
    ended: bool,
}

impl Read for Frames<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.ended {
            let read = self.decoder.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            // The decoder takes an end inside a frame for the end of the frame.
            if self.decoder.get_ref().starved() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.ended = self.decoder.get_mut().at_end()?;
        }
        Ok(0)
    }
}
