//! Which entries of a vocabulary speak of a function: one look-up for all of them.

use super::glob::Glob;
use super::names::Names;
use super::pattern::Pattern;
use regex::Regex;
use std::collections::HashMap;

/// What a pattern belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Tag {
    /// A frame to look through.
    Plumbing,
    /// A function group, by index.
    Group(u16),
    /// An entry of `waits`, by index.
    Wait(u16),
    /// An entry of `waits` that counts where no other does, by index.
    Otherwise(u16),
    /// An entry of `holds`, by index.
    Hold(u16),
    /// An item of an idle entry, by index.
    Item(u16),
}

/// Regexes and globs say less than names, and long globs more than short ones.
type Rank = u32;
const EXACT: Rank = Rank::MAX;

/// Patterns and what they belong to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    exact: HashMap<String, Vec<Tag>>,
    /// Globs by the first byte of what must stand in front.
    by_first: HashMap<u8, Vec<(Glob, Tag)>>,
    /// Globs that begin with a star.
    open: Vec<(Glob, Tag)>,
    regexes: Vec<(Regex, Tag)>,
}

impl Index {
    /// Adds a pattern under every name of what it names.
    pub(crate) fn add(&mut self, pattern: &Pattern, tag: Tag, names: &Names) {
        match pattern {
            Pattern::Exact(name) => {
                for name in names.upward(name) {
                    self.add_name(name, tag);
                }
            }
            Pattern::Glob(glob) => {
                let text = glob.text();
                for text in names.upward(&text).into_iter().filter(|text| text != "*") {
                    if text.contains('*') {
                        self.add_glob(Glob::new(&text), tag);
                    } else {
                        self.add_name(text, tag);
                    }
                }
            }
            Pattern::Regex(regex) => self.regexes.push((regex.clone(), tag)),
            Pattern::Group(_) => {}
        }
    }

    fn add_name(&mut self, name: String, tag: Tag) {
        let tags = self.exact.entry(name).or_default();
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }

    fn add_glob(&mut self, glob: Glob, tag: Tag) {
        match glob.prefix().bytes().next() {
            Some(first) => self.by_first.entry(first).or_default().push((glob, tag)),
            None => self.open.push((glob, tag)),
        }
    }

    /// The tags of a function with these names, each once, the most exact first and equal ones in their order.
    pub(crate) fn tags(&self, names: &[String]) -> Vec<Tag> {
        let mut found: Vec<(Rank, Tag)> = Vec::new();
        for name in names {
            found.extend(self.exact.get(name).into_iter().flatten().map(|tag| (EXACT, *tag)));
            let first = name.bytes().next().and_then(|first| self.by_first.get(&first));
            for (glob, tag) in first.into_iter().flatten().chain(&self.open) {
                if glob.matches(name) {
                    found.push((1 + Rank::try_from(glob.literal_length()).unwrap_or(EXACT - 1), *tag));
                }
            }
            found.extend(self.regexes.iter().filter(|(regex, _)| regex.is_match(name)).map(|(_, tag)| (0, *tag)));
        }
        found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut tags = Vec::with_capacity(found.len());
        for (_, tag) in found {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        tags
    }
}

/// What a vocabulary says of one function.
#[derive(Clone, Debug, Default)]
pub(crate) struct SymbolClass {
    /// A frame to look through; an entry in `waits` comes before that.
    pub(crate) plumbing: bool,
    /// Entries of `waits`, the most exact first.
    pub(crate) waits: Vec<u16>,
    /// Entries of `waits` that count where no other does, the most exact first.
    pub(crate) otherwise: Vec<u16>,
    /// Entries of `holds`, the most exact first.
    pub(crate) holds: Vec<u16>,
    /// Function groups.
    pub(crate) groups: Vec<u16>,
    /// Items of idle entries.
    pub(crate) items: Vec<u16>,
}

impl SymbolClass {
    /// The class of a function with these tags.
    pub(crate) fn new(tags: &[Tag]) -> Self {
        let mut class = SymbolClass::default();
        for tag in tags {
            match *tag {
                Tag::Plumbing => class.plumbing = true,
                Tag::Group(group) => class.groups.push(group),
                Tag::Wait(entry) => class.waits.push(entry),
                Tag::Otherwise(entry) => class.otherwise.push(entry),
                Tag::Hold(entry) => class.holds.push(entry),
                Tag::Item(item) => class.items.push(item),
            }
        }
        class
    }
}
