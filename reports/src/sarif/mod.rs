//! SARIF 2.1.0 (OASIS Static Analysis Results Interchange Format), for programs that show findings beside the lines
//! they are about. A finding is a result, its rule a reporting descriptor, the chain of waits a code flow; rules that
//! almost hold are no results.
//!
//! Strings of the ticket are shown, never obeyed: what steers a terminal is made visible, and no message of SARIF's
//! own syntax (placeholders, embedded links) can come out of a task name.

mod flow;
mod form;
mod results;
mod rules;
mod words;

use crate::answer::{Alarm, first_line};
use crate::view::{FixView, SourceView};
use crate::{Format, Layout, Named, Report, visible};
use form::{
    Artifact, ArtifactLocation, ArtifactProperties, Driver, Invocation, Location, Log, Message, Notification,
    NotificationKind, PhysicalLocation, Region, Run, RunProperties, Tool,
};
use std::io::{self, Write};

/// The SARIF format.
#[derive(Clone, Copy, Debug)]
pub struct Sarif;

/// Where the schema of the form is published.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Id of the notifications about lines that were not understood.
const UNCLEAR: &str = "unclear-line";
/// Unclear lines that are listed.
const UNCLEAR_MAX: usize = 200;

impl Named for Sarif {
    fn id(&self) -> &'static str {
        "sarif"
    }
}

impl Format for Sarif {
    fn report(&self, report: &Report, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
        let log = Log { schema: SCHEMA, version: "2.1.0", runs: [run(report)] };
        serde_json::to_writer(&mut *out, &log).map_err(io::Error::from)?;
        out.write_all(b"\n")
    }
}

fn run(report: &Report) -> Run {
    let contents = &report.contents;
    let locations: Vec<ArtifactLocation> = (0..).zip(&contents.sources).map(artifact_location).collect();
    let rules = rules::Rules::of(&report.findings);
    let results = results::results(report, &rules, &locations);
    Run {
        tool: Tool {
            driver: Driver {
                name: "stacklore",
                version: report.engine.version.clone(),
                semantic_version: report.engine.version.clone(),
                information_uri: env!("CARGO_PKG_REPOSITORY"),
                notifications: [NotificationKind {
                    id: UNCLEAR,
                    short_description: Message::plain("A line looks like a trace and was not understood."),
                }],
                rules: rules.descriptors,
            },
        },
        invocations: [Invocation {
            execution_successful: true,
            tool_execution_notifications: notifications(report, &locations),
        }],
        artifacts: contents.sources.iter().zip(&locations).map(|(source, at)| artifact(source, at)).collect(),
        results,
        column_kind: "unicodeCodePoints",
        properties: RunProperties {
            case: visible(&report.case),
            verdict: report.verdict,
            rules_tried: report.engine.rules,
            rules_hash: report.engine.rules_hash.clone(),
            known_fixes: fixes(&report.known_fixes),
        },
    }
}

fn artifact_location((index, source): (u32, &SourceView)) -> ArtifactLocation {
    ArtifactLocation { uri: words::uri(&source.name, index), index }
}

fn artifact(source: &SourceView, location: &ArtifactLocation) -> Artifact {
    Artifact {
        location: location.clone(),
        length: source.bytes,
        roles: ["analysisTarget"],
        encoding: visible(&source.encoding),
        properties: ArtifactProperties {
            name: visible(&source.name),
            lines: source.lines,
            lines_understood: source.lines_understood,
            dialects: source.dialects.clone(),
        },
    }
}

/// Remarks of the report, and lines that were not understood.
fn notifications(report: &Report, locations: &[ArtifactLocation]) -> Vec<Notification> {
    let unclear = &report.contents.unclear;
    let remark = |level: &'static str, text: &str| Notification {
        level,
        message: Message::of(text),
        descriptor: None,
        locations: Vec::new(),
    };
    let line = |(number, unclear): (usize, &crate::view::UnclearView)| Notification {
        level: "note",
        message: Message::of(&format!("{}: {}", unclear.why, unclear.text)),
        descriptor: Some(form::Descriptor { id: UNCLEAR, index: 0 }),
        locations: location(locations, unclear.source, unclear.line, unclear.line)
            .map(|physical| Location { id: Some(number + 1), physical_location: physical, message: None })
            .into_iter()
            .collect(),
    };
    let mut notifications: Vec<Notification> =
        unnamed(report).map(|text| remark("warning", &text)).into_iter().collect();
    notifications.extend(report.contents.notes.iter().map(|note| remark("note", note)));
    notifications.extend(unclear.iter().take(UNCLEAR_MAX).enumerate().map(line));
    if let Some(more @ 1..) = unclear.len().checked_sub(UNCLEAR_MAX) {
        notifications.push(remark("note", &format!("{more} more lines look like a trace and were not understood.")));
    }
    notifications
}

/// A hang that no rule names is no result, for a result needs a rule; it must not look like a clean text either.
fn unnamed(report: &Report) -> Option<String> {
    let (_, alarm, line) = first_line(report);
    let waits = matches!(alarm, Alarm::Bad | Alarm::Doubtful);
    (waits && report.findings.is_empty()).then_some(line)
}

/// Lines of a text; none where there is no such text.
fn location(locations: &[ArtifactLocation], source: u32, first: u32, last: u32) -> Option<PhysicalLocation> {
    let artifact_location = locations.get(source as usize)?.clone();
    let start_line = first.max(1);
    let region = Region { start_line, end_line: last.max(start_line), snippet: None };
    Some(PhysicalLocation { artifact_location, region })
}

fn fixes(fixes: &[FixView]) -> Vec<form::Fix> {
    let fix = |fix: &FixView| form::Fix {
        title: visible(&fix.title),
        commit: visible(&fix.commit),
        cve: fix.cve.as_deref().map(visible),
        fixed_in: visible(&fix.fixed_in),
        applies: fix.applies,
    };
    fixes.iter().map(fix).collect()
}
