//! Several snapshots of one machine in one case: what moved, what did not.
//!
//! A [`Dump`](dumps::Dump) is what one tool printed at one moment; [`dumps`] finds them, with the time that stands with
//! them ([`clock`]). Dumps of one tool that share tasks ([`same`]) are a [`Series`]; [`moves`] compares them. One
//! snapshot says nothing of whether anything is stuck, and so do two that may have been taken at one moment: a copy of
//! a text, or a debugger that looked twice at a process that it had stopped.
//!
//! This is told and changes nothing: no verdict and no certainty rests on it.

mod clock;
mod dumps;
mod moments;
mod moves;
mod same;

use crate::analysis::Analysis;
use crate::vocabulary::Vocabulary;
use stacklore_model::{ProcessId, Span, TaskId};

/// Snapshots of one machine or process, taken with one tool.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// The dialect.
    pub dialect: &'static str,
    /// The process, where all tasks are of one.
    pub process: Option<ProcessId>,
    /// The snapshots in the order in which they were taken: by the clock where each has a time, else by the text. At
    /// least two, unless [`Series::others`] says so.
    pub taken: Vec<Snapshot>,
    /// Tasks that are in the same place in all snapshots they are in, and neither rest nor run; those in a wait that
    /// no healthy text shows come first.
    pub stuck: Vec<TaskId>,
    /// Whether every one of them is in all snapshots.
    pub throughout: bool,
    /// Tasks that are in the same place, but ran meanwhile: the text says that they run, or their time on the CPU or
    /// the number of their switches has grown.
    pub ran: Vec<TaskId>,
    /// Tasks that are in different places.
    pub moved: Vec<TaskId>,
    /// Tasks that only later snapshots have, where the first one lists all.
    pub appeared: Vec<TaskId>,
    /// Tasks that the last snapshot lacks, though it lists all.
    pub gone: Vec<TaskId>,
    /// Number of tasks that rest in the same place: no news.
    pub resting: usize,
    /// Number of tasks that are in two snapshots at least.
    pub compared: usize,
    /// The snapshots share no task although their tasks have the same names: of other processes of one program, or of
    /// one that was restarted. Nothing is compared.
    pub others: bool,
}

/// What one tool printed at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Snapshot {
    /// From its first to its last stack.
    pub span: Span,
    /// Tasks that it shows.
    pub tasks: usize,
    /// When it was taken, in seconds: since 1970 where the text tells a date, else on the clock of the text.
    pub time: Option<f64>,
}

impl Series {
    /// Seconds from the first to the last snapshot, where the text tells both.
    pub fn lasted(&self) -> Option<f64> {
        let (first, last) = self.taken.first().zip(self.taken.last())?;
        Some(last.time? - first.time?)
    }

    /// Seconds between any two snapshots that follow each other, where that is about the same everywhere.
    pub fn apart(&self) -> Option<f64> {
        let gaps = self.taken.windows(2).map(|pair| Some(pair[1].time? - pair[0].time?));
        let gaps: Vec<f64> = gaps.collect::<Option<_>>()?;
        let mean = gaps.iter().sum::<f64>() / gaps.len().max(1) as f64;
        let even = gaps.iter().all(|gap| (gap - mean).abs() <= 1.0_f64.max(mean * 0.1));
        (even && !gaps.is_empty()).then_some(mean)
    }
}

/// The series of a case, those that compare most tasks first; empty where nothing was taken twice.
pub fn series(analysis: &Analysis, vocabulary: &Vocabulary) -> Vec<Series> {
    let dumps = dumps::find(&analysis.case);
    if dumps.len() < 2 {
        return Vec::new();
    }
    let same = same::Same::of(&analysis.case, &dumps);
    moves::series(analysis, vocabulary, dumps, &same)
}
