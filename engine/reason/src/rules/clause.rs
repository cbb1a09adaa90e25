//! Reads one clause: its table, conditions, count and texts.

use super::ast::{Clause, ClauseId, Condition, Count, Table, VarId};
use super::draft::{Draft, DraftClause, Slot, Text};
use super::report::{Reporter, listed, meant};
use super::stack::{self, slashes};
use super::tables::{self, FieldKind, TableSpec};
use super::value::{Values, is_identifier};
use crate::pattern::Regex;
use crate::vocabulary::Vocabulary;
use stacklore_model::FieldType;
use stacklore_yaml::{Content, Key, Node, Place};

/// Keys that every clause may have.
const COMMON: [&str; 3] = ["says", "get", "count"];

/// Reads a clause into the draft. A clause that cannot be read leaves messages and nothing else.
pub(crate) fn read(
    name: &Key,
    node: &Node,
    draft: &mut Draft,
    vocabulary: &Vocabulary,
    report: &mut Reporter<'_>,
) -> bool {
    let Content::Map(entries) = &node.content else {
        report.error("R01", node.at, format!("the clause `{}` is {}, not a mapping", name.text, node.what()), None);
        return false;
    };
    if !is_identifier(&name.text) {
        let help = Some("letters, digits and `_`: templates ask `{% if name %}`".to_owned());
        report.error("R01", name.at, format!("`{}` cannot name a clause", name.text), help);
    }
    let Some((spec, row)) = find_table(name, entries, report) else { return false };
    let id = ClauseId(draft.clauses.len());
    let row = row_variable(spec, row, id, draft, report);
    let mut reader = Reader { id, spec, groups: Vec::new(), draft, vocabulary, report };
    reader.line_groups(name, entries);
    let mut clause = Clause {
        name: name.text.clone(),
        table: spec.table,
        row,
        conditions: Vec::new(),
        count: None,
        says: String::new(),
        get: None,
    };
    let (mut says, mut get) = (None, None);
    for (key, value) in entries {
        match key.text.as_str() {
            "says" => says = reader.prose(key, value),
            "get" => get = reader.prose(key, value),
            "count" => clause.count = reader.count(value),
            text if text == spec.name => {}
            _ => clause.conditions.extend(reader.condition(key, value)),
        }
    }
    let groups = reader.groups;
    clause.says = says.as_ref().map_or_else(String::new, |text: &Text| text.text.clone());
    clause.get = get.as_ref().map(|text: &Text| text.text.clone());
    if !entries.iter().any(|(key, _)| key.text == "says") {
        let help = Some("one sentence that is true where the clause holds".to_owned());
        report.error("R18", name.at, format!("the clause `{}` needs `says`", name.text), help);
    }
    draft.clauses.push(DraftClause { clause, at: name.at, says, get, groups });
    true
}

/// The table is the one key that is no field of another key's table.
fn find_table<'n>(
    name: &Key,
    entries: &'n [(Key, Node)],
    report: &mut Reporter<'_>,
) -> Option<(&'static TableSpec, &'n Node)> {
    let candidates: Vec<_> =
        entries.iter().filter_map(|(key, node)| Some((tables::table(&key.text)?, key, node))).collect();
    let mut own = candidates.iter().filter(|(spec, ..)| {
        !candidates.iter().any(|(other, ..)| other.name != spec.name && other.field(spec.name).is_some())
    });
    let found = match (own.next(), own.next()) {
        (Some(found), None) => found,
        (Some((first, ..)), Some((second, key, _))) => {
            let message = format!("two tables in one clause: `{}` and `{}`", first.name, second.name);
            report.error("R03", key.at, message, Some("make two clauses that share a variable".to_owned()));
            return None;
        }
        (None, _) => {
            missing_table(name, entries, report);
            return None;
        }
    };
    let (spec, _, row) = *found;
    if let Some((key, _)) = entries.first().filter(|(key, node)| {
        key.text != spec.name && names_a_row(node) && spec.field(&key.text).is_none() && !is_common(&key.text)
    }) {
        report.error("R03", key.at, format!("no table `{}`", key.text), table_help(&key.text));
        return None;
    }
    Some((spec, row))
}

fn is_common(key: &str) -> bool {
    COMMON.contains(&key) || matches!(key, "stack" | "without" | "text")
}

fn names_a_row(node: &Node) -> bool {
    node.text().is_some_and(|text| text == "_" || (text.starts_with('$') && !text.contains('.')))
}

fn missing_table(name: &Key, entries: &[(Key, Node)], report: &mut Reporter<'_>) {
    match entries.iter().find(|(key, node)| names_a_row(node) && !is_common(&key.text)) {
        Some((key, _)) => report.error("R03", key.at, format!("no table `{}`", key.text), table_help(&key.text)),
        None => {
            let help = Some("the first key names the table: `task: $name`, or `task: _`".to_owned());
            report.error("R03", name.at, format!("the clause `{}` has no table", name.text), help);
        }
    }
}

fn table_help(word: &str) -> Option<String> {
    let names = || tables::tables().iter().map(|table| table.name);
    meant(word, names()).or_else(|| Some(format!("the tables are {}", listed(names()))))
}

