//! From the YAML of all files to the compiled vocabulary: names resolved, patterns indexed, mistakes told.

use super::fields::{TaskName, modes, places, state};
use super::index::Tag;
use super::pattern::{Item, Pattern};
use super::raw::{Pairs, RawFile, RawIdle, RawWait, Texts};
use super::report::{Reporter, nearest};
use super::system::{Hidden, HoldEntry, IdleEntry, IdleItem, SystemVocabulary, WaitEntry};
use super::{Kind, SourceFile, Vocabulary, YamlSource};
use crate::analysis::KindId;
use crate::rules::diagnostic::Diagnostic;
use serde::Deserialize as _;
use stacklore_model::{Known, System};

/// Groups inside groups deeper than this are a circle.
const MOST_NESTING: usize = 8;

/// Compiles vocabulary files; later ones add to earlier ones of the same system.
pub(crate) fn compile(sources: &[SourceFile<'_>]) -> Result<Vocabulary, Vec<Diagnostic>> {
    let mut vocabulary = Vocabulary::default();
    let mut files = Vec::new();
    for file in sources {
        let mut reporter = Reporter::new(file.source);
        let raw = prepared(file).unwrap_or_else(|| read(file.source, &mut reporter));
        add_kinds(&mut vocabulary, &raw.kinds, &mut reporter);
        let system = system_of(&raw, &mut reporter);
        files.push((raw, system, reporter));
    }
    let trusted = sources.iter().all(|file| file.tree.is_some());
    for system in System::ALL {
        let mut part = Part { trusted, vocabulary: &vocabulary, compiled: SystemVocabulary::default(), items: 0 };
        let index_first = files.iter_mut().filter(|(_, of, _)| *of == Some(system));
        let mut any = false;
        for (raw, _, reporter) in index_first {
            any = true;
            part.names(raw, reporter);
            part.groups(raw, reporter);
        }
        for (raw, _, reporter) in files.iter_mut().filter(|(_, of, _)| *of == Some(system)) {
            part.entries(raw, reporter);
        }
        if any {
            let compiled = part.finish();
            vocabulary.systems.insert(system, compiled);
        }
    }
    let found: Vec<Diagnostic> = files.into_iter().flat_map(|(_, _, reporter)| reporter.into_found()).collect();
    if found.is_empty() { Ok(vocabulary) } else { Err(found) }
}

/// What a build script read of a file.
fn prepared(file: &SourceFile<'_>) -> Option<RawFile> {
    RawFile::deserialize(&file.prepared()?).ok()
}

fn read(source: &YamlSource, reporter: &mut Reporter) -> RawFile {
    if source.text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return RawFile::default();
    }
    serde_yaml::from_str(&source.text).unwrap_or_else(|error| {
        reporter.yaml(&error);
        RawFile::default()
    })
}

fn add_kinds(vocabulary: &mut Vocabulary, kinds: &Pairs<String, super::raw::RawKind>, reporter: &mut Reporter) {
    for (name, raw) in &kinds.0 {
        let label = raw.label.clone().unwrap_or_else(|| name.replace('-', " "));
        let kind = Kind {
            name: name.clone(),
            groups: raw.groups.0.clone(),
            needs: raw.needs.clone(),
            thing: raw.thing.clone().unwrap_or_else(|| label.clone()),
            label,
            shared: raw.shared.0,
            fair: raw.fair.0,
            untyped: raw.untyped.0,
            inspect: raw.inspect.clone(),
        };
        let room = vocabulary.kinds.len() < usize::from(u16::MAX);
        match vocabulary.kinds.iter_mut().find(|known| known.name == *name) {
            Some(known) => *known = kind,
            None if room => vocabulary.kinds.push(kind),
            None => reporter.error("R05", "kinds", name, "more wait kinds than can be counted".to_owned(), None),
        }
    }
}

/// A warning for each kind that has no label.
pub(crate) fn unlabelled(source: &YamlSource) -> Vec<Diagnostic> {
    let Ok(raw) = serde_yaml::from_str::<RawFile>(&source.text) else { return Vec::new() };
    let mut reporter = Reporter::new(source);
    for (name, _) in raw.kinds.0.iter().filter(|(_, kind)| kind.label.is_none()) {
        let message = format!("`{name}` has no `label`: reports call it \"{}\"", name.replace('-', " "));
        reporter.warning("W09", "kinds", name, message, Some("say what reports call it after \"waits: \"".to_owned()));
    }
    reporter.into_found()
}

