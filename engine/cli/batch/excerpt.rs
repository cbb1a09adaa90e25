//! Stacks that no rule explains, cut out of their texts so that a rule can be drafted from them.

use super::state::Excerpt;
use stacklore::Document;
use stacklore::Engine;
use stacklore::model::SourceId;
use stacklore::reports::Report;

/// Lines above a stack that its form may need to be read: the header of its dump.
const ABOVE: usize = 4;
/// Longest excerpt, in lines.
const LONGEST: usize = 400;

/// For each form of the report its first stack as it stands in the text, with as many lines above it as it needs to
/// be read again.
pub(super) fn of(engine: &Engine, report: &Report) -> Vec<Excerpt> {
    report
        .unexplained
        .iter()
        .filter_map(|form| {
            let stack = form.stacks.first().and_then(|stack| report.contents.stacks.get(*stack as usize))?;
            let text = report.texts.get(stack.source as usize)?;
            let cut =
                |above: usize| lines(text, (stack.first_line as usize).saturating_sub(above), stack.last_line as usize);
            let read = |text: &String| {
                let reading = engine.read(SourceId(0), &Document::from_text("stack", text.clone()));
                reading.stacks.iter().any(|read| read.frames.len() == stack.frames.len())
            };
            let text = (0..=ABOVE).map(cut).find(read).unwrap_or_else(|| cut(0));
            Some(Excerpt { form: form.form.clone(), text })
        })
        .collect()
}

/// Lines of a text, from 1, both included.
fn lines(text: &str, first: usize, last: usize) -> String {
    let count = (last + 1).saturating_sub(first.max(1)).min(LONGEST);
    let mut cut: String = text.split_inclusive('\n').skip(first.max(1) - 1).take(count).collect();
    if !cut.ends_with('\n') {
        cut.push('\n');
    }
    cut
}
