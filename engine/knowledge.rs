//! The rules and vocabularies in use: those of the program, and those that a team adds.

use stacklore_reason::vocabulary::{SourceFile, YamlSource};

/// (path below `rules/`, text, compact tree of the text), sorted by path.
static EMBEDDED: &[(&str, &str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/embedded_rules.rs"));

/// Rule and vocabulary files, not yet compiled.
#[derive(Clone, Debug, Default)]
pub(crate) struct Knowledge {
    /// Vocabulary files; later ones add to earlier ones.
    pub(crate) vocabulary: Vec<YamlSource>,
    /// Rule files.
    pub(crate) rules: Vec<YamlSource>,
    /// Files of known fixes; later ones add to earlier ones.
    pub(crate) fixes: Vec<YamlSource>,
}

impl Knowledge {
    /// What the program was built with.
    pub(crate) fn embedded() -> Self {
        let mut knowledge = Knowledge::default();
        let sources = EMBEDDED.iter().map(|(path, text, _)| YamlSource { path: (*path).into(), text: (*text).into() });
        knowledge.add(sources.collect());
        knowledge
    }

    /// Adds files: a rule replaces the rule of the same id, a vocabulary and a file of fixes add their entries.
    pub(crate) fn add(&mut self, sources: Vec<YamlSource>) {
        let (vocabulary, others): (Vec<_>, Vec<_>) = sources.into_iter().partition(is_vocabulary);
        let (fixes, rules): (Vec<_>, Vec<_>) = others.into_iter().partition(is_fixes);
        self.fixes.extend(fixes);
        self.vocabulary.extend(vocabulary);
        // Two files of one id among the added ones are the author's error, which the checker tells: only what was
        // there before is replaced.
        self.rules.retain(|old| !rules.iter().any(|new| rule_id(new) == rule_id(old)));
        self.rules.extend(rules);
    }

    /// Files to load: those that the program was built with come with their trees.
    pub(crate) fn prepared(sources: &[YamlSource]) -> Vec<SourceFile<'_>> {
        let tree = |source: &YamlSource| {
            let at = EMBEDDED.binary_search_by(|(path, ..)| (*path).cmp(&source.path)).ok()?;
            // A team's file may have the path of an embedded one, and say something else.
            EMBEDDED.get(at).filter(|(_, text, _)| *text == source.text).map(|(.., tree)| *tree)
        };
        sources.iter().map(|source| SourceFile { source, tree: tree(source) }).collect()
    }

    /// FNV-1a, 64 bits, over path, NUL, text, NUL of each file in order: tells whether two reports were made with the
    /// same knowledge. Not for security.
    pub(crate) fn hash(&self) -> u64 {
        let parts = self
            .vocabulary
            .iter()
            .chain(&self.rules)
            .chain(&self.fixes)
            .flat_map(|source| [&source.path, &source.text]);
        let bytes = parts.flat_map(|part| part.bytes().chain([0]));
        bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }
}

/// Vocabularies stand in a folder of that name, rules in the folder of their family.
pub(crate) fn is_vocabulary(source: &YamlSource) -> bool {
    folder(source) == Some("vocabulary")
}

/// Known fixes stand in a folder of that name.
pub(crate) fn is_fixes(source: &YamlSource) -> bool {
    folder(source) == Some("fixes")
}

fn folder(source: &YamlSource) -> Option<&str> {
    source.path.rsplit(['/', '\\']).nth(1)
}

/// The id that a rule file must have: its name without the extension.
fn rule_id(source: &YamlSource) -> &str {
    let name = source.path.rsplit(['/', '\\']).next().unwrap_or_default();
    name.strip_suffix(".yaml").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::Knowledge;
    use stacklore_reason::rules::{self, CorpusFacts};
    use stacklore_reason::vocabulary::{Vocabulary, YamlSource};

    fn source(path: &str, text: &str) -> YamlSource {
        YamlSource { path: path.into(), text: text.into() }
    }

    #[test]
    fn added_rules_replace_and_added_vocabularies_add() {
        let mut knowledge = Knowledge::default();
        knowledge.add(vec![source("vocabulary/linux.yaml", "a"), source("network/x.yaml", "old")]);
        let before = knowledge.hash();
        knowledge.add(vec![source("/home/me/vocabulary/linux.yaml", "b"), source("/home/me/y/x.yaml", "new")]);
        let texts = |sources: &[YamlSource]| sources.iter().map(|source| source.text.clone()).collect::<Vec<_>>();
        assert_eq!(texts(&knowledge.vocabulary), ["a", "b"]);
        assert_eq!(texts(&knowledge.rules), ["new"]);
        assert_ne!(knowledge.hash(), before);
    }

    #[test]
    fn only_what_is_embedded_word_for_word_has_a_tree() {
        let knowledge = Knowledge::embedded();
        let with_tree = |sources: &[YamlSource]| Knowledge::prepared(sources).iter().all(|file| file.tree.is_some());
        assert!(with_tree(&knowledge.vocabulary) && with_tree(&knowledge.rules));
        let mut other = knowledge.rules[0].clone();
        other.text.push_str("# mine\n");
        assert!(!with_tree(&[other]));
    }

    #[test]
    fn trees_say_what_the_texts_say() {
        let Knowledge { vocabulary, rules, .. } = Knowledge::embedded();
        let corpus = CorpusFacts::default();
        let (slow, fast) =
            (Vocabulary::from_sources(&vocabulary), Vocabulary::from_files(&Knowledge::prepared(&vocabulary)));
        let (slow, fast) = (slow.expect("sound"), fast.expect("sound"));
        let (slow, _) = rules::load(&rules, &slow, &corpus);
        let (fast, messages) = rules::load_files(&Knowledge::prepared(&rules), &fast, &corpus);
        assert!(messages.is_empty(), "{messages:?}");
        assert_eq!(format!("{:?}", slow.rules), format!("{:?}", fast.rules));
    }
}
