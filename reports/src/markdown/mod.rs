//! Markdown for a ticket: CommonMark that GitHub, GitLab and importers of trackers render alike, the graph of waits in
//! Mermaid, long evidence folded in `<details>`.
//!
//! What the ticket says is never markup: see [`inline`]. A report is one comment; what does not fit into one is left out
//! from the end of what matters least, and the last line says so.

mod diagram;
mod findings;
mod inline;
mod page;
mod quotes;
mod verdict;
mod why;

use crate::answer::words::source_names;
use crate::answer::{Answer, Extent};
use crate::{Format, Layout, Named, Report, WhyFormat, WhyView};
use page::Page;
use std::io::{self, Write};

/// Characters that GitHub takes in a comment are 65,536; in bytes, so that it holds for every count of characters.
const COMMENT: usize = 65_000;
/// Room that is kept for the last lines where a comment must be cut.
const FOOTER: usize = 8_000;

/// The Markdown format.
#[derive(Clone, Copy, Debug)]
pub struct Markdown;

/// How much is told.
struct Level {
    extent: Extent,
    /// How tasks came to where they are.
    ways: bool,
    /// Characters of a sentence or paragraph.
    prose: usize,
}

/// All of it, then less and less.
const LEVELS: [Level; 4] = [
    Level { extent: Extent { findings: 30, lines: 24, near: 8, groups: 24, notes: 20 }, ways: true, prose: 4000 },
    Level { extent: Extent { findings: 30, lines: 24, near: 8, groups: 24, notes: 20 }, ways: false, prose: 4000 },
    Level { extent: Extent { findings: 20, lines: 6, near: 4, groups: 24, notes: 8 }, ways: false, prose: 2000 },
    Level { extent: Extent { findings: 8, lines: 2, near: 0, groups: 12, notes: 4 }, ways: false, prose: 600 },
];

impl Named for Markdown {
    fn id(&self) -> &'static str {
        "markdown"
    }
}

impl Format for Markdown {
    fn report(&self, report: &Report, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(comment(report).text().as_bytes())
    }
}

impl WhyFormat for Markdown {
    fn why(&self, why: &WhyView, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
        let mut page = Page::new(LEVELS[0].prose);
        why::write(&mut page, why);
        page.cut(COMMENT);
        out.write_all(page.text().as_bytes())
    }
}

/// As much of a report as fits.
fn comment(report: &Report) -> Page {
    let mut shortest = Page::new(0);
    for (number, level) in LEVELS.iter().enumerate() {
        let answer = Answer::of(report, &level.extent);
        let mut page = body(report, &answer, level);
        let mut footer = page.inner();
        let last = number + 1 == LEVELS.len();
        verdict::footer(&mut footer, &answer, &report.engine, number > 0);
        if last {
            footer.cut(FOOTER);
            page.cut(COMMENT - FOOTER);
        }
        page.append(footer);
        if page.len() <= COMMENT {
            return page;
        }
        shortest = page;
    }
    shortest
}

fn body(report: &Report, answer: &Answer, level: &Level) -> Page {
    let sources = source_names(&report.contents);
    let mut page = Page::new(level.prose);
    verdict::headline(&mut page, answer);
    diagram::write(&mut page, &answer.picture);
    verdict::groups(&mut page, answer);
    findings::write(&mut page, answer, level, &sources);
    findings::near_misses(&mut page, answer);
    page
}
