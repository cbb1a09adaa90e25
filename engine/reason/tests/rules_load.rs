//! Sound rules become what the matcher needs: tables, sets, groups, levels, edges.

use stacklore_model::FieldType;
use stacklore_reason::finding::Certainty;
use stacklore_reason::rules::ast::{Condition, Count, Rule, Table, Test, VarKind, Variable};
use stacklore_reason::rules::{self, CorpusFacts, page, render, show};
use stacklore_reason::vocabulary::{Vocabulary, YamlSource};

/// A rule with that evidence and conclusion.
fn source(id: &str, evidence: &str, conclude: &str) -> YamlSource {
    let indented: String = evidence.lines().map(|line| format!("  {line}\n")).collect();
    let text = format!(
        "id: {id}\ntitle: A title\nclass: starvation\nseverity: major\nsystems: [linux, go]\nevidence:\n{indented}\
         {conclude}\nexplain: It hangs.\ntests: {{finds: {{a: possible}}, leaves: [b]}}\n"
    );
    YamlSource { path: format!("family/{id}.yaml"), text }
}

fn load(evidence: &str, conclude: &str) -> Rule {
    let (mut set, messages) =
        rules::check(&[source("sample", evidence, conclude)], &Vocabulary::default(), &CorpusFacts::default());
    // Variables that no text uses are warned of; here they are what is tested.
    let others = || messages.iter().filter(|message| message.code != "W03");
    assert_eq!(others().count(), 0, "{}", render::diagnostics(&messages));
    set.rules.pop().expect("a sound rule")
}

fn variable<'r>(rule: &'r Rule, name: &str) -> &'r Variable {
    rule.variables.iter().find(|variable| variable.name == name).expect("a variable of that name")
}

#[test]
fn the_table_is_the_key_that_is_no_field_of_another() {
    let tables = |evidence: &str, conclude: &str| -> Vec<Table> {
        load(evidence, conclude).clauses.iter().map(|clause| clause.table).collect()
    };
    let evidence = "a: {run_queue: _, task: $worker, cpu: $cpu, says: s}\n\
                    b: {task: $worker, cycle: $ring, says: s}\n\
                    c: {hold: _, task: $worker, object: $lock, says: s}\n\
                    d: {cycle: $ring, length: 2+, says: s}\n\
                    e: {process: $p, tasks: $worker, says: s}\n\
                    f: {cpu: $cpu, task: $hog, on_cpu: _, says: s}\n\
                    g: {line: _, text: '/lockup on (?<which>cpu)/', which: cpu, count: 1+, says: s}";
    let expected = [
        Table::Fact("run_queue"),
        Table::Task,
        Table::Hold,
        Table::Cycle,
        Table::Process,
        Table::Fact("on_cpu"),
        Table::Line,
    ];
    assert_eq!(tables(evidence, "conclude: {possible: [a, b, c, d, e, f, g]}"), expected);
}

#[test]
fn variables_get_their_kind_from_the_table_or_the_field() {
    let rule = load(
        "a: {task: $t, waits: mutex, object: $lock, process: $p, cpu: $cpu, cycle: $ring, waited: $long, says: s}\n\
         b: {netlink_socket: $socket, rmem: $size, count: 1+, says: s}",
        "conclude: {possible: [a, b]}",
    );
    for (name, kind) in [
        ("t", VarKind::Row(Table::Task)),
        ("lock", VarKind::Object),
        ("p", VarKind::Row(Table::Process)),
        ("cpu", VarKind::Plain(FieldType::Number)),
        ("ring", VarKind::Row(Table::Cycle)),
        ("long", VarKind::Plain(FieldType::Time)),
        ("socket", VarKind::Row(Table::Fact("netlink_socket"))),
        ("size", VarKind::Plain(FieldType::Size)),
    ] {
        assert_eq!(variable(&rule, name).kind, kind, "{name}");
    }
}

#[test]
fn a_row_with_count_is_a_set_and_what_only_sets_mention_groups_them() {
    let rule = load(
        "victims: {task: $victims, waits: lock, object: $lock, pool: $pool, count: 2+, says: s}\n\
         holder: {hold: _, object: $lock, task: $holder, says: s}\n\
         none: {task: _, pool: $pool, waits: not lock, count: 0, says: s}\n\
         own: {task: $other, waits: lock, object: $lock, process: $p, count: 1+, says: s}\n\
         why: {process: $p, name: x, says: s}",
        "conclude: {possible: [victims, holder, none, own]}\nrefute: [why]",
    );
    let flags = |name| (variable(&rule, name).set, variable(&rule, name).groups);
    assert_eq!(flags("victims"), (true, false));
    assert_eq!(flags("holder"), (false, false));
    assert_eq!(flags("lock"), (false, false));
    assert_eq!(flags("pool"), (false, true));
    assert_eq!(flags("p"), (false, true), "a refute clause does not count");
    let counts: Vec<_> = rule.clauses.iter().map(|clause| clause.count).collect();
    assert_eq!(counts[0], Some(Count { min: 2, max: None }));
    assert_eq!(counts[1], None);
    assert_eq!(counts[2], Some(Count { min: 0, max: Some(0) }));
}

