//! Reads the heads of lines byte by byte: every line of a log comes by here, so no pattern is run.

/// A place in a text.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    /// The byte that is read next.
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, at: usize) -> Self {
        Cursor { bytes: text.as_bytes(), at }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes this byte; whether it is there.
    pub(super) fn byte(&mut self, byte: u8) -> bool {
        self.one(|found| found == byte).is_some()
    }

    /// Passes a byte that fits.
    pub(super) fn one(&mut self, fits: impl Fn(u8) -> bool) -> Option<u8> {
        let byte = self.peek().filter(|byte| fits(*byte))?;
        self.at += 1;
        Some(byte)
    }

    /// Passes these bytes; whether they are there.
    pub(super) fn literal(&mut self, bytes: &[u8]) -> bool {
        let found = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(bytes));
        self.at += if found { bytes.len() } else { 0 };
        found
    }

    /// Passes the bytes that fit.
    pub(super) fn many(&mut self, fits: impl Fn(u8) -> bool) -> &'a [u8] {
        let start = self.at;
        while self.one(&fits).is_some() {}
        self.bytes.get(start..self.at).unwrap_or(&[])
    }

    /// A number of so many digits.
    pub(super) fn digits(&mut self, least: usize, most: usize) -> Option<u64> {
        let digits = self.many(|byte| byte.is_ascii_digit());
        if digits.len() < least || digits.len() > most {
            return None;
        }
        Some(digits.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')))
    }

    /// A word up to a blank.
    pub(super) fn word(&mut self) -> &'a [u8] {
        self.many(|byte| byte != b' ' && byte != b'\t')
    }

    /// Passes blanks; whether there are any.
    pub(super) fn blanks(&mut self) -> bool {
        !self.many(|byte| byte == b' ' || byte == b'\t').is_empty()
    }
}
