//! Values of fields: words, numbers with units, globs, regexes, comparisons, `not`, lists, variables.

use super::ast::{Comparison, Quantity, Test};
use super::report::{Reporter, listed, meant};
use super::stack::slashes;
use super::tables::FieldKind;
use crate::pattern::{Glob, Regex, is_glob};
use crate::vocabulary::Vocabulary;
use stacklore_model::FieldType;
use stacklore_yaml::{Content, Node, Place};

/// How a variable stands in a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Alone: it is the value of the field, and is bound by it.
    Equal,
    /// In a list: any of them.
    Listed,
    /// Below `not`: it only filters.
    Negated,
}

/// Takes a variable by name, with its field, its role and its place, and gives its test.
pub(crate) type TakeVariable<'a> = dyn FnMut(&str, Option<&str>, Role, Place) -> Test + 'a;

/// What a value may refer to.
pub(crate) struct Values<'a, 'r> {
    pub(crate) vocabulary: &'a Vocabulary,
    pub(crate) report: &'a mut Reporter<'r>,
    pub(crate) variable: &'a mut TakeVariable<'a>,
}

impl Values<'_, '_> {
    /// Reads the value of a field; says what is wrong with it and gives nothing where it does not fit.
    pub(crate) fn read(&mut self, kind: FieldKind, field: &str, node: &Node) -> Option<Test> {
        match &node.content {
            Content::List(items) => self.list(kind, field, node.at, items),
            Content::Map(_) => {
                let help = Some("quote a value that holds `: `".to_owned());
                self.report.error("R01", node.at, format!("`{field}` is a mapping, not a value"), help);
                None
            }
            Content::Scalar(..) => match node.text() {
                Some(text) => self.text(kind, field, text, node.at),
                None => {
                    let help = Some("`none` is known to be empty, `any` is some value".to_owned());
                    self.report.error("R01", node.at, format!("`{field}` has no value"), help);
                    None
                }
            },
        }
    }

    fn list(&mut self, kind: FieldKind, field: &str, at: Place, items: &[Node]) -> Option<Test> {
        let mut tests = Vec::new();
        for item in items {
            match item.text() {
                Some(text) => tests.push(self.one(kind, field, text.trim(), item.at, Role::Listed)?),
                None => {
                    self.report.error("R01", item.at, format!("{} in a list of values", item.what()), None);
                    return None;
                }
            }
        }
        self.any_of(tests, field, at)
    }

    fn any_of(&mut self, tests: Vec<Test>, field: &str, at: Place) -> Option<Test> {
        if tests.is_empty() {
            self.report.error("R05", at, format!("an empty list for `{field}`"), None);
            return None;
        }
        Some(Test::AnyOf(tests))
    }

