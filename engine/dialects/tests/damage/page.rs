//! What web pages do to `<`, `>`, `&` and `+`.

use crate::text::{Damaged, Text};

/// Entities are shown as they are written.
pub(crate) fn entities(text: &Text, _: &Text) -> Vec<Damaged> {
    Damaged::by_line(text, entity)
}

/// The same, with blanks kept by entities.
pub(crate) fn entities_nbsp(text: &Text, _: &Text) -> Vec<Damaged> {
    Damaged::by_line(text, |line| entity(line).replace("  ", "&nbsp; "))
}

fn entity(line: &str) -> String {
    line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// `[<0>]` becomes `[0]`, `<f+8>` becomes `f+8`. Arrows and prompts stay.
pub(crate) fn angle_lost(text: &Text, _: &Text) -> Vec<Damaged> {
    Damaged::by_line(text, without_angles)
}

pub(crate) fn without_angles(line: &str) -> String {
    between_angles(line, |inner| inner.to_owned())
}

/// What stands in angle brackets is taken for a tag and not shown.
pub(crate) fn tags_eaten(text: &Text, _: &Text) -> Vec<Damaged> {
    Damaged::by_line(text, without_tags)
}

pub(crate) fn without_tags(line: &str) -> String {
    between_angles(line, |inner| {
        let tag = inner.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/' || c == '!' || c == '?');
        if tag { String::new() } else { format!("<{inner}>") }
    })
}

/// Replaces each innermost pair of angle brackets and what is in it.
fn between_angles(line: &str, replaced: impl Fn(&str) -> String) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some(open) = rest.find('<') {
        let inner = &rest[open + 1..];
        let close = inner.find(['<', '>']).filter(|at| inner[*at..].starts_with('>') && *at > 0);
        text.push_str(&rest[..open]);
        match close {
            Some(close) => {
                text.push_str(&replaced(&inner[..close]));
                rest = &inner[close + 1..];
            }
            None => {
                text.push('<');
                rest = inner;
            }
        }
    }
    text + rest
}

/// `f+0x1/0x2` becomes `f0x1/0x2`: a page that decodes what was not encoded.
pub(crate) fn plus_lost(text: &Text, _: &Text) -> Vec<Damaged> {
    Damaged::by_line(text, without_plus)
}

pub(crate) fn without_plus(line: &str) -> String {
    line.replace("+0x", "0x")
}
