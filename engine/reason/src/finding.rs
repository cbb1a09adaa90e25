//! What the program concludes: findings, near misses, the verdict.

use crate::clusters::Unexplained;
use crate::fixes::KnownFix;
use crate::graph::{Cycle, Root, WaitGraph};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stacklore_model::{Known, Mode, Span, StackId, TaskId};

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// Some of the evidence is there.
    Possible,
    /// All roles are there, something is inferred.
    Likely,
    /// The text shows it.
    Proven,
}

impl Certainty {
    /// The name used in rules and reports.
    pub fn name(self) -> &'static str {
        match self {
            Certainty::Possible => "possible",
            Certainty::Likely => "likely",
            Certainty::Proven => "proven",
        }
    }
}

impl From<Known> for Certainty {
    /// The cap that a claim puts on a finding that rests on it.
    fn from(known: Known) -> Self {
        match known {
            Known::Observed => Certainty::Proven,
            Known::Inferred => Certainty::Likely,
            Known::Assumed => Certainty::Possible,
        }
    }
}

/// Class of a finding (interfaces of the report).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Tasks wait for each other in a ring.
    DeadlockCycle,
    /// A task waits for itself.
    SelfDeadlock,
    /// Something that is ready never gets its turn.
    Starvation,
    /// Nobody is left who would wake the waiter.
    NoWaker,
    /// A device or server does not answer.
    IoStall,
    /// Many wait behind one slow holder.
    LockConvoy,
    /// A CPU does not schedule.
    Lockup,
    /// No RCU grace period ends.
    RcuStall,
    /// A crash, not a hang.
    Crash,
}

impl Class {
    /// The name used in rules and reports.
    pub fn name(self) -> &'static str {
        match self {
            Class::DeadlockCycle => "deadlock-cycle",
            Class::SelfDeadlock => "self-deadlock",
            Class::Starvation => "starvation",
            Class::NoWaker => "no-waker",
            Class::IoStall => "io-stall",
            Class::LockConvoy => "lock-convoy",
            Class::Lockup => "lockup",
            Class::RcuStall => "rcu-stall",
            Class::Crash => "crash",
        }
    }

    /// Whether the class is a hang.
    pub fn is_hang(self) -> bool {
        self != Class::Crash
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A nuisance, or a hazard that need not have happened.
    Minor,
    /// Part of the system hangs.
    Major,
    /// The machine or service is lost.
    Critical,
}

/// A reference to read on.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// What it is.
    pub title: String,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// The name among the evidence of what no clause asks for: how a task came to where it is.
pub const WAY: &str = "way";

/// The role of tasks that play no part of their own and whose chain of waits leads to the finding.
pub const BEHIND: &str = "behind";

/// A clause that holds, with the lines that carry it.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Name of the clause.
    pub clause: String,
    /// What it says, in words.
    pub says: String,
    /// The lines, no more than carry it.
    pub quotes: Vec<Span>,
}

/// A clause that is unknown, with the command that would show it.
#[derive(Clone, Debug)]
pub struct Missing {
    /// Name of the clause.
    pub clause: String,
    /// What to run or ask, as the rule has it.
    pub get: String,
    /// What it would say, as far as it is known.
    pub says: String,
    /// The one command to run next, with the numbers of this case.
    pub next: String,
    /// Certainty that the finding would then have.
    pub would_make: Option<Certainty>,
}

/// A signature that was found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Id of the rule; a finding of the graph alone has the id of the general rule that made it.
    pub rule: String,
    /// Title of the rule.
    pub title: String,
    /// Class.
    pub class: Class,
    /// Severity.
    pub severity: Severity,
    /// How sure it is.
    pub certainty: Certainty,
    /// Why it is not surer, or why it is proven: one sentence.
    pub why_certainty: String,
    /// It is a cause; `false`: see `consequence_of`.
    pub cause: bool,
    /// Index of the finding of which this is a consequence.
    pub consequence_of: Option<usize>,
    /// Task variables of the rule with the tasks they stand for, in the order of the rule.
    pub roles: Vec<(String, Vec<TaskId>)>,
    /// Clauses that hold, in the order of the rule; then, as [`WAY`], frames that a reader wants to see beside them.
    pub evidence: Vec<Evidence>,
    /// Clauses of higher levels that are unknown.
    pub missing: Vec<Missing>,
    /// The one command to run next, with the numbers of this case; none where nothing is open.
    pub next: Option<String>,
    /// What happens, in plain words.
    pub explanation: String,
    /// Commands and questions to be sure.
    pub confirm: Vec<String>,
    /// What to do.
    pub remedy: Vec<String>,
    /// To read on.
    pub references: Vec<Reference>,
    /// Versions affected, as told by the rule: system and range.
    pub affected: Vec<(String, String)>,
    /// Edges that this finding adds to the graph (indices into the final graph's edges are not stable; nodes are).
    pub edges: Vec<crate::graph::Edge>,
    /// The cycle this finding binds, if it binds one: index in `Analysis::cycles`.
    pub cycle: Option<usize>,
    /// Rules that this one says better.
    pub instead_of: Vec<String>,
    /// Published fixes whose functions the stacks of its roles show, the best match first. Told, never evidence.
    pub known_fixes: Vec<KnownFix>,
}

