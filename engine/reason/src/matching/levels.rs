//! From the bindings of the lowest level to the highest certainty that each reaches.

use super::binding::Binding;
use super::candidates::Tried;
use super::clause::mentions;
use super::join::{Budget, State};
use super::thing::{RowId, Thing, Truth};
use crate::finding::Certainty;
use crate::rules::ast::{ClauseId, VarId};
use std::collections::HashMap;
use std::ops::ControlFlow;

/// A binding of a rule and how far it gets.
#[derive(Clone, Debug)]
pub(crate) struct Reached {
    /// The binding, with the clauses that hold.
    pub(crate) binding: Binding,
    /// How sure the finding is.
    pub(crate) certainty: Certainty,
    /// How many levels hold.
    pub(crate) levels: usize,
}

impl Tried<'_> {
    /// The needs of a level.
    pub(crate) fn needs(&self, level: usize) -> Vec<&[ClauseId]> {
        self.rule.levels.get(level).map_or_else(Vec::new, |level| level.needs.iter().map(Vec::as_slice).collect())
    }

    /// Whether the case has a system that the rule speaks about.
    pub(crate) fn speaks_of_case(&self) -> bool {
        self.rule.systems.iter().any(|system| self.tables.index.systems.contains(system))
    }

    /// Whether the rule can be found or nearly found at all, by what the indexes of the case hold: one clause of its
    /// lowest level has something to start from, and of those that have nothing, a near miss can leave out every one.
    pub(crate) fn can_match(&self) -> bool {
        if !self.speaks_of_case() {
            return false;
        }
        let needs = self.needs(0);
        let rows: Vec<Option<usize>> = needs.iter().map(|need| self.most_rows(need)).collect();
        let starts = |clause: &ClauseId| self.estimate(*clause).is_some_and(|rows| rows > 0);
        if !needs.iter().copied().flatten().any(starts) {
            return false;
        }
        let empty = |at: &usize| rows[*at] == Some(0);
        let misses: Vec<usize> = (0..needs.len()).filter(empty).collect();
        misses.is_empty() || (0..needs.len()).any(|missing| self.leaves_out(&needs, missing, &misses))
    }

    /// How many rows a need starts from at most; `None` where no index tells, or where it needs none.
    fn most_rows(&self, need: &[ClauseId]) -> Option<usize> {
        let each = need.iter().map(|clause| match self.rule.clause(*clause).count {
            Some(count) if count.min == 0 => None,
            _ => self.estimate(*clause),
        });
        each.sum()
    }

    /// The bindings of the rule that no refute clause drops, and whether it had to stop.
    pub(crate) fn bindings(&self) -> (Vec<Reached>, bool) {
        let (mut found, stopped) = self.all_bindings();
        found.retain(|reached| self.refuted(&reached.binding).is_none());
        (found, stopped)
    }

    /// Every distinct binding of the rule, each at the highest certainty that it reaches, in the order of the text.
    /// Bindings that differ only in which variable has which row are one. The second part tells whether
    /// the rule had to stop.
    pub(crate) fn all_bindings(&self) -> (Vec<Reached>, bool) {
        let mut budget = Budget::default();
        let mut found: Vec<Reached> = Vec::new();
        let mut places: HashMap<Vec<Thing>, usize> = HashMap::new();
        _ = self.join(&self.needs(0), &Binding::new(self.rule), &mut budget, &mut |binding, budget| {
            budget.bindings += 1;
            let signature = binding.signature();
            let reached = self.climb(binding, 0, &mut Budget::default());
            let place = *places.entry(signature).or_insert(found.len());
            match found.get_mut(place) {
                Some(before) if reached.rank() > before.rank() => *before = reached,
                Some(_) => {}
                None => found.push(reached),
            }
            if budget.is_spent() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        (found, budget.is_spent())
    }

    /// The highest certainty that a binding of a level reaches with further single variables, the first in the order
    /// of the text among equals.
    fn climb(&self, binding: Binding, level: usize, budget: &mut Budget) -> Reached {
        let Some(own) = self.rule.levels.get(level) else {
            return Reached { binding, certainty: Certainty::Possible, levels: level };
        };
        let certainty = own.certainty.min(binding.known().into());
        let mut best = Reached { binding: binding.clone(), certainty, levels: level + 1 };
        let Some(top) = self.rule.levels.last().filter(|_| level + 1 < self.rule.levels.len()) else { return best };
        let (top, all) = (top.certainty, self.rule.levels.len());
        _ = self.join(&self.needs(level + 1), &binding, budget, &mut |extended, budget| {
            let reached = self.climb(extended, level + 1, budget);
            // Where a higher level rests on something weaker, the lower one alone stays as sure as it was.
            let certainty = reached.certainty.max(best.certainty);
            let reached = Reached { certainty, ..reached };
            if reached.rank() > best.rank() {
                best = reached;
            }
            if best.certainty == top && best.levels == all { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        best
    }

    /// The first refute clause that holds.
    pub(crate) fn refuted(&self, binding: &Binding) -> Option<ClauseId> {
        self.rule.refute.iter().copied().find(|clause| self.state(*clause, binding) == State::Holds)
    }

    /// Whether a clause says something about a variable that stands for nothing yet and that other clauses bind.
    pub(crate) fn misses(&self, clause: ClauseId, binding: &Binding) -> bool {
        let of = self.rule.clause(clause);
        let elsewhere = |var: VarId| {
            let others = self.rule.clauses.iter().enumerate().filter(|(at, _)| *at != clause.0).map(|(_, other)| other);
            let mut others = others.filter(|other| {
                other.row == Some(var) || mentions(other).iter().any(|by| by.var == var && by.field.is_none())
            });
            others.next().is_some()
        };
        let row = of.row.is_some_and(|var| of.count.is_none() && binding.is_free(var) && elsewhere(var));
        row || mentions(of).iter().any(|reference| binding.is_free(reference.var) && elsewhere(reference.var))
    }

    /// Whether a clause holds, fails or is unknown under a binding. A clause that needs a variable which stands for
    /// nothing yet is unknown, unless it can be told without.
    pub(crate) fn state(&self, clause: ClauseId, binding: &Binding) -> State {
        if self.misses(clause, binding) { State::Unknown } else { self.state_now(clause, binding) }
    }

    /// As `state`, where variables that stand for nothing may stand for anything.
    pub(crate) fn state_now(&self, clause: ClauseId, binding: &Binding) -> State {
        let of = self.rule.clause(clause);
        if of.count.is_some() {
            let groups = self.groups(clause, binding);
            let states = groups.iter().map(|(_, rows)| self.count_state(clause, binding, rows.len()));
            let states: Vec<State> = states.collect();
            return match states.iter().find(|state| **state != State::Fails) {
                _ if states.contains(&State::Holds) => State::Holds,
                Some(state) => *state,
                None if states.is_empty() => self.count_state(clause, binding, 0),
                None => State::Fails,
            };
        }
        if let Some(row) = of.row.and_then(|var| binding.one(var)).and_then(Thing::row) {
            return self.fixed_state(clause, row, binding);
        }
        if !self.extend(clause, binding).is_empty() {
            return State::Holds;
        }
        let complete = self.complete(clause, binding).is_some();
        if complete && self.possible(clause, binding, 1) == 0 { State::Fails } else { State::Unknown }
    }

    /// Whether a clause holds for a row that it shares with others.
    fn fixed_state(&self, clause: ClauseId, row: RowId, binding: &Binding) -> State {
        let alone = self.fits_alone(row, clause);
        let (joined, _) = self.tables.fits_joined(row, self.rule.clause(clause), binding);
        match alone.truth.min(joined.truth) {
            Truth::Yes => State::Holds,
            Truth::No => State::Fails,
            Truth::Unknown => State::Unknown,
        }
    }
}

impl Reached {
    /// By which of two the better is told.
    pub(crate) fn rank(&self) -> (Certainty, usize) {
        (self.certainty, self.levels)
    }
}
