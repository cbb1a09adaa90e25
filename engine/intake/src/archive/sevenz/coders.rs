//! How a folder of a 7z archive is packed.

use super::super::lzma::MEMORY_KIB;
use super::super::{Packed, bzip2, zstd};
use super::header::{Coder, Folder};
use super::invalid;
use flate2::bufread::DeflateDecoder;
use lzma_rust2::filter::{bcj::BcjReader, delta::DeltaReader};
use lzma_rust2::{Lzma2Reader, LzmaReader};
use std::io::{self, Read};

/// A coder by its number, as 7-Zip gives them.
#[derive(Clone, Copy)]
enum Method {
    Copy,
    Lzma,
    Lzma2,
    Deflate,
    Bzip2,
    Zstd,
    Delta,
    /// Addresses in programs were made absolute.
    Branches(Filter),
}

type Stream<'p> = Box<dyn Read + 'p>;
type Filter = for<'p> fn(Stream<'p>) -> BcjReader<Stream<'p>>;

/// What comes out of a folder. A chain of coders is all that is understood.
pub(super) fn unpack<'p>(folder: &Folder, packed: Packed<'p>) -> io::Result<Box<dyn Read + 'p>> {
    if let Some(what) = folder.coders.iter().find_map(refusal) {
        return Err(unsupported(what));
    }
    if !folder.is_chain() {
        return Err(unsupported("is packed by coders that form no chain".into()));
    }
    let mut chain = Vec::new();
    let mut at = folder.last()?;
    loop {
        chain.push(at);
        // Each coder has one input and one output, so they have the same numbers.
        match folder.bound.iter().find(|(input, _)| *input == at) {
            Some((_, output)) if !chain.contains(output) && *output < folder.coders.len() => at = *output,
            Some(_) => return Err(invalid("its coders form a ring")),
            None => break,
        }
    }
    // The first coder reads the packed bytes themselves, which are buffered.
    let mut stream: Option<Box<dyn Read + 'p>> = None;
    let mut packed = Some(packed);
    for at in chain.into_iter().rev() {
        let coder = folder.coders.get(at).ok_or_else(|| invalid("a coder is missing in its header"))?;
        let input = match (stream.take(), packed.take()) {
            (Some(stream), _) => Packed::new(stream),
            (None, Some(packed)) => packed,
            (None, None) => return Err(invalid("a folder is packed in nothing")),
        };
        stream = Some(decoder(coder, folder.size_of(at), input)?);
    }
    stream.ok_or_else(|| invalid("a folder is packed in nothing"))
}

fn method(coder: &Coder) -> Option<Method> {
    Some(match coder.method[..] {
        [0] => Method::Copy,
        [0x03, 0x01, 0x01] => Method::Lzma,
        [0x21] => Method::Lzma2,
        [0x04, 0x01, 0x08] => Method::Deflate,
        [0x04, 0x02, 0x02] => Method::Bzip2,
        [0x04, 0xf7, 0x11, 0x01] => Method::Zstd,
        [0x03] => Method::Delta,
        [0x04] | [0x03, 0x03, 0x01, 0x03] => Method::Branches(|input| BcjReader::new_x86(input, 0)),
        [0x05] | [0x03, 0x03, 0x02, 0x05] => Method::Branches(|input| BcjReader::new_ppc(input, 0)),
        [0x06] | [0x03, 0x03, 0x04, 0x01] => Method::Branches(|input| BcjReader::new_ia64(input, 0)),
        [0x07] | [0x03, 0x03, 0x05, 0x01] => Method::Branches(|input| BcjReader::new_arm(input, 0)),
        [0x08] | [0x03, 0x03, 0x07, 0x01] => Method::Branches(|input| BcjReader::new_arm_thumb(input, 0)),
        [0x09] | [0x03, 0x03, 0x08, 0x05] => Method::Branches(|input| BcjReader::new_sparc(input, 0)),
        [0x0a] => Method::Branches(|input| BcjReader::new_arm64(input, 0)),
        [0x0b] => Method::Branches(|input| BcjReader::new_riscv(input, 0)),
        _ => return None,
    })
}

/// What it is that is not understood of a coder.
fn refusal(coder: &Coder) -> Option<String> {
    let name = match coder.method[..] {
        [0x06, 0xf1, 0x07, 0x01] => return Some("is encrypted".into()),
        [0x03, 0x04, 0x01] => "PPMd".to_owned(),
        [0x04, 0x01, 0x09] => "Deflate64".to_owned(),
        [0x03, 0x03, 0x01, 0x1b] => "BCJ2".to_owned(),
        _ if method(coder).is_some() => return None,
        _ => coder.method.iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    Some(format!("is packed by a method that is not understood ({name})"))
}

fn decoder<'p>(coder: &Coder, size: u64, input: Packed<'p>) -> io::Result<Box<dyn Read + 'p>> {
    let properties = &coder.properties[..];
    // A dictionary larger than what is unpacked is of no use, whatever the header asks for.
    let dictionary = |asked: u32| u32::try_from(size).map_or(asked, |size| asked.min(size.max(4096)));
    Ok(match method(coder).ok_or_else(|| invalid("a coder is not known"))? {
        Method::Copy => Box::new(input),
        Method::Deflate => Box::new(DeflateDecoder::new(input)),
        Method::Bzip2 => bzip2::unpack(input),
        Method::Zstd => zstd::unpack(input),
        Method::Delta => {
            let distance = properties.first().ok_or_else(|| invalid("a coder has no properties"))?;
            Box::new(DeltaReader::new(input, usize::from(*distance) + 1))
        }
        Method::Branches(filter) => Box::new(filter(Box::new(input))),
        Method::Lzma2 => {
            let asked = dictionary(lzma2_dictionary(properties)?);
            Box::new(Lzma2Reader::new_mem_limit(input, asked, MEMORY_KIB, None)?)
        }
        Method::Lzma => {
            let (Some(&settings), Some(asked)) = (properties.first(), properties.get(1..5)) else {
                return Err(invalid("a coder has no properties"));
            };
            let asked = u32::from_le_bytes(asked.try_into().unwrap_or_default());
            let dictionary = dictionary(asked);
            if lzma_rust2::lzma_get_memory_usage_by_props(dictionary, settings)? > MEMORY_KIB {
                return Err(io::ErrorKind::OutOfMemory.into());
            }
            Box::new(LzmaReader::new_with_props(input, size, settings, dictionary, None)?)
        }
    })
}

/// The size of the dictionary of LZMA2 from its only property: 2 or 3 shifted.
fn lzma2_dictionary(properties: &[u8]) -> io::Result<u32> {
    match properties.first() {
        Some(40) => Ok(u32::MAX),
        Some(bits @ 0..40) => Ok((2 | u32::from(bits & 1)) << (bits / 2 + 11)),
        _ => Err(invalid("a coder has no properties")),
    }
}

fn unsupported(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, what)
}
