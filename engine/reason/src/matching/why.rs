//! One rule explained clause by clause.

use super::binding::{Binding, Hit};
use super::candidates::Tried;
use super::join::State;
use super::levels::Reached;
use super::render::Renderer;
use super::thing::Truth;
use crate::finding::{ClauseReport, Why};
use crate::rules::ast::ClauseId;

impl Tried<'_> {
    /// What became of the rule, clause by clause.
    pub(crate) fn why(&self) -> Why {
        let mut renderer = Renderer::new();
        let (outcome, reached) = self.outcome();
        let binding =
            reached.as_ref().map_or_else(|| Binding::new(self.rule), |reached| self.complete_binding(reached));
        let mut clauses = Vec::new();
        for at in 0..self.rule.clauses.len() {
            clauses.push(self.clause_report(ClauseId(at), reached.as_ref(), &binding, &mut renderer));
        }
        Why { rule: self.rule.id.clone(), title: self.rule.title.clone(), outcome, clauses }
    }

    /// The outcome in one sentence, and the binding that it is told by.
    fn outcome(&self) -> (String, Option<Reached>) {
        if !self.speaks_of_case() {
            let names: Vec<&str> = self.rule.systems.iter().map(|system| system.name()).collect();
            return (format!("Not tried: the case has no stack or task of {}.", names.join(", ")), None);
        }
        let (all, _) = self.all_bindings();
        let best = all.iter().filter(|reached| self.refuted(&reached.binding).is_none()).max_by(|one, other| {
            // The first among equals: `max_by` would give the last.
            one.rank().cmp(&other.rank()).then(std::cmp::Ordering::Greater)
        });
        if let Some(best) = best {
            let number = all.iter().filter(|reached| self.refuted(&reached.binding).is_none()).count();
            let more = if number > 1 { format!(", the first of {number}") } else { String::new() };
            return (format!("Found, {}{more}.", best.certainty.name()), Some(best.clone()));
        }
        if let Some(refuted) = all.into_iter().next() {
            let by = self.refuted(&refuted.binding).map_or("", |clause| &self.rule.clause(clause).name);
            return (format!("Refuted by {by}: what else holds does not mean this."), Some(refuted));
        }
        match self.almost() {
            Some((binding, unknown)) => {
                let names: Vec<&str> = unknown.iter().map(|clause| self.rule.clause(*clause).name.as_str()).collect();
                let reached = Reached { binding, certainty: crate::finding::Certainty::Possible, levels: 0 };
                (format!("A near miss: {} is unknown.", names.join(" or ")), Some(reached))
            }
            None => ("Not found.".to_owned(), self.partial()),
        }
    }

    /// As many clauses of the lowest level as hold together, the first in the text first.
    fn partial(&self) -> Option<Reached> {
        let mut binding = Binding::new(self.rule);
        for need in self.needs(0) {
            if let Some(extended) = need.iter().find_map(|clause| self.extend(*clause, &binding).into_iter().next()) {
                binding = extended;
            }
        }
        Some(Reached { binding, certainty: crate::finding::Certainty::Possible, levels: 0 })
    }

    fn clause_report(
        &self,
        clause: ClauseId,
        reached: Option<&Reached>,
        binding: &Binding,
        renderer: &mut Renderer,
    ) -> ClauseReport {
        let of = self.rule.clause(clause);
        let refutes = self.rule.refute.contains(&clause);
        let state = match (reached, binding.hit_of(clause)) {
            (None, _) => None,
            (_, Some(_)) => Some(State::Holds),
            _ => Some(self.state(clause, binding)),
        };
        let name = match state {
            None => "not reached",
            Some(State::Holds) if refutes => "refutes",
            Some(State::Holds) => "holds",
            Some(State::Fails) => "fails",
            Some(State::Unknown) if self.misses(clause, binding) => "not reached",
            Some(State::Unknown) => "unknown",
        };
        let mut with = binding.clone();
        if state == Some(State::Holds)
            && with.hit_of(clause).is_none()
            && let Some(extended) = self.extend(clause, binding).into_iter().next()
        {
            with = extended;
        }
        let quotes = match with.hit_of(clause) {
            Some(hit) => self.hit_quotes(clause, hit, &with),
            None if state.is_some() => self.nearest(clause, binding),
            None => Vec::new(),
        };
        let mut texts = self.texts(&with, renderer);
        let text = match (state, &of.get) {
            (Some(State::Unknown), Some(get)) => texts.fill_in(&self.rule.id, get),
            (Some(State::Holds), _) => texts.told(&self.rule.id, &of.says),
            _ => texts.fill_in(&self.rule.id, &of.says),
        };
        ClauseReport { clause: of.name.clone(), state: name, text, quotes }
    }

    /// The lines of the row that comes nearest to a clause that does not hold: one that fits all but its joins.
    fn nearest(&self, clause: ClauseId, binding: &Binding) -> Vec<stacklore_model::Span> {
        let of = self.rule.clause(clause);
        let fixed = of.row.and_then(|var| binding.one(var)).and_then(super::thing::Thing::row);
        let row = fixed.or_else(|| self.fits(clause).first().map(|candidate| candidate.row));
        let row = row.filter(|row| fixed.is_none() || self.fits_alone(*row, clause).truth != Truth::No);
        row.map_or_else(Vec::new, |row| {
            let hit = Hit { rows: std::rc::Rc::new([row]), known: stacklore_model::Known::Observed };
            self.hit_quotes(clause, &hit, binding)
        })
    }
}