    fn text(&mut self, kind: FieldKind, field: &str, text: &str, at: Place) -> Option<Test> {
        let text = text.trim();
        match text.strip_prefix("not ") {
            Some(rest) => {
                let rest = rest.trim();
                let inner = match rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                    Some(inside) => {
                        let mut tests = Vec::new();
                        for part in inside.split(',').map(str::trim).filter(|part| !part.is_empty()) {
                            tests.push(self.one(kind, field, part, at, Role::Negated)?);
                        }
                        self.any_of(tests, field, at)?
                    }
                    None => self.one(kind, field, rest, at, Role::Negated)?,
                };
                Some(Test::Not(Box::new(inner)))
            }
            None => self.one(kind, field, text, at, Role::Equal),
        }
    }

    /// One value without `not` and without a list.
    fn one(&mut self, kind: FieldKind, field: &str, text: &str, at: Place, role: Role) -> Option<Test> {
        if let Some(reference) = text.strip_prefix('$') {
            return self.reference(reference, role, at);
        }
        match text {
            "any" if role == Role::Equal => return Some(Test::Any),
            "none" if role != Role::Negated => return Some(Test::None),
            "any" | "none" => {
                let other = if text == "any" { "none" } else { "any" };
                let help = (role == Role::Negated).then(|| format!("`not {text}` is `{other}`"));
                self.report.error("R05", at, format!("`{text}` stands alone"), help);
                return None;
            }
            "_" | "" => {
                self.report.error("R05", at, format!("`{text}` is no value"), Some("write `any`".to_owned()));
                return None;
            }
            _ => {}
        }
        if text == "not" || text.starts_with("not ") {
            let help = Some("`not [a, b]` is: neither a nor b".to_owned());
            self.report.error("R05", at, "`not` stands before the whole value", help);
            return None;
        }
        match typed(kind, text) {
            Ok(test) => self.known(kind, test, at),
            Err(help) => {
                let message = match kind {
                    FieldKind::Words(_) => format!("`{field}` is never `{text}`"),
                    _ => format!("`{field}` is {}; `{text}` is not", kind.name()),
                };
                self.report.error("R05", at, message, help);
                None
            }
        }
    }

    fn reference(&mut self, reference: &str, role: Role, at: Place) -> Option<Test> {
        let (name, field) = match reference.split_once('.') {
            Some((name, field)) => (name, Some(field)),
            None => (reference, None),
        };
        if !is_identifier(name) || field.is_some_and(|field| !is_identifier(field)) {
            let help = Some("`$name` or `$name.field`".to_owned());
            self.report.error("R05", at, format!("`${reference}` is no variable"), help);
            return None;
        }
        Some((self.variable)(name, field, role, at))
    }

    /// Checks what only the vocabulary can tell.
    fn known(&mut self, kind: FieldKind, test: Test, at: Place) -> Option<Test> {
        match (&test, kind) {
            (Test::Word(word), FieldKind::WaitKind) => {
                let mut kinds = self.vocabulary.kinds().map(|(_, name)| name).peekable();
                if kinds.peek().is_some() && !self.vocabulary.knows_kind(word) {
                    let help = meant(word, kinds.chain(self.vocabulary.kind_groups()));
                    self.report.error("R06", at, format!("no wait kind or group `{word}`"), help);
                    return None;
                }
            }
            (Test::Regex(regex), _) if !self.report.trusts() => {
                if let Err(why) = regex.check() {
                    self.report.error("R05", at, format!("not a regex: {why}"), None);
                    return None;
                }
            }
            _ => {}
        }
        Some(test)
    }
}

/// Whether a text can name a variable, a clause or a field.
pub(crate) fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && text != "_"
}

type Typed = Result<Test, Option<String>>;

/// A value of that kind; the error is what was probably meant.
fn typed(kind: FieldKind, text: &str) -> Typed {
    match kind {
        FieldKind::Of(FieldType::Text) => words(text),
        FieldKind::Of(FieldType::Object) => words(text),
        FieldKind::Of(FieldType::Number) => numbers(text, Unit::None),
        FieldKind::Of(FieldType::Size) => numbers(text, Unit::Bytes),
        FieldKind::Of(FieldType::Time) => numbers(text, Unit::Seconds),
        FieldKind::Of(FieldType::Version) => versions(text),
        FieldKind::Of(FieldType::Flag) => flag(text),
        FieldKind::Of(FieldType::Task) => Err(Some("write a variable, `$task`, and a clause about it".to_owned())),
        FieldKind::Of(FieldType::Process) => {
            Err(Some("write a variable, `$process`, and a clause about it".to_owned()))
        }
        FieldKind::Cycle => Err(Some("write a variable, `$ring`, `any` or `none`".to_owned())),
        FieldKind::TextOrNumber => numbers(text, Unit::None).or_else(|_| words(text)).map(as_word),
        FieldKind::WaitKind => {
            let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            if text.chars().all(word) { Ok(Test::Word(text.to_owned())) } else { Err(None) }
        }
        FieldKind::Words(allowed) => {
            if allowed.iter().any(|word| word.eq_ignore_ascii_case(text)) {
                return Ok(Test::Word(text.to_ascii_lowercase()));
            }
            Err(meant(text, allowed.iter().copied()).or_else(|| Some(listed(allowed.iter().copied()))))
        }
    }
}

/// `value: 0` of a text that may be a number is that word.
fn as_word(test: Test) -> Test {
    match test {
        Test::Number(number) => Test::Word(number.to_string()),
        other => other,
    }
}

