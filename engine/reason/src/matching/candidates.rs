//! The rows that may fit a clause: found through an index, filtered once per rule, and looked up by joined values.

use super::binding::{Binding, Bound};
use super::clause::equality;
use super::fields::Tables;
use super::lines::find_lines;
use super::shapes::Look;
use super::thing::{Cell, RowId, Thing, Truth};
use crate::rules::ast::{ClauseId, Condition, Rule, Table, Test, VarId};
use stacklore_model::{Known, ProcessId, TaskId};
use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// A row that fits the conditions of a clause that mention no variable.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    /// The row.
    pub(crate) row: RowId,
    /// The weakest thing that this rests on.
    pub(crate) known: Known,
}

/// A set and how templates see it.
pub(crate) type SetValue = (Rc<[RowId]>, tera::Value);

/// Candidates by the value of one field.
type JoinMap = HashMap<Thing, Rc<[u32]>>;

/// Rows that may fit by the value of one field, and those of which the case does not tell it.
#[derive(Default)]
pub(crate) struct MayJoin {
    by_value: HashMap<Thing, Vec<RowId>>,
    untold: Vec<RowId>,
}

/// Candidates that joined values leave.
pub(crate) enum Joined {
    /// All of the clause.
    All,
    /// Some of the clause, by their numbers.
    Numbers(Rc<[u32]>),
    /// These.
    These(Vec<Candidate>),
}

impl Joined {
    /// The candidates; `fits` are those of the clause.
    pub(crate) fn iter<'j>(&'j self, fits: &'j [Candidate]) -> Box<dyn Iterator<Item = Candidate> + 'j> {
        match self {
            Joined::All => Box::new(fits.iter().copied()),
            Joined::Numbers(numbers) => Box::new(numbers.iter().filter_map(|at| fits.get(*at as usize)).copied()),
            Joined::These(rows) => Box::new(rows.iter().copied()),
        }
    }
}

/// Candidates of one clause of a rule.
#[derive(Default)]
pub(crate) struct Candidates {
    index: OnceCell<Option<Vec<RowId>>>,
    /// What its frames are to each distinct stack, as far as that was asked.
    pub(crate) looks: RefCell<Vec<Option<Look>>>,
    fits: OnceCell<Vec<Candidate>>,
    may_fit: OnceCell<Vec<RowId>>,
    may_join: RefCell<BTreeMap<usize, Rc<MayJoin>>>,
    joins: RefCell<BTreeMap<usize, Rc<JoinMap>>>,
    lines: OnceCell<Vec<RowId>>,
    last_set: RefCell<Option<Rc<[RowId]>>>,
}

/// A rule that is being matched, with the candidates of its clauses.
pub(crate) struct Tried<'a> {
    /// The case.
    pub(crate) tables: Tables<'a>,
    /// The rule.
    pub(crate) rule: &'a Rule,
    candidates: Vec<Candidates>,
    /// The last set of each variable as templates see it, for commands and for prose.
    pub(crate) sets: RefCell<HashMap<(VarId, bool), SetValue>>,
}

impl<'a> Tried<'a> {
    /// A rule before anything of it was looked up.
    pub(crate) fn new(tables: Tables<'a>, rule: &'a Rule) -> Self {
        Tried {
            tables,
            rule,
            candidates: rule.clauses.iter().map(|_| Candidates::default()).collect(),
            sets: RefCell::default(),
        }
    }

    /// How many rows a clause starts from at most, by the best index that it has; `None` where it has none.
    pub(crate) fn estimate(&self, clause: ClauseId) -> Option<usize> {
        let clause_of = self.rule.clause(clause);
        match clause_of.table {
            Table::Task => self.task_index(clause).map(<[RowId]>::len),
            Table::Process => None,
            Table::Line => Some(self.lines(clause).len()),
            _ => Some(self.table_length(clause_of.table)),
        }
    }

    fn table_length(&self, table: Table) -> usize {
        let analysis = self.tables.analysis;
        match table {
            Table::Task => analysis.case.tasks.len(),
            Table::Process => analysis.case.processes.len(),
            Table::Hold => self.tables.index.holds.len(),
            Table::Cycle => analysis.cycles.len(),
            Table::Line => 0,
            Table::Fact(relation) => self.tables.index.facts.get(relation).map_or(0, Vec::len),
        }
    }

    /// The tasks outside which none can fit, from the smaller of two indexes: wait kinds and stacks.
    fn task_index(&self, id: ClauseId) -> Option<&[RowId]> {
        let index = self.candidates[id.0].index.get_or_init(|| self.new_task_index(id));
        index.as_deref()
    }

