//! The engine as a library: pasted stacks, dumps and logs of a hung system in, a report out.
//!
//! ```
//! use stacklore::{Document, Engine, Options};
//!
//! let engine = Engine::new().expect("the rules of the program are sound");
//! let report = engine.diagnose("ticket", vec![Document::from_text("a.txt", "hello")], &Options::default());
//! assert_eq!(report.verdict.name(), "no-traces");
//! ```
//!
//! An [`Engine`] is made once and used for many cases, by as many threads as one likes: no call changes it, none waits
//! for another. It touches no file, clock or thread: the same texts and rules give the same report.
//!
//! | to | call |
//! | --- | --- |
//! | diagnose texts that are in memory | [`Engine::diagnose`] |
//! | diagnose files, folders, archives, mails, standard input | [`intake::read_paths`] or [`intake::read_bytes`], then [`Engine::examine`] |
//! | read the texts of a case in parallel | [`Engine::read`] on each, then [`Engine::conclude`] |
//! | see what texts hold, without a diagnosis | [`Engine::parse`] |
//! | write a report | a [`Format`](reports::Format), by its name from [`reports::format`] |
//! | add rules | [`Engine::with_rules`] |
//!
//! Reading fails for no text: what could not be read is told in the report. Only rules can be wrong, and only files can
//! be missing. `engine/examples/threads.rs` diagnoses tickets on several threads.

mod knowledge;

use intake::Intake;
use knowledge::Knowledge;
use stacklore_model::{Note, Reading, SourceId};
use stacklore_reason::analysis::Analysis;
use stacklore_reason::finding::{Certainty, Diagnosis};
use stacklore_reason::fixes::{self, Fixes};
use stacklore_reason::matching::{self, Matched};
use stacklore_reason::rules::ast::Rule;
use stacklore_reason::rules::diagnostic::{Diagnostic, Level};
use stacklore_reason::rules::{self, CorpusFacts};
use stacklore_reason::vocabulary::{SourceFile, Vocabulary, YamlSource};
use stacklore_reason::{diagnosis, graph, identity, waits};
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

pub use stacklore_intake as intake;
pub use stacklore_model as model;
pub use stacklore_model::Document;
pub use stacklore_reason as reason;
pub use stacklore_reports as reports;
pub use stacklore_reports::{Parsed, Report, WhyView};

/// How a case is diagnosed.
#[derive(Clone, Debug)]
pub struct Options {
    /// Findings less sure than this are left out.
    pub least: Certainty,
    /// Ids of the only rules to try; empty: all.
    pub only: Vec<String>,
    /// Remarks for the report: inputs that could not be read.
    pub notes: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Options { least: Certainty::Possible, only: Vec::new(), notes: Vec::new() }
    }
}

/// Rules and vocabularies, compiled, with all that can be done with them.
#[derive(Debug)]
pub struct Engine {
    vocabulary: Vocabulary,
    rules: Vec<Rule>,
    fix_sources: Vec<YamlSource>,
    /// Read when the first case asks for them: most need none.
    fixes: OnceLock<Fixes>,
    hash: u64,
}

impl Engine {
    /// The engine with the rules it was built with.
    ///
    /// # Errors
    /// Messages of the checker; a program that passed its own tests has none.
    pub fn new() -> Result<Self, Vec<Diagnostic>> {
        Self::with_rules(Vec::new())
    }

    /// The engine with further rules: one of the same id replaces an embedded one, a vocabulary adds its entries.
    /// A file whose folder is `vocabulary` is a vocabulary, any other a rule of the family named by its folder.
    ///
    /// # Errors
    /// Messages of the checker, at least one of them an error.
    pub fn with_rules(extra: Vec<YamlSource>) -> Result<Self, Vec<Diagnostic>> {
        let mut knowledge = Knowledge::embedded();
        let embedded_fixes = knowledge.fixes.len();
        knowledge.add(extra);
        Self::of(&knowledge, embedded_fixes)
    }

