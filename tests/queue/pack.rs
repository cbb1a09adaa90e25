//! Archives and compressed files, as people attach them.

use super::seven;
use super::tree::{Body, Item, Thing};
use bzip2::write::BzEncoder;
use flate2::write::GzEncoder;
use lzma_rust2::{XzOptions, XzWriter};
use ruzstd::encoding::{CompressionLevel, compress};
use std::io::{self, Cursor, Seek, Write};
use tar::{Builder, EntryType, Header};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// How one stream is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Squeeze {
    /// Not at all.
    Not,
    /// gzip
    Gz,
    /// gzip at its best: for bombs
    Dense,
    /// bzip2
    Bz2,
    /// xz
    Xz,
    /// Zstandard
    Zst,
}

impl Squeeze {
    /// What a file's name gets at its end.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Squeeze::Not => "",
            Squeeze::Gz | Squeeze::Dense => ".gz",
            Squeeze::Bz2 => ".bz2",
            Squeeze::Xz => ".xz",
            Squeeze::Zst => ".zst",
        }
    }
}

/// How files are put into one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pack {
    /// tar, then compressed.
    Tar(Squeeze),
    /// zip
    Zip,
    /// 7z
    SevenZ,
}

impl Pack {
    /// What a file's name gets at its end.
    pub(crate) fn ending(self) -> String {
        match self {
            Pack::Tar(squeeze) => format!(".tar{}", squeeze.ending()),
            Pack::Zip => ".zip".to_owned(),
            Pack::SevenZ => ".7z".to_owned(),
        }
    }

    /// The archive in memory.
    pub(crate) fn to_vec(self, items: &[Item]) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        self.write(items, &mut out).expect("memory takes every archive");
        out.into_inner()
    }

    /// Writes the archive.
    pub(crate) fn write<W: Write + Seek>(self, items: &[Item], out: &mut W) -> io::Result<()> {
        match self {
            Pack::Tar(squeeze) => squeezed(squeeze, out, |out| tar(items, out)),
            Pack::Zip => zip(items, out),
            Pack::SevenZ => seven::write(items, out),
        }
    }
}

/// One compressed file.
pub(crate) fn squeeze(how: Squeeze, body: &Body) -> Vec<u8> {
    let mut bytes = Vec::new();
    squeezed(how, &mut bytes, |out| body.write(out)).expect("memory takes everything");
    bytes
}

/// Compresses what is written. The fastest level of most: a queue has many archives.
fn squeezed<W: Write>(
    how: Squeeze,
    out: &mut W,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    match how {
        Squeeze::Not => write(out),
        Squeeze::Gz | Squeeze::Dense => {
            let level = if how == Squeeze::Gz { flate2::Compression::fast() } else { flate2::Compression::best() };
            let mut encoder = GzEncoder::new(out, level);
            write(&mut encoder)?;
            encoder.finish().map(drop)
        }
        Squeeze::Bz2 => {
            let mut encoder = BzEncoder::new(out, bzip2::Compression::fast());
            write(&mut encoder)?;
            encoder.finish().map(drop)
        }
        Squeeze::Xz => {
            let mut encoder = XzWriter::new(out, XzOptions::with_preset(0))?;
            write(&mut encoder)?;
            encoder.finish().map(drop)
        }
        Squeeze::Zst => {
            let mut plain = Vec::new();
            write(&mut plain)?;
            let mut bytes = Vec::new();
            compress(&plain[..], &mut bytes, CompressionLevel::Fastest);
            out.write_all(&bytes)
        }
    }
}

fn tar(items: &[Item], out: &mut dyn Write) -> io::Result<()> {
    let mut builder = Builder::new(out);
    for item in items {
        let mut header = Header::new_gnu();
        header.set_mtime(1_700_000_000);
        header.set_uid(1000);
        header.set_size(0);
        header.set_mode(0o644);
        let path = path(item);
        match &item.thing {
            Thing::File(body, mode) => {
                header.set_mode(*mode);
                header.set_size(body.len());
                let (reader, writer) = (body.to_reader(), &mut builder);
                writer.append_data(&mut header, path, reader)?;
            }
            Thing::Folder => {
                header.set_entry_type(EntryType::Directory);
                header.set_mode(0o755);
                builder.append_data(&mut header, path, io::empty())?;
            }
            Thing::Link(target) => {
                header.set_entry_type(EntryType::Symlink);
                builder.append_link(&mut header, path, target)?;
            }
            Thing::Fifo | Thing::Socket => {
                header.set_entry_type(EntryType::Fifo);
                builder.append_data(&mut header, path, io::empty())?;
            }
        }
    }
    builder.into_inner()?.flush()
}

/// A member whose path no archiver would write: it leads out of the folder, or it is no file.
pub(crate) struct Evil {
    /// At most 100 bytes.
    pub(crate) path: &'static str,
    /// What the archive says it is.
    pub(crate) kind: EntryType,
    /// Where a link leads.
    pub(crate) target: &'static str,
    /// What is in it.
    pub(crate) text: Vec<u8>,
}

/// A tar archive of such members.
pub(crate) fn evil_tar(members: &[Evil]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for member in members {
        let mut header = Header::new_gnu();
        header.set_mode(0o777);
        header.set_size(member.text.len() as u64);
        header.set_entry_type(member.kind);
        let raw = header.as_gnu_mut().expect("it was made as one");
        raw.name[..member.path.len()].copy_from_slice(member.path.as_bytes());
        raw.linkname[..member.target.len()].copy_from_slice(member.target.as_bytes());
        header.set_cksum();
        builder.append(&header, &member.text[..]).expect("memory takes everything");
    }
    builder.into_inner().expect("memory takes everything")
}

fn zip<W: Write + Seek>(items: &[Item], out: &mut W) -> io::Result<()> {
    let mut writer = ZipWriter::new(out);
    let options = SimpleFileOptions::default().compression_level(Some(1)).unix_permissions(0o644);
    for item in items {
        match &item.thing {
            Thing::File(body, mode) => {
                // A small file is often stored as it is.
                let method = match body.len() {
                    0..400 => zip::CompressionMethod::Stored,
                    _ => zip::CompressionMethod::Deflated,
                };
                let level = (method == zip::CompressionMethod::Deflated).then_some(1);
                let options = options.compression_method(method).compression_level(level).unix_permissions(*mode);
                writer.start_file(path(item), options)?;
                body.write(&mut writer)?;
            }
            Thing::Folder => writer.add_directory(path(item), options.compression_level(None))?,
            Thing::Link(target) => writer.add_symlink(path(item), target.as_str(), options.compression_level(None))?,
            Thing::Fifo | Thing::Socket => {}
        }
    }
    writer.finish()?.flush()
}

/// Archivers of today write UTF-8.
pub(crate) fn path(item: &Item) -> String {
    String::from_utf8_lossy(&item.path).into_owned()
}
