//! Quoted lines, with the place in front and the words that decide marked: in colour, else by carets below.

use super::page::{Page, padded, width};
use super::style::Style;
use crate::answer::QuotedLine;
use crate::answer::words::place;
use crate::view::{Quote, shorten};
use std::io;
use std::ops::Range;

/// Lines quoted for one claim at most.
const LINES: usize = 8;

/// Writes quoted lines; `sources` are the names of the texts.
pub(super) fn lines(page: &mut Page<'_>, indent: usize, lines: &[QuotedLine], sources: &[String]) -> io::Result<()> {
    let places: Vec<String> = lines.iter().map(|line| place(line.source, line.line, sources)).collect();
    let wide = places.iter().map(|place| width(place)).max().unwrap_or(0);
    let room = page.room(indent + wide + 3);
    let mut before: Option<&QuotedLine> = None;
    for (line, place) in lines.iter().zip(&places) {
        let place = format!("{}   ", padded(place, wide));
        let pieces = fit(&line.text, &line.marks, room);
        let styled = pieces.iter().map(|(marked, text)| (style(*marked), text.as_str()));
        let spans: Vec<(Style, &str)> = std::iter::once((Style::Aside, place.as_str())).chain(styled).collect();
        page.spans(indent, &spans)?;
        // Of frames one below the other the first is enough: the others read the same way.
        let goes_on = |above: &QuotedLine| above.is_frame && (above.source, above.line + 1) == (line.source, line.line);
        if !(line.is_frame && before.is_some_and(goes_on)) {
            carets(page, indent + width(&place), &pieces)?;
        }
        before = Some(line);
    }
    Ok(())
}

fn style(marked: bool) -> Style {
    if marked { Style::Mark } else { Style::Plain }
}

/// A row of carets under the words that decide, where there is no colour.
fn carets(page: &mut Page<'_>, indent: usize, pieces: &[(bool, String)]) -> io::Result<()> {
    if !page.is_plain() || !pieces.iter().any(|(marked, _)| *marked) {
        return Ok(());
    }
    let row: String = pieces.iter().map(|(marked, text)| mark(*marked).repeat(width(&page.drawn(text)))).collect();
    page.line(indent, &row)
}

fn mark(marked: bool) -> &'static str {
    if marked { "^" } else { " " }
}

/// The pieces of a line, marked or not, in at most `room` columns: what is marked stays longest.
fn fit(text: &str, marks: &[Range<usize>], room: usize) -> Vec<(bool, String)> {
    let mut pieces: Vec<(bool, String)> = Vec::new();
    let mut at = 0;
    for mark in marks {
        pieces.push((false, text.get(at..mark.start).unwrap_or_default().to_owned()));
        pieces.push((true, text.get(mark.clone()).unwrap_or_default().to_owned()));
        at = mark.end;
    }
    pieces.push((false, text.get(at..).unwrap_or_default().to_owned()));
    let all: usize = pieces.iter().map(|(_, text)| width(text)).sum();
    if all > room {
        let marked: usize = pieces.iter().filter(|(marked, _)| *marked).map(|(_, text)| width(text)).sum();
        share(&mut pieces, room.saturating_sub(marked.min(room / 2)));
    }
    pieces.retain(|(_, text)| !text.is_empty());
    pieces
}

/// Shortens the pieces that are not marked so that together they have that room, the long ones most.
fn share(pieces: &mut [(bool, String)], room: usize) {
    let mut lengths: Vec<usize> = pieces.iter().filter(|(marked, _)| !marked).map(|(_, text)| width(text)).collect();
    lengths.sort_unstable();
    let (mut left, mut most) = (room, usize::MAX);
    for (at, length) in lengths.iter().enumerate() {
        let equal = left / (lengths.len() - at);
        if *length > equal {
            most = equal;
            break;
        }
        left -= length;
    }
    for (marked, text) in pieces {
        *text = shorten(text, if *marked { room.max(20) } else { most.max(1) });
    }
}

/// Writes the lines of quotes without marks.
pub(super) fn write(page: &mut Page<'_>, indent: usize, quotes: &[Quote], sources: &[String]) -> io::Result<()> {
    let of_quote = |quote: &Quote| {
        let (source, first) = (quote.source, quote.first_line);
        let line = move |(line, text): (u32, &String)| QuotedLine {
            source,
            line,
            text: text.trim().to_owned(),
            marks: Vec::new(),
            is_frame: false,
        };
        (first..).zip(&quote.text).map(line).collect::<Vec<_>>()
    };
    let all: usize = quotes.iter().map(|quote| (quote.last_line - quote.first_line) as usize + 1).sum();
    let shown: Vec<QuotedLine> = quotes.iter().flat_map(of_quote).take(LINES).collect();
    lines(page, indent, &shown, sources)?;
    match all - shown.len().min(all) {
        0 => Ok(()),
        _ if shown.is_empty() => Ok(()),
        1 => page.line(indent, "… and 1 more line"),
        more => page.line(indent, &format!("… and {more} more lines")),
    }
}

/// Writes the text of a quote without its place.
pub(super) fn text(page: &mut Page<'_>, indent: usize, quote: &Quote) -> io::Result<()> {
    let room = page.room(indent);
    quote.text.iter().try_for_each(|text| page.line(indent, &shorten(text.trim(), room)))
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn what_is_marked_stays_in_a_shortened_line() {
        let line = format!("{} mutex_lock+0x1/0x2 {}", "a".repeat(100), "b".repeat(100));
        let mark = 101..111;
        let pieces = fit(&line, std::slice::from_ref(&mark), 60);
        assert!(pieces.iter().any(|(marked, text)| *marked && text == "mutex_lock"), "{pieces:?}");
        assert!(pieces.iter().map(|(_, text)| text.chars().count()).sum::<usize>() <= 60, "{pieces:?}");
        assert_eq!(fit("short", &[], 60), [(false, "short".to_owned())]);
    }
}
