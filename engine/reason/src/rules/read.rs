//! Reads a rule file: its keys, clauses, levels and tests.

use super::ast::{Rule, Status};
use super::clause::{self, prose};
use super::draft::{Draft, Text};
use super::levels::{self, Conclusion};
use super::report::{Reporter, listed, meant};
use super::variables;
use crate::finding::{Certainty, Class, Reference, Severity};
use crate::vocabulary::{SourceFile, Vocabulary};
use stacklore_model::System;
use stacklore_yaml::{Content, Key, Node, Place};

const REQUIRED: [&str; 9] = ["id", "title", "class", "severity", "systems", "evidence", "conclude", "explain", "tests"];
const OPTIONAL: [&str; 9] =
    ["status", "also", "refute", "edges", "confirm", "remedy", "affected", "references", "instead_of"];

const CLASSES: [Class; 9] = [
    Class::DeadlockCycle,
    Class::SelfDeadlock,
    Class::Starvation,
    Class::NoWaker,
    Class::IoStall,
    Class::LockConvoy,
    Class::Lockup,
    Class::RcuStall,
    Class::Crash,
];
const SEVERITIES: [(&str, Severity); 3] =
    [("critical", Severity::Critical), ("major", Severity::Major), ("minor", Severity::Minor)];
pub(crate) const CERTAINTIES: [Certainty; 3] = [Certainty::Possible, Certainty::Likely, Certainty::Proven];

/// A rule that was read, with the places that later checks need.
pub(crate) struct Read {
    pub(crate) rule: Rule,
    pub(crate) draft: Draft,
    pub(crate) conclusion: Conclusion,
    pub(crate) id_at: Place,
    pub(crate) explain: Option<Text>,
    pub(crate) confirm: Vec<Text>,
    pub(crate) remedy: Vec<Text>,
    pub(crate) instead_of: Vec<(String, Place)>,
    pub(crate) finds: Vec<(String, Certainty, Place)>,
    pub(crate) leaves: Vec<(String, Place)>,
}

/// Reads a file; `None` where it is no rule at all. What is wrong goes into the report.
pub(crate) fn rule(file: &SourceFile<'_>, vocabulary: &Vocabulary, report: &mut Reporter<'_>) -> Option<Read> {
    let source = file.source;
    let root = match file.read() {
        Ok(root) => root,
        Err(problem) => {
            report.error("R01", problem.at, problem.message, problem.help.map(str::to_owned));
            return None;
        }
    };
    let Content::Map(entries) = &root.content else {
        report.error("R01", root.at, format!("a rule is a mapping, this is {}", root.what()), None);
        return None;
    };
    check_keys(entries, report);
    let get = |name: &str| entries.iter().find(|(key, _)| key.text == name).map(|(_, node)| node);
    let mut draft = Draft::default();
    let mut whole = true;
    if let Some(node) = get("evidence") {
        whole = evidence(node, &mut draft, vocabulary, report);
    }
    let conclusion = levels::read(entries, &draft, whole, report);
    let variables = variables::resolve(&draft, &conclusion, report);
    let edges = get("edges").map(|node| levels::edges(node, &draft, &variables, report)).unwrap_or_default();
    let (finds, leaves) = get("tests").map(|node| tests(node, &conclusion, report)).unwrap_or_default();
    let word = |name: &str, report: &mut Reporter<'_>| get(name).and_then(|node| prose(name, node, report));
    let id = word("id", report);
    let title = word("title", report);
    let explain = word("explain", report);
    let texts =
        |name: &str, report: &mut Reporter<'_>| get(name).map(|node| list(name, node, report)).unwrap_or_default();
    let confirm = texts("confirm", report);
    let remedy = texts("remedy", report);
    let instead_of: Vec<_> =
        texts("instead_of", report).into_iter().map(|text| (text.text.trim().to_owned(), text.at)).collect();
    let plain = |text: &Option<Text>| text.as_ref().map(|text| text.text.trim().to_owned()).unwrap_or_default();
    let rule = Rule {
        id: plain(&id),
        family: family(&source.path),
        title: plain(&title),
        class: class(get("class"), report),
        severity: severity(get("severity"), report),
        systems: systems(get("systems"), report),
        status: status(get("status"), report),
        variables,
        clauses: draft.clauses.iter().map(|clause| clause.clause.clone()).collect(),
        levels: conclusion.levels(),
        also: conclusion.also.clone(),
        refute: conclusion.refute.clone(),
        edges,
        explain: explain.as_ref().map(|text| text.text.clone()).unwrap_or_default(),
        confirm: confirm.iter().map(|text| text.text.clone()).collect(),
        remedy: remedy.iter().map(|text| text.text.clone()).collect(),
        affected: affected(get("affected"), report),
        references: references(get("references"), report),
        instead_of: instead_of.iter().map(|(id, _)| id.clone()).collect(),
        finds: finds.iter().map(|(case, certainty, _)| (case.clone(), *certainty)).collect(),
        leaves: leaves.iter().map(|(case, _)| case.clone()).collect(),
        file: source.path.clone(),
        text: source.text.clone(),
    };
    let id_at = id.map_or(Place::START, |text| text.at);
    Some(Read { rule, draft, conclusion, id_at, explain, confirm, remedy, instead_of, finds, leaves })
}

