//! Markdown as GitHub and GitLab read it: what comes from a ticket is inside code, where nothing is a tag, a link or a
//! mention. Both look for mentions in the finished page, so a backslash or an entity before `@` does not help.

use super::Complaints;
use regex::Regex;
use std::sync::LazyLock;

/// Tags that the format writes itself, without attributes.
static OWN_TAG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^</?(details|summary|br|b|em|strong|code|pre|sub|sup|kbd|mark)( open)?\s*/?>")
        .expect("it is a pattern")
});
static MENTION: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?:^|[^\w])(?:@|&#64;)\w").expect("it is a pattern"));
static TICKET: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:^|[^\w&])#\d|\bGH-\d|\w![0-9]").expect("it is a pattern"));
/// Where a link or a picture leads, and addresses that become links by themselves.
static TARGET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\]\(\s*<?([^)\s>]*)|((?:https?://|www\.|javascript:|mailto:)[^\s)>]*)").expect("it is a pattern")
});
static DEFINITION: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\s{0,3}\[[^\]]+\]:").expect("it is a pattern"));
/// Addresses that hostile tickets name; a rule's own references lead elsewhere.
static FOREIGN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)^(?:javascript|mailto|data|vbscript):|example\.org").expect("it is a pattern"));

pub(super) fn wrong(report: &str) -> Complaints {
    let mut wrong = Vec::new();
    let mut fence: Option<Fence> = None;
    for line in report.lines() {
        match &fence {
            Some(open) if open.is_closed_by(line) => fence = None,
            Some(open) if open.is_diagram => wrong.extend(diagram(line)),
            Some(_) => {}
            None => match Fence::opened_by(line) {
                Some(opened) => fence = Some(opened),
                None => wrong.extend(cells(line).iter().flat_map(|cell| prose(cell, line))),
            },
        }
    }
    if fence.is_some() {
        wrong.push("a fence is never closed".to_owned());
    }
    wrong
}

/// A block of code between fences.
struct Fence {
    sign: char,
    length: usize,
    is_diagram: bool,
}

impl Fence {
    fn opened_by(line: &str) -> Option<Fence> {
        let text = line.trim_start();
        let sign = text.chars().next().filter(|sign| matches!(sign, '`' | '~'))?;
        let length = text.chars().take_while(|c| *c == sign).count();
        let info = text.trim_start_matches(sign);
        (length >= 3 && !info.contains('`')).then(|| Fence { sign, length, is_diagram: info.trim() == "mermaid" })
    }

    fn is_closed_by(&self, line: &str) -> bool {
        let text = line.trim();
        text.len() >= self.length && text.chars().all(|c| c == self.sign)
    }
}

/// The cells of a row: they are cut before code is looked for, also inside of it.
fn cells(line: &str) -> Vec<String> {
    if !line.trim_start().starts_with('|') {
        return vec![line.to_owned()];
    }
    line.replace("\\|", "\u{0}").split('|').map(|cell| cell.replace('\u{0}', "\\|")).collect()
}

fn prose(cell: &str, line: &str) -> Complaints {
    let Some(text) = without_code(cell) else { return vec![format!("code does not end on its line: {line:?}")] };
    let mut wrong = Vec::new();
    let tags = text.match_indices('<').filter(|(at, _)| !text[..*at].ends_with('\\'));
    if tags.clone().any(|(at, _)| !OWN_TAG.is_match(&text[at..])) {
        wrong.push(format!("a tag that is not the format's own: {line:?}"));
    }
    if MENTION.is_match(&text) {
        wrong.push(format!("a mention: {line:?}"));
    }
    if TICKET.is_match(&text) {
        wrong.push(format!("a link to another ticket: {line:?}"));
    }
    if DEFINITION.is_match(&text) {
        wrong.push(format!("a definition of a link: {line:?}"));
    }
    let targets = TARGET.captures_iter(&text).filter_map(|found| found.get(1).or(found.get(2)));
    if targets.into_iter().any(|target| FOREIGN.is_match(target.as_str())) {
        wrong.push(format!("a link of the ticket: {line:?}"));
    }
    wrong
}

/// The text with every code span taken out; nothing if one is not closed.
fn without_code(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('`') {
        if rest[..at].ends_with('\\') {
            out.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
            continue;
        }
        out.push_str(&rest[..at]);
        out.push(' ');
        let ticks = rest[at..].chars().take_while(|c| *c == '`').count();
        rest = after_run(&rest[at + ticks..], ticks)?;
    }
    out.push_str(rest);
    Some(out)
}

/// What follows the next run of exactly that many back quotes.
fn after_run(text: &str, ticks: usize) -> Option<&str> {
    let mut from = 0;
    while let Some(at) = text[from..].find('`') {
        let start = from + at;
        let run = text[start..].chars().take_while(|c| *c == '`').count();
        if run == ticks {
            return Some(&text[start + run..]);
        }
        from = start + run;
    }
    None
}

static LABEL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#""([^"]*)""#).expect("it is a pattern"));
static STATEMENT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[\w\s\[\](){}|<>=.:,;&#~/-]*$").expect("it is a pattern"));

/// A line of a Mermaid diagram: names are quoted labels without tags and marks, and no statement leads anywhere.
fn diagram(line: &str) -> Complaints {
    let mut wrong = Vec::new();
    let rest = LABEL.replace_all(line, "\u{1}").replace('\u{1}', "");
    let first = rest.split_whitespace().next().unwrap_or_default();
    if !STATEMENT.is_match(&rest) || matches!(first, "click" | "href" | "call") {
        wrong.push(format!("a statement of the ticket: {line:?}"));
    }
    for label in LABEL.captures_iter(line) {
        let inside = label[1].replace("<br>", "").replace("<br/>", "");
        if inside.contains(['<', '>', '`', '\\']) || inside.contains("#lt;img") {
            wrong.push(format!("a label that is not mere text: {line:?}"));
        }
    }
    wrong
}

#[test]
fn what_breaks_out_is_seen() {
    let good = "# Title\n\n<details><summary>x</summary>\n\n`` a`<b>@c `` and `|#1`\n\n````\n```\n<script>@x\n````\n</details>\n\
                | `a\\|b` | c |\n```mermaid\nflowchart LR\n  t1[\"a #lt; b\"] -->|\"waits\"| l2\n```\n[x](https://lwn.net/1)\n";
    assert_eq!(wrong(good), Complaints::new());
    for bad in [
        "a <b onclick=x>",
        "<script>",
        "hello @everyone",
        "\\@everyone",
        "see #12",
        "[x](javascript:alert(1))",
        "![x](https://example.org/p.png)",
        "www.example.org",
        "`open",
        "```\n~~~",
        "[x]: https://lwn.net",
        "| `a|b<i>` |",
        "```mermaid\nclick A call x\n```",
        "```mermaid\nA[\"x\"]; click A \"y\"\nA[x\"] %%{init: 1}%%\n```",
        "```mermaid\nA[\"<img src=x>\"]\n```",
    ] {
        assert!(!wrong(bad).is_empty(), "{bad}");
    }
}
