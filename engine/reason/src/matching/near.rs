//! Rules that almost hold: one clause of the lowest level is unknown, none fails.

use super::binding::Binding;
use super::candidates::Tried;
use super::clause::mentions;
use super::join::{Budget, State};
use super::render::Renderer;
use crate::finding::NearMiss;
use crate::rules::ast::{ClauseId, VarId};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// Bindings of the other clauses that are looked at.
const TRIES: usize = 200;

impl Tried<'_> {
    /// The near miss of a rule without findings, by the first clause that alone is unknown.
    pub(crate) fn near_miss(&self, renderer: &mut Renderer) -> Option<NearMiss> {
        let (binding, unknown) = self.almost()?;
        let mut texts = self.texts(&binding, renderer);
        let held = (0..self.rule.clauses.len()).map(ClauseId).filter(|clause| binding.hit_of(*clause).is_some());
        let held = held.map(|clause| texts.told(&self.rule.id, &self.rule.clause(clause).says)).collect();
        let lowest = self.rule.levels.first().map(|level| level.certainty);
        let missing = unknown.iter().map(|clause| self.missing_clause(*clause, lowest, &binding, &mut texts)).collect();
        let tasks = self.bound_tasks(&binding);
        Some(NearMiss {
            rule: self.rule.id.clone(),
            title: self.rule.title.clone(),
            held,
            missing,
            tasks,
            instead_of: self.rule.instead_of.clone(),
        })
    }

    /// The binding of a near miss and the clause (or the choice) that is unknown.
    pub(crate) fn almost(&self) -> Option<(Binding, Vec<ClauseId>)> {
        let needs = self.needs(0);
        if needs.len() < 2 {
            return None;
        }
        (0..needs.len()).find_map(|missing| {
            let others: Vec<&[ClauseId]> = self.connected(&needs, missing).into_iter().map(|at| needs[at]).collect();
            if others.is_empty() {
                return None;
            }
            let mut tries = 0;
            let mut found = None;
            _ = self.join(&others, &Binding::new(self.rule), &mut Budget::default(), &mut |binding, _| {
                tries += 1;
                let unknown = self.unknown_part(needs[missing], &binding);
                if !unknown.is_empty() && self.refuted(&binding).is_none() {
                    found = Some((binding, unknown));
                    return ControlFlow::Break(());
                }
                if tries >= TRIES { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            found
        })
    }

    /// Whether the near miss that lacks one need can do without all of these.
    pub(crate) fn leaves_out(&self, needs: &[&[ClauseId]], missing: usize, others: &[usize]) -> bool {
        needs.len() > 1 && {
            let joined = self.connected(needs, missing);
            !joined.is_empty() && others.iter().all(|at| !joined.contains(at))
        }
    }

    /// The clauses of a need that are unknown; none where one of them holds or all fail.
    fn unknown_part(&self, need: &[ClauseId], binding: &Binding) -> Vec<ClauseId> {
        let states: Vec<State> = need.iter().map(|clause| self.state_now(*clause, binding)).collect();
        if states.contains(&State::Holds) {
            return Vec::new();
        }
        need.iter().zip(states).filter(|(_, state)| *state == State::Unknown).map(|(clause, _)| *clause).collect()
    }

    /// The needs that hang together with the first one when one is left out: the others only miss its variables.
    fn connected(&self, needs: &[&[ClauseId]], missing: usize) -> BTreeSet<usize> {
        let vars: Vec<BTreeSet<VarId>> = needs.iter().map(|need| self.variables(need)).collect();
        let lacking = &vars[missing];
        let first = (0..needs.len()).find(|at| *at != missing);
        let mut joined: BTreeSet<usize> = first.into_iter().collect();
        let mut bound: BTreeSet<VarId> = joined.iter().flat_map(|at| vars[*at].iter().copied()).collect();
        loop {
            let next = (0..needs.len()).find(|at| {
                let shares = vars[*at].intersection(&bound).next().is_some();
                *at != missing && !joined.contains(at) && (shares || vars[*at].is_disjoint(lacking))
            });
            let Some(next) = next else { break };
            joined.insert(next);
            bound.extend(vars[next].iter().copied());
        }
        joined
    }

    /// The variables that the clauses of a need mention.
    fn variables(&self, need: &[ClauseId]) -> BTreeSet<VarId> {
        let clauses = need.iter().map(|clause| self.rule.clause(*clause));
        clauses.flat_map(|clause| clause.row.into_iter().chain(mentions(clause).into_iter().map(|by| by.var))).collect()
    }
}
