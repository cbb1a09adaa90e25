//! Equal stacks, once: what they wait for, whose they are, and their frames with links to the text.

use super::targets::{Targets, anchor};
use crate::Report;
use crate::answer::words::{self, counted, place};
use crate::view::{EqualFrameView, EqualView, NAMELESS, equal, shorten};
use serde::Serialize;
use stacklore_model::Reliability;
use stacklore_reason::finding::Verdict;
use std::collections::{BTreeMap, BTreeSet};

/// Groups that are shown.
const GROUPS: usize = 300;
/// Frames of a group.
const FRAMES: usize = 80;
/// Tasks of a group that are named.
const TASKS: usize = 40;
/// Characters of a function's name.
const SYMBOL: usize = 300;
/// Functions in the head of a group.
const HEAD: usize = 3;
/// Characters of a function's name there.
const SHORT: usize = 60;

/// Groups of equal stacks.
#[derive(Debug, Serialize)]
pub(super) struct Stacks {
    /// `41 stacks, 7 different`
    told: String,
    groups: Vec<Group>,
    /// Groups that are not shown.
    more: usize,
}

#[derive(Debug, Serialize)]
struct Group {
    count: usize,
    /// What they wait for.
    wait: String,
    /// `rest`, `run`, `wait` or `unknown`: how it is coloured.
    class: &'static str,
    /// The innermost functions.
    head: String,
    tasks: String,
    dialect: String,
    place: String,
    href: String,
    frames: Vec<FrameRow>,
    more_frames: usize,
    cut: bool,
}

#[derive(Debug, Serialize)]
struct FrameRow {
    symbol: String,
    module: Option<String>,
    location: Option<String>,
    unsure: bool,
}

/// The groups of a report; their first lines become targets of links.
pub(super) fn of(report: &Report, names: &[String], targets: &mut Targets) -> Stacks {
    let groups = equal::equal(&report.contents);
    let stacks = counted(report.contents.counts.stacks, "stack");
    let told = if groups.len() < report.contents.counts.stacks {
        format!("{stacks}, {} different", groups.len())
    } else {
        stacks
    };
    // What waits is what a reader looks for.
    let mut order: Vec<&EqualView> = groups.iter().collect();
    order.sort_by_key(|group| class(report, group) != "wait");
    let telling = telling(report);
    let shown = order.iter().take(GROUPS).map(|group| of_group(report, group, names, &telling, targets)).collect();
    Stacks { told, groups: shown, more: groups.len().saturating_sub(GROUPS) }
}

fn class(report: &Report, group: &EqualView) -> &'static str {
    match group.wait.as_deref() {
        // Another tool saw the same task rest.
        Some(wait) if report.verdict == Verdict::Healthy && wait != "on-cpu" => "rest",
        _ if group.idle => "rest",
        Some("on-cpu") => "run",
        Some("scan" | "profile") | None => "unknown",
        Some(_) => "wait",
    }
}

/// The functions that tell what a stack is about, without those of the scheduler, where they are known.
fn telling(report: &Report) -> BTreeMap<u32, &[String]> {
    let groups = report.contents.groups.iter().filter(|group| !group.frames.is_empty());
    groups.flat_map(|group| group.stacks.iter().map(|stack| (*stack, group.frames.as_slice()))).collect()
}

fn of_group(
    report: &Report,
    group: &EqualView,
    names: &[String],
    telling: &BTreeMap<u32, &[String]>,
    targets: &mut Targets,
) -> Group {
    targets.add(group.source, group.line, false);
    let known = group.stacks.first().and_then(|stack| telling.get(stack));
    let innermost = || group.frames.iter().take(HEAD).map(|frame| shorten(&frame.symbol, SHORT)).collect();
    let head: Vec<String> =
        known.map_or_else(innermost, |frames| frames.iter().take(HEAD).map(|frame| shorten(frame, SHORT)).collect());
    Group {
        count: group.count,
        wait: words::wait(&report.contents.kinds, group.wait.as_deref(), group.mode, group.idle),
        class: class(report, group),
        head: head.join(" ← "),
        tasks: tasks(report, group),
        dialect: group.dialect.clone(),
        place: place(group.source, group.line, names),
        href: anchor(group.source, group.line),
        frames: group.frames.iter().take(FRAMES).map(frame).collect(),
        more_frames: group.frames.len().saturating_sub(FRAMES),
        cut: group.cut,
    }
}

fn tasks(report: &Report, group: &EqualView) -> String {
    let contents = &report.contents;
    let ids = group.stacks.iter().filter_map(|stack| Some(contents.stacks.get(*stack as usize)?.task));
    let distinct: BTreeSet<u32> = ids.collect();
    let named = distinct.iter().take(TASKS).filter_map(|task| contents.tasks.get(*task as usize)).map(words::task);
    let mut names: Vec<String> = named.map(|name| shorten(&name, 80)).collect();
    if distinct.len() > TASKS {
        names.push(format!("{} more", distinct.len() - TASKS));
    }
    words::and(&names)
}

fn frame(frame: &EqualFrameView) -> FrameRow {
    let address = frame.address.as_deref().filter(|_| frame.symbol == NAMELESS);
    let symbol = address.map_or_else(|| frame.symbol.clone(), |address| format!("{NAMELESS} {address}"));
    FrameRow {
        symbol: shorten(&symbol, SYMBOL),
        module: frame.module.clone(),
        location: frame.location.as_deref().map(|location| shorten(location, SYMBOL)),
        unsure: frame.reliability == Reliability::Unsure,
    }
}
