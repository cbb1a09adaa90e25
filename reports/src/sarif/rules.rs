//! The rules that found something, as reporting descriptors.

use super::form::{Configuration, Message, RuleDescriptor, RuleProperties};
use super::words;
use crate::view::FindingView;
use crate::visible;
use stacklore_reason::finding::{Reference, Severity};
use std::collections::BTreeMap;

/// Descriptors in the order of the findings, each once.
pub(super) struct Rules<'a> {
    pub(super) descriptors: Vec<RuleDescriptor>,
    numbers: BTreeMap<&'a str, usize>,
}

impl<'a> Rules<'a> {
    pub(super) fn of(findings: &'a [FindingView]) -> Self {
        let mut rules = Rules { descriptors: Vec::new(), numbers: BTreeMap::new() };
        for finding in findings {
            let next = rules.descriptors.len();
            if *rules.numbers.entry(&finding.rule).or_insert(next) == next {
                rules.descriptors.push(descriptor(finding));
            }
        }
        rules
    }

    /// Number of the descriptor of a rule.
    pub(super) fn index(&self, rule: &str) -> usize {
        self.numbers.get(rule).copied().unwrap_or_default()
    }
}

fn descriptor(finding: &FindingView) -> RuleDescriptor {
    RuleDescriptor {
        id: visible(&finding.rule),
        short_description: Message::of(&finding.title),
        // What a finding explains is said of this case: it stands in its message.
        full_description: Message::of(&finding.title),
        help: help(finding),
        help_uri: finding.references.iter().find_map(|reference| words::web(reference.url.as_deref()?)),
        default_configuration: Configuration {
            level: match finding.severity {
                Severity::Minor => "warning",
                Severity::Major | Severity::Critical => "error",
            },
        },
        properties: RuleProperties {
            class: finding.class,
            severity: finding.severity,
            tags: [if finding.class.is_hang() { "hang" } else { "crash" }, finding.class.name()],
        },
    }
}

/// What to do, how to be sure, what to read on.
fn help(finding: &FindingView) -> Option<Message> {
    let lists = [("What to do", &finding.remedy), ("To be sure", &finding.confirm)];
    let mut text = Vec::new();
    let mut markdown = Vec::new();
    for (head, items) in lists.iter().filter(|(_, items)| !items.is_empty()) {
        text.push(format!("{head}:"));
        text.extend(items.iter().map(|item| format!("- {}", words::message(item))));
        markdown.push(format!("**{head}**\n"));
        markdown.extend(items.iter().map(|item| format!("- {}", words::markdown(item))));
        markdown.push(String::new());
    }
    if !finding.references.is_empty() {
        text.push("To read on:".into());
        text.extend(finding.references.iter().map(reference));
        markdown.push("**To read on**\n".into());
        markdown.extend(finding.references.iter().map(linked));
    }
    let markdown = markdown.join("\n").trim_end().to_owned();
    (!text.is_empty()).then(|| Message { text: text.join("\n"), markdown: Some(markdown) })
}

fn reference(reference: &Reference) -> String {
    match &reference.url {
        Some(url) => format!("- {}: {}", words::message(&reference.title), words::message(url)),
        None => format!("- {}", words::message(&reference.title)),
    }
}

fn linked(reference: &Reference) -> String {
    let title = words::markdown(&reference.title);
    match reference.url.as_deref().map(|url| (words::web(url), url)) {
        Some((Some(address), _)) => format!("- [{title}]({address})"),
        Some((None, url)) => format!("- {title}: {}", words::markdown(url)),
        None => format!("- {title}"),
    }
}
