//! Lines that differ in numbers only.
//!
//! A dump of a server repeats the same few thousand lines with other addresses. Each distinct *shape*, the line with its
//! addresses masked, gets a number; what was found out of one line of a shape is kept by that number and holds for all
//! of them. The mask keeps the length, so that places in one line are places in every line of the shape.

use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::ops::Range;

/// Shapes that are remembered at once. A text without repetition costs this much memory and no more.
const MAX_SHAPES: usize = 1 << 16;

/// Longest line that has a shape: longer ones hardly repeat.
const MAX_LENGTH: usize = 1024;

/// Digits from which on a word is an address and not a count, an offset or a name.
const ADDRESS: usize = 8;

/// Digits from which on a number behind `0x` is an address.
const HEX_ADDRESS: usize = 5;

/// The number of a shape. Numbers begin anew when too many shapes were seen, in a new generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    generation: u32,
    index: u32,
}

/// Numbers the shapes of a document.
#[derive(Default)]
pub(super) struct Shapes {
    known: HashMap<Box<[u8]>, u32, RandomState>,
    generation: u32,
    masked: Vec<u8>,
}

impl Shapes {
    /// The shape of a line.
    pub(super) fn of(&mut self, text: &str) -> Option<Shape> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        mask(text.as_bytes(), &mut self.masked);
        if let Some(index) = self.known.get(&self.masked[..]) {
            return Some(Shape { generation: self.generation, index: *index });
        }
        if self.known.len() >= MAX_SHAPES {
            self.known.clear();
            self.generation += 1;
        }
        let index = self.known.len() as u32;
        self.known.insert(self.masked.as_slice().into(), index);
        Some(Shape { generation: self.generation, index })
    }
}

/// What is known of each shape.
pub(crate) struct PerShape<T> {
    generation: u32,
    known: Vec<Option<T>>,
}

impl<T> Default for PerShape<T> {
    fn default() -> Self {
        PerShape { generation: 0, known: Vec::new() }
    }
}

impl<T> PerShape<T> {
    pub(crate) fn get(&self, shape: Shape) -> Option<&T> {
        if shape.generation != self.generation {
            return None;
        }
        self.known.get(shape.index as usize)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, shape: Shape) -> Option<&mut T> {
        if shape.generation != self.generation {
            return None;
        }
        self.known.get_mut(shape.index as usize)?.as_mut()
    }

    pub(crate) fn insert(&mut self, shape: Shape, value: T) {
        if shape.generation != self.generation {
            self.known.clear();
            self.generation = shape.generation;
        }
        let index = shape.index as usize;
        if self.known.len() <= index {
            self.known.resize_with(index + 1, || None);
        }
        self.known[index] = Some(value);
    }
}

/// Whether a part of a line stays as it is in every line of its shape. Where it does not, a value made from it belongs
/// to this line only.
pub(crate) fn is_fixed(line: &str, part: &Range<usize>) -> bool {
    let mut fixed = true;
    addresses(line.as_bytes(), |address| fixed &= address.end <= part.start || part.end <= address.start);
    fixed
}

/// A line with its addresses made zeros.
fn mask(text: &[u8], masked: &mut Vec<u8>) {
    masked.clear();
    masked.extend_from_slice(text);
    addresses(text, |address| masked[address].fill(b'0'));
}

