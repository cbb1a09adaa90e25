//! The vocabulary of one system, compiled.

use super::fields::TaskName;
use super::glob::Glob;
use super::index::{Index, SymbolClass};
use super::names::Names;
use super::pattern::Pattern;
use super::place::{ModeOf, Places};
use crate::analysis::KindId;
use stacklore_model::{Known, TaskState};

/// An entry of `waits`.
#[derive(Clone, Debug)]
pub(crate) struct WaitEntry {
    /// The kind it gives.
    pub(crate) kind: KindId,
    /// Kinds that it refines.
    pub(crate) over: Vec<KindId>,
    /// How a lock is wanted.
    pub(crate) mode: ModeOf,
    /// Where the object stands.
    pub(crate) object: Places,
    /// The one global lock that the function takes.
    pub(crate) lock: Option<String>,
    /// Its functions.
    pub(crate) functions: Vec<Pattern>,
}

/// An entry of `holds`.
#[derive(Clone, Debug)]
pub(crate) struct HoldEntry {
    /// The kind that is served.
    pub(crate) kind: Option<KindId>,
    /// How it is held.
    pub(crate) mode: ModeOf,
    /// Where the object stands.
    pub(crate) object: Places,
    /// The global lock.
    pub(crate) lock: Option<String>,
    /// How that is known.
    pub(crate) known: Known,
}

/// An item of the stack of an idle entry.
#[derive(Clone, Debug)]
pub(crate) struct IdleItem {
    /// Its number in the index.
    pub(crate) item: u16,
    /// Nothing but plumbing further in.
    pub(crate) innermost: bool,
    /// Nothing but plumbing further out.
    pub(crate) outermost: bool,
    /// Glob over the frame's module.
    pub(crate) module: Option<Glob>,
    /// Its functions; groups are resolved.
    pub(crate) functions: Vec<Pattern>,
    /// Dialects that print none of its functions.
    pub(crate) hidden_in: Vec<String>,
}

/// An entry of `idle`.
#[derive(Clone, Debug, Default)]
pub(crate) struct IdleEntry {
    /// The task has one of these names; empty for any.
    pub(crate) names: Vec<Glob>,
    /// The task is in one of these states; empty for any in which a task can rest.
    pub(crate) states: Vec<TaskState>,
    /// The stack, from the innermost frame outward.
    pub(crate) stack: Vec<IdleItem>,
    /// Nowhere in the stack.
    pub(crate) without: Vec<u16>,
}

/// Functions that some dialects never print.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hidden {
    /// The dialects.
    pub(crate) dialects: Vec<String>,
    /// The functions; groups are resolved.
    pub(crate) functions: Vec<Pattern>,
    /// Kinds of which a primitive is hidden.
    pub(crate) kinds: Vec<KindId>,
}

impl Hidden {
    /// Whether every function of that pattern is never printed.
    pub(crate) fn covers_pattern(&self, pattern: &Pattern) -> bool {
        match pattern {
            Pattern::Exact(name) => self.covers(name),
            Pattern::Glob(glob) => self.covers(&glob.text()),
            Pattern::Regex(_) | Pattern::Group(_) => false,
        }
    }

    /// Whether these functions hold everything that a name or glob can mean.
    pub(crate) fn covers(&self, text: &str) -> bool {
        self.functions.iter().any(|function| match function {
            Pattern::Exact(name) => name == text,
            Pattern::Glob(glob) => glob.matches(text),
            Pattern::Regex(regex) => !text.contains('*') && regex.is_match(text),
            Pattern::Group(_) => false,
        })
    }
}

/// The vocabulary of one system.
#[derive(Clone, Debug, Default)]
pub(crate) struct SystemVocabulary {
    /// Suffixes and aliases.
    pub(crate) names: Names,
    /// Function groups: name and patterns, groups inside resolved.
    pub(crate) groups: Vec<(String, Vec<Pattern>)>,
    /// Functions that some dialects never print.
    pub(crate) hidden: Vec<Hidden>,
    /// Waits.
    pub(crate) waits: Vec<WaitEntry>,
    /// Holds.
    pub(crate) holds: Vec<HoldEntry>,
    /// Rests.
    pub(crate) idle: Vec<IdleEntry>,
    /// Task names.
    pub(crate) task_names: Vec<TaskName>,
    /// Bytes of an object by kind.
    pub(crate) sizes: Vec<(KindId, u64)>,
    /// All patterns.
    pub(crate) index: Index,
}

impl SystemVocabulary {
    /// What it says of a function, as printed.
    pub(crate) fn class(&self, symbol: &str) -> SymbolClass {
        SymbolClass::new(&self.index.tags(&self.names.all(symbol)))
    }

    /// The number of a function group.
    pub(crate) fn group(&self, name: &str) -> Option<u16> {
        self.groups.iter().position(|(group, _)| group == name).and_then(|at| u16::try_from(at).ok())
    }

    /// Bytes of an object of that kind, 0 where unknown.
    pub(crate) fn size(&self, kind: KindId) -> u64 {
        self.sizes.iter().find(|(known, _)| *known == kind).map_or(0, |(_, size)| *size)
    }

    /// The kind of a global lock, by the entries that take it.
    pub(crate) fn lock_kind(&self, lock: &str) -> Option<KindId> {
        self.waits.iter().find(|entry| entry.lock.as_deref() == Some(lock)).map(|entry| entry.kind)
    }

    /// Whether a dialect hides a primitive of one of these kinds.
    pub(crate) fn hides_kind(&self, dialect: &str, kinds: &[KindId]) -> bool {
        self.hidden
            .iter()
            .filter(|hidden| hidden.dialects.iter().any(|name| name == dialect))
            .any(|hidden| kinds.iter().any(|kind| hidden.kinds.contains(kind)))
    }
}
