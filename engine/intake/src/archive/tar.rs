//! tar, inside any stream or alone. Links, devices and pipes are left out; long names and sparse files of GNU and pax
//! are understood.

use super::Container;
use super::checked::Checked;
use super::member::How;
use super::sparse;
use crate::Problem;
use crate::guard::Fault;
use crate::source::Source;
use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;
use tar::{Archive, EntryType, Header};

/// The most that may lie between two members: long names, pax headers, maps of sparse files. The crate reads it into
/// memory, whatever size is told.
const BETWEEN: u64 = 4 << 20;

/// A header with a checksum that fits; older archives have no magic.
pub(super) fn recognise(head: &[u8]) -> bool {
    let Some(block) = head.get(..512) else { return false };
    let header = Header::from_byte_slice(block);
    let sum = |range: std::ops::Range<usize>| block[range].iter().map(|byte| u32::from(*byte)).sum::<u32>();
    // The checksum is taken with blanks in its own place.
    let expected = sum(0..148) + 8 * 32 + sum(156..512);
    header.cksum().is_ok_and(|given| given == expected)
}

pub(super) fn enter(container: &Container<'_>, source: Source<'_>) {
    let (stream, below) = source.into_reader(container.reading, container.name);
    let gate = Gate { inner: stream, between: Rc::new(Cell::new(Some(BETWEEN))), passed: Rc::default() };
    let (between, passed) = (Rc::clone(&gate.between), Rc::clone(&gate.passed));
    let mut archive = Archive::new(gate);
    let mut told = || archive_entries(container, &mut archive, &below, &between);
    match told() {
        Err(_) if below.happened() => container.ended(),
        Err(error) => container.damaged(passed.get(), &error),
        Ok(()) => {}
    }
}

fn archive_entries<R: Read>(
    container: &Container<'_>,
    archive: &mut Archive<R>,
    below: &Fault,
    between: &Cell<Option<u64>>,
) -> io::Result<()> {
    for entry in archive.entries()? {
        let mut entry = entry?;
        between.set(None);
        let sparse = sparse::described(&mut entry);
        let label = container.label(sparse.name.as_deref().unwrap_or(&entry.path_bytes()));
        if !container.begin(&label) {
            return Ok(());
        }
        let mut after = BETWEEN;
        let (kind, mut size) = (entry.header().entry_type(), entry.size());
        match left_out(kind) {
            Some((what, advice)) => container.leave_out(Problem::Special { name: label, what, advice }),
            None if is_text(kind) => {
                // The holes of a sparse file may be larger than any disk: only what is stored is passed over.
                let has_holes = kind.is_gnu_sparse();
                if has_holes {
                    after = entry.header().entry_size()?.saturating_add(BETWEEN);
                }
                if sparse.has_list {
                    size = size.saturating_sub(sparse::skip_list(&mut entry)?);
                }
                let how = How { below: below.clone(), to_its_end: !has_holes, ..How::default() };
                if container.read(&label, Checked::new(entry, size, None), how).happened() {
                    return Ok(());
                }
            }
            None => {}
        }
        between.set(Some(after));
    }
    Ok(())
}

/// What is left out, and what to do about it.
fn left_out(kind: EntryType) -> Option<(&'static str, &'static str)> {
    let elsewhere = "what it leads to is read where it is itself in the archive";
    match kind {
        EntryType::Symlink => Some(("a link", elsewhere)),
        EntryType::Link => Some(("a hard link", elsewhere)),
        EntryType::Fifo => Some(("a pipe", "an archive holds no text of it")),
        EntryType::Char | EntryType::Block => Some(("a device", "an archive holds no text of it")),
        _ => None,
    }
}

/// Unknown kinds are files, as POSIX wants it.
fn is_text(kind: EntryType) -> bool {
    !matches!(kind, EntryType::Directory | EntryType::XGlobalHeader | EntryType::XHeader)
}

/// Lets no more through between two members than is sane.
struct Gate<R> {
    inner: R,
    /// What may still pass; `None` inside a member.
    between: Rc<Cell<Option<u64>>>,
    passed: Rc<Cell<u64>>,
}

impl<R: Read> Read for Gate<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.passed.set(self.passed.get() + read as u64);
        if let Some(left) = self.between.get() {
            let left = left.checked_sub(read as u64);
            self.between.set(Some(left.ok_or_else(|| io::Error::other("a name in it is too long"))?));
        }
        Ok(read)
    }
}
