//! Equal stacks, once: the same functions in the same order, printed by the same tool. What a dump of thousands of
//! threads has to say is rarely more than a dozen of them.

use super::contents::{Contents, FrameView, StackView};
use super::label;
use schemars::JsonSchema;
use serde::Serialize;
use stacklore_model::{Mode, Reliability};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Symbol of a function whose name the tool does not know.
pub(crate) const NAMELESS: &str = "??";

/// Stacks of the same functions.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct EqualView {
    /// How many there are.
    pub count: usize,
    /// Their numbers, in the order of the texts.
    pub stacks: Vec<u32>,
    /// Dialect in which they are printed.
    pub dialect: String,
    /// Number of the text in which the first of them stands.
    pub source: u32,
    /// First line of the first of them.
    pub line: u32,
    /// What they wait for, where all wait for the same kind of thing.
    pub wait: Option<String>,
    /// Mode of the wait, where it is the same for all.
    pub mode: Option<Mode>,
    /// All of them rest.
    pub idle: bool,
    /// Frames are missing in them.
    pub cut: bool,
    /// Their frames from the innermost outward.
    pub frames: Vec<EqualFrameView>,
}

/// A frame that equal stacks have in common.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct EqualFrameView {
    /// Function name as printed.
    pub symbol: String,
    /// Kernel module, library or package.
    pub module: Option<String>,
    /// Program counter, where it is all that is known of the function.
    pub address: Option<String>,
    /// `file:line`, where it is the same in all of them.
    pub location: Option<String>,
    /// How far it can be trusted.
    pub reliability: Reliability,
}

/// What makes two frames equal: the function, where it has no name the address, and what the tool thinks of it.
type FrameKey<'a> = (&'a str, Option<&'a str>, Option<u64>, &'static str);

fn frame_key(frame: &FrameView) -> FrameKey<'_> {
    let address = frame.address.filter(|_| &*frame.symbol == NAMELESS);
    let reliability = match frame.reliability {
        Reliability::Exact => "exact",
        Reliability::Unsure => "unsure",
        Reliability::Inlined => "inlined",
        Reliability::Register => "register",
        Reliability::Printed => "printed",
    };
    (&frame.symbol, frame.module.as_deref(), address, reliability)
}

/// Groups of equal stacks: the most frequent first, then in the order of the texts.
pub(crate) fn equal(contents: &Contents) -> Vec<EqualView> {
    let mut numbers: BTreeMap<(&str, bool, Vec<FrameKey<'_>>), usize> = BTreeMap::new();
    let mut groups: Vec<EqualView> = Vec::new();
    for stack in &contents.stacks {
        let key = (stack.dialect.as_str(), stack.cut, stack.frames.iter().map(frame_key).collect());
        let number = *numbers.entry(key).or_insert(groups.len());
        match groups.get_mut(number) {
            Some(group) => add(group, stack),
            None => groups.push(first(stack)),
        }
    }
    groups.sort_by_key(|group| Reverse(group.count));
    groups
}

fn first(stack: &StackView) -> EqualView {
    let frame = |frame: &FrameView| EqualFrameView {
        symbol: frame.symbol.to_string(),
        module: frame.module.as_deref().map(str::to_owned),
        address: frame.address.filter(|_| &*frame.symbol == NAMELESS).map(label::address),
        location: frame.location.as_deref().map(str::to_owned),
        reliability: frame.reliability,
    };
    EqualView {
        count: 1,
        stacks: vec![stack.id],
        dialect: stack.dialect.clone(),
        source: stack.source,
        line: stack.first_line,
        wait: stack.wait.as_ref().map(|wait| wait.kind.clone()),
        mode: stack.wait.as_ref().and_then(|wait| wait.mode),
        idle: stack.idle,
        cut: stack.cut,
        frames: stack.frames.iter().map(frame).collect(),
    }
}

/// Adds a stack; what is not the same in it is no longer said of the group.
fn add(group: &mut EqualView, stack: &StackView) {
    group.count += 1;
    group.stacks.push(stack.id);
    let wait = stack.wait.as_ref();
    if group.wait.as_deref() != wait.map(|wait| wait.kind.as_str()) {
        group.wait = None;
    }
    if group.mode != wait.and_then(|wait| wait.mode) {
        group.mode = None;
    }
    group.idle &= stack.idle;
    for (common, frame) in group.frames.iter_mut().zip(&stack.frames) {
        if common.location.as_deref() != frame.location.as_deref() {
            common.location = None;
        }
    }
}
