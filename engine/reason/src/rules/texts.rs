//! Checks the templates of a rule: they parse, they name what is there, and no level uses what it does not bind.

use super::ast::{ClauseId, Table, VarId, VarKind, Variable};
use super::draft::{Draft, Text};
use super::read::Read;
use super::report::{Reporter, listed, meant};
use super::tables::{self, FieldKind, FieldSpec, OBJECT_FIELDS, STEP_FIELDS};
use super::variables;
use crate::template::{self, Checked, Reference};
use stacklore_model::FieldType;
use stacklore_yaml::{Place, Style};
use std::collections::BTreeSet;
use tera::{Context, Map, Value};

/// How deep stand-ins nest: `{{ ring.steps[0].object.name }}`.
const DEPTH: usize = 4;

/// Checks every text of a rule.
pub(crate) fn check(read: &Read, source: &str, report: &mut Reporter<'_>) {
    let mut texts = Texts { read, source, report };
    let lowest = read.conclusion.levels.first().map_or_else(BTreeSet::new, |_| texts.bound_at(0));
    for (index, clause) in read.draft.clauses.iter().enumerate() {
        let id = ClauseId(index);
        let mut bound = read.conclusion.level_of(id).map_or_else(|| lowest.clone(), |level| texts.bound_at(level));
        bound.extend(texts.variables_of(id));
        if let Some(says) = &clause.says {
            texts.strict(says, &format!("`says` of `{}`", clause.clause.name), &[("where it holds", bound, vec![id])]);
        }
        if let Some(get) = &clause.get {
            texts.lenient(get, &format!("`get` of `{}`", clause.clause.name));
        }
    }
    if let Some(explain) = &read.explain {
        let levels: Vec<_> = read
            .conclusion
            .levels
            .iter()
            .enumerate()
            .map(|(index, level)| (level.certainty.name(), texts.bound_at(index), texts.certain_clauses(index)))
            .collect();
        texts.strict(explain, "`explain`", &levels);
    }
    for text in read.confirm.iter() {
        texts.lenient(text, "`confirm`");
    }
    for text in read.remedy.iter() {
        texts.lenient(text, "`remedy`");
    }
}

/// A state in which a text is rendered: its name, the variables that are bound, the clauses that hold.
type State<'s> = (&'s str, BTreeSet<VarId>, Vec<ClauseId>);

struct Texts<'a, 'r> {
    read: &'a Read,
    source: &'a str,
    report: &'a mut Reporter<'r>,
}

impl Texts<'_, '_> {
    fn draft(&self) -> &Draft {
        &self.read.draft
    }

    fn variables(&self) -> &[Variable] {
        &self.read.rule.variables
    }

    /// Variables that a clause binds.
    fn variables_of(&self, clause: ClauseId) -> BTreeSet<VarId> {
        self.draft().uses_of(clause).filter(|used| self.draft().binds(used)).map(|used| used.variable).collect()
    }

    /// Variables that are bound whenever a level is reached: of a choice, what each of its clauses binds.
    fn bound_at(&self, level: usize) -> BTreeSet<VarId> {
        let mut bound = BTreeSet::new();
        for choice in self.read.conclusion.levels.iter().take(level + 1).flat_map(|level| &level.needs) {
            let mut each = choice.iter().map(|clause| self.variables_of(*clause));
            let first = each.next().unwrap_or_default();
            bound.extend(each.fold(first, |all, next| all.intersection(&next).copied().collect()));
        }
        bound
    }

    /// Clauses that hold whenever a level is reached.
    fn certain_clauses(&self, level: usize) -> Vec<ClauseId> {
        let levels = self.read.conclusion.levels.iter().take(level + 1);
        let choices = levels.flat_map(|level| &level.needs).filter(|choice| choice.len() == 1);
        choices.flatten().copied().collect()
    }

