//! The order of findings, the verdict and the groups, on analyses built by hand.

use super::hiding::once;
use super::{LookFirst, conclude_with, hide, look_first};
use crate::analysis::Analysis;
use crate::finding::Certainty::{self, Likely, Possible, Proven};
use crate::finding::{Class, Diagnosis, Evidence, Finding, Severity, Verdict};
use crate::graph::testing::*;
use crate::graph::{Edge, EdgeKind, Node, Root};
use crate::matching::Matched;
use crate::vocabulary::Vocabulary;
use stacklore_model::{Known, Reliability, Span, StackKind, System, TaskId, TaskState};
use std::collections::HashSet;

fn finding(rule: &str, class: Class, certainty: Certainty, tasks: &[TaskId]) -> Finding {
    Finding {
        rule: rule.into(),
        title: rule.into(),
        class,
        severity: Severity::Critical,
        certainty,
        why_certainty: String::new(),
        cause: true,
        consequence_of: None,
        roles: vec![("tasks".into(), tasks.to_vec())],
        evidence: Vec::new(),
        missing: Vec::new(),
        explanation: String::new(),
        confirm: Vec::new(),
        remedy: Vec::new(),
        references: Vec::new(),
        affected: Vec::new(),
        edges: Vec::new(),
        cycle: None,
        instead_of: Vec::new(),
        known_fixes: Vec::new(),
        next: None,
    }
}

fn ring(rule: &str, certainty: Certainty) -> Finding {
    Finding { cycle: Some(0), ..finding(rule, Class::DeadlockCycle, certainty, &[]) }
}

fn convoy(certainty: Certainty, tasks: &[TaskId]) -> Finding {
    finding("convoy", Class::LockConvoy, certainty, tasks)
}

fn quote(mut finding: Finding, first: u32) -> Finding {
    let quotes = vec![Span { first, last: first, ..Span::default() }];
    finding.evidence.push(Evidence { clause: "seen".into(), says: String::new(), quotes });
    finding
}

fn diagnose(analysis: &Analysis, findings: Vec<Finding>) -> Diagnosis {
    let matched = Matched { findings, ..Matched::default() };
    let general = HashSet::from(["ring", "convoy"]);
    conclude_with(analysis, &Vocabulary::default(), &kinds(), &general, Certainty::Possible, matched)
}

fn order(diagnosis: &Diagnosis) -> Vec<(&str, Option<usize>)> {
    diagnosis.findings.iter().map(|finding| (finding.rule.as_str(), finding.consequence_of)).collect()
}

#[test]
fn the_convoy_behind_a_ring_is_its_consequence() {
    let mut builder = Builder::default();
    let [a, b] = builder.abba();
    let [victim] = builder.tasks();
    builder.waits(victim, JOIN).awaited_task = Some(a);
    let analysis = builder.build();
    let queue = convoy(Proven, &[victim, a, b]);
    let diagnosis = diagnose(&analysis, vec![queue, ring("ring", Likely)]);
    assert_eq!(order(&diagnosis), [("ring", None), ("convoy", Some(0))]);
    assert!(diagnosis.findings[0].cause && !diagnosis.findings[1].cause);
    assert_eq!(diagnosis.verdict, Verdict::Hang);
}

#[test]
fn what_tells_a_ring_with_its_victims_is_no_consequence_of_what_tells_the_ring() {
    let mut builder = Builder::default();
    let [a, b] = builder.abba();
    let [victim] = builder.tasks();
    builder.waits(victim, JOIN).awaited_task = Some(a);
    let analysis = builder.build();
    let special = finding("special", Class::DeadlockCycle, Likely, &[a, b, victim]);
    let diagnosis = diagnose(&analysis, vec![special, ring("ring", Proven)]);
    assert_eq!(order(&diagnosis), [("ring", None), ("special", None)]);
}

