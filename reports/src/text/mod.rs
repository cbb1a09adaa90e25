//! Text for a terminal or a mail: what a colleague would write.
//!
//! The first line is the answer; then who waits for whom, each finding with the lines that carry it, what almost
//! holds, and what was read.

mod brief;
mod drawing;
mod equal;
mod findings;
mod page;
mod parsed;
mod quotes;
mod style;
mod texts;
mod verdict;
mod why;

use crate::answer::words::source_names;
use crate::answer::{Answer, Extent};
use crate::{ContentsFormat, Detail, Format, Layout, Named, Parsed, Report, WhyFormat, WhyView};
use page::Page;
pub(crate) use page::{padded, width};
use std::io::{self, Write};

/// The text format.
#[derive(Clone, Copy, Debug)]
pub struct Text;

impl Named for Text {
    fn id(&self) -> &'static str {
        "text"
    }
}

impl Format for Text {
    fn report(&self, report: &Report, layout: &Layout, out: &mut dyn Write) -> io::Result<()> {
        let sources = source_names(&report.contents);
        let page = &mut Page::new(out, *layout);
        match layout.detail {
            Detail::Verdict => page.line(0, report.verdict.name()),
            Detail::Brief => brief::write(page, report, &sources),
            Detail::Whole => {
                let answer = Answer::of(report, &Extent::BRIEF);
                verdict::write(page, &answer)?;
                findings::write(page, &answer, &sources)?;
                findings::near_misses(page, &answer)?;
                verdict::footer(page, &answer)
            }
        }
    }
}

impl WhyFormat for Text {
    fn why(&self, why: &WhyView, layout: &Layout, out: &mut dyn Write) -> io::Result<()> {
        why::write(&mut Page::new(out, *layout), why)
    }
}

impl ContentsFormat for Text {
    fn parsed(&self, parsed: &Parsed, layout: &Layout, out: &mut dyn Write) -> io::Result<()> {
        let sources = source_names(&parsed.contents);
        parsed::write(&mut Page::new(out, *layout), parsed, &sources)
    }
}

#[cfg(test)]
mod tests {
    use super::Text;
    use crate::sample;
    use crate::view::SourceView;
    use crate::{Format as _, Layout, Report};

    fn written(report: &Report, layout: Layout) -> String {
        let mut out = Vec::new();
        Text.report(report, &layout, &mut out).expect("memory takes everything");
        String::from_utf8(out).expect("the report is UTF-8")
    }

    #[test]
    fn the_first_line_is_the_answer() {
        let first = |report: &Report| written(report, Layout::default()).lines().next().unwrap_or_default().to_owned();
        assert_eq!(
            first(&sample::self_deadlock()),
            "HANG  self-deadlock, proven.  Worker locks a buffer that it has already reserved."
        );
        assert_eq!(first(&sample::ring(3)), "HANG  3 tasks wait for each other in a ring; no rule names this one.");
        assert_eq!(first(&sample::unknown()), "UNKNOWN  12 stacks wait; no rule knows this one.");
        assert_eq!(
            first(&sample::healthy()),
            "No hang in this text.  3 tasks, all at rest or running: 2 × futex, 1 × epoll."
        );
        assert!(first(&sample::empty()).starts_with("NO TRACES  This text holds no stack"));
    }

    #[test]
    fn a_finding_tells_everything_in_order() {
        let text = written(&sample::self_deadlock(), Layout::default());
        let order = [
            "1  buffer-locked-twice, proven",
            "What happens",
            "Evidence",
            "line 74",
            "ttm_eu_reserve_buffers+0x205",
            "Why \"proven\"",
            "Run next",
            "crash> struct ww_mutex",
            "What to do",
            "See also",
            "Consequence: rmmod waits for the worker",
            "Read 2 stacks, 2 tasks, 1 lock in 2 forms (proc-stack, crash). Mended nothing. 0 lines unclear.",
        ];
        let mut from = 0;
        for part in order {
            let at =
                text[from..].find(part).unwrap_or_else(|| panic!("{part:?} is missing or out of order in\n{text}"));
            from += at + part.len();
        }
    }

    #[test]
    fn folders_that_all_texts_share_are_not_repeated() {
        let mut report = sample::self_deadlock();
        let source = report.contents.sources[0].clone();
        let named = |name: &str| SourceView { name: name.into(), ..source.clone() };
        report.contents.sources = vec![named("/t/4711/logs/a.txt"), named("/t/4711/log.txt")];
        let text = written(&report, Layout::default());
        assert!(text.contains("    logs/a.txt:74   [<ffff"), "{text}");
        assert!(text.contains("Read 2 texts: 2 stacks"), "{text}");
    }

    #[test]
    fn unknown_hangs_show_groups_and_where_to_look() {
        let text = written(&sample::unknown(), Layout::default());
        assert!(text.contains("11 × waits: rwlock for writing in example_commit"), "{text}");
        assert!(text.contains("Look first at flusher (812), line 44: it has waited longest (362 s)."), "{text}");
    }

    #[test]
    fn no_line_is_wider_than_asked_and_ascii_is_ascii() {
        for report in [sample::self_deadlock(), sample::unknown(), sample::empty()] {
            let text = written(&report, Layout { width: 72, ascii: true, ..Layout::default() });
            assert!(text.is_ascii(), "{text}");
            let prose = text.lines().filter(|line| !line.contains("--"));
            assert_eq!(prose.filter(|line| line.chars().count() > 72).collect::<Vec<_>>(), Vec::<&str>::new());
        }
    }

    #[test]
    fn ticket_text_cannot_steer_the_terminal() {
        let text = written(&sample::hostile(), Layout::default());
        let steers = |c: char| c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
        assert!(!text.contains(steers), "{text:?}");
        assert!(text.contains("^[]0;owned^G"), "{text}");
    }
}
