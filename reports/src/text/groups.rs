//! Groups of equal stacks, one row each.

use super::page::{Page, padded, width};
use crate::view::{GroupView, TaskView, shorten};
use stacklore_model::Mode;
use std::io;

/// Characters of what a group waits for.
const WHAT: usize = 90;
/// Groups that are shown.
const GROUPS: usize = 12;

/// Whether a group is neither at rest nor running, and what it does is known from a backtrace.
pub(super) fn is_open(group: &GroupView) -> bool {
    !group.idle && !matches!(group.wait.as_deref(), Some("on-cpu" | "scan" | "profile"))
}

/// Writes groups: how many, what they wait for and where, who must act.
pub(super) fn write(page: &mut Page<'_>, indent: usize, groups: &[&GroupView]) -> io::Result<()> {
    let shown = &groups[..groups.len().min(GROUPS)];
    let count = shown.iter().map(|group| group.stacks.len().to_string().len()).max().unwrap_or(1);
    let left: Vec<String> = shown.iter().map(|group| shorten(&what(group), WHAT)).collect();
    let who: Vec<String> = shown.iter().map(|group| who(group)).collect();
    let wide = |texts: &[String]| texts.iter().map(|text| width(text)).max().unwrap_or(0);
    let one_row = count + 4 + wide(&left) + wide(&who) <= page.room(indent);
    let column = if one_row { wide(&left) } else { 0 };
    for ((group, what), who) in shown.iter().zip(&left).zip(&who) {
        let row = format!("{:>count$} × {}", group.stacks.len(), padded(what, column));
        if one_row || who.is_empty() {
            page.line(indent, &format!("{row} {who}"))?;
        } else {
            page.line(indent, &row)?;
            page.line(indent + count + 3, who)?;
        }
    }
    if groups.len() > shown.len() {
        page.line(indent, &format!("… and {} more groups", groups.len() - shown.len()))?;
    }
    Ok(())
}

fn what(group: &GroupView) -> String {
    let wait = wait_words(group.wait.as_deref(), group.mode, group.idle);
    let place = if group.frames.is_empty() { String::new() } else { format!(" in {}", group.frames.join(" ← ")) };
    let oldest = group.longest.map_or_else(String::new, |seconds| format!(" (oldest: {})", duration(seconds)));
    format!("{wait}{place}{oldest}")
}

/// What a stack does: `waits: rwlock write`, `rests: epoll`, `runs`.
pub(super) fn wait_words(wait: Option<&str>, mode: Option<Mode>, idle: bool) -> String {
    let mode = match mode {
        Some(Mode::Read) => " read",
        Some(Mode::Write) => " write",
        None => "",
    };
    match wait {
        Some("on-cpu") => "runs".into(),
        Some("scan") => "scan of a stack".into(),
        Some("profile") => "seen by a profiler".into(),
        Some(wait) if idle => format!("rests: {wait}"),
        None if idle => "rests".into(),
        Some(wait) => format!("waits: {wait}{mode}"),
        None => "unknown".into(),
    }
}

fn who(group: &GroupView) -> String {
    if !is_open(group) || group.wait.is_none() {
        return String::new();
    }
    match (&group.root, &group.needs) {
        (Some(root), _) => format!("──▶ {root}"),
        (None, Some(needs)) => format!("──▶ {needs}: not in this text"),
        (None, None) => "──▶ whom, is not in this text".into(),
    }
}

/// Seconds as people say them.
pub(super) fn duration(seconds: f64) -> String {
    if seconds < 10.0 { format!("{seconds:.1} s") } else { format!("{seconds:.0} s") }
}

/// `1 stack`, `2 stacks`.
pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A task by name and number.
pub(super) fn task_label(task: &TaskView) -> String {
    let number = (task.tid.map(|tid| tid.to_string()))
        .or_else(|| task.number.map(|number| format!("#{number}")))
        .or_else(|| task.address.clone());
    match (&task.name, number) {
        (Some(name), Some(number)) => format!("{name} ({number})"),
        (Some(name), None) => name.clone(),
        (None, Some(number)) => format!("task {number}"),
        (None, None) => "a task without a name".into(),
    }
}
