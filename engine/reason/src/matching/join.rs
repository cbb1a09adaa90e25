//! Bindings of a rule: its single clauses joined from the smallest list, then its sets.

use super::binding::{Binding, Bound, Hit};
use super::candidates::{Candidate, Tried};
use super::clause::{Way, equality, mentions};
use super::thing::{RowId, Thing, Truth};
use crate::rules::ast::{Clause, ClauseId, Rule, VarId};
use stacklore_model::Known;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::rc::Rc;

/// Bindings after which a rule stops in a case.
pub(crate) const MAX_BINDINGS: usize = 10_000;

/// Rows of a set that have the same values in the variables that group it.
pub(crate) type Group = (Way, Vec<Candidate>);

/// How much of a rule's budget is used.
#[derive(Default)]
pub(crate) struct Budget {
    /// Complete bindings of the lowest level.
    pub(crate) bindings: usize,
    /// Extensions tried, of any level.
    pub(crate) steps: usize,
}

impl Budget {
    /// Whether the rule must stop.
    pub(crate) fn is_spent(&self) -> bool {
        self.bindings >= MAX_BINDINGS || self.steps >= 20 * MAX_BINDINGS
    }
}

/// How sure a clause is of its number of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Enough rows fit.
    Holds,
    /// That is excluded.
    Fails,
    /// The text does not tell.
    Unknown,
}

