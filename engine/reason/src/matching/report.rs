//! Makes findings of bindings.

use super::binding::{Binding, Bound, Hit};
use super::candidates::Tried;
use super::join::State;
use super::levels::Reached;
use super::render::Renderer;
use super::thing::{RowId, Thing};
use super::values::Voice;
use crate::finding::{Certainty, Evidence, Finding, Missing};
use crate::rules::ast::{ClauseId, Table, VarId, VarKind};
use stacklore_model::{Span, TaskId};
use std::rc::Rc;
use tera::Context;

/// The texts of one finding: what is told, and what must be filled in.
pub(crate) struct Texts<'r> {
    renderer: &'r mut Renderer,
    tried: &'r Tried<'r>,
    binding: &'r Binding,
    contexts: [Option<Context>; 3],
}

impl Tried<'_> {
    /// The finding of a binding.
    pub(crate) fn finding(&self, reached: &Reached, renderer: &mut Renderer) -> Finding {
        let rule = self.rule;
        let binding = self.complete_binding(reached);
        let mut texts = self.texts(&binding, renderer);
        let missing = self.missing(reached, &binding, &mut texts);
        let mut evidence = self.evidence(&binding, &mut texts);
        let why_certainty = self.why_certainty(reached, &binding, &missing, &mut texts);
        let place = evidence.iter().flat_map(|evidence| evidence.quotes.iter()).next().copied().unwrap_or_default();
        let roles = self.roles(&binding);
        evidence.extend(self.ways(&roles, &binding, &evidence));
        let all =
            |list: &[String], texts: &mut Texts<'_>| list.iter().map(|text| texts.fill_in(&rule.id, text)).collect();
        let confirm: Vec<String> = all(&rule.confirm, &mut texts);
        let next = self.run_next(reached.certainty, &binding, &missing, &confirm);
        Finding {
            rule: rule.id.clone(),
            title: rule.title.clone(),
            class: rule.class,
            severity: rule.severity,
            certainty: reached.certainty,
            why_certainty,
            cause: true,
            consequence_of: None,
            roles,
            explanation: texts.told(&rule.id, &rule.explain),
            confirm,
            next,
            remedy: all(&rule.remedy, &mut texts),
            evidence,
            missing,
            references: rule.references.clone(),
            affected: rule.affected.clone(),
            edges: self.edges(&binding, reached.certainty, place),
            cycle: self.cycle(&binding),
            instead_of: rule.instead_of.clone(),
            known_fixes: Vec::new(),
        }
    }

    /// The contexts of the texts of a binding.
    pub(crate) fn texts<'r>(&'r self, binding: &'r Binding, renderer: &'r mut Renderer) -> Texts<'r> {
        Texts { renderer, tried: self, binding, contexts: [None, None, None] }
    }

    /// The binding with what else holds: other choices, clauses of levels that are not reached, and those that are
    /// only told.
    pub(crate) fn complete_binding(&self, reached: &Reached) -> Binding {
        let mut binding = reached.binding.clone();
        let levels = self.rule.levels.iter().flat_map(|level| level.needs.iter().flatten());
        let also = self.rule.also.iter();
        let mut open: Vec<ClauseId> =
            levels.chain(also).copied().filter(|clause| binding.hit_of(*clause).is_none()).collect();
        // One clause may bind what the next one needs.
        loop {
            let before = open.len();
            open.retain(|clause| !self.add(*clause, &mut binding));
            if open.len() == before || open.is_empty() {
                return binding;
            }
        }
    }

    /// Adds a clause that holds; one that could bind its variables in several ways is left out, unless it is the only
    /// one to mention them.
    fn add(&self, clause: ClauseId, binding: &mut Binding) -> bool {
        let alone = self.rule.also.contains(&clause);
        if self.misses_set(clause, binding) || (alone && self.misses(clause, binding)) {
            return false;
        }
        let mut extended = self.extend(clause, binding).into_iter();
        match (extended.next(), extended.next()) {
            (Some(first), second) if alone || second.is_none() => {
                *binding = first;
                true
            }
            _ => false,
        }
    }

    /// Whether a clause refers to a set that is not collected.
    fn misses_set(&self, clause: ClauseId, binding: &Binding) -> bool {
        let references = super::clause::mentions(self.rule.clause(clause));
        references.iter().any(|by| binding.is_free(by.var) && (by.field.is_some() || self.rule.variable(by.var).set))
    }

    /// The clauses that hold, in the order of the rule.
    fn evidence(&self, binding: &Binding, texts: &mut Texts<'_>) -> Vec<Evidence> {
        let clauses = self.rule.clauses.iter().enumerate();
        let held = clauses.filter_map(|(at, clause)| Some((ClauseId(at), clause, binding.hit_of(ClauseId(at))?)));
        held.map(|(id, clause, hit)| Evidence {
            clause: clause.name.clone(),
            says: texts.told(&self.rule.id, &clause.says),
            quotes: self.hit_quotes(id, hit, binding),
        })
        .collect()
    }

    /// The lines of a clause that holds; where there is no row, the listing that says so.
    pub(crate) fn hit_quotes(&self, clause: ClauseId, hit: &Hit, binding: &Binding) -> Vec<Span> {
        if hit.rows.is_empty() {
            let listing = self.complete(clause, binding);
            return listing.map(|span| Span::line(span.source, span.first)).into_iter().collect();
        }
        self.quotes(clause, &hit.rows)
    }

    /// The unknown clauses of the levels that are not reached; a level of which a clause fails is out of reach.
    fn missing(&self, reached: &Reached, binding: &Binding, texts: &mut Texts<'_>) -> Vec<Missing> {
        let mut missing = Vec::new();
        for level in self.rule.levels.iter().skip(reached.levels) {
            let open = level.needs.iter().filter(|need| need.iter().all(|clause| binding.hit_of(*clause).is_none()));
            let states: Vec<(ClauseId, State)> =
                open.clone().flatten().map(|clause| (*clause, self.state(*clause, binding))).collect();
            let fails = |clause: &ClauseId| states.contains(&(*clause, State::Fails));
            if open.clone().any(|need| need.iter().all(fails)) {
                break;
            }
            let would_make = level.certainty.min(binding_cap(&reached.binding));
            for (clause, _) in states.iter().filter(|(_, state)| *state != State::Fails) {
                let would_make = (would_make > reached.certainty).then_some(would_make);
                missing.push(self.missing_clause(*clause, would_make, binding, texts));
            }
        }
        missing
    }

    /// A clause that is unknown, with what would show it.
    pub(crate) fn missing_clause(
        &self,
        clause: ClauseId,
        would_make: Option<Certainty>,
        binding: &Binding,
        texts: &mut Texts<'_>,
    ) -> Missing {
        let of = self.rule.clause(clause);
        let get = of.get.as_deref().map_or_else(String::new, |get| texts.fill_in(&self.rule.id, get));
        let says = texts.supposed(&self.rule.id, &of.says);
        let next = self.command(&get, binding);
        Missing { clause: of.name.clone(), get, says, next, would_make }
    }

    /// One sentence: why it is proven, or what keeps it from being surer.
    fn why_certainty(
        &self,
        reached: &Reached,
        binding: &Binding,
        missing: &[Missing],
        texts: &mut Texts<'_>,
    ) -> String {
        if reached.certainty == Certainty::Proven {
            return "All of it is read from the text; nothing is assumed.".to_owned();
        }
        let cap = binding_cap(&reached.binding);
        let weakest = (0..self.rule.clauses.len()).map(ClauseId).find(|clause| {
            let hit = reached.binding.hit_of(*clause);
            hit.is_some_and(|hit| Certainty::from(hit.known) == cap && cap < Certainty::Proven)
        });
        let level = self.rule.levels.get(reached.levels.saturating_sub(1)).map(|level| level.certainty);
        if let Some(clause) = weakest.filter(|_| level > Some(reached.certainty) || cap == reached.certainty) {
            let says = texts.told(&self.rule.id, &self.rule.clause(clause).says);
            let word = if cap == Certainty::Possible { "assumed" } else { "inferred" };
            return format!("This is {word}, not read: {}", sentence(&says));
        }
        let not_shown: Vec<String> = missing
            .iter()
            .filter_map(|missing| self.rule.clauses.iter().find(|clause| clause.name == missing.clause))
            .map(|clause| format!("\"{}\"", texts.supposed(&self.rule.id, &clause.says).trim()))
            .collect();
        match not_shown.as_slice() {
            [] if reached.levels < self.rule.levels.len() => {
                let failed = self.failed(reached, binding, texts);
                format!("What would make it surer is not so: {}", failed.join("; "))
            }
            [] => format!("Such signs can have other causes: they are never more than {}.", reached.certainty.name()),
            statements => format!("The text does not show: {}", statements.join("; ")),
        }
    }

    /// What the clauses of the next level say that fail.
    fn failed(&self, reached: &Reached, binding: &Binding, texts: &mut Texts<'_>) -> Vec<String> {
        let next = self.rule.levels.get(reached.levels).into_iter().flat_map(|level| level.needs.iter().flatten());
        let failing =
            next.filter(|clause| binding.hit_of(**clause).is_none() && self.state(**clause, binding) == State::Fails);
        let says: Vec<&str> = failing.map(|clause| self.rule.clause(*clause).says.as_str()).collect();
        says.into_iter().map(|says| format!("\"{}\"", texts.supposed(&self.rule.id, says).trim())).collect()
    }

    /// Task variables with their tasks, in the order of the rule; a ring stands for its tasks.
    fn roles(&self, binding: &Binding) -> Vec<(String, Vec<TaskId>)> {
        let mut roles = Vec::new();
        let mut only_rings = true;
        for (at, variable) in self.rule.variables.iter().enumerate() {
            let rows: Vec<RowId> = match binding.get(VarId(at)) {
                Bound::Free => continue,
                Bound::One(thing) => thing.row().into_iter().collect(),
                Bound::Set(rows) => rows.to_vec(),
            };
            let tasks: Vec<TaskId> = rows.iter().flat_map(|row| self.tasks_of(variable.kind, *row)).collect();
            if !tasks.is_empty() {
                only_rings &= variable.kind == VarKind::Row(Table::Cycle);
                roles.push((variable.name.clone(), tasks));
            }
        }
        if only_rings && let Some((_, tasks)) = roles.first() {
            roles.push(("tasks".to_owned(), tasks.clone()));
        }
        roles
    }

    fn tasks_of(&self, kind: VarKind, row: RowId) -> Vec<TaskId> {
        match (kind, row) {
            (VarKind::Object, _) => Vec::new(),
            (_, RowId::Task(task)) => vec![task],
            (_, RowId::Cycle(cycle)) => match self.tables.analysis.cycles.get(cycle as usize) {
                Some(cycle) => cycle.tasks.clone(),
                None => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// The cycle that the rule binds.
    fn cycle(&self, binding: &Binding) -> Option<usize> {
        (0..self.rule.variables.len()).find_map(|var| match binding.one(VarId(var)) {
            Some(Thing::Row(RowId::Cycle(cycle))) => Some(*cycle as usize),
            _ => None,
        })
    }

    /// The rows that a variable stands for.
    pub(crate) fn things(&self, binding: &Binding, var: VarId) -> Rc<[Thing]> {
        match binding.get(var) {
            Bound::Free => Rc::new([]),
            Bound::One(thing) => Rc::new([thing.clone()]),
            Bound::Set(rows) => rows.iter().map(|row| Thing::Row(*row)).collect(),
        }
    }
}

/// The cap that what a binding rests on puts on it.
fn binding_cap(binding: &Binding) -> Certainty {
    binding.known().into()
}

/// A text that ends in a full stop.
fn sentence(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

impl Texts<'_> {
    /// A sentence about what is there.
    pub(crate) fn told(&mut self, rule: &str, template: &str) -> String {
        match self.try_render(Voice::Told, template) {
            Ok(text) => text,
            // What the rule takes for granted is not there.
            Err(_) => self.supposed(rule, template),
        }
    }

    /// A sentence about what may be there: what is not bound is "a task".
    pub(crate) fn supposed(&mut self, rule: &str, template: &str) -> String {
        let text = self.try_render(Voice::Supposed, template);
        text.unwrap_or_else(|reason| self.renderer.piecewise(rule, template, &self.contexts, &reason))
    }

    /// A command or question, in which what is not known stands in capitals.
    pub(crate) fn fill_in(&mut self, rule: &str, template: &str) -> String {
        let text = self.try_render(Voice::Command, template);
        text.unwrap_or_else(|reason| self.renderer.piecewise(rule, template, &self.contexts, &reason))
    }

    fn try_render(&mut self, voice: Voice, template: &str) -> Result<String, String> {
        let make = || self.tried.context(self.binding, voice);
        let context = self.contexts[voice as usize].get_or_insert_with(make);
        self.renderer.render(template, context, voice)
    }
}
