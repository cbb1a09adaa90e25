//! Finds the fixes whose functions the stacks of tasks show.

use super::version::{has, may_lack, parts};
use super::{Fix, FixedRange, Fixes, Item, Seen};
use crate::analysis::Analysis;
use crate::finding::{BEHIND, Class, Diagnosis, Verdict};
use crate::rules::ast::FunctionPattern;
use crate::vocabulary::Vocabulary;
use stacklore_model::{CaseStack, Frame, Name, Reliability, Row, SourceId, Span, StackId, System, TaskId, TaskState};
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

/// Fixes that are named with one finding, and with a hang that no rule knows.
const MOST: usize = 3;

/// Whether the release of the text has a fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Applies {
    /// The release is older, or the fix was taken back: it lacks the fix, unless its vendor took it over.
    Yes,
    /// The text does not tell the release.
    Unknown,
    /// The release has the fix.
    No,
}

impl Applies {
    /// The word of the JSON form.
    pub fn name(self) -> &'static str {
        match self {
            Applies::Yes => "yes",
            Applies::Unknown => "unknown",
            Applies::No => "no",
        }
    }
}

/// The release that a text tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    /// As printed.
    pub release: Name,
    /// Where it stands.
    pub span: Span,
}

/// A fix that a stack shows.
#[derive(Clone, Debug)]
pub struct KnownFix {
    /// Its title.
    pub title: String,
    /// Its commit.
    pub commit: String,
    /// Its CVE number.
    pub cve: Option<String>,
    /// Releases that have it.
    pub fixed: Vec<FixedRange>,
    /// The release that the text tells.
    pub running: Option<Running>,
    /// Whether that release lacks it.
    pub applies: Applies,
    /// The task whose stack shows it.
    pub task: TaskId,
    /// The frames that show it.
    pub frames: Vec<Span>,
}

/// How a stack shows a fix.
#[derive(Clone, Debug)]
struct Shown {
    fix: usize,
    task: TaskId,
    /// Index of the innermost frame that shows it.
    innermost: usize,
    frames: Vec<Span>,
}

impl Fixes {
    /// Adds to each finding the fixes that the stacks of its roles show; where no rule knows the hang, to the
    /// diagnosis those that the stacks of waiting tasks show.
    pub fn annotate(&self, analysis: &Analysis, vocabulary: &Vocabulary, diagnosis: &mut Diagnosis) {
        let unknown = diagnosis.verdict == Verdict::Unknown && diagnosis.findings.is_empty();
        let hangs = diagnosis.findings.iter().any(|finding| finding.class != Class::Crash);
        if self.is_empty() || !(unknown || hangs) {
            return;
        }
        let mut finder = Finder { fixes: self, analysis, vocabulary, items: HashMap::new(), release: HashMap::new() };
        for finding in diagnosis.findings.iter_mut().filter(|finding| finding.class != Class::Crash) {
            let roles = finding.roles.iter().filter(|(name, _)| name != BEHIND);
            let tasks: BTreeSet<TaskId> = roles.flat_map(|(_, tasks)| tasks).copied().collect();
            finding.known_fixes = finder.of_tasks(tasks);
        }
        if unknown {
            let open = (0..).map(TaskId).take(analysis.activities.len());
            diagnosis.known_fixes = finder.of_tasks(open);
            // What the release already has is no hint where nothing else is known.
            diagnosis.known_fixes.retain(|fix| fix.applies != Applies::No);
        }
    }
}

struct Finder<'a> {
    fixes: &'a Fixes,
    analysis: &'a Analysis,
    vocabulary: &'a Vocabulary,
    /// The items that mean a function, by system and function.
    items: HashMap<(System, Name), Vec<Item>>,
    release: HashMap<System, Option<Running>>,
}

