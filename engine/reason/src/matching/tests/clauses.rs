//! "Clauses": rows and sets, variables, values.

use super::world::{World, role};
use stacklore_model::{Known, Row};

const ONE: &str = "
evidence:
  a:
    task: $a
    waits: mutex
    says: '{{ a }}'
conclude: {likely: [a]}";

#[test]
fn without_count_a_clause_binds_one_row() {
    let mut world = World::new();
    let first = world.waiter("one", 1, "mutex");
    world.waiter("two", 2, "mutex");
    world.waiter("three", 3, "send");
    let found = world.find(ONE).findings;
    assert_eq!(found.len(), 2);
    assert_eq!(role(&found[0], "a"), [first]);
}

const SET: &str = "
evidence:
  a:
    task: $a
    waits: mutex
    count: COUNT
    says: '{{ a | names }}'
conclude: {likely: [a]}";

#[test]
fn with_count_all_rows_that_fit_are_one_finding() {
    let mut world = World::new();
    let tasks = [world.waiter("one", 1, "mutex"), world.waiter("two", 2, "mutex")];
    assert_eq!(role(&world.one(&SET.replace("COUNT", "1+")), "a"), tasks);
    assert_eq!(role(&world.one(&SET.replace("COUNT", "2+")), "a"), tasks);
    assert_eq!(world.number(&SET.replace("COUNT", "3+")), 0);
}

#[test]
fn an_upper_bound_needs_a_complete_scope() {
    let mut world = World::new();
    world.waiter("one", 1, "mutex");
    world.waiter("two", 2, "mutex");
    for count in ["2", "1..5", "'1..2'"] {
        assert_eq!(world.number(&SET.replace("COUNT", count)), 0, "{count}: nothing tells that there are no more");
    }
    world.listing(stacklore_model::ListingOf::Tasks, true);
    for count in ["2", "1..5"] {
        assert_eq!(world.number(&SET.replace("COUNT", count)), 1, "{count}");
    }
    assert_eq!(world.number(&SET.replace("COUNT", "1")), 0);
}

#[test]
fn a_variable_that_only_a_set_mentions_groups_it() {
    let mut world = World::new();
    let (m, n) = (world.object(Some("m"), None), world.object(Some("n"), None));
    let tasks: Vec<_> = (1..=4).map(|tid| world.waiter("t", tid, "mutex")).collect();
    for (task, lock) in tasks.iter().zip([m, n, m, m]) {
        world.waits_for(*task, lock, Known::Observed);
    }
    let rule = "
evidence:
  victims:
    task: $victims
    waits: mutex
    object: $lock
    count: 2+
    says: '{{ victims | names }} wait for {{ lock }}.'
conclude: {likely: [victims]}";
    let found = world.one(rule);
    assert_eq!(role(&found, "victims"), [tasks[0], tasks[2], tasks[3]]);
    assert_eq!(found.evidence[0].says, "t (1), t (3) and t (4) wait for m.");
    assert_eq!(world.number(&rule.replace("2+", "1+")), 2);
}

const HELD: &str = "
evidence:
  waiter:
    task: $waiter
    waits: mutex
    object: $lock
    says: '{{ waiter }} waits.'
  holder:
    hold: _
    object: $lock
    task: $holder
    says: '{{ holder }} holds {{ lock }}.'
    get: 'p {{ lock.address }}'
conclude: {likely: [waiter, holder]}";

#[test]
fn the_same_variable_is_the_same_thing() {
    let mut world = World::new();
    let (m, n) = (world.object(Some("m"), None), world.object(Some("n"), None));
    let waiter = world.waiter("waiter", 1, "mutex");
    world.waits_for(waiter, m, Known::Observed);
    let (right, wrong) = (world.task("right", 2), world.task("wrong", 3));
    world.hold(wrong, n, Known::Observed);
    assert_eq!(world.number(HELD), 0);
    world.hold(right, m, Known::Observed);
    assert_eq!(role(&world.one(HELD), "holder"), [right]);
}

#[test]
fn two_names_never_stand_for_one_row() {
    let mut world = World::new();
    let m = world.object(Some("m"), None);
    let waiter = world.waiter("waiter", 1, "mutex");
    world.waits_for(waiter, m, Known::Observed);
    world.hold(waiter, m, Known::Observed);
    assert_eq!(world.number(HELD), 0);
}

#[test]
fn plain_values_may_be_equal() {
    let mut world = World::new();
    let (a, b) = (world.task("a", 1), world.task("b", 2));
    for task in [a, b] {
        world.fact("on_cpu", &[("cpu", Row::Number(3.0)), ("task", Row::Task(task))]);
    }
    let rule = "
evidence:
  one: {on_cpu: $x, task: $a, cpu: $p, says: s}
  two: {on_cpu: $y, task: $b, cpu: $p, says: s}
conclude: {likely: [one, two]}";
    assert_eq!(world.number(rule), 1, "the symmetrical binding is the same finding");
}

#[test]
fn a_set_leaves_out_the_rows_of_single_variables_and_so_does_a_row_without_name() {
    let mut world = World::new();
    let m = world.object(Some("m"), None);
    let tasks: Vec<_> = (1..=3).map(|tid| world.waiter("t", tid, "mutex")).collect();
    for task in &tasks {
        world.waits_for(*task, m, Known::Observed);
    }
    let rule = "
evidence:
  first: {task: $first, waits: mutex, object: $lock, says: s}
  others: {task: $others, waits: mutex, object: $lock, count: 1+, says: s}
conclude: {likely: [first, others]}";
    let found = world.find(rule).findings;
    assert_eq!(role(&found[0], "others"), [tasks[1], tasks[2]]);
    world.listing(stacklore_model::ListingOf::Tasks, true);
    let alone = "
evidence:
  first: {task: $first, waits: send, says: s}
  nobody: {task: _, waits: send, count: 0, says: s, get: g}
conclude: {likely: [first, nobody]}";
    assert_eq!(world.number(alone), 0);
    world.waiter("sender", 9, "send");
    assert_eq!(world.number(alone), 1);
}

