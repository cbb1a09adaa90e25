//! The outside world: standard input, files, folders, archives and encodings become documents.
//!
//! [`read_paths`], [`read_stdin`] and [`read_bytes`] give an [`Intake`]: the documents that could be read, in the order
//! of the given paths, and a [`Problem`] for each input that could not, or not to its end. One bad input never stops
//! the others. Line ends and everything else inside the text stay as they came; only packing and encoding are undone.
//!
//! How it goes: `walk` lists the files below a folder, `source` is where bytes come from, `reading` tells what they are
//! and sends them on: through `archive` (what packs), through `parts` (what wraps texts: `mail`, `page`, `apport`), or to
//! `decode` and a document; `magic` names what is no text, `layout` what files belong together. `budget` counts against the [`Limits`]; `guard` watches each stream. Nothing is ever written, and a
//! path inside an archive is only a `label`.

mod apport;
mod archive;
mod budget;
mod decode;
mod guard;
mod label;
mod layout;
mod limits;
mod magic;
mod mail;
mod meter;
mod open;
mod page;
mod parts;
mod problem;
mod queue;
mod reading;
mod relative;
mod source;
mod told;
mod walk;

pub use limits::{Limit, Limits};
pub use meter::Meter;
pub use problem::Problem;
pub use queue::{Queue, Survey, Ticket, queue, survey};

use budget::Budget;
use guard::Guard;
use meter::Unmetered;
use reading::{Place, Reading};
use source::Source;
use stacklore_model::Document;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Everything that was read of the given inputs.
#[derive(Debug, Default)]
pub struct Intake {
    /// The texts, in the order of the inputs; those of one folder or archive in the order of their paths.
    pub documents: Vec<Document>,
    /// Inputs that gave no text, or not all of it. [`Intake::told`] puts them in words for a report.
    pub problems: Vec<Problem>,
}

/// Reads files, folders and archives; `-` is standard input. A folder or archive stands for all files in it, in the
/// order of their paths.
pub fn read_paths(paths: &[PathBuf], limits: &Limits) -> Intake {
    read_paths_metered(paths, limits, &Unmetered)
}

/// Reads as [`read_paths`] does and asks `meter` before memory grows.
pub fn read_paths_metered(paths: &[PathBuf], limits: &Limits, meter: &dyn Meter) -> Intake {
    let reading = Reading::new(Budget::new(limits, meter));
    for path in paths {
        if path == Path::new("-") {
            read_pipe(&reading, "standard input", io::stdin().lock());
            continue;
        }
        for found in walk::files(&reading, path) {
            read_file(&reading, &found);
        }
    }
    reading.finish()
}

/// Reads a ticket of a queue as [`read_paths_metered`] does; its texts are called by their places below the folder
/// that the ticket lies in. Of what nobody has named only regular files are read, as below any folder.
pub fn read_ticket(ticket: &Ticket, limits: &Limits, meter: &dyn Meter) -> Intake {
    let reading = Reading::new(Budget::new(limits, meter));
    let found = match ticket.named {
        true => walk::files(&reading, &ticket.path),
        false => walk::files_below(&reading, &ticket.path),
    };
    found.iter().for_each(|found| read_file(&reading, found));
    let mut intake = reading.finish();
    if let Some(folder) = ticket.path.parent() {
        intake.relative_to(folder);
    }
    intake
}

/// Reads standard input to its end.
pub fn read_stdin(limits: &Limits) -> Intake {
    read_paths(&[PathBuf::from("-")], limits)
}

/// Reads a file that is in memory: a text, or whatever holds texts. `name` is its label.
pub fn read_bytes(name: &str, bytes: Vec<u8>, limits: &Limits) -> Intake {
    let reading = Reading::new(Budget::new(limits, &Unmetered));
    if reading.budget.entry(name) {
        reading.budget.keep(bytes.len() as u64);
        reading.source(name, Source::bytes(bytes), Place::default(), Vec::new());
    }
    reading.finish()
}

fn read_file(reading: &Reading<'_>, found: &walk::Found) {
    let name = label::of_path(&found.path);
    if reading.budget.over(&name) {
        return reading.budget.left_out();
    }
    let opened = match found.below {
        true => open::regular(&found.path, &name),
        false => File::open(&found.path).map_err(|source| Problem::Unreadable { name: name.clone(), source }),
    };
    match opened {
        Err(problem) => reading.problem(problem),
        Ok(file) if file.metadata().is_ok_and(|metadata| metadata.is_file()) => {
            reading.source(&name, Source::file(file), Place::default(), Vec::new());
        }
        Ok(pipe) => read_pipe(reading, &name, pipe),
    }
}

fn read_pipe(reading: &Reading<'_>, name: &str, pipe: impl Read) {
    let mut guard = Guard::raw(reading, name, pipe);
    let fault = guard.fault();
    reading.source(name, Source::stream(&mut guard, fault), Place::default(), Vec::new());
}

#[cfg(test)]
mod tests {
    use super::{Intake, Limit, Limits, Problem, read_bytes};
    use stacklore_model::Document;

    fn read(bytes: &[u8], limits: &Limits) -> Intake {
        read_bytes("a.txt", bytes.to_vec(), limits)
    }

    fn text(bytes: &[u8], limits: &Limits) -> Document {
        read(bytes, limits).documents.pop().expect("text")
    }

    #[test]
    fn a_text_that_is_too_long_is_cut_at_a_line_end() {
        let limits = Limits { file_bytes: 8, ..Limits::default() };
        let document = text(b"one\ntwo\nthree\n", &limits);
        assert_eq!((document.text.as_str(), document.bytes), ("one\ntwo\n", 8));
        let note = "Only its first 8 bytes were read: the limit of 8 bytes for one text or held archive was reached \
                    there; raise it with --max-file.";
        assert_eq!(document.notes, [note]);
        let document = text(b"one\ntwo\n", &limits);
        assert!(document.notes.is_empty(), "exactly the limit is not too long");
        assert_eq!(text(b"one\ntwo three\n", &limits).text, "one\n");
    }

    #[test]
    fn blank_texts_are_empty() {
        for bytes in [&b" \r\n\t\n"[..], b""] {
            assert!(matches!(&read(bytes, &Limits::default()).problems[..], [Problem::Empty { .. }]));
        }
    }

    #[test]
    fn line_ends_stay() {
        assert_eq!(text(b"a\r\nb\rc\n", &Limits::default()).text, "a\r\nb\rc\n");
    }

    #[test]
    fn no_time_reads_nothing_and_says_so() {
        let limits = Limits { time: std::time::Duration::ZERO, ..Limits::default() };
        let intake = read(b"text\n", &limits);
        assert!(intake.documents.is_empty());
        assert!(matches!(&intake.problems[..], [Problem::Limit { limit: Limit::Time, .. }]));
    }
}
