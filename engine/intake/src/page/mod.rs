//! Pages of HTML saved from a ticket system or a mail archive: takes the text out of them.
//!
//! The text has the lines that are seen on the page: blocks and `<br>` end a line, `<pre>`, `<textarea>` and `<code>`
//! keep their spaces and line ends, and so do elements that are styled for it, the cells of a table's row stand in one line with tabs between them, numbers of
//! lines beside code are left out. Pages need not be well formed; what is no element of HTML (an address in angle
//! brackets that nobody escaped) stays as text. One pass, whatever the page.

mod elements;
mod writer;

use crate::decode;
use crate::parts::{Part, Wrapper};
use elements::{Element, keeps_spaces, shows_line_numbers};
use encoding_rs::{Encoding, UTF_8};
use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};
use std::convert::Infallible;
use std::ops::ControlFlow;
use writer::{Place, Writer};

/// What the reader of a report must know about a text that was a page.
const NOTE: &str = "The text was taken out of an HTML page; line numbers are those of its text.";

/// How far into a text the beginning of a page is looked for, in bytes: comments may stand before it.
const WITHIN: usize = 1024;

/// Pages of HTML.
#[derive(Debug)]
pub(crate) struct Page;

impl Wrapper for Page {
    fn recognise(&self, name: &str, bytes: &[u8]) -> bool {
        if is_page(bytes) || says_page(name) && begins_element(bytes) {
            return true;
        }
        // UTF-16, with its mark or without.
        let marked = matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, b'<', ..] | [b'<', 0, ..]);
        let start = bytes.get(..bytes.len().min(2 * WITHIN)).filter(|_| marked);
        start.and_then(|start| decode::decode(start.to_vec())).is_some_and(|start| is_page(start.text.as_bytes()))
    }

    fn unwrap(&self, bytes: &[u8], each: &mut dyn FnMut(Part) -> ControlFlow<()>) {
        let mut notes = vec![NOTE.to_owned()];
        let text = match std::str::from_utf8(bytes) {
            Ok(page) => text_of(page.trim_start_matches('\u{feff}')),
            Err(_) => match decode::decode(bytes.to_vec()) {
                Some(mut page) => {
                    notes.append(&mut page.notes);
                    text_of(&page.text)
                }
                None => String::new(),
            },
        };
        let _ = each(Part { name: None, bytes: text.into_bytes(), plain: true, notes });
    }
}

fn says_page(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    ["html", "htm", "xhtml"].iter().any(|own| own.eq_ignore_ascii_case(ending))
}

/// Whether a text begins with a tag, as a part of a page does.
fn begins_element(bytes: &[u8]) -> bool {
    let tag = bytes.trim_ascii_start().strip_prefix(b"<").unwrap_or_default();
    let name = tag.iter().take_while(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase);
    Element::of(&name.take(16).collect::<Vec<u8>>()) != Element::Unknown
}

/// Whether a text is a page: it begins with `<!doctype html` or `<html`, after blanks, comments and `<?xml …?>` at most.
fn is_page(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(..bytes.len().min(WITHIN)).unwrap_or_default();
    rest = rest.strip_prefix("\u{feff}".as_bytes()).unwrap_or(rest);
    loop {
        rest = rest.trim_ascii_start();
        let end: &[u8] = match rest {
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            [b'<', b'?', ..] => b"?>",
            _ => break,
        };
        match rest.windows(end.len()).position(|window| window == end) {
            Some(at) => rest = &rest[at + end.len()..],
            None => return false,
        }
    }
    [&b"<!doctype html"[..], b"<html"].iter().any(|start| {
        let begins = rest.get(..start.len()).is_some_and(|bytes| bytes.eq_ignore_ascii_case(start));
        begins && rest.get(start.len()).is_none_or(|next| next.is_ascii_whitespace() || *next == b'>')
    })
}

/// The legacy encoding that a page names in its first bytes (`<meta charset=…>`, `content="text/html; charset=…"`).
pub(crate) fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    if !is_page(bytes) {
        return None;
    }
    let head = bytes.get(..bytes.len().min(4 * WITHIN))?.to_ascii_lowercase();
    let at = head.windows(8).position(|window| window == b"charset=")? + 8;
    let value = head.get(at..)?;
    let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
    let end = value.iter().position(|byte| !(byte.is_ascii_alphanumeric() || b"-_:.".contains(byte)));
    let encoding = Encoding::for_label(value.get(..end.unwrap_or(value.len()))?);
    // Who asks knows that it is not UTF-8; and in UTF-16 this could not have been read.
    encoding.filter(|encoding| *encoding != UTF_8 && encoding.is_ascii_compatible())
}

