//! Reads a file of fixes: what is wrong is told with the place, as for rules.

use super::version;
use super::{Fix, FixedRange, Fixes, Seen};
use crate::pattern::Regex;
use crate::rules::ast::StackItem;
use crate::rules::diagnostic::Diagnostic;
use crate::rules::report::{Reporter, listed, meant};
use crate::rules::stack;
use crate::rules::yaml::{self, Content, Key, Node, Place};
use crate::vocabulary::{Vocabulary, YamlSource};
use stacklore_model::System;

const KEYS: [&str; 3] = ["system", "versions", "fixes"];
const FIX_KEYS: [&str; 8] = ["title", "commit", "cve", "fixed", "stack", "with", "seen", "waits"];
const SEEN: [(&str, Seen); 3] = [("waiting", Seen::Waiting), ("running", Seen::Running), ("any", Seen::Any)];

/// Reads a file into the known fixes and gives what is wrong with it.
pub(super) fn file(source: &YamlSource, vocabulary: &Vocabulary, into: &mut Fixes) -> Vec<Diagnostic> {
    let mut report = Reporter::new(&source.path, &source.text);
    match yaml::parse(&source.text) {
        Ok(root) => whole(&root, vocabulary, into, &mut report),
        Err(problem) => report.error("R01", problem.at, problem.message, problem.help.map(str::to_owned)),
    }
    report.finish()
}

fn whole(root: &Node, vocabulary: &Vocabulary, into: &mut Fixes, report: &mut Reporter<'_>) {
    let Some(entries) = entries("a file of fixes", root, &KEYS, &["system", "fixes"], report) else { return };
    let Some(system) = get(entries, "system").and_then(|node| system(node, report)) else { return };
    for (text, at) in get(entries, "versions").map(|node| words("versions", node, report)).unwrap_or_default() {
        into.versions.extend(release_regex(&text, at, report).map(|regex| (system, regex)));
    }
    let Some(list) = get(entries, "fixes") else { return };
    let Content::List(items) = &list.content else {
        return report.error("R01", list.at, format!("`fixes` is {}, not a list", list.what()), None);
    };
    for item in items {
        let before = report.errors();
        let fix = fix(item, system, vocabulary, report);
        into.fixes.extend(fix.filter(|_| report.errors() == before));
    }
}

fn fix(node: &Node, system: System, vocabulary: &Vocabulary, report: &mut Reporter<'_>) -> Option<Fix> {
    let entries = entries("a fix", node, &FIX_KEYS, &["title", "commit", "fixed", "stack"], report)?;
    let word = |name: &str, report: &mut Reporter<'_>| get(entries, name).and_then(|node| one(name, node, report));
    let frames = |name: &str, report: &mut Reporter<'_>| -> Vec<StackItem> {
        get(entries, name).map(|node| stack::items(node, vocabulary, &mut Vec::new(), report)).unwrap_or_default()
    };
    let waits = word("waits", report);
    if let (Some(kind), Some(node)) = (&waits, get(entries, "waits")) {
        kind_is_known(kind, node.at, vocabulary, report);
    }
    Some(Fix {
        title: word("title", report)?,
        commit: commit(get(entries, "commit")?, report)?,
        cve: word("cve", report),
        fixed: ranges(get(entries, "fixed")?, report),
        system,
        stack: frames("stack", report),
        with: frames("with", report),
        seen: get(entries, "seen").map_or(Seen::Waiting, |node| seen(node, report)),
        waits,
    })
}

/// The entries of a mapping, its keys checked.
fn entries<'n>(
    what: &str,
    node: &'n Node,
    known: &[&str],
    needed: &[&str],
    report: &mut Reporter<'_>,
) -> Option<&'n [(Key, Node)]> {
    let Content::Map(entries) = &node.content else {
        report.error("R01", node.at, format!("{what} is a mapping, this is {}", node.what()), None);
        return None;
    };
    for (key, _) in entries {
        if !known.contains(&key.text.as_str()) {
            let help = meant(&key.text, known.iter().copied());
            report.error("R02", key.at, format!("unknown key `{}`", key.text), help);
        }
    }
    for name in needed {
        if !entries.iter().any(|(key, _)| key.text == *name) {
            report.error("R18", node.at, format!("{what} needs the key `{name}`"), None);
        }
    }
    Some(entries)
}

