//! "Meaning": findings, levels, certainty, refutation, edges, near misses.

use super::world::{World, role};
use crate::finding::Certainty;
use crate::graph::{EdgeKind, Node};
use stacklore_model::{Known, ListingOf, Row, TaskState};

const LEVELS: &str = "
evidence:
  waiter: {task: $waiter, waits: mutex, object: $lock, says: '{{ waiter }} waits for {{ lock }}.'}
  holder: {hold: _, object: $lock, task: $holder, says: '{{ holder }} holds {{ lock }}.', get: 'p {{ lock.address }} {{ holder.pid }}'}
  sends: {task: $holder, waits: send, says: '{{ holder }} sends.', get: 'stack of {{ holder.tid }}'}
conclude: {possible: [waiter], likely: [holder], proven: [sends]}
edges: [$waiter -> $holder]";

/// A waiter of a lock; a holder as far as asked for.
fn locked(known: Known) -> (World, stacklore_model::ObjectId) {
    let mut world = World::new();
    let lock = world.object(None, Some(0xabc0));
    let waiter = world.waiter("waiter", 1, "mutex");
    world.waits_for(waiter, lock, known);
    (world, lock)
}

#[test]
fn the_highest_level_that_holds_counts() {
    let (mut world, lock) = locked(Known::Observed);
    assert_eq!(world.one(LEVELS).certainty, Certainty::Possible);
    let holder = world.task("holder", 2);
    world.hold(holder, lock, Known::Observed);
    assert_eq!(world.one(LEVELS).certainty, Certainty::Likely);
    world.stack(holder, &["send_it"]);
    world.wait(holder, "send");
    let found = world.one(LEVELS);
    assert_eq!(found.certainty, Certainty::Proven);
    let clauses: Vec<&str> = found.evidence.iter().map(|evidence| evidence.clause.as_str()).collect();
    assert_eq!(clauses, ["waiter", "holder", "sends"]);
    assert!(found.missing.is_empty());
    assert!(found.why_certainty.ends_with("nothing is assumed."));
}

#[test]
fn the_weakest_claim_caps_the_level() {
    for (object, hold, wanted) in [
        (Known::Observed, Known::Observed, Certainty::Proven),
        (Known::Inferred, Known::Observed, Certainty::Likely),
        (Known::Observed, Known::Inferred, Certainty::Likely),
        (Known::Observed, Known::Assumed, Certainty::Possible),
        (Known::Assumed, Known::Observed, Certainty::Possible),
    ] {
        let (mut world, lock) = locked(object);
        let holder = world.waiter("holder", 2, "send");
        world.hold(holder, lock, hold);
        let found = world.one(LEVELS);
        assert_eq!(found.certainty, wanted, "{object:?} {hold:?}");
        if wanted < Certainty::Proven {
            assert!(
                found.why_certainty.contains("holds mutex abc0")
                    || found.why_certainty.contains("waits for mutex abc0"),
                "{}",
                found.why_certainty
            );
        }
    }
}

#[test]
fn a_weak_higher_level_does_not_weaken_a_lower_one() {
    let (mut world, lock) = locked(Known::Observed);
    let holder = world.waiter("holder", 2, "send");
    world.hold(holder, lock, Known::Assumed);
    let rule = LEVELS
        .replace("possible: [waiter], likely: [holder], proven: [sends]", "likely: [waiter], proven: [holder, sends]");
    assert_eq!(world.one(&rule).certainty, Certainty::Likely);
}

#[test]
fn a_clause_is_not_capped_by_the_wait_it_does_not_name() {
    let mut world = World::new();
    let task = world.task("t", 1);
    world.stack(task, &["inner", "outer"]);
    world.wait(task, "mutex").known = Known::Inferred;
    let frames = "evidence: {a: {task: $a, stack: [inner], says: s}}\nconclude: {proven: [a]}";
    assert_eq!(world.one(frames).certainty, Certainty::Proven);
    let wait = "evidence: {a: {task: $a, stack: [inner], waits: mutex, says: s}}\nconclude: {proven: [a]}";
    assert_eq!(world.one(wait).certainty, Certainty::Likely);
}

