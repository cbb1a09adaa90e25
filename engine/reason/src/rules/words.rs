//! Conditions as an author would write them: for pages and for explanations.

use super::ast::{Comparison, Condition, Quantity, Rule, StackItem, Table, Test, VarRef};
use super::tables::{self, FieldKind};
use stacklore_model::FieldType;

/// A condition of a clause on that table: `waits: mutex`.
pub(crate) fn condition(rule: &Rule, table: Table, condition: &Condition) -> String {
    match condition {
        Condition::Field { name, test: wanted } => {
            let kind = tables::spec(table).and_then(|spec| spec.field(name)).map(|field| field.kind);
            format!("{name}: {}", test(rule, kind, wanted))
        }
        Condition::Stack(items) => format!("stack: {}", frames(items)),
        Condition::Without(items) => format!("without: {}", frames(items)),
        Condition::Text(regex) => format!("text: /{}/", regex.source()),
    }
}

/// The row of a clause and all its conditions, each as an author would write it.
pub(crate) fn clause(rule: &Rule, clause: &super::ast::Clause) -> Vec<String> {
    let table = tables::spec(clause.table).map_or("", |spec| spec.name);
    let row = clause.row.map_or_else(|| "_".to_owned(), |row| format!("${}", rule.variable(row).name));
    let mut words = vec![format!("{table}: {row}")];
    words.extend(clause.conditions.iter().map(|one| condition(rule, clause.table, one)));
    if let Some(count) = clause.count {
        words.push(match count.max {
            None => format!("count: {}+", count.min),
            Some(max) if max == count.min => format!("count: {max}"),
            Some(max) => format!("count: {}..{max}", count.min),
        });
    }
    words
}

fn frames(items: &[StackItem]) -> String {
    let texts: Vec<&str> = items.iter().map(|item| item.text.as_str()).collect();
    format!("[{}]", texts.join(", "))
}

fn test(rule: &Rule, kind: Option<FieldKind>, wanted: &Test) -> String {
    match wanted {
        Test::Word(word) => word.clone(),
        Test::Number(number) => amount(kind, *number),
        Test::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Test::Glob(text, _) => text.clone(),
        Test::Regex(regex) => format!("/{}/", regex.source()),
        Test::Compare(sign, quantity) => format!("{} {}", comparison(*sign), self::quantity(kind, quantity)),
        Test::Range(low, high) => format!("{}..{}", amount(kind, *low), amount(kind, *high)),
        Test::Var(VarRef { var, field: None }) => format!("${}", rule.variable(*var).name),
        Test::Var(VarRef { var, field: Some(field) }) => format!("${}.{field}", rule.variable(*var).name),
        Test::AnyOf(tests) => {
            let words: Vec<String> = tests.iter().map(|one| test(rule, kind, one)).collect();
            format!("[{}]", words.join(", "))
        }
        Test::Not(inner) => format!("not {}", test(rule, kind, inner)),
        Test::None => "none".to_owned(),
        Test::Any => "any".to_owned(),
    }
}

fn comparison(sign: Comparison) -> &'static str {
    match sign {
        Comparison::More => ">",
        Comparison::AtLeast => ">=",
        Comparison::Less => "<",
        Comparison::AtMost => "<=",
    }
}

fn quantity(kind: Option<FieldKind>, quantity: &Quantity) -> String {
    match quantity {
        Quantity::Number(number) => amount(kind, *number),
        Quantity::Version(parts) => parts.iter().map(u64::to_string).collect::<Vec<_>>().join("."),
    }
}

fn amount(kind: Option<FieldKind>, number: f64) -> String {
    match kind {
        Some(FieldKind::Of(FieldType::Time)) => format!("{number} s"),
        Some(FieldKind::Of(FieldType::Size)) => format!("{number} B"),
        _ => number.to_string(),
    }
}