fn get<'n>(entries: &'n [(Key, Node)], name: &str) -> Option<&'n Node> {
    entries.iter().find(|(key, _)| key.text == name).map(|(_, node)| node)
}

fn one(name: &str, node: &Node, report: &mut Reporter<'_>) -> Option<String> {
    let text = node.text().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if text.is_none() {
        report.error("R01", node.at, format!("`{name}` is {}, not a word", node.what()), None);
    }
    text
}

/// One word or a list of them, each with its place.
fn words(name: &str, node: &Node, report: &mut Reporter<'_>) -> Vec<(String, Place)> {
    let nodes = match &node.content {
        Content::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    nodes.iter().filter_map(|node| one(name, node, report).map(|text| (text, node.at))).collect()
}

fn system(node: &Node, report: &mut Reporter<'_>) -> Option<System> {
    let name = one("system", node, report)?;
    let found = System::ALL.into_iter().find(|system| system.name() == name);
    if found.is_none() {
        let names = || System::ALL.into_iter().map(System::name);
        let help = meant(&name, names()).unwrap_or_else(|| format!("one of {}", listed(names())));
        report.error("R06", node.at, format!("no system `{name}`"), Some(help));
    }
    found
}

fn seen(node: &Node, report: &mut Reporter<'_>) -> Seen {
    let name = one("seen", node, report).unwrap_or_default();
    let found = SEEN.iter().find(|(word, _)| *word == name).map(|(_, seen)| *seen);
    if found.is_none() {
        let names = || SEEN.iter().map(|(word, _)| *word);
        let help = meant(&name, names()).unwrap_or_else(|| format!("one of {}", listed(names())));
        report.error("R05", node.at, format!("no `seen` is `{name}`"), Some(help));
    }
    found.unwrap_or(Seen::Waiting)
}

fn kind_is_known(kind: &str, at: Place, vocabulary: &Vocabulary, report: &mut Reporter<'_>) {
    if !vocabulary.knows_kind(kind) {
        let help = meant(kind, vocabulary.kinds().map(|(_, name)| name).chain(vocabulary.kind_groups()));
        report.error("R06", at, format!("no kind or group `{kind}`"), help);
    }
}

/// A commit is named by at least seven hexadecimal digits.
fn commit(node: &Node, report: &mut Reporter<'_>) -> Option<String> {
    let text = one("commit", node, report)?;
    let hex = text.len() >= 7 && text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !hex {
        let help = Some("seven to forty hexadecimal digits".to_owned());
        report.error("R05", node.at, format!("`{text}` is no commit"), help);
    }
    hex.then_some(text)
}

fn ranges(node: &Node, report: &mut Reporter<'_>) -> Vec<FixedRange> {
    let texts = words("fixed", node, report);
    let read = texts.iter().filter_map(|(text, at)| {
        let range = version::range(text);
        if range.is_none() {
            let help = "the first release that has it (`6.3`), or `6.3..6.6` where 6.6 has it no more";
            report.error("R05", *at, format!("`{text}` is no range of releases"), Some(help.to_owned()));
        }
        range
    });
    let read: Vec<FixedRange> = read.collect();
    if texts.is_empty() {
        report.error("R05", node.at, "no release has this fix", None);
    }
    read
}

/// A regex between slashes with the group `version`.
fn release_regex(text: &str, at: Place, report: &mut Reporter<'_>) -> Option<Regex> {
    let regex = stack::slashes(text).map(Regex::new);
    let wrong = match &regex {
        None => Some("a regex stands between slashes".to_owned()),
        Some(regex) => match regex.check() {
            Err(reason) => Some(reason),
            Ok(()) if !regex.group_names().any(|name| name == "version") => Some("it lacks `(?<version>…)`".to_owned()),
            Ok(()) => None,
        },
    };
    if let Some(reason) = wrong {
        report.error("R05", at, format!("`{text}` does not tell a release: {reason}"), None);
        return None;
    }
    regex
}
