//! Whose stack it is: told by the command, the path, or the line before.

use crate::text::pattern;
use crate::text::{Context, Line};
use regex::Regex;
use stacklore_model::TaskKeys;
use std::sync::LazyLock;

/// What stands before a stack.
#[derive(Clone, Debug, Default)]
pub(super) struct Header {
    pub(super) task: TaskKeys,
    pub(super) name: Option<String>,
    /// Line of the header.
    pub(super) line: Option<u32>,
    /// Prefix that every line of the stack carries.
    pub(super) path: Option<String>,
}

/// `/proc/97/task/109/stack`, `97/stack`, `proc/97/stack`.
static PATH: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:^|[\s/=>])(?:(\d{1,9})/task/(\d{1,9})|(\d{1,9}))/(?:stack)\b"));

/// A header of `tail` and `head`.
static FILE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^==> (.+) <=="));

/// `PID 103 (cli_ab)`, `pid: 103 comm: cli_ab`, `=== 1234 ===`, `1234:`, `worker-ab /proc/97/task/109`.
static LOOP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)^\W*(?:
            (?i:pid|tid|task|process|thread)?\W{0,3}(?P<tid>\d{1,9})\W{0,3}(?:(?i:comm|name)\W{0,3})?(?P<name>[A-Za-z(][^)\]]*?)?[)\]]?
          | (?P<first>[A-Za-z][\w/:.+-]*)\s+(?:/proc/)?(?P<pid>\d{1,9})(?:/task/(?P<thread>\d{1,9}))?/?
        )\W*$",
    )
});

impl Header {
    /// What tells the task of the stack whose first frame this is.
    pub(super) fn of(line: &Line<'_>, context: &Context<'_>) -> Self {
        if let Some(path) = &line.prefix.path {
            return Header {
                path: Some(path.clone()),
                line: None,
                name: None,
                task: task_of_path(path).unwrap_or_default(),
            };
        }
        if let Some((number, before)) = context.before(line.number, 2) {
            let file = FILE.captures(before.trim()).and_then(|found| found.get(1)).map(|path| path.as_str());
            if let Some(task) = file.and_then(task_of_path) {
                return Header { task, line: Some(number), ..Header::default() };
            }
        }
        if let Some(command) = context.command_just_before()
            && let Some(task) = only_path(&command.text)
        {
            return Header { task, line: Some(command.line), ..Header::default() };
        }
        if let Some((number, before)) = context.before(line.number, 1)
            && let Some(header) = loop_line(number, &before)
        {
            return header;
        }
        // A file of its own, named as it was in /proc.
        Header { task: task_of_path(context.document()).unwrap_or_default(), ..Header::default() }
    }
}

/// The task of a path, where the text names exactly one.
fn only_path(text: &str) -> Option<TaskKeys> {
    let mut found = PATH.captures_iter(text);
    let first = found.next()?;
    if found.next().is_some() {
        return None;
    }
    Some(task_of(&first))
}

fn task_of_path(path: &str) -> Option<TaskKeys> {
    PATH.captures(path).map(|found| task_of(&found))
}

fn task_of(found: &regex::Captures<'_>) -> TaskKeys {
    let number = |group: usize| found.get(group).and_then(|digits| digits.as_str().parse().ok());
    match (number(1), number(2), number(3)) {
        (Some(pid), Some(tid), _) => TaskKeys { tid: Some(tid), pid: Some(pid), ..TaskKeys::default() },
        (_, _, tid) => TaskKeys { tid, ..TaskKeys::default() },
    }
}

fn loop_line(number: u32, text: &str) -> Option<Header> {
    let text = text.trim();
    // Longer lines are prose.
    if text.len() > 80 {
        return None;
    }
    let found = LOOP.captures(text)?;
    let parsed = |group: &str| found.name(group).and_then(|digits| digits.as_str().parse::<u32>().ok());
    let name = |group: &str| found.name(group).map(|name| name.as_str().trim_matches(['(', ')', ' ']).to_owned());
    let (task, name) = match (parsed("tid"), parsed("pid"), parsed("thread")) {
        // No task of a process has the id 0: that is what is left of a mark.
        (Some(0), _, _) => return None,
        (Some(tid), _, _) => (TaskKeys::tid(tid), name("name")),
        (_, Some(pid), Some(tid)) => {
            (TaskKeys { tid: Some(tid), pid: Some(pid), ..TaskKeys::default() }, name("first"))
        }
        (_, Some(tid), None) => (TaskKeys::tid(tid), name("first")),
        _ => return None,
    };
    let word = name.as_deref().map(str::to_ascii_lowercase);
    let name = name.filter(|name| {
        !name.is_empty() && !matches!(word.as_deref(), Some("pid" | "tid" | "task" | "process" | "thread"))
    });
    Some(Header { task, name, line: Some(number), path: None })
}
