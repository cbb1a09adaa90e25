//! What is not reached yet.

use crate::Table;
use std::collections::BTreeMap;

/// One line each: dialect, damage, number of texts, reason.
const KNOWN: &str = include_str!("known.txt");

/// Holds the table against the list, both ways: a new miss is an error, and so is one that is not there any more.
pub(crate) fn check(table: &Table) {
    if std::env::var_os("DAMAGE").is_some() || std::env::var_os("DAMAGE_TEXTS").is_some() {
        return;
    }
    let mut known: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for line in KNOWN.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        let (Some(dialect), Some(form), Some(count)) = (words.next(), words.next(), words.next()) else {
            panic!("known.txt: {line}");
        };
        assert!(words.next().is_some(), "known.txt: no reason: {line}");
        known.insert((dialect, form), count.parse().expect("the third word is a number"));
    }
    let mut wrong: Vec<String> = Vec::new();
    for ((dialect, form), counts) in table {
        let expected = known.remove(&(dialect.as_str(), form)).unwrap_or(0);
        if counts[2] != expected {
            wrong.push(format!("{dialect} {form} {} (known: {expected})", counts[2]));
        }
    }
    wrong.extend(known.into_iter().map(|((dialect, form), count)| format!("{dialect} {form} 0 (known: {count})")));
    assert!(wrong.is_empty(), "misses that differ from known.txt, which may only shrink:\n{}", wrong.join("\n"));
}
