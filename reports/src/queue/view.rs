//! What a batch over a queue of tickets says: a row for each ticket, and what the rows have in common. The serialised
//! forms are contracts with other programs, as that of a report is: fields may be added, never renamed or dropped
//! without a new number in [`SCHEMA`] or [`CLUSTER_SCHEMA`].

use super::date::date;
use super::names;
use crate::Report;
use crate::answer::first_line;
use crate::view::{EngineView, FindingView};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stacklore_reason::finding::{Certainty, Class, Verdict};
use std::collections::BTreeMap;

/// Name and number of the JSON form of a [`Summary`].
pub const SCHEMA: &str = "stacklore.batch/1";
/// Name and number of the JSON form of a cluster.
pub const CLUSTER_SCHEMA: &str = "stacklore.cluster/1";

/// What became of a queue of tickets.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Summary {
    /// Name and number of this form.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// The program.
    pub engine: EngineView,
    /// Number of tickets.
    pub total: u32,
    /// Tickets by verdict. Those of `failed` are not among them, so that both together are `total`.
    pub verdicts: BTreeMap<String, u32>,
    /// Tickets of which nothing could be read.
    pub failed: u32,
    /// Bytes of all tickets, before decoding.
    pub bytes: u64,
    /// Tickets by month, `2024-03`, as far as their texts tell a date.
    pub months: BTreeMap<String, u32>,
    /// Rules that were found, the one that is the cause in most tickets first.
    pub signatures: Vec<SignatureRow>,
    /// Hangs that several tickets share and that no rule knows, the one that blocks most tickets first.
    pub clusters: Vec<ClusterRow>,
    /// The tickets, in the order of the queue.
    pub tickets: Vec<TicketRow>,
}

/// What a ticket is called and what is known of it besides its report.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// Its label.
    pub id: String,
    /// Its page, relative to the folder of the batch: see [`super::ticket_files`].
    pub page: String,
    /// Its report as JSON, likewise.
    pub report: String,
    /// When it was written: ISO 8601, `2024-03-05T14:02:11Z` or less of it. `None`: as its texts tell it.
    pub date: Option<String>,
    /// How long the diagnosis took.
    pub milliseconds: u64,
    /// What was left out of it and why, one line.
    pub problem: Option<String>,
}

/// A ticket.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct TicketRow {
    /// Its label.
    pub id: String,
    /// Its page, relative to the folder of the batch.
    pub page: String,
    /// Its report as JSON, relative to the folder of the batch.
    pub report: String,
    /// The answer in one word; `no-traces` where nothing could be read.
    pub verdict: Verdict,
    /// Nothing of it could be read: see `problem`.
    pub failed: bool,
    /// The answer in one line, without its word.
    pub headline: String,
    /// Rule of the first cause.
    pub signature: Option<String>,
    /// How sure that cause is.
    pub certainty: Option<Certainty>,
    /// All findings, causes first.
    pub findings: Vec<FindingRow>,
    /// Bytes of its texts, before decoding.
    pub bytes: u64,
    /// Number of its texts.
    pub texts: u32,
    /// Stacks that were read.
    pub stacks: u64,
    /// Tasks that were read.
    pub tasks: u64,
    /// When it was written, as its texts tell it: ISO 8601.
    pub date: Option<String>,
    /// How long the diagnosis took.
    pub milliseconds: u64,
    /// Why nothing could be read, or what was left out and why: one line.
    pub problem: Option<String>,
    /// Number of remarks in its report.
    pub notes: u32,
    /// Stacks that no rule explains. A summary has them in its clusters and leaves them out here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unexplained: Vec<UnexplainedRow>,
    /// The cluster of unexplained hangs that it is part of; of several the one of most tickets.
    pub cluster: Option<String>,
}

/// A finding of a ticket.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct FindingRow {
    /// Id of the rule.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// Class.
    pub class: Class,
    /// How sure it is.
    pub certainty: Certainty,
    /// It is a cause, not the consequence of another one.
    pub cause: bool,
}

/// Equal stacks of a ticket that no rule explains.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct UnexplainedRow {
    /// Id of the form that they have in common.
    pub form: String,
    /// What they wait for; `None` where nothing is known.
    pub wait: Option<String>,
    /// Their functions from the innermost outward.
    pub frames: Vec<String>,
    /// How many there are.
    pub stacks: u32,
    /// Tasks that have them.
    pub tasks: u32,
}

