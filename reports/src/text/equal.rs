//! Groups of equal stacks: how many, whose, what they wait for, and the frames once.

use super::page::{Page, padded, width};
use super::parsed::more;
use crate::Parsed;
use crate::answer::words::{self, counted, place};
use crate::view::{EqualFrameView, EqualView, NAMELESS, TaskView, shorten};
use stacklore_model::Reliability;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// Groups that are shown.
const GROUPS: usize = 12;
/// Frames that are shown of a group.
const FRAMES: usize = 12;
/// Names of tasks that are shown of a group.
const NAMES: usize = 3;
/// Ids that are shown of each name.
const IDS: usize = 4;

/// Writes the groups.
pub(super) fn write(page: &mut Page<'_>, parsed: &Parsed, sources: &[String]) -> io::Result<()> {
    let groups = &parsed.equal_stacks;
    if groups.is_empty() {
        return Ok(());
    }
    page.blank()?;
    let count = counted(parsed.contents.counts.stacks, "stack");
    let all: usize = groups.len();
    page.line(0, &if all < parsed.contents.counts.stacks { format!("{count}, {all} different") } else { count })?;
    let shown = page.most(GROUPS).min(groups.len());
    let shown_groups = groups.get(..shown).unwrap_or_default();
    let places: Vec<String> = shown_groups.iter().map(|group| place(group.source, group.line, sources)).collect();
    let columns = Columns {
        count: shown_groups.iter().map(|group| group.count.to_string().len()).max().unwrap_or(1),
        place: places.iter().map(|place| width(place)).max().unwrap_or(0),
        dialect: shown_groups.iter().map(|group| width(&group.dialect)).max().unwrap_or(0),
    };
    for (group, place) in shown_groups.iter().zip(&places) {
        one(page, parsed, group, place, &columns)?;
    }
    more(page, groups.len() - shown, "group")
}

/// Widths of the columns of the head lines.
struct Columns {
    count: usize,
    place: usize,
    dialect: usize,
}

fn one(page: &mut Page<'_>, parsed: &Parsed, group: &EqualView, place: &str, columns: &Columns) -> io::Result<()> {
    let count = columns.count;
    let head = format!("{:>count$} ×  {}", group.count, padded(place, columns.place));
    let words = words::wait(&parsed.contents.kinds, group.wait.as_deref(), group.mode, group.idle);
    page.line(2, &format!("{head}  {}  {words}", padded(&group.dialect, columns.dialect)))?;
    let indent = 2 + count + 4;
    page.item(indent, "", &tasks(parsed, group, page))?;
    frames(page, indent + 2, group)
}

fn frames(page: &mut Page<'_>, indent: usize, group: &EqualView) -> io::Result<()> {
    let most = page.most(FRAMES);
    // One frame more takes no more room than saying that there is one more.
    let shown = if group.frames.len() <= most.saturating_add(1) { group.frames.len() } else { most };
    let room = page.room(indent);
    for frame in group.frames.iter().take(shown) {
        page.line(indent, &frame_words(frame, room))?;
    }
    if let Some(outermost) = group.frames.last().filter(|_| shown < group.frames.len()) {
        let rest = format!("… {} more, to ", group.frames.len() - shown);
        let room = room.saturating_sub(width(&rest));
        page.line(indent, &format!("{rest}{}", shorten(&outermost.symbol, room)))?;
    }
    if group.cut {
        page.line(indent, "… cut off here")?;
    }
    Ok(())
}

/// Function, module and place; of what does not fit the module goes first.
fn frame_words(frame: &EqualFrameView, room: usize) -> String {
    let function = function_words(frame);
    let module = frame.module.as_ref().map_or_else(String::new, |module| format!(" [{module}]"));
    let location = frame.location.as_deref().map_or_else(String::new, |at| format!("  {}", file(at)));
    let all = format!("{function}{module}{location}");
    if width(&all) <= room {
        return all;
    }
    let left = room.saturating_sub(width(&location)).max(20);
    shorten(&format!("{}{location}", shorten(&function, left)), room)
}

/// A file by its name and folder: `runtime/proc.go:363`.
fn file(location: &str) -> &str {
    let folder = location.rmatch_indices('/').nth(1).map_or(0, |(at, _)| at + 1);
    location.get(folder..).unwrap_or(location)
}

