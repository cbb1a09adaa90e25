//! The page of a rule: in which tickets it was found.

use super::bars::{Month, list};
use super::index::certainties;
use super::words::{thousands, tickets};
use super::{Frame, Pages, lists, rendered};
use crate::answer::words::class;
use crate::queue::names::filtered_index;
use crate::queue::summary::surest;
use crate::queue::view::SignatureRow;
use crate::visible;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Page {
    frame: Frame,
    rule: String,
    filtered: String,
    title: String,
    class: &'static str,
    tickets: String,
    first: String,
    certainty: String,
    months: Vec<Month>,
    undated: String,
}

pub(super) fn write(pages: &Pages<'_>, row: &SignatureRow, out: &mut dyn Write) -> io::Result<()> {
    let dated: u32 = row.months.values().sum();
    let page = Page {
        frame: pages.frame(),
        rule: row.rule.clone(),
        filtered: filtered_index(&visible(&row.rule)),
        title: row.title.clone(),
        class: class(row.class),
        tickets: tickets(row.tickets.into()),
        first: thousands(row.first.into()),
        certainty: certainties(row),
        months: list(&row.months),
        undated: if dated < row.tickets { thousands((row.tickets - dated).into()) } else { String::new() },
    };
    let parts = rendered("signature.html", &page)?;
    let mut parts = parts.iter();
    if let Some(head) = parts.next() {
        out.write_all(head.as_bytes())?;
    }
    for ticket in pages.of_rule.get(row.rule.as_str()).into_iter().flatten() {
        let certainty = surest(ticket).get(row.rule.as_str()).map(|finding| finding.certainty.name());
        lists::item(ticket, "../", certainty, out)?;
    }
    parts.try_for_each(|part| out.write_all(part.as_bytes()))
}
