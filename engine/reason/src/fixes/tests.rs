//! Fixes: what is read, what is refused, what a stack shows.

use super::version::{has, parts, range};
use super::{Applies, Fixes, KnownFix, load};
use crate::analysis::{Activity, Analysis, Wait};
use crate::finding::{Diagnosis, Verdict};
use crate::vocabulary::{Vocabulary, YamlSource};
use stacklore_model::{
    CaseStack, Document, Frame, Known, SessionId, Source, SourceId, Span, StackId, StackKind, System, Task, TaskId,
};

fn source(path: &str, text: &str) -> YamlSource {
    YamlSource { path: path.into(), text: text.into() }
}

fn vocabulary() -> Vocabulary {
    let kinds =
        source("vocabulary/kinds.yaml", "kinds:\n  mutex: {groups: [lock], needs: x}\n  io: {groups: [], needs: x}\n");
    let linux = source("vocabulary/linux.yaml", "system: linux\nplumbing: [schedule]\n");
    Vocabulary::from_sources(&[kinds, linux]).expect("the vocabulary is sound")
}

const FIXES: &str = "\
system: linux
versions: '/tainted +(?<version>[0-9][^ ]*)/'
fixes:
  - {title: both, commit: abcdef1, fixed: 6.3..6.6, stack: [inner, outer], waits: lock}
  - {title: one, commit: abcdef2, fixed: 5.0, stack: [outer]}
  - {title: locked up, commit: abcdef3, fixed: 5.0, stack: [outer], seen: running}
  - {title: two stacks, commit: abcdef4, fixed: 5.0, stack: [outer], with: [elsewhere]}
  - {title: waits itself, commit: abcdef5, fixed: 9.0, stack: [^outer]}
";

fn fixes() -> Fixes {
    let (fixes, messages) = load(&[source("fixes/linux.yaml", FIXES)], &vocabulary());
    assert_eq!((fixes.len(), messages), (5, Vec::new()));
    fixes
}

/// A case of waiting tasks, one for each stack, on a text.
fn analysis(stacks: &[&[&str]], text: &str) -> Analysis {
    let mut analysis = Analysis::default();
    let document = Document::from_text("t", text);
    analysis.case.sources = vec![Source {
        name: document.name,
        encoding: String::new(),
        bytes: 0,
        text: document.text.into(),
        lines: 0,
        lines_understood: 0,
        dialects: Vec::new(),
        extents: Vec::new(),
    }];
    let kind = vocabulary().kind("mutex").expect("it is there");
    for (number, frames) in (0..).zip(stacks) {
        let frame = |(line, name): (u32, &&str)| Frame::new((*name).into(), Span::line(SourceId(0), line));
        analysis.case.tasks.push(Task { stacks: vec![StackId(number)], ..Task::default() });
        analysis.case.stacks.push(CaseStack {
            task: TaskId(number),
            dialect: "proc-stack",
            system: System::Linux,
            session: SessionId(0),
            kind: StackKind::Backtrace,
            frames: (1..).zip(*frames).map(frame).collect(),
            registers: Vec::new(),
            span: Span::default(),
            again: Vec::new(),
            cut: false,
            running: false,
            time: None,
        });
        let wait = Wait {
            kind,
            mode: None,
            object: None,
            awaited_task: None,
            awaited_process: None,
            known: Known::Observed,
            stack: StackId(number),
            frames: (0, 0),
            span: Span::default(),
        };
        let stacks = vec![StackId(number)];
        analysis.activities.push(Activity { wait: Some(wait), stacks, ..Activity::default() });
    }
    analysis
}

fn hints(analysis: &Analysis) -> Vec<KnownFix> {
    let mut diagnosis = Diagnosis {
        verdict: Verdict::Unknown,
        findings: Vec::new(),
        near_misses: Vec::new(),
        graph: Default::default(),
        cycles: Vec::new(),
        groups: Vec::new(),
        known_fixes: Vec::new(),
        unexplained: Vec::new(),
        notes: Vec::new(),
    };
    fixes().annotate(analysis, &vocabulary(), &mut diagnosis);
    diagnosis.known_fixes
}

fn titles(stacks: &[&[&str]], text: &str) -> Vec<String> {
    hints(&analysis(stacks, text)).into_iter().map(|fix| fix.title).collect()
}

