//! Reads `conclude`, `also`, `refute` and `edges`.

use super::ast::{ClauseId, EdgeChain, Level, Table, VarId, VarKind, Variable};
use super::draft::Draft;
use super::read::CERTAINTIES;
use super::report::{Reporter, meant};
use crate::finding::Certainty;
use stacklore_yaml::{Content, Key, Node, Place};

/// A level with its place.
pub(crate) struct DraftLevel {
    pub(crate) certainty: Certainty,
    pub(crate) needs: Vec<Vec<ClauseId>>,
    pub(crate) at: Place,
}

/// Which clause matters for what.
#[derive(Default)]
pub(crate) struct Conclusion {
    pub(crate) levels: Vec<DraftLevel>,
    pub(crate) also: Vec<ClauseId>,
    pub(crate) refute: Vec<ClauseId>,
}

impl Conclusion {
    /// The levels as the matcher sees them.
    pub(crate) fn levels(&self) -> Vec<Level> {
        self.levels.iter().map(|level| Level { certainty: level.certainty, needs: level.needs.clone() }).collect()
    }

    /// The lowest level that names a clause, by index.
    pub(crate) fn level_of(&self, clause: ClauseId) -> Option<usize> {
        self.levels.iter().position(|level| level.needs.iter().flatten().any(|named| *named == clause))
    }
}

/// Reads the three keys. `whole`: every clause could be read; otherwise names that are not there are not complained of.
pub(crate) fn read(entries: &[(Key, Node)], draft: &Draft, whole: bool, report: &mut Reporter<'_>) -> Conclusion {
    let errors = report.errors();
    let mut names = Names { draft, whole, report };
    let mut conclusion = Conclusion::default();
    for (key, node) in entries {
        match key.text.as_str() {
            "conclude" => conclusion.levels = names.conclude(node),
            "also" => conclusion.also = names.clauses("also", node),
            "refute" => conclusion.refute = names.clauses("refute", node),
            _ => {}
        }
    }
    if report.errors() == errors {
        // A name that could not be read would make its clause look unused.
        unused(&conclusion, draft, report);
    }
    missing_get(&conclusion, draft, report);
    conclusion
}

struct Names<'a, 'r> {
    draft: &'a Draft,
    whole: bool,
    report: &'a mut Reporter<'r>,
}

impl Names<'_, '_> {
    fn conclude(&mut self, node: &Node) -> Vec<DraftLevel> {
        let Content::Map(entries) = &node.content else {
            self.report.error("R01", node.at, format!("`conclude` is {}, not a mapping", node.what()), None);
            return Vec::new();
        };
        if entries.is_empty() {
            self.report.error("R11", node.at, "`conclude` has no level", None);
        }
        let mut levels: Vec<DraftLevel> = Vec::new();
        for (key, node) in entries {
            let Some(certainty) = CERTAINTIES.into_iter().find(|level| level.name() == key.text) else {
                let help = meant(&key.text, CERTAINTIES.map(Certainty::name))
                    .unwrap_or_else(|| "the levels are possible, likely, proven".to_owned());
                self.report.error("R11", key.at, format!("no level `{}`", key.text), Some(help));
                continue;
            };
            if let Some(before) = levels.last().filter(|before| before.certainty >= certainty) {
                let message = format!("`{}` stands after `{}`", key.text, before.certainty.name());
                self.report.error("R11", key.at, message, Some("the weakest level comes first".to_owned()));
            }
            let needs = self.needs(&key.text, node);
            levels.push(DraftLevel { certainty, needs, at: key.at });
        }
        levels
    }

    /// The clauses of a level: names, and lists of names of which one is enough.
    fn needs(&mut self, level: &str, node: &Node) -> Vec<Vec<ClauseId>> {
        let Content::List(items) = &node.content else {
            let help = Some(format!("`{level}: [clause]`"));
            self.report.error("R01", node.at, format!("`{level}` is {}, not a list", node.what()), help);
            return Vec::new();
        };
        if items.is_empty() {
            self.report.error("R11", node.at, format!("the level `{level}` is empty"), None);
        }
        let mut needs = Vec::new();
        for item in items {
            let choice = match &item.content {
                Content::List(names) if names.is_empty() => {
                    self.report.error("R11", item.at, "an empty choice", None);
                    continue;
                }
                Content::List(names) => names.iter().filter_map(|name| self.clause(name)).collect(),
                _ => Vec::from_iter(self.clause(item)),
            };
            if !choice.is_empty() {
                needs.push(choice);
            }
        }
        needs
    }

