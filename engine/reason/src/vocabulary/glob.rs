//! Globs over function and task names: `*` stands for any text, every other character for itself.
//!
//! Brackets and question marks are no wildcards, because names are full of them (`[chan send]`, `(*Mutex)`). Matching
//! by hand keeps the many hundred patterns of a vocabulary cheap to load.

/// A glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glob {
    /// The texts between the stars; one part means that there is no star.
    parts: Vec<Box<str>>,
}

impl Glob {
    /// Reads a glob; every text is one.
    pub(crate) fn new(text: &str) -> Self {
        Glob { parts: text.split('*').map(Box::from).collect() }
    }

    /// The glob as written.
    pub(crate) fn text(&self) -> String {
        self.parts.join("*")
    }

    /// Whether it has no star, so that it matches one text only.
    pub(crate) fn is_literal(&self) -> bool {
        self.parts.len() == 1
    }

    /// Number of stars.
    pub(crate) fn stars(&self) -> usize {
        self.parts.len() - 1
    }

    /// The text before the first star.
    pub(crate) fn prefix(&self) -> &str {
        self.parts.first().map_or("", |part| part)
    }

    /// The text after the last star.
    pub(crate) fn suffix(&self) -> &str {
        self.parts.last().map_or("", |part| part)
    }

    /// Number of bytes that must be there literally: how narrow the glob is.
    pub(crate) fn literal_length(&self) -> usize {
        self.parts.iter().map(|part| part.len()).sum()
    }

    /// Whether the whole text matches. Each part is taken at its first place, which decides a glob in linear time.
    pub(crate) fn matches(&self, text: &str) -> bool {
        if self.is_literal() {
            return self.prefix() == text;
        }
        let Some(rest) = text.strip_prefix(self.prefix()) else { return false };
        let Some(mut rest) = rest.strip_suffix(self.suffix()) else { return false };
        for part in &self.parts[1..self.parts.len() - 1] {
            match rest.find(&**part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        true
    }

    /// What a glob with one star captures; `None` where it does not match or captures nothing.
    pub(crate) fn capture<'t>(&self, text: &'t str) -> Option<&'t str> {
        if self.stars() != 1 {
            return None;
        }
        text.strip_prefix(self.prefix())?.strip_suffix(self.suffix()).filter(|captured| !captured.is_empty())
    }

    /// The text with the star replaced.
    pub(crate) fn fill(&self, captured: &str) -> String {
        if self.is_literal() {
            return self.prefix().to_owned();
        }
        format!("{}{captured}{}", self.prefix(), self.suffix())
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn stars_stand_for_any_text_and_brackets_for_themselves() {
        let cases = [
            ("schedule", "schedule", true),
            ("schedule", "schedule_timeout", false),
            ("schedule*", "schedule", true),
            ("*_lock", "mutex_lock", true),
            ("a*a", "a", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("[chan send*]", "[chan send (nil chan)]", true),
            ("[chan send*]", "c", false),
            ("*sync.(*Mutex).lockSlow", "sync.(*Mutex).lockSlow", true),
            ("*", "", true),
        ];
        for (glob, text, expected) in cases {
            assert_eq!(Glob::new(glob).matches(text), expected, "{glob} over {text}");
        }
    }

    #[test]
    fn one_star_captures_what_it_stands_for() {
        assert_eq!(Glob::new("__x64_sys_*").capture("__x64_sys_futex"), Some("futex"));
        assert_eq!(Glob::new("__x64_sys_*").capture("__x64_sys_"), None);
        assert_eq!(Glob::new("sys_*").fill("futex"), "sys_futex");
    }
}
