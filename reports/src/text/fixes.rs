//! Published fixes: beside a finding, and where no rule knows a hang.

use super::groups::task_label;
use super::page::Page;
use super::quotes::place;
use crate::Report;
use crate::view::FixView;
use std::io;

/// Writes the fixes that the stacks of a finding show.
pub(super) fn of_finding(page: &mut Page<'_>, left: usize, fixes: &[FixView]) -> io::Result<()> {
    if fixes.is_empty() {
        return Ok(());
    }
    page.line(left, "A fix is known for a hang in these functions")?;
    fixes.iter().try_for_each(|fix| page.item(left + 2, "- ", &told(fix)))
}

/// Writes the fixes that waiting stacks show of a hang that no rule knows.
pub(super) fn hints(page: &mut Page<'_>, report: &Report, sources: &[String]) -> io::Result<()> {
    if report.known_fixes.is_empty() {
        return Ok(());
    }
    page.blank()?;
    page.line(2, "No diagnosis, a hint: fixes are known for hangs in functions of these stacks")?;
    for fix in &report.known_fixes {
        let task = report.contents.tasks.get(fix.task as usize).map_or_else(|| "a task".into(), task_label);
        let quote = fix.quotes.first();
        let at =
            quote.map_or_else(String::new, |quote| format!(", {}", place(quote.source, quote.first_line, sources)));
        page.item(2, "- ", &format!("{} Seen in {task}{at}.", told(fix)))?;
    }
    Ok(())
}

/// Title, commit, releases, and what that means for the release of the text.
fn told(fix: &FixView) -> String {
    let cve = fix.cve.as_ref().map_or_else(String::new, |cve| format!(", {cve}"));
    let release = match (&fix.release, fix.applies) {
        (Some(release), "no") => format!("this text is of {release}, which has it: then it is something else"),
        (Some(release), "unknown") => format!("this text is of {release}, which may be from before it"),
        (Some(release), _) => format!("this text is of {release}, which lacks it unless your vendor took it over"),
        (None, _) => "the text does not tell the release; check that of your vendor".to_owned(),
    };
    format!("\"{}\" ({}{cve}): upstream since {}; {release}.", fix.title, fix.commit, fix.fixed_in)
}
