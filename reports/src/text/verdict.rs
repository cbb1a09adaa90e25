//! The first line, which is the answer, and what stands under it where no rule found anything.

use super::page::Page;
use super::quotes::place;
use super::{drawing, fixes, groups};
use crate::Report;
use crate::view::{FindingView, GroupView};
use stacklore_reason::finding::{Class, Verdict};
use std::io;

/// Writes the answer and the drawing or list that belongs to it.
pub(super) fn write(page: &mut Page<'_>, report: &Report, sources: &[String]) -> io::Result<()> {
    match report.verdict {
        Verdict::NoTraces if report.contents.counts.stacks > 0 => no_backtraces(page),
        Verdict::NoTraces => no_traces(page, report),
        Verdict::Healthy => page.item(0, "", &healthy(report)),
        Verdict::Unknown => unknown(page, report, sources),
        Verdict::Hang | Verdict::Suspect | Verdict::Crash => {
            let finding = report.findings.first();
            page.item(0, headline_word(report.verdict), &headline(report, finding))?;
            let rows = drawing::rows(report, finding);
            if !rows.is_empty() {
                page.blank()?;
            }
            rows.iter().try_for_each(|row| page.line(2, row))
        }
    }
}

fn headline_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Hang => "HANG  ",
        Verdict::Suspect => "SUSPECT  ",
        _ => "CRASH  ",
    }
}

/// A class in words.
fn class(class: Class) -> &'static str {
    match class {
        Class::DeadlockCycle => "deadlock cycle",
        Class::NoWaker => "nobody left to wake the waiter",
        Class::IoStall => "I/O stall",
        Class::LockConvoy => "lock convoy",
        Class::RcuStall => "RCU stall",
        Class::SelfDeadlock | Class::Starvation | Class::Lockup | Class::Crash => class.name(),
    }
}

fn headline(report: &Report, finding: Option<&FindingView>) -> String {
    if let Some(finding) = finding {
        let title = finding.title.trim_end_matches('.');
        return format!("{}, {}.  {title}.", class(finding.class), finding.certainty.name());
    }
    let tasks = |ring: &Vec<u32>| {
        let is_task =
            |node: &&u32| report.contents.wait_graph.nodes.get(**node as usize).is_some_and(|n| n.kind == "task");
        ring.iter().filter(is_task).count()
    };
    match report.contents.wait_graph.cycles.first().map(tasks) {
        Some(1) => "A task waits for itself; no rule names this one.".into(),
        Some(tasks) => format!("{tasks} tasks wait for each other in a ring; no rule names this one."),
        None => "No rule names this one.".into(),
    }
}

/// Scans of stacks and profiles alone: neither shows the calls in which a task is.
fn no_backtraces(page: &mut Page<'_>) -> io::Result<()> {
    page.item(
        0,
        "NO BACKTRACE  ",
        "The stacks of this text are scans or profiles: stale addresses, or where time went. They do not tell in what a \
         task is stuck. Paste a backtrace of the tasks that hang.",
    )
}

fn no_traces(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let counts = &report.contents.counts;
    if counts.tasks + counts.locks + counts.facts > 0 {
        let text = "This text holds no stack: tasks, locks or facts were read (`stacklore parse` lists them), and they show \
                    no hang by themselves. Add the stacks of the tasks that hang.";
        return page.item(0, "NO TRACES  ", text);
    }
    page.item(
        0,
        "NO TRACES  ",
        "This text holds no stack, lock or task listing. Looked for: what /proc, the kernel log (hung tasks, sysrq), \
         debuggers (gdb, lldb, crash, drgn, mdb, WinDbg, kdb and ddb), pstack and eu-stack, profilers, and the runtimes \
         of Go, Java and Python print. Paste the output of one of these, as it is.",
    )
}

/// `38 futex, 2 epoll`: what the resting stacks wait for.
fn healthy(report: &Report) -> String {
    let mut kinds: Vec<(usize, &str)> = Vec::new();
    for group in &report.contents.groups {
        let kind = group.wait.as_deref().or(group.frames.first().map(String::as_str)).unwrap_or("others");
        match kinds.iter().position(|(_, known)| *known == kind) {
            Some(index) => kinds[index].0 += group.stacks.len(),
            None if kinds.len() < 6 => kinds.push((group.stacks.len(), kind)),
            None => {}
        }
    }
    let counts = &report.contents.counts;
    let parts: Vec<String> = kinds.iter().map(|(count, kind)| format!("{count} {kind}")).collect();
    let told = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    let stacks = groups::counted(counts.stacks, "stack");
    format!(
        "No hang in this text.  {stacks} of {}, all at rest or running{told}.",
        groups::counted(counts.tasks, "task")
    )
}

fn unknown(page: &mut Page<'_>, report: &Report, sources: &[String]) -> io::Result<()> {
    let open: Vec<&GroupView> = report.contents.groups.iter().filter(|group| groups::is_open(group)).collect();
    let blocked: usize = open.iter().filter(|group| group.wait.is_some()).map(|group| group.stacks.len()).sum();
    let headline = match blocked {
        0 => "Nothing is known of these stacks, and no rule knows them.".into(),
        1 => "1 stack waits; no rule knows this one.".into(),
        _ => format!("{blocked} stacks wait; no rule knows this one."),
    };
    page.item(0, "UNKNOWN  ", &headline)?;
    if !open.is_empty() {
        page.blank()?;
    }
    groups::write(page, 2, &open)?;
    look_first(page, report, &open, sources)?;
    fixes::hints(page, report, sources)
}

/// The longest wait is where to begin; else, of several groups, the smallest that waits.
fn look_first(page: &mut Page<'_>, report: &Report, open: &[&GroupView], sources: &[String]) -> io::Result<()> {
    let waiting = || open.iter().filter(|group| group.wait.is_some());
    let seconds = |group: &&&GroupView| group.longest.unwrap_or(0.0);
    let longest = waiting().filter(|group| seconds(group) > 0.0).max_by(|a, b| seconds(a).total_cmp(&seconds(b)));
    let Some(group) = longest.or_else(|| waiting().min_by_key(|group| group.stacks.len())) else { return Ok(()) };
    let stack = group.stacks.first().and_then(|id| report.contents.stacks.get(*id as usize));
    let Some(stack) = stack else { return Ok(()) };
    let name = report.contents.tasks.get(stack.task as usize).map_or_else(|| "this task".into(), groups::task_label);
    let why = match group.longest {
        Some(seconds) => format!("it has waited longest ({})", groups::duration(seconds)),
        None => "few wait there, so it is likely nearer to the cause".into(),
    };
    let needs = group.needs.as_ref().map_or_else(String::new, |needs| format!(" It waits for {needs}."));
    page.blank()?;
    page.item(
        2,
        "",
        &format!("Look first at {name}, {}: {why}.{needs}", place(stack.source, stack.first_line, sources)),
    )
}
