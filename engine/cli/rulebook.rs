//! Rules of the command line: folders of rule files, and rules by their ids.

use crate::args::KnowledgeArgs;
use anyhow::{Context as _, bail};
use stacklore::Engine;
use stacklore::reason::rules::diagnostic::{Diagnostic, Level};
use stacklore::reason::rules::render;
use stacklore::reason::vocabulary::YamlSource;
use std::fs;
use std::path::Path;

/// The engine with the embedded rules and those of `--rules`.
pub(crate) fn engine(args: &KnowledgeArgs) -> anyhow::Result<Engine> {
    engine_with(args, Vec::new())
}

/// The engine with the embedded rules, those of `--rules`, and further ones.
pub(crate) fn engine_with(args: &KnowledgeArgs, further: Vec<YamlSource>) -> anyhow::Result<Engine> {
    let mut sources = Vec::new();
    for folder in &args.rules {
        sources.append(&mut folder_sources(folder)?);
    }
    sources.extend(further);
    Engine::with_rules(sources).map_err(broken)
}

/// All YAML files below a folder, sorted by path.
pub(crate) fn folder_sources(folder: &Path) -> anyhow::Result<Vec<YamlSource>> {
    let mut sources = Vec::new();
    collect(folder, &mut sources)?;
    if sources.is_empty() {
        bail!(
            "{}: no rules in this folder; a rule is a .yaml file, in a folder named after its family",
            folder.display()
        );
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sources)
}

fn collect(folder: &Path, sources: &mut Vec<YamlSource>) -> anyhow::Result<()> {
    let tried = || format!("{}: cannot read the rules of this folder; check the path", folder.display());
    for entry in fs::read_dir(folder).with_context(tried)? {
        let path = entry.with_context(tried)?.path();
        if path.is_dir() {
            collect(&path, sources)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            let name = path.display().to_string();
            let text = fs::read_to_string(&path).with_context(|| format!("{name}: cannot read this rule"))?;
            sources.push(YamlSource { path: name, text });
        }
    }
    Ok(())
}

/// Messages of the checker as the error that ends the program.
fn broken(messages: Vec<Diagnostic>) -> anyhow::Error {
    let errors: Vec<Diagnostic> = messages.into_iter().filter(|message| message.level == Level::Error).collect();
    anyhow::anyhow!("a rule is broken; correct it or leave its folder out\n{}", render::diagnostics(&errors))
}

/// Fails with the nearest ids when there is no rule of that id.
pub(crate) fn require(engine: &Engine, id: &str) -> anyhow::Result<()> {
    if engine.rule(id).is_some() {
        return Ok(());
    }
    let mut near: Vec<(usize, &str)> = engine
        .rules()
        .iter()
        .map(|rule| (strsim::damerau_levenshtein(&rule.id, id), rule.id.as_str()))
        .filter(|(distance, other)| *distance <= id.len() / 3 + 1 || other.contains(id))
        .collect();
    near.sort_unstable();
    let near: Vec<&str> = near.iter().take(3).map(|(_, id)| *id).collect();
    if near.is_empty() {
        bail!("there is no rule {id}; see `stacklore rules list`");
    }
    bail!("there is no rule {id}; did you mean {}?", near.join(" or "))
}
