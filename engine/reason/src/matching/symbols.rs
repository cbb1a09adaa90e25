//! The functions of all stacks, each distinct name once.

use crate::rules::ast::FunctionPattern;
use crate::vocabulary::Vocabulary;
use stacklore_model::{Case, Name, StackId, System};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

/// Index of a distinct function name of one system.
pub(crate) type SymbolId = u32;

/// What is known of one pattern.
#[derive(Default)]
struct Pattern {
    /// By symbol: not yet asked, no, yes.
    matches: Vec<Option<bool>>,
    /// The functions that it means; only where asked for.
    meant: Option<Rc<[SymbolId]>>,
    /// Whether a dialect of the case never prints it; only where asked for.
    hidden: Option<bool>,
}

/// Distinct functions and where they stand.
#[derive(Default)]
pub(crate) struct Symbols {
    /// System and every name of each.
    names: Vec<(System, Vec<String>)>,
    by_name: HashMap<(System, String), Vec<SymbolId>>,
    frames: Vec<Vec<SymbolId>>,
    dialects: BTreeSet<(System, &'static str)>,
    patterns: RefCell<Patterns>,
}

/// Every pattern that was asked about: the same text of two rules is one pattern.
#[derive(Default)]
struct Patterns {
    /// By the place of the pattern in its rule, so that the text need not be made again for each frame.
    places: HashMap<usize, usize>,
    texts: HashMap<String, usize>,
    known: Vec<Pattern>,
}

impl Patterns {
    /// What is known of a pattern.
    fn of(&mut self, pattern: &FunctionPattern) -> &mut Pattern {
        let place = std::ptr::from_ref(pattern) as usize;
        let slot = match self.places.get(&place) {
            Some(slot) => *slot,
            None => {
                let next = self.known.len();
                let slot = *self.texts.entry(key(pattern)).or_insert(next);
                if slot == next {
                    self.known.push(Pattern::default());
                }
                self.places.insert(place, slot);
                slot
            }
        };
        &mut self.known[slot]
    }
}

impl Symbols {
    /// The functions of a case.
    pub(crate) fn new(case: &Case, vocabulary: &Vocabulary) -> Self {
        let mut symbols = Symbols::default();
        let mut ids: HashMap<(System, Name), SymbolId> = HashMap::new();
        // Frames share their calls: most are known by where these lie.
        let mut calls: HashMap<(usize, System), SymbolId> = HashMap::new();
        for stack in &case.stacks {
            symbols.dialects.insert((stack.system, stack.dialect));
            let mut frames = Vec::with_capacity(stack.frames.len());
            for frame in &stack.frames {
                let call = (Arc::as_ptr(&frame.call) as usize, stack.system);
                frames.push(*calls.entry(call).or_insert_with(|| {
                    let next = u32::try_from(symbols.names.len()).unwrap_or(u32::MAX);
                    let id = *ids.entry((stack.system, frame.symbol.clone())).or_insert(next);
                    if id == next {
                        symbols.names.push((stack.system, vocabulary.names(stack.system, &frame.symbol)));
                    }
                    id
                }));
            }
            symbols.frames.push(frames);
        }
        for (id, (system, names)) in (0..).zip(&symbols.names) {
            for name in names {
                symbols.by_name.entry((*system, name.clone())).or_default().push(id);
            }
        }
        symbols
    }

    /// Number of distinct functions.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// The functions of the frames of a stack.
    pub(crate) fn frames(&self, stack: StackId) -> &[SymbolId] {
        self.frames.get(stack.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// Whether the function of a frame is one that the pattern means. The reliability of the frame is not looked at.
    pub(crate) fn matches(
        &self,
        vocabulary: &Vocabulary,
        stack: StackId,
        frame: usize,
        pattern: &FunctionPattern,
    ) -> bool {
        let Some(symbol) = self.frames.get(stack.0 as usize).and_then(|frames| frames.get(frame)) else { return false };
        let mut patterns = self.patterns.borrow_mut();
        self.ask(vocabulary, patterns.of(pattern), pattern, *symbol)
    }

    /// Asks the vocabulary about a function once.
    fn ask(&self, vocabulary: &Vocabulary, known: &mut Pattern, pattern: &FunctionPattern, symbol: SymbolId) -> bool {
        if known.matches.is_empty() {
            known.matches.resize(self.names.len(), None);
        }
        let (system, names) = &self.names[symbol as usize];
        *known.matches[symbol as usize].get_or_insert_with(|| vocabulary.names_match(*system, names, pattern))
    }

    /// The functions that a pattern means.
    pub(crate) fn meant(&self, vocabulary: &Vocabulary, pattern: &FunctionPattern) -> Rc<[SymbolId]> {
        let mut patterns = self.patterns.borrow_mut();
        let known = patterns.of(pattern);
        if let Some(meant) = &known.meant {
            return meant.clone();
        }
        let meant: Rc<[SymbolId]> = match pattern {
            FunctionPattern::Exact(name) => {
                let named = self.named(vocabulary, name);
                named.into_iter().filter(|id| self.ask(vocabulary, known, pattern, *id)).collect()
            }
            _ => (0..).take(self.names.len()).filter(|id| self.ask(vocabulary, known, pattern, *id)).collect(),
        };
        known.meant = Some(meant.clone());
        meant
    }

    /// The symbols that share a name with a function: no scan over all of them.
    fn named(&self, vocabulary: &Vocabulary, name: &str) -> BTreeSet<SymbolId> {
        let of_system = |system: System| {
            let names = vocabulary.names(system, name).into_iter();
            names.filter_map(move |name| self.by_name.get(&(system, name))).flatten().copied()
        };
        let mut systems: Vec<System> = self.dialects.iter().map(|(system, _)| *system).collect();
        systems.dedup();
        systems.into_iter().flat_map(of_system).collect()
    }

    /// Whether some dialect of the case never prints what the pattern means.
    pub(crate) fn is_hidden_somewhere(&self, vocabulary: &Vocabulary, pattern: &FunctionPattern) -> bool {
        let hidden = || self.dialects.iter().any(|(system, dialect)| vocabulary.is_hidden(*system, dialect, pattern));
        *self.patterns.borrow_mut().of(pattern).hidden.get_or_insert_with(hidden)
    }
}

/// A name for a pattern: its kind and text.
fn key(pattern: &FunctionPattern) -> String {
    match pattern {
        FunctionPattern::Exact(name) => format!("={name}"),
        FunctionPattern::Glob(text, _) => format!("*{text}"),
        FunctionPattern::Regex(regex) => format!("/{}", regex.source()),
        FunctionPattern::Group(name) => format!("({name}"),
    }
}
