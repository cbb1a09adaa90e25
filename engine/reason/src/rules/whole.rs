//! Checks that need more than one file: ids, `instead_of`, cases and functions of the corpus.

use super::read::Read;
use super::report::{Reporter, meant};
use super::{CorpusFacts, Depth};
use crate::pattern::{Glob, is_glob};
use crate::vocabulary::Vocabulary;
use stacklore_yaml::Place;
use std::collections::BTreeMap;

/// What is known of all rules together.
pub(crate) struct Whole<'a> {
    /// Each id with the first file that has it.
    ids: BTreeMap<&'a str, &'a str>,
    corpus: &'a CorpusFacts,
}

impl<'a> Whole<'a> {
    pub(crate) fn new(rules: impl Iterator<Item = &'a Read>, corpus: &'a CorpusFacts) -> Self {
        let mut ids = BTreeMap::new();
        for read in rules.filter(|read| !read.rule.id.is_empty()) {
            ids.entry(read.rule.id.as_str()).or_insert(read.rule.file.as_str());
        }
        Whole { ids, corpus }
    }

    /// The id is that of the file and of no other file; other rules that it names are there (R16).
    pub(crate) fn ids(&self, read: &Read, report: &mut Reporter<'_>) {
        let rule = &read.rule;
        let name = rule.file.rsplit(['/', '\\']).next().unwrap_or_default();
        let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")).unwrap_or(name);
        if !rule.id.is_empty() && rule.id != stem {
            let help = Some(format!("rename the file to `{}.yaml`, or the rule", rule.id));
            report.error("R16", read.id_at, format!("the id is `{}`, the file is `{stem}`", rule.id), help);
        }
        if let Some(first) = self.ids.get(rule.id.as_str()).filter(|first| **first != rule.file) {
            report.error("R16", read.id_at, format!("`{first}` has the id `{}` already", rule.id), None);
        }
        for (id, at) in &read.instead_of {
            let others = || self.ids.keys().copied().chain(self.corpus.rules.iter().map(String::as_str));
            if *id == rule.id {
                report.error("R16", *at, "a rule cannot be instead of itself", None);
            } else if !others().any(|other| other == id) {
                report.error("R16", *at, format!("no rule `{id}`"), meant(id, others()));
            }
        }
    }

    /// The cases of the tests are there (R17).
    pub(crate) fn cases(&self, read: &Read, report: &mut Reporter<'_>) {
        let cases = &self.corpus.cases;
        let named =
            read.finds.iter().map(|(case, _, at)| (case, at)).chain(read.leaves.iter().map(|(case, at)| (case, at)));
        for (case, at) in named {
            if !cases.is_empty() && !cases.contains(case) {
                let help = meant(case, cases.iter().map(String::as_str));
                report.error("R17", *at, format!("the corpus has no case `{case}`"), help);
            }
        }
        for (case, at) in &read.leaves {
            if read.finds.iter().any(|(found, ..)| found == case) {
                report.error("R17", *at, format!("`{case}` is to be found and to be left alone"), None);
            }
        }
    }

    /// A function that neither the vocabulary nor any corpus case has (W01).
    pub(crate) fn functions(&self, read: &Read, vocabulary: &Vocabulary, depth: Depth, report: &mut Reporter<'_>) {
        let functions = &self.corpus.functions;
        if depth == Depth::Load || functions.is_empty() {
            return;
        }
        for (name, at) in &read.draft.functions {
            let seen = match is_glob(name) {
                true => {
                    let glob = Glob::new(name);
                    functions.iter().any(|function| glob.is_match(function))
                }
                false => functions.contains(name),
            };
            if !seen && !vocabulary.knows_function(name) {
                unknown_function(name, *at, functions, report);
            }
        }
    }
}

fn unknown_function(name: &str, at: Place, functions: &std::collections::HashSet<String>, report: &mut Reporter<'_>) {
    // Sorted, so that among equals the choice is the same every time.
    let mut sorted: Vec<&str> = functions.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    let help = meant(name, sorted).unwrap_or_else(|| "a typing error?".to_owned());
    let message = format!("neither the vocabulary nor any case has the function `{name}`");
    report.warning("W01", at, message, Some(help));
}