    /// The engine with these rules and vocabularies and no others.
    ///
    /// # Errors
    /// Messages of the checker, at least one of them an error.
    pub fn alone(sources: Vec<YamlSource>) -> Result<Self, Vec<Diagnostic>> {
        let mut knowledge = Knowledge::default();
        knowledge.add(sources);
        Self::of(&knowledge, 0)
    }

    fn of(knowledge: &Knowledge, embedded_fixes: usize) -> Result<Self, Vec<Diagnostic>> {
        let prepared = Self::load(knowledge, embedded_fixes, Knowledge::prepared);
        // Where something is wrong, the texts are read from their beginning: trees know no places for messages.
        prepared.or_else(|_| {
            Self::load(knowledge, embedded_fixes, |sources| sources.iter().map(SourceFile::from).collect())
        })
    }

    fn load(
        knowledge: &Knowledge,
        embedded_fixes: usize,
        files: impl Fn(&[YamlSource]) -> Vec<SourceFile<'_>>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let vocabulary = Vocabulary::from_files(&files(&knowledge.vocabulary))?;
        let (set, mut messages) = rules::load_files(&files(&knowledge.rules), &vocabulary, &CorpusFacts::default());
        messages.extend(fixes::load(knowledge.fixes.get(embedded_fixes..).unwrap_or_default(), &vocabulary).1);
        if messages.iter().any(|message| message.level == Level::Error) {
            return Err(messages);
        }
        let hash = knowledge.hash();
        Ok(Engine { vocabulary, rules: set.rules, fix_sources: knowledge.fixes.clone(), fixes: OnceLock::new(), hash })
    }

    /// The rules, in the order of their paths.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule of that id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// The vocabularies.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Published fixes of hangs, by the functions that a stack shows.
    pub fn fixes(&self) -> &Fixes {
        self.fixes.get_or_init(|| fixes::load(&self.fix_sources, &self.vocabulary).0)
    }

    /// Reads one text: [`read`], which needs no rules.
    pub fn read(&self, source: SourceId, document: &Document) -> Reading {
        read(source, document)
    }

    /// Unites texts and their readings (one for each, in the same order) into one case and says what every task does.
    pub fn analyse(&self, mut documents: Vec<Document>, readings: Vec<Reading>) -> Analysis {
        let notes: Vec<Note> = documents.iter_mut().flat_map(document_notes).collect();
        let (mut case, objects) = identity::unite(documents, readings);
        case.notes.extend(notes);
        let mut analysis = waits::classify(case, objects, &self.vocabulary);
        graph::build(&mut analysis, &self.vocabulary);
        analysis
    }

    /// The findings of every rule, none hidden and in no order: for tests of rules.
    pub fn matches(&self, analysis: &Analysis) -> Matched {
        matching::find(analysis, &self.vocabulary, &self.rules)
    }

    /// The report on texts that were read.
    pub fn conclude(&self, case: &str, documents: Vec<Document>, readings: Vec<Reading>, options: &Options) -> Report {
        let analysis = self.analyse(documents, readings);
        let diagnosis = self.judge(&analysis, &self.chosen(options), options);
        reports::view::report(case, self.about(), &analysis, &self.vocabulary, &diagnosis)
    }

    /// What texts hold, without a diagnosis.
    pub fn contents(&self, case: &str, documents: Vec<Document>, readings: Vec<Reading>, options: &Options) -> Parsed {
        let analysis = self.analyse(documents, readings);
        let diagnosis = self.judge(&analysis, &[], options);
        reports::view::parsed(case, self.about(), &analysis, &self.vocabulary, &diagnosis)
    }

    /// One rule, clause by clause, on texts that were read; `None` where there is no rule of that id.
    pub fn why(&self, rule: &str, documents: Vec<Document>, readings: Vec<Reading>) -> Option<WhyView> {
        let rule = self.rule(rule)?;
        let analysis = self.analyse(documents, readings);
        let why = matching::why(&analysis, &self.vocabulary, rule);
        Some(reports::view::why(&analysis, &why))
    }

