//! Quoted lines, with the place in front.

use super::page::{Page, padded, width};
use crate::view::Quote;
use crate::view::shorten;
use std::io;

/// Lines quoted for one claim at most.
const LINES: usize = 8;

/// Writes the lines of quotes; `sources` are the names of the texts.
pub(super) fn write(page: &mut Page<'_>, indent: usize, quotes: &[Quote], sources: &[String]) -> io::Result<()> {
    let rows: Vec<(String, &str)> = quotes.iter().flat_map(|quote| lines(quote, sources)).take(LINES).collect();
    let all: usize = quotes.iter().map(|quote| (quote.last_line - quote.first_line) as usize + 1).sum();
    let wide = rows.iter().map(|(place, _)| width(place)).max().unwrap_or(0);
    let room = page.room(indent + wide + 3);
    for (place, text) in &rows {
        page.line(indent, &format!("{}   {}", padded(place, wide), shorten(text.trim(), room)))?;
    }
    if all > rows.len() && !rows.is_empty() {
        page.line(indent, &format!("… and {} more lines", all - rows.len()))?;
    }
    Ok(())
}

/// Writes the text of a quote without its place.
pub(super) fn text(page: &mut Page<'_>, indent: usize, quote: &Quote) -> io::Result<()> {
    let room = page.room(indent);
    quote.text.iter().try_for_each(|text| page.line(indent, &shorten(text.trim(), room)))
}

fn lines<'a>(quote: &'a Quote, sources: &'a [String]) -> impl Iterator<Item = (String, &'a str)> {
    let numbered = (quote.first_line..).zip(&quote.text);
    numbered.map(|(line, text)| (place(quote.source, line, sources), text.as_str()))
}

/// A line by its number, with the name of its text where there are several.
pub(super) fn place(source: u32, line: u32, sources: &[String]) -> String {
    match sources.get(source as usize) {
        Some(name) if sources.len() > 1 => format!("{}:{line}", shorten(name, 40)),
        _ => format!("line {line}"),
    }
}
