//! Who waits for whom, as a Mermaid flow chart. Its source reads well where Mermaid is not drawn: short names, one row
//! for each node and arrow.

use super::page::Page;
use crate::answer::Picture;
use crate::answer::picture::{Arrow, NodeKind, Part, PictureNode};
use crate::view::shorten;
use crate::visible;

/// Characters of a label.
const LABEL: usize = 60;
/// Arrows that are drawn; of more nobody can follow any.
const ARROWS: usize = 120;
/// Red that is seen on white and on black.
const RED: &str = "stroke:crimson,stroke-width:3px";

/// Writes the drawing; a single arrow is told in words.
pub(super) fn write(page: &mut Page, picture: &Picture) {
    let picture = picture.clone().folded();
    match picture.arrows.as_slice() {
        [] => {}
        [arrow] => {
            if let (Some(from), Some(to)) = (picture.nodes.get(arrow.from), picture.nodes.get(arrow.to)) {
                let (from, to) = (page.prose(&from.label), page.prose(&to.label));
                page.block(format!("{from} → *{}* → {to}", page.prose(&says(arrow))));
            }
        }
        _ => page.code("mermaid", &rows(&picture)),
    }
}

fn rows(picture: &Picture) -> Vec<String> {
    let mut arrows: Vec<&Arrow> = picture.arrows.iter().collect();
    arrows.truncate(ARROWS);
    let is_drawn = |node: usize| arrows.iter().any(|arrow| arrow.from == node || arrow.to == node);
    let nodes = picture.nodes.iter().enumerate().filter(|(at, _)| is_drawn(*at));
    let mut rows = vec!["flowchart TD".to_owned()];
    rows.extend(nodes.map(|(at, node)| format!("  {}{}", id(at), shape(node))));
    rows.extend(arrows.iter().map(|arrow| format!("  {}", row(arrow))));
    match picture.arrows.len() - arrows.len() {
        0 => {}
        more => rows.push(format!("  more[[\"and {more} more arrows\"]]")),
    }
    let in_ring = |node: &PictureNode| node.part == Part::Ring;
    if picture.nodes.iter().any(in_ring) {
        rows.push(format!("  classDef ring {RED}"));
    }
    let ring: Vec<String> =
        (0..).zip(&arrows).filter(|(_, a)| a.in_ring).map(|(at, _): (usize, _)| at.to_string()).collect();
    if !ring.is_empty() {
        rows.push(format!("  linkStyle {} {RED}", ring.join(",")));
    }
    rows
}

fn id(node: usize) -> String {
    format!("n{}", node + 1)
}

/// A task has corners, what it waits for is round, a crowd has double sides.
fn shape(node: &PictureNode) -> String {
    let label = label(&node.label);
    let shape = match node.kind {
        NodeKind::Task => format!("[\"{label}\"]"),
        NodeKind::Thing => format!("([\"{label}\"])"),
        NodeKind::Crowd => format!("[[\"{label}\"]]"),
    };
    let class = if node.part == Part::Ring { ":::ring" } else { "" };
    format!("{shape}{class}")
}

fn row(arrow: &Arrow) -> String {
    let line = if arrow.assumed { "-.->" } else { "-->" };
    format!("{} {line}|\"{}\"| {}", id(arrow.from), label(&says(arrow)), id(arrow.to))
}

fn says(arrow: &Arrow) -> String {
    format!("{}{}", arrow.says, if arrow.assumed { " (assumed)" } else { "" })
}

/// A label for between quotation marks, with codes for all that Mermaid, the Markdown in its labels, or the HTML that
/// is made of them acts upon.
fn label(text: &str) -> String {
    let text = visible(text);
    let text: Vec<char> = shorten(text.trim(), LABEL).chars().collect();
    let mut label = String::with_capacity(text.len());
    for (at, c) in text.iter().enumerate() {
        let near = |at: Option<usize>| at.and_then(|at| text.get(at).copied());
        match is_calm(*c, near(at.checked_sub(1)), near(at.checked_add(1))) {
            true => label.push(*c),
            false => label.push_str(&format!("#{};", u32::from(*c))),
        }
    }
    // A label without a letter is taken for no label.
    if label.is_empty() { "?".into() } else { label }
}

/// Brackets are safe between quotation marks, and labels with codes for them could not be read in the source.
fn is_calm(c: char, before: Option<char>, after: Option<char>) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    match c {
        ' ' | ',' | '(' | ')' | '\'' => true,
        // Inside of words: not where a list, emphasis, an address of the web or a command would begin.
        '_' | '-' | '.' | '/' | ':' => is_word(before) && is_word(after) || c == ':' && after == Some(' '),
        _ => c.is_alphanumeric() || !c.is_ascii(),
    }
}