    fn new_task_index(&self, id: ClauseId) -> Option<Vec<RowId>> {
        let clause = self.rule.clause(id);
        let mut cycles = Vec::new();
        let by_wait = clause.conditions.iter().find_map(|condition| match condition {
            Condition::Field { name, test } if name == "waits" => self.waiting(test),
            Condition::Field { name, test } if name == "cycle" && !matches!(test, Test::None | Test::Not(_)) => {
                cycles.extend(self.tables.index.cycle_of.keys().map(|task| RowId::Task(*task)));
                Some(Vec::new())
            }
            _ => None,
        });
        let by_wait = by_wait.map(|lists| if cycles.is_empty() { lists } else { vec![cycles.as_slice()] });
        let size = |lists: &Vec<&[RowId]>| lists.iter().map(|list| list.len()).sum::<usize>();
        if by_wait.as_ref().is_some_and(|lists| size(lists) == 0) {
            return Some(Vec::new());
        }
        let lists = match (by_wait, self.with_stack(id)) {
            (Some(wait), Some(stack)) => Some(if size(&stack) < size(&wait) { stack } else { wait }),
            (wait, stack) => wait.or(stack),
        };
        let mut rows = lists?.concat();
        rows.sort_unstable();
        rows.dedup();
        Some(rows)
    }