impl Finder<'_> {
    /// The fixes that the stacks of these tasks show, the best first.
    fn of_tasks(&mut self, tasks: impl IntoIterator<Item = TaskId>) -> Vec<KnownFix> {
        let mut shown: Vec<Shown> = Vec::new();
        let mut seen = BTreeSet::new();
        for task in tasks {
            for one in self.of_task(task) {
                if seen.insert(one.fix) {
                    shown.push(one);
                }
            }
        }
        let mut known: Vec<(Shown, KnownFix)> = shown.into_iter().map(|one| (one.clone(), self.known(one))).collect();
        known.sort_by_key(|(one, fix)| (fix.applies == Applies::No, Reverse(one.frames.len()), one.innermost, one.fix));
        known.into_iter().take(MOST).map(|(_, fix)| fix).collect()
    }

    fn known(&mut self, shown: Shown) -> KnownFix {
        let fix = &self.fixes.fixes[shown.fix];
        let running = self.running(fix.system);
        let applies = match &running {
            None => Applies::Unknown,
            Some(running) if may_lack(&fix.fixed, &running.release) => Applies::Unknown,
            Some(running) if has(&fix.fixed, &parts(&running.release)) => Applies::No,
            Some(_) => Applies::Yes,
        };
        KnownFix {
            title: fix.title.clone(),
            commit: fix.commit.clone(),
            cve: fix.cve.clone(),
            fixed: fix.fixed.clone(),
            running,
            applies,
            task: shown.task,
            frames: shown.frames,
        }
    }

    /// The fixes that a task shows by what it does and its latest stacks.
    fn of_task(&mut self, task: TaskId) -> Vec<Shown> {
        let analysis = self.analysis;
        let Some(activity) = analysis.activities.get(task.0 as usize).filter(|activity| !activity.idle) else {
            return Vec::new();
        };
        activity.stacks.iter().flat_map(|stack| self.of_stack(task, *stack)).collect()
    }

    fn of_stack(&mut self, task: TaskId, id: StackId) -> Vec<Shown> {
        let analysis = self.analysis;
        let Some(stack) = analysis.case.stacks.get(id.0 as usize).filter(|stack| stack.kind.is_backtrace()) else {
            return Vec::new();
        };
        let hits = self.hits(stack);
        let candidates: BTreeSet<usize> =
            hits.iter().filter(|(item, _)| !item.with).map(|(item, _)| item.fix).collect();
        let mut shown = Vec::new();
        for fix in candidates {
            let known = &self.fixes.fixes[fix];
            if !self.does(task, known) {
                continue;
            }
            let Some(frames) = self.in_order(stack, &hits, fix, false) else { continue };
            if !known.with.is_empty() && !self.elsewhere(task, fix) {
                continue;
            }
            let innermost = frames.first().copied().unwrap_or_default();
            let frames = frames.iter().filter_map(|at| Some(stack.frames.get(*at)?.span)).collect();
            shown.push(Shown { fix, task, innermost, frames });
        }
        shown
    }

    /// Whether a task does what a fix is about.
    fn does(&self, task: TaskId, fix: &Fix) -> bool {
        let activity = self.analysis.activity(task);
        let spins = activity.wait.as_ref().is_some_and(|wait| self.vocabulary.spins(wait.kind));
        let blocked =
            self.analysis.case.tasks.get(task.0 as usize).is_some_and(|task| task.state == Some(TaskState::Blocked));
        let waits = (activity.wait.is_some() && !spins) || (blocked && !activity.on_cpu);
        let kind = fix
            .waits
            .as_ref()
            .is_none_or(|kind| activity.wait.as_ref().is_some_and(|wait| self.vocabulary.is_kind(wait.kind, kind)));
        kind && match fix.seen {
            Seen::Waiting => waits,
            Seen::Running => activity.on_cpu || spins,
            Seen::Any => waits || activity.on_cpu || spins,
        }
    }

    /// Whether another task that does not rest shows the further stack of a fix.
    fn elsewhere(&mut self, task: TaskId, fix: usize) -> bool {
        let analysis = self.analysis;
        let others = (0..).map(TaskId).zip(&analysis.activities);
        let others = others.filter(|(other, activity)| *other != task && !activity.idle);
        others.flat_map(|(_, activity)| &activity.stacks).any(|id| {
            analysis.case.stacks.get(id.0 as usize).filter(|stack| stack.kind.is_backtrace()).is_some_and(|stack| {
                let hits = self.hits(stack);
                self.in_order(stack, &hits, fix, true).is_some()
            })
        })
    }

    /// The frames of a stack that items mean, from the innermost outward.
    fn hits(&mut self, stack: &CaseStack) -> Vec<(Item, usize)> {
        let mut hits = Vec::new();
        for (at, frame) in stack.frames.iter().enumerate() {
            if matches!(frame.reliability, Reliability::Unsure | Reliability::Printed) {
                continue;
            }
            for item in self.items_of(stack.system, frame) {
                hits.push((*item, at));
            }
        }
        hits
    }

    /// The items that mean the function of a frame; worked out once for each function.
    fn items_of(&mut self, system: System, frame: &Frame) -> &[Item] {
        let (fixes, vocabulary) = (self.fixes, self.vocabulary);
        self.items.entry((system, frame.symbol.clone())).or_insert_with(|| {
            let names = vocabulary.names(system, &frame.symbol);
            let exact = names.iter().filter_map(|name| fixes.exact.get(name)).flatten();
            let means = |pattern: &FunctionPattern| vocabulary.names_match(system, &names, pattern);
            let others = fixes.patterns.iter().filter(|item| fixes.item(item).alternatives.iter().any(means));
            let mut items: Vec<Item> = exact.chain(others).copied().collect();
            items.retain(|item| fixes.fixes[item.fix].system == system);
            items.sort_unstable();
            items.dedup();
            items
        })
    }

    /// The frames that show all items of a fix, each further out than the one before.
    fn in_order(&self, stack: &CaseStack, hits: &[(Item, usize)], fix: usize, with: bool) -> Option<Vec<usize>> {
        let wanted = &self.fixes.fixes[fix];
        let items = if with { &wanted.with } else { &wanted.stack };
        let mut frames: Vec<usize> = Vec::with_capacity(items.len());
        for (place, item) in items.iter().enumerate() {
            let from = frames.last().map_or(0, |last| last + 1);
            let fits = |at: usize| {
                let module = stack.frames.get(at).and_then(|frame| frame.module.as_deref());
                item.module.as_ref().is_none_or(|glob| module.is_some_and(|module| glob.is_match(module)))
                    && (!item.innermost || self.plumbing(stack, 0, at))
                    && (!item.outermost || self.plumbing(stack, at + 1, stack.frames.len()))
            };
            let here = |hit: &&(Item, usize)| hit.0 == Item { fix, with, place } && hit.1 >= from && fits(hit.1);
            frames.push(hits.iter().find(here)?.1);
        }
        Some(frames)
    }

    fn plumbing(&self, stack: &CaseStack, from: usize, to: usize) -> bool {
        (from..to).all(|at| self.vocabulary.is_plumbing(stack.system, &stack.frames, at))
    }

    /// The release of a system that the text tells: as a fact, or in a line.
    fn running(&mut self, system: System) -> Option<Running> {
        if let Some(known) = self.release.get(&system) {
            return known.clone();
        }
        let found = self.told(system).or_else(|| self.printed(system));
        self.release.insert(system, found.clone());
        found
    }

    fn told(&self, system: System) -> Option<Running> {
        let mut facts = self.analysis.case.facts.iter().filter(|fact| fact.relation == "software");
        facts.find_map(|fact| match (fact.get("name")?, fact.get("version")?) {
            (Row::Text(name), Row::Text(release)) if **name == *system.name() => {
                Some(Running { release: release.clone(), span: fact.span })
            }
            _ => None,
        })
    }

    fn printed(&self, system: System) -> Option<Running> {
        let regexes = || self.fixes.versions.iter().filter(|(of, _)| *of == system).map(|(_, regex)| regex);
        (0..).zip(&self.analysis.case.sources).find_map(|(source, text)| {
            let found = regexes().filter_map(|regex| regex.captures(&text.text)?.name("version"));
            let found = found.min_by_key(regex::Match::start)?;
            let before = text.text.get(..found.start()).unwrap_or_default();
            let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
            let span = Span::line(SourceId(source), u32::try_from(line).unwrap_or(u32::MAX));
            Some(Running { release: found.as_str().into(), span })
        })
    }
}

impl Fixes {
    fn item(&self, item: &Item) -> &crate::rules::ast::StackItem {
        let fix = &self.fixes[item.fix];
        if item.with { &fix.with[item.place] } else { &fix.stack[item.place] }
    }
}
