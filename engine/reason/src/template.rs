//! Texts of rules: Tera templates. What a template says is checked here, before it is ever rendered for a case.
//!
//! A bare `{{ worker }}` prints the label of what the variable stands for; [`outputs`] tells where such expressions
//! are. [`references`] finds every variable that a template asks for, with its place, which Tera does not tell.

use std::ops::Range;
use std::sync::LazyLock;
use tera::{Context, Error, ErrorKind, Kwargs, State, Tera, Value};

/// Filters that templates have beside Tera's own.
pub const FILTERS: [&str; 6] = ["names", "agree", "counted", "filesizeformat", "duration", "objects"];

/// A message about a template: byte offset in its text, and what is wrong.
pub type Complaint = (usize, String);

/// A variable that a template asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Byte offset of the name.
    pub offset: usize,
    /// The name.
    pub name: String,
    /// The field right behind it, as in `holder.pid`.
    pub field: Option<String>,
}

/// Tera with stand-ins for the filters: enough to parse, and to render stand-in values.
static STAND_IN: LazyLock<Tera> = LazyLock::new(|| {
    let mut tera = Tera::new();
    for name in FILTERS {
        tera.register_filter(name, |_: Value, _: Kwargs, _: &State| "…".to_owned());
    }
    tera
});

/// Whether a text is a template.
///
/// # Errors
/// The place and the reason where it is none.
pub fn check(text: &str) -> Result<(), Complaint> {
    Checked::parse(text).map(drop)
}

/// A template that parses.
pub struct Checked {
    tera: Tera,
    text: String,
}

impl Checked {
    /// Parses a text.
    ///
    /// # Errors
    /// The place and the reason where it is no template.
    pub fn parse(text: &str) -> Result<Self, Complaint> {
        let mut tera = STAND_IN.clone();
        tera.autoescape_on(Vec::<&'static str>::new());
        tera.add_raw_template("text", text).map_err(|error| complaint(text, &error))?;
        Ok(Checked { tera, text: text.to_owned() })
    }

    /// Renders it with stand-ins and forgets the text.
    ///
    /// # Errors
    /// The place and the reason: a variable that is not bound, a field that is not there.
    pub fn render(&self, values: &Context) -> Result<(), Complaint> {
        self.tera.render("text", values).map(drop).map_err(|error| complaint(&self.text, &error))
    }
}

/// Place and one line of a Tera error.
fn complaint(text: &str, error: &Error) -> Complaint {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            (report.span().range.start, one_line(report.message()))
        }
        other => drawn(text, &other.to_string()),
    }
}