#[test]
fn counts() {
    for (text, min, max) in [("2+", 2, None), ("2", 2, Some(2)), ("2..5", 2, Some(5)), ("0", 0, Some(0))] {
        let clause = format!("a: {{task: _, waits: mutex, count: {text}, says: s}}");
        let rule = load(&clause, "conclude: {possible: [a]}");
        assert_eq!(rule.clauses[0].count, Some(Count { min, max }), "{text}");
    }
}

#[test]
fn levels_hold_their_own_clauses_and_a_list_inside_is_a_choice() {
    let rule = load(
        "a: {task: $t, waits: mutex, says: s}\n\
         b: {task: $t, state: blocked, says: s, get: g}\n\
         c: {task: $t, kernel: yes, says: s, get: g}\n\
         d: {task: $t, idle: any, says: s, get: g}",
        "conclude: {possible: [a, [b, c]], likely: [[c, d]], proven: [d]}\nedges: [$t -> $t]",
    );
    let levels: Vec<_> = rule
        .levels
        .iter()
        .map(|level| {
            let names = |choice: &Vec<_>| choice.iter().map(|id| rule.clause(*id).name.as_str()).collect::<String>();
            (level.certainty, level.needs.iter().map(names).collect::<Vec<_>>().join(" "))
        })
        .collect();
    let expected = [
        (Certainty::Possible, "a bc".to_owned()),
        (Certainty::Likely, "cd".to_owned()),
        (Certainty::Proven, "d".to_owned()),
    ];
    assert_eq!(levels, expected);
    assert_eq!(rule.edges[0].0.len(), 2);
}

#[test]
fn a_set_may_stand_for_its_members_in_conditions_and_join_single_clauses() {
    let rule = load(
        "waiters: {task: $waiters, waits: lock, count: 1+, says: s}\n\
         holder: {hold: _, task: $holder, object: $waiters.object, says: s}\n\
         killed: {pending_signal: _, task: $waiters, signal: KILL, says: s}\n\
         family: {process: $p, tasks: $waiters, parent: $holder.process, says: s}",
        "conclude: {possible: [waiters, holder, killed, family]}",
    );
    let Condition::Field { test: Test::Var(reference), .. } = &rule.clauses[1].conditions[1] else {
        panic!("a join over a field")
    };
    assert_eq!(reference.field.as_deref(), Some("object"));
    assert_eq!(rule.variable(reference.var).name, "waiters");
}

#[test]
fn stacks_modules_and_lines() {
    let rule = load(
        "a:\n  task: $t\n  stack: [^alpha | beta_*, {frame: run, module: \"drv_*\"}, (group), gamma$]\n  \
         without: [delta]\n  says: s\n\
         b:\n  line: $l\n  text: '/device (?<device>\\S+) is gone/'\n  count: 1+\n  says: \"{{ l[0].device }}\"",
        "conclude: {possible: [a, b]}",
    );
    let Condition::Stack(items) = &rule.clauses[0].conditions[0] else { panic!("a stack") };
    assert_eq!(items.len(), 4);
    assert!(items[0].innermost && items[0].alternatives.len() == 2);
    assert!(items[1].module.as_ref().is_some_and(|module| module.is_match("drv_net") && !module.is_match("net")));
    assert!(items[3].outermost && items[3].text == "gamma$");
    assert!(matches!(rule.clauses[0].conditions[1], Condition::Without(_)));
    let Condition::Text(regex) = &rule.clauses[1].conditions[0] else { panic!("a raw line") };
    assert_eq!(&regex.captures("device eth0 is gone").expect("a match")["device"], "eth0");
}

#[test]
fn a_broken_rule_is_left_out_and_the_others_stay() {
    let sound = source("sound", "a: {task: _, waits: mutex, says: s}", "conclude: {possible: [a]}");
    let broken = source("broken", "a: {tsak: _, says: s}", "conclude: {possible: [a]}");
    let (set, messages) = rules::load(&[broken, sound], &Vocabulary::default(), &CorpusFacts::default());
    assert_eq!(set.rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["sound"]);
    assert_eq!(messages.iter().map(|message| message.code).collect::<Vec<_>>(), ["R03"]);
}