#[test]
fn a_stack_shows_all_frames_in_order() {
    assert_eq!(titles(&[&["schedule", "x", "inner", "y", "outer"]], ""), ["both", "one"]);
    assert_eq!(titles(&[&["schedule", "outer", "inner"]], ""), ["one", "waits itself"]);
    assert_eq!(titles(&[&["schedule", "inner", "x"]], ""), Vec::<String>::new());
    assert_eq!(titles(&[&["x", "inner"], &["x", "outer"]], ""), ["one"], "frames of two stacks are not one stack");
}

#[test]
fn a_further_stack_must_be_another_task() {
    assert_eq!(titles(&[&["x", "elsewhere", "outer"]], ""), ["one"]);
    assert_eq!(titles(&[&["x", "outer"], &["x", "elsewhere"]], ""), ["one", "two stacks"]);
}

#[test]
fn the_task_must_do_what_the_fix_is_about() {
    let mut resting = analysis(&[&["inner", "outer"]], "");
    resting.activities[0].idle = true;
    assert!(hints(&resting).is_empty());
    let mut running = analysis(&[&["inner", "outer"]], "");
    running.activities[0] = Activity { on_cpu: true, stacks: vec![StackId(0)], ..Activity::default() };
    let titles: Vec<_> = hints(&running).into_iter().map(|fix| fix.title).collect();
    assert_eq!(titles, ["locked up"]);
}

#[test]
fn the_release_of_the_text_says_whether_it_applies() {
    let applies = |release: &str| {
        let text = format!("a\nINFO: not tainted   {release} #1\n");
        let all = hints(&analysis(&[&["inner", "outer"]], &text));
        let both = all.into_iter().find(|fix| fix.title == "both");
        both.map(|fix| (fix.applies, fix.running.map(|running| running.span.first)))
    };
    assert_eq!(applies("5.10.0-8-amd64"), Some((Applies::Yes, Some(2))));
    assert_eq!(applies("6.5.1"), None, "a release that has the fix makes no hint");
    assert_eq!(applies("6.3.0-rc2"), Some((Applies::Unknown, Some(2))), "a candidate may be from before the fix");
    assert_eq!(applies("6.12.3"), Some((Applies::Yes, Some(2))), "it was taken back");
    let untold = hints(&analysis(&[&["inner", "outer"]], ""));
    assert_eq!(untold.first().map(|fix| fix.applies), Some(Applies::Unknown));
}

#[test]
fn ranges_have_holes() {
    let ranges = [range("6.3..6.6").expect("a range")];
    let fixed = |release: &str| has(&ranges, &parts(release));
    assert_eq!(
        ["6.2.9", "6.3", "6.3.0-17-generic", "6.5.13", "6.6", "6.6-rc1"].map(fixed),
        [false, true, true, true, false, false]
    );
    assert_eq!(["6", "6.", "6.x", "6.6..6.3", "6.3..", ""].map(range), [const { None }; 6]);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let wrong = [
        ("fixes: [a\n  b: {", "R01", 2),
        ("[]", "R01", 1),
        ("system: linux\n", "R18", 1),
        ("system: lynux\nfixes: []\n", "R06", 1),
        ("system: linux\nfixes: {}\n", "R01", 2),
        ("system: linux\nfixs: []\nfixes: []\n", "R02", 2),
        ("system: linux\nversions: tainted\nfixes: []\n", "R05", 2),
        ("system: linux\nversions: '/(tainted)/'\nfixes: []\n", "R05", 2),
        ("system: linux\nfixes:\n  - {title: t, commit: abcdef1, fixed: 6.3}\n", "R18", 3),
        ("system: linux\nfixes:\n  - {title: t, commit: xyz, fixed: 6.3, stack: f}\n", "R05", 3),
        ("system: linux\nfixes:\n  - {title: t, commit: abcdef1, fixed: six, stack: f}\n", "R05", 3),
        ("system: linux\nfixes:\n  - {title: t, commit: abcdef1, fixed: 6.3, stack: []}\n", "R05", 3),
        ("system: linux\nfixes:\n  - {title: t, commit: abcdef1, fixed: 6.3, stack: f, seen: resting}\n", "R05", 3),
        ("system: linux\nfixes:\n  - {title: t, commit: abcdef1, fixed: 6.3, stack: f, waits: mutx}\n", "R06", 3),
    ];
    for (text, code, line) in wrong {
        let (fixes, messages) = load(&[source("fixes/linux.yaml", text)], &vocabulary());
        let told: Vec<_> = messages.iter().map(|message| (message.code, message.line)).collect();
        assert!(told.contains(&(code, line)), "{text}: {messages:?}");
        assert!(fixes.is_empty(), "{text}");
    }
}
