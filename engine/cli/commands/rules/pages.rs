//! `stacklore rules pages`: every rule as a Markdown page, with an index by family.

use crate::args::KnowledgeArgs;
use crate::exit::Exit;
use crate::{complain, output, rulebook};
use anyhow::Context as _;
use stacklore::reason::rules::page;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Writes the pages, or says which of them are not as they would be written.
pub(super) fn run(folder: &Path, check: bool, knowledge: &KnowledgeArgs) -> anyhow::Result<Exit> {
    let engine = rulebook::engine(knowledge)?;
    let pages = page::pages(engine.rules());
    let stale = stale(folder, &pages)?;
    let old = |(path, text): &(&String, &String)| fs::read_to_string(folder.join(path)).ok().as_ref() != Some(*text);
    let changed: Vec<(&String, &String)> = pages.iter().filter(old).collect();
    if check {
        for path in changed.iter().map(|(path, _)| folder.join(path)).chain(stale.iter().cloned()) {
            complain(&format!("{}: out of date; run `stacklore rules pages`", path.display()));
        }
        return Ok(if changed.is_empty() && stale.is_empty() { Exit::Done } else { Exit::Found });
    }
    for (path, text) in &changed {
        let path = folder.join(path);
        let tried = || format!("{}: cannot write this page; choose another folder with --out", path.display());
        fs::create_dir_all(path.parent().unwrap_or(folder)).with_context(tried)?;
        fs::write(&path, text).with_context(tried)?;
    }
    for path in &stale {
        fs::remove_file(path).with_context(|| format!("{}: cannot remove this page", path.display()))?;
    }
    output::to_stdout(|out| {
        writeln!(out, "{} pages: {} written, {} removed", pages.len(), changed.len(), stale.len())
    })?;
    Ok(Exit::Done)
}

/// Pages of rules that are no more: made by this command, and not among those that it would write.
fn stale(folder: &Path, pages: &BTreeMap<String, String>) -> anyhow::Result<Vec<PathBuf>> {
    let wanted: Vec<PathBuf> = pages.keys().map(|path| folder.join(path)).collect();
    let mut stale = Vec::new();
    let mut open: Vec<PathBuf> = folder.is_dir().then(|| folder.to_owned()).into_iter().collect();
    while let Some(folder) = open.pop() {
        let tried = || format!("{}: cannot list this folder", folder.display());
        for entry in fs::read_dir(&folder).with_context(tried)? {
            let entry = entry.with_context(tried)?;
            let path = entry.path();
            // A link may lead anywhere, also round in a circle.
            if entry.file_type().with_context(tried)?.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") && !wanted.contains(&path) {
                let made = fs::read_to_string(&path).is_ok_and(|text| text.starts_with(page::MARK));
                stale.extend(made.then_some(path));
            }
        }
    }
    stale.sort();
    Ok(stale)
}
