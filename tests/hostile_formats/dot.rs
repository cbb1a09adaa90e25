//! DOT: names are quoted strings, and nothing in them ends the string.

use super::Complaints;
use regex::Regex;
use std::sync::LazyLock;

static STRING: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#""(?:[^"\\]|\\.)*""#).expect("it is a pattern"));
/// What is left between strings: words, arrows, brackets.
static REST: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^[\w\s{}\[\]=;,.>-]*$").expect("it is a pattern"));
/// Attributes that lead somewhere or load something.
static LEADS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\b\w*(url|href|target|image|shapefile|stylesheet)\b").expect("it is a pattern"));

pub(super) fn wrong(report: &str) -> Complaints {
    let mut wrong = Vec::new();
    for line in report.lines() {
        let rest = STRING.replace_all(line, "");
        let comment = rest.trim_start().starts_with("//");
        if !comment && !REST.is_match(&rest) {
            wrong.push(format!("a string is left too early: {line:?}"));
        }
        if !comment && LEADS.is_match(&rest) {
            wrong.push(format!("a node leads somewhere: {line:?}"));
        }
    }
    wrong
}

#[test]
fn a_string_that_ends_early_is_seen() {
    assert_eq!(wrong("digraph {\n  t1 [label=\"a \\\" b <c>\"];\n  t1 -> l2;\n}\n"), Complaints::new());
    assert_eq!(wrong("t1 [label=\"x\" URL=\"javascript:alert(1)\"]").len(), 1);
    assert_eq!(wrong("t1 [label=\"x\"y\"]").len(), 1);
    assert_eq!(wrong("t1 [label=<<b>x</b>>]").len(), 1);
}
