//! The Markdown format, read by a CommonMark parser: whatever a text says, nothing of it becomes markup.

use crate::corpus;
use crate::program::run;
use pulldown_cmark::{Event, HeadingLevel, Options as Extensions, Parser, Tag, TagEnd, TextMergeStream};
use regex::Regex;
use stacklore::reports::{self, Layout};
use stacklore::{Document, Engine, Options, Report};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new().expect("the embedded rules are sound"));

/// What trackers make links, mentions, pictures or formulas of where it stands in prose.
static ACTIVE: LazyLock<Regex> = LazyLock::new(|| {
    let parts = [
        r"(?i)[a-z]+://|www\.|\w@\w",
        r"@\w|#\d|![\d]|~\w|%\w|\$\S|&\w|:\w+:",
        r"\b[A-Za-z]+-\d|\b[0-9a-f]{7,40}\b",
        r"[<>\[\]{}|\\*_^=`]|\p{Cc}|[\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{206f}]",
    ];
    Regex::new(&parts.join("|")).expect("the pattern is sound")
});

/// Texts that try to be more than text.
const HOSTILE: &[&str] = &[
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "</details></summary><!-- <details open>",
    "[a](javascript:alert(1)) ![b](https://evil.example/x.png) <https://evil.example> [c][d]",
    "https://evil.example/a www.evil.example ftp://evil.example a@evil.example evil.example mailto:a@b.c",
    "@everyone, (@name) \"@org/team\": #123 GH-1 org/repo#1 a/b@c0ffee1 !12 ~label %milestone $1 &1 ABC-123 deadbeef",
    ":smile: $x$ $$y$$ $`z`$ [^1] [^1]: note [x] - [ ] task | a | b | **b** __c__ ~~d~~ ==e== ^f^ ~g~ {#id}",
    "```\n# heading\n- [ ] task\n\n| a | b |\n|---|---|\n| c | d |\n````\n~~~\n> quote\n1. one\n***\n<b>",
    "a ` b `` c ``` d `e`f`",
    "1. one",
    "- [ ] task",
    "# heading #",
    "--- ===",
    "x\"]; n9[\"y\"] --> n1; click n1 \"javascript:alert(1)\"",
    "x\"]\n  click n1 call alert(1)\n%%{init: {\"securityLevel\": \"loose\"}}%%",
    "`**a** <b>` #quot; #35;&quot; style x:#35; end subgraph classDef ring fill:#f00;",
    "\u{1b}]0;owned\u{7}\u{1b}[31m\u{9b}2J\r\0 \u{202e}evil\u{2066} \u{200b}\u{feff}",
    "/close /assign @me",
    "- a",
    "+ x",
    "***",
    "1) b",
    "www.a.example",
    "a@b.example",
    "https://x.example",
    "$$x^2$$ fa:fa-bell Foo$$Lambda$12/0x1",
    "_c_",
    "end",
    "<br>",
    "\"`md`\"",
    "%% c",
    "\\",
    "",
];

fn markdown(report: &Report) -> String {
    let format = reports::format("markdown").expect("there is such a format");
    let mut out = Vec::new();
    format.report(report, &Layout::default(), &mut out).expect("memory takes everything");
    String::from_utf8(out).expect("Markdown is UTF-8")
}

fn diagnosed(case: &Path) -> Report {
    let mut files = corpus::inputs(case);
    if let [folder] = files.as_slice()
        && folder.is_dir()
    {
        files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        files.sort();
    }
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let document = |path: &std::path::PathBuf| {
        let bytes = fs::read(path).unwrap_or_default();
        Document::from_text(name(path), String::from_utf8_lossy(&bytes).into_owned())
    };
    ENGINE.diagnose("ticket", files.iter().filter(|path| path.is_file()).map(document).collect(), &Options::default())
}

/// What a reader of the Markdown sees.
#[derive(Default)]
struct Page {
    /// All prose, code spans included.
    text: String,
    /// What must not be there.
    wrong: Vec<String>,
    /// Languages of the blocks of code, with their text.
    code: Vec<(String, String)>,
    /// Open folded parts.
    depth: usize,
}

