//! A body as text: character sets, soft line ends, HTML.

use super::mime::Leaf;
use super::transfer;
use crate::{decode, page};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use std::borrow::Cow;

/// Notes on the bodies of a message; more would say nothing new.
const NOTES: usize = 8;

/// The text of a body, with line feeds as line ends; what was lost or guessed is added to `notes`.
pub(super) fn text(leaf: &Leaf<'_>, notes: &mut Vec<String>) -> String {
    let decoded = transfer::decode(leaf.bytes, leaf.content.encoding);
    let mut own = Vec::from_iter(decoded.note.map(str::to_owned));
    let mut text = characters(decoded.bytes, leaf.content.charset.as_deref(), &mut own);
    own.retain(|note| !notes.contains(note));
    own.truncate(NOTES.saturating_sub(notes.len()));
    notes.append(&mut own);
    if !decoded.rest.trim_ascii().is_empty() {
        text.push('\n');
        text.push_str(&String::from_utf8_lossy(decoded.rest));
    }
    let text = if text.contains('\r') { text.replace("\r\n", "\n") } else { text };
    match (leaf.content.mime.as_str(), leaf.content.flowed) {
        ("text/html", _) => page::text_of(&text),
        (_, true) => flowed(&text, leaf.content.delsp),
        _ => text,
    }
}

/// Decodes characters as the message says, unless the bytes tell otherwise.
fn characters(bytes: Cow<'_, [u8]>, charset: Option<&str>, notes: &mut Vec<String>) -> String {
    if let Some(encoding) = said(charset) {
        let (text, _, wrong) = encoding.decode(&bytes);
        let otherwise = encoding.is_ascii_compatible() && bytes_are_utf8(&bytes);
        if !wrong && !otherwise {
            return text.into_owned();
        }
    }
    match decode::decode(bytes.into_owned()) {
        Some(decoded) => {
            notes.extend(decoded.notes);
            decoded.text
        }
        None => {
            notes.push("A body of the message is no text and was left out.".to_owned());
            String::new()
        }
    }
}

/// Longer characters than ASCII's, all of them right: no other encoding looks so by chance.
fn bytes_are_utf8(bytes: &[u8]) -> bool {
    !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok()
}

/// The encoding that a content is said to be in, where saying so helps: `us-ascii`, UTF-8 and what is unknown are
/// found out from the bytes, and programs say `iso-8859-1` of everything.
fn said(charset: Option<&str>) -> Option<&'static Encoding> {
    let charset = charset?.trim();
    let encoding = Encoding::for_label(charset.as_bytes())?;
    let generic = encoding == UTF_8 || encoding == WINDOWS_1252 && charset.eq_ignore_ascii_case("us-ascii");
    (!generic).then_some(encoding)
}

/// An attachment that is said to be text in a legacy encoding, as UTF-8; anything else as it is.
pub(super) fn attachment<'a>(bytes: Cow<'a, [u8]>, leaf: &Leaf<'_>) -> Cow<'a, [u8]> {
    let said = said(leaf.content.charset.as_deref()).filter(|_| leaf.content.mime.starts_with("text/"));
    let Some(encoding) = said.filter(|_| !bytes.is_ascii() && !bytes_are_utf8(&bytes)) else { return bytes };
    if crate::magic::recognise(&bytes).is_some() {
        return bytes;
    }
    match encoding.decode(&bytes) {
        (text, _, false) => text.into_owned().into_bytes().into(),
        _ => bytes,
    }
}

/// Joins the lines that a program has broken at a space, and takes away the spaces it has added (RFC 3676).
fn flowed(text: &str, delsp: bool) -> String {
    let mut out = String::with_capacity(text.len());
    // The depth of quoting of the line that goes on.
    let mut open = None;
    for line in text.lines() {
        let content = line.trim_start_matches('>');
        let depth = line.len() - content.len();
        let content = content.strip_prefix(' ').unwrap_or(content);
        if open != Some(depth) {
            if open.is_some() {
                out.push('\n');
            }
            out.push_str(&line[..depth]);
            if depth > 0 {
                out.push(' ');
            }
        }
        let soft = content.ends_with(' ') && content != "-- ";
        out.push_str(if soft && delsp { content.trim_end_matches(' ') } else { content });
        open = soft.then_some(depth);
        if !soft {
            out.push('\n');
        }
    }
    if open.is_some() {
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::flowed;

    #[test]
    fn soft_line_ends_are_joined_within_one_depth_of_quoting() {
        assert_eq!(flowed("a \nb\nc\n", false), "a b\nc\n");
        assert_eq!(flowed("a \nb\n", true), "ab\n");
        assert_eq!(flowed("> a \n> b\n>> c \nd\n-- \nme", false), "> a b\n>> c \nd\n-- \nme\n");
        assert_eq!(flowed("  [<ffffffff81>] foo\n From there\n>\n", false), " [<ffffffff81>] foo\nFrom there\n> \n");
    }
}
