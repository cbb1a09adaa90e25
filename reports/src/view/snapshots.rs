//! What moved between several snapshots of one machine.

use super::label;
use schemars::JsonSchema;
use serde::Serialize;
use stacklore_model::{ProcessId, TaskId};
use stacklore_reason::analysis::Analysis;
use stacklore_reason::snapshots::{Series, Snapshot};

/// Snapshots of one machine or process, taken with one tool, in the order in which they were taken. All tasks by
/// number.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct SnapshotsView {
    /// Dialect in which they are printed.
    pub dialect: &'static str,
    /// Number of the process, where all tasks are of one.
    pub process: Option<u32>,
    /// The snapshots.
    pub taken: Vec<SnapshotView>,
    /// Seconds from the first to the last, where the text tells their times.
    pub lasted: Option<f64>,
    /// Seconds between any two that follow each other, where that is about the same everywhere.
    pub apart: Option<f64>,
    /// Tasks that are in two of them at least.
    pub compared: usize,
    /// Tasks in the same place in all snapshots they are in, that neither rest nor run; those in a wait that no healthy
    /// text shows come first.
    pub stuck: Vec<u32>,
    /// Tasks in the same place that ran meanwhile, by the text.
    pub ran: Vec<u32>,
    /// Tasks in different places.
    pub moved: Vec<u32>,
    /// Tasks that only later snapshots have; the first one lists all.
    pub appeared: Vec<u32>,
    /// Tasks that the last one lacks, though it lists all.
    pub gone: Vec<u32>,
    /// How many tasks rest in the same place.
    pub resting: usize,
    /// They share no task although the names of the tasks are the same: of other processes of one program, or of one
    /// that was restarted. Nothing is compared.
    pub others: bool,
    /// Whether every one of the tasks that are stuck is in all snapshots.
    #[serde(skip)]
    #[schemars(skip)]
    pub throughout: bool,
    /// What reports for people call the process.
    #[serde(skip)]
    #[schemars(skip)]
    pub label: Option<String>,
}

/// One snapshot.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct SnapshotView {
    /// Number of the text.
    pub source: u32,
    /// First line of its first stack.
    pub first_line: u32,
    /// Last line of its last stack.
    pub last_line: u32,
    /// Tasks that it shows.
    pub tasks: usize,
    /// When it was taken, in seconds: since 1970 where the text tells a date, else on the clock of the text.
    pub time: Option<f64>,
}

pub(super) fn snapshots(analysis: &Analysis, series: &[Series]) -> Vec<SnapshotsView> {
    let numbers = |tasks: &[TaskId]| tasks.iter().map(|task| task.0).collect();
    let view = |series: &Series| SnapshotsView {
        dialect: series.dialect,
        process: series.process.map(|process| process.0),
        taken: series.taken.iter().map(snapshot).collect(),
        lasted: series.lasted(),
        apart: series.apart(),
        compared: series.compared,
        stuck: numbers(&series.stuck),
        ran: numbers(&series.ran),
        moved: numbers(&series.moved),
        appeared: numbers(&series.appeared),
        gone: numbers(&series.gone),
        resting: series.resting,
        others: series.others,
        throughout: series.throughout,
        label: series.process.filter(|id| is_named(analysis, *id)).map(|id| label::process(&analysis.case, id)),
    };
    series.iter().map(view).collect()
}

fn is_named(analysis: &Analysis, id: ProcessId) -> bool {
    let process = analysis.case.processes.get(id.0 as usize);
    process.is_some_and(|process| process.name.is_some() || process.pid.is_some())
}

fn snapshot(snapshot: &Snapshot) -> SnapshotView {
    SnapshotView {
        source: snapshot.span.source.0,
        first_line: snapshot.span.first,
        last_line: snapshot.span.last,
        tasks: snapshot.tasks,
        time: snapshot.time,
    }
}