fn read(markdown: &str, urls: &BTreeSet<String>) -> Page {
    let mut page = Page::default();
    let mut in_code = None;
    for event in TextMergeStream::new(Parser::new_ext(markdown, Extensions::all())) {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = match kind {
                    pulldown_cmark::CodeBlockKind::Fenced(language) => language.to_string(),
                    pulldown_cmark::CodeBlockKind::Indented => "indented".into(),
                };
                in_code = Some((language, String::new()));
            }
            Event::End(TagEnd::CodeBlock) => page.code.extend(in_code.take()),
            Event::Text(text) => match &mut in_code {
                Some((_, code)) => code.push_str(&text),
                None => page.prose(&text),
            },
            Event::Code(code) => page.text.push_str(&code),
            Event::Html(html) => page.html(&html),
            Event::Start(Tag::Link { dest_url, .. }) if urls.contains(dest_url.as_ref()) => {}
            Event::Start(Tag::Heading { level: HeadingLevel::H1 | HeadingLevel::H2, .. }) => page.bad("heading"),
            Event::Start(
                Tag::Paragraph
                | Tag::Heading { .. }
                | Tag::HtmlBlock
                | Tag::List(None)
                | Tag::Item
                | Tag::Emphasis
                | Tag::Strong,
            ) => {}
            Event::End(_) | Event::SoftBreak => page.text.push('\n'),
            other => page.bad(&format!("{other:?}")),
        }
    }
    if page.depth != 0 {
        page.bad("a folded part stays open");
    }
    // What stays open swallows the last line.
    if !page.text.trim_end().ends_with(" rules.") {
        page.bad("the last line is not prose");
    }
    page
}

impl Page {
    fn bad(&mut self, what: &str) {
        self.wrong.push(what.to_owned());
    }

    fn prose(&mut self, text: &str) {
        if let Some(found) = ACTIVE.find(text) {
            self.wrong.push(format!("{:?} is prose in {text:?}", found.as_str()));
        }
        self.text.push_str(text);
    }

    fn html(&mut self, html: &str) {
        for line in html.lines() {
            let summary = line.strip_prefix("<summary>").and_then(|rest| rest.strip_suffix("</summary>"));
            let is_ours = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | ','));
            match line {
                "<details>" => self.depth += 1,
                "</details>" if self.depth > 0 => self.depth -= 1,
                _ if summary.is_some_and(is_ours) => {}
                _ => self.wrong.push(format!("HTML: {line}")),
            }
        }
    }
}

/// Letters and digits alone: what escaping does not touch.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn check(name: &str, report: &Report, urls: &BTreeSet<String>) -> (String, Page) {
    let text = markdown(report);
    let page = read(&text, urls);
    assert!(page.wrong.is_empty(), "{name}: {:#?}\n{text}", page.wrong);
    assert!(text.len() <= 65_536, "{name}: {} bytes", text.len());
    (text, page)
}

fn web_addresses(report: &Report) -> BTreeSet<String> {
    report.findings.iter().flat_map(|finding| &finding.references).filter_map(|of| of.url.clone()).collect()
}

#[test]
fn reports_of_the_corpus_are_plain_markdown() {
    let cases = corpus::cases();
    let is_seed = |case: &Path| case.parent().is_some_and(|family| family.ends_with("seeds"));
    let every = (cases.len() / 24).max(1);
    for (_, case) in (0..).zip(&cases).filter(|(at, case)| at % every == 0 || is_seed(case)) {
        let report = diagnosed(case);
        let (text, page) = check(&case.display().to_string(), &report, &web_addresses(&report));
        let seen = letters(&page.text);
        for finding in &report.findings {
            assert!(seen.contains(&letters(&finding.title)), "{}: {}\n{text}", case.display(), finding.title);
        }
    }
}

