//! What single functions mean: the YAML of `rules/vocabulary`, compiled.
//!
//! [`raw`] is the YAML as it stands, [`compile`] resolves names and tells mistakes, [`system`] is what one system's
//! files became, [`index`] answers which entries speak of a function. The reference is the section "Vocabulary" of
//! the rule language.

pub(crate) mod compile;
pub(crate) mod fields;
pub(crate) mod glob;
pub(crate) mod index;
pub(crate) mod names;
pub(crate) mod pattern;
pub(crate) mod place;
pub(crate) mod raw;
pub(crate) mod report;
pub(crate) mod system;
#[cfg(test)]
mod tests;

use crate::analysis::KindId;
use crate::rules::ast::FunctionPattern;
use crate::rules::diagnostic::Diagnostic;
use stacklore_model::{Frame, Reliability, System};
use stacklore_yaml::{Node, Problem};
use std::collections::BTreeMap;
use system::SystemVocabulary;

/// The kind, or the group of kinds, whose waiters stay on their CPU.
const SPIN: &str = "spinlock";

/// A vocabulary or rule file: its label (a path) and its text.
#[derive(Clone, Debug)]
pub struct YamlSource {
    /// Path, for messages; `vocabulary/linux.yaml`, `network/rtnl-convoy.yaml`.
    pub path: String,
    /// The YAML.
    pub text: String,
}

/// A file to load: its text and, where the program was built with it, what a build script read of it.
#[derive(Clone, Copy, Debug)]
pub struct SourceFile<'s> {
    /// The file.
    pub source: &'s YamlSource,
    /// The tree of the text ([`stacklore_yaml::compact`]). Such a file was checked by the tests of the program.
    pub tree: Option<&'s [u8]>,
}

impl<'s> From<&'s YamlSource> for SourceFile<'s> {
    fn from(source: &'s YamlSource) -> Self {
        SourceFile { source, tree: None }
    }
}

impl SourceFile<'_> {
    /// The tree that was read before.
    pub(crate) fn prepared(&self) -> Option<Node> {
        self.tree.and_then(stacklore_yaml::compact::read)
    }

    /// The tree of the text.
    pub(crate) fn read(&self) -> Result<Node, Problem> {
        self.prepared().map_or_else(|| stacklore_yaml::parse(&self.source.text), Ok)
    }
}

/// A wait kind.
#[derive(Clone, Debug)]
pub(crate) struct Kind {
    pub(crate) name: String,
    pub(crate) groups: Vec<String>,
    pub(crate) needs: String,
    pub(crate) label: String,
    pub(crate) thing: String,
    pub(crate) shared: bool,
    pub(crate) fair: bool,
    pub(crate) untyped: bool,
    /// How a debugger shows an object of that kind: tool and command.
    pub(crate) inspect: BTreeMap<String, String>,
}

/// All vocabularies, compiled.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    pub(crate) kinds: Vec<Kind>,
    pub(crate) systems: BTreeMap<System, SystemVocabulary>,
}

impl Vocabulary {
    /// Compiles vocabulary files; later files add to earlier ones of the same system.
    ///
    /// # Errors
    ///
    /// Every mistake of every file: R01 (not YAML, wrong type), R02 (unknown key), R05 (a value that does not fit),
    /// R06 (unknown kind, group or system), R18 (required key missing).
    pub fn from_sources(sources: &[YamlSource]) -> Result<Self, Vec<Diagnostic>> {
        let files: Vec<SourceFile<'_>> = sources.iter().map(SourceFile::from).collect();
        Self::from_files(&files)
    }

