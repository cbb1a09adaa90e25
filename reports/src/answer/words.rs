//! The words that reports have in common.

use crate::view::{Contents, KindView, TaskView, shorten};
use stacklore_model::Mode;
use stacklore_reason::finding::Class;
use std::collections::BTreeMap;

/// Characters of the name of a text in front of a line number.
const NAME: usize = 40;

/// A class in words.
pub(crate) fn class(class: Class) -> &'static str {
    match class {
        Class::DeadlockCycle => "deadlock cycle",
        Class::NoWaker => "nobody left to wake the waiter",
        Class::IoStall => "I/O stall",
        Class::LockConvoy => "lock convoy",
        Class::RcuStall => "RCU stall",
        Class::SelfDeadlock | Class::Starvation | Class::Lockup | Class::Crash => class.name(),
    }
}

/// Words for the wait kinds of a case.
pub(crate) type Kinds = BTreeMap<String, KindView>;

/// What a kind is called.
pub(crate) fn kind<'a>(kinds: &'a Kinds, kind: &'a str) -> &'a str {
    kinds.get(kind).map_or(kind, |known| &known.label)
}

/// ` for reading` or ` for writing`, where a lock of that kind can be shared.
pub(crate) fn mode(kinds: &Kinds, kind: &str, mode: Option<Mode>) -> &'static str {
    match mode.filter(|_| kinds.get(kind).is_some_and(|kind| kind.shared)) {
        Some(Mode::Read) => " for reading",
        Some(Mode::Write) => " for writing",
        None => "",
    }
}

/// What a stack does: `waits: rwlock for writing`, `rests: event loop`, `runs`.
pub(crate) fn wait(kinds: &Kinds, wait: Option<&str>, of: Option<Mode>, idle: bool) -> String {
    match wait {
        Some("on-cpu") => "runs".into(),
        Some("scan") => "scan of a stack".into(),
        Some("profile") => "seen by a profiler".into(),
        Some(wait) if idle => format!("rests: {}", kind(kinds, wait)),
        None if idle => "rests".into(),
        Some(wait) => format!("waits: {}{}", kind(kinds, wait), mode(kinds, wait, of)),
        None => "unknown".into(),
    }
}

/// Seconds as people say them: `9.5 s`, `362 s`, `2 h 27 min`.
pub(crate) fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    match whole {
        0..10 => format!("{seconds:.1} s"),
        10..600 => format!("{whole} s"),
        600..86_400 => format!("{} h {} min", whole / 3600, whole / 60 % 60).trim_start_matches("0 h ").into(),
        _ => format!("{} d {} h", whole / 86_400, whole / 3600 % 24),
    }
}

/// `1 stack`, `2 stacks`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// What a task is called.
pub(crate) fn task(task: &TaskView) -> String {
    task.label.clone()
}

/// `a, b and c`.
pub(crate) fn and(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A line by its number, with the name of its text where there are several.
pub(crate) fn place(source: u32, line: u32, sources: &[String]) -> String {
    match sources.get(source as usize) {
        Some(name) if sources.len() > 1 => format!("{}:{line}", shorten(name, NAME)),
        _ => format!("line {line}"),
    }
}

/// `line 4`, `lines 4, 7, 9`, `a.txt:4, b.txt:7`.
pub(crate) fn places(places: &[String]) -> String {
    let bare: Option<Vec<&str>> = places.iter().map(|place| place.strip_prefix("line ")).collect();
    match bare {
        Some(lines) if lines.len() > 1 => format!("lines {}", lines.join(", ")),
        _ => places.join(", "),
    }
}

/// Names of the texts, without the folders that all of them have in common.
pub(crate) fn source_names(contents: &Contents) -> Vec<String> {
    let names: Vec<&str> = contents.sources.iter().map(|source| source.name.as_str()).collect();
    let folder = |name: &str| name.rfind(['/', '\\']).map_or(0, |at| at + 1);
    let first = names.first().copied().unwrap_or_default();
    let common = names.iter().fold(folder(first), |common, name| {
        let shared = name.bytes().zip(first.bytes()).take(common).take_while(|(a, b)| a == b).count();
        first.get(..shared).map_or(0, folder)
    });
    names.iter().map(|name| name.get(common..).unwrap_or(name).to_owned()).collect()
}

/// Paragraphs of a text that was written with its own line ends: lines are joined, except where one begins a list item
/// or is indented.
pub(crate) fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let stays = line.starts_with("  ") || line.starts_with("- ") || line.starts_with("* ");
        if line.trim().is_empty() {
            open = false;
        } else if let Some(last) = paragraphs.last_mut().filter(|_| open && !stays) {
            last.push(' ');
            last.push_str(line.trim());
        } else {
            paragraphs.push(line.trim_end().to_owned());
            open = true;
        }
    }
    paragraphs
}

#[cfg(test)]
mod tests {
    use super::{and, duration, paragraphs, places};

    #[test]
    fn durations_are_told_in_their_size() {
        let told = [3.04, 362.0, 1038.0, 8817.0, 529_020.0].map(duration);
        assert_eq!(told, ["3.0 s", "362 s", "17 min", "2 h 26 min", "6 d 2 h"]);
    }

    #[test]
    fn lists_read_as_sentences() {
        let list = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>();
        assert_eq!(and(&list(&["a"])), "a");
        assert_eq!(and(&list(&["a", "b", "c"])), "a, b and c");
        assert_eq!(places(&list(&["line 4", "line 7"])), "lines 4, 7");
        assert_eq!(places(&list(&["a.txt:4", "b.txt:7"])), "a.txt:4, b.txt:7");
    }

    #[test]
    fn lines_are_joined_to_paragraphs() {
        assert_eq!(paragraphs("a\nb\n\nc\n- d\n- e\n"), ["a b", "c", "- d", "- e"]);
    }
}
