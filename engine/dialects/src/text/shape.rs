//! Lines that differ in numbers only.
//!
//! A dump of a server repeats the same few thousand lines with other addresses. Each distinct *shape*, the line with its
//! addresses masked, gets a number; what was found out of one line of a shape is kept by that number and holds for all
//! of them. The mask keeps the length, so that places in one line are places in every line of the shape.

use foldhash::fast::RandomState;
use memchr::memmem::Finder;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::LazyLock;

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
    known: HashMap<Rc<[u8]>, u32, RandomState>,
    forms: Vec<Form>,
    /// The shape of the line before, whose successor is looked at first.
    last: Option<u32>,
    generation: u32,
    masked: Vec<u8>,
    hex: Vec<u8>,
}

/// A shape, and the two shapes of lines that stood below it last: stacks of a kind repeat line by line, and comparing a
/// line with the one that is expected costs less than masking it.
struct Form {
    masked: Rc<[u8]>,
    /// Where the addresses stand; `None` where decimal numbers are masked as well, whose number of digits varies.
    addresses: Option<Box<[Range<u16>]>>,
    next: [u32; 2],
}

impl Form {
    fn is_of(&self, text: &[u8]) -> bool {
        let Some(addresses) = self.addresses.as_ref().filter(|_| text.len() == self.masked.len()) else { return false };
        let mut at = 0;
        for address in addresses {
            let (start, end) = (usize::from(address.start), usize::from(address.end));
            let digits = &text[start..end];
            let is_address = match self.masked[..start].last() {
                Some(b'#') => digits.iter().all(u8::is_ascii_digit),
                _ => digits.iter().fold(true, |all, byte| all & is_digit(*byte)),
            };
            if !is_address || text[at..start] != self.masked[at..start] {
                return false;
            }
            at = end;
        }
        text[at..] == self.masked[at..]
    }
}

impl Shapes {
    /// The shape of a line, if it is one of those that followed the shape of the line before.
    pub(super) fn expected(&mut self, text: &str) -> Option<Shape> {
        let next = self.forms.get(self.last? as usize)?.next;
        let is_next = |next: &u32| self.forms.get(*next as usize).is_some_and(|form| form.is_of(text.as_bytes()));
        let found = next.into_iter().find(is_next)?;
        Some(self.passed(found))
    }

    /// The shape of a line.
    pub(super) fn of(&mut self, text: &str) -> Option<Shape> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        if let Some(shape) = self.expected(text) {
            return Some(shape);
        }
        mask(text.as_bytes(), &mut self.masked, &mut self.hex);
        if let Some(index) = self.known.get(&self.masked[..]) {
            let index = *index;
            return Some(self.passed(index));
        }
        if self.known.len() >= MAX_SHAPES {
            self.known.clear();
            self.forms.clear();
            self.last = None;
            self.generation += 1;
        }
        let index = self.forms.len() as u32;
        let masked: Rc<[u8]> = self.masked.as_slice().into();
        self.known.insert(masked.clone(), index);
        self.forms.push(Form { masked, addresses: fixed_addresses(text.as_bytes(), &mut self.hex), next: [index; 2] });
        Some(self.passed(index))
    }

    /// Notes which shape this line has.
    fn passed(&mut self, index: u32) -> Shape {
        if let Some(last) = self.last.replace(index)
            && let Some(last) = self.forms.get_mut(last as usize)
            && last.next[0] != index
        {
            last.next = [index, last.next[0]];
        }
        Shape { generation: self.generation, index }
    }
}

/// Where the addresses of a line stand whose masked parts are addresses and the number behind `#` only.
fn fixed_addresses(text: &[u8], hex: &mut Vec<u8>) -> Option<Box<[Range<u16>]>> {
    let indent = text.iter().take_while(|byte| is_indent(**byte)).count();
    if is_head(&text[indent..]) {
        return None;
    }
    let mut found = Vec::new();
    addresses(text, hex, |address| found.push(address.start as u16..address.end as u16));
    Some(found.into())
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
    addresses(line.as_bytes(), &mut Vec::new(), |address| {
        fixed &= address.end <= part.start || part.end <= address.start
    });
    fixed
}

/// Where a part of a line stands in it. The part must be a slice of the line.
pub(crate) fn place_of(part: &str, line: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(line.as_ptr() as usize);
    start..start + part.len()
}

