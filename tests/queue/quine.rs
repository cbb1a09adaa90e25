//! A gzip file that unpacks to itself, made as Russ Cox describes it in "Zip Files All The Way Down" (2010).
//!
//! The stream is a program of two instructions: "the next N bytes are output" and "the last N bytes are output again".
//! Each takes five bytes. The checksum stands inside the file of which it is the checksum: as it depends on the bits of
//! the file linearly, the one that fits is the solution of a system of linear equations.

use flate2::Crc;

/// Output of the bytes that follow: a stored block.
fn literal(length: u16) -> [u8; 5] {
    let ([a, b], [c, d]) = (length.to_le_bytes(), (!length).to_le_bytes());
    [0, a, b, c, d]
}

/// Output of the last `length` bytes once more, 17 to 20 of them: a block of fixed codes with two matches that are half
/// as long, which takes forty bits.
fn again(length: u8) -> [u8; 5] {
    let (half, distance) = (u32::from(length / 2), u32::from(length));
    let mut bits = Bits::default();
    bits.push(0b010, 3);
    for _ in 0..2 {
        // Lengths from 3 on have the codes from 257 on, of seven bits; distances from 17 to 24 have code 8 and three
        // bits more. Codes begin with their highest bit.
        bits.push_code(half - 3 + 1, 7);
        bits.push_code(8, 5);
        bits.push(distance - 17, 3);
    }
    bits.push_code(0, 7);
    bits.0.to_le_bytes()[..5].try_into().expect("five of eight")
}

/// Bits of a stream, the first one lowest.
#[derive(Default)]
struct Bits(u64, u32);

impl Bits {
    fn push(&mut self, value: u32, count: u32) {
        self.0 |= u64::from(value) << self.1;
        self.1 += count;
    }

    fn push_code(&mut self, code: u32, count: u32) {
        self.push(code.reverse_bits() >> (32 - count), count);
    }
}

/// The file with a checksum in it, be it right or wrong, and this time of its making.
fn file(checksum: u32, time: u8) -> Vec<u8> {
    let head: &[u8] = &[0x1f, 0x8b, 8, 0, time, 0, 0, 0, 0, 0xff];
    let nothing = literal(0);
    let (l5, l10, l18, l20) = (literal(5), literal(10), literal(18), literal(20));
    let (r18, r20) = (again(18), again(20));
    let with = |length: u32| -> Vec<u8> {
        let tail = [&[1, 0, 0, 0xff, 0xff][..], &checksum.to_le_bytes(), &length.to_le_bytes()].concat();
        let pieces: [&[u8]; 37] = [
            head, &l10, head, &l20, &l10, head, &l20, &r20, &l5, &r20, &l5, &l5, &l20, &r20, &l5, &l5, &l20, &r20,
            &l20, &r20, &l20, &r20, &l20, &r20, &l20, &r20, &nothing, &nothing, &l18, &r20, &nothing, &nothing, &l18,
            &r18, &tail, &r18, &tail,
        ];
        pieces.concat()
    };
    let length = with(0).len() as u32;
    with(length)
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// The file.
pub(crate) fn quine() -> Vec<u8> {
    let found = (0..=u8::MAX).find_map(|time| Some(file(fixed_point(time)?, time)));
    found.expect("one of 256 systems of equations has a solution")
}

/// The checksum that is that of the file which holds it; a time for which there is none is possible.
fn fixed_point(time: u8) -> Option<u32> {
    let zero = crc(&file(0, time));
    // Row by row: which bits of the wanted number, and the number itself, add up to which bit of `zero`.
    let columns: Vec<u32> = (0..32).map(|bit| crc(&file(1 << bit, time)) ^ zero ^ (1 << bit)).collect();
    let mut rows: Vec<u64> = (0..32)
        .map(|bit| {
            let row = (0..32).fold(0_u64, |row, column| row | u64::from(columns[column] >> bit & 1) << column);
            row | u64::from(zero >> bit & 1) << 32
        })
        .collect();
    for column in 0..32 {
        let pivot = (column..32).find(|row| rows[*row] >> column & 1 == 1)?;
        rows.swap(column, pivot);
        let of_pivot = rows[column];
        for (_, row) in rows.iter_mut().enumerate().filter(|(at, row)| *at != column && **row >> column & 1 == 1) {
            *row ^= of_pivot;
        }
    }
    Some((0..32).fold(0, |checksum, bit| checksum | ((rows[bit] >> 32 & 1) as u32) << bit))
}
