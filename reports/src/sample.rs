//! Reports for the tests of the formats.

use crate::view::{
    Contents, Counts, EdgeView, EngineView, EvidenceView, FindingView, GraphView, GroupView, KindView, MissingView,
    NodeView, Quote, Report, SCHEMA, SourceView, StackView, TaskView,
};
use stacklore_model::{Known, Mode};
use stacklore_reason::finding::{Certainty, Class, Reference, Severity, Verdict};

pub(crate) fn empty() -> Report {
    let counts = Counts { stacks: 0, tasks: 0, locks: 0, facts: 0, lines_understood: 0, lines_unclear: 0, mends: 0 };
    Report {
        schema: SCHEMA,
        engine: EngineView { version: "0".into(), rules: 0, rules_hash: String::new() },
        case: "ticket".into(),
        verdict: Verdict::NoTraces,
        findings: Vec::new(),
        near_misses: Vec::new(),
        known_fixes: Vec::new(),
        unexplained: Vec::new(),
        snapshots: Vec::new(),
        contents: Contents {
            sources: Vec::new(),
            counts,
            kinds: std::collections::BTreeMap::new(),
            wait_graph: GraphView::default(),
            groups: Vec::new(),
            stacks: Vec::new(),
            tasks: Vec::new(),
            processes: Vec::new(),
            locks: Vec::new(),
            facts: Vec::new(),
            mends: Vec::new(),
            unclear: Vec::new(),
            notes: Vec::new(),
        },
        texts: Vec::new(),
    }
}

fn node(id: u32, kind: &'static str, label: &str) -> NodeView {
    NodeView { id, kind, index: id, label: label.into() }
}

fn edge(from: u32, to: u32, wait: Option<&str>) -> EdgeView {
    let kind = if wait.is_some() { "waits" } else { "held-by" };
    let wait = wait.map(str::to_owned);
    EdgeView { from, to, kind, wait, mode: None, known: Known::Observed, source: 0, line: 1 }
}

fn source(dialects: &[&str]) -> SourceView {
    SourceView {
        name: "a.txt".into(),
        lines: 300,
        bytes: 9000,
        encoding: "utf-8".into(),
        dialects: dialects.iter().map(|dialect| (*dialect).into()).collect(),
        lines_understood: 0,
        extents: Vec::new(),
        forms: Vec::new(),
    }
}

fn finding(rule: &str, title: &str) -> FindingView {
    FindingView {
        rule: rule.into(),
        title: title.into(),
        class: Class::SelfDeadlock,
        severity: Severity::Critical,
        certainty: Certainty::Proven,
        why_certainty: String::new(),
        cause: true,
        consequence_of: None,
        roles: serde_json::Map::new(),
        evidence: Vec::new(),
        missing: Vec::new(),
        explanation: String::new(),
        confirm: Vec::new(),
        remedy: Vec::new(),
        references: Vec::new(),
        known_fixes: Vec::new(),
        next: None,
        affected: serde_json::Map::new(),
        edges: Vec::new(),
        ring: Vec::new(),
        tasks: Vec::new(),
    }
}

pub(crate) fn self_deadlock() -> Report {
    let mut report = empty();
    report.verdict = Verdict::Hang;
    let line = "[<ffffffffa030ef25>] ttm_eu_reserve_buffers+0x205/0x320 [ttm]";
    let quote = Quote { source: 0, first_line: 74, last_line: 74, text: vec![line.into()] };
    let says = "kworker/1:2 waits for a buffer.".into();
    report.findings = vec![
        FindingView {
            why_certainty: "Owner and waiter are read from the lock itself; nothing is assumed.".into(),
            evidence: vec![EvidenceView { clause: "waits".into(), says, quotes: vec![quote] }],
            missing: vec![MissingView {
                clause: "owner".into(),
                get: "crash: struct ww_mutex".into(),
                says: String::new(),
                next: "crash: struct ww_mutex".into(),
                would_make: None,
            }],
            explanation: "The work item runs in kworker/1:2 and locks the buffer whose lock the same task owns, so \
                          the lock can never be released: nobody else has it."
                .into(),
            remedy: vec!["This boot cannot recover: restart.".into()],
            references: vec![Reference { title: "The fix".into(), url: None }],
            tasks: vec![0],
            ..finding("buffer-locked-twice", "Worker locks a buffer that it has already reserved")
        },
        FindingView { cause: false, consequence_of: Some(0), ..finding("flush-blocked", "rmmod waits for the worker") },
    ];
    let assumed = EdgeView { known: Known::Assumed, ..edge(3, 0, None) };
    report.contents.wait_graph = GraphView {
        nodes: vec![
            node(0, "task", "kworker/1:2 (4790)"),
            node(1, "object", "ww-mutex ffff880035acf1e0"),
            node(2, "task", "rmmod (31969)"),
            node(3, "object", "events"),
        ],
        edges: vec![edge(0, 1, Some("ww-mutex")), edge(1, 0, None), edge(2, 3, Some("workqueue-flush")), assumed],
        cycles: vec![vec![0, 1]],
    };
    report.contents.sources = vec![source(&["proc-stack", "crash"])];
    report.contents.counts = Counts { stacks: 2, tasks: 2, locks: 1, ..report.contents.counts };
    report
}

