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
    Level {
        extent: Extent { findings: 30, lines: 24, near: 8, groups: 24, notes: 20, snapshots: 6 },
        ways: true,
        prose: 4000,
    },
    Level {
        extent: Extent { findings: 30, lines: 24, near: 8, groups: 24, notes: 20, snapshots: 6 },
        ways: false,
        prose: 4000,
    },
    Level {
        extent: Extent { findings: 20, lines: 6, near: 4, groups: 24, notes: 8, snapshots: 3 },
        ways: false,
        prose: 2000,
    },
    Level {
        extent: Extent { findings: 8, lines: 2, near: 0, groups: 12, notes: 4, snapshots: 1 },
        ways: false,
        prose: 600,
    },
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
    verdict::snapshots(&mut page, answer);
    findings::write(&mut page, answer, level, &sources);
    findings::near_misses(&mut page, answer);
    page
}

#[cfg(test)]
mod tests {
    use super::Markdown;
    use crate::view::{Quote, Report};
    use crate::{Format as _, Layout, sample};

    fn written(report: &Report) -> String {
        let mut out = Vec::new();
        Markdown.report(report, &Layout::default(), &mut out).expect("memory takes everything");
        String::from_utf8(out).expect("the report is UTF-8")
    }

    fn in_order(text: &str, parts: &[&str]) {
        let mut from = 0;
        for part in parts {
            let at = text.get(from..).and_then(|rest| rest.find(part));
            from += at.unwrap_or_else(|| panic!("{part:?} is missing or out of order in\n{text}")) + part.len();
        }
    }

    #[test]
    fn a_finding_tells_everything_in_order() {
        let text = written(&sample::self_deadlock());
        in_order(
            &text,
            &[
                "**HANG** — self-deadlock, proven. Worker locks a buffer that it has already reserved.\n\n",
                "```mermaid\nflowchart TD\n",
                "\n```\n\n### What happens `buffer-locked-twice`\n\nThe work item runs in `kworker/1:2` and locks",
                "**Evidence**\n\n`kworker/1:2` waits for a buffer.\n\n",
                "```text\nline 74   [<ffffffffa030ef25>] ttm_eu_reserve_buffers+0x205/0x320 [ttm]\n```\n\n",
                "**Why \"proven\":** Owner and waiter",
                "**Run next**\n\n```text\ncrash> struct ww_mutex\n```\n\n",
                "**What to do:** This boot cannot recover: restart.\n\n",
                "**See also:** The fix\n\n",
                "#### Consequence: rmmod waits for the worker (proven) `flush-blocked`\n\n",
                "*Read 2 stacks, 2 tasks, 1 lock in 2 forms (proc-stack, crash). Mended nothing. 0 lines unclear. ",
                "stacklore 0, 0 rules.*\n",
            ],
        );
    }

    #[test]
    fn long_evidence_is_folded() {
        let mut report = sample::self_deadlock();
        let text = (0..20).map(|line| format!("line ``` of {line}")).collect();
        report.findings[0].evidence[0].quotes = vec![Quote { source: 0, first_line: 80, last_line: 99, text }];
        let text = written(&report);
        in_order(
            &text,
            &[
                "waits for a buffer.\n\n<details>\n<summary>20 lines</summary>\n\n````text\nline 80   line ``` of 0\n",
                "line 99   line ``` of 19\n````\n\n</details>\n\n",
            ],
        );
    }

    #[test]
    fn answers_without_a_finding_are_short() {
        let unknown = written(&sample::unknown());
        in_order(
            &unknown,
            &[
                "**UNKNOWN** — 12 stacks wait; no rule knows this one.\n\n",
                "- 11 × waits: rwlock for writing in `example_commit` → whom, is not in this text\n",
                "Look first at flusher (812), line 44: it has waited longest (362 s).",
            ],
        );
        let healthy = written(&sample::healthy());
        let lines: Vec<&str> = healthy.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.len(), 2, "{healthy}");
        assert_eq!(lines[0], "**No hang in this text.** 3 tasks, all at rest or running: 2 × futex, 1 × epoll.");
    }

    #[test]
    fn a_single_arrow_is_told_in_words() {
        let mut report = sample::self_deadlock();
        report.findings.clear();
        report.contents.wait_graph.cycles = vec![vec![1]];
        report.contents.wait_graph.edges.truncate(1);
        let text = written(&report);
        assert!(!text.contains("mermaid"), "{text}");
        in_order(&text, &["\n\n`kworker/1:2` (4790) → *waits: ww-mutex* → ww-mutex `ffff880035acf1e0`\n"]);
    }
}
