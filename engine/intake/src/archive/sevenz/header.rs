//! The header of a 7z archive: packed streams, folders, parts of folders, files.

use super::files::Files;
use super::invalid;
use super::number::Numbers;
use std::io;

const END: u8 = 0x00;
const HEADER: u8 = 0x01;
const PROPERTIES: u8 = 0x02;
const STREAMS: u8 = 0x04;
const FILES: u8 = 0x05;
const PACKED: u8 = 0x06;
const FOLDERS: u8 = 0x07;
const PARTS: u8 = 0x08;
const SIZES: u8 = 0x09;
const CHECKSUMS: u8 = 0x0a;
const FOLDER: u8 = 0x0b;
const CODER_SIZES: u8 = 0x0c;
const PART_COUNTS: u8 = 0x0d;
const PACKED_HEADER: u8 = 0x17;

/// The most coders of a folder; 7-Zip itself uses four at most.
const CODERS: usize = 8;

/// What a 7z archive says of itself.
pub(super) struct Header<'h> {
    pub(super) folders: Vec<Folder>,
    pub(super) files: Files<'h>,
}

/// Something that is packed as one: one or more files.
#[derive(Debug, Default)]
pub(super) struct Folder {
    pub(super) coders: Vec<Coder>,
    /// Pairs of a coder's input and the coder whose output it is.
    pub(super) bound: Vec<(usize, usize)>,
    /// Size of the output of each coder.
    sizes: Vec<u64>,
    pub(super) crc: Option<u32>,
    /// Where its first packed stream begins, after the start of the archive.
    pub(super) packed_at: u64,
    pub(super) packed_size: u64,
    /// The files in it.
    pub(super) parts: Vec<Part>,
    packed_streams: usize,
}

/// One step of packing.
#[derive(Debug)]
pub(super) struct Coder {
    pub(super) method: Vec<u8>,
    pub(super) properties: Vec<u8>,
    inputs: usize,
    outputs: usize,
}

/// A file's share of a folder.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Part {
    pub(super) size: u64,
    pub(super) crc: Option<u32>,
}

impl Folder {
    /// The size of what comes out of the last coder: the one that feeds no other.
    pub(super) fn size(&self) -> io::Result<u64> {
        let at = self.last()?;
        self.sizes.get(at).copied().ok_or_else(|| invalid("a size is missing in its header"))
    }

    /// The size of what comes out of a coder.
    pub(super) fn size_of(&self, coder: usize) -> u64 {
        self.sizes.get(coder).copied().unwrap_or(0)
    }

    /// The coder that comes last in unpacking.
    pub(super) fn last(&self) -> io::Result<usize> {
        (0..self.coders.len())
            .find(|coder| self.bound.iter().all(|(_, output)| output != coder))
            .ok_or_else(|| invalid("its coders form a ring"))
    }

    /// Whether its coders are a chain, each with one input and one output.
    pub(super) fn is_chain(&self) -> bool {
        self.packed_streams == 1 && self.coders.iter().all(|coder| coder.inputs == 1 && coder.outputs == 1)
    }
}

impl<'h> Header<'h> {
    /// The folder that the header is packed in, where it is.
    pub(super) fn packed(bytes: &'h [u8]) -> io::Result<Option<Folder>> {
        let mut numbers = Numbers::new(bytes);
        if numbers.u8()? != PACKED_HEADER {
            return Ok(None);
        }
        let folder = streams(&mut numbers, 1)?.into_iter().next();
        folder.map(Some).ok_or_else(|| invalid("its header is packed in nothing"))
    }

    /// Reads the header. Members after the first `most` are not of interest; more folders than that are an error.
    pub(super) fn parse(bytes: &'h [u8], most: usize) -> io::Result<Self> {
        let mut numbers = Numbers::new(bytes);
        if numbers.u8()? != HEADER {
            return Err(invalid("its header is of an unknown kind"));
        }
        let mut header = Header { folders: Vec::new(), files: Files::default() };
        loop {
            match numbers.u8()? {
                END => return Ok(header),
                PROPERTIES => skip_properties(&mut numbers)?,
                STREAMS => header.folders = streams(&mut numbers, most)?,
                FILES => header.files = Files::parse(&mut numbers)?,
                _ => return Err(invalid("its header has an unknown part")),
            }
        }
    }
}