#[test]
fn consequences_follow_their_own_cause_and_the_top_one() {
    // first: outer → holder → stuck; other: lone.
    let mut builder = Builder::default();
    let [outer, holder, stuck, lone] = builder.tasks();
    builder.waits(outer, JOIN).awaited_task = Some(holder);
    builder.waits(holder, JOIN).awaited_task = Some(stuck);
    builder.waits(stuck, IO);
    let analysis = builder.build();
    let findings = vec![
        convoy(Proven, &[outer, holder]),
        finding("alone", Class::NoWaker, Proven, &[lone]),
        finding("join", Class::LockConvoy, Likely, &[holder, stuck]),
        finding("disk", Class::IoStall, Likely, &[stuck]),
    ];
    let diagnosis = diagnose(&analysis, findings);
    assert_eq!(order(&diagnosis), [("alone", None), ("disk", None), ("convoy", Some(1)), ("join", Some(1))]);
}

#[test]
fn a_possibility_explains_nothing_surer_away() {
    let mut builder = Builder::default();
    let [waiter, holder] = builder.tasks();
    builder.waits(waiter, JOIN).awaited_task = Some(holder);
    builder.waits(holder, IO);
    let analysis = builder.build();
    for (certainty, expected) in [(Possible, [None, None]), (Likely, [None, Some(0)])] {
        let disk = finding("disk", Class::IoStall, certainty, &[holder]);
        let diagnosis = diagnose(&analysis, vec![convoy(Proven, &[waiter, holder]), disk]);
        let causes: Vec<_> = diagnosis.findings.iter().map(|finding| finding.consequence_of).collect();
        assert_eq!(causes, expected, "{certainty:?}");
    }
}

#[test]
fn two_queues_behind_the_same_task_are_not_each_others_consequence() {
    let mut builder = Builder::default();
    let [first, second, holder] = builder.tasks();
    for waiter in [first, second] {
        builder.waits(waiter, JOIN).awaited_task = Some(holder);
    }
    let analysis = builder.build();
    let diagnosis = diagnose(&analysis, vec![convoy(Likely, &[first, holder]), convoy(Likely, &[second, holder])]);
    assert_eq!(order(&diagnosis), [("convoy", None), ("convoy", None)]);
}

#[test]
fn a_rule_edge_makes_a_consequence_and_joins_the_graph() {
    let mut builder = Builder::default();
    let [waiter, worker] = builder.tasks();
    builder.waits(waiter, IO);
    builder.waits(worker, COMPLETION);
    let analysis = builder.build();
    let mut flush = finding("flush", Class::Starvation, Likely, &[waiter]);
    flush.edges.push(Edge {
        from: Node::Task(waiter),
        to: Node::Task(worker),
        kind: EdgeKind::Rule,
        wait: None,
        mode: None,
        known: Known::Inferred,
        span: line(1),
    });
    let stuck = finding("stuck", Class::NoWaker, Likely, &[worker]);
    let diagnosis = diagnose(&analysis, vec![flush, stuck]);
    assert_eq!(order(&diagnosis), [("stuck", None), ("flush", Some(0))]);
    assert!(diagnosis.graph.edges.iter().any(|edge| edge.kind == EdgeKind::Rule));
    assert!(analysis.graph.edges.is_empty());
}

#[test]
fn rule_edges_can_close_a_ring() {
    let mut builder = Builder::default();
    let [a, b] = builder.tasks();
    builder.waits(a, JOIN).awaited_task = Some(b);
    builder.waits(b, IO);
    let analysis = builder.build();
    let mut rule = finding("rule", Class::DeadlockCycle, Likely, &[a, b]);
    let known = Known::Inferred;
    let (from, to, kind) = (Node::Task(b), Node::Task(a), EdgeKind::Rule);
    rule.edges.push(Edge { from, to, kind, wait: None, mode: None, known, span: line(2) });
    let diagnosis = diagnose(&analysis, vec![rule]);
    let [cycle] = diagnosis.cycles.as_slice() else { panic!("one cycle: {:?}", diagnosis.cycles) };
    assert_eq!((cycle.tasks.as_slice(), cycle.known), (&[a, b][..], Known::Inferred));
    assert_eq!(cycle.steps[1].kind, IO, "the wait of the task itself");
}

