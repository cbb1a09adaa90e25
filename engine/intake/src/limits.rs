//! How much is read at most: every limit of the intake, in one place.

/// Limits on what is read from outside. A limit that is hit becomes a note of the document or a problem of the
/// intake; it never ends the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one text. The rest is cut off at a line end.
    pub file_bytes: u64,
    /// Bytes of all texts of a case.
    pub total_bytes: u64,
    /// Files and folders met below the given paths.
    pub entries: usize,
    /// Depth of folders below a given path.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { file_bytes: 256 << 20, total_bytes: 1 << 30, entries: 20_000, depth: 32 }
    }
}
