//! Headers of threads: who it is and what it does in the words of the virtual machine.

use stacklore_model::TaskState;

/// What the header of a thread says.
#[derive(Debug, Default)]
pub(super) struct Head<'a> {
    pub(super) name: &'a str,
    /// The Java thread number (`#12`; Android: `tid=12`).
    pub(super) number: Option<u64>,
    /// The thread of the operating system.
    pub(super) tid: Option<u32>,
    /// Seconds for which the thread has used a CPU (`cpu=0.44ms`, since Java 11).
    pub(super) cpu_time: Option<f64>,
    /// The last words: `waiting for monitor entry`.
    pub(super) status: String,
    /// A state in the header itself (`#3 "main" WAITING 2026-…`, Android's `Blocked`).
    pub(super) state: Option<TaskState>,
    /// Android and dumps to a file print waits without the status words of HotSpot.
    pub(super) form: Form,
}

/// Which tool's header it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// HotSpot's own dump.
    #[default]
    Hotspot,
    /// `Thread.dump_to_file`.
    File,
    /// Android's runtime.
    Android,
}

/// The header in a line, wherever in it the quoted name begins: a logger may have put something before it.
pub(super) fn find(text: &str) -> Option<Head<'_>> {
    let start = text.find(['"', '#'])?;
    let text = text.get(start..)?;
    if text.starts_with('#') {
        return of_file(text);
    }
    let (name, rest) = quoted(text, |rest| {
        ["#", "[", "daemon ", "prio=", "os_prio=", "virtual", "tid=", "cpu="].iter().any(|word| rest.starts_with(word))
    })?;
    hotspot(name, rest)
}

/// The name between quotes, which may hold quotes itself, and what follows.
fn quoted(text: &str, follows: impl Fn(&str) -> bool) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('"')?;
    inner.match_indices('"').find_map(|(at, _)| {
        let rest = inner.get(at + 1..)?;
        let trimmed = rest.trim_start();
        ((rest.is_empty() || trimmed.len() < rest.len()) && follows(trimmed)).then(|| (&inner[..at], trimmed))
    })
}

fn hotspot<'a>(name: &'a str, rest: &'a str) -> Option<Head<'a>> {
    let mut head = Head { name, ..Head::default() };
    let (mut known, mut small) = (false, None);
    // Written out by hand: every thread of a dump has such a line, and it is the longest of it.
    for item in rest.split_ascii_whitespace() {
        if let Some(digits) = item.strip_prefix('#') {
            head.number = digits.parse().ok().or(head.number);
        } else if let Some(inside) = item.strip_prefix('[').and_then(|item| item.strip_suffix(']')) {
            head.tid = head.tid.or_else(|| inside.parse().ok());
        } else {
            match item.split_once('=') {
                Some(("nid", value)) => head.tid = nid(value).or(head.tid),
                Some(("tid", value)) => {
                    known = true;
                    small = value.parse().ok();
                }
                Some(("prio" | "os_prio", _)) => known = true,
                Some(("cpu", value)) => head.cpu_time = milliseconds(value),
                Some(_) => {}
                None if matches!(item, "daemon" | "virtual") => {}
                None => {
                    if !head.status.is_empty() {
                        head.status.push(' ');
                    }
                    head.status.push_str(item);
                }
            }
        }
    }
    if small.is_some() && head.tid.is_none() && head.number.is_none() {
        // Android counts its threads in `tid`, in decimal digits.
        head.number = small;
        head.form = Form::Android;
        head.state = android_state(&head.status);
    }
    (known || head.number.is_some()).then_some(head)
}

/// `0.44ms` in seconds.
fn milliseconds(text: &str) -> Option<f64> {
    let number = text.strip_suffix("ms")?.parse::<f64>().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number / 1000.0)
}

/// `#12 "Reference Handler" RUNNABLE 2026-11-20T21:00:43Z`, `#30 "" virtual`.
fn of_file(text: &str) -> Option<Head<'_>> {
    let (number, rest) = text.strip_prefix('#')?.split_once(' ')?;
    let number = number.parse().ok()?;
    let (name, rest) = quoted(rest, |rest| {
        rest.is_empty() || rest.starts_with("virtual") || state(rest.split(' ').next().unwrap_or("")).is_some()
    })?;
    let word = rest.split(' ').find(|word| *word != "virtual").unwrap_or("");
    Some(Head { name, number: Some(number), state: state(word), form: Form::File, ..Head::default() })
}

/// A thread of the operating system: hexadecimal up to Java 18, decimal from 19 on.
fn nid(text: &str) -> Option<u32> {
    match text.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
    .filter(|tid| *tid != 0)
}

/// A state of `java.lang.Thread.State`.
pub(super) fn state(word: &str) -> Option<TaskState> {
    Some(match word {
        "RUNNABLE" => TaskState::Running,
        "WAITING" | "TIMED_WAITING" => TaskState::Sleeping,
        "BLOCKED" => TaskState::Blocked,
        "NEW" => TaskState::New,
        "TERMINATED" => TaskState::Zombie,
        _ => return None,
    })
}

/// A state of Android's `ThreadState`.
fn android_state(word: &str) -> Option<TaskState> {
    Some(match word.split(' ').next()? {
        "Runnable" => TaskState::Running,
        "Blocked" | "Monitor" => TaskState::Blocked,
        "Waiting" | "TimedWaiting" | "Wait" | "Sleeping" | "Native" => TaskState::Sleeping,
        "Terminated" | "Zombie" => TaskState::Zombie,
        _ => return None,
    })
}
