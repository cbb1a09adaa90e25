//! Resolves the variables of a rule: what each stands for, which are sets, which group sets.

use super::ast::{ClauseId, Table, VarId, VarKind, Variable};
use super::draft::{Draft, Slot, Use};
use super::levels::Conclusion;
use super::report::{Reporter, listed, meant};
use super::tables::{self, FieldKind, OBJECT_FIELDS};
use stacklore_model::FieldType;

/// Resolves all variables, in the order in which they were first met.
pub(crate) fn resolve(draft: &Draft, conclusion: &Conclusion, report: &mut Reporter<'_>) -> Vec<Variable> {
    let resolved = |(index, name): (usize, &String)| {
        let id = VarId(index);
        let (kind, _) = kind(draft, id).unwrap_or((VarKind::Plain(FieldType::Text), None));
        let set = is_set(draft, id);
        Variable { name: name.clone(), kind, set, groups: !set && groups(draft, conclusion, id) }
    };
    let variables: Vec<Variable> = draft.names.iter().enumerate().map(resolved).collect();
    for (index, variable) in variables.iter().enumerate() {
        check_binding(draft, VarId(index), variable, report);
    }
    for used in &draft.uses {
        check_field(draft, &variables, used, report);
    }
    check_sets(draft, &variables, report);
    variables
}

/// What a variable stands for, by the first use that binds it.
fn kind(draft: &Draft, id: VarId) -> Option<(VarKind, Option<&Use>)> {
    let binding = draft.uses.iter().find(|used| used.variable == id && draft.binds(used))?;
    Some((kind_of(binding), Some(binding)))
}

fn kind_of(used: &Use) -> VarKind {
    match used.slot {
        Slot::Row(kind) => kind,
        Slot::Field(kind, _) => kind.variable(),
    }
}

fn is_counted(draft: &Draft, clause: ClauseId) -> bool {
    draft.clause(clause).clause.count.is_some()
}

/// A set: clauses with `count` have it as their row.
fn is_set(draft: &Draft, id: VarId) -> bool {
    draft.uses.iter().any(|used| used.variable == id && used.is_row() && is_counted(draft, used.clause))
}

/// Whether, of the clauses of the levels, only sets mention it.
fn groups(draft: &Draft, conclusion: &Conclusion, id: VarId) -> bool {
    let mut mentioned = false;
    for used in draft.uses.iter().filter(|used| used.variable == id) {
        if conclusion.level_of(used.clause).is_none() {
            continue;
        }
        if !is_counted(draft, used.clause) {
            return false;
        }
        mentioned |= draft.binds(used);
    }
    mentioned
}

fn check_binding(draft: &Draft, id: VarId, variable: &Variable, report: &mut Reporter<'_>) {
    let Some((kind, first)) = kind(draft, id) else {
        if let Some(used) = draft.uses.iter().find(|used| used.variable == id) {
            let bound = (0..draft.names.len()).map(VarId).filter(|other| self::kind(draft, *other).is_some());
            let help = meant(&variable.name, bound.map(|other| draft.names[other.0].as_str()));
            report.error("R07", used.at, format!("no clause binds `${}`", variable.name), help);
        }
        return;
    };
    for used in draft.uses.iter().filter(|used| used.variable == id && used.field.is_none()) {
        if kind_of(used) != kind {
            let line = first.map_or(0, |first| first.at.line);
            let message = format!(
                "`${}` is {} here and {} in line {line}",
                variable.name,
                describe(kind_of(used)),
                describe(kind)
            );
            report.error("R08", used.at, message, Some("give the other thing a name of its own".to_owned()));
        }
    }
}

/// What a kind of variable is called.
pub(crate) fn describe(kind: VarKind) -> String {
    match kind {
        VarKind::Row(table) => {
            let name = tables::spec(table).map_or("row", |spec| spec.name);
            format!("a row of `{name}`")
        }
        VarKind::Object => "an object".to_owned(),
        VarKind::Plain(kind) => FieldKind::Of(kind).name().to_owned(),
    }
}

