//! The page of a cluster: a hang that several tickets share and that no rule knows, and how to write the rule.

use super::index::shared;
use super::words::{thousands, tickets};
use super::{Excerpt, Frame, Pages, lists, rendered};
use crate::queue::names::cluster_folder;
use crate::queue::view::{ClusterForm, ClusterRow, ClusterTicket};
use crate::view::shorten;
use serde::Serialize;
use std::io::{self, Write};

/// Forms of stacks that are shown.
const FORMS: usize = 20;
/// Functions of a form that are shown.
const FRAMES: usize = 60;
/// Characters of a function.
const FRAME: usize = 200;
/// Bytes of an excerpt that are shown; its file has all of it.
const EXCERPT: usize = 16 << 10;

#[derive(Serialize)]
struct Page {
    frame: Frame,
    id: String,
    headline: String,
    wait: Option<String>,
    counts: String,
    distance: String,
    folder: String,
    forms: Vec<Form>,
    more_forms: usize,
    excerpts: Vec<Shown>,
}

#[derive(Serialize)]
struct Form {
    id: String,
    tickets: String,
    frames: Vec<String>,
    more_frames: usize,
}

#[derive(Serialize)]
struct Shown {
    file: String,
    href: String,
    ticket: String,
    text: String,
    cut: bool,
}

pub(super) fn write(pages: &Pages<'_>, row: &ClusterRow, excerpts: &[Excerpt], out: &mut dyn Write) -> io::Result<()> {
    let (stacks, tasks) = (thousands(row.stacks), thousands(row.tasks));
    let page = Page {
        frame: pages.frame(),
        id: row.id.clone(),
        headline: shared(row),
        wait: row.wait.clone(),
        counts: format!("{} with {stacks} such stacks of {tasks} tasks", tickets(row.tickets.len() as u64)),
        distance: row.distance.clone(),
        folder: cluster_folder(&row.id),
        forms: row.forms.iter().take(FORMS).map(form).collect(),
        more_forms: row.forms.len().saturating_sub(FORMS),
        excerpts: excerpts.iter().map(shown).collect(),
    };
    let parts = rendered("cluster.html", &page)?;
    let mut parts = parts.iter();
    if let Some(head) = parts.next() {
        out.write_all(head.as_bytes())?;
    }
    for ticket in &row.tickets {
        item(pages, ticket, out)?;
    }
    parts.try_for_each(|part| out.write_all(part.as_bytes()))
}

fn item(pages: &Pages<'_>, ticket: &ClusterTicket, out: &mut dyn Write) -> io::Result<()> {
    // A cluster can name a ticket that the summary has not.
    match pages.of_page.get(ticket.page.as_str()) {
        Some(row) => lists::item(row, "../../", None, out),
        None => Ok(()),
    }
}

fn form(form: &ClusterForm) -> Form {
    Form {
        id: form.form.clone(),
        tickets: tickets(form.tickets.into()),
        frames: form.frames.iter().take(FRAMES).map(|frame| shorten(frame, FRAME)).collect(),
        more_frames: form.frames.len().saturating_sub(FRAMES),
    }
}

fn shown(excerpt: &Excerpt) -> Shown {
    let end = (0..=EXCERPT.min(excerpt.text.len())).rev().find(|end| excerpt.text.is_char_boundary(*end));
    let text = end.and_then(|end| excerpt.text.get(..end)).unwrap_or_default();
    Shown {
        file: excerpt.file.clone(),
        href: crate::queue::names::href(&excerpt.file),
        ticket: lists::label(&excerpt.ticket),
        text: text.to_owned(),
        cut: text.len() < excerpt.text.len(),
    }
}