fn words(text: &str) -> Typed {
    if text.starts_with(['<', '>']) && split_comparison(text).is_some_and(|(_, rest)| number(rest).is_some()) {
        return Err(Some("only numbers, sizes, times and versions are compared".to_owned()));
    }
    if let Some(source) = slashes(text) {
        return Ok(Test::Regex(Regex::new(source)));
    }
    if is_glob(text) {
        return Ok(Test::Glob(text.to_owned(), Glob::without_case(text)));
    }
    Ok(Test::Word(text.to_owned()))
}

fn flag(text: &str) -> Typed {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" => Ok(Test::Flag(true)),
        "no" | "false" => Ok(Test::Flag(false)),
        _ => Err(Some("yes, no, any".to_owned())),
    }
}

fn versions(text: &str) -> Typed {
    match split_comparison(text) {
        Some((comparison, rest)) => match version(rest) {
            Some(parts) => Ok(Test::Compare(comparison, Quantity::Version(parts))),
            None => Err(Some("a version is numbers with dots: `< 6.3`".to_owned())),
        },
        None => words(text),
    }
}

/// The numeric parts of a version.
fn version(text: &str) -> Option<Vec<u64>> {
    text.split(['.', '-']).map(|part| part.parse().ok()).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    None,
    Bytes,
    Seconds,
}

impl Unit {
    fn factor(self, name: &str) -> Option<f64> {
        Some(match (self, name) {
            (_, "") => 1.0,
            (Unit::Bytes, "B") => 1.0,
            (Unit::Bytes, "KiB") => 1024.0,
            (Unit::Bytes, "MiB") => 1024.0 * 1024.0,
            (Unit::Bytes, "GiB") => 1024.0 * 1024.0 * 1024.0,
            (Unit::Seconds, "ms") => 0.001,
            (Unit::Seconds, "s") => 1.0,
            (Unit::Seconds, "min") => 60.0,
            (Unit::Seconds, "h") => 3600.0,
            (Unit::Seconds, "d") => 86400.0,
            _ => return None,
        })
    }

    fn help(self) -> Option<String> {
        match self {
            Unit::None => None,
            Unit::Bytes => Some("sizes are in B, KiB, MiB or GiB: `\">= 1 MiB\"`".to_owned()),
            Unit::Seconds => Some("times are in ms, s, min, h or d: `\">= 10 min\"`".to_owned()),
        }
    }
}

fn numbers(text: &str, unit: Unit) -> Typed {
    let amount = |text: &str| quantity(text, unit).ok_or_else(|| unit.help());
    if let Some((comparison, rest)) = split_comparison(text) {
        return Ok(Test::Compare(comparison, Quantity::Number(amount(rest)?)));
    }
    if let Some(least) = text.strip_suffix('+') {
        return Ok(Test::Compare(Comparison::AtLeast, Quantity::Number(amount(least)?)));
    }
    if let Some((low, high)) = text.split_once("..") {
        let (low, high) = (amount(low)?, amount(high)?);
        if low > high {
            return Err(Some("the smaller number comes first".to_owned()));
        }
        return Ok(Test::Range(low, high));
    }
    Ok(Test::Number(amount(text)?))
}

fn split_comparison(text: &str) -> Option<(Comparison, &str)> {
    [(">=", Comparison::AtLeast), ("<=", Comparison::AtMost), (">", Comparison::More), ("<", Comparison::Less)]
        .into_iter()
        .find_map(|(sign, comparison)| text.strip_prefix(sign).map(|rest| (comparison, rest.trim())))
}

fn quantity(text: &str, unit: Unit) -> Option<f64> {
    let text = text.trim();
    if let Some(number) = number(text) {
        return Some(number);
    }
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    Some(number(&text[..end])? * unit.factor(text[end..].trim())?)
}

/// A decimal number, or a hexadecimal one with `0x`.
fn number(text: &str) -> Option<f64> {
    if let Some(digits) = text.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok().map(|number| number as f64);
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) || digits.contains(['e', 'E']) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
#[path = "value_tests.rs"]
mod tests;
