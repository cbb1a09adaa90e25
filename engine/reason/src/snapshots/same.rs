//! Which tasks of two dumps are one task, beyond what the numbers of a whole case say.
//!
//! A thread id names one task in a whole case. A `pthread_t` and the number of a goroutine name one within a dump;
//! that two dumps are of one process must show in something else.

use super::dumps::Dump;
use crate::waits::differ;
use stacklore_model::{Case, CaseStack, Name, ProcessId, Reliability, SessionId, SourceId, System, TaskId};
use std::collections::{BTreeMap, HashMap};

/// Tasks that are one.
pub(super) struct Same(HashMap<TaskId, TaskId>);

impl Same {
    pub(super) fn of(case: &Case, dumps: &[Dump]) -> Self {
        let mut same = Same(HashMap::new());
        same.by_pthread(case, dumps);
        same.goroutines(case, dumps);
        same
    }

    /// The task that stands for a task and those that are the same.
    pub(super) fn task(&self, task: TaskId) -> TaskId {
        // Each points at an earlier one, so this ends.
        let mut task = task;
        while let Some(earlier) = self.0.get(&task).filter(|earlier| **earlier < task) {
            task = *earlier;
        }
        task
    }

    /// The addresses of threads differ from one run of a program to the next.
    fn by_pthread(&mut self, case: &Case, dumps: &[Dump]) {
        let mut known: HashMap<(&'static str, Option<ProcessId>, u64), TaskId> = HashMap::new();
        for (dump, id) in dumps.iter().flat_map(|dump| dump.stacks.keys().map(move |id| (dump, *id))) {
            let Some(task) = case.tasks.get(id.0 as usize).filter(|task| task.tid.is_none()) else { continue };
            let Some(pthread) = task.pthread else { continue };
            let first = *known.entry((dump.dialect, task.process, pthread)).or_insert(id);
            if first < id {
                self.0.insert(id, first);
            }
        }
    }

    /// Goroutines have the same numbers in every run of a program. Two dumps are of one run where goroutines that
    /// stand in the same place have waited at least as long in the second, and some of them for minutes in the first.
    fn goroutines(&mut self, case: &Case, dumps: &[Dump]) {
        let mut before: Option<Numbered> = None;
        for dump in dumps {
            let Some(numbered) = Numbered::of(case, dump) else { continue };
            if let Some(before) =
                before.filter(|before| before.key != numbered.key && before.goes_on_in(&numbered, case))
            {
                for (number, (task, way)) in &numbered.tasks {
                    if let Some((earlier, _)) = before.tasks.get(number).filter(|(id, of)| of == way && id < task) {
                        let first = self.task(*earlier);
                        self.0.insert(*task, first);
                    }
                }
            }
            before = Some(numbered);
        }
    }
}

/// Where a task began: who created it, and its outermost function.
type Way = (Option<Name>, Option<Name>);

/// The goroutines of a dump.
struct Numbered {
    key: (SourceId, SessionId),
    tasks: BTreeMap<u64, (TaskId, Way)>,
}

impl Numbered {
    fn of(case: &Case, dump: &Dump) -> Option<Self> {
        let mut tasks = BTreeMap::new();
        for (id, stack) in &dump.stacks {
            let (task, stack) = (case.tasks.get(id.0 as usize)?, case.stacks.get(stack.0 as usize)?);
            if stack.system == System::Go && task.tid.is_none() {
                tasks.insert(task.number?, (*id, (task.created_by.clone(), outermost(stack))));
            }
        }
        (!tasks.is_empty()).then_some(Numbered { key: (dump.span.source, dump.session), tasks })
    }

    fn goes_on_in(&self, later: &Numbered, case: &Case) -> bool {
        let mut waited_long = false;
        for (number, (id, way)) in &self.tasks {
            let Some((other, _)) = later.tasks.get(number).filter(|(_, of)| of == way) else { continue };
            let (Some(a), Some(b)) = (case.tasks.get(id.0 as usize), case.tasks.get(other.0 as usize)) else {
                continue;
            };
            let stack = |stacks: &[stacklore_model::StackId]| case.stacks.get(stacks.last()?.0 as usize);
            if stack(&a.stacks).zip(stack(&b.stacks)).is_none_or(|(a, b)| differ(a, b)) {
                continue;
            }
            match (a.waited, b.waited) {
                (Some(first), Some(second)) if second < first => return false,
                (Some(_), None) => return false,
                (Some(_), Some(_)) => waited_long = true,
                _ => {}
            }
        }
        waited_long
    }
}

fn outermost(stack: &CaseStack) -> Option<Name> {
    let calls = stack.frames.iter().rev().find(|frame| frame.reliability != Reliability::Printed);
    calls.map(|frame| Name::clone(&frame.symbol))
}
