//! As much of the form of SARIF 2.1.0 as the program writes. The names are those of the standard, section 3.

use super::words;
use serde::Serialize;
use stacklore_reason::finding::{Certainty, Class, Severity, Verdict};
use std::collections::BTreeMap;

/// `sarifLog`, 3.13.
#[derive(Serialize)]
pub(super) struct Log {
    #[serde(rename = "$schema")]
    pub(super) schema: &'static str,
    pub(super) version: &'static str,
    pub(super) runs: [Run; 1],
}

/// `run`, 3.14.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run {
    pub(super) tool: Tool,
    pub(super) invocations: [Invocation; 1],
    pub(super) artifacts: Vec<Artifact>,
    pub(super) results: Vec<SarifResult>,
    pub(super) column_kind: &'static str,
    pub(super) properties: RunProperties,
}

/// What a run says beyond the standard.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunProperties {
    pub(super) case: String,
    pub(super) verdict: Verdict,
    pub(super) rules_tried: usize,
    pub(super) rules_hash: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) known_fixes: Vec<Fix>,
}

/// A published fix.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Fix {
    pub(super) title: String,
    pub(super) commit: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cve: Option<String>,
    pub(super) fixed_in: String,
    pub(super) applies: &'static str,
}

/// `tool`, 3.18.
#[derive(Serialize)]
pub(super) struct Tool {
    pub(super) driver: Driver,
}

/// `toolComponent`, 3.19.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver {
    pub(super) name: &'static str,
    pub(super) version: String,
    pub(super) semantic_version: String,
    pub(super) information_uri: &'static str,
    pub(super) notifications: [NotificationKind; 1],
    pub(super) rules: Vec<RuleDescriptor>,
}

/// `reportingDescriptor` of a notification, 3.49.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NotificationKind {
    pub(super) id: &'static str,
    pub(super) short_description: Message,
}

/// `reportingDescriptor` of a rule, 3.49.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleDescriptor {
    pub(super) id: String,
    pub(super) short_description: Message,
    pub(super) full_description: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) help: Option<Message>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) help_uri: Option<String>,
    pub(super) default_configuration: Configuration,
    pub(super) properties: RuleProperties,
}

/// `reportingConfiguration`, 3.50.
#[derive(Serialize)]
pub(super) struct Configuration {
    pub(super) level: &'static str,
}

/// What a rule says beyond the standard; `tags` are of 3.8.2.
#[derive(Serialize)]
pub(super) struct RuleProperties {
    pub(super) class: Class,
    pub(super) severity: Severity,
    pub(super) tags: [&'static str; 2],
}

/// `invocation`, 3.20.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    pub(super) execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tool_execution_notifications: Vec<Notification>,
}

/// `notification`, 3.58.
#[derive(Serialize)]
pub(super) struct Notification {
    pub(super) level: &'static str,
    pub(super) message: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) descriptor: Option<Descriptor>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) locations: Vec<Location>,
}

/// `reportingDescriptorReference`, 3.52.
#[derive(Serialize)]
pub(super) struct Descriptor {
    pub(super) id: &'static str,
    pub(super) index: usize,
}

/// `artifact`, 3.24.
#[derive(Serialize)]
pub(super) struct Artifact {
    pub(super) location: ArtifactLocation,
    pub(super) length: u64,
    pub(super) roles: [&'static str; 1],
    pub(super) encoding: String,
    pub(super) properties: ArtifactProperties,
}

/// What an artifact says beyond the standard.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactProperties {
    pub(super) name: String,
    pub(super) lines: u32,
    pub(super) lines_understood: u32,
    pub(super) dialects: Vec<String>,
}

/// `artifactLocation`, 3.4.
#[derive(Clone, Serialize)]
pub(super) struct ArtifactLocation {
    pub(super) uri: String,
    pub(super) index: u32,
}

/// `result`, 3.27.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SarifResult {
    pub(super) rule_id: String,
    pub(super) rule_index: usize,
    pub(super) kind: &'static str,
    pub(super) level: &'static str,
    pub(super) rank: f64,
    pub(super) message: Message,
    pub(super) locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) code_flows: Vec<CodeFlow>,
    pub(super) partial_fingerprints: BTreeMap<&'static str, String>,
    pub(super) properties: ResultProperties,
}

/// What a result says beyond the standard.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResultProperties {
    pub(super) certainty: Certainty,
    pub(super) why_certainty: String,
    pub(super) cause: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) consequence_of: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) missing: Vec<Missing>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) remedy: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) known_fixes: Vec<Fix>,
    /// Quotes that are not among the locations, for there are too many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quotes_left_out: Option<usize>,
}

/// What would make a finding surer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Missing {
    pub(super) clause: String,
    pub(super) says: String,
    pub(super) get: String,
    pub(super) next: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) would_make: Option<Certainty>,
}

/// `location`, 3.28.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<usize>,
    pub(super) physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<Message>,
}

/// `physicalLocation`, 3.29.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhysicalLocation {
    pub(super) artifact_location: ArtifactLocation,
    pub(super) region: Region,
}

/// `region`, 3.30.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    pub(super) start_line: u32,
    pub(super) end_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) snippet: Option<Snippet>,
}

/// `artifactContent`, 3.3.
#[derive(Serialize)]
pub(super) struct Snippet {
    pub(super) text: String,
}

/// `codeFlow`, 3.36.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CodeFlow {
    pub(super) thread_flows: [ThreadFlow; 1],
}

/// `threadFlow`, 3.37.
#[derive(Serialize)]
pub(super) struct ThreadFlow {
    pub(super) locations: Vec<ThreadFlowLocation>,
}

/// `threadFlowLocation`, 3.38.
#[derive(Serialize)]
pub(super) struct ThreadFlowLocation {
    pub(super) location: Location,
    pub(super) importance: &'static str,
}

/// `message`, 3.11, or `multiformatMessageString`, 3.12.
#[derive(Serialize)]
pub(super) struct Message {
    pub(super) text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) markdown: Option<String>,
}

impl Message {
    /// A message in words that may come from the ticket.
    pub(super) fn of(text: &str) -> Self {
        Message { text: words::message(text), markdown: None }
    }

    /// A message in our own words.
    pub(super) fn plain(text: &str) -> Self {
        Message { text: text.to_owned(), markdown: None }
    }
}
