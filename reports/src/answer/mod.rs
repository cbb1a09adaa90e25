//! A report in words: what every format for people says, in the order in which they read it. Formats lay it out and
//! choose no words of their own, so that a terminal, a ticket and a browser tell the same.

mod claims;
mod commands;
mod decisive;
mod findings;
mod fixes;
pub(crate) mod footer;
mod groups;
pub mod picture;
mod snapshots;
mod verdict;
pub(crate) mod words;

pub use commands::Command;
pub use picture::Picture;
pub(crate) use verdict::first_line;

use crate::Report;
use stacklore_reason::finding::Verdict;
use std::ops::Range;

/// A whole report in words.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The answer in one word, in capitals; empty where nothing is wrong.
    pub word: &'static str,
    /// How bad that is.
    pub alarm: Alarm,
    /// The rest of the first line.
    pub headline: String,
    /// Who waits for whom around the first finding, or around the first ring.
    pub picture: Picture,
    /// Where no rule knows the hang: groups of stacks that wait for the same thing in the same place.
    pub groups: Vec<GroupTold>,
    /// Groups that are not told.
    pub more_groups: usize,
    /// Where no rule knows the hang: where to begin.
    pub look_first: Option<String>,
    /// Where the text was taken several times: what moved and what did not.
    pub snapshots: Vec<SnapshotsTold>,
    /// Series of snapshots that are not told.
    pub more_snapshots: usize,
    /// Where no rule knows the hang: published fixes whose functions waiting stacks show.
    pub hints: Vec<String>,
    /// Causes, each with its consequences.
    pub findings: Vec<Told>,
    /// Causes that are not told.
    pub more_findings: usize,
    /// Rules that almost hold; empty where the answer is settled.
    pub near: Vec<NearTold>,
    /// Those of them that are not told.
    pub more_near: usize,
    /// What was read, one sentence.
    pub read: String,
    /// What was mended, one sentence.
    pub mended: String,
    /// How many lines stayed unclear, in words without a full stop.
    pub unclear: String,
    /// Remarks, full sentences.
    pub notes: Vec<String>,
    /// Remarks that are not told.
    pub more_notes: usize,
}

/// How bad an answer is: what colour it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// Something hangs, or crashed.
    Bad,
    /// Something may hang, or nothing is known of what waits.
    Doubtful,
    /// There is nothing to tell.
    Neutral,
    /// Nothing is wrong.
    Good,
}

/// A finding in words.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its number among the findings of the report.
    pub index: usize,
    /// Title of its rule; the first finding of a report has it in the headline.
    pub title: String,
    /// Whether the headline of the report is this title.
    pub in_headline: bool,
    /// Id of its rule.
    pub rule: String,
    /// Class in words.
    pub class: &'static str,
    /// `possible`, `likely` or `proven`.
    pub certainty: &'static str,
    /// What happens: paragraphs.
    pub explanation: Vec<String>,
    /// Tasks that are held up by it and play no part of their own.
    pub behind: Option<String>,
    /// What it rests on.
    pub claims: Vec<Claim>,
    /// What makes it that sure, or keeps it from being surer: a heading and one sentence.
    pub why: Option<(String, String)>,
    /// What to run, do and read.
    pub sections: Vec<Section>,
    /// What follows from it.
    pub consequences: Vec<Told>,
    /// Consequences that are not told.
    pub more_consequences: usize,
}

/// One claim with the lines that carry it.
#[derive(Clone, Debug)]
pub struct Claim {
    /// What it says.
    pub says: String,
    /// Lines that were not quoted before in this finding.
    pub lines: Vec<QuotedLine>,
    /// Lines of it that are left out.
    pub more_lines: usize,
    /// Lines that the finding quotes further up: source and line.
    pub above: Vec<(u32, u32)>,
    /// It only tells how a task came to where it is.
    pub is_way: bool,
}

