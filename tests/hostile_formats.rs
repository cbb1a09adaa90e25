//! Hostile tickets in every format: what a ticket says stays text, whoever reads the report and with whatever program.

mod dot;
mod html;
mod json;
mod markdown;

use crate::corpus;
use crate::program::{Folder, run};
use std::path::Path;

/// A ring of two mutexes that the text proves, as the JVM prints it; `NAME` is a thread.
const RING: &str = include_str!("hostile_formats/ring.txt");

/// Complaints about a report, without the name of the case.
type Complaints = Vec<String>;

/// What is wrong with a report of that format. A format without an arm here is tried for what holds for all.
fn wrong(format: &str, report: &str) -> Complaints {
    let mut wrong = steering(format, report);
    if report.contains("could not be rendered") {
        wrong.push("a sentence of a rule could not be made".to_owned());
    }
    wrong.extend(match format {
        "json" | "sarif" => json::wrong(format, report),
        "html" => html::wrong(report),
        "markdown" => markdown::wrong(report),
        "dot" => dot::wrong(report),
        _ => Vec::new(),
    });
    wrong
}

/// Characters that a terminal, an editor or a browser acts upon instead of showing them.
fn steering(format: &str, report: &str) -> Complaints {
    // Programs read these two; letters of any script must come out as they went in, and a reader decodes them anyway.
    let for_programs = matches!(format, "json" | "sarif");
    let bad = |c: &char| (c.is_control() && *c != '\n') || (!for_programs && is_invisible(*c));
    let mut found: Vec<char> = report.chars().filter(bad).collect();
    found.sort_unstable();
    found.dedup();
    if found.is_empty() { Vec::new() } else { vec![format!("it contains {found:?} as they are")] }
}

/// Marks of direction, joiners and other characters that nobody sees.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn formats() -> impl Iterator<Item = &'static str> {
    stacklore::reports::FORMATS.iter().map(|format| format.id())
}

fn report(format: &str, paths: &[String]) -> Result<String, String> {
    let mut arguments = vec!["diagnose", "--format", format];
    arguments.extend(paths.iter().map(String::as_str));
    let outcome = run(&arguments, b"");
    if outcome.status == 0 { Ok(outcome.out) } else { Err(format!("exit {}: {}", outcome.status, outcome.err)) }
}

/// What is wrong with the reports of a case, in all formats.
fn complaints(name: &str, paths: &[String]) -> Complaints {
    let of_format = |format: &'static str| match report(format, paths) {
        Ok(report) => wrong(format, &report).into_iter().map(|wrong| format!("{name}, {format}: {wrong}")).collect(),
        Err(error) => vec![format!("{name}, {format}: {error}")],
    };
    formats().flat_map(of_format).collect::<Vec<String>>()
}

#[track_caller]
fn assert_harmless(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} complaints:\n{}", wrong.len(), wrong.join("\n"));
}

fn hostile_cases() -> Vec<(String, Vec<String>)> {
    let is_hostile = |case: &Path| case.parent().is_some_and(|family| family.ends_with("hostile"));
    let plain = |path: &Path| path.to_str().expect("the corpus has plain names").to_owned();
    let name = |case: &Path| case.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let cases = corpus::cases().into_iter().filter(|case| is_hostile(case));
    cases.map(|case| (name(&case), corpus::inputs(&case).iter().map(|path| plain(path)).collect())).collect()
}

#[test]
fn hostile_tickets_stay_text_in_every_format() {
    let cases = hostile_cases();
    assert!(cases.len() >= 12, "only {} hostile cases", cases.len());
    let wrong: Complaints = cases.iter().flat_map(|(name, paths)| complaints(name, paths)).collect();
    assert_harmless(&wrong);
}

/// Otherwise the test above would look at reports that are harmless because they quote nothing.
#[test]
fn reports_quote_the_hostile_names() {
    for (case, words) in [
        ("hostile-html-console", "<script>alert(1)</script>"),
        ("hostile-svg", "</text></svg><script>"),
        ("hostile-mermaid", "A\"]; click A"),
        ("hostile-markdown", "[x](javascript:alert(1))"),
        ("hostile-templates", "{{ 7*7 }}/{% raw %}"),
        ("hostile-formulas", "=cmd|'/C calc'!A0"),
    ] {
        let path = format!("corpus/hostile/{case}");
        let text = report("text", &corpus_texts(&path)).expect("the case is diagnosed");
        let drawing: Vec<&str> = text.lines().skip(1).take(4).collect();
        // A drawing shortens long names.
        let start: String = words.chars().take(12).collect();
        assert!(drawing.iter().any(|line| line.contains(&start)), "{case}: {words} is not drawn:\n{text}");
        let evidence = text.lines().skip_while(|line| line.trim() != "Evidence").any(|line| line.contains(words));
        assert!(evidence, "{case}: {words} is not in the evidence:\n{text}");
    }
}

fn corpus_texts(case: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(case);
    corpus::inputs(&root).iter().filter_map(|path| path.to_str().map(ToOwned::to_owned)).collect()
}

/// Not all file systems take these names, so the corpus cannot hold them.
#[cfg(unix)]
#[test]
fn names_of_files_stay_text_in_every_format() {
    let folder = Folder::new("hostile_names");
    for name in [
        "\"><img src=x onerror=alert(1)>.txt",
        "</script><script>alert(1)<x.txt",
        "javascript:alert(1)",
        "x\"; URL=\"javascript:alert(1)",
        "\u{1b}]0;owned\u{7}\u{202e}txt.\r\n# heading\n@everyone",
        "..%2f%0d%0a?a=b&c#d",
        "*`|`* <!-- ]]>.txt",
    ] {
        folder.file(name, RING.replace("NAME", "worker"));
    }
    assert_harmless(&complaints("hostile names", &[folder.path("")]));
}

#[test]
fn one_line_of_a_megabyte_stays_small_in_every_format() {
    let folder = Folder::new("hostile_long");
    let long = "<b onclick=alert(1)>`|*_[x](y)\u{202e}@z #1 &amp; ".repeat(25_000);
    let path = folder.file("long.txt", format!("{long}\n{}\n{long}", RING.replace("NAME", &long)));
    assert_harmless(&complaints("a long name", std::slice::from_ref(&path)));
    // Programs get all of it, people as much as they can read.
    for format in formats().filter(|format| !matches!(*format, "json" | "sarif")) {
        let bytes = report(format, std::slice::from_ref(&path)).expect("it is diagnosed").len();
        assert!(bytes < 400_000, "{format}: a report of {bytes} bytes");
    }
}