#[test]
fn a_waiting_task_that_moved_is_no_more_than_possible() {
    let mut world = World::new();
    let task = world.waiter("t", 1, "mutex");
    let rule = "evidence: {a: {task: $a, waits: mutex, says: s}}\nconclude: {proven: [a]}";
    assert_eq!(world.one(rule).certainty, Certainty::Proven);
    world.activity(task).moved = Some(true);
    assert_eq!(world.one(rule).certainty, Certainty::Possible);
}

#[test]
fn a_set_is_worth_its_nth_best_row_where_it_needs_n() {
    let mut world = World::new();
    for (tid, known) in [(1, Known::Assumed), (2, Known::Observed), (3, Known::Inferred)] {
        let task = world.waiter("t", tid, "mutex");
        world.activity(task).wait.as_mut().expect("it waits").known = known;
    }
    for (count, wanted) in [("1+", Certainty::Proven), ("2+", Certainty::Likely), ("3+", Certainty::Possible)] {
        let rule =
            format!("evidence: {{a: {{task: $a, waits: mutex, count: {count}, says: s}}}}\nconclude: {{proven: [a]}}");
        assert_eq!(world.one(&rule).certainty, wanted, "{count}");
    }
}

#[test]
fn a_cycle_is_worth_its_weakest_edge_and_its_tasks_are_roles() {
    let mut world = World::new();
    let lock = world.object(Some("m"), None);
    let tasks = [world.waiter("a", 1, "mutex"), world.waiter("b", 2, "mutex")];
    world.cycle(&tasks, lock, Known::Inferred);
    let rule = "
evidence:
  ring:
    cycle: $ring
    length: 2+
    kinds: lock
    says: '{{ ring.length }} tasks: {{ ring.tasks | names }}; {{ ring.steps[0].task }} waits for {{ ring.steps[0].object }}, held by {{ ring.steps[0].holder }}'
conclude: {proven: [ring]}";
    let found = world.one(rule);
    assert_eq!(found.certainty, Certainty::Likely);
    assert_eq!(role(&found, "ring"), tasks);
    assert_eq!(role(&found, "tasks"), tasks);
    assert_eq!(found.cycle, Some(0));
    assert_eq!(found.evidence[0].says, "2 tasks: a (1) and b (2); a (1) waits for m, held by b (2)");
    assert_eq!(found.evidence[0].quotes.len(), 2);
    assert_eq!(world.number(&rule.replace("kinds: lock", "kinds: send")), 0);
    assert_eq!(world.number(&rule.replace("length: 2+", "length: 1")), 0);
}

#[test]
fn a_choice_is_one_of_its_clauses_and_worth_the_best() {
    let (mut world, lock) = locked(Known::Observed);
    let rule = "
evidence:
  waiter: {task: $waiter, waits: mutex, object: $lock, says: s}
  held: {hold: _, object: $lock, task: $holder, says: s, get: g}
  hung: {report: _, kind: hung-task, task: $waiter, says: s, get: g}
conclude: {possible: [waiter], proven: [[held, hung]]}";
    assert_eq!(world.one(rule).certainty, Certainty::Possible);
    assert_eq!(world.one(rule).missing.len(), 2);
    let holder = world.task("h", 2);
    world.hold(holder, lock, Known::Inferred);
    assert_eq!(world.one(rule).certainty, Certainty::Likely);
    let waiter = stacklore_model::TaskId(0);
    world.fact("report", &[("kind", Row::Text("hung-task".into())), ("task", Row::Task(waiter))]);
    assert_eq!(world.one(rule).certainty, Certainty::Proven);
}

#[test]
fn the_binding_that_reaches_most_is_told_and_the_first_among_equals() {
    let (mut world, lock) = locked(Known::Observed);
    let weak = world.task("weak", 2);
    world.hold(weak, lock, Known::Assumed);
    let rule = LEVELS.replace(", proven: [sends]", "").replace("  sends:", "  # sends:");
    assert_eq!(role(&world.one(&rule), "holder"), [weak]);
    let strong = world.task("strong", 3);
    world.hold(strong, lock, Known::Observed);
    let late = world.task("late", 4);
    world.hold(late, lock, Known::Observed);
    let found = world.one(&rule);
    assert_eq!(role(&found, "holder"), [strong]);
    assert_eq!(found.certainty, Certainty::Likely);
}

