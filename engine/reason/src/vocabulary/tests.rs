//! The vocabulary by the sentences of the rule language.

use super::{Vocabulary, YamlSource};
use crate::pattern::{Glob, Regex};
use crate::rules::ast::FunctionPattern;
use crate::rules::diagnostic::Level;
use stacklore_model::{Frame, Span, System};

pub(crate) const KINDS: &str = "
kinds:
  mutex:      {groups: [lock], needs: the holder}
  rwlock:     {groups: [lock], needs: the writer or every reader, fair: yes}
  completion: {groups: [signal], needs: whoever must complete it}
  futex:      {groups: [], needs: a user stack, untyped: yes}
";

const LINUX: &str = "
system: linux
suffixes: [.constprop.*, .isra.*, .cold]
aliases:
  sys_*: [SyS_*, __x64_sys_*, __do_sys_*]
  flush_work: [__flush_work, start_flush_work]
groups:
  reclaim: [shrink_slab, shrink_*_list]
  deep: [(reclaim), balance_pgdat]
  lockers: [mutex_lock*, __mutex_lock*]
plumbing: [schedule, schedule_timeout*, 'do_syscall_64 | x64_sys_call']
hidden:
  dialects: [proc-stack]
  functions: [schedule*, mutex_lock*, __mutex_lock*]
waits:
  - {kind: mutex, functions: [__mutex_lock*, mutex_lock*, schedule_timeout_special], mode: write}
names: ['/^kworker\\/(?<bound_cpu>\\d+):/']
sizes: {mutex: 24}
";

pub(crate) fn load(files: &[&str]) -> Vocabulary {
    let sources: Vec<YamlSource> = files
        .iter()
        .enumerate()
        .map(|(at, text)| YamlSource { path: format!("vocabulary/{at}.yaml"), text: (*text).to_owned() })
        .collect();
    Vocabulary::from_sources(&sources).expect("the vocabulary of the test loads")
}

fn exact(name: &str) -> FunctionPattern {
    FunctionPattern::Exact(name.to_owned())
}

fn glob(text: &str) -> FunctionPattern {
    FunctionPattern::Glob(text.to_owned(), Glob::new(text))
}

fn group(name: &str) -> FunctionPattern {
    FunctionPattern::Group(name.to_owned())
}

#[test]
fn kinds_have_groups_needs_and_flags() {
    let vocabulary = load(&[KINDS]);
    let rwlock = vocabulary.kind("rwlock").expect("declared");
    assert_eq!(vocabulary.kind_name(rwlock), "rwlock");
    assert_eq!(vocabulary.needs(rwlock), "the writer or every reader");
    assert!(vocabulary.is_kind(rwlock, "lock") && vocabulary.is_kind(rwlock, "rwlock"));
    assert!(!vocabulary.is_kind(rwlock, "signal"));
    assert!(vocabulary.is_fair(rwlock) && !vocabulary.is_untyped(rwlock));
    assert!(vocabulary.kind("futex").is_some_and(|kind| vocabulary.is_untyped(kind)));
    assert!(vocabulary.knows_kind("signal") && !vocabulary.knows_kind("lokc"));
    assert_eq!(vocabulary.kind_groups(), ["lock", "signal"]);
    assert_eq!(
        vocabulary.kinds().map(|(_, name)| name).collect::<Vec<_>>(),
        ["mutex", "rwlock", "completion", "futex"]
    );
}

#[test]
fn a_kind_has_a_label_for_reports() {
    let text = "kinds:\n  dlm-lock: {label: cluster lock, needs: x, shared: yes}\n  chan-send: {needs: x}\n";
    let vocabulary = load(&[text]);
    let kind = |name| vocabulary.kind(name).expect("declared");
    assert_eq!(vocabulary.kind_label(kind("dlm-lock")), "cluster lock");
    assert_eq!(vocabulary.kind_label(kind("chan-send")), "chan send");
    assert!(vocabulary.is_shared(kind("dlm-lock")) && !vocabulary.is_shared(kind("chan-send")));
    let source = YamlSource { path: "kinds.yaml".to_owned(), text: text.to_owned() };
    let warnings = Vocabulary::warnings(&[source]);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!((warnings[0].code, warnings[0].level, warnings[0].line), ("W09", Level::Warning, 3));
}

