//! Patterns over names: globs, and regexes that are compiled when they are first needed.
//!
//! A name is a glob if it has a `*` that stands for any text. Go writes a pointer receiver as `(*Mutex)`: a `*` right
//! after `(` and before the start of a name is that star itself. Brackets, `?` and braces have no meaning in a glob,
//! since names are full of them (`[chan send]`, `operator new[]`).

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

/// Largest compiled regex, in bytes: patterns of rules are short, and an explosion of `{1000}` must not cost memory.
pub const REGEX_SIZE_LIMIT: usize = 1 << 20;

/// Whether that text is a glob: it has a `*` that stands for any text.
pub fn is_glob(text: &str) -> bool {
    stars(text).next().is_some()
}

/// Byte offsets of the stars that stand for any text.
fn stars(text: &str) -> impl Iterator<Item = usize> + '_ {
    let bytes = text.as_bytes();
    text.match_indices('*').map(|(at, _)| at).filter(move |&at| {
        let receiver = at > 0
            && bytes[at - 1] == b'('
            && bytes.get(at + 1).is_some_and(|next| next.is_ascii_alphabetic() || *next == b'_');
        !receiver
    })
}

/// A glob: literal pieces with any text between them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Glob {
    pieces: Vec<Box<str>>,
    fold_case: bool,
}

impl Glob {
    /// A glob over function and module names: case counts.
    pub fn new(text: &str) -> Self {
        Self::build(text, false)
    }

    /// A glob without regard to (ASCII) case, for the words of fields.
    pub fn without_case(text: &str) -> Self {
        Self::build(text, true)
    }

    fn build(text: &str, fold_case: bool) -> Self {
        let mut pieces = Vec::new();
        let mut start = 0;
        for star in stars(text) {
            pieces.push(text[start..star].into());
            start = star + 1;
        }
        pieces.push(text[start..].into());
        Glob { pieces, fold_case }
    }

    /// The text before the first star.
    pub fn literal_prefix(&self) -> &str {
        self.pieces.first().map_or("", |piece| piece)
    }

    /// Whether the whole text matches. Linear in the text for each piece; nothing is tried twice.
    pub fn is_match(&self, text: &str) -> bool {
        let [first, middle @ .., last] = self.pieces.as_slice() else {
            return self.pieces.first().is_some_and(|only| self.equal(only.as_bytes(), text.as_bytes()));
        };
        let (first, last, text) = (first.as_bytes(), last.as_bytes(), text.as_bytes());
        if text.len() < first.len() + last.len() {
            return false;
        }
        let (head, rest) = text.split_at(first.len());
        let (mut rest, tail) = rest.split_at(rest.len() - last.len());
        if !self.equal(first, head) || !self.equal(last, tail) {
            return false;
        }
        for piece in middle {
            match self.find(rest, piece.as_bytes()) {
                Some(end) => rest = &rest[end..],
                None => return false,
            }
        }
        true
    }

    fn equal(&self, a: &[u8], b: &[u8]) -> bool {
        if self.fold_case { a.eq_ignore_ascii_case(b) } else { a == b }
    }

    /// End of the first place of `piece` in `text`.
    fn find(&self, text: &[u8], piece: &[u8]) -> Option<usize> {
        if piece.is_empty() {
            return Some(0);
        }
        text.windows(piece.len()).position(|window| self.equal(piece, window)).map(|at| at + piece.len())
    }
}

/// A regex of a rule, compiled when it is first used: a case rarely needs more than a few of them.
///
/// It stands for a [`regex::Regex`]. One that does not compile ([`Regex::check`] tells) matches nothing.
#[derive(Clone)]
pub struct Regex {
    source: Box<str>,
    compiled: OnceLock<regex::Regex>,
}

impl fmt::Debug for Regex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Regex").field(&self.source).finish()
    }
}

impl Regex {
    /// A regex of that source, not compiled yet.
    pub fn new(source: &str) -> Self {
        Regex { source: source.into(), compiled: OnceLock::new() }
    }

    /// The source, without slashes.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Compiles it now.
    ///
    /// # Errors
    /// One line that says why it is no regex, or that it is too large.
    pub fn check(&self) -> Result<(), String> {
        if self.compiled.get().is_some() {
            return Ok(());
        }
        match compile(&self.source) {
            Ok(regex) => {
                self.compiled.get_or_init(|| regex);
                Ok(())
            }
            Err(error) => Err(reason(&error)),
        }
    }

    /// The longest text that every match has, read from the source: what a scan over many lines looks for first.
    /// `None` where there is none: a choice at the top, flags such as `(?i)`.
    pub fn literal(&self) -> Option<String> {
        literals(&self.source)?.into_iter().rev().max_by_key(|run| run.chars().count()).filter(|run| !run.is_empty())
    }

    /// Names of its named groups, read from the source without compiling it.
    pub fn group_names(&self) -> impl Iterator<Item = &str> {
        self.source.match_indices("(?").filter_map(|(at, _)| {
            let rest = &self.source[at + 2..];
            let rest = rest.strip_prefix('P').unwrap_or(rest).strip_prefix('<')?;
            let (name, _) = rest.split_once('>')?;
            (!name.is_empty() && !name.starts_with(['=', '!'])).then_some(name)
        })
    }
}

impl Deref for Regex {
    type Target = regex::Regex;

