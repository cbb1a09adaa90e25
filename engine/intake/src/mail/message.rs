//! One message as parts: its text, then its attachments.

use super::body;
use super::header::Header;
use super::mime::{self, Leaf, PARTS};
use super::transfer;
use crate::parts::Part;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// The headers that are part of the text, in this order.
const SHOWN: &[&str] = &["From", "To", "Cc", "Date", "Subject", "Message-ID"];

/// What the reader of a report must know about the text of a message.
pub(super) const NOTE: &str = "The text was taken out of a mail; line numbers are those of its text.";

/// Characters of the name of an attachment.
const NAME: usize = 120;

/// Hands over the text of a message and its attachments, with `prefix` before their names.
pub(super) fn unwrap(bytes: &[u8], prefix: &str, each: &mut dyn FnMut(Part) -> ControlFlow<()>) -> ControlFlow<()> {
    let message = mime::split(bytes);
    let plain: BTreeSet<usize> =
        message.leaves.iter().filter(|leaf| is_plain(leaf)).filter_map(|leaf| leaf.alternative).collect();
    let said_plain = |leaf: &Leaf<'_>| {
        leaf.content.mime == "text/html" && leaf.alternative.is_some_and(|alternative| plain.contains(&alternative))
    };
    let (bodies, attachments): (Vec<_>, Vec<_>) = message.leaves.iter().partition(|leaf| is_body(leaf));
    let attachments: Vec<_> = attachments.into_iter().filter(|leaf| !is_left_out(leaf)).collect();
    let mut notes = vec![NOTE.to_owned()];
    let mut text = head(&message.header);
    for leaf in bodies.into_iter().filter(|leaf| !said_plain(leaf)) {
        text.push('\n');
        text.push_str(&body::text(leaf, &mut notes));
        if !text.ends_with('\n') {
            text.push('\n');
        }
    }
    if message.cut {
        notes.push(format!("Only its first {PARTS} parts were read: there are more."));
    }
    // A message of nothing but attachments has no text that could be missed.
    if attachments.is_empty() || !text.trim_ascii().is_empty() {
        each(Part { name: Some(format!("{prefix}text")), bytes: text.into_bytes(), plain: true, notes })?;
    }
    let mut names = Names::default();
    for leaf in attachments {
        let decoded = transfer::decode(leaf.bytes, leaf.content.encoding);
        let bytes = body::attachment(decoded.bytes, leaf).into_owned();
        let name = Some(format!("{prefix}{}", names.name(leaf)));
        each(Part { name, bytes, plain: false, notes: decoded.note.map(str::to_owned).into_iter().collect() })?;
    }
    ControlFlow::Continue(())
}

fn head(header: &Header<'_>) -> String {
    let lines = SHOWN.iter().filter_map(|name| Some(format!("{name}: {}\n", header.value(name)?)));
    lines.collect()
}

/// Text that is shown with the message.
fn is_body(leaf: &Leaf<'_>) -> bool {
    let content = &leaf.content;
    matches!(content.mime.as_str(), "text/plain" | "text/html") && content.name.is_none() && !content.attached
}

fn is_plain(leaf: &Leaf<'_>) -> bool {
    is_body(leaf) && leaf.content.mime == "text/plain"
}

/// Signatures, and what a page that was saved whole only looks good with.
fn is_left_out(leaf: &Leaf<'_>) -> bool {
    const SIGNATURES: &[&str] =
        &["application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"];
    let mime = leaf.content.mime.as_str();
    let looks = ["image/", "font/", "audio/", "video/"].iter().any(|kind| mime.starts_with(kind));
    let looks = looks || mime == "text/css" || mime.ends_with("javascript") || mime.starts_with("application/font");
    SIGNATURES.contains(&mime) || leaf.content.of_page && looks
}

/// Names of the attachments of a message, each once.
#[derive(Default)]
struct Names {
    seen: BTreeMap<String, usize>,
    unnamed: usize,
}

impl Names {
    fn name(&mut self, leaf: &Leaf<'_>) -> String {
        let mut name = leaf.content.name.as_deref().map(safe).unwrap_or_default();
        if name.is_empty() {
            self.unnamed += 1;
            name = format!("part-{}", self.unnamed);
        }
        // The name tells that a message is read as one.
        if leaf.content.mime == "message/rfc822" && !name.to_ascii_lowercase().ends_with(".eml") {
            name.push_str(".eml");
        }
        let seen = self.seen.entry(name.clone()).or_default();
        *seen += 1;
        match *seen {
            1 => name,
            again => format!("{again}-{name}"),
        }
    }
}

/// The last component of a name, without what could mislead a reader.
fn safe(name: &str) -> String {
    let last =
        name.rsplit(['/', '\\']).find(|component| !matches!(component.trim(), "" | "." | "..")).unwrap_or_default();
    let misleads = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let shown: Vec<char> = last.trim().chars().map(|c| if misleads(c) { '\u{fffd}' } else { c }).collect();
    if shown.len() <= NAME {
        return shown.into_iter().collect();
    }
    // The end of a name tells what it is.
    let (start, end) = (&shown[..NAME / 2], &shown[shown.len() - NAME / 2..]);
    start.iter().chain(['…'].iter()).chain(end).collect()
}
