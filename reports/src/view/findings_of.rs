//! Findings of the engine as a view.

use super::findings::{EvidenceView, FindingView, FixView, MissingView, NearMissView, RoleView, StepView};
use super::graph_of::Graph;
use super::label;
use super::lines::Lines;
use serde_json::{Map, Value};
use stacklore_model::{Case, Task, TaskId};
use stacklore_reason::analysis::Analysis;
use stacklore_reason::finding::{Diagnosis, Evidence, Finding, Missing};
use stacklore_reason::fixes::{FixedRange, KnownFix};
use stacklore_reason::graph::Step;
use stacklore_reason::vocabulary::Vocabulary;
use std::collections::BTreeSet;

pub(super) fn findings(
    analysis: &Analysis,
    vocabulary: &Vocabulary,
    diagnosis: &Diagnosis,
    graph: &Graph,
    lines: &Lines,
) -> Vec<FindingView> {
    diagnosis.findings.iter().map(|of| finding(analysis, vocabulary, of, graph, lines)).collect()
}

fn finding(
    analysis: &Analysis,
    vocabulary: &Vocabulary,
    finding: &Finding,
    graph: &Graph,
    lines: &Lines,
) -> FindingView {
    let cycle = finding.cycle.and_then(|index| analysis.cycles.get(index));
    let tasks: BTreeSet<u32> = finding.roles.iter().flat_map(|(_, tasks)| tasks).map(|task| task.0).collect();
    FindingView {
        rule: finding.rule.clone(),
        title: finding.title.clone(),
        class: finding.class,
        severity: finding.severity,
        certainty: finding.certainty,
        why_certainty: finding.why_certainty.clone(),
        cause: finding.cause,
        consequence_of: finding.consequence_of,
        roles: roles(analysis, finding),
        evidence: finding.evidence.iter().map(|of| evidence(of, lines)).collect(),
        missing: finding.missing.iter().map(missing).collect(),
        next: finding.next.clone(),
        explanation: finding.explanation.clone(),
        confirm: finding.confirm.clone(),
        remedy: finding.remedy.clone(),
        references: finding.references.clone(),
        known_fixes: fixes(&finding.known_fixes, lines),
        affected: finding.affected.iter().map(|(system, range)| (system.clone(), range.clone().into())).collect(),
        edges: finding.edges.iter().filter_map(|edge| graph.edge(vocabulary, edge)).collect(),
        ring: cycle.map(|cycle| cycle.steps.iter().map(|of| step(vocabulary, of)).collect()).unwrap_or_default(),
        tasks: tasks.into_iter().collect(),
    }
}

fn roles(analysis: &Analysis, finding: &Finding) -> Map<String, Value> {
    let rows = |tasks: &[TaskId]| {
        let rows = tasks.iter().map(|task| role(&analysis.case, Some(analysis), *task));
        serde_json::to_value(rows.collect::<Vec<_>>()).unwrap_or(Value::Null)
    };
    finding.roles.iter().map(|(name, tasks)| (name.clone(), rows(tasks))).collect()
}

/// A task by everything that identifies it, and its stack where there is an analysis to choose one.
pub(super) fn role(case: &Case, analysis: Option<&Analysis>, id: TaskId) -> RoleView {
    let none = Task::default();
    let task = case.tasks.get(id.0 as usize).unwrap_or(&none);
    let process = task.process.and_then(|id| case.processes.get(id.0 as usize));
    let latest = analysis.and_then(|analysis| analysis.activities.get(id.0 as usize)?.stacks.first().copied());
    RoleView {
        task: label::task_name(case, task),
        pid: process.and_then(|process| process.pid),
        tid: task.tid,
        number: task.number,
        address: task.address.map(label::address),
        stack: latest.or_else(|| task.stacks.first().copied()).map(|stack| stack.0),
        id: id.0,
    }
}

fn evidence(evidence: &Evidence, lines: &Lines) -> EvidenceView {
    EvidenceView {
        clause: evidence.clause.clone(),
        says: evidence.says.clone(),
        quotes: evidence.quotes.iter().map(|span| lines.quote(span)).collect(),
    }
}

fn missing(missing: &Missing) -> MissingView {
    MissingView {
        clause: missing.clause.clone(),
        get: missing.get.clone(),
        says: missing.says.clone(),
        next: missing.next.clone(),
        would_make: missing.would_make,
    }
}

/// Known fixes, with the lines that show them.
pub(super) fn fixes(known: &[KnownFix], lines: &Lines) -> Vec<FixView> {
    let view = |fix: &KnownFix| FixView {
        title: fix.title.clone(),
        commit: fix.commit.clone(),
        cve: fix.cve.clone(),
        fixed_in: fix.fixed.iter().map(releases).collect::<Vec<_>>().join("; "),
        release: fix.running.as_ref().map(|running| running.release.to_string()),
        release_quote: fix.running.as_ref().map(|running| lines.quote(&running.span)),
        applies: fix.applies.name(),
        task: fix.task.0,
        quotes: fix.frames.iter().map(|span| lines.quote(span)).collect(),
    };
    known.iter().map(view).collect()
}

/// `6.3`, or `6.3, taken back in 6.6`.
fn releases(range: &FixedRange) -> String {
    match &range.until {
        Some(until) => format!("{}, taken back in {until}", range.from),
        None => range.from.clone(),
    }
}

pub(super) fn near_misses(diagnosis: &Diagnosis) -> Vec<NearMissView> {
    let near = diagnosis.near_misses.iter().map(|near| NearMissView {
        rule: near.rule.clone(),
        title: near.title.clone(),
        held: near.held.clone(),
        missing: near.missing.iter().map(missing).collect(),
    });
    near.collect()
}

fn step(vocabulary: &Vocabulary, step: &Step) -> StepView {
    StepView {
        task: step.task.0,
        wait: vocabulary.kind_name(step.kind).to_owned(),
        mode: step.mode,
        object: step.object.map(|object| object.0),
        holder: step.holder.0,
        held_mode: step.held_mode,
        known: step.known,
    }
}