fn row_variable(
    spec: &TableSpec,
    node: &Node,
    clause: ClauseId,
    draft: &mut Draft,
    report: &mut Reporter<'_>,
) -> Option<VarId> {
    match node.text() {
        Some("_") => None,
        Some(text) if text.strip_prefix('$').is_some_and(is_identifier) => {
            let name = &text[1..];
            draft.note(clause, name, None, Slot::Row(super::ast::VarKind::Row(spec.table)), node.at);
            draft.find_variable(name)
        }
        _ => {
            let help = Some(format!("`{}: $name`, or `{}: _` for a row without a name", spec.name, spec.name));
            report.error("R05", node.at, "a table takes a variable or `_`", help);
            None
        }
    }
}

struct Reader<'a, 'r> {
    id: ClauseId,
    spec: &'static TableSpec,
    /// Named groups of the regex of a raw line: fields of its row.
    groups: Vec<String>,
    draft: &'a mut Draft,
    vocabulary: &'a Vocabulary,
    report: &'a mut Reporter<'r>,
}

impl Reader<'_, '_> {
    fn line_groups(&mut self, name: &Key, entries: &[(Key, Node)]) {
        if self.spec.table != Table::Line {
            return;
        }
        match entries.iter().find(|(key, _)| key.text == "text").and_then(|(_, node)| node.text()) {
            Some(text) => {
                let regex = Regex::new(slashes(text.trim()).unwrap_or_default());
                self.groups = regex.group_names().map(str::to_owned).collect();
            }
            None => {
                let help = Some("`text: /…/` with at least four literal characters".to_owned());
                self.report.error("R13", name.at, "a raw line without `text` would be any line", help);
            }
        }
    }

    fn prose(&mut self, key: &Key, node: &Node) -> Option<Text> {
        prose(&key.text, node, self.report)
    }

    fn count(&mut self, node: &Node) -> Option<Count> {
        let count = node.text().and_then(|text| count(text.trim()));
        if count.is_none() {
            let help = Some("`2+`, `2`, `2..5` or `0`".to_owned());
            self.report.error("R05", node.at, "`count` is a number of rows", help);
        }
        count
    }

    fn condition(&mut self, key: &Key, node: &Node) -> Option<Condition> {
        match (self.spec.table, key.text.as_str()) {
            (Table::Task, "stack") => Some(Condition::Stack(self.frames(node))),
            (Table::Task, "without") => Some(Condition::Without(self.frames(node))),
            (Table::Line, "text") => self.line_text(node),
            (_, name) => {
                let kind = match self.spec.field(name) {
                    Some(field) => field.kind,
                    None if self.groups.iter().any(|group| group == name) => FieldKind::Of(FieldType::Text),
                    None => {
                        self.unknown_field(key);
                        return None;
                    }
                };
                self.field(kind, name, node)
            }
        }
    }

    fn frames(&mut self, node: &Node) -> Vec<super::ast::StackItem> {
        stack::items(node, self.vocabulary, &mut self.draft.functions, self.report)
    }

    fn field(&mut self, kind: FieldKind, name: &str, node: &Node) -> Option<Condition> {
        let (id, draft) = (self.id, &mut *self.draft);
        let mut variable =
            |name: &str, field: Option<&str>, role, at: Place| draft.note(id, name, field, Slot::Field(kind, role), at);
        let mut values = Values { vocabulary: self.vocabulary, report: self.report, variable: &mut variable };
        let test = values.read(kind, name, node)?;
        Some(Condition::Field { name: name.to_owned(), test })
    }

    fn line_text(&mut self, node: &Node) -> Option<Condition> {
        let Some(source) = node.text().and_then(|text| slashes(text.trim())) else {
            let help = Some("`text: '/…/'`".to_owned());
            self.report.error("R05", node.at, "`text` of a raw line is a regex between slashes", help);
            return None;
        };
        let regex = Regex::new(source);
        if !self.report.trusts()
            && let Err(why) = regex.check()
        {
            self.report.error("R05", node.at, format!("not a regex: {why}"), None);
            return None;
        }
        Some(Condition::Text(regex))
    }

    fn unknown_field(&mut self, key: &Key) {
        let own = self.spec.fields.iter().map(|field| field.name);
        let special = self.spec.special.iter().map(|(name, _)| *name);
        let groups = self.groups.iter().map(String::as_str);
        let names: Vec<_> = own.chain(special).chain(groups).collect();
        let help = meant(&key.text, names.iter().copied().chain(COMMON))
            .unwrap_or_else(|| format!("its fields are {}", listed(names.iter().copied())));
        self.report.error(
            "R04",
            key.at,
            format!("the table `{}` has no field `{}`", self.spec.name, key.text),
            Some(help),
        );
    }
}

/// A text of the rule; numbers and single words are texts as well.
pub(crate) fn prose(key: &str, node: &Node, report: &mut Reporter<'_>) -> Option<Text> {
    match (&node.content, node.text()) {
        (Content::Scalar(_, style), Some(text)) if !text.trim().is_empty() => {
            Some(Text { text: text.to_owned(), at: node.at, style: *style })
        }
        _ => {
            let help = matches!(node.content, Content::Map(_)).then(|| "quote a text that holds `: `".to_owned());
            report.error("R01", node.at, format!("`{key}` is {}, not a text", node.what()), help);
            None
        }
    }
}

fn count(text: &str) -> Option<Count> {
    if let Some(min) = text.strip_suffix('+') {
        return Some(Count { min: min.trim().parse().ok()?, max: None });
    }
    if let Some((min, max)) = text.split_once("..") {
        let (min, max) = (min.trim().parse().ok()?, max.trim().parse().ok()?);
        return (min <= max).then_some(Count { min, max: Some(max) });
    }
    let exact = text.parse().ok()?;
    Some(Count { min: exact, max: Some(exact) })
}
