//! 7z. The header at its end (`header`) tells the folders, each a chain of coders (`coders`) that packs one or many
//! members, and the names and sizes of the members.
//!
//! The crate for this trusts what a header says: a few bytes make it allocate as much as they name, which ends the
//! program. So the header is read here, and only the unpacking is left to the crates that do it for streams.

mod coders;
mod files;
mod header;
mod number;

use super::Container;
use super::checked::Checked;
use super::member::How;
use crate::Problem;
use crate::guard::{Fault, Guard, damaged};
use crate::source::{ReadSeek, Seekable, Source};
use files::{File, Kind};
use header::{Folder, Header};
use std::io::{self, Read, SeekFrom};

/// Where the packed bytes begin.
const START: u64 = 32;

/// The largest header, in bytes: some hundred thousand members.
const HEADER: u64 = 32 << 20;

pub(super) fn enter(container: &Container<'_>, source: Source<'_>) {
    match source.into_seekable(container.reading, container.name) {
        Seekable::All(mut file) => {
            if let Err((after, error)) = read(container, &mut file) {
                container.damaged(after, &error);
            }
        }
        // That it broke was told before; without its end nothing can be read of it.
        Seekable::Broken(_) => container.ended(),
        Seekable::Start(..) => {
            container.ended();
            let budget = &container.reading.budget;
            budget.tell(budget.narrowest(), container.name, "it lies in an archive, cannot be held and was left out");
        }
    }
}

type Input<'i> = Box<dyn ReadSeek + 'i>;

/// Reads the members. The error says after how many bytes of the archive it met it.
fn read(container: &Container<'_>, file: &mut Input<'_>) -> Result<(), (u64, io::Error)> {
    let at_start = |error| (0, error);
    let bytes = header_bytes(file).map_err(at_start)?;
    let header = Header::parse(&bytes, container.reading.budget.limits.entries).map_err(at_start)?;
    let mut members = header.files.iter();
    let mut after = START;
    for folder in &header.folders {
        if !read_folder(container, file, folder, &mut members).map_err(|error| (after, error))? {
            return Ok(());
        }
        after = after.max(START.saturating_add(folder.packed_at).saturating_add(folder.packed_size));
    }
    // What is left are members without content.
    for member in members {
        if !without_content(container, &member.map_err(|error| (after, error))?) {
            return Ok(());
        }
    }
    Ok(())
}

/// The bytes of the header, unpacked.
fn header_bytes(file: &mut Input<'_>) -> io::Result<Vec<u8>> {
    let mut start = [0; START as usize];
    file.read_exact(&mut start)?;
    let mut numbers = number::Numbers::new(&start[12..]);
    let (offset, size) = (numbers.u64()?, numbers.u64()?);
    let expected = numbers.u32()?;
    let at = START.checked_add(offset).ok_or_else(|| invalid("its header lies nowhere"))?;
    let mut bytes = bytes_at(file, at, size)?;
    if crc(&bytes) != expected {
        return Err(invalid("its header is damaged"));
    }
    // A header may be packed, and what comes out of it again.
    for _ in 0..4 {
        let Some(folder) = Header::packed(&bytes)? else { return Ok(bytes) };
        let size = folder.size()?;
        if size > HEADER {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        let packed = packed_bytes(file, &folder)?;
        let mut unpacked = Vec::new();
        Checked::new(coders::unpack(&folder, packed)?, size, folder.crc).read_to_end(&mut unpacked)?;
        bytes = unpacked;
    }
    Err(invalid("its header is packed too often"))
}

fn bytes_at(file: &mut Input<'_>, at: u64, size: u64) -> io::Result<Vec<u8>> {
    if size > HEADER {
        return Err(io::ErrorKind::OutOfMemory.into());
    }
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(size).read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < size || size == 0 {
        return Err(invalid("the list of members at its end is missing"));
    }
    Ok(bytes)
}

/// The packed bytes of a folder. One packed stream is all that a chain of coders has.
fn packed_bytes<'f>(file: &'f mut Input<'_>, folder: &Folder) -> io::Result<super::Packed<'f>> {
    file.seek(SeekFrom::Start(START.saturating_add(folder.packed_at)))?;
    Ok(super::Packed::new(Box::new(file.take(folder.packed_size))))
}

/// Reads the members of a folder, and those without content that stand between them. `false` when nothing more is to
/// be read.
fn read_folder(
    container: &Container<'_>,
    file: &mut Input<'_>,
    folder: &Folder,
    members: &mut impl Iterator<Item = io::Result<File>>,
) -> io::Result<bool> {
    let packed = packed_bytes(file, folder)?;
    let used = packed.used();
    let mut stream = match coders::unpack(folder, packed) {
        Ok(stream) => Ok(Guard::new(container.reading, container.name, Fault::default(), stream).unpacking(used)),
        Err(error) => Err(error),
    };
    for part in &folder.parts {
        let member = loop {
            let Some(member) = members.next() else { return Ok(true) };
            let member = member?;
            if member.has_content {
                break member;
            }
            if !without_content(container, &member) {
                return Ok(false);
            }
        };
        let label = container.label(&member.path);
        if !container.begin(&label) {
            return Ok(false);
        }
        match &mut stream {
            Err(error) => container.leave_out(damaged(&label, 0, error)),
            Ok(stream) if stream.fault().happened() => {
                let why = io::Error::other("what it is packed with broke before");
                container.leave_out(damaged(&label, 0, &why));
            }
            Ok(stream) => {
                let below = stream.fault();
                let mut content = Checked::new(stream, part.size, part.crc);
                if member.kind == Kind::Link {
                    let advice = "what it leads to is read where it is itself in the archive";
                    container.leave_out(Problem::Special { name: label, what: "a link", advice });
                    // An error is told by the guard of the folder.
                    let _ = io::copy(&mut content, &mut io::sink());
                } else {
                    container.read(&label, content, How { below, to_its_end: true, ..How::default() });
                }
            }
        }
    }
    Ok(true)
}

/// An empty file or a folder. `false` when nothing more is to be read.
fn without_content(container: &Container<'_>, member: &File) -> bool {
    let name = container.label(&member.path);
    let goes_on = container.begin(&name);
    if goes_on && member.kind != Kind::Folder {
        container.leave_out(Problem::Empty { name });
    }
    goes_on
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

fn invalid(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
