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
    if picture.left_out > 0 {
        rows.push(format!("  away[[\"and {} more further away\"]]", picture.left_out));
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
    let is = |c: Option<char>, of: fn(char) -> bool| c.is_some_and(of);
    match c {
        ' ' | ',' | '(' | ')' | '\'' => true,
        // Inside of words: not where a list, emphasis, an address of the web, an icon or a command would begin.
        '_' | '-' | '.' | '/' => is(before, char::is_alphanumeric) && is(after, char::is_alphanumeric),
        ':' => is(after, |c| c == ' ' || c.is_ascii_digit()),
        _ => c.is_alphanumeric() || !c.is_ascii(),
    }
}

#[cfg(test)]
mod tests {
    use super::{LABEL, label, rows};
    use crate::answer::Picture;
    use crate::sample;

    #[test]
    fn labels_read_well_and_cannot_end() {
        let rows = [
            ("kworker/1:2 (4790)", "kworker/1:2 (4790)"),
            ("waits: ww_mutex", "waits: ww_mutex"),
            ("a\"]; click n1", "a#34;#93;#59; click n1"),
            ("%%{init}%%", "#37;#37;#123;init#125;#37;#37;"),
            ("<b>&lt;#35;", "#60;b#62;#38;lt#59;#35;35#59;"),
            ("`a` _b_ **c**", "#96;a#96; #95;b#95; #42;#42;c#42;#42;"),
            ("a --> b|c\\", "a #45;#45;#62; b#124;c#92;"),
            ("- a", "#45; a"),
            ("1. a", "1#46; a"),
            ("http://a fa:fa-x", "http#58;#47;#47;a fa#58;fa-x"),
            ("a\nb\x1b", "a#94;Jb#94;#91;"),
            ("", "?"),
        ];
        for (text, expected) in rows {
            assert_eq!(label(text), expected);
        }
        assert!(label(&"#".repeat(9999)).len() <= LABEL * "#8230;".len());
    }

    #[test]
    fn assumed_arrows_are_dotted_and_the_ring_is_marked() {
        let report = sample::self_deadlock();
        let picture = Picture::of(&report, report.findings.first());
        let expected = [
            "flowchart TD",
            "  n1[\"kworker/1:2 (4790)\"]:::ring",
            "  n2([\"ww-mutex ffff880035acf1e0\"]):::ring",
            "  n3[\"rmmod (31969)\"]",
            "  n4([\"events\"])",
            "  n1 -->|\"waits: ww-mutex\"| n2",
            "  n2 -->|\"held by\"| n1",
            "  n3 -->|\"waits: workqueue-flush\"| n4",
            "  n4 -.->|\"held by (assumed)\"| n1",
            "  classDef ring stroke:crimson,stroke-width:3px",
            "  linkStyle 0,1 stroke:crimson,stroke-width:3px",
        ];
        assert_eq!(rows(&picture), expected);
        let crowd = sample::ring_with_crowd(200);
        let drawn = rows(&Picture::of(&crowd, None).folded());
        assert!(drawn.iter().any(|row| row.contains("[[\"197 more\"]]")), "{drawn:#?}");
    }
}
