//! What moved between the snapshots of one machine, and what did not.

use super::dumps::Dump;
use super::same::Same;
use super::{Series, Snapshot, moments};
use crate::analysis::Analysis;
use crate::diagnosis::alarms;
use crate::graph::Kinds;
use crate::vocabulary::Vocabulary;
use crate::waits::differ;
use stacklore_model::{Case, ListingOf, Name, ProcessId, Row, StackId, TaskId};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Seconds on the CPU that waking up and waiting again may take, and by which clocks that count in ticks may be wrong.
const WAKING: f64 = 0.02;
/// Names that two programs have in common by chance.
const BY_CHANCE: usize = 2;

/// The series of these dumps, those that compare most tasks first.
pub(super) fn series(analysis: &Analysis, vocabulary: &Vocabulary, dumps: Vec<Dump>, same: &Same) -> Vec<Series> {
    let lists = moments::of(&analysis.case, dumps, same);
    let comparing = Comparing {
        analysis,
        kinds: Kinds::of(vocabulary),
        ran: ran(&analysis.case, same),
        same,
        complete: Complete::of(&analysis.case),
    };
    let mut series: Vec<Series> =
        lists.iter().filter(|dumps| dumps.len() > 1).map(|dumps| comparing.series(dumps)).collect();
    series.retain(|series| series.compared > 0);
    series.sort_by_key(|series| (Reverse(series.compared), series.taken.first().map(|first| first.span)));
    series.extend(others(&analysis.case, &lists));
    series
}

/// Tasks whose number of switches is told twice and differs, or whose time on the CPU has grown by more than it takes to
/// wake up and wait again: the threads of a runtime do that although they are stuck. Rows of other tools, which count
/// otherwise, are told by the fields that they have.
fn ran(case: &Case, same: &Same) -> HashSet<TaskId> {
    let mut first: HashMap<(TaskId, usize, &'static str), f64> = HashMap::new();
    let mut ran = HashSet::new();
    for fact in case.facts.iter().filter(|fact| fact.relation == "task_time") {
        let Some(Row::Task(task)) = fact.get("task") else { continue };
        let task = same.task(*task);
        for (field, value) in &fact.fields {
            let Row::Number(value) = value else { continue };
            let before = *first.entry((task, fact.fields.len(), field)).or_insert(*value);
            let least = if *field == "cpu_time" { WAKING } else { 0.0 };
            if (value - before).abs() > least {
                ran.insert(task);
            }
        }
    }
    ran
}

/// Complete listings with stacks, by text.
struct Complete(BTreeMap<u32, Vec<(u32, u32, bool)>>);

impl Complete {
    fn of(case: &Case) -> Self {
        let mut by_text: BTreeMap<u32, Vec<(u32, u32, bool)>> = BTreeMap::new();
        for (source, listing) in case.listings.iter().filter(|(_, listing)| listing.stacks) {
            let all = match listing.of {
                ListingOf::Tasks => true,
                ListingOf::ThreadsOf(_) | ListingOf::ThreadsOfSession(_) => false,
                _ => continue,
            };
            by_text.entry(source.0).or_default().push((listing.span.first, listing.span.last, all));
        }
        Complete(by_text)
    }

    /// Whether a dump shows all tasks of the machine, or of the one process that it is about.
    fn is(&self, dump: &Dump, process: Option<Option<ProcessId>>) -> bool {
        let of_text = self.0.get(&dump.span.source.0).into_iter().flatten();
        let mut covering = of_text.filter(|(first, last, _)| *first <= dump.span.last && dump.span.first <= *last);
        covering.any(|(_, _, all)| *all || process.is_some())
    }
}

struct Comparing<'a> {
    analysis: &'a Analysis,
    kinds: Kinds,
    ran: HashSet<TaskId>,
    same: &'a Same,
    complete: Complete,
}

/// Where one task was in which dumps, by number.
struct Path {
    /// Its latest id.
    task: TaskId,
    stacks: Vec<(usize, StackId)>,
    ran: bool,
}

