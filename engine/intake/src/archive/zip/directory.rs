//! The list of members at the end of a zip archive, read piece by piece.

use super::member::{Member, invalid, u16_at, u32_at, u64_at};
use std::io::{self, Read, Seek, SeekFrom};

/// A comment may follow the end of the list.
const COMMENT: u64 = 65_535;
const END: usize = 22;
const ENTRY: usize = 46;

/// So much of the list is held at once; one entry is at most three times 64 KiB and a bit.
const PIECE: u64 = 256 << 10;

/// The list, as far as it was read.
pub(super) struct Directory {
    /// Where the next piece begins, and where the list ends.
    position: u64,
    end: u64,
    piece: Vec<u8>,
    at: usize,
    /// What was put before the archive: places count from its own beginning.
    before: u64,
}

impl Directory {
    /// Finds the list.
    pub(super) fn find<R: Read + Seek>(file: &mut R) -> io::Result<Self> {
        let length = file.seek(SeekFrom::End(0))?;
        let tail_at = length.saturating_sub(COMMENT + END as u64);
        let tail = read_at(file, tail_at, length - tail_at)?;
        let at = (0..tail.len().saturating_sub(END - 1))
            .rev()
            .find(|at| is_end(&tail[*at..]))
            .ok_or_else(|| invalid("the list of members at its end is missing"))?;
        let record = &tail[at..];
        let end_at = tail_at + at as u64;
        let (size, start) = (u64::from(u32_at(record, 12)), u64::from(u32_at(record, 16)));
        let large = u16_at(record, 10) == u16::MAX || size == u64::from(u32::MAX) || start == u64::from(u32::MAX);
        let found = if large { large_end(file, end_at)? } else { None };
        let (size, start, end) = found.unwrap_or((size, start, end_at));
        // It ends where its end is told; where it begins shows what was put before the archive.
        for position in [end.checked_sub(size), Some(start)].into_iter().flatten() {
            let first = read_at(file, position, 4)?;
            let is_list = first.starts_with(b"PK\x01\x02") || size == 0;
            if let (true, Some(before)) = (is_list, position.checked_sub(start)) {
                return Ok(Directory { position, end, piece: Vec::new(), at: 0, before });
            }
        }
        Err(invalid("the list of members is not where it is told"))
    }

    /// How far the list was read.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// The next member.
    pub(super) fn next<R: Read + Seek>(&mut self, file: &mut R) -> io::Result<Option<Member>> {
        self.fill(file, ENTRY)?;
        let Some(entry) = self.piece.get(self.at..self.at + ENTRY) else { return Ok(None) };
        if !entry.starts_with(b"PK\x01\x02") {
            return Err(invalid("the list of members is damaged"));
        }
        let lengths = [28, 30, 32].map(|at| usize::from(u16_at(entry, at)));
        let whole = ENTRY + lengths.iter().sum::<usize>();
        self.fill(file, whole)?;
        let entry = self.piece.get(self.at..self.at + whole).ok_or(io::ErrorKind::UnexpectedEof)?;
        let member = parse(entry, lengths[0], lengths[1], self.before)?;
        self.at += whole;
        Ok(Some(member))
    }

    /// Makes so many bytes of the list available, where it has them.
    fn fill<R: Read + Seek>(&mut self, file: &mut R, wanted: usize) -> io::Result<()> {
        if self.piece.len() - self.at >= wanted || self.position >= self.end {
            return Ok(());
        }
        self.piece.drain(..self.at);
        self.at = 0;
        let more = read_at(file, self.position, PIECE.min(self.end - self.position))?;
        self.position += more.len() as u64;
        self.piece.extend(more);
        Ok(())
    }
}

fn is_end(record: &[u8]) -> bool {
    record.starts_with(b"PK\x05\x06") && END + usize::from(u16_at(record, 20)) <= record.len()
}

/// Size, start and end of the list from the record for large archives, where there is one.
fn large_end<R: Read + Seek>(file: &mut R, end_at: u64) -> io::Result<Option<(u64, u64, u64)>> {
    let Some(locator_at) = end_at.checked_sub(20) else { return Ok(None) };
    let locator = read_at(file, locator_at, 20)?;
    if !locator.starts_with(b"PK\x06\x07") {
        return Ok(None);
    }
    let record_at = u64_at(&locator, 8);
    let record = read_at(file, record_at, 56)?;
    if record.len() < 56 || !record.starts_with(b"PK\x06\x06") {
        return Err(invalid("the list of members is not where it is told"));
    }
    Ok(Some((u64_at(&record, 40), u64_at(&record, 48), record_at)))
}

fn parse(entry: &[u8], name: usize, extra: usize, before: u64) -> io::Result<Member> {
    let path = entry.get(ENTRY..ENTRY + name).unwrap_or_default();
    let extra = entry.get(ENTRY + name..ENTRY + name + extra).unwrap_or_default();
    let made_on = u16_at(entry, 4) >> 8;
    let mut member = Member {
        path: path_of(path, made_on),
        flags: u16_at(entry, 8),
        method: u16_at(entry, 10),
        crc: u32_at(entry, 16),
        packed_size: u64::from(u32_at(entry, 20)),
        size: u64::from(u32_at(entry, 24)),
        header_at: u64::from(u32_at(entry, 42)),
        mode: if matches!(made_on, 3 | 19) { u16_at(entry, 40) } else { 0 },
    };
    large_numbers(&mut member, extra);
    member.header_at = member.header_at.checked_add(before).ok_or_else(|| invalid("a place in it is too large"))?;
    Ok(member)
}

/// Some programs for DOS and Windows separate folders by the other slash.
fn path_of(path: &[u8], made_on: u16) -> Vec<u8> {
    let other = made_on == 0 && !path.contains(&b'/');
    path.iter().map(|byte| if other && *byte == b'\\' { b'/' } else { *byte }).collect()
}

/// The extra field with the numbers that do not fit into 32 bits, in this order.
pub(super) fn large_numbers(member: &mut Member, mut extra: &[u8]) {
    while let Some((head, rest)) = extra.split_at_checked(4) {
        let Some((field, next)) = rest.split_at_checked(usize::from(u16_at(head, 2))) else { return };
        if u16_at(head, 0) == 1 {
            let mut at = 0;
            for number in [&mut member.size, &mut member.packed_size, &mut member.header_at] {
                if *number == u64::from(u32::MAX) && field.len() >= at + 8 {
                    *number = u64_at(field, at);
                    at += 8;
                }
            }
            return;
        }
        extra = next;
    }
}

/// Reads so many bytes, or as many as there are.
fn read_at<R: Read + Seek>(file: &mut R, at: u64, length: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}