    /// Reads texts one after the other and gives the report on them.
    pub fn diagnose(&self, case: &str, documents: Vec<Document>, options: &Options) -> Report {
        let readings = self.read_all(&documents);
        self.conclude(case, documents, readings, options)
    }

    /// The report on what was read from outside. What could not be read is told in it.
    pub fn examine(&self, case: &str, read: Intake, options: &Options) -> Report {
        let mut options = options.clone();
        options.notes.extend(read.told());
        self.diagnose(case, read.documents, &options)
    }

    /// Reads texts one after the other and gives what they hold.
    pub fn parse(&self, case: &str, documents: Vec<Document>, options: &Options) -> Parsed {
        let readings = self.read_all(&documents);
        self.contents(case, documents, readings, options)
    }

    fn read_all(&self, documents: &[Document]) -> Vec<Reading> {
        (0..).map(SourceId).zip(documents).map(|(source, document)| self.read(source, document)).collect()
    }

    fn chosen(&self, options: &Options) -> Cow<'_, [Rule]> {
        if options.only.is_empty() {
            return Cow::Borrowed(&self.rules);
        }
        self.rules.iter().filter(|rule| options.only.contains(&rule.id)).cloned().collect()
    }

    fn judge(&self, analysis: &Analysis, rules: &[Rule], options: &Options) -> Diagnosis {
        let mut diagnosis = diagnosis::diagnose(analysis, &self.vocabulary, rules, options.least);
        diagnosis.notes.extend(options.notes.iter().cloned());
        if !rules.is_empty() && diagnosis.verdict.may_name_fixes() {
            self.fixes().annotate(analysis, &self.vocabulary, &mut diagnosis);
        }
        diagnosis
    }

    /// What the engine is: its version and its rules, as reports tell it.
    pub fn about(&self) -> reports::EngineView {
        reports::EngineView {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            rules: self.rules.len(),
            rules_hash: format!("{:016x}", self.hash),
        }
    }
}

/// Reads one text. A dialect that panics on it costs this text alone: the reading then says so.
pub fn read(source: SourceId, document: &Document) -> Reading {
    catch_unwind(AssertUnwindSafe(|| stacklore_dialects::read(source, document))).unwrap_or_else(|_| {
        let text = format!("{} could not be read: a dialect failed on it. Please report this text.", document.name);
        let lines = document.text.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let lines = u32::try_from(lines).unwrap_or(u32::MAX);
        Reading { source, lines, notes: vec![Note { span: None, text }], ..Reading::default() }
    })
}

/// Checks rule and vocabulary files thoroughly: the number of sound rules, and every message. `beside` the embedded
/// ones the files add to them and replace them; else they are a whole set of their own.
pub fn check(sources: Vec<YamlSource>, beside: bool, corpus: &CorpusFacts) -> (usize, Vec<Diagnostic>) {
    let mut knowledge = if beside { Knowledge::embedded() } else { Knowledge::default() };
    knowledge.add(sources);
    match Vocabulary::from_sources(&knowledge.vocabulary) {
        Ok(vocabulary) => {
            let (set, mut messages) = rules::check(&knowledge.rules, &vocabulary, corpus);
            messages.extend(fixes::load(&knowledge.fixes, &vocabulary).1);
            messages.extend(Vocabulary::warnings(&knowledge.vocabulary));
            (set.rules.len(), messages)
        }
        Err(messages) => (0, messages),
    }
}

/// Remarks of the intake about a text, with its name in front.
fn document_notes(document: &mut Document) -> Vec<Note> {
    let notes = std::mem::take(&mut document.notes);
    notes.into_iter().map(|note| Note { span: None, text: format!("{}: {note}", document.name) }).collect()
}
