//! Punctuation of other alphabets.

use crate::text::{Damaged, Text};

/// A word processor's quotes, dashes and dots.
pub(crate) fn typographic(text: &Text, _: &Text) -> Vec<Damaged> {
    Damaged::by_line(text, |line| {
        let mut open = true;
        let quoted = line.chars().map(|c| match c {
            '"' => {
                open = !open;
                if open { '\u{201d}' } else { '\u{201c}' }
            }
            '\'' => '\u{2019}',
            c => c,
        });
        let line: String = quoted.collect();
        line.replace(" - ", " \u{2013} ").replace("--", "\u{2014}").replace("...", "\u{2026}")
    })
}

/// Two dashes become one long one for good, and so do three dots.
pub(crate) fn plain(symbol: &str) -> String {
    symbol.replace("--", "-").replace(['\u{2014}', '\u{2013}'], "-").replace("...", "\u{2026}")
}

/// An input method's full-width twins.
pub(crate) fn full_width(text: &Text, _: &Text) -> Vec<Damaged> {
    Damaged::by_line(text, |line| {
        line.chars()
            .map(|c| match c {
                ':' => '\u{ff1a}',
                ',' => '\u{ff0c}',
                '(' => '\u{ff08}',
                ')' => '\u{ff09}',
                c => c,
            })
            .collect()
    })
}