fn system_of(raw: &RawFile, reporter: &mut Reporter) -> Option<System> {
    let Some(name) = &raw.system else {
        let speaks = !(raw.waits.is_empty()
            && raw.holds.is_empty()
            && raw.idle.is_empty()
            && raw.groups.0.is_empty()
            && raw.aliases.0.is_empty()
            && raw.plumbing.0.is_empty());
        if speaks {
            let message = "`system` is missing: which stacks do these functions belong to?".to_owned();
            reporter.error("R18", "", "", message, Some(format!("one of {}", system_names().join(", "))));
        }
        return None;
    };
    let found = System::ALL.into_iter().find(|system| system.name() == name);
    if found.is_none() {
        let help = nearest(name, &system_names()).map(|meant| format!("did you mean `{meant}`?"));
        reporter.error("R06", "system", name, format!("unknown system `{name}`"), help);
    }
    found
}

fn system_names() -> Vec<&'static str> {
    System::ALL.into_iter().map(System::name).collect()
}

/// The vocabulary of one system while it is made.
struct Part<'v> {
    /// Every file was checked before: its regexes need not be compiled to know that they can be.
    trusted: bool,
    vocabulary: &'v Vocabulary,
    compiled: SystemVocabulary,
    items: usize,
}

impl Part<'_> {
    /// Suffixes and aliases, which everything else needs.
    fn names(&mut self, raw: &RawFile, reporter: &mut Reporter) {
        for suffix in &raw.suffixes.0 {
            self.compiled.names.add_suffix(suffix);
        }
        for (function, others) in &raw.aliases.0 {
            for other in others.0.iter().flat_map(|other| other.split('|').map(str::trim)) {
                if let Err(message) = self.compiled.names.add_alias(function, other) {
                    reporter.error("R05", "aliases", other, message, None);
                }
            }
        }
    }

    /// Function groups; patterns of later files are added.
    fn groups(&mut self, raw: &RawFile, reporter: &mut Reporter) {
        for (name, texts) in &raw.groups.0 {
            let patterns = self.patterns(texts, "groups", reporter);
            match self.compiled.groups.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => known.extend(patterns),
                None => self.compiled.groups.push((name.clone(), patterns)),
            }
        }
    }

    /// Everything that names functions, groups and kinds.
    fn entries(&mut self, raw: &RawFile, reporter: &mut Reporter) {
        let plumbing = self.resolved(&raw.plumbing, "plumbing", reporter);
        for pattern in &plumbing {
            self.compiled.index.add(pattern, Tag::Plumbing, &self.compiled.names);
        }
        for (_, texts) in &raw.groups.0 {
            // only now the groups of all files are known: an unknown one is told with its file
            self.resolved(texts, "groups", reporter);
        }
        if let Some(hidden) = &raw.hidden {
            let functions = self.resolved(&hidden.functions, "hidden", reporter);
            self.compiled.hidden.push(Hidden { dialects: hidden.dialects.0.clone(), functions, kinds: Vec::new() });
        }
        for wait in &raw.waits {
            self.wait(wait, reporter);
        }
        for hold in &raw.holds {
            self.hold(hold, reporter);
        }
        for idle in &raw.idle {
            self.idle(idle, reporter);
        }
        for text in &raw.names.0 {
            let name = TaskName::new(text);
            match if self.trusted { Ok(()) } else { name.check() } {
                Ok(()) => self.compiled.task_names.push(name),
                Err(message) => reporter.error("R05", "names", text, message, None),
            }
        }
        for (name, size) in &raw.sizes.0 {
            if let Some(kind) = self.kind(name, "sizes", reporter) {
                self.compiled.sizes.push((kind, *size));
            }
        }
    }

    fn wait(&mut self, raw: &RawWait, reporter: &mut Reporter) {
        let functions = self.resolved(&raw.functions, "waits", reporter);
        let Some(kind) = self.kind(&raw.kind, "waits", reporter) else { return };
        let over = raw.over.0.iter().filter_map(|name| self.kind(name, "waits", reporter)).collect();
        let mode = modes(raw.mode.as_ref(), "waits", reporter);
        let object = places(&raw.object, "waits", reporter);
        let Some(entry) = number(self.compiled.waits.len()) else { return };
        self.add(&functions, if raw.otherwise.0 { Tag::Otherwise(entry) } else { Tag::Wait(entry) });
        // What counts only where nothing else is known of a stack says nothing of primitives that are hidden.
        let functions = if raw.otherwise.0 { Vec::new() } else { functions };
        self.compiled.waits.push(WaitEntry { kind, over, mode, object, lock: raw.lock.clone(), functions });
    }

    fn hold(&mut self, raw: &super::raw::RawHold, reporter: &mut Reporter) {
        let functions = self.resolved(&raw.functions, "holds", reporter);
        let kind = match &raw.kind {
            Some(name) => match self.kind(name, "holds", reporter) {
                Some(kind) => Some(kind),
                None => return,
            },
            None => None,
        };
        let known = match raw.known.as_deref() {
            None | Some("inferred") => Known::Inferred,
            Some("observed") => Known::Observed,
            Some("assumed") => Known::Assumed,
            Some(other) => {
                let help = Some("one of observed, inferred, assumed".to_owned());
                return reporter.error("R05", "holds", other, format!("`{other}` does not say how it is known"), help);
            }
        };
        let mode = modes(raw.mode.as_ref(), "holds", reporter);
        let object = places(&raw.object, "holds", reporter);
        let Some(tag) = number(self.compiled.holds.len()).map(Tag::Hold) else { return };
        self.add(&functions, tag);
        self.compiled.holds.push(HoldEntry { kind, mode, object, lock: raw.lock.clone(), known });
    }

    fn idle(&mut self, raw: &RawIdle, reporter: &mut Reporter) {
        let mut entry = IdleEntry::default();
        for text in raw.name.iter().flat_map(|texts| &texts.0) {
            entry.names.extend(text.split('|').map(|name| super::glob::Glob::new(name.trim())));
        }
        for name in raw.state.iter().flat_map(|texts| &texts.0) {
            match state(name) {
                Some(state) => entry.states.push(state),
                None => {
                    let help = Some("one of running, sleeping, blocked, stopped, zombie, idle, new".to_owned());
                    reporter.error("R05", "idle", name, format!("`{name}` is no state of a task"), help);
                }
            }
        }
        for text in &raw.stack {
            match Item::parse(&text.frame, text.module.as_deref()) {
                Ok(item) => {
                    let (choice, innermost, outermost) = (item.choice, item.innermost, item.outermost);
                    let functions = self.expand(choice, "idle", &text.frame, reporter);
                    let Some(number) = self.item(&functions) else { return };
                    let module = item.module;
                    let hidden_in = Vec::new();
                    entry.stack.push(IdleItem { item: number, innermost, outermost, module, functions, hidden_in });
                }
                Err(message) => reporter.error("R05", "idle", &text.frame, message, None),
            }
        }
        for text in &raw.without.0 {
            match Pattern::parse_choice(text) {
                Ok(choice) => {
                    let functions = self.expand(choice, "idle", text, reporter);
                    entry.without.extend(self.item(&functions));
                }
                Err(message) => reporter.error("R05", "idle", text, message, None),
            }
        }
        self.compiled.idle.push(entry);
    }

    fn item(&mut self, functions: &[Pattern]) -> Option<u16> {
        let number = number(self.items)?;
        self.items += 1;
        self.add(functions, Tag::Item(number));
        Some(number)
    }

    fn add(&mut self, patterns: &[Pattern], tag: Tag) {
        for pattern in patterns {
            self.compiled.index.add(pattern, tag, &self.compiled.names);
        }
    }

    fn patterns(&self, texts: &Texts, section: &str, reporter: &mut Reporter) -> Vec<Pattern> {
        let mut patterns = Vec::new();
        for text in &texts.0 {
            match Pattern::parse_choice(text) {
                Ok(choice) => patterns.extend(choice),
                Err(message) => reporter.error("R05", section, text, message, None),
            }
        }
        patterns
    }

    fn resolved(&self, texts: &Texts, section: &str, reporter: &mut Reporter) -> Vec<Pattern> {
        let patterns = self.patterns(texts, section, reporter);
        self.expand(patterns, section, "", reporter)
    }

    /// Replaces groups by what is in them.
    fn expand(&self, patterns: Vec<Pattern>, section: &str, text: &str, reporter: &mut Reporter) -> Vec<Pattern> {
        let mut out = Vec::with_capacity(patterns.len());
        let mut open: Vec<(Pattern, usize)> = patterns.into_iter().rev().map(|pattern| (pattern, 0)).collect();
        while let Some((pattern, depth)) = open.pop() {
            let Pattern::Group(name) = &pattern else {
                out.push(pattern);
                continue;
            };
            let word = if text.is_empty() { name } else { text };
            match self.compiled.groups.iter().find(|(group, _)| group == name) {
                Some(_) if depth >= MOST_NESTING => {
                    let message = format!("the group `{name}` holds itself");
                    reporter.error("R05", section, word, message, None);
                    return out;
                }
                Some((_, inner)) => open.extend(inner.iter().rev().map(|pattern| (pattern.clone(), depth + 1))),
                None => {
                    let known: Vec<&str> = self.compiled.groups.iter().map(|(name, _)| name.as_str()).collect();
                    let help = nearest(name, &known).map(|meant| format!("did you mean `({meant})`?"));
                    reporter.error("R06", section, word, format!("unknown function group `({name})`"), help);
                }
            }
        }
        out
    }

    fn kind(&self, name: &str, section: &str, reporter: &mut Reporter) -> Option<KindId> {
        let found = self.vocabulary.kind(name);
        if found.is_none() {
            let known: Vec<&str> = self.vocabulary.kinds().map(|(_, name)| name).collect();
            let help = nearest(name, &known).map(|meant| format!("did you mean `{meant}`?"));
            reporter.error("R06", section, name, format!("unknown wait kind `{name}`"), help);
        }
        found
    }

    /// Indexes the groups and works out of which kinds a primitive is hidden.
    fn finish(mut self) -> SystemVocabulary {
        let nowhere = YamlSource { path: String::new(), text: String::new() };
        let mut silent = Reporter::new(&nowhere); // what is wrong with the groups was told with their files
        for at in 0..self.compiled.groups.len() {
            let Some(tag) = number(at).map(Tag::Group) else { break };
            let patterns = self.compiled.groups.get(at).map(|(_, patterns)| patterns.clone()).unwrap_or_default();
            let patterns = self.expand(patterns, "groups", "", &mut silent);
            self.add(&patterns, tag);
            if let Some((_, group)) = self.compiled.groups.get_mut(at) {
                *group = patterns;
            }
        }
        let SystemVocabulary { hidden, waits, idle, .. } = &mut self.compiled;
        for hidden in hidden {
            let hides = |entry: &&WaitEntry| entry.functions.iter().any(|function| hidden.covers_pattern(function));
            hidden.kinds = waits.iter().filter(hides).map(|entry| entry.kind).collect();
            for item in idle.iter_mut().flat_map(|entry| &mut entry.stack) {
                if item.functions.iter().all(|function| hidden.covers_pattern(function)) {
                    item.hidden_in.extend(hidden.dialects.iter().cloned());
                }
            }
        }
        self.compiled
    }
}

fn number(count: usize) -> Option<u16> {
    u16::try_from(count).ok()
}

#[cfg(test)]
mod tests {
    use super::{prepared, read};
    use crate::vocabulary::report::Reporter;
    use crate::vocabulary::{SourceFile, YamlSource};

    #[test]
    fn a_tree_that_was_read_before_says_what_the_text_says() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules/vocabulary");
        for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            let text = std::fs::read_to_string(&path).expect("a vocabulary can be read");
            let tree = stacklore_yaml::parse(&text).expect("a vocabulary is YAML");
            let tree = stacklore_yaml::compact::write(&tree).expect("a tree can be written");
            let source = YamlSource { path: path.display().to_string(), text };
            let file = SourceFile { source: &source, tree: Some(&tree) };
            let mut reporter = Reporter::new(&source);
            let slow = read(&source, &mut reporter);
            let fast = prepared(&file).expect("a tree is a vocabulary");
            assert_eq!(format!("{slow:?}"), format!("{fast:?}"), "{}", source.path);
        }
    }
}
