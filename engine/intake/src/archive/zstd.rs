//! zstd: any number of frames, and frames to be skipped between them.

use super::{DICTIONARY, Packed};
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::{self, Read};

const FRAME: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// A frame, or one to be skipped (any of 16 magics), as some compressors put first.
pub(super) fn recognise(head: &[u8]) -> bool {
    head.starts_with(&FRAME) || matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

pub(super) fn unpack(packed: Packed<'_>) -> Box<dyn Read + '_> {
    let mut decoder = FrameDecoder::new();
    decoder.set_max_window_size(DICTIONARY);
    Box::new(Frames { packed, decoder, inside: false, broken: None })
}

struct Frames<'p> {
    packed: Packed<'p>,
    decoder: FrameDecoder,
    inside: bool,
    /// What comes after all that was unpacked before.
    broken: Option<io::Error>,
}

/// The last block of a frame, empty, and a checksum. The decoder keeps a window of what it has unpacked until the frame
/// ends; a frame that breaks is ended with this, so that nothing of it is lost.
const LAST_BLOCK: &[u8] = &[1, 0, 0, 0, 0, 0, 0];

impl Read for Frames<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.inside && !self.start()? {
                return Ok(0);
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let one = || BlockDecodingStrategy::UptoBlocks(1);
                if let Err(error) = self.decoder.decode_blocks(&mut self.packed, one()) {
                    self.broken = Some(told(&self.packed, error));
                    self.decoder.decode_blocks(LAST_BLOCK, one()).map_err(io::Error::other)?;
                }
            }
            let read = self.decoder.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            self.end()?;
        }
    }
}

impl Frames<'_> {
    /// Begins the next frame; `false` where there is none.
    fn start(&mut self) -> io::Result<bool> {
        while !self.packed.at_end()? {
            match self.decoder.reset(&mut self.packed) {
                Ok(()) => {
                    self.inside = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    let length = u64::from(length);
                    if io::copy(&mut (&mut self.packed).take(length), &mut io::sink())? < length {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(error) => return Err(self.explained(error)),
            }
        }
        Ok(false)
    }

    fn end(&mut self) -> io::Result<()> {
        self.inside = false;
        if let Some(error) = self.broken.take() {
            return Err(error);
        }
        match self.decoder.get_checksum_from_data() {
            Some(given) if Some(given) != self.decoder.get_calculated_checksum() => {
                Err(io::Error::new(io::ErrorKind::InvalidData, "a checksum does not fit"))
            }
            _ => Ok(()),
        }
    }

    fn explained(&self, error: FrameDecoderError) -> io::Error {
        match error {
            FrameDecoderError::WindowSizeTooBig { .. } => io::ErrorKind::OutOfMemory.into(),
            FrameDecoderError::DictNotProvided { .. } => {
                io::Error::new(io::ErrorKind::Unsupported, "needs a dictionary that is not in it")
            }
            error => told(&self.packed, error),
        }
    }
}

/// The decoder has its own words for an end that comes too early.
fn told(packed: &Packed<'_>, error: FrameDecoderError) -> io::Error {
    if packed.starved() { io::ErrorKind::UnexpectedEof.into() } else { io::Error::other(error) }
}
