//! The files of a 7z archive: names and kinds.

use super::invalid;
use super::number::{Bits, Numbers};
use std::io;

const END: u8 = 0x00;
const EMPTY_STREAM: u8 = 0x0e;
const EMPTY_FILE: u8 = 0x0f;
const NAMES: u8 = 0x11;
const ATTRIBUTES: u8 = 0x15;

/// Behind this bit of the attributes stands the mode that Unix has.
const UNIX: u32 = 0x8000;

/// All files, as they stand in the header: they are read one after another, however many it claims.
#[derive(Default)]
pub(super) struct Files<'h> {
    count: usize,
    empty_stream: Option<Bits<'h>>,
    empty_file: Option<Bits<'h>>,
    names: &'h [u8],
    attributes: Option<(Bits<'h>, Numbers<'h>)>,
}

/// A file or folder.
#[derive(Debug)]
pub(super) struct File {
    pub(super) path: Vec<u8>,
    pub(super) kind: Kind,
    pub(super) has_content: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    Link,
}

impl<'h> Files<'h> {
    pub(super) fn parse(numbers: &mut Numbers<'h>) -> io::Result<Self> {
        let mut files = Files { count: numbers.index()?, ..Files::default() };
        loop {
            let kind = numbers.u8()?;
            if kind == END {
                return Ok(files);
            }
            let size = numbers.index()?;
            files.property(kind, Numbers::new(numbers.bytes(size)?))?;
        }
    }

    fn property(&mut self, kind: u8, mut numbers: Numbers<'h>) -> io::Result<()> {
        match kind {
            EMPTY_STREAM => self.empty_stream = Some(numbers.bits(self.count)?),
            EMPTY_FILE => self.empty_file = Some(numbers.rest_as_bits()),
            NAMES => self.names = external(&mut numbers)?.rest(),
            ATTRIBUTES => {
                let known = numbers.bits_or_all(self.count)?;
                self.attributes = Some((known, external(&mut numbers)?));
            }
            _ => {}
        }
        Ok(())
    }

    /// The files in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = io::Result<File>> {
        let mut names = self.names.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
        let mut attributes = self.attributes;
        let mut empty = 0;
        (0..self.count).map(move |at| {
            let name: Vec<u16> = names.by_ref().take_while(|unit| *unit != 0).collect();
            if name.is_empty() {
                return Err(invalid("a name is missing in its header"));
            }
            let attribute = match &mut attributes {
                Some((known, numbers)) if known.get(at) => numbers.u32()?,
                _ => 0,
            };
            let has_content = !self.empty_stream.is_some_and(|bits| bits.get(at));
            let mut is_file = true;
            if !has_content {
                is_file = self.empty_file.is_some_and(|bits| bits.get(empty));
                empty += 1;
            }
            let is_link = attribute & UNIX != 0 && (attribute >> 16) & 0o170_000 == 0o120_000;
            let kind = match (is_file, is_link) {
                (false, _) => Kind::Folder,
                (true, true) => Kind::Link,
                (true, false) => Kind::File,
            };
            Ok(File { path: utf8(&name), kind, has_content })
        })
    }
}

/// What is said of the files can stand elsewhere in the archive; nobody has ever written that.
fn external<'h>(numbers: &mut Numbers<'h>) -> io::Result<Numbers<'h>> {
    if numbers.u8()? == 0 { Ok(*numbers) } else { Err(invalid("its header lies elsewhere")) }
}

/// A half of a pair that is alone stays to be seen, as bytes that are no UTF-8.
fn utf8(name: &[u16]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(name.len());
    for unit in char::decode_utf16(name.iter().copied()) {
        match unit {
            Ok(c) => bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(alone) => bytes.extend([0xff].into_iter().chain(alone.unpaired_surrogate().to_be_bytes())),
        }
    }
    bytes
}