fn function_words(frame: &EqualFrameView) -> String {
    let mut words = match frame.reliability {
        Reliability::Unsure => format!("? {}", frame.symbol),
        Reliability::Exact | Reliability::Inlined | Reliability::Register | Reliability::Printed => {
            frame.symbol.clone()
        }
    };
    if let Some(address) = frame.address.as_ref().filter(|_| frame.symbol == NAMELESS) {
        words.push_str(&format!(" {address}"));
    }
    words
}

/// Names with the ids of their tasks: `cli (15126, 15264), kworker/1:2 (4790) and 12 more`.
fn tasks(parsed: &Parsed, group: &EqualView, page: &Page<'_>) -> String {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut names: Vec<(&str, Vec<String>)> = Vec::new();
    let (most_names, most_ids) = (page.most(NAMES), page.most(IDS));
    let mut seen: BTreeSet<(&str, String)> = BTreeSet::new();
    for task in tasks_of(parsed, group) {
        let name = task.name.as_deref().unwrap_or_default();
        if !seen.insert((name, id(task))) {
            continue;
        }
        let number = *numbers.entry(name).or_insert_with(|| {
            if names.len() < most_names {
                names.push((name, Vec::new()));
                names.len() - 1
            } else {
                usize::MAX
            }
        });
        if let Some((_, ids)) = names.get_mut(number).filter(|(_, ids)| ids.len() < most_ids) {
            ids.push(id(task));
        }
    }
    let left_out = seen.len() - names.iter().map(|(_, ids)| ids.len()).sum::<usize>();
    let shown: Vec<String> = names.iter().map(|(name, ids)| label(name, ids)).collect();
    let more = if left_out > 0 { format!(" and {left_out} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// The tasks of a group, each once, in the order of their first stack.
fn tasks_of<'a>(parsed: &'a Parsed, group: &EqualView) -> Vec<&'a TaskView> {
    let contents = &parsed.contents;
    let mut seen = BTreeSet::new();
    let stacks = group.stacks.iter().filter_map(|stack| contents.stacks.get(*stack as usize));
    let tasks = stacks.map(|stack| stack.task).filter(|task| seen.insert(*task));
    tasks.filter_map(|task| contents.tasks.get(task as usize)).collect()
}

fn label(name: &str, ids: &[String]) -> String {
    let ids: Vec<&str> = ids.iter().map(String::as_str).filter(|id| !id.is_empty()).collect();
    match (name, ids.as_slice()) {
        ("", []) => "a task without a name".into(),
        ("", [_]) => format!("task {}", ids.join(", ")),
        ("", _) => format!("tasks {}", ids.join(", ")),
        (name, []) => name.to_owned(),
        (name, _) => format!("{name} ({})", ids.join(", ")),
    }
}

fn id(task: &TaskView) -> String {
    (task.tid.map(|tid| tid.to_string()))
        .or_else(|| task.number.map(|number| format!("#{number}")))
        .or_else(|| task.address.clone())
        .or_else(|| task.pthread.clone())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{file, frame_words, label};
    use crate::view::EqualFrameView;
    use stacklore_model::Reliability;

    #[test]
    fn frames_lose_their_module_before_their_place() {
        let frame = EqualFrameView {
            symbol: "java.util.concurrent.FutureTask.get".into(),
            module: Some("java.base".into()),
            address: None,
            location: Some("FutureTask.java:190".into()),
            reliability: Reliability::Exact,
        };
        let long = "java.util.concurrent.FutureTask.get [java.base]  FutureTask.java:190";
        assert_eq!(frame_words(&frame, 80), long);
        assert_eq!(frame_words(&frame, 60), "java.util.concurrent.FutureTask.get  FutureTask.java:190");
        assert_eq!(frame_words(&frame, 50), "java.util.concurren…eTask.get  FutureTask.java:190");
        let nameless = EqualFrameView { symbol: "??".into(), address: Some("40d5d3".into()), ..frame };
        assert_eq!(frame_words(&nameless, 80), "?? 40d5d3 [java.base]  FutureTask.java:190");
    }

    #[test]
    fn places_and_tasks_are_short() {
        assert_eq!(file("/usr/lib/go/src/runtime/proc.go:363"), "runtime/proc.go:363");
        assert_eq!(file("Lab.java:45"), "Lab.java:45");
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        assert_eq!(label("cli", &ids(&["1", "2"])), "cli (1, 2)");
        assert_eq!(label("", &ids(&["#1"])), "task #1");
        assert_eq!(label("main", &ids(&[""])), "main");
        assert_eq!(label("", &ids(&[""])), "a task without a name");
    }
}