#[test]
fn an_id_is_there_once() {
    let rule = |folder: &str| {
        let source = source("same", "a: {task: _, waits: mutex, says: s}", "conclude: {possible: [a]}");
        YamlSource { path: format!("{folder}/same.yaml"), ..source }
    };
    let (set, messages) = rules::load(&[rule("a"), rule("b")], &Vocabulary::default(), &CorpusFacts::default());
    assert_eq!(set.rules.len(), 1);
    assert_eq!((messages[0].code, messages[0].file.as_str()), ("R16", "b/same.yaml"));
}

#[test]
fn a_rule_with_the_same_id_comes_instead() {
    let set = |id: &str, kind: &str| {
        let evidence = format!("a: {{task: _, waits: {kind}, says: {kind}}}");
        let source = source(id, &evidence, "conclude: {possible: [a]}");
        rules::load(&[source], &Vocabulary::default(), &CorpusFacts::default()).0
    };
    let both = set("one", "mutex").with(set("two", "mutex")).with(set("one", "io"));
    let says: Vec<_> = both.rules.iter().map(|rule| (rule.id.as_str(), rule.clauses[0].says.as_str())).collect();
    assert_eq!(says, [("one", "io"), ("two", "mutex")]);
}

/// A vocabulary with the kind `mutex` of the group `lock`, and a function group.
fn vocabulary() -> Vocabulary {
    let file = |path: &str, text: &str| YamlSource { path: path.to_owned(), text: text.to_owned() };
    let kinds = file("vocabulary/kinds.yaml", "kinds:\n  mutex: {groups: [lock], needs: the owner}\n");
    let linux = file("vocabulary/linux.yaml", "system: linux\ngroups:\n  reclaim: [shrink_a]\n");
    Vocabulary::from_sources(&[kinds, linux]).expect("a sound vocabulary")
}

#[test]
fn kinds_and_groups_are_those_of_the_vocabulary() {
    for (condition, help) in [
        ("waits: mutex", None),
        ("waits: not lock", None),
        ("waits: [mutex, lock]", None),
        ("stack: [(reclaim)]", None),
        ("waits: mutx", Some("help: write `mutex`")),
        ("waits: \"not [mutex, lok]\"", Some("help: write `lock`")),
        ("stack: [(reclam)]", Some("help: write `reclaim`")),
    ] {
        let evidence = format!("a: {{task: _, name: x, {condition}, says: s}}");
        let source = source("sample", &evidence, "conclude: {possible: [a]}");
        let (_, messages) = rules::load(&[source], &vocabulary(), &CorpusFacts::default());
        let found: Vec<_> = messages.iter().map(|message| (message.code, message.help.as_deref())).collect();
        let expected: Vec<_> = help.iter().map(|help| ("R06", Some(*help))).collect();
        assert_eq!(found, expected, "{condition}");
    }
}

#[test]
fn the_reference_names_every_field_with_its_type() {
    let text = show::reference();
    for line in [
        "task: tasks: threads, processes, goroutines",
        "  waits: a wait kind or group; what it waits for: a kind or a group",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}");
    }
    assert!(text.contains("netlink_socket: ") && text.contains("  rmem: a size\n"));
}

#[test]
fn no_text_makes_the_loader_panic() {
    let sample =
        source("sample", "a: {task: $t, stack: [\"^a|b\"], waits: not [x, $t], says: s}", "conclude: [a]").text;
    let hostile =
        ["", "---", "- a", "a: &b [*b]", "{{{{", "evidence: {a: {task: {}}}", "\u{feff}id: x", "\t\tid: x", "a: !!x y"];
    let cuts = sample.char_indices().map(|(at, _)| sample[..at].to_owned());
    for text in hostile.into_iter().map(str::to_owned).chain(cuts) {
        let source = YamlSource { path: "x.yaml".to_owned(), text };
        let (set, messages) = rules::check(&[source], &Vocabulary::default(), &CorpusFacts::default());
        assert!(set.rules.is_empty() && !messages.is_empty());
        assert!(!render::diagnostics(&messages).is_empty());
    }
}

#[test]
fn rules_are_listed_and_shown() {
    let (set, _) = rules::load(
        &[source("sample", "a:\n  task: $t\n  waits: mutex\n  says: \"{{ t }} waits.\"", "conclude: {possible: [a]}")],
        &Vocabulary::default(),
        &CorpusFacts::default(),
    );
    assert_eq!(show::list(&set), "sample  family  starvation  major  linux,go  possible\n");
    let page = page::page(&set.rules[0]);
    assert!(page.starts_with("# A title\n\n`sample` (family): starvation"), "{page}");
    for line in ["- **a**: T waits.", "It hangs.", "- finds `a`, possible at least"] {
        assert!(page.lines().any(|found| found == line), "{line} is missing in\n{page}");
    }
    assert!(page.contains("`waits: mutex`"), "{page}");
    let pages = page::pages(&set.rules);
    assert!(pages["README.md"].contains("[sample](family/sample.md)"), "{pages:?}");
}