/// A line with its addresses made zeros.
fn mask(text: &[u8], masked: &mut Vec<u8>, hex: &mut Vec<u8>) {
    masked.clear();
    masked.extend_from_slice(text);
    addresses(text, hex, |address| masked[address].fill(b'0'));
}

/// Where the addresses of a line stand, and the number behind a leading `#`. `hex` is room to work in.
fn addresses(text: &[u8], hex: &mut Vec<u8>, mut found: impl FnMut(Range<usize>)) {
    let mut at = text.iter().take_while(|byte| is_indent(**byte)).count();
    // Most lines have no long run of digits: whether one has is told many bytes at a time.
    hex.resize(text.len().max(hex.len()), 0);
    let hex = &mut hex[..text.len()];
    for (digit, byte) in hex.iter_mut().zip(text) {
        *digit = u8::from(is_digit(*byte));
    }
    if is_head(&text[at..]) {
        numbers(text, hex, found);
        return;
    }
    if text.get(at) == Some(&b'#') {
        let digits = text[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        found(at + 1..at + 1 + digits);
        at += 1 + digits;
    }
    while let Some(start) = RUN.find(&hex[at..]).map(|start| at + start) {
        let run = hex[start..].iter().take_while(|digit| **digit == 1).count();
        let prefixed = start >= 2 && text[start - 2..start] == *b"0x";
        if run >= ADDRESS || prefixed {
            found(start..start + run);
        }
        at = start + run;
    }
}

/// A digit of an address. One unsigned comparison each, so that a loop over it is one over vectors.
fn is_digit(byte: u8) -> bool {
    (byte.wrapping_sub(b'0') < 10) | (byte.wrapping_sub(b'a') < 6)
}

fn is_indent(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Digits in a row, as [`addresses`] marks them.
static RUN: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(&[1; HEX_ADDRESS]));

/// Beginnings of lines that say which task follows. They repeat nothing of the program: all their numbers are masked.
const HEADS: [&[u8]; 6] = [b"Thread ", b"goroutine ", b"\"", b"task:", b"INFO: task ", b"[New "];

fn is_head(text: &[u8]) -> bool {
    matches!(text.first(), Some(b'T' | b'g' | b'"' | b't' | b'I' | b'['))
        && HEADS.iter().any(|head| text.starts_with(head))
}

/// Where the addresses and the decimal numbers of a line stand; `hex` marks its digits.
fn numbers(text: &[u8], hex: &[u8], mut found: impl FnMut(Range<usize>)) {
    let mut at = 0;
    while let Some(start) = memchr::memchr(1, &hex[at..]).map(|start| at + start) {
        let end = start + hex[start..].iter().take_while(|digit| **digit == 1).count();
        at = end;
        let prefixed = start >= 2 && text[start - 2..start] == *b"0x";
        if end - start >= ADDRESS || prefixed {
            found(start..end);
            continue;
        }
        let mut from = start;
        while let Some(digit) = text[from..end].iter().position(u8::is_ascii_digit).map(|digit| from + digit) {
            from = digit + text[digit..end].iter().take_while(|byte| byte.is_ascii_digit()).count();
            found(digit..from);
        }
    }
}

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
    fn an_expected_line_has_the_shape_that_it_has_anyway() {
        let stack = [
            "#3  0x00007feb08e1c5d8 in wait (cond=0x7fff78a6f058, n=3) at a.c:12",
            "main.main()",
            "#4  0x00007feb08e1c5d9 in wait (cond=0x7fff78a6e058, n=3) at a.c:12",
            "main.main()",
            "#10  0x00007feb08e1c5d8 in wait (cond=0x7fff78a6f058, n=3) at a.c:12",
            "main.main()",
            "#f  0x00007feb08e1c5d8 in wait (cond=0x7fff78a6f058, n=3) at a.c:12",
            "main.main(1)",
            "#3  0x00007feb08e1c5X8 in wait (cond=0x7fff78a6f058, n=3) at a.c:12",
            "#3  0x00007feb08e1c5d8 in wait (cond=0x7fff78a6f058, n=3) at a.c:12",
            "goroutine 12 [select]:",
            "goroutine 1a [select]:",
            "goroutine 13 [select]:",
        ];
        let mut known = Shapes::default();
        let shapes: Vec<u32> = stack.iter().chain(&stack).map(|line| known.of(line).expect("short").index).collect();
        assert_eq!(shapes, [0, 1, 0, 1, 2, 1, 3, 4, 5, 0, 6, 7, 6, 0, 1, 0, 1, 2, 1, 3, 4, 5, 0, 6, 7, 6]);
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
