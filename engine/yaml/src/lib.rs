//! A YAML file as a tree in which every key and value knows its place.
//!
//! Rules and vocabularies are YAML for people. Scanning it is what costs most when the program starts, so a build script
//! turns the files that a program embeds into [`compact`] trees. These know no places: they are for texts that were
//! checked before. The crate stands by itself because the build script needs it, and nothing else of ours.

pub mod compact;
mod values;

pub use values::Unfit;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span};
use serde::{Deserialize, Serialize};

/// Deepest nesting: a rule needs four levels.
const MAX_DEPTH: usize = 32;

/// A place in a file: line and column from 1, length in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Line.
    pub line: u32,
    /// Column, in characters.
    pub column: u32,
    /// Characters.
    pub length: u32,
}

impl Default for Place {
    fn default() -> Self {
        Place::START
    }
}

impl Place {
    /// The first place of a file.
    pub const START: Place = Place { line: 1, column: 1, length: 1 };

    /// The same place, so long.
    pub fn with_length(self, length: usize) -> Self {
        Place { length: number(length), ..self }
    }

    fn of(start: Marker, end: Marker) -> Self {
        let length = if start.line() == end.line() { end.col().saturating_sub(start.col()).max(1) } else { 1 };
        Place { line: number(start.line()), column: number(start.col()) + 1, length: number(length) }
    }
}

fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// How a scalar is written: tells where in the file a place of its text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In single or double quotes.
    Quoted,
    /// Lines kept as they are.
    Block,
    /// Lines joined: a place in the text is no place in the file.
    Folded,
}

/// A key of a mapping.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Key {
    /// Its text.
    pub text: String,
    /// Where it stands.
    #[serde(skip)]
    pub at: Place,
}

/// What a node holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Content {
    /// A word, a number, a text.
    Scalar(String, Style),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Map(Vec<(Key, Node)>),
}

/// A value with its place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Node {
    /// What it holds.
    pub content: Content,
    /// Where it stands.
    #[serde(skip)]
    pub at: Place,
}

impl Node {
    /// The text of a scalar that is there (`key:` and `key: ~` are not).
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(text, Style::Plain) if matches!(text.as_str(), "" | "~" | "null") => None,
            Content::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// What it is, for messages.
    pub fn what(&self) -> &'static str {
        match &self.content {
            Content::Scalar(..) if self.text().is_none() => "nothing",
            Content::Scalar(..) => "a word",
            Content::List(_) => "a list",
            Content::Map(_) => "a mapping",
        }
    }
}

/// Why a file is no rule file at all.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Where.
    pub at: Place,
    /// What is wrong.
    pub message: String,
    /// What was probably meant.
    pub help: Option<&'static str>,
}

impl Problem {
    fn new(at: Place, message: impl Into<String>) -> Self {
        Problem { at, message: message.into(), help: None }
    }
}

/// Reads a file. Duplicate keys are found here.
///
/// # Errors
/// The first problem, which ends the reading.
pub fn parse(text: &str) -> Result<Node, Problem> {
    let mut events = Events { parser: Parser::new_from_str(text) };
    let mut root = None;
    loop {
        let (event, span) = events.next()?;
        match event {
            Event::StreamEnd => break,
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            event => {
                if root.is_some() {
                    return Err(Problem::new(place(span), "a second document in one file"));
                }
                root = Some(events.node(event, span, 0)?);
            }
        }
    }
    root.ok_or_else(|| Problem::new(Place::START, "the file is empty"))
}

fn place(span: Span) -> Place {
    Place::of(span.start, span.end)
}

struct Events<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
}

impl<'a> Events<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Problem> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(broken(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, Problem> {
        let at = place(span);
        if depth > MAX_DEPTH {
            return Err(Problem::new(at, "nested too deeply"));
        }
        let content = match event {
            Event::Scalar(text, style, _, _) => Content::Scalar(text.into_owned(), style_of(style)),
            Event::SequenceStart(..) => Content::List(self.list(depth)?),
            Event::MappingStart(..) => Content::Map(self.map(depth)?),
            Event::Alias(_) => return Err(alias(at)),
            _ => return Err(Problem::new(at, "a value is missing here")),
        };
        Ok(Node { content, at })
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, Problem> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd | Event::StreamEnd, _) => return Ok(items),
                (event, span) => items.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Vec<(Key, Node)>, Problem> {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        loop {
            let key = match self.next()? {
                (Event::MappingEnd | Event::StreamEnd, _) => return Ok(entries),
                (Event::Scalar(text, ..), span) => Key { text: text.into_owned(), at: place(span) },
                (Event::Alias(_), span) => return Err(alias(place(span))),
                (_, span) => return Err(Problem::new(place(span), "a key must be a word")),
            };
            if !seen.insert(key.text.clone()) {
                return Err(Problem::new(key.at, format!("the key `{}` is there twice", key.text)));
            }
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            entries.push((key, value));
        }
    }
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
        ScalarStyle::Literal => Style::Block,
        ScalarStyle::Folded => Style::Folded,
    }
}

fn alias(at: Place) -> Problem {
    Problem {
        at,
        message: "a `*` at the beginning is an alias of YAML, not a glob".to_owned(),
        help: Some("quote what begins with `*`"),
    }
}

fn broken(error: &ScanError) -> Problem {
    let at = Place::of(*error.marker(), *error.marker());
    let message = error.info().to_owned();
    let help = if message.contains("anchor") || message.contains("alias") {
        "quote what begins with `*` or `&`"
    } else {
        "quote what begins with `*`, `[`, `>` or holds `: `; prose goes into block lists, a comma splits a flow list"
    };
    Problem { at, message: format!("not YAML: {message}"), help: Some(help) }
}