fn check_keys(entries: &[(Key, Node)], report: &mut Reporter<'_>) {
    let known = || REQUIRED.into_iter().chain(OPTIONAL);
    for (key, _) in entries {
        if !known().any(|name| name == key.text) {
            let help = meant(&key.text, known());
            report.error("R02", key.at, format!("unknown key `{}`", key.text), help);
        }
    }
    for name in REQUIRED {
        if !entries.iter().any(|(key, _)| key.text == name) {
            let help = (name == "tests").then(|| "name a case to find and a near miss to leave alone".to_owned());
            report.error("R18", Place::START, format!("the rule needs the key `{name}`"), help);
        }
    }
}

/// Reads all clauses; whether each could be read.
fn evidence(node: &Node, draft: &mut Draft, vocabulary: &Vocabulary, report: &mut Reporter<'_>) -> bool {
    match &node.content {
        Content::Map(entries) if !entries.is_empty() => {
            let mut whole = true;
            for (key, node) in entries {
                whole &= clause::read(key, node, draft, vocabulary, report);
            }
            whole
        }
        _ => {
            let message = format!("`evidence` is {}, not named clauses", node.what());
            report.error("R01", node.at, message, None);
            false
        }
    }
}

/// A list of texts.
fn list(name: &str, node: &Node, report: &mut Reporter<'_>) -> Vec<Text> {
    match &node.content {
        Content::List(items) => {
            items.iter().filter_map(|item| prose(&format!("an item of `{name}`"), item, report)).collect()
        }
        _ => {
            report.error("R01", node.at, format!("`{name}` is {}, not a list", node.what()), None);
            Vec::new()
        }
    }
}

/// The folder is the family.
fn family(path: &str) -> String {
    path.rsplit(['/', '\\']).nth(1).unwrap_or_default().to_owned()
}