#[test]
fn a_function_matches_under_any_of_its_names() {
    let vocabulary = load(&[KINDS, LINUX]);
    let cases = [
        ("__flush_work.isra.0", exact("flush_work"), true),
        ("flush_work", exact("__flush_work"), true),
        ("start_flush_work", exact("__flush_work"), true),
        ("__x64_sys_futex", exact("SyS_futex"), true),
        ("__x64_sys_futex", exact("sys_futex"), true),
        ("__x64_sys_futex", exact("sys_poll"), false),
        ("flush_workqueue", exact("flush_work"), false),
        ("__x64_sys_futex", glob("sys_*"), true),
        ("shrink_node_list", group("reclaim"), true),
        ("shrink_node_list", group("deep"), true),
        ("balance_pgdat", group("reclaim"), false),
        ("balance_pgdat", group("nowhere"), false),
        ("shrink_slab.constprop.0", FunctionPattern::Regex(Regex::new("slab$")), true),
    ];
    for (symbol, pattern, expected) in cases {
        assert_eq!(vocabulary.matches(System::Linux, symbol, &pattern), expected, "{symbol} by {pattern:?}");
    }
    assert!(!vocabulary.matches(System::User, "__flush_work", &exact("flush_work")), "another system's alias");
    assert_eq!(vocabulary.canonical(System::Linux, "__flush_work.isra.0"), "flush_work");
}

#[test]
fn a_dialect_hides_a_pattern_only_where_it_hides_all_of_it() {
    let vocabulary = load(&[KINDS, LINUX]);
    let hidden = |dialect, pattern| vocabulary.is_hidden(System::Linux, dialect, &pattern);
    assert!(hidden("proc-stack", exact("mutex_lock")));
    assert!(hidden("proc-stack", glob("__mutex_lock_*")));
    assert!(hidden("proc-stack", group("lockers")));
    assert!(!hidden("proc-stack", glob("*mutex_lock*")));
    assert!(!hidden("proc-stack", exact("flush_work")));
    assert!(!hidden("proc-stack", group("reclaim")));
    assert!(!hidden("dmesg", exact("mutex_lock")));
}

fn frames(rows: &[(&str, Option<&str>)]) -> Vec<Frame> {
    rows.iter()
        .map(|(symbol, module)| {
            let mut frame = Frame::new((*symbol).into(), Span::default());
            frame.module = module.map(Into::into);
            frame
        })
        .collect()
}

#[test]
fn plumbing_is_looked_through_unless_it_has_an_entry() {
    let vocabulary = load(&[KINDS, LINUX]);
    let stack = frames(&[("schedule_timeout_special", None), ("schedule_timeout_io", None), ("x64_sys_call", None)]);
    let plumbing: Vec<bool> = (0..4).map(|at| vocabulary.is_plumbing(System::Linux, &stack, at)).collect();
    assert_eq!(plumbing, [false, true, true, false]);
}

#[test]
fn an_unnamed_frame_is_plumbing_inside_the_library_of_the_next_named_one() {
    let vocabulary = load(&[KINDS]);
    let stack = frames(&[
        ("??", Some("libc.so.6")),
        ("pthread_rwlock_wrlock", Some("libc.so.6")),
        ("??", None),
        ("??", Some("libc.so.6")),
        ("??", Some("libevent.so")),
        ("clone", Some("libc.so.6")),
        ("??", None),
        ("main", None),
    ]);
    let plumbing: Vec<bool> = (0..stack.len()).map(|at| vocabulary.is_plumbing(System::User, &stack, at)).collect();
    assert_eq!(plumbing, [true, false, false, false, false, false, false, false]);
}

#[test]
fn functions_are_known_by_name_alias_glob_and_hidden_list() {
    let vocabulary = load(&[KINDS, LINUX]);
    for name in ["flush_work", "__flush_work", "shrink_slab", "shrink_lru_list", "schedule", "mutex_lock_io"] {
        assert!(vocabulary.knows_function(name), "{name}");
    }
    assert!(!vocabulary.knows_function("flsh_work"));
    assert!(vocabulary.knows_function_group("deep") && !vocabulary.knows_function_group("lock"));
    assert_eq!(vocabulary.function_groups(), ["reclaim", "deep", "lockers"]);
}