/// A line of a text.
#[derive(Clone, Debug)]
pub struct QuotedLine {
    /// Number of the text.
    pub source: u32,
    /// Its line.
    pub line: u32,
    /// The line without the blanks around it.
    pub text: String,
    /// Bytes of `text` that decide: function names, locks, owners.
    pub marks: Vec<Range<usize>>,
    /// It is the line of a frame.
    pub is_frame: bool,
}

/// A list under a finding.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// What stands in it.
    pub items: Vec<Item>,
}

/// An entry of a list.
#[derive(Clone, Debug)]
pub enum Item {
    /// A sentence.
    Prose(String),
    /// Something to run.
    Run(Command),
    /// Something to read.
    Link {
        /// What it is.
        title: String,
        /// Where it is.
        url: String,
    },
}

/// A rule that almost holds, in words.
#[derive(Clone, Debug)]
pub struct NearTold {
    /// Its title.
    pub title: String,
    /// Its id.
    pub rule: String,
    /// What was seen.
    pub seen: Vec<String>,
    /// What is missing.
    pub missing: Vec<String>,
    /// What to run next.
    pub next: Option<Item>,
}

/// A group of stacks in words.
#[derive(Clone, Debug)]
pub struct GroupTold {
    /// How many stacks.
    pub count: usize,
    /// What they wait for, and where.
    pub what: String,
    /// Who must act; empty where nothing is known.
    pub who: String,
}

/// What moved between several snapshots of one machine, in words.
#[derive(Clone, Debug)]
pub struct SnapshotsTold {
    /// How many there are, of what, and how far apart: without a full stop.
    pub head: String,
    /// What did not move, what did, what is gone: parts of a sentence.
    pub parts: Vec<String>,
}

/// How much of everything is told.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Causes, and consequences of one cause.
    pub findings: usize,
    /// Lines that are quoted for one claim.
    pub lines: usize,
    /// Rules that almost hold.
    pub near: usize,
    /// Groups of stacks.
    pub groups: usize,
    /// Remarks.
    pub notes: usize,
    /// Series of snapshots.
    pub snapshots: usize,
}

impl Extent {
    /// What fits on a few screens.
    pub const BRIEF: Extent = Extent { findings: 12, lines: 8, near: 5, groups: 12, notes: 20, snapshots: 3 };
    /// For pages that can fold what is long.
    pub const FULL: Extent = Extent { findings: 60, lines: 24, near: 12, groups: 60, notes: 200, snapshots: 20 };
}

impl Answer {
    /// The words of a report.
    pub fn of(report: &Report, extent: &Extent) -> Answer {
        let sources = words::source_names(&report.contents);
        let (word, alarm, headline) = verdict::first_line(report);
        let unknown = word == verdict::UNKNOWN;
        let open = groups::open(report);
        let shown = if unknown { extent.groups.min(open.len()) } else { 0 };
        let (findings, more_findings) = findings::told(report, extent);
        let near = findings::near(report);
        let (snapshots, more_snapshots) = snapshots::told(report, extent.snapshots);
        let notes = &report.contents.notes;
        Answer {
            word,
            alarm,
            headline,
            picture: if is_answer(report.verdict) {
                Picture::of(report, report.findings.first())
            } else {
                Picture::default()
            },
            groups: open.iter().take(shown).map(|group| groups::told(group, &report.contents)).collect(),
            more_groups: if unknown { open.len() - shown } else { 0 },
            look_first: if unknown { groups::look_first(report, &open, &sources) } else { None },
            snapshots,
            more_snapshots,
            hints: if unknown { fixes::hints(report, &sources) } else { Vec::new() },
            findings,
            more_findings,
            more_near: near.len().saturating_sub(extent.near),
            near: near.into_iter().take(extent.near).collect(),
            read: footer::read(&report.contents),
            mended: footer::mended(&report.contents),
            unclear: footer::unclear(&report.contents),
            notes: notes.iter().take(extent.notes).cloned().collect(),
            more_notes: notes.len().saturating_sub(extent.notes),
        }
    }
}

/// Whether the first line is about a finding or a ring.
fn is_answer(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Hang | Verdict::Suspect | Verdict::Crash)
}
