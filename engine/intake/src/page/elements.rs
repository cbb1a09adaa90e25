//! What the elements of HTML mean for the text of a page.

/// How an element stands in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    Inline,
    /// No element of HTML: an address, a type or a person in angle brackets that nobody escaped.
    Unknown,
}

/// Elements whose text is not seen, or belongs to the controls of the page and not to what was written on it.
const LEFT: &[&str] =
    &["script", "style", "template", "noscript", "svg", "select", "datalist", "iframe", "object", "canvas"];

const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "optgroup",
    "option",
    "p",
    "search",
    "section",
    "summary",
    "tbody",
    "tfoot",
    "thead",
    "title",
    "ul",
];

const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "area", "audio", "b", "base", "basefont", "bdi", "bdo", "big", "blink", "button", "cite",
    "col", "colgroup", "data", "del", "dfn", "em", "embed", "font", "frame", "frameset", "i", "image", "img", "input",
    "ins", "kbd", "keygen", "label", "link", "map", "mark", "marquee", "math", "meta", "meter", "nobr", "noembed",
    "noframes", "output", "param", "picture", "progress", "q", "rp", "rt", "ruby", "s", "samp", "slot", "small",
    "source", "span", "strike", "strong", "sub", "sup", "time", "track", "tt", "u", "var", "video", "wbr",
];

impl Element {
    /// The element of a name in lower case.
    pub(super) fn of(name: &[u8]) -> Element {
        let Ok(name) = std::str::from_utf8(name) else { return Element::Unknown };
        match name {
            "br" => Element::Break,
            "pre" | "textarea" | "xmp" | "listing" | "plaintext" => Element::Verbatim,
            "code" => Element::Code,
            "table" => Element::Table,
            "tr" => Element::Row,
            "td" | "th" => Element::Cell,
            _ if LEFT.contains(&name) => Element::Left,
            _ if BLOCKS.contains(&name) => Element::Block,
            _ if INLINE.contains(&name) => Element::Inline,
            // Elements of a page's own have a hyphen, those of other vocabularies a colon.
            _ if name.contains('-') || name.contains(':') && !name.contains("::") => Element::Inline,
            _ => Element::Unknown,
        }
    }
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
