//! Known fixes: published repairs of hangs, by the functions that a stack of such a hang shows.
//!
//! A fix is a hint beside a finding, or beside what to collect where no rule knows a hang. It never makes a finding
//! and never raises certainty: vendors take fixes back to older releases, and one function can hang for two reasons.
//! Fixes are data (`rules/fixes/<system>.yaml`); [`load`] reads and checks them, [`Fixes::annotate`] finds those that
//! the stacks of tasks show.

mod find;
mod read;
#[cfg(test)]
mod tests;
mod version;

pub use find::{Applies, KnownFix, Running};

use crate::pattern::Regex;
use crate::rules::ast::StackItem;
use crate::rules::diagnostic::Diagnostic;
use crate::vocabulary::{Vocabulary, YamlSource};
use stacklore_model::System;
use std::collections::HashMap;

/// What the task is seen doing whose stack shows the functions of a fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It waits, and does not spin.
    Waiting,
    /// It runs or spins: a lockup.
    Running,
    /// Either.
    Any,
}

/// Releases that have a fix: from the first that has it until the first that has it no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedRange {
    /// The first release with the fix, as written.
    pub from: String,
    /// The first release in which it was taken back.
    pub until: Option<String>,
}

/// A published fix of a hang.
#[derive(Clone, Debug)]
pub struct Fix {
    /// Its title.
    pub title: String,
    /// Its commit, abbreviated.
    pub commit: String,
    /// Its CVE number.
    pub cve: Option<String>,
    /// Releases that have it.
    pub fixed: Vec<FixedRange>,
    pub(crate) system: System,
    /// Frames that one stack shows, from the innermost outward.
    pub(crate) stack: Vec<StackItem>,
    /// Frames that another task's stack shows as well; empty: one stack is enough.
    pub(crate) with: Vec<StackItem>,
    pub(crate) seen: Seen,
    /// Wait kind or group in which the task must be.
    pub(crate) waits: Option<String>,
}

/// All known fixes.
#[derive(Clone, Debug, Default)]
pub struct Fixes {
    fixes: Vec<Fix>,
    /// How texts of a system tell its release: regexes with the group `version`.
    versions: Vec<(System, Regex)>,
    /// Exact function names of all items.
    exact: HashMap<String, Vec<Item>>,
    /// Items with a pattern that is no plain name.
    patterns: Vec<Item>,
}

/// An item of a fix: its number, whether it is of the further stack, and its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Item {
    fix: usize,
    with: bool,
    place: usize,
}

/// Reads files of fixes; later files add to earlier ones. What is wrong is in the second part; a fix with an error is
/// left out.
pub fn load(sources: &[YamlSource], vocabulary: &Vocabulary) -> (Fixes, Vec<Diagnostic>) {
    let mut fixes = Fixes::default();
    let mut messages = Vec::new();
    for source in sources {
        messages.extend(read::file(source, vocabulary, &mut fixes));
    }
    fixes.index();
    (fixes, messages)
}

impl Fixes {
    /// How many fixes are known.
    pub fn len(&self) -> usize {
        self.fixes.len()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.fixes.is_empty()
    }

    fn index(&mut self) {
        use crate::rules::ast::FunctionPattern::Exact;
        for (fix, known) in self.fixes.iter().enumerate() {
            for (with, items) in [(false, &known.stack), (true, &known.with)] {
                for (place, item) in items.iter().enumerate() {
                    let at = Item { fix, with, place };
                    let mut other = false;
                    for pattern in &item.alternatives {
                        match pattern {
                            Exact(name) => self.exact.entry(name.clone()).or_default().push(at),
                            _ => other = true,
                        }
                    }
                    if other {
                        self.patterns.push(at);
                    }
                }
            }
        }
    }
}
