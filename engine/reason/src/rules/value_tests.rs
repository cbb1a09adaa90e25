//! Every form of a value, for every type of field.

use super::*;
use crate::rules::ast::{VarId, VarRef};
use crate::rules::tables;

/// Reads `value` as the field of a table; the variable `$x` and its roles come back as well.
fn read(table: &str, field: &str, value: &str) -> (Option<Test>, Vec<(String, Role)>, Vec<String>) {
    let root = stacklore_yaml::parse(&format!("v: {value}")).expect("YAML");
    let Content::Map(entries) = &root.content else { panic!("a mapping") };
    let kind = tables::table(table).and_then(|table| table.field(field)).expect("a declared field").kind;
    let vocabulary = Vocabulary::default();
    let mut report = Reporter::new("t.yaml", "");
    let mut used = Vec::new();
    let mut variable = |name: &str, field: Option<&str>, role, _: Place| {
        used.push((name.to_owned(), role));
        Test::Var(VarRef { var: VarId(0), field: field.map(str::to_owned) })
    };
    let mut values = Values { vocabulary: &vocabulary, report: &mut report, variable: &mut variable };
    let test = values.read(kind, field, &entries[0].1);
    (test, used, report.finish().into_iter().map(|message| message.code.to_owned()).collect())
}

fn shape(test: &Test) -> String {
    match test {
        Test::Word(word) => word.clone(),
        Test::Number(number) => format!("#{number}"),
        Test::Flag(flag) => format!("flag {flag}"),
        Test::Glob(text, _) => format!("glob {text}"),
        Test::Regex(regex) => format!("regex {}", regex.source()),
        Test::Compare(comparison, Quantity::Number(number)) => format!("{comparison:?} {number}"),
        Test::Compare(comparison, Quantity::Version(parts)) => format!("{comparison:?} v{parts:?}"),
        Test::Range(low, high) => format!("{low} to {high}"),
        Test::Var(VarRef { field, .. }) => format!("var {}", field.as_deref().unwrap_or("-")),
        Test::AnyOf(tests) => format!("any of [{}]", tests.iter().map(shape).collect::<Vec<_>>().join(", ")),
        Test::Not(test) => format!("not {}", shape(test)),
        Test::None => "none".to_owned(),
        Test::Any => "any".to_owned(),
    }
}

#[test]
fn every_form_of_the_reference_is_read() {
    for (table, field, value, expected) in [
        ("task", "name", "kswapd0", "kswapd0"),
        ("task", "name", "kworker/0:1", "kworker/0:1"),
        ("task", "name", "kwork*", "glob kwork*"),
        ("task", "name", "\"kwork*\"", "glob kwork*"),
        ("task", "name", "/^kwork/", "regex ^kwork"),
        ("task", "name", "12", "12"),
        ("task", "name", "no", "no"),
        ("task", "cpu", "12", "#12"),
        ("task", "cpu", "0x10", "#16"),
        ("task", "cpu", "2+", "AtLeast 2"),
        ("task", "cpu", "2..5", "2 to 5"),
        ("task", "cpu", "\"> 3\"", "More 3"),
        ("task", "cpu", "\"<=3\"", "AtMost 3"),
        ("task", "cpu", "[1, 2]", "any of [#1, #2]"),
        ("task", "kernel", "yes", "flag true"),
        ("task", "kernel", "no", "flag false"),
        ("task", "kernel", "true", "flag true"),
        ("task", "idle", "any", "any"),
        ("task", "state", "Blocked", "blocked"),
        ("task", "state", "[running, idle]", "any of [running, idle]"),
        ("task", "waits", "workqueue-flush", "workqueue-flush"),
        ("task", "waits", "none", "none"),
        ("task", "waits", "not lock", "not lock"),
        ("task", "waits", "not [lock, send, join]", "not any of [lock, send, join]"),
        ("task", "object", "rtnl_mutex", "rtnl_mutex"),
        ("task", "object", "0xffff880035acf1e0", "0xffff880035acf1e0"),
        ("task", "object", "$x", "var -"),
        ("task", "object", "$x.object", "var object"),
        ("task", "object", "not $x", "not var -"),
        ("task", "process", "[$x, $y]", "any of [var -, var -]"),
        ("task", "waited", "\">= 10 min\"", "AtLeast 600"),
        ("task", "waited", "\"< 5 s\"", "Less 5"),
        ("task", "waited", "\"< 1.5 h\"", "Less 5400"),
        ("task", "waited", "\"> 250 ms\"", "More 0.25"),
        ("task", "waited", "2d+", "AtLeast 172800"),
        ("task", "waited", "1 s..2 min", "1 to 120"),
        ("netlink_socket", "rmem", "\">= 200 KiB\"", "AtLeast 204800"),
        ("netlink_socket", "rmem", "\">= 1 MiB\"", "AtLeast 1048576"),
        ("netlink_socket", "rmem", "\"< 2GiB\"", "Less 2147483648"),
        ("netlink_socket", "rmem", "512", "#512"),
        ("software", "version", "\"< 6.3\"", "Less v[6, 3]"),
        ("software", "version", "\">= 4.18.0-305\"", "AtLeast v[4, 18, 0, 305]"),
        ("software", "version", "6.10", "6.10"),
        ("sysctl", "value", "0", "0"),
        ("sysctl", "value", "\">= 20\"", "AtLeast 20"),
        ("sysctl", "value", "schedutil", "schedutil"),
        ("report", "kind", "[soft-lockup, hard-lockup]", "any of [soft-lockup, hard-lockup]"),
    ] {
        let (test, _, codes) = read(table, field, value);
        assert!(codes.is_empty(), "{field}: {value}: {codes:?}");
        assert_eq!(test.as_ref().map(shape).as_deref(), Some(expected), "{field}: {value}");
    }
}

#[test]
fn a_variable_alone_binds_in_a_list_joins_and_below_not_filters() {
    for (value, role) in
        [("$x", Role::Equal), ("[$x, $y]", Role::Listed), ("not $x", Role::Negated), ("not [$x, $y]", Role::Negated)]
    {
        let (_, used, _) = read("task", "object", value);
        assert!(used.iter().all(|(_, found)| *found == role), "{value}: {used:?}");
        assert_eq!(used[0].0, "x");
    }
}

#[test]
fn what_does_not_fit_the_field_is_refused() {
    for (table, field, value) in [
        ("task", "cpu", "many"),
        ("task", "cpu", "1e3"),
        ("task", "cpu", "five"),
        ("task", "waited", "10 KiB"),
        ("task", "kernel", "maybe"),
        ("task", "process", "1234"),
        ("task", "cycle", "ring"),
        ("task", "waits", "mut*"),
        ("task", "object", "$x.y.z"),
        ("task", "object", "$"),
        ("task", "name", "not not a"),
        ("task", "name", "not any"),
        ("task", "name", "[]"),
        ("netlink_socket", "rmem", "\">= 1 MB\""),
        ("software", "version", "\"< six\""),
        ("report", "kind", "soft-lokup"),
    ] {
        let (test, _, codes) = read(table, field, value);
        assert!(test.is_none() && codes == ["R05"], "{field}: {value}: {test:?} {codes:?}");
    }
}

#[test]
fn words_are_compared_without_regard_to_case() {
    let (test, ..) = read("task", "name", "KWork*");
    assert!(matches!(test, Some(Test::Glob(_, glob)) if glob.is_match("kworker/0:1")));
}
