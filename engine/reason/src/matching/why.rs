//! One rule explained clause by clause.

use super::binding::{Binding, Hit};
use super::candidates::Tried;
use super::join::State;
use super::levels::Reached;
use super::render::Renderer;
use super::thing::{Cell, RowId, Thing, Truth};
use crate::finding::{ClauseReport, Why};
use crate::rules::ast::{ClauseId, Condition, StackItem};
use crate::rules::words;

/// A condition that the nearest row does not fit.
struct Lack {
    asked: String,
    truth: Truth,
    /// What the row has instead.
    found: Vec<String>,
}

impl Lack {
    fn words(&self) -> String {
        match (self.truth, self.found.as_slice()) {
            (Truth::Unknown, []) => format!("`{}` is not told", self.asked),
            (Truth::Unknown, _) => format!("`{}` cannot be told", self.asked),
            (_, []) => format!("not `{}`", self.asked),
            (_, found) => format!("not `{}` (it is {})", self.asked, found.join(", ")),
        }
    }
}

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
            _ => texts.supposed(&self.rule.id, &of.says),
        };
        let open = matches!(state, Some(State::Fails | State::Unknown));
        let nearest = open.then(|| self.nearest_row(clause, binding)).flatten();
        ClauseReport { clause: of.name.clone(), state: name, text, nearest, quotes }
    }

    /// The row that has most of what a clause asks for, and what it lacks. This looks at every row of the table.
    fn nearest_row(&self, clause: ClauseId, binding: &Binding) -> Option<String> {
        let of = self.rule.clause(clause);
        let fixed = of.row.and_then(|var| binding.one(var)).and_then(Thing::row);
        let rows = fixed.map_or_else(|| self.all_rows(clause), |row| vec![row]);
        let mut best: Option<(usize, RowId, Vec<Lack>)> = None;
        for row in rows {
            let (has, lacks) = self.compare(row, clause, binding);
            // The first among equals; one that has nothing of it is not near.
            let nearer = best.as_ref().is_none_or(|(most, _, fewest)| (has, fewest.len()) > (*most, lacks.len()));
            if nearer && (has > 1 || fixed.is_some()) {
                best = Some((has, row, lacks));
            }
        }
        let (_, row, lacks) = best?;
        let label = self.tables.label(&Thing::Row(row));
        if lacks.is_empty() {
            let why = if of.count.is_some() { "their number does not fit" } else { "it has another role already" };
            return Some(format!("{label} has all of it, but {why}"));
        }
        let words: Vec<String> = lacks.iter().map(Lack::words).collect();
        Some(format!("{label}, but {}", words.join(", ")))
    }

    /// How much of a clause a row has (two for each condition that holds, one for each that is unknown), and what not.
    fn compare(&self, row: RowId, clause: ClauseId, binding: &Binding) -> (usize, Vec<Lack>) {
        let of = self.rule.clause(clause);
        let (mut has, mut lacks) = (0, Vec::new());
        for condition in &of.conditions {
            let (truth, found) = self.condition(row, condition, binding);
            has += match truth {
                Truth::Yes => 2,
                Truth::Unknown => 1,
                Truth::No => 0,
            };
            if truth != Truth::Yes {
                lacks.push(Lack { asked: words::condition(self.rule, of.table, condition), truth, found });
            }
        }
        let resting = matches!(self.tables.cell(row, "idle"), Cell::One(Thing::Flag(true), _));
        if matches!(row, RowId::Task(_)) && resting && !super::clause::tests_field(of, "idle") {
            lacks.push(Lack { asked: "idle: no".to_owned(), truth: Truth::No, found: Vec::new() });
        }
        (has, lacks)
    }

    /// Whether a row fits one condition, and what it has instead.
    fn condition(&self, row: RowId, condition: &Condition, binding: &Binding) -> (Truth, Vec<String>) {
        let frames = |items: &[StackItem], without: &[&StackItem]| match row {
            RowId::Task(task) => self.fits_frames(task, items, without),
            _ => Truth::No,
        };
        match condition {
            Condition::Field { name, test } => {
                let cell = self.tables.cell(row, name);
                let found = cell.values().iter().map(|thing| self.tables.label(thing)).collect();
                (self.tables.check(&cell, test, binding).truth, found)
            }
            Condition::Stack(items) => (frames(items, &[]), Vec::new()),
            Condition::Without(items) => (frames(&[], &items.iter().collect::<Vec<_>>()), Vec::new()),
            Condition::Text(_) => (Truth::Yes, Vec::new()),
        }
    }

    /// The lines of the row that comes nearest to a clause that does not hold: one that fits all but its joins.
    fn nearest(&self, clause: ClauseId, binding: &Binding) -> Vec<stacklore_model::Span> {
        let of = self.rule.clause(clause);
        let fixed = of.row.and_then(|var| binding.one(var)).and_then(Thing::row);
        let row = fixed.or_else(|| self.fits(clause).first().map(|candidate| candidate.row));
        let row = row.filter(|row| fixed.is_none() || self.fits_alone(*row, clause).truth != Truth::No);
        row.map_or_else(Vec::new, |row| {
            let hit = Hit { rows: std::rc::Rc::new([row]), known: stacklore_model::Known::Observed };
            self.hit_quotes(clause, &hit, binding)
        })
    }
}
