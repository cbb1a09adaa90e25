//! zip. The list of members stands at the end (`directory`), each member behind a header of its own (`member`). Where
//! the list is missing, since the archive was cut off or is too large to be held, the members are read one after
//! another (`sequence`).
//!
//! The crate for this reads the whole list into memory, as many members as it names; here it is read piece by piece,
//! and a cut-off archive still gives what it has. Unpacking itself is done by the same crates as for streams.

mod directory;
mod member;
mod sequence;

use super::Container;
use super::member::How;
use crate::source::{ReadSeek, Seekable, Source};
use crate::{Problem, guard::Fault};
use directory::Directory;
use member::Member;
use std::io::{self, Read, SeekFrom};

/// A member comes first, or the end of the list of none.
pub(super) fn recognise(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

pub(super) fn enter(container: &Container<'_>, source: Source<'_>) {
    match source.into_seekable(container.reading, container.name) {
        Seekable::Start(stream, below) => tell_end(container, &below, sequence::read(container, stream, &below)),
        // Where it ends was told before.
        Seekable::Broken(start) => {
            container.ended();
            let _ = sequence::read(container, start, &Fault::default());
        }
        Seekable::All(mut file) => match Directory::find(&mut file) {
            Ok(directory) => listed(container, &mut file, directory),
            Err(_) => match file.seek(SeekFrom::Start(0)) {
                Ok(_) => {
                    let below = Fault::default();
                    tell_end(container, &below, sequence::read(container, file, &below));
                }
                Err(error) => container.damaged(0, &error),
            },
        },
    }
}

/// Tells where the members ended too early, unless what they are read from has told it.
fn tell_end(container: &Container<'_>, below: &Fault, end: Result<(), (u64, io::Error)>) {
    match end {
        Err((after, error)) if !below.happened() => container.damaged(after, &error),
        Err(_) => container.ended(),
        Ok(()) => {}
    }
}

fn listed(container: &Container<'_>, file: &mut Box<dyn ReadSeek + '_>, mut directory: Directory) {
    loop {
        match directory.next(file) {
            Ok(None) => return,
            Ok(Some(member)) => {
                let label = container.label(&member.path);
                if !container.begin(&label) {
                    return;
                }
                if let Err(error) = listed_member(container, file, &label, &member) {
                    container.leave_out(crate::guard::damaged(&label, 0, &error));
                }
            }
            Err(error) => return container.damaged(directory.position(), &error),
        }
    }
}

fn listed_member(
    container: &Container<'_>,
    file: &mut Box<dyn ReadSeek + '_>,
    label: &str,
    member: &Member,
) -> io::Result<()> {
    if member.is_folder() {
        return Ok(());
    }
    if let Some(problem) = member.left_out(label) {
        container.leave_out(problem);
        return Ok(());
    }
    file.seek(SeekFrom::Start(member.header_at))?;
    member::skip_header(file)?;
    let packed: Box<dyn Read + '_> = Box::new(file.take(member.packed_size));
    read_member(container, label, member, packed, Fault::default());
    Ok(())
}

/// Reads a member whose sizes are known.
fn read_member(container: &Container<'_>, label: &str, member: &Member, packed: Box<dyn Read + '_>, below: Fault) {
    let packed = super::Packed::new(packed);
    let used = packed.used();
    match member.unpacked(packed) {
        Ok(from) => {
            container.read(label, from, How { below, used: Some(used), to_its_end: false });
        }
        Err(what) => container.leave_out(Problem::Unsupported { name: label.to_owned(), what }),
    }
}