#[test]
fn later_files_add_to_earlier_ones() {
    let more = "
system: linux
groups: {reclaim: [my_reclaim]}
waits: [{kind: completion, functions: (reclaim)}]
";
    let vocabulary = load(&[KINDS, LINUX, more]);
    assert!(vocabulary.matches(System::Linux, "my_reclaim", &group("reclaim")));
    assert!(vocabulary.matches(System::Linux, "my_reclaim", &group("deep")));
    assert!(vocabulary.matches(System::Linux, "shrink_slab", &group("reclaim")));
}

/// Mistake, code, line, marked text, part of the help.
const MISTAKES: &[(&str, &str, u32, &str, &str)] = &[
    ("system: linux\nwaits: [{kind: mutex, functions: f", "R01", 2, "", ""),
    ("system: linux\nplumbing: {a: b}\n", "R01", 2, "", ""),
    ("system: linux\nwaits:\n  - {kind: mutex, fonctions: f}\n", "R02", 3, "fonctions", "functions"),
    ("system: linux\nplumming: [f]\n", "R02", 2, "plumming", "plumbing"),
    ("system: linux\nwaits:\n  - {kind: mutx, functions: f}\n", "R06", 3, "mutx", "mutex"),
    ("system: linux\nwaits:\n  - {kind: mutex, functions: f, over: [futx]}\n", "R06", 3, "futx", "futex"),
    (
        "system: linux\nwaits:\n  - {kind: mutex, functions: (reclam)}\ngroups: {reclaim: [f]}\n",
        "R06",
        3,
        "reclam",
        "reclaim",
    ),
    ("system: linuks\n", "R06", 1, "linuks", "linux"),
    ("system: linux\nnames: ['/(/']\n", "R05", 2, "/(/", ""),
    ("system: linux\nnames: ['/(?<cpuu>x)/']\n", "R05", 2, "/(?<cpuu>x)/", ""),
    ("system: linux\naliases: {'sys_*': [SyS_futex]}\n", "R05", 2, "SyS_futex", ""),
    ("system: linux\nwaits:\n  - {kind: mutex, functions: f, mode: both}\n", "R05", 3, "both", ""),
    ("system: linux\nwaits:\n  - {kind: mutex, functions: f, object: {gdb: arg 0}}\n", "R05", 3, "arg 0", ""),
    ("system: linux\nidle:\n  - {state: asleep, stack: [f]}\n", "R05", 3, "asleep", "sleeping"),
    ("system: linux\nholds:\n  - {functions: f, known: maybe}\n", "R05", 3, "maybe", "inferred"),
    ("system: linux\ngroups: {a: [(b)], b: [(a)]}\n", "R05", 2, "", ""),
    ("waits:\n  - {kind: mutex, functions: f}\n", "R18", 1, "", "linux"),
    ("system: linux\nwaits:\n  - {functions: f}\n", "R18", 3, "", ""),
];

#[test]
fn mistakes_are_told_with_their_place() {
    for (text, code, line, marked, help) in MISTAKES {
        let sources = [
            YamlSource { path: "kinds.yaml".to_owned(), text: KINDS.to_owned() },
            YamlSource { path: "wrong.yaml".to_owned(), text: (*text).to_owned() },
        ];
        let found = Vocabulary::from_sources(&sources).expect_err(text);
        let first = &found[0];
        assert_eq!((first.code, &*first.file, first.line), (*code, "wrong.yaml", *line), "{text}\n{found:#?}");
        if !marked.is_empty() {
            let start = first.column as usize - 1;
            let shown: String = first.text.chars().skip(start).take(first.length as usize).collect();
            assert_eq!(shown, *marked, "{text}");
        }
        assert!(first.help.as_deref().unwrap_or_default().contains(help), "{text}: {:?}", first.help);
        assert!(first.length >= 1 && first.column >= 1);
    }
}