/// A message that draws its place in lines of its own: `error: …`, then `--> text:LINE:COLUMN`.
fn drawn(text: &str, message: &str) -> Complaint {
    let first = message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    let place = message.split_once("--> ").and_then(|(_, rest)| {
        let mut numbers = rest.lines().next()?.split(':').skip(1).map(|number| number.trim().parse::<usize>());
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    });
    let offset = place.map_or(0, |(line, column)| {
        let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        (before + column.saturating_sub(1)).min(text.len())
    });
    (offset, first.strip_prefix("error: ").unwrap_or(first).to_owned())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Byte ranges of the expressions between `{{` and `}}`, without white space and `-`.
pub fn outputs(text: &str) -> Vec<Range<usize>> {
    code(text)
        .filter(|part| part.output)
        .map(|part| {
            let inner = &text[part.range.clone()];
            let start = part.range.start + (inner.len() - inner.trim_start().len());
            start..start + inner.trim().len()
        })
        .collect()
}

/// Names of all variables that a template asks for, sorted, each once; loop variables are its own.
pub fn variables(text: &str) -> Vec<String> {
    let mut names: Vec<_> = references(text).into_iter().map(|reference| reference.name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A piece of code in a template.
struct Code {
    range: Range<usize>,
    output: bool,
}

/// The pieces of code: what is between `{{ }}` and `{% %}`. Comments and raw text are passed over.
fn code(text: &str) -> impl Iterator<Item = Code> + '_ {
    let mut at = 0;
    let mut raw = false;
    std::iter::from_fn(move || {
        loop {
            let open = at + text[at..].find('{')?;
            let rest = &text[open..];
            let close = match rest.as_bytes().get(1) {
                Some(b'{') if !raw => "}}",
                Some(b'%') => "%}",
                Some(b'#') if !raw => "#}",
                _ => {
                    at = open + 1;
                    continue;
                }
            };
            let end = open + 2 + rest[2..].find(close)?;
            at = end + 2;
            if close == "#}" {
                continue;
            }
            let inner = text[open + 2..end].trim_start_matches('-').trim_end_matches('-');
            if close == "%}" && matches!(inner.trim(), "raw" | "endraw") {
                raw = inner.trim() == "raw";
                continue;
            }
            if raw {
                continue;
            }
            let start = end - text[open + 2..end].trim_start_matches('-').len();
            return Some(Code { range: start..start + inner.len(), output: close == "}}" });
        }
    })
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Token<'a> {
    Word(&'a str),
    Sign(char),
    Literal,
}

const KEYWORDS: [&str; 25] = [
    "if",
    "elif",
    "else",
    "endif",
    "for",
    "in",
    "endfor",
    "set",
    "endset",
    "set_global",
    "not",
    "and",
    "or",
    "is",
    "true",
    "false",
    "none",
    "True",
    "False",
    "None",
    "filter",
    "endfilter",
    "break",
    "continue",
    "loop",
];

/// Every variable that a template asks for, in the order of the text.
pub fn references(text: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut own = Vec::new();
    for part in code(text) {
        let tokens = tokens(&text[part.range.clone()]);
        let mut declaring =
            !part.output && matches!(tokens.first(), Some((_, Token::Word("for" | "set" | "set_global"))));
        for (index, &(at, token)) in tokens.iter().enumerate() {
            let Token::Word(word) = token else {
                declaring &= token != Token::Sign('=');
                continue;
            };
            declaring &= word != "in";
            if KEYWORDS.contains(&word) {
                continue;
            }
            let next = tokens.get(index + 1).map(|(_, token)| *token);
            if declaring {
                own.push(word);
            } else if !is_other_name(&tokens, index, next) {
                let field = match (next, tokens.get(index + 2)) {
                    (Some(Token::Sign('.')), Some((_, Token::Word(field)))) => Some((*field).to_owned()),
                    _ => None,
                };
                found.push(Reference { offset: part.range.start + at, name: word.to_owned(), field });
            }
        }
    }
    found.retain(|reference| !own.contains(&reference.name.as_str()));
    found
}

/// A word that names a field, a filter, a test, a function, an argument or a block.
fn is_other_name(tokens: &[(usize, Token<'_>)], index: usize, next: Option<Token<'_>>) -> bool {
    let before = |back: usize| index.checked_sub(back).and_then(|at| tokens.get(at)).map(|(_, token)| *token);
    let behind = before(1);
    let test = behind == Some(Token::Word("is"))
        || (behind == Some(Token::Word("not")) && before(2) == Some(Token::Word("is")));
    let argument =
        next == Some(Token::Sign('=')) && tokens.get(index + 2).map(|(_, token)| *token) != Some(Token::Sign('='));
    test || argument
        || matches!(behind, Some(Token::Sign('.' | '|') | Token::Word("filter")))
        || next == Some(Token::Sign('('))
}

fn tokens(code: &str) -> Vec<(usize, Token<'_>)> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = code[at..].chars().next() {
        let rest = &code[at..];
        let length = if matches!(c, '"' | '\'' | '`') {
            tokens.push((at, Token::Literal));
            rest[1..].find(c).map_or(rest.len(), |end| end + 2)
        } else if c.is_alphanumeric() || c == '_' {
            let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let word = &rest[..length];
            tokens.push((at, if c.is_numeric() { Token::Literal } else { Token::Word(word) }));
            length
        } else {
            if !c.is_whitespace() {
                tokens.push((at, Token::Sign(c)));
            }
            c.len_utf8()
        };
        at += length;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_told_from_fields_filters_and_loop_variables() {
        for (text, expected) in [
            ("{{ worker }} waits", vec!["worker"]),
            ("{{ worker.name }} and {{ cpu }}", vec!["cpu", "worker"]),
            ("{{ senders | names }}", vec!["senders"]),
            ("{% for s in full %}{{ s.address }} {{ s.rmem | filesizeformat }}{% endfor %}", vec!["full"]),
            ("{% if hog.module and not time %}x{% elif y is defined %}{% endif %}", vec!["hog", "time", "y"]),
            ("{{ clients[0].waited | duration }}", vec!["clients"]),
            ("{{ a | truncate(length=b) }} {{ range(end=3) }} {{ x == y }}", vec!["a", "b", "x", "y"]),
            ("{% set n = queue | length %}{{ n }}", vec!["queue"]),
            ("{# {{ hidden }} #}{% raw %}{{ raw_text }}{% endraw %}{{ \"{a}\" }}", vec![]),
            ("{{- spaced -}}", vec!["spaced"]),
            ("plain { text } $x", vec![]),
        ] {
            assert_eq!(variables(text), expected, "{text}");
        }
    }

    #[test]
    fn places_and_fields_of_references() {
        let text = "CPU {{ cpu }} runs {{ hog.name }}";
        let places: Vec<_> = references(text).into_iter().map(|r| (r.offset, r.name, r.field)).collect();
        assert_eq!(places, [(7, "cpu".to_owned(), None), (22, "hog".to_owned(), Some("name".to_owned()))]);
        let shown: Vec<_> = outputs("a {{ b.c | names }}{{-d-}}").into_iter().collect();
        assert_eq!(shown, [5..16, 22..23]);
    }

    #[test]
    fn a_broken_template_has_a_place() {
        assert_eq!(check("{{ a | names }} {% if b %}x{% endif %}"), Ok(()));
        let (offset, message) = check("abc {{ a b }}").unwrap_err();
        assert_eq!(offset, 9);
        assert!(!message.contains('\n'), "{message}");
        assert!(check("{{ a | nmaes }}").unwrap_err().1.contains("nmaes"));
        assert!(check("{% if a %}").is_err());
    }
}