#[test]
fn bindings_that_differ_only_in_which_variable_has_which_row_are_one() {
    let mut world = World::new();
    let (a, b) = (world.waiter("a", 1, "send"), world.waiter("b", 2, "send"));
    world.process(1, &[a, b]);
    let rule = "
evidence:
  one: {task: $one, waits: send, process: $process, says: s}
  two: {task: $two, waits: send, process: $process, says: s}
conclude: {likely: [one, two]}";
    let found = world.one(rule);
    assert_eq!((role(&found, "one"), role(&found, "two")), (vec![a], vec![b]));
}

#[test]
fn a_refute_clause_that_holds_drops_the_finding() {
    let mut world = World::new();
    let task = world.waiter("t", 1, "mutex");
    let rule = "
evidence:
  waiter: {task: $waiter, waits: mutex, says: s}
  busy: {task: $waiter, state: running, says: It runs.}
conclude: {likely: [waiter]}
refute: [busy]";
    assert_eq!(world.number(rule), 1);
    world.state(task, TaskState::Running);
    assert_eq!(world.number(rule), 0);
    assert_eq!(world.state_of("busy", rule), "refutes");
}

#[test]
fn a_refute_clause_with_an_unbound_variable_is_unknown() {
    let (mut world, _) = locked(Known::Observed);
    world.waiter("unrelated", 9, "send");
    let rule = LEVELS.replace("conclude:", "  asleep: {task: $holder, waits: send, says: s}\nconclude:")
        + "\nrefute: [asleep]";
    assert_eq!(world.number(&rule), 1);
}

#[test]
fn also_is_told_and_changes_nothing() {
    let mut world = World::new();
    world.waiter("t", 1, "mutex");
    let rule = "
evidence:
  waiter: {task: $waiter, waits: mutex, says: s}
  off: {sysctl: _, key: kernel.watchdog, value: 0, says: The watchdog is off.}
conclude: {proven: [waiter]}
also: [off]";
    assert_eq!(world.one(rule).evidence.len(), 1);
    let span = world.fact("sysctl", &[("key", Row::Text("kernel.watchdog".into())), ("value", Row::Text("0".into()))]);
    let found = world.one(rule);
    assert_eq!(found.certainty, Certainty::Proven);
    assert_eq!(
        (found.evidence[1].says.as_str(), found.evidence[1].quotes.as_slice()),
        ("The watchdog is off.", &[span][..])
    );
}

#[test]
fn edges_have_the_certainty_of_the_finding_and_an_unbound_end_drops_them() {
    let (mut world, lock) = locked(Known::Observed);
    assert!(world.one(LEVELS).edges.is_empty());
    let holder = world.task("holder", 2);
    world.hold(holder, lock, Known::Observed);
    let found = world.one(LEVELS);
    let edge = &found.edges[0];
    assert_eq!((edge.from, edge.to), (Node::Task(stacklore_model::TaskId(0)), Node::Task(holder)));
    assert_eq!((edge.kind, edge.known), (EdgeKind::Rule, Known::Inferred));
}

#[test]
fn edges_between_sets_are_as_many_as_their_members() {
    let mut world = World::new();
    for tid in 1..=20 {
        world.waiter("s", tid, "send");
        world.waiter("m", 100 + tid, "mutex");
    }
    let rule = "
evidence:
  senders: {task: $senders, waits: send, count: 1+, says: s}
  lockers: {task: $lockers, waits: mutex, count: 1+, says: s}
conclude: {likely: [senders, lockers]}
edges: [$senders -> $lockers]";
    assert_eq!(world.one(rule).edges.len(), 39);
}

