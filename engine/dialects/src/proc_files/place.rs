//! Which file of which task a text comes from.

use crate::text::pattern;
use crate::text::{Context, Line};
use regex::Regex;
use stacklore_model::TaskKeys;
use std::sync::LazyLock;

/// Files and directories of a task that are read here.
const FILES: &str = "status|wchan|syscall|schedstat|sched|stat|task|fd|comm";

/// `/proc/97/task/109/status`, `97/wchan`, `/proc/*/status`, `/proc/$pid/status`.
static PATH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?:^|[\s/=>])(?:(\d{{1,9}})/task/(\d{{1,9}})|(\d{{1,9}})|(?:proc|task)/[^\s/\d][^\s/]*)/({FILES})(?:/|[\s;|*)]|$)"
    ))
});

/// A header of `tail` and `head`.
static HEADER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^==> (.+) <==$"));

/// A directory of a process whose name a machine translated: `/proc/1544450/任務`.
static TRANSLATED: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ls\s+/proc/(\d{1,9})/[^\x00-\x7f]+/?$"));

/// A file of a task.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Place {
    /// The task; without numbers where the path tells none (a glob) or more than one is named.
    pub(super) keys: TaskKeys,
    /// Name of the file; empty where more than one is named.
    pub(super) file: String,
    /// The path as printed before every line (`grep -H`).
    pub(super) prefix: Option<String>,
}

impl Place {
    /// The file that a command, a header or a label names.
    pub(super) fn of_text(text: &str) -> Option<Self> {
        let mut place: Option<Place> = None;
        // Paths share the blank between them, so each search goes on from the end of the file's name.
        let mut at = 0;
        while let Some(found) = PATH.captures_at(text, at) {
            let (Some(all), Some(file)) = (found.get(0), found.get(4)) else { break };
            at = file.end().max(all.start() + 1);
            let (keys, file) = (keys(&found), file.as_str());
            match &mut place {
                None => place = Some(Place { keys, file: file.to_owned(), prefix: None }),
                Some(place) => {
                    if place.keys != keys {
                        place.keys = TaskKeys::default();
                    }
                    if place.file != file {
                        place.file.clear();
                    }
                }
            }
        }
        place.or_else(|| translated(text))
    }

    /// The file that a header of `tail` names.
    pub(super) fn of_header(text: &str) -> Option<Self> {
        if !text.starts_with("==> ") {
            return None;
        }
        Place::of_text(HEADER.captures(text)?.get(1)?.as_str())
    }

    /// The file that a line of text comes from, by what stands before it.
    pub(super) fn of_line(line: &Line<'_>, context: &Context<'_>, typed: Option<&Place>) -> Self {
        if let Some(path) = &line.prefix.path {
            return Place { prefix: Some(path.clone()), ..Place::of_text(path).unwrap_or_default() };
        }
        if context.command_just_before().is_some() {
            return typed.cloned().unwrap_or_default();
        }
        // A file of its own, named as it was in /proc.
        let label = context.document();
        let named = FILES.split('|').any(|file| label.ends_with(file));
        if named { Place::of_text(label).unwrap_or_default() } else { Place::default() }
    }
}

fn keys(found: &regex::Captures<'_>) -> TaskKeys {
    let number = |group: usize| found.get(group).and_then(|digits| digits.as_str().parse().ok());
    match (number(1), number(2), number(3)) {
        (Some(pid), Some(tid), _) => TaskKeys { tid: Some(tid), pid: Some(pid), ..TaskKeys::default() },
        (_, _, tid) => TaskKeys { tid, ..TaskKeys::default() },
    }
}

fn translated(text: &str) -> Option<Place> {
    let tid = TRANSLATED.captures(text.trim())?.get(1)?.as_str().parse().ok()?;
    Some(Place { keys: TaskKeys::tid(tid), file: "task".to_owned(), prefix: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_commands() {
        for (text, tid, pid, file) in [
            ("cat /proc/97/status", Some(97), None, "status"),
            ("grep -E '^(Name|State)' /proc/53/task/54/status", Some(54), Some(53), "status"),
            ("cat /proc/97/wchan; cat /proc/97/syscall", Some(97), None, ""),
            ("cat /proc/97/status /proc/98/status", None, None, "status"),
            ("cat /proc/*/status", None, None, "status"),
            ("ls /proc/1544450/任務", Some(1544450), None, "task"),
            ("ls -l /proc/97/fd/", Some(97), None, "fd"),
        ] {
            let place = Place::of_text(text).unwrap_or_default();
            assert_eq!((place.keys.tid, place.keys.pid, place.file.as_str()), (tid, pid, file), "{text}");
        }
        assert_eq!(Place::of_text("cat /proc/97/stack"), None);
        assert_eq!(Place::of_text("cat /proc/97/statm"), None);
    }
}