#[test]
fn a_special_rule_stands_instead_of_a_general_one() {
    let mut builder = Builder::default();
    let [a, b] = builder.abba();
    let [other] = builder.tasks();
    let analysis = builder.build();
    let hidden = |general: Certainty, special: Certainty, tasks: &[TaskId]| {
        let better =
            Finding { instead_of: vec!["ring".into()], ..finding("special", Class::DeadlockCycle, special, tasks) };
        !hide(&analysis, vec![ring("ring", general), better]).iter().any(|finding| finding.rule == "ring")
    };
    assert!(hidden(Likely, Likely, &[a, b, other]));
    assert!(hidden(Likely, Proven, &[a, b]));
    assert!(!hidden(Proven, Likely, &[a, b]), "the general one is surer");
    assert!(!hidden(Likely, Likely, &[a, other]), "the general one is about somebody else too");
}

#[test]
fn what_a_rule_says_twice_of_the_same_tasks_is_told_once() {
    let (a, b) = (TaskId(0), TaskId(1));
    let told = |certainty: Certainty, tasks: &[TaskId], explanation: &str| Finding {
        explanation: explanation.to_owned(),
        ..finding("r", Class::Lockup, certainty, tasks)
    };
    let left = once(vec![
        told(Likely, &[a], "it spins"),
        told(Likely, &[b], "it spins"),
        told(Proven, &[a], "it spins"),
        told(Likely, &[a], "it waits"),
        told(Likely, &[], "it spins"),
        told(Likely, &[], "it spins"),
    ]);
    let left: Vec<Certainty> = left.iter().map(|finding| finding.certainty).collect();
    assert_eq!(left, [Proven, Likely, Likely, Likely, Likely], "only the third is told before");
}

#[test]
fn two_that_would_hide_each_other_do_not_both_vanish() {
    let mut builder = Builder::default();
    let [task] = builder.tasks();
    let analysis = builder.build();
    let better = |rule: &str, other: &str| Finding {
        instead_of: vec![other.into()],
        ..finding(rule, Class::NoWaker, Likely, &[task])
    };
    let left = hide(&analysis, vec![better("a", "b"), better("b", "a")]);
    assert_eq!(left.iter().map(|finding| finding.rule.as_str()).collect::<Vec<_>>(), ["a"]);
}

#[test]
fn among_equals_grave_before_light_before_special_before_first() {
    let mut builder = Builder::default();
    let tasks: [TaskId; 5] = builder.tasks();
    let analysis = builder.build();
    let mut light = finding("light", Class::NoWaker, Likely, &tasks[..1]);
    light.severity = Severity::Major;
    let findings = vec![
        light,
        quote(convoy(Likely, &tasks[1..2]), 1),
        quote(finding("late", Class::NoWaker, Likely, &tasks[2..3]), 9),
        quote(finding("early", Class::NoWaker, Likely, &tasks[3..4]), 2),
        finding("sure", Class::NoWaker, Proven, &tasks[4..]),
    ];
    let diagnosis = diagnose(&analysis, findings);
    let rules: Vec<_> = order(&diagnosis).into_iter().map(|(rule, _)| rule).collect();
    assert_eq!(rules, ["sure", "early", "late", "convoy", "light"]);
}

#[test]
fn among_equals_the_one_that_explains_most() {
    let mut builder = Builder::default();
    let [small, large, first, second] = builder.tasks();
    for task in [first, second] {
        builder.waits(task, JOIN).awaited_task = Some(large);
    }
    let analysis = builder.build();
    let named = |rule: &str, task| finding(rule, Class::NoWaker, Likely, &[task]);
    let diagnosis = diagnose(&analysis, vec![named("small", small), named("large", large)]);
    assert_eq!(order(&diagnosis), [("large", None), ("small", None)]);
}

