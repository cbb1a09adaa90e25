//! What a ticket is, and the tools with which each kind of ticket is made.

use super::binary::Binary;
use super::corpus::{Case, Corpus};
use super::noise::{Log, Noise};
use super::random::Random;
use super::tree::{Body, Item};
use serde_json::{Value, json};

/// What must be said of a ticket.
#[derive(Clone, Debug)]
pub(crate) struct Truth {
    /// Verdicts of which one must be given.
    pub(crate) verdicts: Vec<String>,
    /// Rules that must be found.
    pub(crate) must: Vec<String>,
    /// Whether the report must name something that was not read.
    pub(crate) problem: bool,
    /// Why that is the truth.
    pub(crate) note: String,
}

impl Truth {
    /// That of a case.
    pub(crate) fn of(case: &Case, note: &str) -> Self {
        Truth {
            verdicts: case.verdicts.clone(),
            must: case.rules.clone(),
            problem: false,
            note: format!("{}: {note}", case.id),
        }
    }

    /// That of a ticket without a trace.
    pub(crate) fn nothing(problem: bool, note: &str) -> Self {
        Truth { verdicts: vec!["no-traces".to_owned()], must: Vec::new(), problem, note: note.to_owned() }
    }

    /// The same, with something that cannot be read beside it.
    pub(crate) fn with_problem(self) -> Self {
        Truth { problem: true, ..self }
    }

    /// The same, but the case may also be out of reach.
    pub(crate) fn or_nothing(mut self) -> Self {
        self.must.clear();
        if !self.verdicts.iter().any(|verdict| verdict == "no-traces") {
            self.verdicts.push("no-traces".to_owned());
        }
        self
    }

    /// The line of `truth.ndjson`.
    pub(crate) fn to_json(&self, id: &str, kind: &str) -> Value {
        json!({
            "id": id, "verdicts": self.verdicts, "must": self.must, "problem": self.problem, "kind": kind,
            "note": self.note,
        })
    }
}

/// What stands in the queue under the ticket's name.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// One file.
    File(Body),
    /// A folder with these things.
    Folder(Vec<Item>),
    /// An archive that is too large to be made in memory: a `.tar.gz` of these things.
    LargeArchive(Vec<Item>),
}

/// A ticket that was made.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    /// What is behind the number in its name.
    pub(crate) ending: Vec<u8>,
    /// What is before it; most tickets have plain names.
    pub(crate) before: Vec<u8>,
    /// What stands there.
    pub(crate) content: Content,
    /// What must be said of it.
    pub(crate) truth: Truth,
}

impl Made {
    /// A ticket with an ending behind its number.
    pub(crate) fn new(ending: impl AsRef<[u8]>, content: Content, truth: Truth) -> Self {
        Made { ending: ending.as_ref().to_vec(), before: b"ticket-".to_vec(), content, truth }
    }

    /// One file.
    pub(crate) fn file(ending: impl AsRef<[u8]>, bytes: impl Into<std::sync::Arc<[u8]>>, truth: Truth) -> Self {
        Made::new(ending, Content::File(Body::bytes(bytes)), truth)
    }

    /// A folder.
    pub(crate) fn folder(items: Vec<Item>, truth: Truth) -> Self {
        Made::new("", Content::Folder(items), truth)
    }
}

/// Makes one ticket: the same corpus, seed and number give the same one.
pub(crate) struct Maker<'a> {
    /// Where its texts come from.
    pub(crate) corpus: &'a Corpus,
    /// What it is drawn from.
    pub(crate) random: Random,
    /// How long its texts should be together.
    pub(crate) bytes: u64,
    /// When the ticket's logs begin.
    pub(crate) time: u64,
    /// Its number in the queue.
    pub(crate) number: u64,
}

/// The beginnings of 2023 and of September 2026, in seconds since 1970.
const TIMES: (u64, u64) = (1_672_531_200, 1_788_220_800);

impl<'a> Maker<'a> {
    /// The tools for a ticket.
    pub(crate) fn new(corpus: &'a Corpus, seed: u64, number: u64, bytes: u64) -> Self {
        let mut random = Random::new(seed ^ number.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let time = TIMES.0 + random.below(TIMES.1 - TIMES.0);
        Maker { corpus, random, bytes, time, number }
    }

    /// Any case.
    pub(crate) fn case(&mut self) -> &'a Case {
        self.random.pick(&self.corpus.cases)
    }

    /// A case of one text.
    pub(crate) fn single(&mut self) -> (&'a Case, &'a str) {
        self.of(&self.corpus.single)
    }

    /// A case of one text in ASCII.
    pub(crate) fn ascii(&mut self) -> (&'a Case, &'a str) {
        self.of(&self.corpus.ascii)
    }

    /// A case that is a log of the kernel.
    pub(crate) fn console(&mut self) -> (&'a Case, &'a str) {
        self.of(&self.corpus.console)
    }

    fn of(&mut self, list: &'a [usize]) -> (&'a Case, &'a str) {
        loop {
            let case = &self.corpus.cases[*self.random.pick(list)];
            if let Some(text) = case.text().and_then(|text| std::str::from_utf8(text).ok()) {
                return (case, text);
            }
        }
    }

    /// A log of so many bytes.
    pub(crate) fn noise(&mut self, log: Log, bytes: u64) -> Body {
        Body::Noise(Noise { log, seed: self.random.number(), start: self.time, bytes })
    }

    /// Logs and what else lies around, so many bytes of text together: at least one file.
    pub(crate) fn junk(&mut self, bytes: u64) -> Vec<Item> {
        let count = 1 + self.random.below(5);
        let mut left = bytes;
        let mut items = Vec::new();
        for number in 0..count {
            let log = *self.random.pick(&Log::ALL);
            let share = if number + 1 == count { left } else { self.random.below(left + 1) };
            left -= share;
            if share > 0 {
                let name = *self.random.pick(log.names());
                let body = self.noise(log, share);
                items.push(Item::file(format!("{number}-logs/{name}"), body));
            }
        }
        if items.is_empty() {
            let body = self.noise(Log::Syslog, 400);
            items.push(Item::file("0-logs/messages", body));
        }
        if self.random.chance(15) {
            items.push(self.binary("pictures"));
        }
        items
    }

    /// A file that is no text.
    pub(crate) fn binary(&mut self, folder: &str) -> Item {
        let binary = *self.random.pick(&Binary::ALL);
        let bytes = 300 + self.random.below(60_000);
        Item::file(format!("{folder}/{}", binary.name()), binary.body(bytes, &mut self.random))
    }

    /// The files of a case below a folder, with their names.
    pub(crate) fn files(&self, case: &Case, folder: &str) -> Vec<Item> {
        let files = case.files.iter();
        files.map(|(name, text)| Item::file(format!("{folder}{name}"), Body::bytes(&text[..]))).collect()
    }

    /// Bytes of junk beside so many bytes of a case, at most `most`.
    pub(crate) fn rest(&self, taken: usize, most: u64) -> u64 {
        self.bytes.saturating_sub(taken as u64).clamp(200, most.max(200))
    }
}