fn skip_properties(numbers: &mut Numbers<'_>) -> io::Result<()> {
    while numbers.u8()? != END {
        let size = numbers.index()?;
        numbers.bytes(size)?;
    }
    Ok(())
}

fn streams(numbers: &mut Numbers<'_>, most: usize) -> io::Result<Vec<Folder>> {
    let (mut at, mut sizes, mut folders) = (0, Vec::new(), Vec::new());
    let mut has_parts = false;
    loop {
        match numbers.u8()? {
            END => break,
            PACKED => (at, sizes) = packed_streams(numbers, most)?,
            FOLDERS => folders = folders_of(numbers, most)?,
            PARTS => {
                parts(numbers, &mut folders, most)?;
                has_parts = true;
            }
            _ => return Err(invalid("its header has an unknown part")),
        }
    }
    if !has_parts {
        for folder in &mut folders {
            folder.parts = vec![Part { size: folder.size()?, crc: folder.crc }];
        }
    }
    place(&mut folders, at, &sizes);
    Ok(folders)
}

/// Gives each folder its packed bytes.
fn place(folders: &mut [Folder], mut at: u64, sizes: &[u64]) {
    let mut sizes = sizes.iter();
    for folder in folders {
        folder.packed_at = at;
        for number in 0..folder.packed_streams {
            let size = sizes.next().copied().unwrap_or(0);
            at = at.saturating_add(size);
            if number == 0 {
                folder.packed_size = size;
            }
        }
    }
}

fn packed_streams(numbers: &mut Numbers<'_>, most: usize) -> io::Result<(u64, Vec<u64>)> {
    let at = numbers.number()?;
    let count = numbers.count(most.saturating_mul(CODERS))?;
    let mut sizes = Vec::new();
    loop {
        match numbers.u8()? {
            END => return Ok((at, sizes)),
            SIZES => sizes = (0..count).map(|_| numbers.number()).collect::<io::Result<_>>()?,
            CHECKSUMS => numbers.checksums(count, |_| ())?,
            _ => return Err(invalid("its header has an unknown part")),
        }
    }
}

fn folders_of(numbers: &mut Numbers<'_>, most: usize) -> io::Result<Vec<Folder>> {
    expect(numbers, FOLDER)?;
    let count = numbers.count(most)?;
    if numbers.u8()? != 0 {
        return Err(invalid("its header lies elsewhere"));
    }
    let mut folders = (0..count).map(|_| folder(numbers)).collect::<io::Result<Vec<_>>>()?;
    expect(numbers, CODER_SIZES)?;
    for folder in &mut folders {
        let outputs = folder.coders.iter().map(|coder| coder.outputs).sum::<usize>();
        folder.sizes = (0..outputs).map(|_| numbers.number()).collect::<io::Result<_>>()?;
    }
    loop {
        match numbers.u8()? {
            END => return Ok(folders),
            CHECKSUMS => {
                let mut all = folders.iter_mut();
                let count = all.len();
                numbers.checksums(count, |crc| {
                    if let Some(folder) = all.next() {
                        folder.crc = crc;
                    }
                })?;
            }
            _ => return Err(invalid("its header has an unknown part")),
        }
    }
}

fn expect(numbers: &mut Numbers<'_>, kind: u8) -> io::Result<()> {
    if numbers.u8()? == kind { Ok(()) } else { Err(invalid("its header has its parts in the wrong order")) }
}

