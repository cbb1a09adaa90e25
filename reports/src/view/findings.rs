//! Findings and near misses, with the lines that carry them.

use super::EdgeView;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use stacklore_model::{Known, Mode};
use stacklore_reason::finding::{Certainty, Class, Reference, Severity};
use std::collections::BTreeMap;

/// A signature that was found.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct FindingView {
    /// Id of the rule.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// Class.
    pub class: Class,
    /// Severity.
    pub severity: Severity,
    /// How sure it is.
    pub certainty: Certainty,
    /// Why it is that sure, one sentence.
    pub why_certainty: String,
    /// It is a cause.
    pub cause: bool,
    /// Number of the finding of which it is a consequence, from 0.
    pub consequence_of: Option<usize>,
    /// Roles in the order of the rule, each with the tasks that have it.
    #[schemars(with = "BTreeMap<String, Vec<RoleView>>")]
    pub roles: Map<String, Value>,
    /// Clauses that hold.
    pub evidence: Vec<EvidenceView>,
    /// Clauses that are unknown.
    pub missing: Vec<MissingView>,
    /// The one command to run next, with the numbers of this case.
    pub next: Option<String>,
    /// What happens.
    pub explanation: String,
    /// Commands and questions to be sure.
    pub confirm: Vec<String>,
    /// What to do.
    pub remedy: Vec<String>,
    /// To read on.
    pub references: Vec<Reference>,
    /// Published fixes whose functions the stacks of its roles show, the best match first.
    pub known_fixes: Vec<FixView>,
    /// Versions affected, by system.
    #[schemars(with = "BTreeMap<String, String>")]
    pub affected: Map<String, Value>,
    /// Who waits for whom, by this finding.
    pub edges: Vec<EdgeView>,
    /// The ring that it binds; empty where it binds none.
    pub ring: Vec<StepView>,
    /// The tasks of its roles, by number.
    #[serde(skip)]
    pub tasks: Vec<u32>,
}

/// A task in a role.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct RoleView {
    /// Name.
    pub task: Option<String>,
    /// Process id.
    pub pid: Option<u32>,
    /// Thread id.
    pub tid: Option<u32>,
    /// Debugger's number or goroutine id.
    pub number: Option<u64>,
    /// Kernel task or thread structure.
    pub address: Option<String>,
    /// Number of its stack, the one with the wait first.
    pub stack: Option<u32>,
    /// Number of the task.
    pub id: u32,
}

/// A clause that holds.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct EvidenceView {
    /// Its name.
    pub clause: String,
    /// What it says.
    pub says: String,
    /// The lines that carry it.
    pub quotes: Vec<Quote>,
}

/// Lines of a text.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Quote {
    /// Number of the text.
    pub source: u32,
    /// First line.
    pub first_line: u32,
    /// Last line.
    pub last_line: u32,
    /// The lines themselves, for people: few, and shortened where they are very long.
    pub text: Vec<String>,
}

/// A clause that is unknown.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct MissingView {
    /// Its name.
    pub clause: String,
    /// What would show it, as the rule has it.
    pub get: String,
    /// What it would say, as far as it is known.
    pub says: String,
    /// The one command to run next, with the numbers of this case.
    pub next: String,
    /// Certainty that the finding would then have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub would_make: Option<Certainty>,
}

/// A published fix of a hang, whose functions a stack shows: a hint, no diagnosis.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct FixView {
    /// Its title.
    pub title: String,
    /// Its commit.
    pub commit: String,
    /// Its CVE number.
    pub cve: Option<String>,
    /// The release since which it is there, and until which: in words.
    pub fixed_in: String,
    /// The release that the text tells.
    pub release: Option<String>,
    /// Where the text tells it.
    pub release_quote: Option<Quote>,
    /// Whether that release lacks the fix: `yes` (unless its vendor took it over), `no`, `unknown`.
    #[schemars(extend("enum" = ["yes", "no", "unknown"]))]
    pub applies: &'static str,
    /// Number of the task whose stack shows its functions.
    pub task: u32,
    /// The frames that show them.
    pub quotes: Vec<Quote>,
}

/// A rule that almost holds.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct NearMissView {
    /// Id of the rule.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// What was seen.
    pub held: Vec<String>,
    /// What is missing.
    pub missing: Vec<MissingView>,
}

/// One step of a ring.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct StepView {
    /// Number of the task that waits.
    pub task: u32,
    /// Wait kind.
    pub wait: String,
    /// How it waits.
    pub mode: Option<Mode>,
    /// Number of the object, where there is one.
    pub object: Option<u32>,
    /// Number of the task that holds it.
    pub holder: u32,
    /// How that one holds it.
    pub held_mode: Option<Mode>,
    /// The weaker of both.
    pub known: Known,
}
