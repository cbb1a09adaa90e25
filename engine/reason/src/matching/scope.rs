//! Whether the case holds a full listing of what a clause asks for: only then can it be known that nothing more fits.

use super::binding::Binding;
use super::candidates::Tried;
use super::clause::tests_field;
use super::stacks::is_kernel;
use super::thing::{RowId, Thing};
use crate::rules::ast::{Clause, ClauseId, Condition, Table, Test};
use stacklore_model::{Known, Mode, ProcessId, Span, System, TaskState};

/// Fields that only a stack can tell.
const OF_STACKS: [&str; 10] = ["waits", "mode", "object", "needs", "idle", "entry", "module", "cycle", "root", "moved"];

/// Whether a clause tests a wait or a frame: a list of names says nothing about these.
fn needs_stacks(clause: &Clause) -> bool {
    clause.conditions.iter().any(|condition| match condition {
        Condition::Field { name, .. } => OF_STACKS.contains(&name.as_str()),
        Condition::Stack(_) | Condition::Without(_) => true,
        Condition::Text(_) => false,
    })
}

/// The test of a field.
fn test_of<'c>(clause: &'c Clause, field: &str) -> Option<&'c Test> {
    clause.conditions.iter().find_map(|condition| match condition {
        Condition::Field { name, test } if name == field => Some(test),
        _ => None,
    })
}

fn is_word(test: Option<&Test>, wanted: &str) -> bool {
    matches!(test, Some(Test::Word(word)) if word.eq_ignore_ascii_case(wanted))
}

impl Tried<'_> {
    /// The lines of a listing that makes the scope of a clause complete; `None` where there is none.
    pub(crate) fn complete(&self, clause: ClauseId, binding: &Binding) -> Option<Span> {
        let of = self.rule.clause(clause);
        let listings = &self.tables.index.listings;
        match of.table {
            Table::Task => self.complete_tasks(of, binding),
            Table::Process => listings.processes.or(listings.tasks).map(|full| full.span),
            Table::Hold => listings.of_relation("hold").or_else(|| self.held_alone(of, binding)),
            Table::Cycle | Table::Line => None,
            Table::Fact(relation) => {
                let case = &self.tables.analysis.case;
                let of_task = || match self.wanted(of, "task", binding)?.as_slice() {
                    [task] => listings.of_task(case, relation, task.as_task()?),
                    _ => None,
                };
                let of_cpu = || match self.wanted(of, "cpu", binding)?.as_slice() {
                    [Thing::Number(cpu)] => listings.of_cpu(relation, cpu.0),
                    _ => None,
                };
                listings.of_relation(relation).or_else(of_task).or_else(of_cpu)
            }
        }
    }

    /// A clause about the tasks of a process needs all its threads; one about tasks of a kernel all tasks (or, for
    /// blocked ones, all blocked); one about user programs every thread of each program that the case shows.
    fn complete_tasks(&self, clause: &Clause, binding: &Binding) -> Option<Span> {
        let listings = &self.tables.index.listings;
        let stacks = needs_stacks(clause);
        if let Some(processes) = self.wanted(clause, "process", binding) {
            let processes: Option<Vec<ProcessId>> = processes
                .iter()
                .map(|thing| match thing {
                    Thing::Row(RowId::Process(process)) => Some(*process),
                    _ => None,
                })
                .collect();
            let spans =
                processes?.into_iter().map(|process| listings.of_process(&self.tables.analysis.case, process, stacks));
            return spans.collect::<Option<Vec<Span>>>()?.first().copied();
        }
        if let Some(span) = listings.of_all(stacks) {
            return Some(span);
        }
        if is_word(test_of(clause, "state"), "blocked")
            && let Some(span) = listings.blocked.first()
        {
            return Some(*span);
        }
        let systems = self.systems_of(clause);
        if systems.is_empty() || systems.iter().any(|system| is_kernel(*system)) {
            return None;
        }
        let spans = systems.into_iter().map(|system| listings.of_system(system, stacks));
        spans.collect::<Option<Vec<Span>>>()?.first().copied()
    }

    /// The systems of the case that a clause speaks about.
    fn systems_of(&self, clause: &Clause) -> Vec<System> {
        let test = test_of(clause, "system");
        let present = self.tables.index.systems.iter().copied();
        present
            .filter(|system| match test {
                Some(_) => is_word(test, system.name()),
                None => self.rule.systems.contains(system),
            })
            .collect()
    }

    /// A lock that is free, or that one task has for writing, has no other holder.
    fn held_alone(&self, clause: &Clause, binding: &Binding) -> Option<Span> {
        let tables = &self.tables;
        let wanted = self.wanted(clause, "object", binding)?;
        let [object] = wanted.as_slice() else { return None };
        let holds = tables.index.holds_of.get(object).into_iter().flatten();
        let mut alone = holds.map(|hold| &tables.index.holds[*hold as usize]);
        let owned = alone.find(|hold| hold.known == Known::Observed && hold.mode == Some(Mode::Write));
        owned.map(|hold| hold.span).or_else(|| match object {
            Thing::Object(object) => {
                let object = tables.analysis.case.object(*object);
                object.spans.first().copied().filter(|_| object.free == Some(true))
            }
            _ => None,
        })
    }

    /// The things that a field of a clause must be one of, where these are known.
    fn wanted(&self, clause: &Clause, field: &str, binding: &Binding) -> Option<Vec<Thing>> {
        let tests = match test_of(clause, field)? {
            Test::AnyOf(tests) => tests.as_slice(),
            test => std::slice::from_ref(test),
        };
        let mut things = Vec::new();
        for test in tests {
            match test {
                Test::Var(reference) => {
                    let wanted = self.tables.resolve(reference, binding).filter(|wanted| !wanted.open)?;
                    things.extend(wanted.things.into_iter().map(|(thing, _)| thing));
                }
                Test::Number(number) => things.push(Thing::number(*number)),
                _ => return None,
            }
        }
        (!things.is_empty()).then_some(things)
    }

    /// Whether a row of which too little is told can still fit: a task that a complete listing lacks cannot.
    pub(crate) fn may_be_there(&self, row: RowId, clause: ClauseId) -> bool {
        let RowId::Task(task) = row else { return true };
        let of = self.rule.clause(clause);
        let tables = &self.tables;
        let activity = tables.activity(task);
        if activity.is_some_and(|activity| activity.listed == Some(false)) && !tests_field(of, "listed") {
            return false;
        }
        let case = &tables.analysis.case;
        let state = case.task(task).state;
        if state == Some(TaskState::Zombie) && !tests_field(of, "state") {
            return false;
        }
        let blocked_only = is_word(test_of(of, "state"), "blocked") && tables.index.listings.tasks.is_none();
        !(blocked_only && state.is_none() && !tables.index.listings.is_among_blocked(case, task))
    }
}