#[test]
fn the_verdict_follows_the_findings() {
    let mut builder = Builder::default();
    let [task] = builder.tasks();
    let analysis = builder.build();
    let verdict = |class, certainty| diagnose(&analysis, vec![finding("rule", class, certainty, &[task])]).verdict;
    assert_eq!(verdict(Class::NoWaker, Proven), Verdict::Hang);
    assert_eq!(verdict(Class::NoWaker, Possible), Verdict::Suspect);
    assert_eq!(verdict(Class::Crash, Likely), Verdict::Crash);
    let both = vec![finding("hang", Class::NoWaker, Proven, &[task]), finding("oops", Class::Crash, Likely, &[task])];
    let diagnosis = diagnose(&analysis, both);
    assert_eq!(diagnosis.verdict, Verdict::Crash, "a crash is the answer even where others wait");
    assert_eq!(diagnosis.findings[0].rule, "oops");
}

#[test]
fn findings_below_the_least_certainty_are_left_out() {
    let mut builder = Builder::default();
    let [task] = builder.tasks();
    let analysis = builder.build();
    let matched = Matched { findings: vec![convoy(Possible, &[task]), convoy(Likely, &[task])], ..Matched::default() };
    let diagnosis =
        conclude_with(&analysis, &Vocabulary::default(), &kinds(), &HashSet::new(), Certainty::Likely, matched);
    assert_eq!(diagnosis.findings.len(), 1);
}

#[test]
fn a_ring_of_observed_edges_is_a_hang_without_any_rule() {
    let mut builder = Builder::default();
    builder.abba();
    assert_eq!(diagnose(&builder.build(), Vec::new()).verdict, Verdict::Hang);
    let mut builder = Builder::default();
    builder.abba();
    builder.analysis.holds[0].known = Known::Inferred;
    assert_eq!(diagnose(&builder.build(), Vec::new()).verdict, Verdict::Unknown);
}

/// Changes what a task does.
type Change = fn(&mut Builder, TaskId);

#[test]
fn without_findings_the_waits_decide() {
    let verdict = |change: Change| {
        let mut builder = Builder::default();
        let [task, _] = builder.tasks();
        change(&mut builder, task);
        diagnose(&builder.build(), Vec::new()).verdict
    };
    let table: [(&str, Change, Verdict); 10] = [
        ("nothing known", |_, _| {}, Verdict::Healthy),
        ("a wait for a lock", |b, task| _ = b.waits(task, MUTEX), Verdict::Unknown),
        ("a wait for a device", |b, task| _ = b.waits(task, IO), Verdict::Unknown),
        ("a sleep", |b, task| _ = b.waits(task, SLEEP), Verdict::Healthy),
        ("a worker", |b, task| _ = b.waits(task, CONDVAR), Verdict::Healthy),
        (
            "a wait in the kernel",
            |b, task| {
                b.waits(task, COMPLETION);
                b.analysis.case.stacks[0].system = System::Linux;
            },
            Verdict::Unknown,
        ),
        (
            "a rest",
            |b, task| {
                b.waits(task, MUTEX);
                b.analysis.activities[0].idle = true;
            },
            Verdict::Healthy,
        ),
        (
            "a state",
            |b, task| b.analysis.case.tasks[task.0 as usize].state = Some(TaskState::Blocked),
            Verdict::Unknown,
        ),
        (
            "no backtrace",
            |b, _| b.analysis.case.stacks.iter_mut().for_each(|stack| stack.kind = StackKind::Scan),
            Verdict::NoTraces,
        ),
        ("no stacks", |b, _| b.analysis.case.stacks.clear(), Verdict::NoTraces),
    ];
    for (name, change, expected) in table {
        assert_eq!(verdict(change), expected, "{name}");
    }
}