    /// A text in which an unbound variable is an error: rendered once per state, and once with everything.
    fn strict(&mut self, text: &Text, what: &str, states: &[State<'_>]) {
        let Some(template) = self.parse(text, what) else { return };
        for (name, bound, clauses) in states {
            let values = self.values(|id| bound.contains(&id), |id| clauses.contains(&id));
            if let Err((offset, message)) = template.render(&values) {
                let place = if states.len() > 1 { format!("at the level `{name}`") } else { (*name).to_owned() };
                let unbound = self.unbound(text, offset, bound);
                let message = match &unbound {
                    Some(name) => format!("{what} uses `{name}`, which nothing binds {place}"),
                    None => format!("{what} does not render {place}: {message}"),
                };
                let help = unbound.map(|name| format!("ask first: `{{% if {name} %}}…{{% endif %}}`"));
                let at = self.place(text, offset);
                self.report.error("R09", at, message, help);
                return;
            }
        }
        self.render_all(&template, text, what);
    }

    /// A text in which an unbound variable prints its name in capitals.
    fn lenient(&mut self, text: &Text, what: &str) {
        if let Some(template) = self.parse(text, what) {
            self.render_all(&template, text, what);
        }
    }

    fn render_all(&mut self, template: &Checked, text: &Text, what: &str) {
        let values = self.values(|_| true, |_| true);
        if let Err((offset, message)) = template.render(&values) {
            let at = self.place(text, offset);
            self.report.error("R09", at, format!("{what} does not render: {message}"), None);
        }
    }

    /// Parses a text and checks the names in it.
    fn parse(&mut self, text: &Text, what: &str) -> Option<Checked> {
        let template = match Checked::parse(&text.text) {
            Ok(template) => template,
            Err((offset, message)) => {
                let at = self.place(text, offset);
                self.report.error("R09", at, format!("{what} is no template: {message}"), None);
                return None;
            }
        };
        let before = self.report.errors();
        for reference in template::references(&text.text) {
            self.reference(text, &reference, what);
        }
        (self.report.errors() == before).then_some(template)
    }

    fn reference(&mut self, text: &Text, reference: &Reference, what: &str) {
        let name = reference.name.as_str();
        let at = self.place(text, reference.offset).with_length(name.chars().count());
        let Some(id) = self.draft().find_variable(name) else {
            if self.draft().find_clause(name).is_none() {
                let clauses = self.draft().clauses.iter().map(|clause| clause.clause.name.as_str());
                let help = meant(name, self.draft().names.iter().map(String::as_str).chain(clauses));
                self.report.error("R07", at, format!("{what} uses `{name}`, which no clause binds"), help);
            }
            return;
        };
        let (Some(variable), Some(field)) = (self.variables().get(id.0), reference.field.as_deref()) else { return };
        if variable.set {
            let message = format!("`{name}` is a set, and `.{field}` needs one row");
            let help = format!("`{{{{ {name}[0].{field} }}}}`, `{{{{ {name} | names }}}}` or a loop");
            self.report.error("R15", at, message, Some(help));
        } else {
            self.field(id, field, at);
        }
    }

    fn field(&mut self, id: VarId, field: &str, at: Place) {
        let variable = &self.variables()[id.0];
        let shown = match variable.kind {
            VarKind::Row(table) => tables::spec(table).map_or(&[][..], |spec| spec.shown),
            _ => &[],
        };
        let fields = variables::fields(self.draft(), variable, id);
        let names = || fields.iter().map(|(name, _)| name.as_str()).chain(shown.iter().copied());
        if names().any(|name| name == field) {
            return;
        }
        let message =
            format!("`{}` is {} and has no field `{field}`", variable.name, variables::describe(variable.kind));
        let help = meant(field, names()).or_else(|| (names().next().is_some()).then(|| listed(names())));
        self.report.error("R04", at, message, help);
    }

    /// The variable at that place of a text, where it is not bound.
    fn unbound(&self, text: &Text, offset: usize, bound: &BTreeSet<VarId>) -> Option<String> {
        let references = template::references(&text.text);
        let here = references.iter().rev().find(|reference| reference.offset <= offset)?;
        let id = self.draft().find_variable(&here.name)?;
        (!bound.contains(&id)).then(|| here.name.clone())
    }

    fn values(&self, bound: impl Fn(VarId) -> bool, holds: impl Fn(ClauseId) -> bool) -> Context {
        let mut context = Context::new();
        for (index, clause) in self.draft().clauses.iter().enumerate().filter(|(index, _)| holds(ClauseId(*index))) {
            let _ = index;
            context.insert_value(clause.clause.name.clone(), Value::from(true));
        }
        for (index, variable) in self.variables().iter().enumerate().filter(|(index, _)| bound(VarId(*index))) {
            let one = self.stand_in(VarId(index), variable);
            let value = if variable.set { Value::from(vec![one.clone(), one]) } else { one };
            context.insert_value(variable.name.clone(), value);
        }
        context
    }

    fn stand_in(&self, id: VarId, variable: &Variable) -> Value {
        match variable.kind {
            VarKind::Row(Table::Line) => {
                let groups = self.draft().line_groups(id).map(str::to_owned);
                let names = groups.chain(["number".to_owned(), "text".to_owned()]);
                Value::from(names.map(|name| (name.into(), Value::from("text"))).collect::<Map>())
            }
            kind => of_kind(kind, DEPTH),
        }
    }

    /// Where a byte of a text stands in the file. Exact for block scalars and for quoted ones without escapes.
    fn place(&self, text: &Text, offset: usize) -> Place {
        let before = text.text.get(..offset).unwrap_or(&text.text);
        let (row, column) = match before.rfind('\n') {
            Some(at) => (before.matches('\n').count(), before[at + 1..].chars().count()),
            None => (0, before.chars().count()),
        };
        let (row, column) = (row as u32, column as u32);
        let at = text.at;
        match text.style {
            Style::Block => {
                // The place of a block is that of its first line.
                let line = at.line + row;
                let indent =
                    self.source.lines().nth(line as usize - 1).map_or(0, |line| line.len() - line.trim_start().len());
                Place { line, column: indent as u32 + column + 1, length: 1 }
            }
            Style::Quoted if row == 0 => Place { column: at.column + 1 + column, length: 1, ..at },
            Style::Plain if row == 0 => Place { column: at.column + column, length: 1, ..at },
            _ => at,
        }
    }
}

/// A stand-in for what a variable of that kind prints.
fn of_kind(kind: VarKind, depth: usize) -> Value {
    match kind {
        VarKind::Row(table) => {
            let Some(spec) = tables::spec(table) else { return Value::from("text") };
            let mut row = of_fields(&spec.fields, depth);
            if table == Table::Cycle && depth > 0 {
                let many = |value: Value| Value::from(vec![value.clone(), value]);
                row.insert("tasks".into(), many(of_kind(VarKind::Row(Table::Task), depth - 1)));
                row.insert("steps".into(), many(Value::from(of_fields(STEP_FIELDS, depth - 1))));
            }
            Value::from(row)
        }
        VarKind::Object => Value::from(of_fields(OBJECT_FIELDS, depth)),
        VarKind::Plain(kind) => plain(kind),
    }
}

fn of_fields(fields: &[FieldSpec], depth: usize) -> Map {
    if depth == 0 {
        return Map::new();
    }
    // Tables name each other many times over: below the first steps one level of fields is enough.
    let below = if depth == DEPTH { 1 } else { depth - 1 };
    fields.iter().map(|field| (field.name.into(), of_field(field.kind, below))).collect()
}

fn of_field(kind: FieldKind, depth: usize) -> Value {
    match kind {
        FieldKind::Of(kind @ (FieldType::Number | FieldType::Size | FieldType::Time | FieldType::Flag)) => plain(kind),
        kind => match kind.variable() {
            VarKind::Plain(_) => Value::from("text"),
            row => of_kind(row, depth),
        },
    }
}

fn plain(kind: FieldType) -> Value {
    match kind {
        FieldType::Number | FieldType::Size | FieldType::Time => Value::from(1),
        FieldType::Flag => Value::from(true),
        _ => Value::from("text"),
    }
}
