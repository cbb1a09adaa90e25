//! A queue of tickets whose truth is known: `cargo run --release --example queue -- --help`.
//!
//! Tickets are made of the cases of the corpus and of what lies around a trace in real life: logs, pictures, archives,
//! messages, broken files, attacks. What must be said of each stands in `truth.ndjson`; it comes from the expectations
//! of the cases, never from the engine. The same seed gives the same queue, byte for byte.

mod binary;
mod carry;
mod corpus;
mod hostile;
mod kind;
mod mail;
mod noise;
mod pack;
mod plain;
pub(crate) mod quine;
mod random;
mod sent;
mod seven;
mod ticket;
mod tree;

use corpus::Corpus;
use kind::{KINDS, Kind};
use pack::{Pack, Squeeze};
use random::Random;
use rayon::prelude::*;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use ticket::{Content, Made, Maker};

/// What queue to make.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Number of tickets.
    pub(crate) tickets: u64,
    /// What all is drawn from.
    pub(crate) seed: u64,
    /// About how many bytes the files of the queue have together.
    pub(crate) bytes: u64,
    /// Where `queue/` and `truth.ndjson` are written.
    pub(crate) out: PathBuf,
    /// Kinds to leave out, by their names.
    pub(crate) without: Vec<String>,
}

/// What was made.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Summary {
    /// Number of tickets.
    pub(crate) tickets: u64,
    /// Bytes of their files.
    pub(crate) bytes: u64,
}

/// A ticket that is still to be made.
#[derive(Clone, Copy)]
struct Planned {
    number: u64,
    kind: Kind,
    bytes: u64,
}

/// Names of all kinds of tickets.
pub(crate) fn kinds() -> Vec<&'static str> {
    KINDS.iter().map(|kind| kind.name).collect()
}

/// Makes a queue.
///
/// # Errors
/// A corpus that cannot be read, or a folder that cannot be written.
pub(crate) fn generate(settings: &Settings) -> io::Result<Summary> {
    let corpus = Corpus::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus"))?;
    let queue = settings.out.join("queue");
    fs::create_dir_all(&queue)?;
    let mut truths = BufWriter::new(File::create(settings.out.join("truth.ndjson"))?);
    let mut summary = Summary::default();
    // In pieces, so that the truths of a long queue need not be held.
    for planned in plan(settings).chunks(256) {
        let made: io::Result<Vec<(String, u64)>> =
            planned.par_iter().map(|ticket| make(ticket, settings.seed, &corpus, &queue)).collect();
        for (truth, bytes) in made? {
            writeln!(truths, "{truth}")?;
            summary.tickets += 1;
            summary.bytes += bytes;
        }
    }
    truths.flush()?;
    Ok(summary)
}

/// How large a ticket that is not held back may be, of the whole queue: a few large ones are part of every queue.
const LARGE_SHARE: u64 = 40;
/// Bounds of a large ticket.
const LARGE: (u64, u64) = (64 << 10, 100 << 20);
/// How widely sizes spread.
const SIGMA: f64 = 1.4;

/// Kinds and sizes of all tickets: each kind once where there are enough, then by their weights.
fn plan(settings: &Settings) -> Vec<Planned> {
    let mut random = Random::new(settings.seed);
    let wanted: Vec<Kind> =
        KINDS.iter().filter(|kind| !settings.without.iter().any(|name| name == kind.name)).copied().collect();
    let total: u64 = wanted.iter().map(|kind| kind.weight).sum();
    let mut kinds: Vec<Kind> = if settings.tickets >= 2 * wanted.len() as u64 { wanted.clone() } else { Vec::new() };
    while (kinds.len() as u64) < settings.tickets && total > 0 {
        let mut drawn = random.below(total);
        let found = wanted.iter().find(|kind| {
            let hit = drawn < kind.weight;
            drawn = drawn.saturating_sub(kind.weight);
            hit
        });
        kinds.extend(found);
    }
    kinds.truncate(settings.tickets as usize);
    random.shuffle(&mut kinds);
    let large = (settings.bytes / LARGE_SHARE).clamp(LARGE.0, LARGE.1);
    let mut tickets: Vec<Planned> = (0..).zip(kinds).map(|(number, kind)| Planned { number, kind, bytes: 0 }).collect();
    let shares: Vec<f64> = tickets.iter().map(|_| random.log_normal(SIGMA)).collect();
    let is_large = |ticket: &Planned| ticket.kind.name.starts_with("large");
    let fixed = tickets.iter().filter(|ticket| is_large(ticket)).count() as u64 * large;
    // What is packed or must stay small takes little of the bytes; the others share the rest.
    let free: f64 = tickets
        .iter()
        .zip(&shares)
        .filter(|(ticket, _)| ticket.kind.most == u64::MAX && !is_large(ticket))
        .map(|(_, share)| share)
        .sum();
    let unit = settings.bytes.saturating_sub(fixed) as f64 / free.max(1.0);
    for (ticket, share) in tickets.iter_mut().zip(&shares) {
        let bytes = (share * unit) as u64;
        ticket.bytes = if is_large(ticket) { large } else { bytes.min(LARGE.1) }.min(ticket.kind.most);
    }
    tickets
}

/// Makes one ticket: its truth, and the bytes of its files.
fn make(planned: &Planned, seed: u64, corpus: &Corpus, queue: &Path) -> io::Result<(String, u64)> {
    let mut maker = Maker::new(corpus, seed, planned.number, planned.bytes);
    let Made { ending, before, content, truth } = (planned.kind.make)(&mut maker);
    let number = format!("{:06}", planned.number);
    let name = [&before[..], number.as_bytes(), &ending[..]].concat();
    let path = queue.join(OsStr::from_bytes(&name));
    let bytes = match &content {
        Content::File(body) => {
            tree::write_file(&path, body)?;
            body.len()
        }
        Content::Folder(items) => tree::write_tree(&path, items)?,
        Content::LargeArchive(items) => {
            let mut out = File::create(&path)?;
            Pack::Tar(Squeeze::Gz).write(items, &mut out)?;
            out.metadata()?.len()
        }
    };
    Ok((truth.to_json(&label(&name), planned.kind.name).to_string(), bytes))
}

/// A name as the batch shows it: what is no UTF-8 and what steers a terminal becomes `\xNN`.
fn label(name: &[u8]) -> String {
    let escaped = |bytes: &[u8]| bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect::<String>();
    let shown = |c: char| if c.is_control() { escaped(c.to_string().as_bytes()) } else { c.to_string() };
    let chunks = name.utf8_chunks();
    chunks.map(|chunk| chunk.valid().chars().map(shown).collect::<String>() + &escaped(chunk.invalid())).collect()
}