/// Where the addresses of a line stand, and the number behind a leading `#`. Every line comes by here: it is one pass
/// without branches that depend on more than the byte.
fn addresses(text: &[u8], mut found: impl FnMut(Range<usize>)) {
    let mut at = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    if is_head(&text[at..]) {
        numbers(text, found);
        return;
    }
    if text.get(at) == Some(&b'#') {
        let digits = text[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        found(at + 1..at + 1 + digits);
        at += 1 + digits;
    }
    let mut run = 0;
    let mut end = |at: usize, run: usize| {
        let start = at - run;
        let prefixed = start >= 2 && text[start - 2..start] == *b"0x";
        if run >= ADDRESS || prefixed {
            found(start..at);
        }
    };
    for (at, byte) in (at..).zip(&text[at..]) {
        if IS_HEX[*byte as usize] {
            run += 1;
        } else {
            if run >= HEX_ADDRESS {
                end(at, run);
            }
            run = 0;
        }
    }
    if run >= HEX_ADDRESS {
        end(text.len(), run);
    }
}

/// Beginnings of lines that say which task follows. They repeat nothing of the program: all their numbers are masked.
const HEADS: [&[u8]; 6] = [b"Thread ", b"goroutine ", b"\"", b"task:", b"INFO: task ", b"[New "];

fn is_head(text: &[u8]) -> bool {
    matches!(text.first(), Some(b'T' | b'g' | b'"' | b't' | b'I' | b'['))
        && HEADS.iter().any(|head| text.starts_with(head))
}

/// Where the addresses and the decimal numbers of a line stand.
fn numbers(text: &[u8], mut found: impl FnMut(Range<usize>)) {
    let mut at = 0;
    while at < text.len() {
        let hex = text[at..].iter().take_while(|byte| IS_HEX[**byte as usize]).count();
        let decimal = text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let prefixed = at >= 2 && text[at - 2..at] == *b"0x";
        let run = if hex >= ADDRESS || prefixed { hex } else { decimal };
        if run > 0 {
            found(at..at + run);
        }
        at += run.max(1);
    }
}

/// Digits of addresses, as all tools print them.
static IS_HEX: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(byte as u8, b'0'..=b'9' | b'a'..=b'f');
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_shape_differ_in_addresses_only() {
        let mut shapes = Shapes::default();
        let mut shape = |text: &str| shapes.of(text).map(|shape| shape.index);
        let first = shape("#3  0x00007feb08e1c5d8 in wait (cond=0x7fff78a6f058, n=3) at a.c:12");
        assert_eq!(first, shape("#4  0x00007feb08e1c5d9 in wait (cond=0x7fff78a6e058, n=3) at a.c:12"));
        assert_ne!(first, shape("#3  0x00007feb08e1c5d8 in wait (cond=0x7fff78a6f058, n=4) at a.c:12"));
        assert_ne!(first, shape("#3  0x00007feb08e1c5d8 in wait (cond=0x7fff78a6f05, n=3) at a.c:12"));
        assert_ne!(shape("do_syscall_64+0x33/0x40"), shape("do_syscall_65+0x33/0x40"));
        assert_eq!(shape("RSP: 0018:ffffc90000413d68"), shape("RSP: 0018:ffffc90000513d68"));
        assert_eq!(
            shape("Thread 18 (Thread 0x7f638df3d6c0 (LWP 3879) \"pool-1\"):"),
            shape("Thread 19 (Thread 0x7f638df3e6c0 (LWP 4111) \"pool-2\"):")
        );
    }

    #[test]
    fn what_holds_for_all_lines_of_a_shape() {
        let line = "#12 0x00007feb08e1c5d8 in do_syscall_64 (x=1)";
        assert!(is_fixed(line, &(26..39)) && is_fixed(line, &(40..45)) && is_fixed("clone3", &(0..6)));
        assert!(!is_fixed(line, &(0..3)) && !is_fixed(line, &(6..30)) && !is_fixed("f_ffffffff80", &(0..12)));
    }

    #[test]
    fn a_new_generation_forgets() {
        let mut known = PerShape::default();
        known.insert(Shape { generation: 0, index: 1 }, 'a');
        assert_eq!(known.get(Shape { generation: 0, index: 1 }), Some(&'a'));
        known.insert(Shape { generation: 1, index: 0 }, 'b');
        assert_eq!(known.get(Shape { generation: 0, index: 1 }), None);
        assert_eq!(known.get(Shape { generation: 1, index: 1 }), None);
    }
}
