//! The view model: what a report says, owned and ready to be laid out. Its serialised form is the report JSON, a
//! contract with other programs: fields may be added, never renamed or dropped without a new [`SCHEMA`].

mod build;
mod contents;
mod contents_of;
pub(crate) mod equal;
mod findings;
mod findings_of;
mod forms;
mod graph_of;
mod label;
mod lines;
mod links;
mod snapshots;
mod unexplained;
mod waits;

pub use build::{parsed, report, why};
pub use contents::{
    Contents, Counts, ExtentView, FactView, FrameView, HolderView, KindView, LockView, MendView, ProcessView,
    SourceView, StackView, TaskView, UnclearView, WaitView, WaiterView,
};
pub(crate) use equal::NAMELESS;
pub use equal::{EqualFrameView, EqualView};
pub use findings::{EvidenceView, FindingView, FixView, MissingView, NearMissView, Quote, RoleView, StepView};
pub use forms::FormView;
pub(crate) use lines::{Lines, shorten};
pub(crate) use links::Links;
pub use snapshots::{SnapshotView, SnapshotsView};
pub use unexplained::UnexplainedView;
pub use waits::{EdgeView, GraphView, GroupView, NodeView};

use schemars::JsonSchema;
use serde::Serialize;
use stacklore_model::Name;
use stacklore_reason::finding::Verdict;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Name and number of the JSON form.
pub const SCHEMA: &str = "stacklore.report/1";

/// The program that made the report.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct EngineView {
    /// Its version.
    pub version: String,
    /// Number of rules that were tried.
    pub rules: usize,
    /// Hash over the texts of all rules and vocabularies in use, 16 hexadecimal digits.
    #[schemars(regex(pattern = "^[0-9a-f]{16}$"))]
    pub rules_hash: String,
}

/// A diagnosed case.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Report {
    /// Name and number of this form.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// The program.
    pub engine: EngineView,
    /// Label of the case.
    pub case: String,
    /// The answer in one word.
    pub verdict: Verdict,
    /// Findings: causes first, the surer before the less sure.
    pub findings: Vec<FindingView>,
    /// Rules that almost hold.
    pub near_misses: Vec<NearMissView>,
    /// Where no rule knows the hang: published fixes whose functions waiting stacks show. Hints, no diagnosis.
    pub known_fixes: Vec<FixView>,
    /// Waiting stacks that no rule explains, those of most tasks first; empty where a rule explains the hang.
    pub unexplained: Vec<UnexplainedView>,
    /// What moved where the case has several snapshots of one machine, those that compare most tasks first; empty where
    /// nothing was taken twice.
    pub snapshots: Vec<SnapshotsView>,
    /// What was read.
    #[serde(flatten)]
    pub contents: Contents,
    /// The texts themselves, one for each of [`Contents::sources`]: for formats that show more of them than quotes.
    #[serde(skip)]
    pub texts: Vec<Arc<String>>,
}

/// What was read of a case, without a diagnosis.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Parsed {
    /// Name and number of this form.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// The program.
    pub engine: EngineView,
    /// Label of the case.
    pub case: String,
    /// What was read.
    #[serde(flatten)]
    pub contents: Contents,
    /// Groups of equal stacks, the most frequent first.
    pub equal_stacks: Vec<EqualView>,
    /// The texts themselves, one for each of [`Contents::sources`].
    #[serde(skip)]
    pub texts: Vec<Arc<String>>,
}

/// One rule, clause by clause.
#[derive(Clone, Debug, Serialize)]
pub struct WhyView {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Id of the rule.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// In one sentence: found, near miss, refuted, not tried and why.
    pub outcome: String,
    /// Clause by clause, in the order of the rule.
    pub clauses: Vec<ClauseView>,
    /// Names of the texts, for the quotes.
    pub source_names: Vec<String>,
    /// The texts themselves, one for each name.
    #[serde(skip)]
    pub texts: Vec<Arc<String>>,
    /// Names that are no secrets, whatever else they are: of tasks, and of functions in frames.
    #[serde(skip)]
    pub names: BTreeSet<Name>,
}

/// One clause of a rule and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct ClauseView {
    /// Its name.
    pub clause: String,
    /// `holds`, `fails`, `unknown`, `refutes` or `not reached`.
    pub state: &'static str,
    /// What it says, or what would show it.
    pub text: String,
    /// Where it does not hold: the row that comes nearest, and which conditions it does not fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
    /// The lines that carry it, or the nearest candidate.
    pub quotes: Vec<Quote>,
}
