//! Published fixes: beside a finding, and where no rule knows a hang.

use super::words;
use crate::Report;
use crate::view::FixView;

/// The fixes that waiting stacks show of a hang that no rule knows.
pub(super) fn hints(report: &Report, sources: &[String]) -> Vec<String> {
    let hint = |fix: &FixView| {
        let task = report.contents.tasks.get(fix.task as usize).map_or_else(|| "a task".into(), words::task);
        let at = fix.quotes.first().map(|quote| words::place(quote.source, quote.first_line, sources));
        format!("{} Seen in {task}{}.", told(fix), at.map_or_else(String::new, |at| format!(", {at}")))
    };
    report.known_fixes.iter().map(hint).collect()
}

/// Title, commit, releases, and what that means for the release of the text.
pub(super) fn told(fix: &FixView) -> String {
    let cve = fix.cve.as_ref().map_or_else(String::new, |cve| format!(", {cve}"));
    let release = match (&fix.release, fix.applies) {
        (Some(release), "no") => format!("this text is of {release}, which has it: then it is something else"),
        (Some(release), "unknown") => format!("this text is of {release}, which may be from before it"),
        (Some(release), _) => format!("this text is of {release}, which lacks it unless your vendor took it over"),
        (None, _) => "the text does not tell the release; check that of your vendor".to_owned(),
    };
    format!("\"{}\" ({}{cve}): upstream since {}; {release}.", fix.title, fix.commit, fix.fixed_in)
}
