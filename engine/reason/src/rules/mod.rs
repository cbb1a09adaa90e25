//! The signatures: rule files loaded, checked and ready to be matched.

pub mod ast;
mod clause;
mod cost;
pub mod diagnostic;
mod draft;
mod levels;
mod reach;
mod read;
pub mod render;
pub(crate) mod report;
pub mod show;
pub(crate) mod stack;
pub mod tables;
mod texts;
mod value;
mod variables;
mod whole;

pub(crate) use stacklore_yaml as yaml;

use crate::vocabulary::{SourceFile, Vocabulary, YamlSource};
use ast::Rule;
use diagnostic::Diagnostic;
use read::Read;
use report::Reporter;
use whole::Whole;

/// Rules that passed the checker, in the order of their paths.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    /// The rules.
    pub rules: Vec<Rule>,
}

impl RuleSet {
    /// These rules and others beside them: one with the same id comes instead of the first, in its place.
    pub fn with(mut self, others: RuleSet) -> RuleSet {
        for other in others.rules {
            match self.rules.iter_mut().find(|rule| rule.id == other.id) {
                Some(rule) => *rule = other,
                None => self.rules.push(other),
            }
        }
        self
    }
}

/// What the checker may ask about the corpus.
#[derive(Clone, Debug, Default)]
pub struct CorpusFacts {
    /// Ids of all cases; empty: the corpus is not at hand and tests are not checked against it.
    pub cases: Vec<String>,
    /// Functions that the corpus has.
    pub functions: std::collections::HashSet<String>,
    /// Ids of rules that are loaded beside these, for `instead_of`.
    pub rules: Vec<String>,
}

/// Loads rule files for running. Every error is in the second part; a rule with an error is left out of the set.
///
/// Templates and typing errors in function names are the business of [`check()`], which costs more.
pub fn load(sources: &[YamlSource], vocabulary: &Vocabulary, corpus: &CorpusFacts) -> (RuleSet, Vec<Diagnostic>) {
    let files: Vec<SourceFile<'_>> = sources.iter().map(SourceFile::from).collect();
    load_files(&files, vocabulary, corpus)
}

/// [`load()`], where some files were read and checked before the program was built: of these, what cannot fail is not
/// checked again, and regexes wait until they are needed.
pub fn load_files(
    files: &[SourceFile<'_>],
    vocabulary: &Vocabulary,
    corpus: &CorpusFacts,
) -> (RuleSet, Vec<Diagnostic>) {
    run(files, vocabulary, corpus, Depth::Load)
}

/// Loads rule files and checks everything that can be checked: what `rules check` and `rules test` do.
pub fn check(sources: &[YamlSource], vocabulary: &Vocabulary, corpus: &CorpusFacts) -> (RuleSet, Vec<Diagnostic>) {
    let files: Vec<SourceFile<'_>> = sources.iter().map(SourceFile::from).collect();
    run(&files, vocabulary, corpus, Depth::Check)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Load,
    Check,
}

fn run(
    files: &[SourceFile<'_>],
    vocabulary: &Vocabulary,
    corpus: &CorpusFacts,
    depth: Depth,
) -> (RuleSet, Vec<Diagnostic>) {
    let mut reports: Vec<_> = files.iter().map(Reporter::of).collect();
    let read: Vec<Option<Read>> =
        files.iter().zip(&mut reports).map(|(file, report)| read::rule(file, vocabulary, report)).collect();
    let whole = Whole::new(read.iter().flatten(), corpus);
    for ((read, report), file) in read.iter().zip(&mut reports).zip(files) {
        let Some(read) = read.as_ref().filter(|_| !report.trusts()) else { continue };
        // What hangs together is judged only where every part could be read.
        if report.errors() == 0 {
            cost::check(&read.draft, &read.conclusion, report);
            reach::check(&read.draft, &read.conclusion, report);
            if depth == Depth::Check {
                texts::check(read, &file.source.text, report);
            }
        }
        whole.ids(read, report);
        whole.cases(read, report);
        whole.functions(read, vocabulary, depth, report);
    }
    let sound: Vec<bool> = reports.iter().map(|report| report.errors() == 0).collect();
    let rules =
        read.into_iter().zip(sound).filter(|(_, sound)| *sound).filter_map(|(read, _)| Some(read?.rule)).collect();
    (RuleSet { rules }, reports.into_iter().flat_map(Reporter::finish).collect())
}