    /// Tasks whose kind of wait a test accepts; `None` where the test accepts what no list holds.
    fn waiting(&self, test: &Test) -> Option<Vec<&'a [RowId]>> {
        let accepts = |name: &str, test: &Test| accepts_kind(&self.tables, name, test);
        if !is_listable(test) {
            return None;
        }
        let waiting = self.tables.index.waiting.iter();
        let fitting = waiting.filter(|(kind, _)| accepts(self.tables.vocabulary.kind_name(**kind), test));
        Some(fitting.map(|(_, tasks)| tasks.as_slice()).collect())
    }

    /// What is known of the candidates of a clause so far.
    pub(crate) fn candidates_of(&self, clause: ClauseId) -> &Candidates {
        &self.candidates[clause.0]
    }

    /// The rows of a set, shared with the set before it where they are the same.
    pub(crate) fn share(&self, clause: ClauseId, rows: &[Candidate]) -> Rc<[RowId]> {
        let mut last = self.candidates[clause.0].last_set.borrow_mut();
        let rows = rows.iter().map(|candidate| candidate.row);
        match &*last {
            Some(before) if before.iter().copied().eq(rows.clone()) => before.clone(),
            _ => last.insert(rows.collect()).clone(),
        }
    }

    /// All rows of the table of a clause.
    pub(crate) fn all_rows(&self, clause: ClauseId) -> Vec<RowId> {
        let table = self.rule.clause(clause).table;
        let count = u32::try_from(self.table_length(table)).unwrap_or(u32::MAX);
        match table {
            Table::Task => (0..count).map(|id| RowId::Task(TaskId(id))).collect(),
            Table::Process => (0..count).map(|id| RowId::Process(ProcessId(id))).collect(),
            Table::Hold => (0..count).map(RowId::Hold).collect(),
            Table::Cycle => (0..count).map(RowId::Cycle).collect(),
            Table::Line => self.lines(clause).to_vec(),
            Table::Fact(relation) => self.tables.index.facts.get(relation).cloned().unwrap_or_default(),
        }
    }

    /// The rows that fit what a clause says without variables, in the order of the text.
    pub(crate) fn fits(&self, clause: ClauseId) -> &[Candidate] {
        self.candidates[clause.0].fits.get_or_init(|| {
            let of = self.rule.clause(clause);
            let indexed = (of.table == Table::Task).then(|| self.task_index(clause)).flatten();
            let rows = indexed.map_or_else(|| self.all_rows(clause), <[RowId]>::to_vec);
            let fitting = rows.into_iter().filter_map(|row| {
                let outcome = self.fits_alone(row, clause);
                (outcome.truth == Truth::Yes).then_some(Candidate { row, known: outcome.known })
            });
            fitting.collect()
        })
    }

    /// Whether a row fits what a clause says without variables.
    pub(crate) fn fits_alone(&self, row: RowId, clause: ClauseId) -> super::condition::Outcome {
        self.tables.fits_alone(row, self.rule.clause(clause), |task| self.fits_stack(task, clause))
    }

    /// All rows of which it is not known that they do not fit what a clause says without variables. This looks at
    /// every row of the table, once per rule.
    pub(crate) fn may_fit(&self, clause: ClauseId) -> &[RowId] {
        self.candidates[clause.0].may_fit.get_or_init(|| {
            let rows = self.all_rows(clause).into_iter();
            rows.filter(|row| self.fits_alone(*row, clause).truth != Truth::No).collect()
        })
    }

    /// The rows of which it is not known that they do not fit a clause, as far as its first joined value leaves them.
    pub(crate) fn may_fit_joined(&self, clause: ClauseId, binding: &Binding) -> Cow<'_, [RowId]> {
        let of = self.rule.clause(clause);
        for (at, condition) in of.conditions.iter().enumerate() {
            let Some((field, reference)) = equality(condition) else { continue };
            let Some(wanted) = self.tables.resolve(reference, binding) else { continue };
            // An object that is told by its name here and by its address there is not found by hash.
            if wanted.open || field == "object" {
                continue;
            }
            let map = self.may_join(clause, at, field);
            let found = wanted.things.iter().filter_map(|(thing, _)| map.by_value.get(thing)).flatten();
            let mut rows: Vec<RowId> = found.chain(&map.untold).copied().collect();
            rows.sort_unstable();
            rows.dedup();
            return Cow::Owned(rows);
        }
        Cow::Borrowed(self.may_fit(clause))
    }

    fn may_join(&self, clause: ClauseId, at: usize, field: &str) -> Rc<MayJoin> {
        if let Some(map) = self.candidates[clause.0].may_join.borrow().get(&at) {
            return map.clone();
        }
        let mut map = MayJoin::default();
        for row in self.may_fit(clause) {
            let cell = self.tables.cell(*row, field);
            if matches!(cell, Cell::Unknown | Cell::Untyped(..)) {
                map.untold.push(*row);
            }
            for value in cell.values() {
                map.by_value.entry(value.clone()).or_default().push(*row);
            }
        }
        let map = Rc::new(map);
        self.candidates[clause.0].may_join.borrow_mut().insert(at, map.clone());
        map
    }

    /// The candidates of a clause that its joined values leave, for the variables that stand for something.
    pub(crate) fn joined(&self, clause: ClauseId, binding: &Binding) -> Joined {
        let of = self.rule.clause(clause);
        if let Some(var) = of.row {
            let fixed = |row: RowId| {
                let outcome = self.fits_alone(row, clause);
                (outcome.truth == Truth::Yes).then_some(Candidate { row, known: outcome.known })
            };
            match binding.get(var) {
                Bound::Free => {}
                Bound::One(thing) => return Joined::These(thing.row().and_then(fixed).into_iter().collect()),
                Bound::Set(rows) => return Joined::These(rows.iter().filter_map(|row| fixed(*row)).collect()),
            }
        }
        for (at, condition) in of.conditions.iter().enumerate() {
            let Some((field, reference)) = equality(condition) else { continue };
            let Some(wanted) = self.tables.resolve(reference, binding) else { continue };
            // Names and addresses are not found by hash: objects that are only named so are few.
            if wanted.things.iter().any(|(thing, _)| !thing.is_distinct() && field == "object") {
                continue;
            }
            let map = self.join_map(clause, at, field);
            let numbers = |thing: &Thing| map.get(thing).cloned();
            // Most often one value is wanted: its rows are at hand.
            if let [(thing, _)] = wanted.things.as_slice() {
                return Joined::Numbers(numbers(thing).unwrap_or_else(|| Rc::new([])));
            }
            let found = wanted.things.iter().filter_map(|(thing, _)| numbers(thing));
            let mut found: Vec<u32> = found.flat_map(|numbers| numbers.to_vec()).collect();
            found.sort_unstable();
            found.dedup();
            return Joined::Numbers(found.into());
        }
        Joined::All
    }

    fn join_map(&self, clause: ClauseId, at: usize, field: &str) -> Rc<JoinMap> {
        if let Some(map) = self.candidates[clause.0].joins.borrow().get(&at) {
            return map.clone();
        }
        let mut rows: HashMap<Thing, Vec<u32>> = HashMap::new();
        for (number, candidate) in (0..).zip(self.fits(clause)) {
            for value in self.tables.cell(candidate.row, field).values() {
                rows.entry(value.clone()).or_default().push(number);
            }
        }
        let told_once = |mut rows: Vec<u32>| {
            rows.dedup();
            rows.into()
        };
        let map: Rc<JoinMap> = Rc::new(rows.into_iter().map(|(value, rows)| (value, told_once(rows))).collect());
        self.candidates[clause.0].joins.borrow_mut().insert(at, map.clone());
        map
    }

    /// The raw lines that a `line` clause asks for; the texts are read once per clause.
    fn lines(&self, clause: ClauseId) -> &[RowId] {
        self.candidates[clause.0].lines.get_or_init(|| {
            let conditions = &self.rule.clause(clause).conditions;
            let pattern = conditions.iter().find_map(|condition| match condition {
                Condition::Text(regex) => Some(regex),
                _ => None,
            });
            pattern.map_or_else(Vec::new, |regex| find_lines(&self.tables, regex))
        })
    }
}

/// Whether every kind that a test accepts can be listed: a kind that is not there, or none, cannot.
fn is_listable(test: &Test) -> bool {
    match test {
        Test::Word(_) | Test::Any => true,
        Test::AnyOf(tests) => tests.iter().all(is_listable),
        _ => false,
    }
}

fn accepts_kind(tables: &Tables<'_>, name: &str, test: &Test) -> bool {
    match test {
        Test::Any => true,
        Test::Word(word) => tables.vocabulary.kind(name).is_some_and(|kind| tables.vocabulary.is_kind(kind, word)),
        Test::AnyOf(tests) => tests.iter().any(|test| accepts_kind(tables, name, test)),
        _ => false,
    }
}