#[test]
fn stacks_in_the_same_place_are_one_group() {
    let mut builder = Builder::default();
    let lock = builder.object("mutex");
    builder.task_with(&["poll", "loop"]);
    builder.analysis.activities[0].idle = true;
    let holder = builder.task_with(&["read", "fetch", "main"]);
    builder.waits(holder, IO);
    builder.holds(holder, None, lock);
    for caller in ["commit", "commit", "other"] {
        let task = builder.task_with(&["lock", caller, "main"]);
        builder.locks(task, lock);
        builder.analysis.case.tasks[task.0 as usize].waited = Some(f64::from(task.0));
    }
    let mut unsure = builder.analysis.case.stacks[2].clone();
    unsure.frames[1].reliability = Reliability::Unsure;
    builder.analysis.case.stacks[4].frames.splice(1..1, [unsure.frames[1].clone()]);
    let analysis = builder.build();
    let groups = diagnose(&analysis, Vec::new()).groups;
    let told: Vec<_> =
        groups.iter().map(|group| (group.frames.join(" "), group.stacks.len(), group.wait.as_deref())).collect();
    assert_eq!(
        told,
        [
            ("lock commit".to_owned(), 2, Some("mutex")),
            ("read fetch".to_owned(), 1, Some("io")),
            ("lock other".to_owned(), 1, Some("mutex")),
            ("poll loop".to_owned(), 1, None),
        ]
    );
    assert_eq!((groups[0].root, groups[0].longest), (Some(Root::Waits(holder)), Some(3.0)));
    assert_eq!(groups[0].needs.as_deref(), Some("whoever ends mutex"));
    assert!(groups[3].idle && !groups[0].idle);
    assert_eq!(groups[1].root, None, "it is its own root");
}

#[test]
fn one_looks_first_at_the_root_of_the_longest_chain() {
    let mut builder = Builder::default();
    let [a, b, c, d] = builder.tasks();
    for (task, awaited) in [(a, b), (b, c)] {
        builder.waits(task, JOIN).awaited_task = Some(awaited);
    }
    builder.waits(c, IO);
    builder.waits(d, MUTEX);
    builder.analysis.case.tasks[d.0 as usize].waited = Some(400.0);
    let analysis = builder.build();
    let diagnosis = diagnose(&analysis, Vec::new());
    let io = diagnosis.groups.iter().position(|group| group.wait.as_deref() == Some("io"));
    assert_eq!(look_first(&analysis, &diagnosis), Some(LookFirst { task: c, group: io, waiting_for_it: 2 }));
}

#[test]
fn where_nobody_waits_for_anybody_one_looks_at_the_oldest() {
    let mut builder = Builder::default();
    let [a, b, c] = builder.tasks();
    for (task, kind, waited) in [(a, MUTEX, 1.0), (b, MUTEX, 2.0), (c, IO, 362.0)] {
        builder.waits(task, kind);
        builder.analysis.case.tasks[task.0 as usize].waited = Some(waited);
    }
    let analysis = builder.build();
    let diagnosis = diagnose(&analysis, Vec::new());
    assert_eq!(look_first(&analysis, &diagnosis), Some(LookFirst { task: c, group: Some(1), waiting_for_it: 0 }));
}

#[test]
fn many_findings_about_one_task() {
    const MANY: usize = 10_000;
    let mut builder = Builder::default();
    let [holder] = builder.tasks();
    builder.waits(holder, IO);
    let mut findings = vec![finding("disk", Class::IoStall, Proven, &[holder])];
    for _ in 0..MANY {
        let [waiter] = builder.tasks();
        builder.waits(waiter, JOIN).awaited_task = Some(holder);
        findings.push(convoy(Likely, &[waiter, holder]));
        let mut special = finding("special", Class::LockConvoy, Possible, &[waiter, holder]);
        special.instead_of.push("convoy".into());
        findings.push(special);
    }
    let analysis = builder.build();
    let diagnosis = diagnose(&analysis, findings);
    assert_eq!(diagnosis.findings.len(), 2 * MANY + 1);
    assert!(diagnosis.findings[1..].iter().all(|finding| finding.consequence_of == Some(0)));
}
