//! `stacklore rules list` and `show`.

use super::table;
use crate::args::KnowledgeArgs;
use crate::exit::Exit;
use crate::{output, rulebook};
use stacklore::reason::rules::page;

/// Lists all rules.
pub(crate) fn list(knowledge: &KnowledgeArgs) -> anyhow::Result<Exit> {
    let engine = rulebook::engine(knowledge)?;
    let row = |rule: &stacklore::reason::rules::ast::Rule| {
        let systems: Vec<&str> = rule.systems.iter().map(|system| system.name()).collect();
        vec![rule.family.clone(), rule.id.clone(), rule.class.name().into(), systems.join(","), rule.title.clone()]
    };
    let rows: Vec<Vec<String>> = engine.rules().iter().map(row).collect();
    output::to_stdout(|out| table::write(out, &["family", "id", "class", "systems", "title"], &rows))?;
    Ok(Exit::Done)
}

/// Prints a rule as a page to read, or its file.
pub(crate) fn show(id: &str, raw: bool, knowledge: &KnowledgeArgs) -> anyhow::Result<Exit> {
    let engine = rulebook::engine(knowledge)?;
    rulebook::require(&engine, id)?;
    let text = engine.rule(id).map_or_else(String::new, |rule| if raw { rule.text.clone() } else { page::page(rule) });
    output::to_stdout(|out| writeln!(out, "{}", text.trim_end()))?;
    Ok(Exit::Done)
}
