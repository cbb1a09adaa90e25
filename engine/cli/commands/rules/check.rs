//! `stacklore rules check`: every message of the checker, with its place.

use crate::corpus::Corpus;
use crate::exit::Exit;
use crate::{output, rulebook};
use stacklore::reason::rules::diagnostic::Level;
use stacklore::reason::rules::{CorpusFacts, render};
use stacklore::reason::vocabulary::YamlSource;
use std::path::Path;

/// Checks a folder of rules, or the embedded ones.
pub(crate) fn run(folder: Option<&Path>, corpus: Option<&Path>) -> anyhow::Result<Exit> {
    let facts = match corpus {
        Some(path) => Corpus::read(path)?.facts()?,
        None => CorpusFacts::default(),
    };
    let sources = folder.map(rulebook::folder_sources).transpose()?.unwrap_or_default();
    let beside = !sources.iter().any(stands_alone);
    let (rules, messages) = stacklore::check(sources, beside, &facts);
    let count = |level| messages.iter().filter(|message| message.level == level).count();
    let (errors, warnings) = (count(Level::Error), count(Level::Warning));
    output::to_stdout(|out| {
        if !messages.is_empty() {
            writeln!(out, "{}", render::diagnostics(&messages))?;
        }
        writeln!(out, "{rules} rules are sound: {errors} errors, {warnings} warnings")
    })?;
    Ok(if errors == 0 { Exit::Done } else { Exit::Failed })
}

/// A folder that brings the wait kinds is a whole set of rules, not an addition to the embedded ones.
fn stands_alone(source: &YamlSource) -> bool {
    Path::new(&source.path).ends_with("vocabulary/kinds.yaml")
}