#[test]
fn a_set_in_a_condition_stands_for_any_of_its_members() {
    let mut world = World::new();
    let (m, n) = (world.object(Some("m"), None), world.object(Some("n"), None));
    let (one, two) = (world.waiter("one", 1, "mutex"), world.waiter("two", 2, "mutex"));
    world.waits_for(one, m, Known::Observed);
    world.waits_for(two, n, Known::Observed);
    let holder = world.task("holder", 3);
    world.hold(holder, n, Known::Observed);
    let rule = "
evidence:
  readers: {task: $readers, waits: mutex, count: 1+, says: s}
  owner: {hold: _, task: $holder, object: $readers.object, says: s, get: g}
conclude: {possible: [readers], proven: [owner]}";
    let found = world.one(rule);
    assert_eq!(role(&found, "holder"), [holder]);
    assert_eq!(found.certainty.name(), "proven");
}

/// Which of four tasks a condition on their facts selects.
fn selected(condition: &str) -> Vec<f64> {
    let mut world = World::new();
    world.task("anchor", 1);
    for (n, name) in [(512.0, "Alpha"), (1024.0, "alpine"), (2048.0, "beta"), (4096.0, "gamma")] {
        world.fact(
            "unix_socket",
            &[("inode", Row::Number(n)), ("recv_queue", Row::Number(n)), ("state", Row::Text(name.into()))],
        );
    }
    world.fact("unix_socket", &[("inode", Row::Number(0.0))]);
    let rule = format!(
        "
evidence:
  a:
    unix_socket: $a
    {condition}
    says: '{{{{ a.inode }}}}'
conclude: {{likely: [a]}}"
    );
    world.find(&rule).findings.iter().filter_map(|finding| finding.evidence[0].says.parse().ok()).collect()
}

#[test]
fn values() {
    let cases: &[(&str, &[f64])] = &[
        ("state: alpha", &[512.0]),
        ("state: [alpha, BETA]", &[512.0, 2048.0]),
        ("state: alp*", &[512.0, 1024.0]),
        ("state: '/pin|mm/'", &[1024.0, 4096.0]),
        ("recv_queue: '>= 2 KiB'", &[2048.0, 4096.0]),
        ("recv_queue: '< 1 KiB'", &[512.0]),
        ("inode: 1024", &[1024.0]),
        ("inode: 1000+", &[1024.0, 2048.0, 4096.0]),
        ("inode: 1000..3000", &[1024.0, 2048.0]),
        ("state: not beta", &[512.0, 1024.0, 4096.0]),
        ("state: not [beta, gamma]", &[512.0, 1024.0]),
        ("state: any", &[512.0, 1024.0, 2048.0, 4096.0]),
    ];
    for (condition, wanted) in cases {
        assert_eq!(selected(condition), *wanted, "{condition}");
    }
}

#[test]
fn none_is_known_to_be_empty() {
    let mut world = World::new();
    world.waiter("waits", 1, "mutex");
    let runs = world.task("runs", 2);
    world.stack(runs, &["busy"]);
    world.task("nothing known", 3);
    let rule = "
evidence:
  a: {task: $a, name: '*', stack: [busy | wait_here], waits: none, says: s}
conclude: {likely: [a]}";
    assert_eq!(role(&world.one(rule), "a"), [runs]);
}

#[test]
fn an_object_is_equal_to_its_name_and_its_address() {
    let mut world = World::new();
    let lock = world.object(Some("big_lock"), Some(0xffff_8800_1234));
    let task = world.waiter("t", 1, "mutex");
    world.waits_for(task, lock, Known::Observed);
    let rule = |object: &str| ONE.replace("waits: mutex", &format!("waits: mutex\n    object: {object}"));
    assert_eq!(world.number(&rule("big_lock")), 1);
    assert_eq!(world.number(&rule("ffff88001234")), 1);
    assert_eq!(world.number(&rule("other_lock")), 0);
}

#[test]
fn a_line_is_matched_with_its_named_groups() {
    let mut world = World::new();
    world.task("t", 1);
    world.text("one\nunregister: waiting for lo, count = 3\nx\nunregister: waiting for eth0, count = 1\n");
    let rule = "
evidence:
  leak:
    line: $leak
    text: '/waiting for (?<device>\\S+), count = (?<references>\\d+)/'
    count: 1+
    says: '{{ leak[0].device }} {{ leak[1].references }} {{ leak | length }}'
conclude: {likely: [leak]}";
    let found = world.one(rule);
    assert_eq!(found.evidence[0].says, "lo 1 2");
    let lines: Vec<u32> = found.evidence[0].quotes.iter().map(|span| span.first).collect();
    assert_eq!(lines, [2, 4]);
}

#[test]
fn a_rule_of_another_system_is_not_tried() {
    let mut world = World::new();
    world.waiter("t", 1, "mutex");
    let rule = format!("systems: [illumos]\n{ONE}");
    assert_eq!(world.number(&rule), 0);
    assert!(world.why(&rule).outcome.starts_with("Not tried"));
}