impl Tried<'_> {
    /// Visits every binding under which each of the needs holds: a need is a choice of clauses. The order is that of
    /// the text.
    pub(crate) fn join(
        &self,
        needs: &[&[ClauseId]],
        binding: &Binding,
        budget: &mut Budget,
        visit: &mut dyn FnMut(Binding, &mut Budget) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Some(next) = self.next(needs, binding) else {
            return if needs.is_empty() { visit(binding.clone(), budget) } else { ControlFlow::Continue(()) };
        };
        let rest: Vec<&[ClauseId]> =
            needs.iter().enumerate().filter(|(at, _)| *at != next).map(|(_, need)| *need).collect();
        for extended in self.choose(needs[next], binding) {
            budget.steps += 1;
            if budget.is_spent() {
                return ControlFlow::Break(());
            }
            self.join(&rest, &extended, budget, visit)?;
        }
        ControlFlow::Continue(())
    }

    /// The need to take next: single clauses before sets, joined ones before others, the shortest list first.
    fn next(&self, needs: &[&[ClauseId]], binding: &Binding) -> Option<usize> {
        let ready =
            (0..needs.len()).filter(|at| needs[*at].iter().all(|clause| self.is_ready(*clause, needs, binding)));
        ready.min_by_key(|at| {
            let rank = |clause: &ClauseId| {
                let of = self.rule.clause(*clause);
                let joined = self.is_joined(of, binding);
                let length = if joined { 0 } else { self.estimate(*clause).unwrap_or(usize::MAX) };
                (of.count.is_some(), needs[*at].len() > 1, !joined, length)
            };
            needs[*at].iter().map(rank).max()
        })
    }

    /// Whether a clause is joined to what is bound.
    fn is_joined(&self, clause: &Clause, binding: &Binding) -> bool {
        let row = clause.row.is_some_and(|var| !binding.is_free(var));
        let equal = |(_, reference): (&str, &crate::rules::ast::VarRef)| !binding.is_free(reference.var);
        row || clause.conditions.iter().filter_map(equality).any(equal)
    }

    /// Whether everything that a clause refers to and cannot bind itself is bound.
    fn is_ready(&self, clause: ClauseId, needs: &[&[ClauseId]], binding: &Binding) -> bool {
        let of = self.rule.clause(clause);
        let own: BTreeSet<VarId> = of
            .conditions
            .iter()
            .filter_map(equality)
            .filter(|(_, reference)| reference.field.is_none())
            .map(|(_, reference)| reference.var)
            .collect();
        mentions(of).into_iter().all(|reference| {
            let binds = own.contains(&reference.var) && !self.rule.variable(reference.var).set;
            let bound = !binding.is_free(reference.var);
            bound || (binds && reference.field.is_none()) || !self.is_bound_by(reference.var, clause, needs)
        })
    }

    /// Whether one of the other needs can bind a variable.
    fn is_bound_by(&self, var: VarId, except: ClauseId, needs: &[&[ClauseId]]) -> bool {
        needs.iter().flat_map(|need| need.iter()).filter(|clause| **clause != except).any(|clause| {
            let of = self.rule.clause(*clause);
            of.row == Some(var)
                || of.conditions.iter().filter_map(equality).any(|(_, by)| by.var == var && by.field.is_none())
        })
    }

    /// The bindings under which one of a choice of clauses holds. Those that bind the same are one, with the best
    /// clause and row.
    fn choose(&self, need: &[ClauseId], binding: &Binding) -> Vec<Binding> {
        let mut chosen: Vec<(Binding, Known)> = Vec::new();
        let mut places: HashMap<Vec<(usize, Thing)>, usize> = HashMap::new();
        for clause in need {
            for extended in self.extend(*clause, binding) {
                let known = extended.hit_of(*clause).map_or(Known::Assumed, |hit| hit.known);
                let place = places.entry(self.new_things(binding, &extended)).or_insert(chosen.len());
                match chosen.get_mut(*place) {
                    Some(before) if known > before.1 => *before = (extended, known),
                    Some(_) => {}
                    None => chosen.push((extended, known)),
                }
            }
        }
        chosen.into_iter().map(|(binding, _)| binding).collect()
    }

    /// What single variables stand for that stood for nothing before.
    fn new_things(&self, before: &Binding, after: &Binding) -> Vec<(usize, Thing)> {
        let vars = (0..self.rule.variables.len()).filter(|var| before.is_free(VarId(*var)));
        vars.filter_map(|var| Some((var, after.one(VarId(var))?.clone()))).collect()
    }

    /// The bindings under which a clause holds.
    pub(crate) fn extend(&self, clause: ClauseId, binding: &Binding) -> Vec<Binding> {
        match self.rule.clause(clause).count {
            None => self.extend_single(clause, binding),
            Some(_) => self.extend_set(clause, binding),
        }
    }

    fn extend_single(&self, clause: ClauseId, binding: &Binding) -> Vec<Binding> {
        let of = self.rule.clause(clause);
        let mut found = Vec::new();
        let joined = self.joined(clause, binding);
        for Candidate { row, known } in joined.iter(self.fits(clause)) {
            let thing = Thing::Row(row);
            if binding.has(self.rule, &thing, of.row) {
                continue;
            }
            let (outcome, ways) = self.tables.fits_joined(row, of, binding);
            if outcome.truth != Truth::Yes {
                continue;
            }
            for way in ways {
                let mut extended = binding.clone();
                if let Some(var) = of.row {
                    extended.bind(var, Bound::One(thing.clone()));
                }
                if bind_all(self.rule, &mut extended, &way) {
                    extended.hit(clause, Hit { rows: Rc::new([row]), known: known.min(outcome.known) });
                    found.push(extended);
                }
            }
        }
        found
    }

    fn extend_set(&self, clause: ClauseId, binding: &Binding) -> Vec<Binding> {
        let mut found = Vec::new();
        for (way, rows) in self.groups(clause, binding) {
            let mut extended = binding.clone();
            if !bind_all(self.rule, &mut extended, &way)
                || self.count_state(clause, &extended, rows.len()) != State::Holds
            {
                continue;
            }
            let need = self.rule.clause(clause).count.map_or(1, |count| count.min);
            let known = nth_best(&rows, need);
            let rows = self.share(clause, &rows);
            if let Some(var) = self.rule.clause(clause).row {
                extended.bind(var, Bound::Set(rows.clone()));
            }
            extended.hit(clause, Hit { rows, known });
            found.push(extended);
        }
        found
    }

    /// The rows that fit a set clause, grouped by the variables that it binds, in the order of the text. Rows that
    /// single variables have are left out.
    pub(crate) fn groups(&self, clause: ClauseId, binding: &Binding) -> Vec<Group> {
        let of = self.rule.clause(clause);
        let taken: BTreeSet<RowId> = binding.single_rows().collect();
        let mut groups: Vec<Group> = Vec::new();
        let mut places: HashMap<Way, usize> = HashMap::new();
        let grouping = of.conditions.iter().filter_map(equality);
        let mut grouping = grouping.filter(|(_, by)| by.field.is_none() && binding.is_free(by.var));
        // One group of which few may be: where there are more, it is told and nobody asks for the rest.
        let mut most = usize::MAX;
        if grouping.next().is_none() {
            groups.push((Vec::new(), Vec::new()));
            places.insert(Vec::new(), 0);
            most = of.count.and_then(|count| count.max).unwrap_or(usize::MAX);
        }
        let joined = self.joined(clause, binding);
        for Candidate { row, known } in joined.iter(self.fits(clause)) {
            if taken.contains(&row) {
                continue;
            }
            let (outcome, ways) = self.tables.fits_joined(row, of, binding);
            if outcome.truth != Truth::Yes {
                continue;
            }
            if groups.first().is_some_and(|(_, rows)| rows.len() > most) {
                break;
            }
            let candidate = Candidate { row, known: known.min(outcome.known) };
            for way in ways {
                let place = *places.entry(way.clone()).or_insert(groups.len());
                if place == groups.len() {
                    groups.push((way, Vec::new()));
                }
                groups[place].1.push(candidate);
            }
        }
        groups
    }

    /// Whether a set clause of which `fitting` rows fit holds.
    pub(crate) fn count_state(&self, clause: ClauseId, binding: &Binding, fitting: usize) -> State {
        let Some(count) = self.rule.clause(clause).count else { return State::Unknown };
        if count.max.is_some_and(|max| fitting > max) {
            return State::Fails;
        }
        let enough = fitting >= count.min;
        if enough && count.max.is_none() {
            return State::Holds;
        }
        if self.complete(clause, binding).is_none() {
            return State::Unknown;
        }
        let possible =
            self.possible(clause, binding, count.max.map_or(count.min, |max| count.min.max(max.saturating_add(1))));
        match count.max {
            _ if possible < count.min => State::Fails,
            Some(max) if enough && possible <= max => State::Holds,
            _ => State::Unknown,
        }
    }

    /// How many rows fit a clause or may fit it for all that is told; no more than `enough` are counted.
    pub(crate) fn possible(&self, clause: ClauseId, binding: &Binding, enough: usize) -> usize {
        let of = self.rule.clause(clause);
        let taken: BTreeSet<RowId> = binding.single_rows().collect();
        let fixed = of.row.and_then(|var| binding.one(var)).and_then(Thing::row);
        let rows = match fixed {
            Some(row) => Cow::Owned(vec![row]),
            None => self.may_fit_joined(clause, binding),
        };
        let open = |row: &&RowId| {
            (fixed.is_some() || !taken.contains(row))
                && self.tables.fits_joined(**row, of, binding).0.truth != Truth::No
                && self.may_be_there(**row, clause)
        };
        rows.iter().filter(open).take(enough).count()
    }
}

/// Binds the variables of a way; `false` where that would make two names stand for one thing.
fn bind_all(rule: &Rule, binding: &mut Binding, way: &[(VarId, Thing)]) -> bool {
    for (var, thing) in way {
        if binding.has(rule, thing, Some(*var)) {
            return false;
        }
        binding.bind(*var, Bound::One(thing.clone()));
    }
    true
}

/// A set is worth its n-th best row where it needs n.
fn nth_best(rows: &[Candidate], need: usize) -> Known {
    if need == 0 {
        return Known::Observed;
    }
    let mut known: Vec<Known> = rows.iter().map(|row| row.known).collect();
    known.sort_unstable_by(|one, other| other.cmp(one));
    known.get(need - 1).copied().unwrap_or(Known::Assumed)
}
