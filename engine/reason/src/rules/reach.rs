//! Warns of levels that no case can reach: what they rest on is never so sure (W02).

use super::ast::{Clause, ClauseId, Condition, Table, Test};
use super::draft::Draft;
use super::levels::Conclusion;
use super::report::Reporter;
use crate::finding::Certainty;

/// Checks every level.
pub(crate) fn check(draft: &Draft, conclusion: &Conclusion, report: &mut Reporter<'_>) {
    let cap = |id: ClauseId| cap(&draft.clause(id).clause);
    let mut weakest: Option<(Certainty, ClauseId)> = None;
    for level in &conclusion.levels {
        for choice in &level.needs {
            // A choice is worth its best clause.
            let best = choice.iter().map(|id| (cap(*id), *id)).max_by_key(|(cap, _)| *cap);
            if let Some(best) = best.filter(|best| weakest.is_none_or(|weakest| best.0 < weakest.0)) {
                weakest = Some(best);
            }
        }
        let Some((certainty, clause)) = weakest.filter(|(cap, _)| *cap < level.certainty) else { continue };
        let name = &draft.clause(clause).clause.name;
        let message =
            format!("`{}` can never be reached: `{name}` is {} at best", level.certainty.name(), certainty.name());
        let help = Some(format!("call the level `{}`", certainty.name()));
        report.warning("W02", level.at, message, help);
    }
}

/// How sure a clause can be at best, by what it asks for.
fn cap(clause: &Clause) -> Certainty {
    let mut cap = match clause.table {
        Table::Fact("stack_word") if has_field(clause, "frame") => Certainty::Likely,
        Table::Fact("stack_word") => Certainty::Possible,
        _ => Certainty::Proven,
    };
    let moved = |condition: &Condition| matches!(condition, Condition::Field { name, test: Test::Flag(true) } if name == "moved");
    if has_field(clause, "waits") && clause.conditions.iter().any(moved) {
        // A wait that is seen to change is only assumed.
        cap = Certainty::Possible;
    }
    for condition in &clause.conditions {
        if let Condition::Field { name, test } = condition {
            cap = cap.min(of_test(clause.table, name, test));
        }
    }
    cap
}

fn has_field(clause: &Clause, wanted: &str) -> bool {
    clause.conditions.iter().any(|condition| matches!(condition, Condition::Field { name, .. } if name == wanted))
}

fn of_test(table: Table, field: &str, test: &Test) -> Certainty {
    match (table, field, test) {
        (_, _, Test::AnyOf(tests)) => {
            tests.iter().map(|test| of_test(table, field, test)).max().unwrap_or(Certainty::Proven)
        }
        (Table::Hold | Table::Cycle, "known", Test::Word(word)) => match word.as_str() {
            "assumed" => Certainty::Possible,
            "inferred" => Certainty::Likely,
            _ => Certainty::Proven,
        },
        (Table::Hold, "from", Test::Word(word)) => match word.as_str() {
            "exclusion" | "stack-word" => Certainty::Possible,
            _ => Certainty::Proven,
        },
        _ => Certainty::Proven,
    }
}
