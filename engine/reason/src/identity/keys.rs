//! Which mentions are one task: the keys, the strongest first.
//!
//! Address and thread id are valid in the whole case. Where they contradict each other (a reused thread id, a reused
//! task structure, two dumps of different times) the pair of both decides: same pair, same task; another pair, another
//! task. A place that prints only one of the two then belongs to the pair of its own document, or to none.
//! The debugger's number and the `pthread_t` are valid in a session; where the same number comes back with another
//! thread id (two runs that the reader took for one session), the latest before a place in the text is meant.

use super::classes::Classes;
use super::mentions::Mention;
use stacklore_model::{Name, SessionId, SourceId};
use std::collections::HashMap;
use std::hash::Hash;

/// Exactly one set, or several.
#[derive(Clone, Copy, Debug)]
enum Candidates {
    One(usize),
    Several,
}

/// The sets that carry a key, in the whole case and by document.
struct Choice<K> {
    overall: HashMap<K, Candidates>,
    by_source: HashMap<(K, SourceId), Candidates>,
}

impl<K: Eq + Hash + Copy> Choice<K> {
    fn new() -> Self {
        Choice { overall: HashMap::new(), by_source: HashMap::new() }
    }

    fn add(&mut self, key: K, source: SourceId, class: usize) {
        add(&mut self.overall, key, class);
        add(&mut self.by_source, (key, source), class);
    }

    /// The one set that a place of this document can mean.
    fn choose(&self, key: K, source: SourceId) -> Option<usize> {
        let candidates = self.by_source.get(&(key, source)).or_else(|| self.overall.get(&key));
        match candidates {
            Some(Candidates::One(class)) => Some(*class),
            _ => None,
        }
    }
}

fn add<K: Eq + Hash>(map: &mut HashMap<K, Candidates>, key: K, class: usize) {
    let candidates = map.entry(key).or_insert(Candidates::One(class));
    if !matches!(candidates, Candidates::One(known) if *known == class) {
        *candidates = Candidates::Several;
    }
}

/// Unites by kernel address and thread id.
pub(super) fn unite_kernel_keys(mentions: &[Mention], classes: &mut Classes) {
    let mut pairs: HashMap<(u64, u32), usize> = HashMap::new();
    let mut by_address = Choice::new();
    let mut by_tid = Choice::new();
    for (at, mention) in mentions.iter().enumerate() {
        if let (Some(address), Some(tid)) = (mention.address(), mention.tid()) {
            let class = *pairs.entry((address, tid)).or_insert(at);
            classes.unite(class, at);
            by_address.add(address, mention.source(), class);
            by_tid.add(tid, mention.source(), class);
        }
    }
    let mut bare_addresses = HashMap::new();
    let mut bare_tids = HashMap::new();
    for (at, mention) in mentions.iter().enumerate() {
        let class = match (mention.address(), mention.tid()) {
            (Some(address), None) => by_address
                .choose(address, mention.source())
                .unwrap_or_else(|| *bare_addresses.entry(address).or_insert(at)),
            (None, Some(tid)) => {
                by_tid.choose(tid, mention.source()).unwrap_or_else(|| *bare_tids.entry(tid).or_insert(at))
            }
            _ => continue,
        };
        classes.unite(class, at);
    }
}

/// Unites by debugger number and by `pthread_t` within a session.
pub(super) fn unite_session_keys(mentions: &[Mention], classes: &mut Classes) {
    let mut numbers: HashMap<(SourceId, SessionId, u64), usize> = HashMap::new();
    let mut pthreads: HashMap<(SourceId, SessionId, u64), usize> = HashMap::new();
    for (at, mention) in mentions.iter().enumerate() {
        let (source, session) = (mention.source(), mention.keys.session);
        if let Some(number) = mention.keys.number {
            unite_latest(&mut numbers, (source, session, number), at, classes);
        }
        if let Some(pthread) = mention.pthread() {
            unite_latest(&mut pthreads, (source, session, pthread), at, classes);
        }
    }
}

/// Joins with the set that carried the key last; where that contradicts, the key means this place from here on.
pub(super) fn unite_latest<K: Eq + Hash>(map: &mut HashMap<K, usize>, key: K, at: usize, classes: &mut Classes) {
    let latest = map.entry(key).or_insert(at);
    if !classes.unite(*latest, at) {
        *latest = at;
    }
}

/// Unites places that give only a name with the one task of their session that has it.
pub(super) fn unite_names(mentions: &[Mention], classes: &mut Classes) {
    let mut named: HashMap<(SourceId, SessionId, &Name), Candidates> = HashMap::new();
    for (at, mention) in mentions.iter().enumerate() {
        if !mention.has_number() {
            continue;
        }
        for name in mention.name.iter().chain(&mention.keys.unique_name) {
            let class = classes.find(at);
            add(&mut named, (mention.source(), mention.keys.session, name), class);
        }
    }
    let mut only_named: HashMap<(SourceId, SessionId, &Name), usize> = HashMap::new();
    for (at, mention) in mentions.iter().enumerate() {
        let Some(name) = mention.keys.unique_name.as_ref().filter(|_| !mention.has_number()) else { continue };
        let key = (mention.source(), mention.keys.session, name);
        let class = match named.get(&key) {
            Some(Candidates::One(class)) => *class,
            Some(Candidates::Several) => continue,
            None => *only_named.entry(key).or_insert(at),
        };
        classes.unite(class, at);
    }
}

/// Unites places that nothing identifies with the stack in whose lines they stand, where nothing identifies that either.
pub(super) fn unite_anonymous(mentions: &[Mention], is_stack: impl Fn(&Mention) -> bool, classes: &mut Classes) {
    let stacks: Vec<usize> = mentions
        .iter()
        .enumerate()
        .filter(|(_, mention)| !mention.is_identified() && is_stack(mention))
        .map(|(at, _)| at)
        .collect();
    for (at, mention) in mentions.iter().enumerate() {
        if mention.is_identified() || is_stack(mention) {
            continue;
        }
        let place = (mention.span.source, mention.span.last.max(mention.span.first));
        let after = stacks.partition_point(|&stack| {
            let span = mentions[stack].span;
            (span.source, span.first) <= place
        });
        let Some(&stack) = after.checked_sub(1).and_then(|before| stacks.get(before)) else { continue };
        let span = mentions[stack].span;
        if span.source == mention.span.source && span.last >= mention.span.first {
            classes.unite(stack, at);
        }
    }
}
