//! Items of `stack:` and `without:`.

use super::ast::{FunctionPattern, StackItem};
use super::report::Reporter;
use crate::pattern::{Glob, Regex, is_glob};
use crate::vocabulary::Vocabulary;
use stacklore_yaml::{Content, Node, Place};

/// Reads the list of a `stack:` or `without:`; a single item may stand alone.
///
/// Functions and globs in it go into `functions` with their places.
pub(crate) fn items(
    node: &Node,
    vocabulary: &Vocabulary,
    functions: &mut Vec<(String, Place)>,
    report: &mut Reporter<'_>,
) -> Vec<StackItem> {
    let nodes = match &node.content {
        Content::List(list) => list.as_slice(),
        _ => std::slice::from_ref(node),
    };
    if nodes.is_empty() {
        report.error("R05", node.at, "an empty list of frames", None);
    }
    let mut items = Vec::new();
    for node in nodes {
        let Some(item) = item(node, vocabulary, report) else { continue };
        functions.extend(item.alternatives.iter().filter_map(|pattern| match pattern {
            FunctionPattern::Exact(name) | FunctionPattern::Glob(name, _) => Some((name.clone(), node.at)),
            _ => None,
        }));
        items.push(item);
    }
    items
}

fn item(node: &Node, vocabulary: &Vocabulary, report: &mut Reporter<'_>) -> Option<StackItem> {
    match &node.content {
        Content::Map(entries) => {
            let mut parsed = None;
            let mut module = None;
            for (key, value) in entries {
                match (key.text.as_str(), value.text()) {
                    ("frame", Some(text)) => parsed = function_item(text, value.at, vocabulary, report),
                    ("module", Some(text)) => module = Some(Glob::new(text)),
                    ("frame" | "module", None) => {
                        report.error("R01", value.at, format!("`{}` is {}, not a word", key.text, value.what()), None);
                    }
                    _ => report.error("R02", key.at, format!("unknown key `{}` of a frame", key.text), {
                        super::report::meant(&key.text, ["frame", "module"])
                    }),
                }
            }
            if entries.iter().all(|(key, _)| key.text != "frame") {
                report.error("R18", node.at, "a frame needs the key `frame`", None);
            }
            parsed.map(|item| StackItem { module, ..item })
        }
        Content::List(_) => {
            let help = Some("write a choice as `a | b`".to_owned());
            report.error("R01", node.at, "a list inside the list of frames", help);
            None
        }
        Content::Scalar(..) => match node.text() {
            Some(text) => function_item(text, node.at, vocabulary, report),
            None => {
                report.error("R01", node.at, "an empty frame", None);
                None
            }
        },
    }
}

fn function_item(text: &str, at: Place, vocabulary: &Vocabulary, report: &mut Reporter<'_>) -> Option<StackItem> {
    let trimmed = text.trim();
    let (innermost, inner) = trimmed.strip_prefix('^').map_or((false, trimmed), |rest| (true, rest.trim_start()));
    let (outermost, inner) = inner.strip_suffix('$').map_or((false, inner), |rest| (true, rest.trim_end()));
    let mut alternatives = Vec::new();
    for part in split_choice(inner) {
        match function(part) {
            Ok(pattern) => alternatives.push(pattern),
            Err((message, help)) => {
                report.error("R05", at, message, help.map(str::to_owned));
                return None;
            }
        }
    }
    for pattern in &alternatives {
        check(pattern, at, vocabulary, report);
    }
    Some(StackItem { text: trimmed.to_owned(), alternatives, innermost, outermost, module: None })
}

/// The parts of `a | b`; a `|` inside `/…/` is the regex's own.
pub(crate) fn split_choice(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    loop {
        let end = if rest.starts_with('/') { regex_end(rest) } else { rest.find('|').unwrap_or(rest.len()) };
        parts.push(rest[..end].trim());
        match rest[end..].strip_prefix('|') {
            Some(next) => rest = next.trim_start(),
            None => return parts,
        }
    }
}

/// Where a part that begins with `/` ends: after the slash that is followed by the end or by `|`.
fn regex_end(text: &str) -> usize {
    for (at, _) in text.match_indices('/').skip(1) {
        let after = text[at + 1..].trim_start();
        if after.is_empty() || after.starts_with('|') {
            return text.len() - after.len();
        }
    }
    text.len()
}

