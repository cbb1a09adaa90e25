//! lz4: any number of frames, one after another.

use super::Packed;
use lz4_flex::frame::FrameDecoder;
use std::io::{self, Read};

pub(super) fn unpack(packed: Packed<'_>) -> Box<dyn Read + '_> {
    Box::new(Frames(FrameDecoder::new(packed)))
}

struct Frames<'p>(FrameDecoder<Packed<'p>>);

impl Read for Frames<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.0.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            // The decoder takes an end inside a frame for the end of the frame.
            if self.0.get_ref().starved() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if self.0.get_mut().at_end()? {
                return Ok(0);
            }
        }
    }
}