#[test]
fn a_finding_below_its_top_level_asks_for_what_is_unknown() {
    let (world, _) = locked(Known::Observed);
    let found = world.one(LEVELS);
    let asked: Vec<(&str, &str)> =
        found.missing.iter().map(|missing| (missing.clause.as_str(), missing.get.as_str())).collect();
    assert_eq!(asked, [("holder", "p abc0 HOLDER.PID"), ("sends", "stack of HOLDER.TID")]);
    assert_eq!(found.missing[0].would_make, Some(Certainty::Likely));
    assert_eq!(found.missing[1].would_make, Some(Certainty::Proven));
}

#[test]
fn what_fails_is_not_asked_for() {
    let (mut world, lock) = locked(Known::Observed);
    let holder = world.waiter("holder", 2, "mutex");
    world.hold(holder, lock, Known::Observed);
    let found = world.find(LEVELS).findings.remove(0);
    assert!(found.missing.is_empty(), "it is known that the holder does not send: {:?}", found.missing);
}

const LOWEST: &str = "
evidence:
  waiter: {task: $waiter, waits: mutex, object: $lock, says: '{{ waiter }} waits.'}
  holder: {hold: _, object: $lock, task: $holder, says: s, get: 'p {{ lock.address }}'}
  sends: {task: $holder, waits: send, says: s, get: 'stack of {{ holder.tid }}'}
conclude: {likely: [waiter, holder, sends]}";

#[test]
fn one_unknown_clause_of_the_lowest_level_is_a_near_miss() {
    let (mut world, lock) = locked(Known::Observed);
    let near = world.find(LOWEST).near_misses;
    assert_eq!(near[0].held, ["waiter (1) waits."]);
    assert_eq!((near[0].missing.len(), near[0].missing[0].get.as_str()), (1, "p abc0"));
    let holder = world.task("holder", 2);
    world.hold(holder, lock, Known::Observed);
    let near = world.find(LOWEST).near_misses;
    assert_eq!((near[0].missing.len(), near[0].missing[0].get.as_str()), (1, "stack of 2"));
}

#[test]
fn a_clause_that_fails_makes_no_near_miss() {
    let (mut world, lock) = locked(Known::Observed);
    let holder = world.waiter("holder", 2, "mutex");
    world.hold(holder, lock, Known::Observed);
    assert!(world.find(LOWEST).near_misses.is_empty());
}

#[test]
fn nothing_that_holds_makes_no_near_miss() {
    let mut world = World::new();
    world.waiter("t", 1, "flush");
    assert!(world.find(LOWEST).near_misses.is_empty());
}

#[test]
fn a_rule_stops_after_ten_thousand_bindings_and_says_so() {
    let mut world = World::new();
    for tid in 0..10_050 {
        world.waiter("t", tid, "mutex");
    }
    let matched = world.find("evidence: {a: {task: $a, waits: mutex, says: s}}\nconclude: {likely: [a]}");
    assert_eq!(matched.findings.len(), 10_000);
    assert!(matched.notes[0].contains("stopped after 10000 findings"), "{:?}", matched.notes);
}

#[test]
fn absence_is_quoted_by_the_listing_that_shows_it() {
    let mut world = World::new();
    world.waiter("t", 1, "mutex");
    world.listing(ListingOf::Tasks, true);
    let rule = "
evidence:
  waiter: {task: $waiter, waits: mutex, says: s}
  nobody: {task: _, waits: send, count: 0, says: Nobody sends., get: g}
conclude: {likely: [waiter, nobody]}";
    let listing = world.analysis.case.listings[0].1.span;
    assert_eq!(world.one(rule).evidence[1].quotes, [listing]);
}

#[test]
fn who_is_waited_for_by_identity_is_its_own_holder() {
    let mut world = World::new();
    let joined = world.waiter("joined", 2, "send");
    let joiner = world.waiter("joiner", 1, "join");
    world.activity(joiner).wait.as_mut().expect("it waits").awaited_task = Some(joined);
    let rule = LOWEST.replace("waits: mutex", "waits: join");
    assert_eq!(role(&world.one(&rule), "holder"), [joined]);
}