    /// [`Vocabulary::from_sources`], where some files were read and checked before the program was built.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn from_files(files: &[SourceFile<'_>]) -> Result<Self, Vec<Diagnostic>> {
        compile::compile(files)
    }

    /// What is not wrong in vocabulary files but leaves a report with a word that nobody knows: a kind without a
    /// label (W09). Files that are no vocabulary are passed over; [`Vocabulary::from_sources`] says why.
    pub fn warnings(sources: &[YamlSource]) -> Vec<Diagnostic> {
        sources.iter().flat_map(compile::unlabelled).collect()
    }

    /// The wait kind of that name.
    pub fn kind(&self, name: &str) -> Option<KindId> {
        let at = self.kinds.iter().position(|kind| kind.name == name)?;
        u16::try_from(at).ok().map(KindId)
    }

    /// All wait kinds, by name, in the order of the file.
    pub fn kinds(&self) -> impl Iterator<Item = (KindId, &str)> {
        (0..).map(KindId).zip(self.kinds.iter().map(|kind| kind.name.as_str()))
    }

    fn kind_at(&self, kind: KindId) -> Option<&Kind> {
        self.kinds.get(usize::from(kind.0))
    }

    /// Name of a kind.
    pub fn kind_name(&self, kind: KindId) -> &str {
        self.kind_at(kind).map_or("", |kind| &kind.name)
    }

    /// Who must act: completes "waits for …".
    pub fn needs(&self, kind: KindId) -> &str {
        self.kind_at(kind).map_or("", |kind| &kind.needs)
    }

    /// What reports call an object of the kind of that name: a noun.
    pub fn thing<'a>(&'a self, kind: &'a str) -> &'a str {
        self.kinds.iter().find(|known| known.name == kind).map_or(kind, |known| &known.thing)
    }

    /// What reports call a wait of that kind, after "waits: ": its `label`, or its name without hyphens.
    pub fn kind_label(&self, kind: KindId) -> &str {
        self.kind_at(kind).map_or("", |kind| &kind.label)
    }

    /// Whether such a lock can be held for reading by several, or for writing by one: only then a mode says anything.
    pub fn is_shared(&self, kind: KindId) -> bool {
        self.kind_at(kind).is_some_and(|kind| kind.shared)
    }

    /// The command by which a debugger shows an object of that kind; `ADDRESS` stands for its address.
    pub fn inspect(&self, kind: KindId, tool: &str) -> Option<&str> {
        self.kind_at(kind)?.inspect.get(tool).map(String::as_str)
    }

    /// Whether a kind has that name or is in that group (`lock`, `send`, …).
    pub fn is_kind(&self, kind: KindId, name_or_group: &str) -> bool {
        self.kind_at(kind)
            .is_some_and(|kind| kind.name == name_or_group || kind.groups.iter().any(|group| group == name_or_group))
    }

    /// Whether that is the name of a kind or of a group of kinds.
    pub fn knows_kind(&self, name_or_group: &str) -> bool {
        self.kinds.iter().any(|kind| kind.name == name_or_group || kind.groups.iter().any(|g| g == name_or_group))
    }

    /// Names of all groups of kinds.
    pub fn kind_groups(&self) -> Vec<&str> {
        let mut groups: Vec<&str> = Vec::new();
        for group in self.kinds.iter().flat_map(|kind| &kind.groups) {
            if !groups.contains(&group.as_str()) {
                groups.push(group);
            }
        }
        groups
    }

    /// Whether tasks wait for such a lock on their CPU, without sleeping.
    pub(crate) fn spins(&self, kind: KindId) -> bool {
        self.is_kind(kind, SPIN)
    }

    /// A waiting reader also waits for a writer ahead of it.
    pub fn is_fair(&self, kind: KindId) -> bool {
        self.kind_at(kind).is_some_and(|kind| kind.fair)
    }

    /// The kernel cannot tell what this kind waits for (`futex`).
    pub fn is_untyped(&self, kind: KindId) -> bool {
        self.kind_at(kind).is_some_and(|kind| kind.untyped)
    }

    /// Whether that is a function group of any system.
    pub fn knows_function_group(&self, name: &str) -> bool {
        self.systems.values().any(|system| system.group(name).is_some())
    }

    /// Names of all function groups.
    pub fn function_groups(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in self.systems.values().flat_map(|system| &system.groups) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }

    /// Whether any vocabulary names this function (exactly, by alias or by glob): for the typing-error warning.
    pub fn knows_function(&self, name: &str) -> bool {
        self.systems.values().any(|system| {
            let names = system.names.all(name);
            !system.index.tags(&names).is_empty()
                || names.iter().any(|name| system.names.has(name))
                || system.hidden.iter().any(|hidden| names.iter().any(|name| hidden.covers(name)))
        })
    }

    /// Every name of a function: as printed first, without compiler suffixes, what it is an alias of, and that
    /// function's other names. Work it out once for each distinct function, then ask [`Vocabulary::names_match`].
    pub fn names(&self, system: System, symbol: &str) -> Vec<String> {
        match self.systems.get(&system) {
            Some(vocabulary) => vocabulary.names.all(symbol),
            None => vec![symbol.to_owned()],
        }
    }

    /// Whether a function with these names (of [`Vocabulary::names`]) is one that the pattern means.
    pub fn names_match(&self, system: System, names: &[String], pattern: &FunctionPattern) -> bool {
        let vocabulary = self.systems.get(&system);
        match pattern {
            FunctionPattern::Exact(wanted) => {
                names.contains(wanted)
                    || vocabulary.is_some_and(|vocabulary| {
                        vocabulary.names.upward(wanted).iter().skip(1).any(|name| names.contains(name))
                    })
            }
            FunctionPattern::Glob(_, glob) => names.iter().any(|name| glob.is_match(name)),
            FunctionPattern::Regex(regex) => names.iter().any(|name| regex.is_match(name)),
            FunctionPattern::Group(group) => vocabulary.is_some_and(|vocabulary| {
                vocabulary
                    .group(group)
                    .is_some_and(|group| vocabulary.index.tags(names).contains(&index::Tag::Group(group)))
            }),
        }
    }

    /// Whether a function of that system, as printed, is one that the pattern means, under any of its names.
    pub fn matches(&self, system: System, symbol: &str, pattern: &FunctionPattern) -> bool {
        self.names_match(system, &self.names(system, symbol), pattern)
    }

    /// Whether the frame at `index` of `frames` is one to look through: plumbing of the vocabulary, an unsure frame,
    /// a printed wait without an entry, or an unnamed frame inside the library of the next named one.
    pub fn is_plumbing(&self, system: System, frames: &[Frame], index: usize) -> bool {
        let Some(frame) = frames.get(index) else { return false };
        if frame.reliability == Reliability::Unsure {
            return true;
        }
        if is_unnamed(frame) {
            return unnamed_flags(frames.get(index..).unwrap_or_default()).first().copied().unwrap_or(false);
        }
        let class = self.systems.get(&system).map(|vocabulary| vocabulary.class(&frame.symbol)).unwrap_or_default();
        class_is_plumbing(&class, frame)
    }

    /// [`Vocabulary::is_plumbing`] for every frame of a stack, in one pass.
    pub fn plumbing(&self, system: System, frames: &[Frame]) -> Vec<bool> {
        let vocabulary = self.systems.get(&system);
        let unnamed = unnamed_flags(frames);
        let named = |frame: &Frame| {
            class_is_plumbing(&vocabulary.map(|known| known.class(&frame.symbol)).unwrap_or_default(), frame)
        };
        frames
            .iter()
            .zip(unnamed)
            .map(|(frame, unnamed)| match frame.reliability {
                Reliability::Unsure => true,
                _ if is_unnamed(frame) => unnamed,
                _ => named(frame),
            })
            .collect()
    }

    /// Whether a dialect never prints any function that this pattern names.
    pub fn is_hidden(&self, system: System, dialect: &str, pattern: &FunctionPattern) -> bool {
        let Some(vocabulary) = self.systems.get(&system) else { return false };
        let there = || vocabulary.hidden.iter().filter(|hidden| hidden.dialects.iter().any(|name| name == dialect));
        let covers = |text: &str| there().any(|hidden| hidden.covers(text));
        let covered = |pattern: &pattern::Pattern| there().any(|hidden| hidden.covers_pattern(pattern));
        match pattern {
            FunctionPattern::Exact(name) => covers(name),
            FunctionPattern::Glob(text, _) => covers(text),
            FunctionPattern::Regex(_) => false,
            FunctionPattern::Group(name) => vocabulary
                .groups
                .iter()
                .find(|(group, _)| group == name)
                .is_some_and(|(_, patterns)| !patterns.is_empty() && patterns.iter().all(covered)),
        }
    }

    /// The name of a function without compiler suffixes, under the first of its names (for groups and reports).
    pub fn canonical(&self, system: System, symbol: &str) -> String {
        self.systems.get(&system).map_or_else(|| symbol.to_owned(), |vocabulary| vocabulary.names.canonical(symbol))
    }
}

/// Whether a tool knew no name for a frame.
pub(crate) fn is_unnamed(frame: &Frame) -> bool {
    let symbol = &*frame.symbol;
    symbol.is_empty() || symbol == "??" || symbol.starts_with("0x")
}

/// For each frame, whether it is an unnamed inner part of the library whose function comes next outward. One pass
/// from the outside in, because stripped programs print long runs of unnamed frames.
pub(crate) fn unnamed_flags(frames: &[Frame]) -> Vec<bool> {
    let mut flags = vec![false; frames.len()];
    let mut library: Option<&str> = None;
    for (frame, flag) in frames.iter().zip(&mut flags).rev() {
        if frame.reliability == Reliability::Unsure {
            continue;
        }
        let module = frame.module.as_deref();
        if is_unnamed(frame) {
            *flag = module.is_some() && module == library;
            library = library.filter(|_| *flag);
        } else {
            library = module;
        }
    }
    flags
}

/// Whether a named frame of that class is one to look through.
pub(crate) fn class_is_plumbing(class: &index::SymbolClass, frame: &Frame) -> bool {
    class.waits.is_empty() && (class.plumbing || frame.reliability == Reliability::Printed)
}
