//! HTML: one file without anything outside it, for a mail attachment or a ticket system. It is read without a script;
//! the one that it has searches the stacks and opens what a link leads to.
//!
//! Text of a ticket gets into the page in two ways only: through the templates, which escape, and through
//! [`escape::push`]. Whatever it holds, the page's policy lets nothing of it run or load.

pub(crate) mod escape;
mod findings;
mod lines;
mod page;
pub(crate) mod policy;
mod stacks;
mod svg;
mod targets;
mod texts;

use crate::answer::{Answer, Extent};
use crate::{Format, Layout, Named, Report};
use std::io::{self, Write};
use std::sync::OnceLock;
use tera::{Context, Tera};

/// The HTML format.
#[derive(Clone, Copy, Debug)]
pub struct Html;

impl Named for Html {
    fn id(&self) -> &'static str {
        "html"
    }
}

impl Format for Html {
    fn report(&self, report: &Report, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
        write(report, None, out)
    }
}

/// Where a page is one of many: links to the others, relative to it.
pub(crate) struct Navigation<'a> {
    /// The page that lists all of them.
    pub(crate) index: &'a str,
    /// The page about all cases in which a rule was found.
    pub(crate) signature: &'a dyn Fn(&str) -> String,
}

/// Writes the page of a report.
pub(crate) fn write(report: &Report, navigation: Option<&Navigation<'_>>, out: &mut dyn Write) -> io::Result<()> {
    let answer = Answer::of(report, &Extent::FULL);
    let page = page::Page::of(report, &answer, navigation);
    let context = Context::from_serialize(&page).map_err(io::Error::other)?;
    let html = templates().render(PAGE, &context).map_err(io::Error::other)?;
    out.write_all(escape::shown(&html).as_bytes())
}

/// Name of the page among the templates. The ending makes Tera escape what is put in.
const PAGE: &str = "report.html";

/// The templates, read once.
fn templates() -> &'static Tera {
    static TEMPLATES: OnceLock<Tera> = OnceLock::new();
    TEMPLATES.get_or_init(|| {
        let mut tera = Tera::default();
        tera.add_raw_templates([
            ("item.html", include_str!("templates/item.html").trim_end()),
            ("finding.html", include_str!("templates/finding.html")),
            ("stacks.html", include_str!("templates/stacks.html")),
            ("texts.html", include_str!("templates/texts.html")),
            (PAGE, include_str!("templates/report.html")),
        ])
        .expect("the templates are part of the program, and every test of a page reads them");
        tera
    })
}

#[cfg(test)]
mod tests {
    use super::Html;
    use crate::{Format as _, Layout, Report, sample};

    fn written(report: &Report) -> String {
        let mut out = Vec::new();
        Html.report(report, &Layout::default(), &mut out).expect("memory takes everything");
        String::from_utf8(out).expect("the page is UTF-8")
    }

    #[test]
    fn a_page_holds_the_answer_and_its_evidence() {
        let page = written(&sample::self_deadlock());
        for part in
            ["<h1", "HANG", "self-deadlock, proven", "line 74", "<svg", "id=\"findings\"", "buffer-locked-twice"]
        {
            assert!(page.contains(part), "{part} is missing in\n{page}");
        }
    }

    #[test]
    fn text_of_a_ticket_stays_text() {
        let page = written(&sample::hostile());
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        let steers = |c: char| c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
        assert!(!page.contains(steers), "{page:?}");
    }

    #[test]
    fn every_verdict_has_a_page() {
        for report in [sample::unknown(), sample::healthy(), sample::empty(), sample::ring(200)] {
            let page = written(&report);
            assert!(page.ends_with("</html>\n") && page.contains("<main"), "{page}");
            assert_eq!(page, written(&report));
        }
    }
}
