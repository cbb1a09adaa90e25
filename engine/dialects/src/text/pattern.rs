//! Patterns of the dialects.

use regex::Regex;

/// A regex in which `\d` and `\w` are the digits and word characters of ASCII: ids, addresses and names of functions
/// are nothing else, and the automata of Unicode's classes take milliseconds to build where a bound repeats them.
///
/// # Panics
/// On a pattern that is none: patterns of dialects are constants.
pub(crate) fn pattern(source: &str) -> Regex {
    let ascii = source.replace(r"\d", "[0-9]").replace(r"\w", "[0-9A-Za-z_]");
    Regex::new(&ascii).expect("the pattern is a constant")
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn classes_are_ascii_also_inside_brackets() {
        let regex = pattern(r"^[\w.-]+ [^\d] \d{1,3}$");
        assert!(regex.is_match("kworker_1.2 x 12"));
        assert!(!regex.is_match("kworker x \u{661}"));
        assert!(!regex.is_match("kwörker x 1"));
        assert!(!regex.is_match("kworker 1 1"));
    }
}
