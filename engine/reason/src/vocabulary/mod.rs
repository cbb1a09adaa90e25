//! What single functions mean: the YAML of `rules/vocabulary`, compiled.

use crate::analysis::KindId;
use crate::rules::ast::FunctionPattern;
use crate::rules::diagnostic::Diagnostic;
use stacklore_model::{Frame, System};

/// A vocabulary or rule file: its label (a path) and its text.
#[derive(Clone, Debug)]
pub struct YamlSource {
    /// Path, for messages; `vocabulary/linux.yaml`, `network/rtnl-convoy.yaml`.
    pub path: String,
    /// The YAML.
    pub text: String,
}

/// All vocabularies, compiled.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {}

impl Vocabulary {
    /// Compiles vocabulary files; later files add to earlier ones of the same system.
    pub fn from_sources(sources: &[YamlSource]) -> Result<Self, Vec<Diagnostic>> {
        let _ = sources;
        Ok(Vocabulary::default())
    }

    /// The wait kind of that name.
    pub fn kind(&self, name: &str) -> Option<KindId> {
        let _ = name;
        None
    }

    /// All wait kinds, by name, in the order of the file.
    pub fn kinds(&self) -> impl Iterator<Item = (KindId, &str)> {
        std::iter::empty()
    }

    /// Name of a kind.
    pub fn kind_name(&self, kind: KindId) -> &str {
        let _ = kind;
        ""
    }

    /// Who must act: completes "waits for …".
    pub fn needs(&self, kind: KindId) -> &str {
        let _ = kind;
        ""
    }

    /// Whether a kind has that name or is in that group (`lock`, `send`, …).
    pub fn is_kind(&self, kind: KindId, name_or_group: &str) -> bool {
        let _ = (kind, name_or_group);
        false
    }

    /// Whether that is the name of a kind or of a group of kinds.
    pub fn knows_kind(&self, name_or_group: &str) -> bool {
        let _ = name_or_group;
        false
    }

    /// Names of all groups of kinds.
    pub fn kind_groups(&self) -> Vec<&str> {
        Vec::new()
    }

    /// A waiting reader also waits for a writer ahead of it.
    pub fn is_fair(&self, kind: KindId) -> bool {
        let _ = kind;
        false
    }

    /// The kernel cannot tell what this kind waits for (`futex`).
    pub fn is_untyped(&self, kind: KindId) -> bool {
        let _ = kind;
        false
    }

    /// Whether that is a function group of any system.
    pub fn knows_function_group(&self, name: &str) -> bool {
        let _ = name;
        false
    }

    /// Names of all function groups.
    pub fn function_groups(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Whether any vocabulary names this function (exactly, by alias or by glob): for the typing-error warning.
    pub fn knows_function(&self, name: &str) -> bool {
        let _ = name;
        false
    }

    /// Whether a function of that system, as printed, is one that the pattern means, under any of its names.
    pub fn matches(&self, system: System, symbol: &str, pattern: &FunctionPattern) -> bool {
        let _ = (system, symbol, pattern);
        false
    }

    /// Whether the frame at `index` of `frames` is one to look through.
    pub fn is_plumbing(&self, system: System, frames: &[Frame], index: usize) -> bool {
        let _ = (system, frames, index);
        false
    }

    /// Whether a dialect never prints any function that this pattern names.
    pub fn is_hidden(&self, system: System, dialect: &str, pattern: &FunctionPattern) -> bool {
        let _ = (system, dialect, pattern);
        false
    }

    /// The name of a function without compiler suffixes, under the first of its names (for groups and reports).
    pub fn canonical(&self, system: System, symbol: &str) -> String {
        let _ = system;
        symbol.to_owned()
    }
}
