//! Which finding is a cause and which its consequence, and the order in which they are told.

use super::hiding::tasks;
use crate::analysis::Analysis;
use crate::finding::{Certainty, Class, Finding, Severity};
use crate::graph::{Kinds, Links, Parts, next_tasks};
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

/// Findings that are tried as the cause of one other at each place where its chains end.
const CANDIDATES: usize = 64;

/// Where a finding stands in the graph: parts of the graph by number, sorted, each once.
struct Stand {
    /// Parts that its tasks are in.
    parts: Vec<usize>,
    /// Parts in which the chains of its tasks end, away from where they begin.
    ends: Vec<usize>,
}

/// Findings in the order in which they are told: causes first, the surer before the less sure, each followed by its
/// consequences. `general` are rules that others say better.
///
/// A finding is a consequence where a chain of one of its tasks ends in a task of another finding, and not the other
/// way round. A ring has no end outside: what is about a ring is not a consequence of something else in that ring. A
/// mere possibility explains nothing away that is surer, nor a nuisance what is critical; a crash is nobody's
/// consequence. A consequence of a consequence is listed under the cause of both.
pub(super) fn order(
    findings: Vec<Finding>,
    analysis: &Analysis,
    kinds: &Kinds,
    links: &Links,
    parts: &Parts,
    general: &HashSet<&str>,
) -> Vec<Finding> {
    if findings.is_empty() {
        return findings;
    }
    let named: Vec<Vec<usize>> = findings
        .iter()
        .map(|finding| tasks(analysis, finding).iter().map(|task| task.0 as usize).collect())
        .map(|tasks: Vec<usize>| tasks.into_iter().filter(|task| links.is_task(*task)).collect())
        .collect();
    let marked: HashSet<usize> = named.iter().flatten().map(|task| parts.of[*task]).collect();
    let next: Vec<_> = next_tasks(links, parts, analysis, kinds).into_iter().map(|next| Some(next?.0)).collect();
    let deepest = deepest(&next, parts, &marked);
    let stands: Vec<Stand> =
        findings.iter().zip(&named).map(|(finding, tasks)| stand(finding, tasks, parts, &deepest)).collect();

    let mut explained: HashMap<usize, usize> = HashMap::new();
    for end in deepest[..links.tasks()].iter().flatten() {
        *explained.entry(*end).or_default() += 1;
    }
    let explains = |index: usize| stands[index].parts.iter().filter_map(|part| explained.get(part)).sum::<usize>();
    let mut told: Vec<usize> = (0..findings.len()).collect();
    told.sort_by_cached_key(|&index| rank(&findings[index], explains(index), general));

    let causes = causes(&findings, &stands, &told);
    listed(findings, &told, &causes)
}

/// What is told first has the least rank.
fn rank<'a>(finding: &'a Finding, explains: usize, general: &HashSet<&str>) -> impl Ord + use<'a> {
    let crash = finding.class == Class::Crash && finding.certainty > Certainty::Possible;
    let place = finding.evidence.iter().flat_map(|evidence| &evidence.quotes).min().copied();
    (
        !crash,
        Reverse(finding.certainty),
        Reverse(finding.severity),
        Reverse(explains),
        general.contains(finding.rule.as_str()),
        place.is_none(),
        place,
    )
}

/// For each place the part of the graph that stands last on its chain and that some finding is about.
fn deepest(next: &[Option<usize>], parts: &Parts, marked: &HashSet<usize>) -> Vec<Option<usize>> {
    let mut deepest: Vec<Option<Option<usize>>> = vec![None; next.len()];
    for start in 0..next.len() {
        let mut way = Vec::new();
        let mut place = Some(start);
        while let Some(here) = place.filter(|here| deepest[*here].is_none()) {
            // Marks the way: it ends even where it should come back to itself.
            deepest[here] = Some(None);
            way.push(here);
            place = next[here];
        }
        let mut end = place.and_then(|here| deepest[here]).flatten();
        while let Some(here) = way.pop() {
            end = end.or_else(|| Some(parts.of[here]).filter(|part| marked.contains(part)));
            deepest[here] = Some(end);
        }
    }
    deepest.into_iter().map(Option::flatten).collect()
}

fn stand(finding: &Finding, tasks: &[usize], graph: &Parts, deepest: &[Option<usize>]) -> Stand {
    let sorted = |mut parts: Vec<usize>| {
        parts.sort_unstable();
        parts.dedup();
        parts
    };
    let parts = sorted(tasks.iter().map(|task| graph.of[*task]).collect());
    let about_rings = matches!(finding.class, Class::DeadlockCycle | Class::SelfDeadlock);
    let own_ring = |part: usize| about_rings && graph.cyclic[part] && parts.binary_search(&part).is_ok();
    let away = tasks.iter().filter_map(|task| deepest[*task].filter(|end| *end != graph.of[*task]));
    let ends = sorted(away.filter(|end| !own_ring(*end)).collect());
    Stand { parts, ends }
}

/// The cause of each finding that is a consequence.
fn causes(findings: &[Finding], stands: &[Stand], told: &[usize]) -> Vec<Option<usize>> {
    let mut about: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut position = vec![0; findings.len()];
    for (at, &index) in told.iter().enumerate() {
        position[index] = at;
        for part in &stands[index].parts {
            about.entry(*part).or_default().push(index);
        }
    }
    let mut causes: Vec<Option<usize>> = vec![None; findings.len()];
    for &index in told {
        let found = stands[index].ends.iter().filter_map(|end| {
            let mut candidates = about.get(end)?.iter().take(CANDIDATES);
            candidates.find(|&&other| {
                may_explain(&findings[other], &findings[index])
                    && !meets(&stands[other].ends, &stands[index].parts)
                    && top(&causes, other) != index
            })
        });
        causes[index] = found.min_by_key(|other| position[**other]).copied();
    }
    (0..findings.len()).map(|index| Some(top(&causes, index)).filter(|cause| *cause != index)).collect()
}

/// Whether one finding is sure and grave enough to be the cause of another.
fn may_explain(cause: &Finding, consequence: &Finding) -> bool {
    consequence.class != Class::Crash
        && cause.certainty >= consequence.certainty.min(Certainty::Likely)
        && cause.severity >= consequence.severity.min(Severity::Major)
}

/// Whether two sorted lists have something in common, where the first is the shorter as a rule.
fn meets(some: &[usize], others: &[usize]) -> bool {
    some.iter().any(|part| others.binary_search(part).is_ok())
}

/// The finding at which a row of causes begins.
fn top(causes: &[Option<usize>], index: usize) -> usize {
    std::iter::successors(Some(index), |index| causes[*index]).last().unwrap_or(index)
}

/// Causes in their order, each followed by its consequences.
fn listed(findings: Vec<Finding>, told: &[usize], causes: &[Option<usize>]) -> Vec<Finding> {
    let mut position = vec![0; findings.len()];
    for (at, index) in told.iter().enumerate() {
        position[*index] = at;
    }
    let mut list = told.to_vec();
    list.sort_by_key(|index| {
        let cause = causes[*index].unwrap_or(*index);
        (position[cause], causes[*index].is_some(), position[*index])
    });
    let mut at = vec![0; findings.len()];
    for (place, index) in list.iter().enumerate() {
        at[*index] = place;
    }
    let mut findings: Vec<Option<Finding>> = findings.into_iter().map(Some).collect();
    let told = list.iter().filter_map(|&index| {
        let mut finding = findings[index].take()?;
        finding.cause = causes[index].is_none();
        finding.consequence_of = causes[index].map(|cause| at[cause]);
        Some(finding)
    });
    told.collect()
}
