//! Names of users and hosts that were learned, found wherever they stand as whole words.

use super::standins::{Kind, StandIns, is_stand_in};
use super::tables;
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::{BTreeMap, HashSet};

/// Longer ones are no names.
const LONGEST: usize = 255;

/// A learned name in a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Number of its stand-in.
    pub(super) name: usize,
}

/// All names that may be replaced wherever they stand.
#[derive(Debug, Default)]
pub(super) struct Literals {
    finder: Option<AhoCorasick>,
    /// Stand-in of each pattern.
    stand_ins: Vec<String>,
}

impl Literals {
    /// Of the learned names those that are nothing else: no task, no function, no plain word.
    pub(super) fn of(learned: &[(Kind, String)], names: &HashSet<&str>, stand_ins: &StandIns) -> Self {
        let mut patterns: BTreeMap<String, String> = BTreeMap::new();
        for (kind, name) in learned {
            let Some(stand_in) = stand_ins.get(*kind, &name.to_ascii_lowercase()) else { continue };
            if !may_stand_anywhere(name) || names.contains(name.as_str()) {
                continue;
            }
            for form in [name.clone(), name.to_ascii_lowercase(), name.to_ascii_uppercase(), capital(name)] {
                if !names.contains(form.as_str()) {
                    patterns.entry(form).or_insert_with(|| stand_in.to_owned());
                }
            }
        }
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns.keys());
        let finder = finder.ok().filter(|_| !patterns.is_empty());
        Literals { finder, stand_ins: patterns.into_values().collect() }
    }

    /// Where learned names stand, in order.
    pub(super) fn hits(&self, text: &str) -> Vec<Hit> {
        let Some(finder) = &self.finder else { return Vec::new() };
        let found = finder.find_iter(text).filter(|hit| is_whole(text.as_bytes(), hit.start(), hit.end()));
        found.map(|hit| Hit { start: hit.start(), end: hit.end(), name: hit.pattern().as_usize() }).collect()
    }

    /// The stand-in of a hit.
    pub(super) fn stand_in(&self, hit: Hit) -> &str {
        self.stand_ins.get(hit.name).map_or("", String::as_str)
    }
}

fn may_stand_anywhere(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let hex = name.bytes().all(|byte| byte.is_ascii_hexdigit());
    // What may be an address or a part of one is no name.
    let number = digits == name.len() || (hex && digits > 0 && name.len() > 7);
    name.len() <= LONGEST && !number && !tables::is_word(name) && !tables::is_account(name) && !is_stand_in(name)
}

fn capital(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let mut letters = lower.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

fn is_whole(bytes: &[u8], start: usize, end: usize) -> bool {
    let inside = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    !inside(start.checked_sub(1).and_then(|before| bytes.get(before))) && !inside(bytes.get(end))
}
