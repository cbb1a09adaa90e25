//! Rules as pages to read, in Markdown, and an index of them. All that a page says comes from the rule's file.

use super::ast::{ClauseId, Rule, Status};
use super::words;
use crate::finding::{Certainty, Severity};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Begins every page: made, not written. A page without it is nobody's to replace.
pub const MARK: &str = "<!-- Made by `stacklore rules pages` from the rule's file. -->";

/// Writing to a string cannot fail.
macro_rules! line {
    ($page:expr, $($text:tt)*) => {{ let _ = writeln!($page, $($text)*); }};
}

/// The pages of rules with their paths: `README.md`, the index, and `FAMILY/ID.md`.
pub fn pages(rules: &[Rule]) -> BTreeMap<String, String> {
    let mut pages: BTreeMap<String, String> = rules
        .iter()
        .map(|rule| (format!("{}/{}.md", rule.family, rule.id), format!("{MARK}\n{}", page(rule))))
        .collect();
    pages.insert("README.md".to_owned(), format!("{MARK}\n{}", index(rules)));
    pages
}

/// All rules by family.
fn index(rules: &[Rule]) -> String {
    let mut families: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in rules {
        families.entry(&rule.family).or_default().push(rule);
    }
    let mut page = format!("# The {} rules\n", rules.len());
    for (family, mut rules) in families {
        rules.sort_by(|one, other| one.id.cmp(&other.id));
        line!(page, "\n## {family}\n");
        line!(page, "| rule | says | class | at best | systems |");
        line!(page, "| --- | --- | --- | --- | --- |");
        for rule in rules {
            let best = rule.levels.last().map_or("", |level| level.certainty.name());
            let title = escaped(&rule.title).replace('|', "\\|");
            let (id, class) = (&rule.id, rule.class.name());
            line!(page, "| [{id}]({family}/{id}.md) | {title} | {class} | {best} | {} |", systems(rule));
        }
    }
    page
}

/// One rule: what happens, what one sees, how sure that is, what to do.
pub fn page(rule: &Rule) -> String {
    let mut page = format!("# {}\n\n", escaped(&rule.title));
    let status = if rule.status == Status::Experimental { ", experimental" } else { "" };
    let (id, family, class) = (&rule.id, &rule.family, rule.class.name());
    line!(page, "`{id}` ({family}): {class}, {}, {}{status}\n", severity(rule), systems(rule));
    line!(page, "{}\n", prose(&rule.explain));
    evidence(rule, &mut page);
    sureness(rule, &mut page);
    list("To be sure", rule.confirm.iter().map(|text| prose(text)), &mut page);
    list("What to do", rule.remedy.iter().map(|text| prose(text)), &mut page);
    list("Versions", rule.affected.iter().map(|(system, range)| format!("{system} {}", escaped(range))), &mut page);
    let references = rule.references.iter().map(|reference| match &reference.url {
        Some(url) => format!("[{}]({url})", escaped(&reference.title)),
        None => escaped(&reference.title),
    });
    list("To read on", references, &mut page);
    list("Said better than by", rule.instead_of.iter().map(|id| format!("`{id}`")), &mut page);
    let finds = rule.finds.iter().map(|(case, least)| format!("finds `{case}`, {} at least", least.name()));
    let leaves = rule.leaves.iter().map(|case| format!("leaves `{case}` alone"));
    list("Tested", finds.chain(leaves), &mut page);
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

fn evidence(rule: &Rule, page: &mut String) {
    line!(page, "## What one sees\n");
    for clause in &rule.clauses {
        line!(page, "- **{}**: {}", clause.name, prose(&clause.says));
        let words: Vec<String> = words::clause(rule, clause).iter().map(|word| code(word)).collect();
        line!(page, "  {}", words.join(", "));
        if let Some(get) = &clause.get {
            line!(page, "  Shown by: {}", prose(get));
        }
    }
    page.push('\n');
}

fn sureness(rule: &Rule, page: &mut String) {
    line!(page, "## How sure\n");
    let name = |id: &ClauseId| format!("**{}**", rule.clause(*id).name);
    for (at, level) in rule.levels.iter().enumerate() {
        let needs = level.needs.iter().map(|choice| match choice.as_slice() {
            [one] => name(one),
            several => format!("one of {}", several.iter().map(name).collect::<Vec<_>>().join(", ")),
        });
        let more = if at == 0 { "" } else { " as well" };
        let (certainty, means) = (level.certainty.name(), means(level.certainty));
        line!(page, "- {certainty} ({means}): {}{more}", needs.collect::<Vec<_>>().join(" and "));
    }
    for (what, clauses) in
        [("told as well where it holds", &rule.also), ("not this at all where it holds", &rule.refute)]
    {
        if !clauses.is_empty() {
            line!(page, "- {what}: {}", clauses.iter().map(name).collect::<Vec<_>>().join(", "));
        }
    }
    for chain in &rule.edges {
        let names: Vec<_> = chain.0.iter().map(|id| rule.variable(*id).name.to_uppercase()).collect();
        line!(page, "- who waits for whom: {}", names.join(" → "));
    }
    page.push('\n');
}

fn means(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Possible => "it fits, and so may something else",
        Certainty::Likely => "all roles are there, something is inferred",
        Certainty::Proven => "the text shows it",
    }
}

