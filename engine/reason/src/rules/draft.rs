//! A rule while it is read: clauses and variables with the places at which they stand.

use super::ast::{Clause, ClauseId, Test, VarId, VarKind, VarRef};
use super::tables::FieldKind;
use super::value::Role;
use stacklore_yaml::Place;

/// How a clause uses a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// As its row.
    Row(VarKind),
    /// In a condition on a field of that kind.
    Field(FieldKind, Role),
}

/// One use of a variable in a clause.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    pub(crate) variable: VarId,
    /// The field, as in `$readers.object`.
    pub(crate) field: Option<String>,
    pub(crate) clause: ClauseId,
    pub(crate) slot: Slot,
    pub(crate) at: Place,
}

impl Use {
    /// Whether this use gives the variable its value: as a row, or alone as the value of a field.
    fn binds(&self) -> bool {
        self.field.is_none() && matches!(self.slot, Slot::Row(_) | Slot::Field(_, Role::Equal))
    }

    /// Whether rows are joined over it by hash: not below `not`.
    pub(crate) fn joins(&self) -> bool {
        !matches!(self.slot, Slot::Field(_, Role::Negated))
    }

    pub(crate) fn is_row(&self) -> bool {
        matches!(self.slot, Slot::Row(_))
    }
}

/// A clause with its places.
pub(crate) struct DraftClause {
    pub(crate) clause: Clause,
    /// Its name.
    pub(crate) at: Place,
    pub(crate) says: Option<Text>,
    pub(crate) get: Option<Text>,
    /// Named groups of the regex of a raw line.
    pub(crate) groups: Vec<String>,
}

/// A text of a rule: a template with its place.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) at: Place,
    pub(crate) style: stacklore_yaml::Style,
}

/// Clauses and variables of a rule.
#[derive(Default)]
pub(crate) struct Draft {
    pub(crate) clauses: Vec<DraftClause>,
    pub(crate) names: Vec<String>,
    pub(crate) uses: Vec<Use>,
    /// Functions and globs that `stack` and `without` name, each with its place.
    pub(crate) functions: Vec<(String, Place)>,
}

impl Draft {
    /// The variable of that name, new where it was not met yet.
    pub(crate) fn variable(&mut self, name: &str) -> VarId {
        let known = self.names.iter().position(|known| known == name);
        VarId(known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        }))
    }

    pub(crate) fn find_variable(&self, name: &str) -> Option<VarId> {
        self.names.iter().position(|known| known == name).map(VarId)
    }

    pub(crate) fn find_clause(&self, name: &str) -> Option<ClauseId> {
        self.clauses.iter().position(|clause| clause.clause.name == name).map(ClauseId)
    }

    pub(crate) fn clause(&self, id: ClauseId) -> &DraftClause {
        &self.clauses[id.0]
    }

    /// Uses in one clause.
    pub(crate) fn uses_of(&self, clause: ClauseId) -> impl Iterator<Item = &Use> {
        self.uses.iter().filter(move |used| used.clause == clause)
    }

    /// Whether a use gives the variable its value. A clause of rows that must not be there gives none.
    pub(crate) fn binds(&self, used: &Use) -> bool {
        let absent = self.clause(used.clause).clause.count.is_some_and(|count| count.max == Some(0));
        used.binds() && (used.is_row() || !absent)
    }

    /// Notes a use and gives the test that it makes.
    pub(crate) fn note(&mut self, clause: ClauseId, name: &str, field: Option<&str>, slot: Slot, at: Place) -> Test {
        let variable = self.variable(name);
        let field = field.map(str::to_owned);
        self.uses.push(Use { variable, field: field.clone(), clause, slot, at });
        Test::Var(VarRef { var: variable, field })
    }

    /// Named groups of the raw lines that a variable stands for.
    pub(crate) fn line_groups(&self, variable: VarId) -> impl Iterator<Item = &str> {
        self.clauses
            .iter()
            .filter(move |clause| clause.clause.row == Some(variable))
            .flat_map(|clause| clause.groups.iter().map(String::as_str))
    }
}
