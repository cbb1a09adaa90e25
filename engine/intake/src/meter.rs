//! Memory as seen by who runs several readings at once.

/// Is asked before memory grows for a text or for an archive that must be held. A batch keeps several tickets within
/// the memory of the machine with it.
pub trait Meter {
    /// So many bytes will be used now, in steps of 1 MiB at most. May wait until there is room; the time that it waits
    /// does not count against [`Limits::time`](crate::Limits::time). Readings that wait hold what they have taken, so
    /// one of them must always be let through.
    ///
    /// Bytes are counted as they come in: what decoders keep to work with (a few MiB as a rule,
    /// 129 MiB at most for each layer) and what decoding from other encodings adds is not.
    fn take(&self, bytes: u64);

    /// So many bytes that were taken are free again before the reading ends: a held archive that was read, something
    /// that proved to be no text. What is never given back is in the documents.
    fn give(&self, bytes: u64) {
        let _ = bytes;
    }
}

/// Lets everything grow within the limits.
pub(crate) struct Unmetered;

impl Meter for Unmetered {
    fn take(&self, _bytes: u64) {}
}
