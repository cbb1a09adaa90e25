//! 7z archives of one solid block, as 7-Zip makes them by default (its `7zFormat.txt` describes them).

use super::pack::path;
use super::tree::{Item, Thing};
use flate2::Crc;
use lzma_rust2::{Lzma2Options, Lzma2Writer};
use std::io::{self, Write};

/// Codec of LZMA2.
const LZMA2: u8 = 0x21;

/// A file of the archive.
struct Member {
    name: String,
    bytes: Vec<u8>,
}

/// Writes the files that are not empty.
pub(crate) fn write(items: &[Item], out: &mut dyn Write) -> io::Result<()> {
    let files = items.iter().filter_map(|item| match &item.thing {
        Thing::File(body, _) if body.len() > 0 => Some(Member { name: path(item), bytes: body.to_vec() }),
        _ => None,
    });
    let members: Vec<Member> = files.collect();
    let mut packed = Vec::new();
    let mut writer = Lzma2Writer::new(&mut packed, Lzma2Options::with_preset(0));
    for member in &members {
        writer.write_all(&member.bytes)?;
    }
    writer.finish()?;
    let header = header(&members, packed.len() as u64);
    let mut start = Vec::new();
    start.extend((packed.len() as u64).to_le_bytes());
    start.extend((header.len() as u64).to_le_bytes());
    start.extend(crc(&header));
    out.write_all(b"7z\xbc\xaf\x27\x1c\0\x04")?;
    out.write_all(&crc(&start))?;
    out.write_all(&start)?;
    out.write_all(&packed)?;
    out.write_all(&header)
}

/// What tells of the block and the names; the numbers before the lists are the ids of the format's properties.
fn header(members: &[Member], packed: u64) -> Vec<u8> {
    let whole: u64 = members.iter().map(|member| member.bytes.len() as u64).sum();
    let mut out = vec![0x01, 0x04];
    // One packed stream, from the beginning on.
    out.extend([0x06, 0, 1, 0x09]);
    number(packed, &mut out);
    out.push(0);
    // One block of one coder, which has one byte of properties: a dictionary of 256 KiB.
    out.extend([0x07, 0x0b, 1, 0, 1, 0x21, LZMA2, 1, 12, 0x0c]);
    number(whole, &mut out);
    out.push(0);
    // Files in it: how many, the sizes of all but the last, their checksums.
    out.extend([0x08, 0x0d]);
    number(members.len() as u64, &mut out);
    if members.len() > 1 {
        out.push(0x09);
    }
    members.iter().rev().skip(1).rev().for_each(|member| number(member.bytes.len() as u64, &mut out));
    out.extend([0x0a, 1]);
    members.iter().for_each(|member| out.extend(crc(&member.bytes)));
    out.extend([0, 0]);
    // Names in UTF-16, each with a zero behind it.
    let names: Vec<u8> =
        members.iter().flat_map(|member| member.name.encode_utf16().chain([0])).flat_map(u16::to_le_bytes).collect();
    out.push(0x05);
    number(members.len() as u64, &mut out);
    out.push(0x11);
    number(names.len() as u64 + 1, &mut out);
    out.push(0);
    out.extend(names);
    out.extend([0, 0]);
    out
}

/// A number as the format has it: the leading ones of the first byte count the bytes behind it, its other bits are the
/// highest of the number.
fn number(value: u64, out: &mut Vec<u8>) {
    let more = (0..8).find(|more| value >> (7 * (more + 1)) == 0).unwrap_or(8);
    let ones = 0xff_u32 << (8 - more) & 0xff;
    let high = if more < 8 { (value >> (8 * more)) as u32 } else { 0 };
    out.push((ones | high) as u8);
    out.extend(&value.to_le_bytes()[..more as usize]);
}

fn crc(bytes: &[u8]) -> [u8; 4] {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum().to_le_bytes()
}
