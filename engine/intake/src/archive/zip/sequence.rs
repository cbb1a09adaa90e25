//! The members of a zip archive one after another, without the list at its end.

use super::super::Packed;
use super::super::member::How;
use super::directory::large_numbers;
use super::member::{Member, SIZES_FOLLOW, invalid, u16_at, u32_at};
use super::{Container, read_member};
use crate::guard::Fault;
use flate2::bufread::DeflateDecoder;
use std::io::{self, BufRead, Read};

/// Reads members as long as there are any. The error says where they ended too early.
pub(super) fn read<'s>(
    container: &Container<'_>,
    stream: impl Read + 's,
    below: &Fault,
) -> Result<(), (u64, io::Error)> {
    let mut packed = Packed::new(Box::new(stream));
    let used = packed.used();
    while next(container, &mut packed, below).map_err(|error| (used.get(), error))? {}
    Ok(())
}

/// Reads a member; `false` when nothing more is to be read.
fn next(container: &Container<'_>, packed: &mut Packed<'_>, below: &Fault) -> io::Result<bool> {
    let Some(member) = header(packed)? else { return Ok(false) };
    let label = container.label(&member.path);
    if !container.begin(&label) {
        return Ok(false);
    }
    if member.flags & SIZES_FOLLOW != 0 && member.packed_size == 0 {
        return unsized_member(container, packed, &label, &member, below);
    }
    let mut data = packed.take(member.packed_size);
    match member.left_out(&label) {
        Some(problem) => container.leave_out(problem),
        None if member.is_folder() => {}
        None => read_member(container, &label, &member, Box::new(&mut data), below.clone()),
    }
    io::copy(&mut data, &mut io::sink())?;
    if data.limit() > 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(true) }
}

/// A member whose sizes stand behind it: only a packed one tells its own end.
fn unsized_member(
    container: &Container<'_>,
    packed: &mut Packed<'_>,
    label: &str,
    member: &Member,
    below: &Fault,
) -> io::Result<bool> {
    if let Some(problem) = member.left_out(label) {
        container.leave_out(problem);
        return Err(invalid("the size of a member is not known"));
    }
    if !member.ends_itself() {
        return Err(invalid("the size of a member is not known"));
    }
    let before = packed.used().get();
    let used = packed.used();
    // The ratio counts from here, a little to the archive's favour.
    used.set(0);
    let how = How { below: below.clone(), used: Some(packed.used()), to_its_end: true };
    let broken = container.read(label, DeflateDecoder::new(&mut *packed), how).happened();
    used.set(used.get() + before);
    if broken {
        return Ok(false);
    }
    skip_sizes(packed)?;
    Ok(true)
}

/// Passes over what follows the data: a mark that may be missing, the checksum and two sizes of 4 or 8 bytes each.
fn skip_sizes(packed: &mut Packed<'_>) -> io::Result<()> {
    let mut bytes = Vec::new();
    packed.take(12).read_to_end(&mut bytes)?;
    if bytes.starts_with(b"PK\x07\x08") {
        packed.take(4).read_to_end(&mut bytes)?;
    }
    // With sizes of 8 bytes the next header follows 8 bytes later.
    if !packed.fill_buf()?.starts_with(b"PK") {
        packed.take(8).read_to_end(&mut bytes)?;
    }
    Ok(())
}

/// The header before a member; `None` where the list begins: all members were there.
fn header(packed: &mut Packed<'_>) -> io::Result<Option<Member>> {
    let mut header = [0; 30];
    if packed.at_end()? {
        return Err(invalid("the list of members at its end is missing"));
    }
    packed.read_exact(&mut header)?;
    if !header.starts_with(b"PK\x03\x04") {
        return match header.starts_with(b"PK") {
            true => Ok(None),
            false => Err(invalid("a member does not follow where it should")),
        };
    }
    let mut path = vec![0; usize::from(u16_at(&header, 26))];
    packed.read_exact(&mut path)?;
    let mut extra = vec![0; usize::from(u16_at(&header, 28))];
    packed.read_exact(&mut extra)?;
    let mut member = Member {
        path,
        flags: u16_at(&header, 6),
        method: u16_at(&header, 8),
        crc: u32_at(&header, 14),
        packed_size: u64::from(u32_at(&header, 18)),
        size: u64::from(u32_at(&header, 22)),
        ..Member::default()
    };
    large_numbers(&mut member, &extra);
    Ok(Some(member))
}
