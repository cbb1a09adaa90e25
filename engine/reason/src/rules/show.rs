//! A rule as a page to read, rules as a list, and the tables with their fields.

use super::RuleSet;
use super::ast::{Clause, ClauseId, Rule, Status};
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

/// One rule as a page: what one sees, what follows, what to do, and the YAML of each clause's conditions.
pub fn page(rule: &Rule) -> String {
    let mut page = format!("{}\n{}\n\n", rule.title, summary(rule));
    evidence(rule, &mut page);
    conclusions(rule, &mut page);
    section("What happens", std::slice::from_ref(&rule.explain), &mut page);
    section("To be sure", &rule.confirm, &mut page);
    section("What to do", &rule.remedy, &mut page);
    let affected: Vec<_> = rule.affected.iter().map(|(system, range)| format!("{system} {range}")).collect();
    section("Affected versions", &affected, &mut page);
    let references = rule.references.iter().map(|reference| match &reference.url {
        Some(url) => format!("{} {url}", reference.title),
        None => reference.title.clone(),
    });
    section("To read on", &references.collect::<Vec<_>>(), &mut page);
    section("Said better than", &rule.instead_of, &mut page);
    let finds = rule.finds.iter().map(|(case, certainty)| format!("{case}: {}", certainty.name()));
    section("Found in", &finds.collect::<Vec<_>>(), &mut page);
    section("Not found in", &rule.leaves, &mut page);
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

fn evidence(rule: &Rule, page: &mut String) {
    page.push_str("What one sees\n");
    for clause in &rule.clauses {
        // Writing to a string cannot fail.
        let _ = writeln!(page, "  {}: {}", clause.name, clause.says.trim());
        for line in conditions(rule, clause) {
            let _ = writeln!(page, "      {line}");
        }
        if let Some(get) = &clause.get {
            let _ = writeln!(page, "      shown by: {}", get.trim());
        }
    }
    page.push('\n');
}

/// The lines of a clause as its author wrote them, without its texts.
fn conditions<'r>(rule: &'r Rule, clause: &Clause) -> Vec<&'r str> {
    let head = format!("{}:", clause.name);
    let indent = |line: &str| line.len() - line.trim_start().len();
    let in_evidence = rule.text.lines().skip_while(|line| !line.starts_with("evidence:")).skip(1);
    let mut lines = in_evidence.skip_while(|line| line.trim_end() != format!("  {head}"));
    let Some(first) = lines.next() else { return Vec::new() };
    let own = lines.take_while(|line| line.trim().is_empty() || indent(line) > indent(first));
    own.map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("says:") && !line.starts_with("get:"))
        .collect()
}

fn conclusions(rule: &Rule, page: &mut String) {
    page.push_str("What follows\n");
    let name = |id: &ClauseId| rule.clause(*id).name.as_str();
    for level in &rule.levels {
        let needs = level.needs.iter().map(|choice| choice.iter().map(name).collect::<Vec<_>>().join(" or "));
        let _ = writeln!(page, "  {}: {}", level.certainty.name(), needs.collect::<Vec<_>>().join(", "));
    }
    for (what, clauses) in [("told as well", &rule.also), ("refuted by", &rule.refute)] {
        if !clauses.is_empty() {
            let _ = writeln!(page, "  {what}: {}", clauses.iter().map(name).collect::<Vec<_>>().join(", "));
        }
    }
    for chain in &rule.edges {
        let names: Vec<_> = chain.0.iter().map(|id| format!("${}", rule.variable(*id).name)).collect();
        let _ = writeln!(page, "  who waits for whom: {}", names.join(" -> "));
    }
    page.push('\n');
}

fn section(title: &str, items: &[String], page: &mut String) {
    if items.is_empty() {
        return;
    }
    let _ = writeln!(page, "{title}");
    for item in items {
        for line in item.trim().lines() {
            let _ = writeln!(page, "  {}", line.trim_end());
        }
    }
    page.push('\n');
}
