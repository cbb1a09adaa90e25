//! How much is read at most: every limit of the intake, in one place.

use std::fmt;
use std::time::Duration;

/// Limits on what is read from outside for one case. A limit that is hit becomes a note of the document or a problem
/// of the intake; it never ends the run. [`Limit`] names each in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one text, and of one archive that must be held in memory because it lies inside another (zip, 7z).
    /// The rest of a text is cut off at a line end. Default: 256 MiB.
    pub file_bytes: u64,
    /// Bytes of all texts of a case, with what is held of archives. Default: 1 GiB.
    pub total_bytes: u64,
    /// Files, folders, members of archives and parts of messages that are looked at. Default: 100,000.
    pub entries: usize,
    /// Depth of folders below a given path. Default: 32.
    pub depth: usize,
    /// How many layers of archives, compressed streams and messages may lie inside one another. A `.tar.gz` is two.
    /// Default: 8; more than [`NESTING`](Self::NESTING) counts as that.
    pub nesting: usize,
    /// How many bytes may come out of a compressed stream for each that goes in, once more than
    /// [`RATIO_FROM`](Self::RATIO_FROM) bytes have come out of it. Default: 400.
    pub ratio: u64,
    /// How long reading may take, without what [`Meter::take`](crate::Meter::take) waits. Default: two minutes.
    pub time: Duration,
}

impl Limits {
    /// The most layers that can be allowed: each needs some room on the stack.
    pub const NESTING: usize = 64;

    /// So many bytes may come out of a compressed stream whatever the ratio: short runs of equal lines are common.
    pub const RATIO_FROM: u64 = 8 << 20;
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            file_bytes: 256 << 20,
            total_bytes: 1 << 30,
            entries: 100_000,
            depth: 32,
            nesting: 8,
            ratio: 400,
            time: Duration::from_secs(120),
        }
    }
}

/// One of the [`Limits`], for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit {
    /// [`Limits::file_bytes`]
    File,
    /// [`Limits::total_bytes`]
    Bytes,
    /// [`Limits::entries`]
    Entries,
    /// [`Limits::depth`]
    Depth,
    /// [`Limits::nesting`]
    Nesting,
    /// [`Limits::ratio`]
    Ratio,
    /// [`Limits::time`]
    Time,
}

impl Limit {
    /// The option of the program that raises it.
    pub fn flag(self) -> &'static str {
        match self {
            Limit::File => "--max-file",
            Limit::Bytes => "--max-bytes",
            Limit::Entries => "--max-entries",
            Limit::Depth => "--max-depth",
            Limit::Nesting => "--max-nesting",
            Limit::Ratio => "--max-ratio",
            Limit::Time => "--max-time",
        }
    }

    /// The limit with its value, as it follows "the limit of ".
    pub(crate) fn words(self, limits: &Limits) -> String {
        match self {
            Limit::File => format!("{} for one text or held archive", Size(limits.file_bytes)),
            Limit::Bytes => format!("{} for all texts", Size(limits.total_bytes)),
            Limit::Entries => format!("{} files, folders and members of archives", Count(limits.entries)),
            Limit::Depth => format!("{} nested folders", limits.depth),
            Limit::Nesting => format!("{} archives inside one another", limits.nesting),
            Limit::Ratio => format!("{} bytes unpacked for each packed one", limits.ratio),
            Limit::Time => format!("{} seconds of reading", limits.time.as_secs_f64()),
        }
    }
}

/// A size in the largest binary unit that divides it.
pub(crate) struct Size(pub(crate) u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
        match units.iter().find(|(shift, _)| self.0 > 0 && self.0.trailing_zeros() >= *shift) {
            Some((shift, unit)) => write!(f, "{} {unit}", self.0 >> shift),
            None => write!(f, "{} bytes", self.0),
        }
    }
}

/// A number with its thousands apart.
pub(crate) struct Count(pub(crate) usize);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Count, Size};

    #[test]
    fn numbers_are_told_as_people_write_them() {
        assert_eq!(
            [Count(7), Count(100_000), Count(1_234_567)].map(|count| count.to_string()),
            ["7", "100,000", "1,234,567"]
        );
        assert_eq!(
            [Size(256 << 20), Size(1 << 30), Size(1000)].map(|size| size.to_string()),
            ["256 MiB", "1 GiB", "1000 bytes"]
        );
    }
}
