//! Refuses rules that cannot be matched in near-linear time: what cannot be started from an index or joined (R12–R14).

use super::ast::{ClauseId, Condition, FunctionPattern, StackItem, Table, Test};
use super::draft::{Draft, Use};
use super::levels::Conclusion;
use super::report::Reporter;

/// Least length of the literal text in the regex of a raw line, in characters.
const LINE_LITERAL: usize = 4;

/// Checks all clauses.
pub(crate) fn check(draft: &Draft, conclusion: &Conclusion, report: &mut Reporter<'_>) {
    let mut costs = Costs { draft, complained: vec![false; draft.clauses.len()], report };
    let mut level_clauses: Vec<ClauseId> = Vec::new();
    for (index, level) in conclusion.levels.iter().enumerate() {
        let new = level.needs.iter().flatten().filter(|clause| conclusion.level_of(**clause) == Some(index));
        for clause in new {
            if !level_clauses.contains(clause) {
                level_clauses.push(*clause);
            }
        }
        costs.starts(&level_clauses, &level_clauses);
        costs.hang_together(&level_clauses);
    }
    for clause in conclusion.also.iter().chain(&conclusion.refute) {
        let mut with: Vec<_> = level_clauses.clone();
        with.push(*clause);
        costs.starts(&[*clause], &with);
    }
}

struct Costs<'a, 'r> {
    draft: &'a Draft,
    /// One message a clause.
    complained: Vec<bool>,
    report: &'a mut Reporter<'r>,
}

impl Costs<'_, '_> {
    /// Every clause of `clauses` starts from an index, or is joined by `=` to one of `within` that does.
    fn starts(&mut self, clauses: &[ClauseId], within: &[ClauseId]) {
        let mut reached: Vec<ClauseId> = within.iter().copied().filter(|clause| self.can_start(*clause)).collect();
        let mut next = 0;
        while let Some(from) = reached.get(next).copied() {
            next += 1;
            for other in within {
                if !reached.contains(other) && share(self.draft, from, *other, Use::joins) {
                    reached.push(*other);
                }
            }
        }
        for clause in clauses.iter().filter(|clause| !reached.contains(clause)) {
            let compared = within.iter().any(|other| other != clause && share(self.draft, *clause, *other, |_| true));
            if compared {
                self.compared_only(*clause);
            } else {
                self.too_broad(*clause);
            }
        }
    }

    /// An index of its own; a set may also be one pass over its table, where a condition narrows it.
    fn can_start(&self, clause: ClauseId) -> bool {
        let draft = self.draft.clause(clause);
        let pass = draft.clause.count.is_some()
            && !draft.clause.conditions.is_empty()
            && self.draft.uses_of(clause).all(Use::joins);
        match draft.clause.table {
            Table::Hold | Table::Cycle | Table::Fact(_) => true,
            Table::Line => draft.clause.conditions.iter().any(line_starts),
            Table::Task | Table::Process => pass || draft.clause.conditions.iter().any(starts),
        }
    }

    /// The single clauses are connected over shared variables; sets may stand between them.
    fn hang_together(&mut self, clauses: &[ClauseId]) {
        let single = |clause: &ClauseId| self.draft.clause(*clause).clause.count.is_none();
        let singles: Vec<ClauseId> = clauses.iter().copied().filter(single).collect();
        let Some(first) = singles.first() else { return };
        let mut connected = vec![*first];
        let mut next = 0;
        while let Some(from) = connected.get(next).copied() {
            next += 1;
            for other in clauses {
                if !connected.contains(other) && share(self.draft, from, *other, Use::joins) {
                    connected.push(*other);
                }
            }
        }
        for clause in singles.iter().filter(|clause| !connected.contains(clause)) {
            if connected.iter().any(|other| share(self.draft, *clause, *other, |_| true)) {
                self.compared_only(*clause);
            } else {
                let help = "join it (`process: $sender.process`), or make it a set with `count`";
                self.complain("R12", *clause, "shares no variable with the other single clauses", help);
            }
        }
    }

    fn compared_only(&mut self, clause: ClauseId) {
        let help = "`not` only filters: give it a field that equals one of another clause";
        self.complain("R14", clause, "is joined by comparison only", help);
    }

    fn too_broad(&mut self, clause: ClauseId) {
        let help = match self.draft.clause(clause).clause.table {
            Table::Line => "the regex needs four literal characters in a row, outside of groups and choices",
            _ => "start from a wait kind, a function in `stack`, a name, or a variable of another clause",
        };
        self.complain("R13", clause, "has nothing to start from: too broad", help);
    }

    fn complain(&mut self, code: &'static str, clause: ClauseId, what: &str, help: &str) {
        if std::mem::replace(&mut self.complained[clause.0], true) {
            return;
        }
        let draft = self.draft.clause(clause);
        let message = format!("the clause `{}` {what}", draft.clause.name);
        self.report.error(code, draft.at, message, Some(help.to_owned()));
    }
}

/// Whether two clauses use the same variable, both in a way that counts.
fn share(draft: &Draft, a: ClauseId, b: ClauseId, counts: impl Fn(&Use) -> bool) -> bool {
    draft
        .uses_of(a)
        .filter(|used| counts(used))
        .any(|used| draft.uses_of(b).any(|other| other.variable == used.variable && counts(other)))
}

fn line_starts(condition: &Condition) -> bool {
    matches!(condition, Condition::Text(regex)
        if regex.literal().is_some_and(|literal| literal.chars().count() >= LINE_LITERAL))
}

/// Whether a condition on a task or process is an index.
fn starts(condition: &Condition) -> bool {
    match condition {
        Condition::Field { name, test } if matches!(name.as_str(), "waits" | "name" | "object") => narrow(test),
        Condition::Stack(items) => items.iter().any(item_starts),
        _ => false,
    }
}

fn narrow(test: &Test) -> bool {
    match test {
        Test::Word(_) => true,
        Test::Glob(_, glob) => !glob.literal_prefix().is_empty(),
        Test::AnyOf(tests) => tests.iter().all(narrow),
        _ => false,
    }
}

fn item_starts(item: &StackItem) -> bool {
    item.alternatives.iter().all(|pattern| match pattern {
        FunctionPattern::Exact(_) | FunctionPattern::Group(_) => true,
        FunctionPattern::Glob(_, glob) => !glob.literal_prefix().is_empty(),
        FunctionPattern::Regex(_) => false,
    })
}
