//! What is looked up in a case again and again, built once before the rules are tried.

use super::listings::Listings;
use super::shapes::Shapes;
use super::symbols::Symbols;
use super::thing::{RowId, Thing};
use crate::analysis::{Analysis, KindId};
use crate::vocabulary::Vocabulary;
use stacklore_model::{HoldSource, Known, Mode, Name, Span, System, TaskId};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A row of the table of holds: one of the analysis, or somebody whose end is waited for.
#[derive(Clone, Debug)]
pub(crate) struct HoldRow {
    /// Who.
    pub(crate) task: TaskId,
    /// What.
    pub(crate) object: Option<Thing>,
    /// Kind that it serves.
    pub(crate) kind: Option<KindId>,
    /// How.
    pub(crate) mode: Option<Mode>,
    /// How that is known.
    pub(crate) known: Known,
    /// Where it is read from.
    pub(crate) from: HoldSource,
    /// The lines.
    pub(crate) span: Span,
}

/// A raw line that a rule asked for.
#[derive(Clone, Debug)]
pub(crate) struct LineRow {
    /// The line.
    pub(crate) span: Span,
    /// Its text, trimmed.
    pub(crate) text: Name,
    /// Named groups of the pattern with their texts.
    pub(crate) groups: Vec<(String, Name)>,
}

/// Lookup tables over one case.
pub(crate) struct Index {
    /// Systems that the case has.
    pub(crate) systems: BTreeSet<System>,
    /// Waiting tasks by kind.
    pub(crate) waiting: BTreeMap<KindId, Vec<RowId>>,
    /// Facts by relation.
    pub(crate) facts: HashMap<&'static str, Vec<RowId>>,
    /// All holds.
    pub(crate) holds: Vec<HoldRow>,
    /// Holds of an object, by index.
    pub(crate) holds_of: HashMap<Thing, Vec<u32>>,
    /// Waiters of an object.
    pub(crate) waiters_of: HashMap<Thing, Vec<TaskId>>,
    /// The cycle that a task is part of.
    pub(crate) cycle_of: HashMap<TaskId, u32>,
    /// The chain that begins at a task.
    pub(crate) chain_of: HashMap<TaskId, u32>,
    /// Functions of the stacks.
    pub(crate) symbols: Symbols,
    /// Distinct stacks.
    pub(crate) shapes: Shapes,
    /// Complete listings.
    pub(crate) listings: Listings,
    /// What templates saw of things so far, by thing and depth.
    pub(crate) values: RefCell<HashMap<(Thing, usize), tera::Value>>,
    /// Lines that rules asked for so far.
    pub(crate) lines: RefCell<Vec<LineRow>>,
}

impl Index {
    /// The tables of a case.
    pub(crate) fn new(analysis: &Analysis, vocabulary: &Vocabulary) -> Self {
        let case = &analysis.case;
        let holds = holds(analysis);
        let symbols = Symbols::new(case, vocabulary);
        let mut index = Index {
            systems: systems(analysis),
            waiting: BTreeMap::new(),
            facts: HashMap::new(),
            holds_of: HashMap::new(),
            waiters_of: HashMap::new(),
            cycle_of: HashMap::new(),
            chain_of: HashMap::new(),
            shapes: Shapes::new(analysis, &symbols),
            symbols,
            listings: Listings::new(case),
            values: RefCell::default(),
            lines: RefCell::default(),
            holds,
        };
        for (number, hold) in (0..).zip(&index.holds) {
            if let Some(object) = &hold.object {
                index.holds_of.entry(object.clone()).or_default().push(number);
            }
        }
        for (number, activity) in (0..).zip(&analysis.activities) {
            if let Some(wait) = &activity.wait {
                index.waiting.entry(wait.kind).or_default().push(RowId::Task(TaskId(number)));
                if let Some((object, _)) = wait.object {
                    index.waiters_of.entry(Thing::Object(object)).or_default().push(TaskId(number));
                }
            }
        }
        for (number, fact) in (0..).zip(&case.facts) {
            index.facts.entry(fact.relation).or_default().push(RowId::Fact(stacklore_model::FactId(number)));
        }
        for (number, cycle) in (0..).zip(&analysis.cycles) {
            for task in &cycle.tasks {
                index.cycle_of.entry(*task).or_insert(number);
            }
        }
        for (number, chain) in (0..).zip(&analysis.chains) {
            index.chain_of.entry(chain.from).or_insert(number);
        }
        index
    }
}

/// Systems of the stacks and tasks.
fn systems(analysis: &Analysis) -> BTreeSet<System> {
    let case = &analysis.case;
    let stacks = case.stacks.iter().map(|stack| stack.system);
    stacks.chain(case.tasks.iter().filter_map(|task| task.system)).collect()
}

/// The holds of the analysis, and whoever ends: what is waited for by identity is its own holder.
fn holds(analysis: &Analysis) -> Vec<HoldRow> {
    let told = analysis.holds.iter().map(|hold| HoldRow {
        task: hold.task,
        object: hold.object.map(Thing::Object),
        kind: hold.kind,
        mode: hold.mode,
        known: hold.known,
        from: hold.from,
        span: hold.span,
    });
    let awaited = analysis.activities.iter().filter_map(|activity| activity.wait.as_ref()).filter_map(|wait| {
        let task = wait.awaited_task?;
        let (object, kind) = (Some(Thing::task(task)), Some(wait.kind));
        Some(HoldRow { task, object, kind, mode: None, known: wait.known, from: HoldSource::Owner, span: wait.span })
    });
    let mut seen = BTreeSet::new();
    told.chain(awaited.filter(|hold| seen.insert(hold.task))).collect()
}