/// One word of a fixed choice; where it is not one of them, the first stands in so that the checks can go on.
fn choice<T: Copy>(
    name: &str,
    node: Option<&Node>,
    choices: &[(&'static str, T)],
    report: &mut Reporter<'_>,
) -> Option<T> {
    let node = node?;
    let Some(text) = node.text() else {
        report.error("R01", node.at, format!("`{name}` is {}, not a word", node.what()), None);
        return None;
    };
    let found = choices.iter().find(|(word, _)| *word == text.trim()).map(|(_, value)| *value);
    if found.is_none() {
        let names = || choices.iter().map(|(word, _)| *word);
        let help = meant(text, names()).unwrap_or_else(|| format!("one of {}", listed(names())));
        report.error("R06", node.at, format!("no {name} `{text}`"), Some(help));
    }
    found
}

fn class(node: Option<&Node>, report: &mut Reporter<'_>) -> Class {
    choice("class", node, &CLASSES.map(|class| (class.name(), class)), report).unwrap_or(Class::DeadlockCycle)
}

fn severity(node: Option<&Node>, report: &mut Reporter<'_>) -> Severity {
    choice("severity", node, &SEVERITIES, report).unwrap_or(Severity::Minor)
}

fn status(node: Option<&Node>, report: &mut Reporter<'_>) -> Status {
    let choices = [("experimental", Status::Experimental), ("stable", Status::Stable)];
    choice("status", node, &choices, report).unwrap_or_default()
}

fn system(name: &str, at: Place, report: &mut Reporter<'_>) -> Option<System> {
    let found = System::ALL.into_iter().find(|system| system.name() == name);
    if found.is_none() {
        let names = || System::ALL.into_iter().map(System::name);
        let help = meant(name, names()).unwrap_or_else(|| format!("one of {}", listed(names())));
        report.error("R06", at, format!("no system `{name}`"), Some(help));
    }
    found
}

fn systems(node: Option<&Node>, report: &mut Reporter<'_>) -> Vec<System> {
    let Some(node) = node else { return Vec::new() };
    let names = list("systems", node, report);
    if matches!(&node.content, Content::List(items) if items.is_empty()) {
        report.error("R01", node.at, "`systems` names no system", None);
    }
    names.iter().filter_map(|text| system(text.text.trim(), text.at, report)).collect()
}

fn affected(node: Option<&Node>, report: &mut Reporter<'_>) -> Vec<(String, String)> {
    let Some(node) = node else { return Vec::new() };
    let Content::Map(entries) = &node.content else {
        report.error("R01", node.at, format!("`affected` is {}, not a mapping", node.what()), None);
        return Vec::new();
    };
    let mut ranges = Vec::new();
    for (key, value) in entries {
        let known = system(&key.text, key.at, report);
        if let (Some(system), Some(range)) = (known, prose(&key.text, value, report)) {
            ranges.push((system.name().to_owned(), range.text));
        }
    }
    ranges
}

fn references(node: Option<&Node>, report: &mut Reporter<'_>) -> Vec<Reference> {
    let Some(node) = node else { return Vec::new() };
    let Content::List(items) = &node.content else {
        report.error("R01", node.at, format!("`references` is {}, not a list", node.what()), None);
        return Vec::new();
    };
    items.iter().filter_map(|item| reference(item, report)).collect()
}

fn reference(node: &Node, report: &mut Reporter<'_>) -> Option<Reference> {
    let Content::Map(entries) = &node.content else {
        let help = Some("`{title: …, url: …}`".to_owned());
        report.error("R01", node.at, format!("a reference is {}, not a mapping", node.what()), help);
        return None;
    };
    let (mut title, mut url) = (None, None);
    for (key, value) in entries {
        match key.text.as_str() {
            "title" => title = prose("title", value, report).map(|text| text.text),
            "url" => url = prose("url", value, report).map(|text| text.text),
            other => {
                let help = meant(other, ["title", "url"]);
                report.error("R02", key.at, format!("unknown key `{other}` of a reference"), help);
            }
        }
    }
    if !entries.iter().any(|(key, _)| key.text == "title") {
        report.error("R18", node.at, "a reference needs the key `title`", None);
    }
    Some(Reference { title: title?, url })
}

type Finds = Vec<(String, Certainty, Place)>;
type Leaves = Vec<(String, Place)>;

fn tests(node: &Node, conclusion: &Conclusion, report: &mut Reporter<'_>) -> (Finds, Leaves) {
    let (mut finds, mut leaves) = (Vec::new(), Vec::new());
    let Content::Map(entries) = &node.content else {
        report.error("R01", node.at, format!("`tests` is {}, not a mapping", node.what()), None);
        return (finds, leaves);
    };
    for (key, value) in entries {
        match key.text.as_str() {
            "finds" => finds = expected(value, conclusion, report),
            "leaves" => {
                leaves = list("leaves", value, report).into_iter().map(|text| (text.text, text.at)).collect();
            }
            other => {
                let help = meant(other, ["finds", "leaves"]);
                report.error("R02", key.at, format!("unknown key `{other}` of `tests`"), help);
            }
        }
    }
    if finds.is_empty() {
        let help = Some("`finds: {case: certainty}`".to_owned());
        report.error("R17", node.at, "`tests` names no case that the rule finds", help);
    }
    if leaves.is_empty() {
        let help = Some("`leaves: [case]`: something alike that is something else".to_owned());
        report.error("R17", node.at, "`tests` names no near miss that the rule leaves alone", help);
    }
    (finds, leaves)
}

fn expected(node: &Node, conclusion: &Conclusion, report: &mut Reporter<'_>) -> Finds {
    let Content::Map(entries) = &node.content else {
        let help = Some("`finds: {case: certainty}`".to_owned());
        report.error("R01", node.at, format!("`finds` is {}, not a mapping", node.what()), help);
        return Vec::new();
    };
    let choices = CERTAINTIES.map(|certainty| (certainty.name(), certainty));
    let highest = conclusion.levels.last().map(|level| level.certainty);
    let mut finds = Vec::new();
    for (key, value) in entries {
        let Some(certainty) = choice("certainty", Some(value), &choices, report) else { continue };
        if highest.is_some_and(|highest| certainty > highest) {
            let message = format!("a case can never be {}: the rule has no such level", certainty.name());
            report.error("R17", value.at, message, None);
        }
        finds.push((key.text.clone(), certainty, key.at));
    }
    finds
}
