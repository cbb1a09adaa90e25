//! The header of a message or part: fields, and what they say about its content.

use mailparse::{DispositionType, parse_content_disposition, parse_content_type, parse_header};

/// Fields beyond so many are not looked at. Mailing lists and filters add some dozens.
const FIELDS: usize = 1000;
/// Bytes of a field that are looked at.
const FIELD: usize = 4096;
/// Encoded words in a field that are decoded: the library looks for each from the start of its line.
const WORDS: usize = 64;
/// A boundary has 70 bytes at most (RFC 2046, 5.1.1).
const BOUNDARY: usize = 256;

/// The fields of a header.
#[derive(Debug, Default)]
pub(super) struct Header<'a> {
    /// Each with its name, colon and continuation lines.
    fields: Vec<&'a [u8]>,
    /// It ended with a blank line or the end of the bytes, and nothing in it was no field.
    pub(super) well_formed: bool,
}

/// What a header says about the content.
#[derive(Debug)]
pub(super) struct Content {
    /// Type and subtype in lower case.
    pub(super) mime: String,
    pub(super) boundary: Option<Vec<u8>>,
    pub(super) charset: Option<String>,
    /// The name of a file that it was or is to be.
    pub(super) name: Option<String>,
    /// It is to be shown apart from the message.
    pub(super) attached: bool,
    pub(super) encoding: Encoding,
    /// `format=flowed` (RFC 3676).
    pub(super) flowed: bool,
    /// `delsp=yes`: the space at a soft line end is no part of the text.
    pub(super) delsp: bool,
    /// It is a piece of a page that was saved with all it shows (RFC 2557).
    pub(super) of_page: bool,
}

/// How the bytes of a content are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Plain,
    Base64,
    QuotedPrintable,
}

impl<'a> Header<'a> {
    /// Splits a header from the body; gives where the body begins.
    pub(super) fn split(bytes: &'a [u8]) -> (Header<'a>, usize) {
        let mut header = Header { fields: Vec::new(), well_formed: true };
        let mut at = 0;
        let mut field = None;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            let line = &rest[..length];
            if line.trim_ascii().is_empty() {
                header.push(field.map(|from| &bytes[from..at]));
                return (header, at + length);
            }
            let continues = field.is_some() && matches!(line.first(), Some(b' ' | b'\t'));
            if !continues {
                header.push(field.take().map(|from| &bytes[from..at]));
                if !is_field(line) {
                    header.well_formed = false;
                    return (header, at);
                }
                field = Some(at);
            }
            at += length;
        }
        header.push(field.map(|from| &bytes[from..]));
        (header, bytes.len())
    }

    fn push(&mut self, field: Option<&'a [u8]>) {
        if let Some(field) = field.filter(|_| self.fields.len() < FIELDS) {
            self.fields.push(&field[..field.len().min(FIELD)]);
        }
    }

    /// Whether it has a field.
    pub(super) fn has(&self, name: &str) -> bool {
        self.field(name).is_some()
    }

    fn field(&self, name: &str) -> Option<&'a [u8]> {
        let begins = |field: &[u8]| {
            let (own, rest) = field.split_at(name.len().min(field.len()));
            own.eq_ignore_ascii_case(name.as_bytes()) && rest.trim_ascii_start().starts_with(b":")
        };
        self.fields.iter().copied().find(|field| begins(field))
    }

    /// The value of a field: in one line, decoded.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        let field = self.field(name)?;
        let words = memchr::memmem::find_iter(field, b"=?").take(WORDS + 1).count();
        let decoded = if words <= WORDS { parse_header(field).ok().map(|(field, _)| field.get_value()) } else { None };
        let value = decoded.unwrap_or_else(|| {
            let colon = memchr::memchr(b':', field).map_or(field.len(), |colon| colon + 1);
            String::from_utf8_lossy(&field[colon..]).into_owned()
        });
        let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        Some(value.trim().to_owned())
    }

    /// What it says about the content; `default` is the type where it says none.
    pub(super) fn content(&self, default: &str) -> Content {
        let kind = parse_content_type(&self.value("Content-Type").unwrap_or_else(|| default.to_owned()));
        let disposition = self.value("Content-Disposition").map(|value| parse_content_disposition(&value));
        let encoding = self.value("Content-Transfer-Encoding").unwrap_or_default();
        let is = |name: &str, value: &str| kind.params.get(name).is_some_and(|own| own.eq_ignore_ascii_case(value));
        let name = disposition.as_ref().and_then(|disposition| disposition.params.get("filename"));
        let name = name.or_else(|| kind.params.get("name")).filter(|name| !name.trim().is_empty());
        let boundary = kind.params.get("boundary").map(|boundary| boundary.trim_end().as_bytes().to_vec());
        Content {
            boundary: boundary.filter(|boundary| (1..=BOUNDARY).contains(&boundary.len())),
            charset: kind.params.get("charset").cloned(),
            name: name.cloned(),
            attached: disposition.is_some_and(|disposition| disposition.disposition == DispositionType::Attachment),
            encoding: Encoding::of(&encoding),
            flowed: is("format", "flowed"),
            delsp: is("delsp", "yes"),
            of_page: self.has("Content-Location"),
            mime: if kind.mimetype.contains('/') { kind.mimetype } else { default.to_owned() },
        }
    }
}

impl Encoding {
    fn of(value: &str) -> Encoding {
        match value.trim().to_ascii_lowercase().as_str() {
            "base64" => Encoding::Base64,
            "quoted-printable" => Encoding::QuotedPrintable,
            _ => Encoding::Plain,
        }
    }
}

/// Whether a line begins a field: a name of printable characters and a colon (RFC 5322, 2.2).
pub(super) fn is_field(line: &[u8]) -> bool {
    let name = memchr::memchr(b':', line).and_then(|colon| line.get(..colon)).unwrap_or_default().trim_ascii_end();
    !name.is_empty() && name.len() <= 80 && name.iter().all(u8::is_ascii_graphic)
}
