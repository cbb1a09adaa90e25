//! Findings for the templates: consequences follow their cause, set in by their depth.

use super::Navigation;
use super::targets::anchor;
use crate::answer::words::place;
use crate::answer::{Claim, Command, Item, QuotedLine, Section, Told};
use serde::Serialize;

/// How deep consequences are set in.
const DEPTH: usize = 3;
/// Lines of a claim that are shown unfolded.
const UNFOLDED: usize = 12;

/// A finding as the template needs it.
#[derive(Debug, Serialize)]
pub(super) struct Block {
    /// Number of a cause; `None` for a consequence.
    number: Option<usize>,
    depth: usize,
    title: String,
    in_headline: bool,
    rule: String,
    /// The page about all cases with this rule, where there is one.
    others: Option<String>,
    class: &'static str,
    certainty: &'static str,
    explanation: Vec<String>,
    behind: Option<String>,
    claims: Vec<ClaimBlock>,
    why: Option<(String, String)>,
    sections: Vec<SectionBlock>,
    more_consequences: usize,
}

#[derive(Debug, Serialize)]
struct ClaimBlock {
    says: String,
    folded: bool,
    lines: Vec<LineBlock>,
    more_lines: usize,
    above: Vec<LinkBlock>,
}

#[derive(Debug, Serialize)]
struct LineBlock {
    place: String,
    href: String,
    /// Pieces of the line, and whether they decide.
    pieces: Vec<(bool, String)>,
}

#[derive(Debug, Serialize)]
struct LinkBlock {
    place: String,
    href: String,
}

#[derive(Debug, Serialize)]
struct SectionBlock {
    title: &'static str,
    items: Vec<ItemBlock>,
}

#[derive(Debug, Serialize)]
pub(super) struct ItemBlock {
    /// `prose`, `run` or `link`.
    kind: &'static str,
    text: String,
    prompt: Option<String>,
    /// Pieces of the remark, and whether they are code.
    note: Vec<(bool, String)>,
    url: Option<String>,
}

/// All findings in the order of the page.
pub(super) fn blocks(findings: &[Told], names: &[String], navigation: Option<&Navigation<'_>>) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (number, finding) in (1..).zip(findings) {
        add(finding, Some(number), 0, &Around { names, navigation }, &mut blocks);
    }
    blocks
}

/// What is the same for all findings of a page.
struct Around<'a> {
    names: &'a [String],
    navigation: Option<&'a Navigation<'a>>,
}

fn add(finding: &Told, number: Option<usize>, depth: usize, around: &Around<'_>, blocks: &mut Vec<Block>) {
    blocks.push(Block {
        number,
        depth: depth.min(DEPTH),
        title: finding.title.clone(),
        in_headline: finding.in_headline,
        rule: finding.rule.clone(),
        others: around.navigation.map(|navigation| (navigation.signature)(&finding.rule)),
        class: finding.class,
        certainty: finding.certainty,
        explanation: finding.explanation.clone(),
        behind: finding.behind.clone(),
        claims: finding.claims.iter().map(|of| claim(of, around.names)).collect(),
        why: finding.why.clone(),
        sections: finding.sections.iter().map(section).collect(),
        more_consequences: finding.more_consequences,
    });
    finding.consequences.iter().for_each(|consequence| add(consequence, None, depth + 1, around, blocks));
}

fn claim(claim: &Claim, names: &[String]) -> ClaimBlock {
    let above = claim
        .above
        .iter()
        .map(|(source, line)| LinkBlock { place: place(*source, *line, names), href: anchor(*source, *line) });
    ClaimBlock {
        says: claim.says.clone(),
        folded: claim.is_way || claim.lines.len() > UNFOLDED,
        lines: claim.lines.iter().map(|of| line(of, names)).collect(),
        more_lines: claim.more_lines,
        above: above.collect(),
    }
}

fn line(line: &QuotedLine, names: &[String]) -> LineBlock {
    let mut pieces = Vec::new();
    let mut at = 0;
    let mut piece = |marked: bool, range: std::ops::Range<usize>| {
        let text = line.text.get(range).unwrap_or_default();
        if !text.is_empty() {
            pieces.push((marked, text.to_owned()));
        }
    };
    for mark in &line.marks {
        piece(false, at..mark.start);
        piece(true, mark.clone());
        at = mark.end;
    }
    piece(false, at..line.text.len());
    LineBlock { place: place(line.source, line.line, names), href: anchor(line.source, line.line), pieces }
}

fn section(section: &Section) -> SectionBlock {
    SectionBlock { title: section.title, items: section.items.iter().map(item).collect() }
}

pub(super) fn item(item: &Item) -> ItemBlock {
    let prose =
        |text: &str| ItemBlock { kind: "prose", text: text.to_owned(), prompt: None, note: Vec::new(), url: None };
    match item {
        Item::Prose(text) => prose(text),
        Item::Run(of) => command(of),
        Item::Link { title, url } if is_web(url) => ItemBlock { kind: "link", url: Some(url.clone()), ..prose(title) },
        Item::Link { title, url } => prose(&format!("{title}: {url}")),
    }
}

/// A command as an item.
fn command(command: &Command) -> ItemBlock {
    let prompt = command.prompt();
    ItemBlock { kind: "run", text: command.text.clone(), prompt, note: pieces(command.note.as_deref()), url: None }
}

/// A remark with what stands between backticks as code.
fn pieces(note: Option<&str>) -> Vec<(bool, String)> {
    let pieces = note.unwrap_or_default().split('`').enumerate();
    pieces.filter(|(_, text)| !text.is_empty()).map(|(at, text)| (at % 2 == 1, text.to_owned())).collect()
}

/// Rules come from outside as well: only addresses of pages become links.
fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}
