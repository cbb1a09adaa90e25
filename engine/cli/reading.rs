//! Texts of a case: read from outside, then by the dialects, one thread per text.

use crate::args::InputArgs;
use crate::complain;
use rayon::prelude::*;
use stacklore::model::{Reading, SourceId};
use stacklore::{Document, Engine, Options, Report};
use stacklore_intake::{Intake, Limits};
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

/// The texts of a case with what the dialects say of each.
pub(crate) struct Texts {
    /// Label of the case.
    pub(crate) case: String,
    /// The texts.
    pub(crate) documents: Vec<Document>,
    /// One reading for each.
    pub(crate) readings: Vec<Reading>,
    /// Inputs that gave no text, for the report.
    pub(crate) notes: Vec<String>,
}

/// Reads the texts of a case. What could not be read is told on standard error; `None` when nothing could.
pub(crate) fn read(engine: &Engine, args: &InputArgs) -> Option<Texts> {
    let standard_input = [PathBuf::from("-")];
    let paths = if args.paths.is_empty() { &standard_input[..] } else { &args.paths };
    if paths.iter().any(|path| path == Path::new("-")) && io::stdin().is_terminal() {
        complain(HINT);
    }
    let intake = stacklore_intake::read_paths(paths, &Limits::from(&args.limits));
    let notes = intake.told();
    notes.iter().for_each(|note| complain(note));
    let Intake { documents, problems } = intake;
    if documents.is_empty() {
        problems.iter().filter_map(|problem| command_hint(problem.name())).for_each(|hint| complain(&hint));
        return None;
    }
    let readings = read_documents(engine, &documents);
    Some(Texts { case: case_label(paths), documents, readings, notes })
}

/// The report on what was read of a ticket, on this thread alone where no other is free. What could not be read is
/// told in it.
pub(crate) fn diagnose(engine: &Engine, case: &str, read: Intake, options: &Options) -> Report {
    let mut options = options.clone();
    options.notes.extend(read.told());
    let readings = read_documents(engine, &read.documents);
    engine.conclude(case, read.documents, readings, &options)
}

const HINT: &str = if cfg!(windows) {
    "reading standard input: paste the text, then press Ctrl-Z and Enter"
} else {
    "reading standard input: paste the text, then press Ctrl-D"
};

/// What the dialects say of each text.
pub(crate) fn read_documents(engine: &Engine, documents: &[Document]) -> Vec<Reading> {
    let read = |(source, document)| engine.read(SourceId(source as u32), document);
    documents.par_iter().enumerate().map(read).collect()
}

/// The ticket's name: that of its only input, or of the folder of the first.
fn case_label(paths: &[PathBuf]) -> String {
    let name = |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    match paths {
        [path] if path == Path::new("-") => "standard input".into(),
        [path] => name(path).unwrap_or_else(|| path.display().to_string()),
        [first, ..] => first.parent().and_then(name).unwrap_or_else(|| first.display().to_string()),
        [] => String::new(),
    }
}

/// A path that is nearly the name of a command was probably meant as one.
fn command_hint(name: &str) -> Option<String> {
    let near = |command: &&str| strsim::damerau_levenshtein(command, name) <= 2;
    let command = ["diagnose", "batch", "parse", "rules"].into_iter().find(near)?;
    Some(format!("did you mean the command `{command}`?"))
}
