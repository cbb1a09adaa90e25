//! A first rule from a text: what hangs in it, as a commented draft that passes the checker and finds that text.
//!
//! [`sketch`] looks for the [`Mechanism`] in an analysed text and writes it as specific as the text still is found by
//! it; [`write()`] makes the file. What only a person can say stands there as TODO.

mod likeness;
mod mechanism;
mod write;

pub use likeness::likeness;
pub use mechanism::{Mechanism, Part};
pub use write::{Wanted, write};

use super::ast::Rule;
use super::{CorpusFacts, load};
use crate::analysis::Analysis;
use crate::finding::Certainty;
use crate::matching;
use crate::vocabulary::{Vocabulary, YamlSource};

/// How many frames of a stack a draft names at most: the wait and what lies around it.
const FRAMES: usize = 3;

/// A draft that finds its text.
#[derive(Clone, Debug)]
pub struct Sketch {
    /// What hangs.
    pub mechanism: Mechanism,
    /// How surely the draft finds its own text.
    pub found: Certainty,
}

/// The draft of several texts in which the same hangs, of which the first gives the mechanism: as specific as it is
/// found in as many of them as can be. Beside it for each text whether it is found there. `None` as with [`sketch`].
pub fn sketch_all(
    analyses: &[Analysis],
    vocabulary: &Vocabulary,
    rules: &[Rule],
) -> Option<(Sketch, Vec<Option<Certainty>>)> {
    let whole = mechanism::of(analyses.first()?, vocabulary, rules, FRAMES)?;
    let mut best: Option<(Sketch, Vec<Option<Certainty>>)> = None;
    let count = |found: &[Option<Certainty>]| found.iter().flatten().count();
    for mechanism in whole.simpler() {
        let wanted = Wanted { id: "draft".into(), case: "its-text".into(), ..Wanted::default() };
        let Some(rule) = rule(&write(&mechanism, &wanted), "draft", vocabulary) else { continue };
        let look = |analysis: &Analysis| {
            let found = matching::find(analysis, vocabulary, std::slice::from_ref(&rule)).findings;
            found.iter().map(|finding| finding.certainty).max()
        };
        let found: Vec<Option<Certainty>> = analyses.iter().map(look).collect();
        let Some(least) = found.first().copied().flatten().and(found.iter().flatten().min().copied()) else { continue };
        if best.as_ref().is_none_or(|(_, before)| count(before) < count(&found)) {
            best = Some((Sketch { mechanism, found: least }, found));
        }
        if best.as_ref().is_some_and(|(_, found)| count(found) == analyses.len()) {
            break;
        }
    }
    best
}

/// The draft of a text; `None` where no task of it waits, or nothing that can be said of the text finds it again.
pub fn sketch(analysis: &Analysis, vocabulary: &Vocabulary, rules: &[Rule]) -> Option<Sketch> {
    sketch_all(std::slice::from_ref(analysis), vocabulary, rules).map(|(sketch, _)| sketch)
}

/// The rule of a draft that names no other rule; `None` where the checker refuses it.
pub fn rule(text: &str, id: &str, vocabulary: &Vocabulary) -> Option<Rule> {
    let source = YamlSource { path: format!("draft/{id}.yaml"), text: text.to_owned() };
    load(&[source], vocabulary, &CorpusFacts::default()).0.rules.into_iter().next()
}