/// Fields of what a variable stands for: those a clause may join over.
pub(crate) fn fields(draft: &Draft, variable: &Variable, id: VarId) -> Vec<(String, FieldKind)> {
    let declared: &[tables::FieldSpec] = match variable.kind {
        VarKind::Row(table) => tables::spec(table).map_or(&[], |spec| spec.fields.as_slice()),
        VarKind::Object => OBJECT_FIELDS,
        VarKind::Plain(_) => &[],
    };
    let own = declared.iter().map(|field| (field.name.to_owned(), field.kind));
    let groups = match variable.kind {
        VarKind::Row(Table::Line) => draft.line_groups(id).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    own.chain(groups.into_iter().map(|group| (group, FieldKind::Of(FieldType::Text)))).collect()
}

/// `$x.field`: the field is there and is of the kind of the field it is compared with.
fn check_field(draft: &Draft, variables: &[Variable], used: &Use, report: &mut Reporter<'_>) {
    let (Some(name), Slot::Field(wanted, _)) = (&used.field, used.slot) else { return };
    let Some(variable) = variables.get(used.variable.0) else { return };
    if kind(draft, used.variable).is_none() {
        return;
    }
    let fields = fields(draft, variable, used.variable);
    match fields.iter().find(|(field, _)| field == name) {
        None => {
            let names = || fields.iter().map(|(field, _)| field.as_str());
            let help = meant(name, names()).or_else(|| (!fields.is_empty()).then(|| listed(names())));
            let what = describe(variable.kind);
            report.error("R04", used.at, format!("`${}` is {what} and has no field `{name}`", variable.name), help);
        }
        Some((_, kind)) if kind.variable() != wanted.variable() => {
            let message = format!("`${}.{name}` is {}, the field is {}", variable.name, kind.name(), wanted.name());
            report.error("R05", used.at, message, None);
        }
        Some(_) => {}
    }
}

/// One row where a set is collected elsewhere; two clauses that collect one set; sets that need each other.
fn check_sets(draft: &Draft, variables: &[Variable], report: &mut Reporter<'_>) {
    for (index, variable) in variables.iter().enumerate().filter(|(_, variable)| variable.set) {
        let rows = draft.uses.iter().filter(|used| used.variable == VarId(index) && used.is_row());
        let mut collected = false;
        for used in rows {
            let counted = is_counted(draft, used.clause);
            if !counted {
                let help = Some("use another variable for the one row".to_owned());
                let message = format!("`${}` is a set, and this clause needs one row", variable.name);
                report.error("R15", used.at, message, help);
            } else if collected {
                let help = Some("put the conditions into one clause, or use two variables".to_owned());
                let message = format!("`${}` is collected by another clause already", variable.name);
                report.error("R15", used.at, message, help);
            }
            collected |= counted;
        }
    }
    circular_sets(draft, variables, report);
}

fn circular_sets(draft: &Draft, variables: &[Variable], report: &mut Reporter<'_>) {
    let collector = |id: VarId| {
        let row = draft.uses.iter().find(|used| used.variable == id && used.is_row() && is_counted(draft, used.clause));
        row.map(|used| used.clause)
    };
    // From each set clause to the set clauses whose members it asks for.
    let needs: Vec<Vec<ClauseId>> = (0..draft.clauses.len())
        .map(|index| {
            let uses = draft.uses_of(ClauseId(index)).filter(|used| !used.is_row() && is_counted(draft, used.clause));
            uses.filter(|used| variables[used.variable.0].set).filter_map(|used| collector(used.variable)).collect()
        })
        .collect();
    for index in 0..draft.clauses.len() {
        let mut seen = vec![false; draft.clauses.len()];
        let mut open = needs[index].clone();
        while let Some(clause) = open.pop() {
            if clause.0 == index {
                let draft_clause = &draft.clauses[index];
                let message = format!("the set of `{}` needs a set that needs it", draft_clause.clause.name);
                report.error("R15", draft_clause.at, message, Some("one of the two must stand alone".to_owned()));
                break;
            }
            if !std::mem::replace(&mut seen[clause.0], true) {
                open.extend(&needs[clause.0]);
            }
        }
    }
}
