//! Whether one row fits a clause.

use super::binding::Binding;
use super::condition::Outcome;
use super::fields::Tables;
use super::thing::{Cell, RowId, Thing, Truth};
use crate::rules::ast::{Clause, Condition, StackItem, Test, VarId, VarRef};
use stacklore_model::TaskId;

/// One way in which a row fits: what variables would newly stand for.
pub(crate) type Way = Vec<(VarId, Thing)>;

/// Calls `visit` for every variable that a test mentions.
pub(crate) fn references<'t>(test: &'t Test, visit: &mut impl FnMut(&'t VarRef)) {
    match test {
        Test::Var(reference) => visit(reference),
        Test::AnyOf(tests) => tests.iter().for_each(|test| references(test, visit)),
        Test::Not(test) => references(test, visit),
        _ => {}
    }
}

/// Every variable that the conditions of a clause mention, its row not counted.
pub(crate) fn mentions(clause: &Clause) -> Vec<&VarRef> {
    let mut found = Vec::new();
    for condition in &clause.conditions {
        if let Condition::Field { test, .. } = condition {
            references(test, &mut |reference| found.push(reference));
        }
    }
    found
}

/// Whether a condition mentions a variable.
fn is_joined(condition: &Condition) -> bool {
    let mut joined = false;
    if let Condition::Field { test, .. } = condition {
        references(test, &mut |_| joined = true);
    }
    joined
}

/// Whether a clause has a condition on that field.
pub(crate) fn tests_field(clause: &Clause, field: &str) -> bool {
    clause.conditions.iter().any(|condition| matches!(condition, Condition::Field { name, .. } if name == field))
}

/// The variable that an equality condition binds or joins.
pub(crate) fn equality(condition: &Condition) -> Option<(&str, &VarRef)> {
    match condition {
        Condition::Field { name, test: Test::Var(reference) } => Some((name, reference)),
        _ => None,
    }
}

impl Tables<'_> {
    /// Whether a row fits the conditions of a clause that mention no variable. A task clause leaves out idle tasks
    /// unless it asks for them.
    /// `stack` tells whether a task has the frames of the clause.
    pub(crate) fn fits_alone(&self, row: RowId, clause: &Clause, stack: impl FnOnce(TaskId) -> Truth) -> Outcome {
        let none = Binding::empty();
        let mut outcome = Outcome::of(Truth::Yes);
        if let RowId::Task(_) = row
            && !tests_field(clause, "idle")
            && matches!(self.cell(row, "idle"), Cell::One(Thing::Flag(true), _))
        {
            return Outcome::of(Truth::No);
        }
        for condition in clause.conditions.iter().filter(|condition| !is_joined(condition)) {
            if let Condition::Field { name, test } = condition {
                // Every task is idle or not, also one of which no stack is known.
                if name == "idle" && matches!(test, Test::Any) {
                    continue;
                }
                outcome = outcome.and(self.check(&self.cell(row, name), test, &none));
                if outcome.truth == Truth::No {
                    return outcome;
                }
            }
        }
        let frames = |condition: &Condition| matches!(condition, Condition::Stack(_) | Condition::Without(_));
        match row {
            RowId::Task(task) if clause.conditions.iter().any(frames) => outcome.and(Outcome::of(stack(task))),
            _ => outcome,
        }
    }

    /// Whether a row fits the conditions of a clause that mention variables, and what the free ones would then stand
    /// for: one list of new values for each way to do so.
    pub(crate) fn fits_joined(&self, row: RowId, clause: &Clause, binding: &Binding) -> (Outcome, Vec<Way>) {
        let mut outcome = Outcome::of(Truth::Yes);
        let mut ways: Vec<Way> = vec![Vec::new()];
        for condition in clause.conditions.iter().filter(|condition| is_joined(condition)) {
            let Condition::Field { name, test } = condition else { continue };
            let cell = self.cell(row, name);
            outcome = outcome.and(self.check(&cell, test, binding));
            if outcome.truth == Truth::No {
                return (outcome, Vec::new());
            }
            if let Test::Var(VarRef { var, field: None }) = test
                && binding.is_free(*var)
            {
                ways = combine(ways, *var, cell.values());
            }
        }
        (outcome, ways)
    }
}

/// The frames that a clause wants, and those that it does not.
pub(crate) fn frames(clause: &Clause) -> (Option<&[StackItem]>, Vec<&StackItem>) {
    let mut items = None;
    let mut without = Vec::new();
    for condition in &clause.conditions {
        match condition {
            Condition::Stack(list) => items = Some(list.as_slice()),
            Condition::Without(list) => without.extend(list),
            Condition::Field { .. } | Condition::Text(_) => {}
        }
    }
    (items, without)
}

/// Each way so far with each value; a variable that two conditions bind must have the same value in both.
fn combine(ways: Vec<Way>, var: VarId, values: &[Thing]) -> Vec<Way> {
    let mut combined = Vec::new();
    for way in ways {
        let before = way.iter().find(|(bound, _)| *bound == var).map(|(_, thing)| thing.clone());
        match before {
            Some(thing) if values.contains(&thing) => combined.push(way),
            Some(_) => {}
            None => combined.extend(values.iter().map(|value| {
                let mut way = way.clone();
                way.push((var, value.clone()));
                way
            })),
        }
    }
    combined
}