/// A rule that almost holds.
#[derive(Clone, Debug)]
pub struct NearMiss {
    /// Id of the rule.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// What was seen: says of the clauses that hold.
    pub held: Vec<String>,
    /// What is missing.
    pub missing: Vec<Missing>,
    /// The tasks that it is about.
    pub tasks: Vec<TaskId>,
    /// Rules that this one would say better.
    pub instead_of: Vec<String>,
}

/// The answer in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A finding of certainty likely or proven of a hang class, or a closed cycle of observed edges.
    Hang,
    /// Only possible findings.
    Suspect,
    /// A crash.
    Crash,
    /// Stacks were read, all idle or running, no finding.
    Healthy,
    /// Stacks were read, some blocked, nothing known.
    Unknown,
    /// No stack, fact or task in the text.
    NoTraces,
}

impl Verdict {
    /// Whether something hangs for which a fix may be known.
    pub fn may_name_fixes(self) -> bool {
        matches!(self, Verdict::Hang | Verdict::Suspect | Verdict::Unknown)
    }

    /// The name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Hang => "hang",
            Verdict::Suspect => "suspect",
            Verdict::Crash => "crash",
            Verdict::Healthy => "healthy",
            Verdict::Unknown => "unknown",
            Verdict::NoTraces => "no-traces",
        }
    }
}

/// Stacks that wait for the same thing in the same place.
#[derive(Clone, Debug)]
pub struct Group {
    /// The stacks, in the order of the text.
    pub stacks: Vec<StackId>,
    /// Wait kind by name; `on-cpu` for running tasks, `None` where nothing is known.
    pub wait: Option<String>,
    /// Mode of the wait.
    pub mode: Option<Mode>,
    /// They all rest.
    pub idle: bool,
    /// Innermost telling frames: the wait and the first function outside it.
    pub frames: Vec<String>,
    /// What they wait for must be done by: the `needs` of the kind.
    pub needs: Option<String>,
    /// What the chains of these tasks end in, where all end in the same.
    pub root: Option<Root>,
    /// Longest waiting time among them, seconds.
    pub longest: Option<f64>,
}

/// A clause, as `--why` tells it.
#[derive(Clone, Debug)]
pub struct ClauseReport {
    /// Name of the clause.
    pub clause: String,
    /// `holds`, `fails`, `unknown`, `refutes`, or `not reached`.
    pub state: &'static str,
    /// What it says (where it holds) or what would show it.
    pub text: String,
    /// Where it does not hold: the row that comes nearest, and which conditions it does not fit.
    pub nearest: Option<String>,
    /// The lines that carry it, or the nearest candidate.
    pub quotes: Vec<Span>,
}

/// One rule, clause by clause.
#[derive(Clone, Debug)]
pub struct Why {
    /// Id of the rule.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// In one sentence: found, near miss, refuted, not tried and why.
    pub outcome: String,
    /// Clause by clause, in the order of the rule.
    pub clauses: Vec<ClauseReport>,
}

/// Everything that the program concludes about one case.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// The answer in one word.
    pub verdict: Verdict,
    /// Findings: causes first, the surer before the less sure, consequences after their cause.
    pub findings: Vec<Finding>,
    /// Rules that almost hold.
    pub near_misses: Vec<NearMiss>,
    /// The final wait-for graph, with the edges of the findings.
    pub graph: WaitGraph,
    /// Its cycles.
    pub cycles: Vec<Cycle>,
    /// Stacks in groups, the largest blocked group first, resting ones last.
    pub groups: Vec<Group>,
    /// Where no rule knows the hang: published fixes whose functions waiting stacks show. Hints, no diagnosis.
    pub known_fixes: Vec<KnownFix>,
    /// Waiting stacks that no rule explains, those of most tasks first; empty where a rule explains the hang.
    pub unexplained: Vec<Unexplained>,
    /// Limits that were hit and similar remarks, full sentences.
    pub notes: Vec<String>,
}
