//! Stacks that wait for the same thing in the same place, and where to begin where no rule knows the hang.

use super::GroupTold;
use super::words;
use crate::Report;
use crate::view::{Contents, GroupView, shorten};

/// Characters of what a group waits for.
const WHAT: usize = 90;

/// Groups that are neither at rest nor running, and of which a backtrace tells what they do.
pub(super) fn open(report: &Report) -> Vec<&GroupView> {
    report.contents.groups.iter().filter(|group| is_open(group)).collect()
}

fn is_open(group: &GroupView) -> bool {
    !group.idle && !matches!(group.wait.as_deref(), Some("on-cpu" | "scan" | "profile"))
}

/// A group in words.
pub(super) fn told(group: &GroupView, contents: &Contents) -> GroupTold {
    GroupTold { count: group.stacks.len(), what: shorten(&what(group, contents), WHAT), who: who(group) }
}

fn what(group: &GroupView, contents: &Contents) -> String {
    let wait = words::wait(&contents.kinds, group.wait.as_deref(), group.mode, group.idle);
    let place = if group.frames.is_empty() { String::new() } else { format!(" in {}", group.frames.join(" ← ")) };
    let oldest = group.longest.map_or_else(String::new, |seconds| format!(" (oldest: {})", words::duration(seconds)));
    format!("{wait}{place}{oldest}")
}

fn who(group: &GroupView) -> String {
    if group.wait.is_none() {
        return String::new();
    }
    match (&group.root, &group.needs) {
        (Some(root), _) => root.clone(),
        (None, Some(needs)) => format!("{needs}: not in this text"),
        (None, None) => "whom, is not in this text".into(),
    }
}

/// The longest wait is where to begin; else, of several groups, the smallest that waits.
pub(super) fn look_first(report: &Report, open: &[&GroupView], sources: &[String]) -> Option<String> {
    let contents = &report.contents;
    let waiting = || open.iter().filter(|group| group.wait.is_some());
    let seconds = |group: &&&GroupView| group.longest.unwrap_or(0.0);
    let longest = waiting().filter(|group| seconds(group) > 0.0).max_by(|a, b| seconds(a).total_cmp(&seconds(b)));
    let group = longest.or_else(|| waiting().min_by_key(|group| group.stacks.len()))?;
    let stack = contents.stacks.get(*group.stacks.first()? as usize)?;
    let name = contents.tasks.get(stack.task as usize).map_or_else(|| "this task".into(), words::task);
    let why = match group.longest {
        Some(seconds) => format!("it has waited longest ({})", words::duration(seconds)),
        None if open.len() > 1 => "few wait there, so it is likely nearer to the cause".into(),
        None => "every stack that waits is like it".into(),
    };
    let needs = group.needs.as_ref().map_or_else(String::new, |needs| format!(" It waits for {needs}."));
    let at = words::place(stack.source, stack.first_line, sources);
    Some(format!("Look first at {name}, {at}: {why}.{needs}"))
}
