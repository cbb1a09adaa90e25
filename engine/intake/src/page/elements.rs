//! What the elements of HTML mean for the text of a page.

/// How an element stands in the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Element {
    /// Its text begins and ends a line.
    Block,
    /// Ends a line.
    Break,
    /// A block whose spaces and line ends are as written.
    Verbatim,
    /// Within a line, and its spaces and line ends are as written.
    Code,
    /// Nothing of it is text of the page.
    Left,
    /// A table: its end is the end of a row.
    Table,
    /// One line of cells.
    Row,
    /// A cell of a row.
    Cell,
    /// A part of a line, or something without text.
    #[default]
    Inline,
    /// No element of HTML: an address, a type or a person in angle brackets that nobody escaped.
    Unknown,
}

/// Every element of HTML, old ones too, by name. Left out are those whose text is not seen or belongs to the controls
/// of the page.
#[rustfmt::skip]
static ELEMENTS: &[(&str, Element)] = &[
    ("a", Element::Inline),
    ("abbr", Element::Inline),
    ("acronym", Element::Inline),
    ("address", Element::Block),
    ("area", Element::Inline),
    ("article", Element::Block),
    ("aside", Element::Block),
    ("audio", Element::Inline),
    ("b", Element::Inline),
    ("base", Element::Inline),
    ("basefont", Element::Inline),
    ("bdi", Element::Inline),
    ("bdo", Element::Inline),
    ("big", Element::Inline),
    ("blink", Element::Inline),
    ("blockquote", Element::Block),
    ("body", Element::Block),
    ("br", Element::Break),
    ("button", Element::Inline),
    ("canvas", Element::Left),
    ("caption", Element::Block),
    ("center", Element::Block),
    ("cite", Element::Inline),
    ("code", Element::Code),
    ("col", Element::Inline),
    ("colgroup", Element::Inline),
    ("data", Element::Inline),
    ("datalist", Element::Left),
    ("dd", Element::Block),
    ("del", Element::Inline),
    ("details", Element::Block),
    ("dfn", Element::Inline),
    ("dialog", Element::Block),
    ("dir", Element::Block),
    ("div", Element::Block),
    ("dl", Element::Block),
    ("dt", Element::Block),
    ("em", Element::Inline),
    ("embed", Element::Inline),
    ("fieldset", Element::Block),
    ("figcaption", Element::Block),
    ("figure", Element::Block),
    ("font", Element::Inline),
    ("footer", Element::Block),
    ("form", Element::Block),
    ("frame", Element::Inline),
    ("frameset", Element::Inline),
    ("h1", Element::Block),
    ("h2", Element::Block),
    ("h3", Element::Block),
    ("h4", Element::Block),
    ("h5", Element::Block),
    ("h6", Element::Block),
    ("head", Element::Block),
    ("header", Element::Block),
    ("hgroup", Element::Block),
    ("hr", Element::Block),
    ("html", Element::Block),
    ("i", Element::Inline),
    ("iframe", Element::Left),
    ("image", Element::Inline),
    ("img", Element::Inline),
    ("input", Element::Inline),
    ("ins", Element::Inline),
    ("kbd", Element::Inline),
    ("keygen", Element::Inline),
    ("label", Element::Inline),
    ("legend", Element::Block),
    ("li", Element::Block),
    ("link", Element::Inline),
    ("listing", Element::Verbatim),
    ("main", Element::Block),
    ("map", Element::Inline),
    ("mark", Element::Inline),
    ("marquee", Element::Inline),
    ("math", Element::Inline),
    ("menu", Element::Block),
    ("meta", Element::Inline),
    ("meter", Element::Inline),
    ("nav", Element::Block),
    ("nobr", Element::Inline),
    ("noembed", Element::Inline),
    ("noframes", Element::Inline),
    ("noscript", Element::Left),
    ("object", Element::Left),
    ("ol", Element::Block),
    ("optgroup", Element::Block),
    ("option", Element::Block),
    ("output", Element::Inline),
    ("p", Element::Block),
    ("param", Element::Inline),
    ("picture", Element::Inline),
    ("plaintext", Element::Verbatim),
    ("pre", Element::Verbatim),
    ("progress", Element::Inline),
    ("q", Element::Inline),
    ("rp", Element::Inline),
    ("rt", Element::Inline),
    ("ruby", Element::Inline),
    ("s", Element::Inline),
    ("samp", Element::Inline),
    ("script", Element::Left),
    ("search", Element::Block),
    ("section", Element::Block),
    ("select", Element::Left),
    ("slot", Element::Inline),
    ("small", Element::Inline),
    ("source", Element::Inline),
    ("span", Element::Inline),
    ("strike", Element::Inline),
    ("strong", Element::Inline),
    ("style", Element::Left),
    ("sub", Element::Inline),
    ("summary", Element::Block),
    ("sup", Element::Inline),
    ("svg", Element::Left),
    ("table", Element::Table),
    ("tbody", Element::Block),
    ("td", Element::Cell),
    ("template", Element::Left),
    ("textarea", Element::Verbatim),
    ("tfoot", Element::Block),
    ("th", Element::Cell),
    ("thead", Element::Block),
    ("time", Element::Inline),
    ("title", Element::Block),
    ("tr", Element::Row),
    ("track", Element::Inline),
    ("tt", Element::Inline),
    ("u", Element::Inline),
    ("ul", Element::Block),
    ("var", Element::Inline),
    ("video", Element::Inline),
    ("wbr", Element::Inline),
    ("xmp", Element::Verbatim),
];

