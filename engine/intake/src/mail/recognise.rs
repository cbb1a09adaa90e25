//! Tells what is mail, and is to be taken apart.

use super::header::{Encoding, Header};
use super::{mbox, transfer};

/// Endings of names that say what is in the file.
const ENDINGS: &[&str] = &[".eml", ".mbox", ".mbx", ".mht", ".mhtml"];
/// Endings that compression adds.
const PACKED: &[&str] = &[".gz", ".bz2", ".xz", ".zst", ".lz4", ".z"];

/// So much of a body is looked at.
const WITHIN: usize = 1 << 20;
/// So many messages of a mailbox are looked at.
const MESSAGES: usize = 100;

/// Whether a text is to be taken apart as mail: its name says that it is a message or mailbox and it begins as one, or
/// it begins with the header of a message and has parts or a body that cannot be read as it stands.
pub(super) fn is_mail(name: &str, bytes: &[u8]) -> bool {
    let bytes = without_mark(bytes);
    let mailbox = mbox::is_mailbox(bytes);
    if says_mail(name) && (mailbox || begins_header(bytes)) {
        return true;
    }
    match mailbox {
        true => {
            let start = &bytes[..bytes.len().min(WITHIN)];
            mbox::messages(start).take(MESSAGES).any(|message| needs_reading(&message))
        }
        // Most texts are told from mail by their first line.
        false => begins_header(bytes) && needs_reading(bytes),
    }
}

/// The bytes without the mark of UTF-8.
pub(super) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn says_mail(name: &str) -> bool {
    let mut name = name.to_ascii_lowercase();
    if let Some(ending) = PACKED.iter().find(|ending| name.ends_with(**ending)) {
        name.truncate(name.len() - ending.len());
    }
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

fn begins_header(bytes: &[u8]) -> bool {
    let line = &bytes[..memchr::memchr(b'\n', bytes).unwrap_or(bytes.len())];
    super::header::is_field(line)
}

/// A whole header of a message, and a body that cannot be read as it stands. What the header says must be true of the
/// body: many programs show a message decoded and its header as it was sent, and so it is pasted.
fn needs_reading(bytes: &[u8]) -> bool {
    // Lines of a log may look like fields, all of them.
    let bytes = &bytes[..bytes.len().min(2 * WITHIN)];
    let (header, body) = Header::split(&bytes[..bytes.len().min(WITHIN)]);
    let whole = header.well_formed && header.has("From") && (header.has("Date") || header.has("Message-ID"));
    // Messages that programs save themselves have no date, but a version.
    let page = header.well_formed && header.has("MIME-Version") && header.has("Content-Type");
    if !whole && !page {
        return false;
    }
    let body = bytes.get(body..).unwrap_or_default();
    let body = &body[..body.len().min(WITHIN)];
    let content = header.content("text/plain");
    if content.mime.starts_with("multipart/") {
        return content.boundary.is_some_and(|boundary| has_part(body, &boundary));
    }
    match content.encoding {
        Encoding::Base64 => is_base64(body),
        Encoding::QuotedPrintable => memchr::memchr(b'=', body).is_some() && transfer::is_quoted_printable(body),
        Encoding::Plain => is_legacy(body, content.charset.as_deref()),
    }
}

/// A line that begins a part.
fn has_part(body: &[u8], boundary: &[u8]) -> bool {
    body.split(|byte| *byte == b'\n')
        .any(|line| line.strip_prefix(b"--").is_some_and(|mark| mark.trim_ascii_end() == boundary))
}

/// The first line is base64, in groups of four, and no word of a greeting: it is long, or the only one.
fn is_base64(body: &[u8]) -> bool {
    let body = body.trim_ascii();
    let line = body[..memchr::memchr(b'\n', body).unwrap_or(body.len())].trim_ascii_end();
    let long = line.len() >= 20 || line.len() == body.len() && line.len() >= 4;
    long && line.len().is_multiple_of(4) && transfer::base64(line).1 == line.len()
}

/// A body in the encoding that the header names, and not in UTF-8.
fn is_legacy(body: &[u8], charset: Option<&str>) -> bool {
    let encoding = charset.and_then(|charset| encoding_rs::Encoding::for_label(charset.trim().as_bytes()));
    let Some(encoding) = encoding.filter(|encoding| *encoding != encoding_rs::UTF_8) else { return false };
    if encoding.is_ascii_compatible() {
        return std::str::from_utf8(body).is_err_and(|error| error.error_len().is_some());
    }
    // ISO-2022-JP is seven bits, with escapes.
    memchr::memchr(0x1b, body).is_some()
}
