//! What moved between several snapshots of one machine, in words.

use super::SnapshotsTold;
use super::words::{self, counted};
use crate::Report;
use crate::view::{Contents, SnapshotsView};
use std::collections::BTreeSet;

/// Tasks that are named.
const NAMED: usize = 5;

/// The first series, at most so many, and how many are left out.
pub(super) fn told(report: &Report, most: usize) -> (Vec<SnapshotsTold>, usize) {
    let all = &report.snapshots;
    let waits: BTreeSet<u32> = match all.is_empty() {
        true => BTreeSet::new(),
        false => report.contents.stacks.iter().filter(|stack| stack.wait.is_some()).map(|stack| stack.task).collect(),
    };
    let told = all.iter().take(most).map(|series| series_told(series, &report.contents, &waits)).collect();
    (told, all.len().saturating_sub(most))
}

fn series_told(series: &SnapshotsView, contents: &Contents, waits: &BTreeSet<u32>) -> SnapshotsTold {
    let of = series.label.as_ref().map_or_else(String::new, |label| format!(" of {label}"));
    let head = format!("{}{of} ({}){}", counted(series.taken.len(), "snapshot"), series.dialect, when(series));
    if series.others {
        let parts = vec![
            "they share no task although the names of the tasks are the same: of other processes of one program, or of \
             one that was restarted between them; nothing is compared"
                .into(),
        ];
        return SnapshotsTold { head, parts };
    }
    let all = match series.taken.len() {
        _ if !series.throughout => "all that show them",
        2 => "both",
        _ => "all of them",
    };
    let stays =
        if series.stuck.iter().all(|task| waits.contains(task)) { ["waits", "wait"] } else { ["stands", "stand"] };
    let lists: [(&[u32], [&str; 2], &str); 5] = [
        (&series.stuck, stays, &format!(" in the same place in {all}")),
        (&series.ran, ["is", "are"], " in the same place but ran meanwhile"),
        (&series.moved, ["moved", "moved"], ""),
        (&series.gone, ["is", "are"], " gone"),
        (&series.appeared, ["is", "are"], " new"),
    ];
    let mut parts: Vec<String> = Vec::new();
    for (tasks, verbs, rest) in lists.into_iter().filter(|(tasks, ..)| !tasks.is_empty()) {
        let of = of_all(&parts, series.compared);
        let verb = verbs[usize::from(tasks.len() > 1)];
        parts.push(format!("{}{of} {verb}{rest}: {}", tasks.len(), names(contents, tasks)));
    }
    if series.resting > 0 {
        let verb = if series.resting == 1 { "rests" } else { "rest" };
        parts.push(format!("{}{} {verb}", series.resting, of_all(&parts, series.compared)));
    }
    SnapshotsTold { head, parts }
}

/// How many tasks were compared: told once.
fn of_all(parts: &[String], compared: usize) -> String {
    match compared {
        _ if !parts.is_empty() => String::new(),
        1 => " task".into(),
        all => format!(" of {all} tasks"),
    }
}

/// How long it is from one to the next.
fn when(series: &SnapshotsView) -> String {
    match (series.apart, series.lasted) {
        (Some(seconds), _) if seconds >= 0.1 => format!(", {} apart", words::duration(seconds)),
        (_, Some(seconds)) if seconds >= 0.1 => format!(" within {}", words::duration(seconds)),
        _ => String::new(),
    }
}

fn names(contents: &Contents, tasks: &[u32]) -> String {
    let task = |task: &u32| contents.tasks.get(*task as usize).map(words::task);
    let mut names: Vec<String> = tasks.iter().take(NAMED).filter_map(task).collect();
    if tasks.len() > names.len() {
        names.push(format!("{} more", tasks.len() - names.len()));
    }
    words::and(&names)
}
