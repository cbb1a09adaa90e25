//! HTML: every `<` starts a tag of the report itself. A strict reader of tags is enough, as the report is made by one
//! program in one style; what browsers make of it is tried in `tests/browser`.

use super::Complaints;
use regex::Regex;
use std::sync::LazyLock;

/// A tag with quoted attributes, or a comment or the document type.
static TAG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^<(?:!(?:doctype html|--[^<>]*--)|(/?)([A-Za-z][A-Za-z0-9]*)((?:\s+[A-Za-z][\w:-]*(?:="[^"<]*")?)*)\s*(/?))>"#)
        .expect("it is a pattern")
});
static ATTRIBUTE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"([A-Za-z][\w:-]*)(?:="([^"]*)")?"#).expect("it is a pattern"));

/// Elements that no report has: they load, send, embed or move something.
const FOREIGN: &[&str] = &[
    "img",
    "image",
    "iframe",
    "object",
    "embed",
    "base",
    "link",
    "form",
    "video",
    "audio",
    "source",
    "marquee",
    "frame",
    "foreignobject",
    "animate",
    "set",
    "applet",
    "picture",
    "portal",
    "textarea",
    "select",
];
/// Elements without an end tag.
const VOID: &[&str] = &["meta", "input", "br", "hr", "wbr", "col"];

pub(super) fn wrong(report: &str) -> Complaints {
    let mut reader = Reader { rest: report, open: Vec::new(), wrong: Vec::new(), scripts: 0 };
    while let Some(at) = reader.rest.find('<') {
        reader.rest = &reader.rest[at..];
        if !reader.tag() {
            break;
        }
    }
    let Reader { open, mut wrong, scripts, .. } = reader;
    if !open.is_empty() {
        wrong.push(format!("never closed: {open:?}"));
    }
    if scripts > 1 {
        wrong.push(format!("{scripts} scripts"));
    }
    if !report.contains("http-equiv=\"Content-Security-Policy\"") || !report.contains("default-src 'none'") {
        wrong.push("no policy that forbids what is not needed".to_owned());
    }
    wrong
}

struct Reader<'a> {
    rest: &'a str,
    open: Vec<String>,
    wrong: Complaints,
    scripts: usize,
}

impl Reader<'_> {
    /// Reads the tag at the start of the rest; false if it is none, then nothing after it can be judged.
    fn tag(&mut self) -> bool {
        let lower = self.rest.get(..15).map(str::to_ascii_lowercase);
        if lower.as_deref() == Some("<!doctype html>") {
            self.rest = &self.rest[15..];
            return true;
        }
        let Some(tag) = TAG.captures(self.rest) else {
            let shown: String = self.rest.chars().take(60).collect();
            self.wrong.push(format!("no tag of the report: {shown:?}"));
            return false;
        };
        let part = |index: usize| tag.get(index).map_or("", |part| part.as_str());
        let (name, end, empty) = (part(2).to_ascii_lowercase(), part(1) == "/", part(4) == "/");
        self.attributes(&name, part(3));
        self.rest = &self.rest[part(0).len()..];
        if name.is_empty() {
            return true;
        }
        if FOREIGN.contains(&name.as_str()) {
            self.wrong.push(format!("an element <{name}>"));
        }
        if end {
            if self.open.pop().as_ref() != Some(&name) {
                self.wrong.push(format!("</{name}> closes nothing"));
                return false;
            }
        } else if !empty && !VOID.contains(&name.as_str()) {
            self.raw(&name);
            self.open.push(name);
        }
        true
    }

    /// Skips what is no markup: the inside of a script or style sheet.
    fn raw(&mut self, name: &str) {
        if matches!(name, "script" | "style") {
            self.scripts += usize::from(name == "script");
            let end = self.rest.find(&format!("</{name}")).unwrap_or(self.rest.len());
            self.rest = &self.rest[end..];
        }
    }

    fn attributes(&mut self, element: &str, attributes: &str) {
        for attribute in ATTRIBUTE.captures_iter(attributes) {
            let name = attribute[1].to_ascii_lowercase();
            let value = attribute.get(2).map_or("", |value| value.as_str());
            let harmless = match name.as_str() {
                "src" | "srcdoc" | "srcset" | "action" | "formaction" | "background" | "poster" | "data" | "style" => {
                    false
                }
                "href" | "xlink:href" => value.starts_with('#') || value.starts_with("https://"),
                _ => !name.starts_with("on"),
            };
            if !harmless {
                self.wrong.push(format!("<{element} {name}={value:?}>"));
            }
        }
    }
}

#[test]
fn what_breaks_out_is_seen() {
    let page = |inside: &str| {
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta http-equiv=\"Content-Security-Policy\" \
             content=\"default-src 'none'\"><title>x</title></head><body>{inside}<script>if (1<2) {{}}</script></body></html>"
        )
    };
    assert_eq!(
        wrong(&page("<p id=\"a\">&lt;b&gt; <a href=\"#a\">x</a><br></p><svg><path d=\"M0\"/></svg>")),
        Complaints::new()
    );
    for bad in [
        "<b",
        "a < b",
        "<p>",
        "</p>",
        "<img src=x>",
        "<p onclick=\"x\"></p>",
        "<a href=\"javascript:x\">x</a>",
        "<p title='x'></p>",
        "<script>x</script>",
        "<p style=\"x\"></p>",
        "<form></form>",
    ] {
        assert!(!wrong(&page(bad)).is_empty(), "{bad}");
    }
    assert!(!wrong("<!DOCTYPE html><html></html>").is_empty());
}