impl Element {
    /// The element of a name in lower case.
    pub(super) fn of(name: &[u8]) -> Element {
        match ELEMENTS.binary_search_by(|(own, _)| own.as_bytes().cmp(name)) {
            Ok(at) => ELEMENTS[at].1,
            // Elements of a page's own have a hyphen, those of other vocabularies a colon.
            Err(_) if name.contains(&b'-') || is_prefixed(name) => Element::Inline,
            Err(_) => Element::Unknown,
        }
    }
}

/// `o:p`, but not `std::vector`.
fn is_prefixed(name: &[u8]) -> bool {
    memchr::memchr(b':', name).is_some_and(|at| name.get(at + 1).is_some_and(|next| *next != b':'))
}

/// Words in the classes of elements that show the numbers of lines beside code.
const NUMBERS: &[&str] = &["blob-num", "lineno", "linenumber", "line-number", "line_number", "line-num", "gutter"];

/// Whether an attribute says that the element shows numbers of lines. What it holds must bear that out.
pub(super) fn shows_line_numbers(attribute: &[u8], value: &[u8]) -> bool {
    match attribute {
        b"data-line-number" => true,
        b"class" => {
            let value = String::from_utf8_lossy(value).to_ascii_lowercase();
            NUMBERS.iter().any(|word| value.contains(word))
        }
        _ => false,
    }
}

/// Whether a style says that spaces and line ends are seen: `white-space: pre`, `pre-wrap`, `pre-line`, `break-spaces`.
pub(super) fn keeps_spaces(style: &[u8]) -> bool {
    let style = style.to_ascii_lowercase();
    style.split(|byte| *byte == b';').any(|rule| {
        let value = rule.trim_ascii().strip_prefix(b"white-space").map(<[u8]>::trim_ascii_start);
        let value = value.and_then(|rest| rest.strip_prefix(b":")).map(<[u8]>::trim_ascii_start).unwrap_or_default();
        value.starts_with(b"pre") || value.starts_with(b"break-spaces")
    })
}

#[cfg(test)]
mod tests {
    use super::{ELEMENTS, Element};

    #[test]
    fn every_element_is_found() {
        for (name, element) in ELEMENTS {
            assert_eq!(Element::of(name.as_bytes()), *element, "{name}: the table is in the order of names");
        }
        assert_eq!(Element::of(b"o:p"), Element::Inline);
        assert_eq!(Element::of(b"clipboard-copy"), Element::Inline);
        for name in ["ffffffff81000000", "int", "std::vector", "user@example.org", ""] {
            assert_eq!(Element::of(name.as_bytes()), Element::Unknown, "{name}");
        }
    }
}