fn list(title: &str, items: impl Iterator<Item = String>, page: &mut String) {
    let mut items = items.peekable();
    if items.peek().is_none() {
        return;
    }
    line!(page, "## {title}\n");
    for item in items {
        line!(page, "- {item}");
    }
    page.push('\n');
}

fn severity(rule: &Rule) -> &'static str {
    match rule.severity {
        Severity::Minor => "minor",
        Severity::Major => "major",
        Severity::Critical => "critical",
    }
}

fn systems(rule: &Rule) -> String {
    rule.systems.iter().map(|system| system.name()).collect::<Vec<_>>().join(", ")
}

fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// What Markdown would read as something else.
fn escaped(text: &str) -> String {
    text.trim().replace('<', "\\<").replace('*', "\\*")
}

/// A template as prose on one line: variables in capitals, conditions in brackets.
fn prose(template: &str) -> String {
    let mut prose = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let (before, tag) = rest.split_at(at);
        prose.push_str(&escaped_here(before));
        let (end, open) = match tag.get(..2) {
            Some("{{") => ("}}", 2),
            Some("{%") => ("%}", 2),
            Some("{#") => ("#}", 2),
            _ => ("", 1),
        };
        match tag.get(open..).and_then(|inside| inside.find(end)).filter(|_| open == 2) {
            Some(length) => {
                let inside = tag[2..2 + length].trim_matches('-').trim();
                match end {
                    "}}" => prose.push_str(&variable(inside)),
                    "%}" => prose.push_str(&statement(inside)),
                    _ => {}
                }
                rest = &tag[2 + length + 2..];
            }
            None => {
                prose.push('{');
                rest = &tag[1..];
            }
        }
    }
    prose.push_str(&escaped_here(rest));
    prose.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn escaped_here(text: &str) -> String {
    text.replace('<', "\\<").replace('*', "\\*")
}

/// `{{ waiters | names }}`: WAITERS; `{{ waiters | names(do='waits') }}`: WAITERS waits.
fn variable(inside: &str) -> String {
    let name = inside.split('|').next().unwrap_or_default().trim().to_uppercase();
    let quoted = |key: &str| {
        let behind = inside.split_once(key)?.1;
        let quote = behind.chars().next()?;
        let text = behind[quote.len_utf8()..].split_once(quote)?.0;
        Some(text.split(' ').map(|word| word.trim_start_matches('*')).collect::<Vec<_>>().join(" "))
    };
    let (things, predicate) = (quoted("of="), quoted("do="));
    let who = match (&predicate, things) {
        (_, Some(things)) => format!("a number of {things}s"),
        (Some(_), None) if inside.contains("| agree(") => String::new(),
        _ => name,
    };
    [who, predicate.unwrap_or_default()].join(" ").trim().to_owned()
}

fn statement(inside: &str) -> String {
    let (word, rest) = inside.split_once(' ').unwrap_or((inside, ""));
    match word {
        "if" => format!("[if {rest}: "),
        "elif" => format!("; if {rest}: "),
        "else" => "; else: ".to_owned(),
        "for" => format!("[for {rest}: "),
        "endif" | "endfor" => "]".to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::prose;

    #[test]
    fn templates_are_read_aloud() {
        assert_eq!(prose("{{ waiters | names }} waits\nfor {{ lock }}."), "WAITERS waits for LOCK.");
        assert_eq!(prose("{{ a | names(do=`*waits and *holds it`) }}"), "A waits and holds it");
        assert_eq!(prose("{{ a | names }} of it {{ a | agree(do='waits') }}"), "A of it waits");
        assert_eq!(prose("{{ a | counted(of='thread', do='waits') }}"), "a number of threads waits");
        assert_eq!(
            prose("a{% if held %} by {{ holder.pid }}{% else %} b{% endif %}"),
            "a[if held: by HOLDER.PID; else: b]"
        );
        assert_eq!(prose("p {a} {{ <x>"), "p {a} {{ \\<x>");
    }
}
