//! The outside world: standard input, files, folders and encodings become documents.
//!
//! [`read_paths`] and [`read_stdin`] give an [`Intake`]: the documents that could be read, in the order of the given
//! paths, and a [`Problem`] for each input that could not. One bad input never stops the others. Line ends and
//! everything else inside the text stay as they came; only the encoding is undone.

mod decode;
mod limits;
mod magic;
mod mail;
mod page;
mod problem;
mod walk;

pub use limits::Limits;
pub use problem::Problem;

use stacklore_model::Document;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Everything that was read of the given inputs.
#[derive(Debug, Default)]
pub struct Intake {
    /// The texts, in the order of the inputs.
    pub documents: Vec<Document>,
    /// Inputs that gave no text.
    pub problems: Vec<Problem>,
}

impl Intake {
    fn add(&mut self, result: Result<Document, Problem>) {
        match result {
            Ok(document) => self.documents.push(document),
            Err(problem) => self.problems.push(problem),
        }
    }
}

/// Reads files and folders; `-` is standard input. A folder stands for all files below it, in the order of their paths.
pub fn read_paths(paths: &[PathBuf], limits: &Limits) -> Intake {
    let mut intake = Intake::default();
    let mut left = limits.total_bytes;
    for path in paths {
        if path == Path::new("-") {
            intake.add(read_limited(io::stdin().lock(), "standard input".into(), limits, &mut left));
            continue;
        }
        let mut files = walk::Files::default();
        files.add(path, limits);
        for file in &files.paths {
            intake.add(read_file(file, limits, &mut left));
        }
        intake.problems.append(&mut files.problems);
    }
    intake
}

/// Reads standard input to its end.
pub fn read_stdin(limits: &Limits) -> Intake {
    read_paths(&[PathBuf::from("-")], limits)
}

fn read_file(path: &Path, limits: &Limits, left: &mut u64) -> Result<Document, Problem> {
    let name = walk::label(path);
    match File::open(path) {
        Ok(file) => {
            // A vector that grows takes twice the memory of a large file.
            let expected = file.metadata().map_or(0, |metadata| metadata.len()).min(limits.file_bytes).min(*left);
            read_into(Vec::with_capacity(expected as usize + 1), file, name, limits, left)
        }
        Err(source) => Err(Problem::Unreadable { name, source }),
    }
}

/// Reads one text; `left` is what remains of the limit on all texts. The size that the system tells is not trusted:
/// it is zero for files of `/proc`.
fn read_limited(from: impl Read, name: String, limits: &Limits, left: &mut u64) -> Result<Document, Problem> {
    read_into(Vec::new(), from, name, limits, left)
}

fn read_into(
    mut bytes: Vec<u8>,
    from: impl Read,
    name: String,
    limits: &Limits,
    left: &mut u64,
) -> Result<Document, Problem> {
    if *left == 0 {
        let limit = format!("the limit of {} MiB for all texts was", limits.total_bytes >> 20);
        return Err(Problem::Limit { name, limit });
    }
    let most = limits.file_bytes.min(*left);
    // One byte more than the limit tells whether anything was cut off.
    if let Err(source) = from.take(most.saturating_add(1)).read_to_end(&mut bytes) {
        return Err(Problem::Unreadable { name, source });
    }
    let cut = bytes.len() as u64 > most;
    if cut {
        bytes.pop();
    }
    *left -= bytes.len() as u64;
    document(name, bytes, cut)
}

fn document(name: String, bytes: Vec<u8>, cut: bool) -> Result<Document, Problem> {
    let size = bytes.len() as u64;
    if let Some(form) = magic::recognise(&bytes) {
        return Err(Problem::NoText { name, what: form.what, advice: form.advice });
    }
    if bytes.iter().all(|byte| byte.is_ascii_whitespace()) {
        return Err(Problem::Empty { name });
    }
    let Some(mut decoded) = decode::decode(bytes) else { return Err(Problem::Binary { name }) };
    if cut {
        let end = decoded.text.rfind('\n').map_or(decoded.text.len(), |end| end + 1);
        decoded.text.truncate(end);
        decoded.notes.push(format!("Only its first {size} bytes were read: the limit was reached there."));
    }
    Ok(Document { name, encoding: decoded.encoding, bytes: size, text: decoded.text, notes: decoded.notes })
}

#[cfg(test)]
mod tests {
    use super::{Limits, Problem, read_limited};

    fn read(bytes: &[u8], limits: &Limits) -> Result<stacklore_model::Document, Problem> {
        read_limited(bytes, "a.txt".into(), limits, &mut limits.total_bytes.clone())
    }

    #[test]
    fn a_text_that_is_too_long_is_cut_at_a_line_end() {
        let limits = Limits { file_bytes: 8, ..Limits::default() };
        let document = read(b"one\ntwo\nthree\n", &limits).expect("text");
        assert_eq!((document.text.as_str(), document.bytes), ("one\ntwo\n", 8));
        assert_eq!(document.notes, ["Only its first 8 bytes were read: the limit was reached there."]);
        let document = read(b"one\ntwo\n", &limits).expect("text");
        assert!(document.notes.is_empty(), "exactly the limit is not too long");
        let document = read(b"one\ntwo three\n", &limits).expect("text");
        assert_eq!(document.text, "one\n");
    }

    #[test]
    fn the_limit_on_all_texts_leaves_later_ones_out() {
        let limits = Limits { total_bytes: 4, ..Limits::default() };
        let mut left = limits.total_bytes;
        assert!(read_limited(&b"one\n"[..], "a".into(), &limits, &mut left).is_ok());
        let refused = read_limited(&b"two\n"[..], "b".into(), &limits, &mut left);
        assert!(matches!(refused, Err(Problem::Limit { name, .. }) if name == "b"));
    }

    #[test]
    fn blank_texts_are_empty() {
        assert!(matches!(read(b" \r\n\t\n", &Limits::default()), Err(Problem::Empty { .. })));
        assert!(matches!(read(b"", &Limits::default()), Err(Problem::Empty { .. })));
    }

    #[test]
    fn line_ends_stay() {
        assert_eq!(read(b"a\r\nb\rc\n", &Limits::default()).expect("text").text, "a\r\nb\rc\n");
    }
}
