//! Files and folders of a ticket, before they stand on the disk or in an archive.

use super::noise::Noise;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is in a file.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// These bytes.
    Bytes(Arc<[u8]>),
    /// A log that is written when it is needed.
    Noise(Noise),
    /// One after the other.
    Parts(Vec<Body>),
    /// So many times the same byte.
    Fill(u8, u64),
}

impl Body {
    /// These bytes.
    pub(crate) fn bytes(bytes: impl Into<Arc<[u8]>>) -> Self {
        Body::Bytes(bytes.into())
    }

    /// Its exact length.
    pub(crate) fn len(&self) -> u64 {
        match self {
            Body::Bytes(bytes) => bytes.len() as u64,
            Body::Noise(noise) => noise.bytes,
            Body::Parts(parts) => parts.iter().map(Body::len).sum(),
            Body::Fill(_, count) => *count,
        }
    }

    /// Writes it.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Body::Bytes(bytes) => out.write_all(bytes),
            Body::Noise(noise) => noise.write(out),
            Body::Parts(parts) => parts.iter().try_for_each(|part| part.write(out)),
            Body::Fill(byte, count) => {
                let block = [*byte; 16 * 1024];
                let mut left = *count;
                while left > 0 {
                    let next = left.min(block.len() as u64);
                    out.write_all(&block[..next as usize])?;
                    left -= next;
                }
                Ok(())
            }
        }
    }

    /// A reader of it, which holds it in memory: for what goes into an archive.
    pub(crate) fn to_reader(&self) -> io::Cursor<Vec<u8>> {
        io::Cursor::new(self.to_vec())
    }

    /// All of it in memory: for what is small.
    pub(crate) fn to_vec(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len() as usize);
        self.write(&mut bytes).expect("memory takes everything");
        bytes
    }
}

/// What stands at a path.
#[derive(Clone, Debug)]
pub(crate) enum Thing {
    /// A file with these permissions.
    File(Body, u32),
    /// A folder with nothing in it.
    Folder,
    /// A link to this path.
    Link(String),
    /// A pipe with a name.
    Fifo,
    /// A socket that nobody listens on.
    Socket,
}

/// A thing and its path inside the ticket, which need not be UTF-8.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// Components, with slashes between them.
    pub(crate) path: Vec<u8>,
    /// What it is.
    pub(crate) thing: Thing,
}

impl Item {
    /// A file as most are.
    pub(crate) fn file(path: impl AsRef<[u8]>, body: Body) -> Self {
        Item { path: path.as_ref().to_vec(), thing: Thing::File(body, 0o644) }
    }

    /// Anything else.
    pub(crate) fn of(path: impl AsRef<[u8]>, thing: Thing) -> Self {
        Item { path: path.as_ref().to_vec(), thing }
    }
}

/// Writes things below a folder; gives the number of bytes in files.
pub(crate) fn write_tree(folder: &Path, items: &[Item]) -> io::Result<u64> {
    fs::create_dir_all(folder)?;
    let mut bytes = 0;
    for item in items {
        let path = folder.join(OsStr::from_bytes(&item.path));
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        match &item.thing {
            Thing::File(body, mode) => {
                write_file(&path, body)?;
                fs::set_permissions(&path, Permissions::from_mode(*mode))?;
                bytes += body.len();
            }
            Thing::Folder => fs::create_dir_all(&path)?,
            Thing::Link(target) => symlink(target, &path)?,
            Thing::Fifo => special(&path, FileType::Fifo)?,
            Thing::Socket => special(&path, FileType::Socket)?,
        }
    }
    Ok(bytes)
}

/// Writes one file.
pub(crate) fn write_file(path: &PathBuf, body: &Body) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(128 * 1024, File::create(path)?);
    body.write(&mut out)?;
    out.flush()
}

fn special(path: &Path, kind: FileType) -> io::Result<()> {
    Ok(mknodat(CWD, path, kind, Mode::RUSR | Mode::WUSR, 0)?)
}
