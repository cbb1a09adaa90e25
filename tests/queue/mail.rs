//! Tickets that came by mail, and pages saved from a ticket system.

use super::noise::{Log, dated};
use data_encoding::BASE64;

/// How an attachment or body travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transfer {
    /// As it is: lines of at most 998 bytes of ASCII.
    Plain,
    /// base64
    Base64,
    /// quoted-printable
    Quoted,
}

impl Transfer {
    fn name(self) -> &'static str {
        match self {
            Transfer::Plain => "7bit",
            Transfer::Base64 => "base64",
            Transfer::Quoted => "quoted-printable",
        }
    }

    fn apply(self, bytes: &[u8]) -> String {
        match self {
            Transfer::Plain => String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\n', "\r\n"),
            Transfer::Base64 => {
                let text = BASE64.encode(bytes);
                text.as_bytes().chunks(76).map(|line| format!("{}\r\n", String::from_utf8_lossy(line))).collect()
            }
            Transfer::Quoted => quoted(bytes),
        }
    }

    /// The plain form where a text may travel so.
    pub(crate) fn plain_for(bytes: &[u8]) -> Self {
        let short = bytes.split(|byte| *byte == b'\n').all(|line| line.len() < 990);
        if bytes.is_ascii() && short { Transfer::Plain } else { Transfer::Quoted }
    }
}

/// Quoted-printable of a text: lines of at most 76 characters (RFC 2045).
fn quoted(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + bytes.len() / 4);
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if number > 0 {
            out.push_str("\r\n");
        }
        let mut width = 0;
        for (at, byte) in line.iter().enumerate() {
            let last = at + 1 == line.len();
            let piece = match byte {
                b' ' | b'\t' if !last => char::from(*byte).to_string(),
                b'!'..=b'<' | b'>'..=b'~' => char::from(*byte).to_string(),
                _ => format!("={byte:02X}"),
            };
            if width + piece.len() > 75 {
                out.push_str("=\r\n");
                width = 0;
            }
            width += piece.len();
            out.push_str(&piece);
        }
    }
    out
}

/// A file that hangs on a message.
pub(crate) struct Attachment {
    /// Its name.
    pub(crate) name: String,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// How they travel.
    pub(crate) transfer: Transfer,
}

/// A message with a text and attachments.
pub(crate) fn message(time: u64, subject: &str, body: &[u8], attachments: &[Attachment]) -> String {
    let date = dated(Log::Journal, time);
    let day = |at: usize| date.get(at..at + 2).unwrap_or("01");
    let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let name = month[(day(5).parse::<usize>().unwrap_or(1) - 1) % 12];
    let clock = date.get(11..19).unwrap_or("12:00:00");
    let mut out = format!(
        "Return-Path: <operator@example.net>\r\nReceived: from mx.example.net (mx.example.net [192.0.2.7])\r\n\tby \
         support.example.org with ESMTPS id {time:x}\r\n\tfor <support@example.org>; {} {name} {} {clock} \
         +0000\r\nDate: {} {name} {} {clock} +0000\r\nFrom: \"Operator, Night\" <operator@example.net>\r\nTo: \
         support@example.org\r\nSubject: {subject}\r\nMessage-ID: <{time:x}.1@example.net>\r\nMIME-Version: 1.0\r\n",
        day(8),
        &date[..4],
        day(8),
        &date[..4],
    );
    let transfer = Transfer::plain_for(body);
    let text = format!(
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {}\r\n\r\n{}\r\n",
        transfer.name(),
        transfer.apply(body)
    );
    if attachments.is_empty() {
        out.push_str(&text);
        return out;
    }
    let boundary = format!("=_part_{time:x}");
    out.push_str(&format!("Content-Type: multipart/mixed;\r\n\tboundary=\"{boundary}\"\r\n\r\nThis is MIME.\r\n"));
    out.push_str(&format!("--{boundary}\r\n{text}"));
    for attachment in attachments {
        out.push_str(&format!(
            "--{boundary}\r\nContent-Type: application/octet-stream; name=\"{0}\"\r\nContent-Disposition: \
             attachment;\r\n\tfilename=\"{0}\"\r\nContent-Transfer-Encoding: {1}\r\n\r\n{2}\r\n",
            attachment.name,
            attachment.transfer.name(),
            attachment.transfer.apply(&attachment.bytes)
        ));
    }
    out.push_str(&format!("--{boundary}--\r\n"));
    out
}

/// Messages in one file; a line that begins with `From ` gets a mark before it.
pub(crate) fn mailbox(messages: &[String]) -> String {
    let mut out = String::new();
    for message in messages {
        out.push_str("From operator@example.net Mon Mar  4 12:00:00 2024\n");
        for line in message.lines() {
            if line.trim_start_matches('>').starts_with("From ") {
                out.push('>');
            }
            out.push_str(line);
            out.push('\n');
        }
        out.push('\n');
    }
    out
}

/// A page of a ticket system with a text in it.
pub(crate) fn page(number: u64, text: &str, stories: &[&str]) -> String {
    let mut comments = String::new();
    for (at, story) in stories.iter().enumerate() {
        comments.push_str(&format!(
            "<div class=\"comment\" id=\"c{at}\"><span class=\"who\">operator&#64;example.net</span>\n\
             <p>{}</p></div>\n",
            escaped(story)
        ));
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Bug {number} &ndash; system \
         hangs</title>\n<style>.comment {{ margin: 1em }} pre > b {{ color: red }}</style>\n<script>var bug = \
         {{id: {number}, tags: \"<pre>\"}}; if (bug.id < 3 && bug.id > 1) {{ location = '/'; }}</script>\n\
         </head><body>\n<nav><ul><li><a href=\"/\">Home</a><li><a href=\"/new\">New</a></ul></nav>\n\
         <h1>Bug {number}</h1>\n{comments}<div class=\"comment\"><pre class=\"bz_comment_text\">{}</pre></div>\n\
         <!-- <pre>not shown</pre> -->\n<footer>Page made in 12 ms</footer></body></html>\n",
        escaped(text)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