/// A report all of whose words are one text.
fn hostile(evil: &str) -> Report {
    let mut report = diagnosed(Path::new("corpus/seeds/rmmod-ttm-mutex"));
    if report.findings.is_empty() {
        report = ENGINE.diagnose("ticket", vec![Document::from_text("a.txt", "x")], &Options::default());
    }
    for finding in &mut report.findings {
        for words in [&mut finding.title, &mut finding.rule, &mut finding.explanation, &mut finding.why_certainty] {
            *words = evil.to_owned();
        }
        finding.confirm = vec![evil.to_owned(), format!("crash: {evil}   ({evil})")];
        finding.remedy = vec![evil.to_owned(), format!("- {evil}")];
        finding.next = Some(evil.to_owned());
        for evidence in &mut finding.evidence {
            evidence.says = evil.to_owned();
            let lines = evidence.quotes.iter_mut().flat_map(|quote| &mut quote.text);
            lines.for_each(|line| *line = format!("{evil}{line}"));
        }
        for missing in &mut finding.missing {
            (missing.next, missing.says) = (evil.to_owned(), evil.to_owned());
        }
        for reference in &mut finding.references {
            (reference.title, reference.url) = (evil.to_owned(), Some(format!("https://{evil}")));
        }
        finding.affected = [(evil.to_owned(), evil.into())].into_iter().collect();
        let behind = serde_json::json!([{ "task": evil, "tid": 1 }, { "task": "x", "address": evil }]);
        finding.roles.insert("behind".into(), behind);
    }
    let contents = &mut report.contents;
    contents.notes = vec![evil.to_owned(); 12];
    for node in &mut contents.wait_graph.nodes {
        node.label = evil.to_owned();
    }
    for source in &mut contents.sources {
        source.name = evil.to_owned();
        source.dialects = vec![evil.to_owned()];
    }
    for group in &mut contents.groups {
        (group.root, group.needs) = (Some(evil.to_owned()), Some(evil.to_owned()));
        group.frames = vec![evil.to_owned(); 3];
    }
    for task in &mut contents.tasks {
        task.name = Some(evil.to_owned());
    }
    report.engine.version = evil.to_owned();
    report
}

#[test]
fn hostile_words_are_words() {
    for evil in HOSTILE {
        for twist in [(*evil).to_owned(), format!("({evil})"), format!("a\n\n{evil}\n{evil}"), evil.repeat(3)] {
            let mut report = hostile(&twist);
            let (text, page) = check(&twist, &report, &BTreeSet::new());
            let drawing = page.code.iter().find(|(language, _)| language == "mermaid");
            diagram(drawing.map_or("", |(_, rows)| rows));
            assert!(!text.contains("\n\n\n") && text.ends_with('\n'), "{text}");
            report.verdict = stacklore::reason::finding::Verdict::Unknown;
            report.findings.clear();
            check(&twist, &report, &BTreeSet::new());
        }
    }
}

/// A drawing is made of these rows alone.
fn diagram(rows: &str) {
    let label = r#"[^"`<>#;%|\[\]{}\\&$]*(?:#\d+;[^"`<>#;%|\[\]{}\\&$]*)*"#;
    let node = format!(r#"^  n\d+(?:\["{label}"\]|\(\["{label}"\]\)|\[\["{label}"\]\])(?::::ring)?$"#);
    let arrow = format!(r#"^  n\d+ (?:-->|-\.->)\|"{label}"\| n\d+$"#);
    let style = r"^flowchart TD$|^  classDef ring [a-z0-9:,-]+$|^  linkStyle [0-9,]+ [a-z0-9:,-]+$";
    let row = Regex::new(&format!("{node}|{arrow}|{style}")).expect("the pattern is sound");
    assert!(!rows.is_empty(), "nothing is drawn");
    for line in rows.lines() {
        assert!(row.is_match(line) && !line.contains("%%") && !line.contains("://"), "{line:?} in\n{rows}");
    }
}

#[test]
fn a_report_fits_into_a_comment() {
    let whole = diagnosed(Path::new("corpus/seeds/rmmod-ttm-mutex"));
    let Some(finding) = whole.findings.first() else { return };
    for (findings, words, says) in
        [(1, 1, "came there"), (40, 1, "… and 10 more findings"), (40, 2000, "Shortened to fit")]
    {
        let mut report = whole.clone();
        report.findings = vec![finding.clone(); findings];
        report.findings.iter_mut().for_each(|finding| finding.explanation = "wait_for it. ".repeat(words));
        report.contents.notes = vec!["note_of it ".repeat(words); words.min(30)];
        let (text, _) = check("long", &report, &web_addresses(&report));
        assert!(text.contains(says), "{says:?} is missing in {text}");
    }
}

#[test]
fn what_is_not_hung_is_told_in_one_line() {
    let none = run(&["--format", "markdown"], b"nothing to see here\n");
    assert_eq!(none.status, 0, "{none:?}");
    let lines: Vec<&str> = none.out.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.len(), 2, "{}", none.out);
    assert!(lines[0].starts_with("**NO TRACES** — This text holds no stack"), "{}", none.out);
    assert!(lines[1].starts_with("*Read 0 stacks.") && lines[1].ends_with("rules.*"), "{}", none.out);
}