type Refusal = (String, Option<&'static str>);

/// One function pattern.
pub(crate) fn function(text: &str) -> Result<FunctionPattern, Refusal> {
    if text.is_empty() {
        return Err(("an empty part of a choice".to_owned(), Some("`a | b`")));
    }
    if text.starts_with('^') || text.ends_with('$') {
        let help = "`^` and `$` belong to the whole choice: `^a | b`, `a | b$`";
        return Err((format!("`{text}` stands inside a choice"), Some(help)));
    }
    if let Some(source) = slashes(text) {
        return Ok(FunctionPattern::Regex(Regex::new(source)));
    }
    if let Some(group) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if !group.is_empty() && group.chars().all(word) {
            return Ok(FunctionPattern::Group(group.to_owned()));
        }
    }
    if is_glob(text) {
        return Ok(FunctionPattern::Glob(text.to_owned(), Glob::new(text)));
    }
    Ok(FunctionPattern::Exact(text.to_owned()))
}

/// The source between two slashes.
pub(crate) fn slashes(text: &str) -> Option<&str> {
    text.strip_prefix('/')?.strip_suffix('/')
}

fn check(pattern: &FunctionPattern, at: Place, vocabulary: &Vocabulary, report: &mut Reporter<'_>) {
    match pattern {
        FunctionPattern::Regex(regex) => {
            if !report.trusts()
                && let Err(why) = regex.check()
            {
                report.error("R05", at, format!("not a regex: {why}"), None);
            }
        }
        FunctionPattern::Group(group) => {
            let groups = vocabulary.function_groups();
            if !groups.is_empty() && !vocabulary.knows_function_group(group) {
                let help = super::report::meant(group, groups);
                report.error("R06", at, format!("no vocabulary has the function group `{group}`"), help);
            }
        }
        FunctionPattern::Exact(_) | FunctionPattern::Glob(..) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> StackItem {
        let mut report = Reporter::new("t", "");
        let item = function_item(text, Place::START, &Vocabulary::default(), &mut report);
        let messages = report.finish();
        assert!(messages.is_empty(), "{text}: {messages:?}");
        item.expect("an item without a message")
    }

    fn shape(item: &StackItem) -> String {
        let part = |pattern: &FunctionPattern| match pattern {
            FunctionPattern::Exact(name) => format!("={name}"),
            FunctionPattern::Glob(name, _) => format!("*{name}"),
            FunctionPattern::Regex(regex) => format!("/{}", regex.source()),
            FunctionPattern::Group(name) => format!("({name}"),
        };
        let parts: Vec<_> = item.alternatives.iter().map(part).collect();
        format!("{}{}{}", if item.innermost { "^" } else { "" }, parts.join(","), if item.outermost { "$" } else { "" })
    }

    #[test]
    fn each_form_of_an_item_is_read() {
        for (text, expected) in [
            ("netlink_unicast", "=netlink_unicast"),
            ("fuse_*", "*fuse_*"),
            ("recvmsg | recvfrom | recv", "=recvmsg,=recvfrom,=recv"),
            ("*queue*|*Queue*", "**queue*,**Queue*"),
            ("/^do_(a|b)$/", "/^do_(a|b)$"),
            ("/a|b/ | c | /d/", "/a|b,=c,/d"),
            ("(allocator)", "(allocator"),
            ("^f", "^=f"),
            ("f$", "=f$"),
            ("^a | b", "^=a,=b"),
            ("^a | b$", "^=a,=b$"),
            ("<signal handler called>", "=<signal handler called>"),
            ("sync.(*Mutex).lockSlow", "=sync.(*Mutex).lockSlow"),
            ("*sync.(*Mutex).lockSlow", "**sync.(*Mutex).lockSlow"),
            ("operator new*", "*operator new*"),
            ("[chan send*]", "*[chan send*]"),
            ("[force gc (idle)] | [GC worker (idle)]", "=[force gc (idle)],=[GC worker (idle)]"),
            ("(anonymous namespace)::run", "=(anonymous namespace)::run"),
            ("os/signal.signal_recv", "=os/signal.signal_recv"),
        ] {
            assert_eq!(shape(&read(text)), expected, "{text}");
        }
    }

    #[test]
    fn an_anchor_inside_a_choice_is_refused() {
        for text in ["a | ^b", "a$ | b", "a | | b"] {
            let mut report = Reporter::new("t", "");
            assert!(function_item(text, Place::START, &Vocabulary::default(), &mut report).is_none(), "{text}");
            assert_eq!(report.finish()[0].code, "R05");
        }
    }
}
