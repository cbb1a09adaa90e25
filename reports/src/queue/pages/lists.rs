//! Links to tickets, written one by one: a page can have all of a queue.

use crate::html::escape;
use crate::queue::names::href;
use crate::queue::view::TicketRow;
use crate::view::shorten;
use crate::visible;
use std::io::{self, Write};

/// Characters of a label.
pub(super) const LABEL: usize = 200;
/// Characters of a headline.
pub(super) const HEADLINE: usize = 240;

/// A label as pages show it.
pub(super) fn label(id: &str) -> String {
    match visible(&shorten(id, LABEL)) {
        label if label.trim().is_empty() => "(no name)".into(),
        label => label,
    }
}

/// Writes a row of a list of tickets: link, verdict, certainty of the finding that the list is about, date, headline.
pub(super) fn item(row: &TicketRow, up: &str, certainty: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    let mut html = String::from("<li>");
    link(row, up, &mut html);
    tag(row.word(), "tag", &mut html);
    if let Some(certainty) = certainty {
        tag(certainty, &format!("tag {certainty}"), &mut html);
    }
    if let Some(date) = &row.date {
        html.push_str(" <span class=\"note\">");
        escape::push(&visible(&day(date)), &mut html);
        html.push_str("</span>");
    }
    html.push_str(" <span class=\"head\">");
    escape::push(&visible(&shorten(&row.headline, HEADLINE)), &mut html);
    html.push_str("</span></li>\n");
    out.write_all(escape::shown(&html).as_bytes())
}

/// Writes a row of the list for those without script: link, verdict, signature.
pub(super) fn plain(row: &TicketRow, out: &mut dyn Write) -> io::Result<()> {
    let mut html = String::from("<li>");
    link(row, "", &mut html);
    html.push(' ');
    html.push_str(row.word());
    if let Some(rule) = &row.signature {
        html.push_str(" <code>");
        escape::push(&visible(rule), &mut html);
        html.push_str("</code>");
    }
    html.push_str("</li>\n");
    out.write_all(escape::shown(&html).as_bytes())
}

fn link(row: &TicketRow, up: &str, html: &mut String) {
    let href = href(&row.page);
    let up = if href == "#" { "" } else { up };
    html.push_str(&format!("<a href=\"{up}{href}\"><bdi dir=\"ltr\">"));
    escape::push(&label(&row.id), html);
    html.push_str("</bdi></a>");
}

/// The day of a date.
fn day(date: &str) -> String {
    date.chars().take(10).collect()
}

/// Words of our own.
fn tag(word: &str, class: &str, html: &mut String) {
    html.push_str(&format!(" <span class=\"{class}\">{word}</span>"));
}
