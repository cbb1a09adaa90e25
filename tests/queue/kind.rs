//! The kinds of tickets, and how often each comes.

use super::ticket::{Made, Maker};
use super::{hostile, plain, sent};

/// A kind of ticket.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    /// Its name in `truth.ndjson`.
    pub(crate) name: &'static str,
    /// How many of a thousand or so are of this kind.
    pub(crate) weight: u64,
    /// Most bytes of text in one: what is packed by slow encoders or costs a search is kept small.
    pub(crate) most: u64,
    /// How one is made.
    pub(crate) make: fn(&mut Maker<'_>) -> Made,
}

const fn kind(name: &'static str, weight: u64, most: u64, make: fn(&mut Maker<'_>) -> Made) -> Kind {
    Kind { name, weight, most, make }
}

/// No limit but the share of the ticket.
const ANY: u64 = u64::MAX;
const MIB: u64 = 1 << 20;
/// What fits into a message, or is packed by a slow encoder.
const SMALL: u64 = 300 << 10;

/// All kinds.
pub(crate) const KINDS: &[Kind] = &[
    kind("file", 120, 0, plain::file),
    kind("paste-in-log", 80, ANY, plain::paste_in_log),
    kind("folder", 170, ANY, plain::folder),
    kind("syslog", 50, ANY, plain::syslog),
    kind("rotated", 40, ANY, plain::rotated),
    kind("sosreport", 40, ANY, plain::sosreport),
    kind("crash-folder", 25, ANY, plain::crash_folder),
    kind("junk", 70, ANY, plain::junk),
    kind("large", 0, ANY, plain::large),
    kind("large-archive", 0, ANY, plain::large_archive),
    kind("large-dump", 0, 60 * MIB, plain::large_dump),
    kind("utf16", 25, SMALL, sent::utf16),
    kind("crlf", 20, SMALL, sent::crlf),
    kind("legacy", 20, SMALL, sent::legacy),
    kind("journal-json", 15, SMALL, sent::journal_json),
    kind("journal-export", 10, SMALL, sent::journal_export),
    kind("eml", 40, SMALL, sent::eml),
    kind("mbox", 15, SMALL, sent::mbox),
    kind("page", 30, SMALL, sent::page),
    kind("tar", 10, MIB, sent::tar),
    kind("tar.gz", 60, 4 * MIB, sent::tar_gz),
    kind("tar.bz2", 15, SMALL, sent::tar_bz2),
    kind("tar.xz", 15, SMALL, sent::tar_xz),
    kind("tar.zst", 15, MIB, sent::tar_zst),
    kind("zip", 45, 4 * MIB, sent::zip),
    kind("7z", 10, SMALL, sent::seven),
    kind("compressed", 40, SMALL, sent::compressed),
    kind("nested", 25, MIB, sent::nested),
    kind("pictures", 10, 0, plain::pictures),
    kind("binary", 8, 0, plain::binary),
    kind("core", 6, 0, plain::core),
    kind("empty-folder", 5, 0, plain::empty_folder),
    kind("empty-file", 5, 0, plain::empty_file),
    kind("cut-before", 6, SMALL, hostile::cut_before),
    kind("cut-behind", 6, SMALL, hostile::cut_behind),
    kind("cut-zip", 4, SMALL, hostile::cut_zip),
    kind("wrong-name", 5, SMALL, hostile::wrong_name),
    kind("garbage", 4, 0, hostile::garbage),
    kind("bomb-ratio", 1, 0, hostile::bomb_ratio),
    kind("bomb-nested", 2, 0, hostile::bomb_nested),
    kind("bomb-entries", 1, 0, hostile::bomb_entries),
    kind("bomb-quine", 2, 0, hostile::bomb_quine),
    kind("evil-tar", 6, 0, hostile::evil_tar),
    kind("evil-zip", 4, 0, hostile::evil_zip),
    kind("links", 8, SMALL, hostile::links),
    kind("special", 5, SMALL, hostile::special),
    kind("unreadable", 4, SMALL, hostile::unreadable),
    kind("odd-bytes", 6, SMALL, hostile::odd_bytes),
    kind("odd-names", 12, SMALL, hostile::odd_names),
];