fn folder(numbers: &mut Numbers<'_>) -> io::Result<Folder> {
    let count = numbers.index()?;
    if count == 0 || count > CODERS {
        return Err(invalid("a folder has too many coders, or none"));
    }
    let coders = (0..count).map(|_| coder(numbers)).collect::<io::Result<Vec<_>>>()?;
    let inputs = coders.iter().map(|coder| coder.inputs).sum::<usize>();
    let outputs = coders.iter().map(|coder| coder.outputs).sum::<usize>();
    let pairs = outputs.saturating_sub(1);
    let bound = (0..pairs).map(|_| Ok((numbers.index()?, numbers.index()?))).collect::<io::Result<Vec<_>>>()?;
    let packed_streams = inputs.checked_sub(pairs).ok_or_else(|| invalid("a folder is packed in nothing"))?;
    if packed_streams > 1 {
        for _ in 0..packed_streams {
            numbers.index()?;
        }
    }
    Ok(Folder { coders, bound, packed_streams, ..Folder::default() })
}

fn coder(numbers: &mut Numbers<'_>) -> io::Result<Coder> {
    let flags = numbers.u8()?;
    let method = numbers.bytes(usize::from(flags & 0x0f))?.to_vec();
    let (mut inputs, mut outputs) = (1, 1);
    if flags & 0x10 != 0 {
        (inputs, outputs) = (numbers.index()?, numbers.index()?);
    }
    if inputs > CODERS || outputs > CODERS {
        return Err(invalid("a coder has too many streams"));
    }
    let properties = match flags & 0x20 {
        0 => Vec::new(),
        _ => {
            let size = numbers.index()?;
            numbers.bytes(size)?.to_vec()
        }
    };
    Ok(Coder { method, properties, inputs, outputs })
}

/// Which parts the folders have. After `most` of them their sizes are read over.
fn parts(numbers: &mut Numbers<'_>, folders: &mut [Folder], most: usize) -> io::Result<()> {
    let mut counts = vec![1; folders.len()];
    let mut kind = numbers.u8()?;
    if kind == PART_COUNTS {
        for count in &mut counts {
            *count = numbers.index()?;
        }
        kind = numbers.u8()?;
    }
    let has_sizes = kind == SIZES;
    let mut room = most.saturating_add(1);
    for (folder, count) in folders.iter_mut().zip(&counts) {
        let mut left = if *count == 0 { 0 } else { folder.size()? };
        for number in 1..=*count {
            let size = if number == *count || !has_sizes { left } else { numbers.number()? };
            left = left.checked_sub(size).ok_or_else(|| invalid("the parts of a folder are larger than it"))?;
            if room > 0 {
                folder.parts.push(Part { size, crc: None });
                room -= 1;
            } else if !has_sizes {
                break;
            }
        }
    }
    if has_sizes {
        kind = numbers.u8()?;
    }
    loop {
        match kind {
            END => return Ok(()),
            CHECKSUMS => part_checksums(numbers, folders, &counts, most)?,
            _ => return Err(invalid("its header has an unknown part")),
        }
        kind = numbers.u8()?;
    }
}

/// Checksums of the parts that have none from their folder yet.
fn part_checksums(numbers: &mut Numbers<'_>, folders: &mut [Folder], counts: &[usize], most: usize) -> io::Result<()> {
    let is_known = |folder: &Folder, count: usize| count == 1 && folder.crc.is_some();
    let unknown = folders.iter().zip(counts).filter(|(folder, count)| !is_known(folder, **count));
    let total = unknown.fold(0_usize, |sum, (_, count)| sum.saturating_add(*count));
    let mut checksums = Vec::new();
    numbers.checksums(total, |crc| {
        // The parts that were kept are the first ones.
        if checksums.len() <= most {
            checksums.push(crc);
        }
    })?;
    let mut checksums = checksums.into_iter();
    for (folder, count) in folders.iter_mut().zip(counts) {
        if is_known(folder, *count) {
            let crc = folder.crc;
            folder.parts.iter_mut().for_each(|part| part.crc = crc);
            continue;
        }
        let mut parts = folder.parts.iter_mut();
        for crc in checksums.by_ref().take(*count) {
            if let Some(part) = parts.next() {
                part.crc = crc;
            }
        }
    }
    Ok(())
}