/// A rule that was found in tickets.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
pub struct SignatureRow {
    /// Id of the rule.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// Class.
    pub class: Class,
    /// Its page, relative to the folder of the batch.
    pub page: String,
    /// Tickets with a finding of it.
    pub tickets: u32,
    /// Those of them whose first cause it is.
    pub first: u32,
    /// Tickets in which it is proven.
    pub proven: u32,
    /// Tickets in which it is likely at most.
    pub likely: u32,
    /// Tickets in which it is possible at most.
    pub possible: u32,
    /// Tickets by month, `2024-03`, as far as their texts tell a date.
    pub months: BTreeMap<String, u32>,
}

/// A hang that several tickets share and that no rule knows.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct ClusterRow {
    /// Its id, the same for the same tickets: `c-…`.
    pub id: String,
    /// What its stacks wait for; `None` where nothing is known.
    pub wait: Option<String>,
    /// What makes two stacks belong together: one sentence.
    pub distance: String,
    /// Its tickets, the one with most stacks of it first.
    pub tickets: Vec<ClusterTicket>,
    /// The forms of stacks in it, the most frequent first.
    pub forms: Vec<ClusterForm>,
    /// Stacks in all its tickets.
    pub stacks: u64,
    /// Tasks in all its tickets.
    pub tasks: u64,
}

/// A ticket of a cluster.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct ClusterTicket {
    /// Its label.
    pub id: String,
    /// Its page, relative to the folder of the batch.
    pub page: String,
    /// Its stacks in the cluster.
    pub stacks: u32,
    /// Tasks that have them.
    pub tasks: u32,
}

/// A form that stacks of a cluster have.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct ClusterForm {
    /// Its id, the same for the same functions: `f-…`.
    pub form: String,
    /// Functions from the innermost outward.
    pub frames: Vec<String>,
    /// Tickets in which it stands.
    pub tickets: u32,
}

impl TicketRow {
    /// The row of a diagnosed ticket. What no rule explains is filled in by the caller.
    pub fn of(report: &Report, about: About) -> TicketRow {
        let (_, _, headline) = first_line(report);
        let first = report.findings.iter().find(|finding| finding.cause);
        let contents = &report.contents;
        TicketRow {
            id: about.id,
            page: about.page,
            report: about.report,
            verdict: report.verdict,
            failed: false,
            headline,
            signature: first.map(|finding| finding.rule.clone()),
            certainty: first.map(|finding| finding.certainty),
            findings: report.findings.iter().map(FindingRow::of).collect(),
            bytes: contents.sources.iter().map(|source| source.bytes).sum(),
            texts: number(contents.sources.len()),
            stacks: contents.counts.stacks as u64,
            tasks: contents.counts.tasks as u64,
            date: about.date.or_else(|| date(report)),
            milliseconds: about.milliseconds,
            problem: about.problem,
            notes: number(contents.notes.len()),
            unexplained: Vec::new(),
            cluster: None,
        }
    }

    /// The row of a ticket of which nothing could be read; [`About::problem`] says why.
    pub fn failed(about: About) -> TicketRow {
        let problem = about.problem.unwrap_or_else(|| "Nothing could be read.".into());
        TicketRow {
            id: about.id,
            page: about.page,
            report: about.report,
            verdict: Verdict::NoTraces,
            failed: true,
            headline: problem.clone(),
            signature: None,
            certainty: None,
            findings: Vec::new(),
            bytes: 0,
            texts: 0,
            stacks: 0,
            tasks: 0,
            date: about.date,
            milliseconds: about.milliseconds,
            problem: Some(problem),
            notes: 0,
            unexplained: Vec::new(),
            cluster: None,
        }
    }

    /// Month of its date, `2024-03`; `None` where it has no date, or one that is none.
    pub(super) fn month(&self) -> Option<&str> {
        let month = self.date.as_deref()?.get(..7)?;
        let bytes = month.as_bytes();
        let digits = bytes.iter().enumerate().all(|(at, byte)| at == 4 || byte.is_ascii_digit());
        let known = bytes.get(4) == Some(&b'-') && ("01"..="12").contains(&month.get(5..)?);
        (digits && known).then_some(month)
    }

    /// The word of its verdict, as it is counted: `not read` where it failed.
    pub(super) fn word(&self) -> &'static str {
        if self.failed { names::FAILED } else { self.verdict.name() }
    }
}

impl FindingRow {
    fn of(finding: &FindingView) -> FindingRow {
        FindingRow {
            rule: finding.rule.clone(),
            title: finding.title.clone(),
            class: finding.class,
            certainty: finding.certainty,
            cause: finding.cause,
        }
    }
}

/// A count for a row; more than four thousand million are told as that many.
pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
