//! Rules as a list, and the tables with their fields.

use super::RuleSet;
use super::ast::{Rule, Status};
use super::tables::{self, FieldKind};
use std::fmt::Write;

/// One line: id, family, class, severity, systems, levels.
pub fn summary(rule: &Rule) -> String {
    let systems: Vec<_> = rule.systems.iter().map(|system| system.name()).collect();
    let levels: Vec<_> = rule.levels.iter().map(|level| level.certainty.name()).collect();
    let severity = severity(rule);
    let (id, family, class) = (&rule.id, &rule.family, rule.class.name());
    let status = if rule.status == Status::Experimental { "  experimental" } else { "" };
    format!("{id}  {family}  {class}  {severity}  {}  {}{status}", systems.join(","), levels.join(","))
}

/// All rules, one a line, columns aligned, in the order of the set.
pub fn list(rules: &RuleSet) -> String {
    let rows: Vec<Vec<String>> =
        rules.rules.iter().map(|rule| summary(rule).split("  ").map(str::to_owned).collect()).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// All tables with their fields: the reference of what a clause may say.
pub fn reference() -> String {
    let mut text = String::new();
    for table in tables::tables() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}: {}", table.name, table.help);
        for field in &table.fields {
            let kind = match field.kind {
                FieldKind::Words(words) => words.join(" | "),
                kind => kind.name().to_owned(),
            };
            let help = if field.help.is_empty() { String::new() } else { format!("; {}", field.help) };
            let _ = writeln!(text, "  {}: {kind}{help}", field.name);
        }
        for (name, help) in table.special {
            let _ = writeln!(text, "  {name}: {help}");
        }
    }
    text
}

fn severity(rule: &Rule) -> &'static str {
    match rule.severity {
        crate::finding::Severity::Minor => "minor",
        crate::finding::Severity::Major => "major",
        crate::finding::Severity::Critical => "critical",
    }
}