    fn deref(&self) -> &regex::Regex {
        self.compiled.get_or_init(|| compile(&self.source).unwrap_or_else(|_| nothing()))
    }
}

fn compile(source: &str) -> Result<regex::Regex, regex::Error> {
    regex::RegexBuilder::new(source).size_limit(REGEX_SIZE_LIMIT).dfa_size_limit(REGEX_SIZE_LIMIT).build()
}

/// Runs of literal characters outside groups and classes that every match has in this order.
fn literals(source: &str) -> Option<Vec<String>> {
    let mut runs = vec![String::new()];
    let mut depth = 0_usize;
    let mut chars = source.chars().peekable();
    while let Some(c) = chars.next() {
        let literal = match c {
            '\\' => {
                let escaped = chars.next();
                // What follows names a character by its number or class, and is no text itself.
                if matches!(escaped, Some('x' | 'u' | 'U' | 'p' | 'P')) {
                    return None;
                }
                escaped.filter(|escaped| !escaped.is_alphanumeric())
            }
            '[' => {
                skip_class(&mut chars);
                None
            }
            '(' => {
                depth += 1;
                // Flags change what a literal is.
                if chars.peek() == Some(&'?') {
                    chars.next();
                    let group = matches!(chars.peek(), Some('P' | '<' | ':'));
                    if !group {
                        return None;
                    }
                }
                None
            }
            ')' => {
                depth = depth.saturating_sub(1);
                None
            }
            '|' if depth == 0 => return None,
            '?' | '*' | '{' => {
                // What stands before it may be missing.
                if depth == 0 {
                    runs.last_mut().map(String::pop);
                }
                if c == '{' {
                    chars.by_ref().find(|c| *c == '}');
                }
                None
            }
            '.' | '^' | '$' | '+' | '|' => None,
            literal => Some(literal),
        };
        match (literal, runs.last_mut()) {
            (Some(literal), Some(run)) if depth == 0 => run.push(literal),
            _ => runs.push(String::new()),
        }
    }
    Some(runs)
}

fn skip_class(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    let mut first = true;
    while let Some(c) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '^' if first => continue,
            ']' if !first => return,
            _ => {}
        }
        first = false;
    }
}

/// A regex that matches nothing.
fn nothing() -> regex::Regex {
    regex::Regex::new("[a&&b]").expect("a fixed pattern that compiles")
}

/// The last line of a regex error says what is wrong; the lines above it draw the place.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text_wherever_it_is() {
        for (glob, text, expected) in [
            ("kwork*", "kworker/0:1", true),
            ("kwork*", "xkworker", false),
            ("*_lock", "mutex_lock", true),
            ("*_lock", "mutex_lock_slow", false),
            ("mgmt_*_complete", "mgmt_set_power_complete", true),
            ("mgmt_*_complete", "mgmt_complete", false),
            ("a*bc*bc", "abc", false),
            ("a*bc*bc", "abcbc", true),
            ("*queue*", "wait_queue_head", true),
            ("*", "", true),
            ("a**b", "ab", true),
            ("[chan send*]", "[chan send, 3 minutes]", true),
            ("operator new*", "operator new[]", true),
        ] {
            assert_eq!(Glob::new(glob).is_match(text), expected, "{glob} on {text}");
        }
    }

    #[test]
    fn a_pointer_receiver_is_no_star() {
        assert!(!is_glob("sync.(*Mutex).lockSlow"));
        assert!(is_glob("*sync.(*Mutex).lockSlow"));
        assert!(is_glob("f(*)"));
        assert!(Glob::new("*sync.(*Mutex).lockSlow").is_match("internal/sync.(*Mutex).lockSlow"));
        assert!(!Glob::new("*sync.(*Mutex).lockSlow").is_match("internal/sync.(*RWMutex).lockSlow"));
        assert_eq!(Glob::new("sync.(*Mutex).lock*").literal_prefix(), "sync.(*Mutex).lock");
    }

    #[test]
    fn case_counts_for_functions_only() {
        assert!(!Glob::new("SyS_*").is_match("sys_read"));
        assert!(Glob::without_case("KWORKER/*").is_match("kworker/0:1"));
    }

    #[test]
    fn a_broken_regex_says_why_and_matches_nothing() {
        let broken = Regex::new("(a");
        assert_eq!(broken.check().unwrap_err(), "unclosed group");
        assert!(!broken.is_match("(a"));
        assert!(Regex::new(r"\w{500}{500}").check().unwrap_err().contains("size limit"));
    }

    #[test]
    fn the_literal_of_a_regex_is_in_every_match() {
        for (source, expected) in [
            (
                r"unregister_netdevice: waiting for (?<device>\S+) to become free",
                Some("unregister_netdevice: waiting for "),
            ),
            (r"^\d+ abc? longer\.x", Some(" longer.x")),
            (r"ab|cd", None),
            (r"(?i)abcdef", None),
            (r"(abc|def)+ [xyz]*end{2}", Some("en")),
            (r"[]a]bcd", Some("bcd")),
            (r"\w+", None),
            (r"\x41bcdef", None),
        ] {
            assert_eq!(Regex::new(source).literal().as_deref(), expected, "{source}");
        }
    }

    #[test]
    fn group_names_are_read_from_the_source() {
        let regex = Regex::new(r"for (?<device>\S+) (?P<count>\d+) (?<=x)(?:y)");
        assert_eq!(regex.group_names().collect::<Vec<_>>(), ["device", "count"]);
    }
}