/// The text of a page.
pub(crate) fn text_of(page: &str) -> String {
    let (page, after) = split_after_end(page);
    let mut reader = Reader::default();
    let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| -> Option<Infallible> {
        reader.event(event);
        None
    });
    emitter.naively_switch_states(true);
    let Ok(()) = Tokenizer::new_with_emitter(page, emitter).finish();
    let mut text = reader.finish();
    text.push_str(after);
    text
}

/// Text that follows the end of the page, such as a log that begins with the answer of a web server: it is no HTML.
fn split_after_end(page: &str) -> (&str, &str) {
    const END: &[u8] = b"</html>";
    let bytes = page.as_bytes();
    let end = memchr::memrchr_iter(b'<', bytes)
        .find(|at| bytes.get(*at..*at + END.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(END)));
    let Some((page, after)) = end.and_then(|at| page.split_at_checked(at + END.len())) else { return (page, "") };
    let first = after.trim_start();
    if first.is_empty() || first.starts_with('<') { (page, "") } else { (page, first) }
}

/// Follows the tags of a page.
#[derive(Debug, Default)]
struct Reader {
    writer: Writer,
    tag: Tag,
    /// The element that is being left out, and how many of its name are open.
    left: Option<(Vec<u8>, usize)>,
    /// An element that seems to show numbers of lines.
    numbers: Option<Numbers>,
    /// The cell before this one held the numbers of its lines.
    beside_numbers: bool,
    /// Open elements that are styled so that their spaces and line ends are seen.
    styled: Vec<Open>,
}

/// An element that is followed to its end.
#[derive(Debug)]
struct Open {
    name: Vec<u8>,
    /// How many of its name are open, itself among them.
    open: usize,
}

/// Styled elements inside one another that are followed.
const STYLED: usize = 32;

/// A start tag while its attributes are read.
#[derive(Debug, Default)]
struct Tag {
    name: Vec<u8>,
    element: Element,
    attribute: Vec<u8>,
    shows_numbers: bool,
    keeps_spaces: bool,
    /// What is no element, as it is written.
    unknown: Option<String>,
}

impl Tag {
    fn begin(&mut self, name: &[u8]) {
        self.name.clear();
        self.name.extend(name);
        self.element = Element::of(name);
        (self.shows_numbers, self.keeps_spaces) = (false, false);
        let unknown = self.element == Element::Unknown;
        self.unknown = unknown.then(|| format!("<{}", String::from_utf8_lossy(name)));
    }
}

#[derive(Debug)]
struct Numbers {
    name: Vec<u8>,
    open: usize,
    place: Place,
}

impl Reader {
    fn finish(mut self) -> String {
        self.numbers_end();
        self.writer.finish()
    }

