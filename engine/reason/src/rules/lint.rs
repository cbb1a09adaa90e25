//! Warnings about rules that work: what nothing uses, what changes nothing, what the corpus does not bear out.

use super::Observed;
use super::ast::{ClauseId, Table, VarId, VarKind};
use super::draft::{DraftClause, Text};
use super::read::Read;
use super::report::Reporter;
use crate::template;
use std::collections::{BTreeMap, BTreeSet};

/// Cases in which two rules must stand side by side before that is no chance.
const TOGETHER: usize = 2;

/// What the rule alone tells: W03, W04, W08.
pub(crate) fn alone(read: &Read, report: &mut Reporter<'_>) {
    unused_variables(read, report);
    repeated_clauses(read, report);
    unfinished(read, report);
}

/// What the corpus tells: W05, W06, W07.
pub(crate) fn observed(read: &Read, rules: &Relations<'_>, observed: &Observed, report: &mut Reporter<'_>) {
    let rule = &read.rule;
    let none = BTreeSet::new();
    let found = observed.found.get(&rule.id).unwrap_or(&none);
    if found.is_empty() {
        let help = Some("add a case that it must find, or take it out".to_owned());
        report.warning("W05", read.id_at, format!("`{}` is found in no case of the corpus", rule.id), help);
    }
    if found.len() >= TOGETHER {
        let others = observed.found.iter().filter(|(other, _)| **other != rule.id && !rules.related(&rule.id, other));
        if let Some((other, _)) = others.into_iter().find(|(_, cases)| cases.is_superset(found)) {
            let message =
                format!("wherever `{}` is found, in {} cases, `{other}` is found as well", rule.id, found.len());
            let help =
                Some(format!("let one be `instead_of` the other, or make one rule of `{}` and `{other}`", rule.id));
            report.warning("W06", read.id_at, message, help);
        }
    }
    for (case, at) in &read.leaves {
        if observed.alien.contains(&(rule.id.clone(), case.clone())) {
            let help = Some("name a text that looks alike and is something else".to_owned());
            report.warning("W07", *at, format!("`{case}` is no near miss: no clause of the rule holds there"), help);
        }
    }
}

/// Which rules are said to be better than which.
pub(crate) struct Relations<'a> {
    better: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Relations<'a> {
    pub(crate) fn new(rules: impl Iterator<Item = &'a Read>) -> Self {
        let better = rules.map(|read| {
            (read.rule.id.as_str(), read.rule.instead_of.iter().map(String::as_str).collect::<BTreeSet<_>>())
        });
        Relations { better: better.collect() }
    }

    /// Whether one says the other better, or the other is a general rule that some rule says better.
    fn related(&self, rule: &str, other: &str) -> bool {
        let says = |one: &str, two: &str| self.better.get(one).is_some_and(|general| general.contains(two));
        says(rule, other) || says(other, rule) || self.better.values().any(|general| general.contains(other))
    }
}

/// A variable that is named once and that nothing asks for. Tasks and rings are roles of the finding in any case.
fn unused_variables(read: &Read, report: &mut Reporter<'_>) {
    let told: BTreeSet<String> =
        texts(read).flat_map(|text| template::references(&text.text)).map(|name| name.name).collect();
    let in_edges: BTreeSet<VarId> = read.rule.edges.iter().flat_map(|chain| chain.0.iter().copied()).collect();
    for (at, variable) in read.rule.variables.iter().enumerate() {
        let id = VarId(at);
        let role = matches!(variable.kind, VarKind::Row(Table::Task | Table::Cycle));
        let mut uses = read.draft.uses.iter().filter(|used| used.variable == id);
        let (Some(only), None) = (uses.next(), uses.next()) else { continue };
        if role || told.contains(&variable.name) || in_edges.contains(&id) {
            continue;
        }
        let help = if only.is_row() { "help: write `_`" } else { "help: write `any`, or leave the condition out" };
        let message = format!("nothing uses `${}`: no text, no edge, no other clause", variable.name);
        report.warning("W03", only.at, message, Some(help.to_owned()));
    }
}

fn texts(read: &Read) -> impl Iterator<Item = &Text> {
    let of_clauses = read.draft.clauses.iter().flat_map(|clause| clause.says.iter().chain(&clause.get));
    of_clauses.chain(&read.explain).chain(&read.confirm).chain(&read.remedy)
}

/// A clause that asks of the same row no more than another one that is needed no later.
fn repeated_clauses(read: &Read, report: &mut Reporter<'_>) {
    let clauses = &read.draft.clauses;
    let level = |at: usize| read.conclusion.level_of(ClauseId(at));
    // A choice of which one clause is enough makes none of the others needed.
    let alone = |at: usize| {
        let choices = read.conclusion.levels.iter().flat_map(|level| &level.needs);
        choices.into_iter().any(|choice| choice.as_slice() == [ClauseId(at)])
    };
    for (at, clause) in clauses.iter().enumerate().filter(|(at, _)| alone(*at)) {
        let stronger = clauses.iter().enumerate().find(|(other, of)| {
            let first = !asks_no_more(of, clause) || (level(*other), *other) < (level(at), at);
            *other != at && alone(*other) && level(*other) <= level(at) && first && asks_no_more(clause, of)
        });
        let Some((_, of)) = stronger else { continue };
        let (name, other) = (&clause.clause.name, &of.clause.name);
        let message = format!("the clause `{name}` changes nothing: `{other}` asks for all of that already");
        report.warning("W04", clause.at, message, Some("help: remove it, or say what more it asks for".to_owned()));
    }
}

/// Whether every row that fits one clause fits the other: the same table, the same row, no other conditions.
fn asks_no_more(clause: &DraftClause, other: &DraftClause) -> bool {
    let (one, two) = (&clause.clause, &other.clause);
    let same_row = one.row == two.row && (one.row.is_some() || one.conditions.len() == two.conditions.len());
    let conditions = |of: &DraftClause| -> BTreeSet<String> {
        of.clause.conditions.iter().map(|condition| format!("{condition:?}")).collect()
    };
    one.table == two.table
        && same_row
        && one.count == two.count
        && one.count.is_none()
        && conditions(clause).is_subset(&conditions(other))
}

/// What a draft leaves to a person.
fn unfinished(read: &Read, report: &mut Reporter<'_>) {
    let open = |text: &str| text.contains("TODO");
    let mut told = 0;
    for text in texts(read).filter(|text| open(&text.text)) {
        // One place for each text; a folded text knows only where it begins.
        report.warning("W08", text.at, "an unfinished text", Some("complete what says TODO".to_owned()));
        told += 1;
    }
    if open(&read.rule.title) || (told == 0 && read.rule.leaves.iter().any(|case| open(case))) {
        report.warning("W08", read.id_at, "an unfinished title or test", Some("complete what says TODO".to_owned()));
    }
}
