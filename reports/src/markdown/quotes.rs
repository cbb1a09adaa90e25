//! Quoted lines as code: the place in front, carets under the words that decide.

use super::page::Page;
use crate::answer::QuotedLine;
use crate::answer::words::place;
use crate::text::{padded, width};
use crate::visible;

/// Evidence of more lines is folded.
const LONG: usize = 12;

/// Writes the lines of one claim, and how many more there are; what is long is folded.
pub(super) fn write(page: &mut Page, lines: &[QuotedLine], more: usize, sources: &[String]) {
    if lines.len() <= LONG {
        return block(page, lines, more, sources);
    }
    let mut inner = page.inner();
    block(&mut inner, lines, more, sources);
    page.details(&format!("{} lines", lines.len()), inner);
}

/// Writes lines in one block of code.
pub(super) fn block(page: &mut Page, lines: &[QuotedLine], more: usize, sources: &[String]) {
    if lines.is_empty() {
        return;
    }
    let places: Vec<String> = lines.iter().map(|line| place(line.source, line.line, sources)).collect();
    let wide = places.iter().map(|place| width(&visible(place))).max().unwrap_or(0);
    let mut rows = Vec::new();
    let mut before: Option<&QuotedLine> = None;
    for (line, place) in lines.iter().zip(&places) {
        let place = format!("{}   ", padded(&visible(place), wide));
        rows.push(format!("{place}{}", line.text));
        // Of frames one below the other the first is enough: the others read the same way.
        let goes_on = before.is_some_and(|above| is_next_frame(above, line));
        if !line.marks.is_empty() && !goes_on {
            rows.push(format!("{}{}", " ".repeat(width(&place)), carets(line)));
        }
        before = Some(line);
    }
    match more {
        0 => {}
        1 => rows.push("… and 1 more line".into()),
        more => rows.push(format!("… and {more} more lines")),
    }
    page.code("text", &rows);
}

fn is_next_frame(above: &QuotedLine, line: &QuotedLine) -> bool {
    above.is_frame && line.is_frame && (above.source, above.line + 1) == (line.source, line.line)
}

/// Carets under the marked bytes of a line.
fn carets(line: &QuotedLine) -> String {
    let columns = |from: usize, to: usize| width(&visible(line.text.get(from..to).unwrap_or_default()));
    let mut row = String::new();
    let mut at = 0;
    for mark in &line.marks {
        row.push_str(&" ".repeat(columns(at, mark.start)));
        row.push_str(&"^".repeat(columns(mark.start, mark.end)));
        at = mark.end;
    }
    row
}
