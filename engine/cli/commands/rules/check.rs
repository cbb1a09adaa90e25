//! `stacklore rules check`: every message of the checker, with its place.

use crate::corpus::Corpus;
use crate::exit::Exit;
use crate::{output, rulebook};
use stacklore::Engine;
use stacklore::reason::rules::CorpusFacts;
use stacklore::reason::rules::diagnostic::{Diagnostic, Level};
use stacklore::reason::vocabulary::YamlSource;
use std::path::Path;

/// Checks a folder of rules, or the embedded ones.
pub(crate) fn run(folder: Option<&Path>, corpus: Option<&Path>) -> anyhow::Result<Exit> {
    let facts = match corpus {
        Some(path) => Corpus::read(path)?.facts()?,
        None => CorpusFacts::default(),
    };
    let sources = folder.map(rulebook::folder_sources).transpose()?.unwrap_or_default();
    let made = if sources.iter().any(stands_alone) {
        Engine::with_only(sources, &facts)
    } else {
        Engine::with_rules(sources, &facts)
    };
    let (messages, rules) = match &made {
        Ok(engine) => (engine.warnings(), Some(engine.rules().len())),
        Err(messages) => (messages.as_slice(), None),
    };
    tell(messages, rules)?;
    Ok(if rules.is_some() { Exit::Done } else { Exit::Failed })
}

/// A folder that brings the wait kinds is a whole set of rules, not an addition to the embedded ones.
fn stands_alone(source: &YamlSource) -> bool {
    Path::new(&source.path).ends_with("vocabulary/kinds.yaml")
}

fn tell(messages: &[Diagnostic], rules: Option<usize>) -> anyhow::Result<()> {
    let count = |level| messages.iter().filter(|message| message.level == level).count();
    let (errors, warnings) = (count(Level::Error), count(Level::Warning));
    output::to_stdout(|out| {
        for message in messages {
            writeln!(out, "{}\n", rulebook::render(message))?;
        }
        match rules {
            Some(rules) => writeln!(out, "{rules} rules checked: no error, {warnings} warnings"),
            None => writeln!(out, "{errors} errors, {warnings} warnings"),
        }
    })
}