/// A ring of tasks `t0`, `t1`, …, each waiting for the next.
pub(crate) fn ring(length: u32) -> Report {
    let mut report = empty();
    report.verdict = Verdict::Hang;
    report.contents.wait_graph = GraphView {
        nodes: (0..length).map(|id| node(id, "task", &format!("t{id}"))).collect(),
        edges: (0..length).map(|id| edge(id, (id + 1) % length, Some("thread-join"))).collect(),
        cycles: vec![(0..length).collect()],
    };
    report
}

/// Two tasks that wait for each other's lock, and many behind one of them.
pub(crate) fn ring_with_crowd(crowd: u32) -> Report {
    let mut report = empty();
    report.verdict = Verdict::Hang;
    let mut nodes =
        vec![node(0, "task", "a (1)"), node(1, "object", "m2"), node(2, "task", "b (2)"), node(3, "object", "m1")];
    let mutex = Some("mutex");
    let mut edges = vec![edge(0, 1, mutex), edge(1, 2, None), edge(2, 3, mutex), edge(3, 0, None)];
    for waiter in 0..crowd {
        nodes.push(node(4 + waiter, "task", &format!("w{waiter} ({})", 100 + waiter)));
        edges.push(edge(4 + waiter, 3, mutex));
    }
    report.contents.wait_graph = GraphView { nodes, edges, cycles: vec![vec![0, 1, 2, 3]] };
    report
}

fn group(stacks: std::ops::Range<u32>, wait: &str, idle: bool, frame: &str) -> GroupView {
    GroupView {
        stacks: stacks.collect(),
        wait: Some(wait.into()),
        mode: None,
        idle,
        frames: vec![frame.into()],
        needs: None,
        root: None,
        longest: None,
    }
}

pub(crate) fn unknown() -> Report {
    let mut report = empty();
    report.verdict = Verdict::Unknown;
    let commit = GroupView { mode: Some(Mode::Write), ..group(1..12, "rwlock", false, "example_commit") };
    let flush = GroupView { longest: Some(362.0), ..group(0..1, "completion", false, "example_flush") };
    let rwlock = KindView { label: "rwlock".into(), shared: true };
    report.contents.kinds = [("rwlock".to_owned(), rwlock)].into();
    report.contents.groups = vec![commit, flush];
    report.contents.tasks = vec![TaskView {
        id: 0,
        name: Some("flusher".into()),
        pid: None,
        tid: Some(812),
        number: None,
        address: None,
        pthread: None,
        state: Some("D"),
        cpu: None,
        waited: Some(362.0),
        process: None,
        label: "flusher (812)".into(),
    }];
    report.contents.stacks = vec![StackView {
        id: 0,
        task: 0,
        dialect: "dmesg".into(),
        system: "linux",
        kind: "backtrace",
        count: 1,
        source: 0,
        first_line: 44,
        last_line: 50,
        again: 0,
        wait: None,
        idle: false,
        cut: false,
        frames: Vec::new(),
    }];
    report
}

pub(crate) fn healthy() -> Report {
    let mut report = empty();
    report.verdict = Verdict::Healthy;
    report.contents.counts = Counts { stacks: 3, tasks: 3, ..report.contents.counts };
    report.contents.groups = vec![group(0..2, "futex", true, "f"), group(2..3, "epoll", true, "g")];
    report
}

pub(crate) fn hostile() -> Report {
    let mut report = self_deadlock();
    let evil = "\x1b]0;owned\x07\u{202e}\u{9b}2J\r";
    report.findings[0].title = evil.into();
    report.findings[0].explanation = format!("line\n\n  {evil}");
    report.findings[0].evidence[0].quotes[0].text = vec![evil.into()];
    report.contents.wait_graph.nodes[0].label = evil.into();
    report.contents.sources[0].dialects = vec![evil.into()];
    report.contents.notes = vec![evil.into()];
    report
}