impl Comparing<'_> {
    fn series(&self, dumps: &[Dump]) -> Series {
        let case = &self.analysis.case;
        let process = self.process(dumps);
        let mut series = Series {
            dialect: dumps.first().map_or("", |dump| dump.dialect),
            process: process.flatten(),
            taken: dumps.iter().map(snapshot).collect(),
            throughout: true,
            ..Series::default()
        };
        let complete = |dump: Option<&Dump>| dump.is_some_and(|dump| self.complete.is(dump, process));
        let (first_is, last_is) = (complete(dumps.first()), complete(dumps.last()));
        for path in self.paths(dumps) {
            let is_in = |number: usize| path.stacks.iter().any(|(dump, _)| *dump == number);
            if first_is && !is_in(0) {
                series.appeared.push(path.task);
            }
            if last_is && !is_in(dumps.len() - 1) {
                series.gone.push(path.task);
            }
            if path.stacks.len() < 2 {
                continue;
            }
            series.compared += 1;
            let Some(does) = self.analysis.activities.get(path.task.0 as usize) else { continue };
            if moved(case, &path) {
                series.moved.push(path.task);
            } else if path.ran || does.on_cpu {
                series.ran.push(path.task);
            } else if does.idle {
                series.resting += 1;
            } else {
                series.stuck.push(path.task);
                series.throughout &= path.stacks.len() == dumps.len();
            }
        }
        series.stuck.sort_by_cached_key(|task| !self.alarms(*task));
        series
    }

    /// Where each task was, in the order in which the tasks were first met.
    fn paths(&self, dumps: &[Dump]) -> Vec<Path> {
        let mut paths: BTreeMap<TaskId, Path> = BTreeMap::new();
        for (number, dump) in dumps.iter().enumerate() {
            for (task, stack) in &dump.stacks {
                let same = self.same.task(*task);
                let path = paths.entry(same).or_insert(Path { task: *task, stacks: Vec::new(), ran: false });
                path.task = path.task.max(*task);
                path.stacks.push((number, *stack));
                path.ran |= dump.running.contains(task) || self.ran.contains(&same);
            }
        }
        paths.into_values().collect()
    }

    fn alarms(&self, id: TaskId) -> bool {
        let at = id.0 as usize;
        let task = self.analysis.case.tasks.get(at).zip(self.analysis.activities.get(at));
        task.is_some_and(|(task, does)| alarms(self.analysis, &self.kinds, task, does))
    }

    /// The process of which all tasks are; the inner `None` where nothing tells it of any of them.
    fn process(&self, dumps: &[Dump]) -> Option<Option<ProcessId>> {
        let tasks = dumps.iter().flat_map(|dump| dump.stacks.keys());
        let mut processes = tasks.filter_map(|id| self.analysis.case.tasks.get(id.0 as usize)).map(|task| task.process);
        let first = processes.next()?;
        processes.all(|process| process == first).then_some(first)
    }
}

fn snapshot(dump: &Dump) -> Snapshot {
    Snapshot { span: dump.span, tasks: dump.stacks.len(), time: dump.time }
}

/// Whether a task was in two places.
fn moved(case: &Case, path: &Path) -> bool {
    let stack = |id: StackId| case.stacks.get(id.0 as usize);
    path.stacks.windows(2).any(|pair| {
        let ((_, before), (_, now)) = (pair[0], pair[1]);
        before != now && stack(before).zip(stack(now)).is_some_and(|(before, now)| differ(before, now))
    })
}

/// Dumps of one tool that share no task although their tasks have the same names, each list once.
fn others(case: &Case, lists: &[Vec<Dump>]) -> Vec<Series> {
    let names = |dumps: &[Dump]| -> BTreeSet<Name> {
        let tasks = dumps.iter().flat_map(|dump| dump.stacks.keys());
        tasks.filter_map(|id| case.tasks.get(id.0 as usize)?.name.clone()).collect()
    };
    let mut before: BTreeMap<&str, (&Vec<Dump>, BTreeSet<Name>)> = BTreeMap::new();
    let mut others = Vec::new();
    for dumps in lists {
        let Some(first) = dumps.first() else { continue };
        let mine = names(dumps);
        if let Some((earlier, theirs)) = before.get(first.dialect) {
            let shared = mine.intersection(theirs).count();
            if shared > BY_CHANCE && shared * 2 >= mine.len().max(theirs.len()) {
                let taken = earlier.last().into_iter().chain([first]).map(snapshot).collect();
                others.push(Series { dialect: first.dialect, taken, others: true, ..Series::default() });
            }
        }
        before.insert(first.dialect, (dumps, mine));
    }
    others
}
