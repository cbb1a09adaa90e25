//! What the variables of a rule stand for, and which rows the clauses that hold have.

use super::thing::{RowId, Thing};
use crate::rules::ast::{ClauseId, Rule, VarId, VarKind};
use stacklore_model::Known;
use std::rc::Rc;

/// What one variable stands for.
#[derive(Clone, Debug, Default)]
pub(crate) enum Bound {
    /// Nothing yet.
    #[default]
    Free,
    /// One thing.
    One(Thing),
    /// A set of rows.
    Set(Rc<[RowId]>),
}

/// A clause that holds.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    /// The rows that fit, in the order of the text.
    pub(crate) rows: Rc<[RowId]>,
    /// The weakest thing that it rests on.
    pub(crate) known: Known,
}

/// A binding of the variables of a rule.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    vars: Vec<Bound>,
    hits: Vec<Option<Hit>>,
}

impl Binding {
    /// Nothing is bound.
    pub(crate) fn new(rule: &Rule) -> Self {
        Binding { vars: vec![Bound::Free; rule.variables.len()], hits: vec![None; rule.clauses.len()] }
    }

    /// A binding without variables.
    pub(crate) fn empty() -> Self {
        Binding { vars: Vec::new(), hits: Vec::new() }
    }

    /// What a variable stands for.
    pub(crate) fn get(&self, var: VarId) -> &Bound {
        &self.vars[var.0]
    }

    /// Whether a variable stands for nothing yet.
    pub(crate) fn is_free(&self, var: VarId) -> bool {
        matches!(self.vars[var.0], Bound::Free)
    }

    /// The one thing that a variable stands for.
    pub(crate) fn one(&self, var: VarId) -> Option<&Thing> {
        match &self.vars[var.0] {
            Bound::One(thing) => Some(thing),
            _ => None,
        }
    }

    /// Binds a variable.
    pub(crate) fn bind(&mut self, var: VarId, bound: Bound) {
        self.vars[var.0] = bound;
    }

    /// Marks a clause as one that holds.
    pub(crate) fn hit(&mut self, clause: ClauseId, hit: Hit) {
        self.hits[clause.0] = Some(hit);
    }

    /// The rows of a clause that holds.
    pub(crate) fn hit_of(&self, clause: ClauseId) -> Option<&Hit> {
        self.hits[clause.0].as_ref()
    }

    /// The weakest thing that all clauses that hold rest on.
    pub(crate) fn known(&self) -> Known {
        self.hits.iter().flatten().map(|hit| hit.known).min().unwrap_or(Known::Observed)
    }

    /// Whether a variable other than `except` stands for that thing alone. The task whose end is waited for is at once
    /// the object of that wait: only two names of rows, or two of objects, must differ.
    pub(crate) fn has(&self, rule: &Rule, thing: &Thing, except: Option<VarId>) -> bool {
        let is_object = |var: VarId| rule.variable(var).kind == VarKind::Object;
        let object = except.is_some_and(is_object);
        let other = |var: usize| Some(VarId(var)) != except && is_object(VarId(var)) == object;
        let mut vars = self.vars.iter().enumerate();
        thing.is_distinct() && vars.any(|(var, bound)| matches!(bound, Bound::One(one) if one == thing) && other(var))
    }

    /// The rows that single variables have.
    pub(crate) fn single_rows(&self) -> impl Iterator<Item = RowId> + '_ {
        self.vars.iter().filter_map(|bound| match bound {
            Bound::One(thing) => thing.row(),
            _ => None,
        })
    }

    /// All things that single variables stand for, in order: equal for bindings that differ only in which variable
    /// has which.
    pub(crate) fn signature(&self) -> Vec<Thing> {
        let mut things: Vec<Thing> = self
            .vars
            .iter()
            .filter_map(|bound| match bound {
                Bound::One(thing) => Some(thing.clone()),
                _ => None,
            })
            .collect();
        things.sort();
        things
    }
}