    fn clauses(&mut self, key: &str, node: &Node) -> Vec<ClauseId> {
        let Content::List(items) = &node.content else {
            self.report.error("R01", node.at, format!("`{key}` is {}, not a list", node.what()), None);
            return Vec::new();
        };
        items.iter().filter_map(|item| self.clause(item)).collect()
    }

    fn clause(&mut self, node: &Node) -> Option<ClauseId> {
        let Some(name) = node.text().map(str::trim) else {
            self.report.error("R01", node.at, format!("{} instead of the name of a clause", node.what()), None);
            return None;
        };
        let found = self.draft.find_clause(name);
        if found.is_none() && self.whole {
            let help = meant(name, self.draft.clauses.iter().map(|clause| clause.clause.name.as_str()));
            self.report.error("R11", node.at, format!("no clause `{name}`"), help);
        }
        found
    }
}

fn unused(conclusion: &Conclusion, draft: &Draft, report: &mut Reporter<'_>) {
    for (index, clause) in draft.clauses.iter().enumerate() {
        let id = ClauseId(index);
        let name = &clause.clause.name;
        let levels = conclusion.level_of(id).is_some();
        if !levels && !conclusion.also.contains(&id) && !conclusion.refute.contains(&id) {
            let help = Some("name it in a level, in `also` or in `refute`".to_owned());
            report.error("R10", clause.at, format!("the clause `{name}` is used nowhere"), help);
        }
        if conclusion.refute.contains(&id) && (levels || conclusion.also.contains(&id)) {
            report.error("R11", clause.at, format!("the clause `{name}` is evidence and refutes as well"), None);
        }
    }
}

/// What a higher level needs must say how one gets to see it.
fn missing_get(conclusion: &Conclusion, draft: &Draft, report: &mut Reporter<'_>) {
    for (index, clause) in draft.clauses.iter().enumerate() {
        let above = conclusion.level_of(ClauseId(index)).is_some_and(|level| level > 0);
        if above && clause.get.is_none() {
            let help = Some("the command that would show it, for the report of what is missing".to_owned());
            let name = &clause.clause.name;
            report.error(
                "R18",
                clause.at,
                format!("the clause `{name}` is above the lowest level and needs `get`"),
                help,
            );
        }
    }
}

/// Reads `edges`.
pub(crate) fn edges(node: &Node, draft: &Draft, variables: &[Variable], report: &mut Reporter<'_>) -> Vec<EdgeChain> {
    let Content::List(items) = &node.content else {
        report.error("R01", node.at, format!("`edges` is {}, not a list", node.what()), None);
        return Vec::new();
    };
    items.iter().filter_map(|item| chain(item, draft, variables, report)).collect()
}

fn chain(node: &Node, draft: &Draft, variables: &[Variable], report: &mut Reporter<'_>) -> Option<EdgeChain> {
    let help = || Some("`$waiter -> $holder`, or `$a -> $b -> $c`".to_owned());
    let Some(text) = node.text() else {
        report.error("R01", node.at, format!("an edge is {}, not a chain", node.what()), help());
        return None;
    };
    let parts: Vec<_> = text.split("->").map(str::trim).collect();
    if parts.len() < 2 {
        report.error("R05", node.at, format!("`{text}` leads nowhere"), help());
        return None;
    }
    let mut nodes = Vec::new();
    for part in &parts {
        let Some(name) = part.strip_prefix('$') else {
            report.error("R05", node.at, format!("`{part}` is no variable"), help());
            return None;
        };
        let Some(id) = draft.find_variable(name) else {
            let known = draft.names.iter().map(String::as_str);
            report.error("R07", node.at, format!("no clause binds `${name}`"), meant(name, known));
            return None;
        };
        if !can_wait(variables, id) {
            let help = Some("tasks, processes, objects and facts wait for others".to_owned());
            report.error("R05", node.at, format!("`${name}` cannot wait for anything"), help);
            return None;
        }
        nodes.push(id);
    }
    Some(EdgeChain(nodes))
}

/// Nodes of the wait-for graph.
fn can_wait(variables: &[Variable], id: VarId) -> bool {
    match variables.get(id.0).map(|variable| variable.kind) {
        Some(VarKind::Row(table)) => matches!(table, Table::Task | Table::Process | Table::Fact(_)),
        Some(VarKind::Object) | None => true,
        Some(VarKind::Plain(_)) => false,
    }
}