    fn event(&mut self, event: CallbackEvent<'_>) {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.tag.begin(name);
            }
            CallbackEvent::AttributeName { name } => {
                self.tag.attribute.clear();
                self.tag.attribute.extend(name);
                self.tag.shows_numbers |= shows_line_numbers(name, b"");
                if let Some(text) = &mut self.tag.unknown {
                    text.push(' ');
                    text.push_str(&String::from_utf8_lossy(name));
                }
            }
            CallbackEvent::AttributeValue { value } => {
                self.tag.shows_numbers |= shows_line_numbers(&self.tag.attribute, value);
                self.tag.keeps_spaces |= self.tag.attribute == b"style" && keeps_spaces(value);
                if let Some(text) = &mut self.tag.unknown {
                    text.push('=');
                    text.push_str(&String::from_utf8_lossy(value));
                }
            }
            CallbackEvent::CloseStartTag { self_closing } => self.start(self_closing),
            CallbackEvent::EndTag { name } => self.end(name),
            CallbackEvent::String { value } if self.left.is_none() => {
                self.writer.write(&String::from_utf8_lossy(value));
            }
            _ => {}
        }
    }

    fn start(&mut self, self_closing: bool) {
        let mut tag = std::mem::take(&mut self.tag);
        self.started(&mut tag, self_closing);
        self.tag = tag;
    }

    fn started(&mut self, tag: &mut Tag, self_closing: bool) {
        if let Some((name, open)) = &mut self.left {
            // Only within SVG is an element closed by its own slash.
            *open += usize::from(*name == tag.name && !self_closing);
            return;
        }
        let element = tag.element;
        self.numbers_begin_or_end(tag, element);
        self.style_begins(tag);
        match element {
            Element::Left if self_closing && tag.name == b"svg" => {}
            Element::Left => self.left = Some((std::mem::take(&mut tag.name), 1)),
            Element::Block => self.writer.block(),
            Element::Break => self.writer.line_break(),
            Element::Verbatim => self.writer.verbatim_begins(),
            Element::Code => self.writer.code_begins(),
            Element::Table => self.writer.table(),
            Element::Row => {
                self.beside_numbers = false;
                self.writer.row();
            }
            Element::Cell if self.numbers.is_some() => {}
            Element::Cell => self.writer.cell(std::mem::take(&mut self.beside_numbers)),
            Element::Inline => {}
            Element::Unknown => {
                let mut text = tag.unknown.take().unwrap_or_default();
                text.push_str(if self_closing { "/>" } else { ">" });
                self.writer.write(&text);
            }
        }
    }

    fn style_begins(&mut self, tag: &Tag) {
        for open in self.styled.iter_mut().filter(|open| open.name == tag.name) {
            open.open += 1;
        }
        let may = matches!(tag.element, Element::Block | Element::Inline) && self.styled.len() < STYLED;
        if tag.keeps_spaces && may {
            self.styled.push(Open { name: tag.name.clone(), open: 1 });
            self.writer.code_begins();
        }
    }

    fn style_ends(&mut self, name: &[u8]) {
        for open in self.styled.iter_mut().filter(|open| open.name == name) {
            open.open -= 1;
        }
        // What was not closed within it ends with it.
        if let Some(ended) = self.styled.iter().position(|open| open.open == 0) {
            for _ in self.styled.drain(ended..) {
                self.writer.code_ends();
            }
        }
    }

    fn numbers_begin_or_end(&mut self, tag: &Tag, element: Element) {
        if let Some(numbers) = &mut self.numbers {
            if element == Element::Cell || element == Element::Row {
                self.numbers_end();
            } else {
                numbers.open += usize::from(numbers.name == tag.name);
                return;
            }
        }
        let may = element == Element::Cell || matches!(tag.name.as_slice(), b"span" | b"a");
        if tag.shows_numbers && may {
            self.numbers = Some(Numbers { name: tag.name.clone(), open: 1, place: self.writer.place() });
            if element == Element::Cell {
                self.writer.cell(std::mem::take(&mut self.beside_numbers));
            }
        }
    }

    fn numbers_end(&mut self) {
        if let Some(numbers) = self.numbers.take() {
            let left_out = self.writer.take_back_numbers(&numbers.place);
            self.beside_numbers |= left_out && Element::of(&numbers.name) == Element::Cell;
        }
    }

    fn end(&mut self, name: &[u8]) {
        if let Some((left, open)) = &mut self.left {
            if left == name {
                *open -= 1;
                if *open == 0 {
                    self.left = None;
                }
            }
            return;
        }
        let element = Element::of(name);
        if let Some(numbers) = &mut self.numbers {
            numbers.open -= usize::from(numbers.name == name);
            if numbers.open == 0 || matches!(element, Element::Row | Element::Table) {
                self.numbers_end();
            }
        }
        self.style_ends(name);
        match element {
            Element::Block => self.writer.block(),
            Element::Break => self.writer.line_break(),
            Element::Verbatim => self.writer.verbatim_ends(),
            Element::Code => self.writer.code_ends(),
            Element::Table => self.writer.table(),
            Element::Row => {
                self.beside_numbers = false;
                self.writer.row();
            }
            Element::Cell => self.writer.cell_ends(),
            Element::Unknown => self.writer.write(&format!("</{}>", String::from_utf8_lossy(name))),
            Element::Left | Element::Inline => {}
        }
    }
}

#[cfg(test)]
mod tests;
