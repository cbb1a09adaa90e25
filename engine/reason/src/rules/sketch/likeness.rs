//! How much a text looks like a mechanism: the best near miss is the text that shares most with it and is not found.

use super::Mechanism;
use crate::analysis::Analysis;
use crate::vocabulary::Vocabulary;
use std::collections::BTreeSet;

/// Points for a wait kind that is shared, for a kind of the same group, and for a function.
const KIND: usize = 6;
const GROUP: usize = 1;
const FUNCTION: usize = 4;

/// Points for what a text shares with a mechanism; 0: nothing.
pub fn likeness(mechanism: &Mechanism, analysis: &Analysis, vocabulary: &Vocabulary) -> usize {
    let systems = mechanism.systems();
    let waits = analysis.activities.iter().filter_map(|activity| activity.wait.as_ref());
    let kinds: BTreeSet<&str> = waits.map(|wait| vocabulary.kind_name(wait.kind)).collect();
    let stacks = analysis.case.stacks.iter().filter(|stack| systems.contains(&stack.system));
    // A dump names the same functions thousands of times.
    let symbols: BTreeSet<_> =
        stacks.flat_map(|stack| stack.frames.iter().map(|frame| (stack.system, &*frame.symbol))).collect();
    let functions: BTreeSet<String> =
        symbols.into_iter().map(|(system, symbol)| vocabulary.canonical(system, symbol)).collect();
    let groups = |kind: &str| {
        let known = vocabulary.kinds.iter().find(|known| known.name == kind);
        known.map_or(&[][..], |known| known.groups.as_slice())
    };
    let grouped: BTreeSet<&String> = kinds.iter().flat_map(|kind| groups(kind)).collect();
    let shared = mechanism.parts().map(|part| {
        let kind = part.kind.as_deref().is_some_and(|kind| kinds.contains(kind));
        let frames = part.frames.iter().filter(|frame| functions.contains(*frame)).count();
        let group = part.kind.as_deref().is_some_and(|kind| groups(kind).iter().any(|group| grouped.contains(group)));
        usize::from(kind) * KIND + usize::from(group) * GROUP + frames * FUNCTION
    });
    shared.sum()
}
