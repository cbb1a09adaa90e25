//! "Templates": labels, filters, what is unbound.

use super::super::render::{Renderer, shown};
use super::super::values::Voice;
use super::world::World;
use stacklore_model::{Row, System};
use tera::Context;

fn render(template: &str, value: impl serde::Serialize) -> String {
    let mut context = Context::new();
    context.insert("x", &value);
    Renderer::new().render(template, &context, Voice::Told).expect("it renders")
}

#[test]
fn sizes_and_durations() {
    for (bytes, text) in [(512.0, "512 B"), (33_557_184.0, "32 MiB"), (1536.0, "1.5 KiB"), (204_800.0, "200 KiB")] {
        assert_eq!(render("{{ x | filesizeformat }}", bytes), text);
    }
    for (seconds, text) in
        [(1038.0, "17 min 18 s"), (529_020.0, "6 d 2 h 57 min"), (5.0, "5 s"), (0.0, "0 s"), (3600.0, "1 h")]
    {
        assert_eq!(render("{{ x | duration }}", seconds), text);
    }
}

#[test]
fn at_most_five_names() {
    let names: Vec<String> = (1..=7).map(|n| n.to_string()).collect();
    assert_eq!(render("{{ x | names }}", &names[..5]), "1, 2, 3, 4 and 5");
    assert_eq!(render("{{ x | names }}", &names), "1, 2, 3, 4, 5 and 2 more");
    assert_eq!(render("{{ x }}", &names[..2]), "1 and 2");
}

#[test]
fn every_expression_is_shown_and_strings_are_left_alone() {
    assert_eq!(
        shown("a {{ b }} {% if c %}{{d.e | f}}{% endif %}"),
        "a {{ (b) | show }} {% if c %}{{ (d.e | f) | show }}{% endif %}"
    );
    assert_eq!(render("{{ \"}}\" }}{{ '{{' }}", 1), "}}{{");
    assert_eq!(render("{%- if x -%} {{- x -}} {% endif %}", 3), "3");
}

/// What a text prints for the task and the lock of a waiter.
fn says(world: &World, text: &str) -> String {
    let rule = format!(
        "evidence: {{a: {{task: $a, waits: lock, object: $lock, says: \"{text}\"}}}}\nconclude: {{likely: [a]}}"
    );
    world.one(&rule).evidence[0].says.clone()
}

#[test]
fn labels_of_tasks_and_objects() {
    let mut world = World::new();
    let lock = world.object(None, Some(0xffff_8800_35ac_f1e0));
    let task = world.waiter("kworker/1:2", 4790, "mutex");
    world.waits_for(task, lock, stacklore_model::Known::Observed);
    assert_eq!(says(&world, "{{ a }} {{ lock }}"), "kworker/1:2 (4790) mutex ffff880035acf1e0");
    assert_eq!(
        says(&world, "{{ a.object }} {{ lock.waiters | names }} {{ a.needs }}"),
        "mutex ffff880035acf1e0 kworker/1:2 (4790) the holder"
    );
    let task = &mut world.analysis.case.tasks[0];
    (task.name, task.number) = (None, Some(35));
    assert_eq!(says(&world, "{{ a }}"), "Thread 35 (LWP 4790)", "a sentence begins with a capital");
    let task = &mut world.analysis.case.tasks[0];
    (task.tid, task.system) = (None, Some(System::Go));
    assert_eq!(says(&world, "It is {{ a }}. {{ a }}"), "It is goroutine 35. Goroutine 35");
    let task = &mut world.analysis.case.tasks[0];
    (task.number, task.address) = (None, Some(0xfeed));
    assert_eq!(says(&world, "{{ a }}"), "Task feed");
    world.analysis.case.objects[0].name = Some("big_lock".into());
    assert_eq!(says(&world, "{{ lock }}"), "big_lock");
}

#[test]
fn what_is_not_told_is_unknown_in_prose_and_a_word_to_fill_in_in_commands() {
    let mut world = World::new();
    world.waiter("t", 1, "mutex");
    let rule = "
evidence:
  a: {task: $a, waits: mutex, says: 'module {{ a.module }}{% if a.device %} of {{ a.device }}{% endif %}'}
  b: {hold: _, task: $a, object: $lock, says: s, get: 'p {{ lock.address }} {{ a.pid }}'}
conclude: {possible: [a], likely: [b]}
confirm: ['kill {{ a.pid }} {{ a.tid }}']
explain: '{% if b %}held{% else %}not known{% endif %}'";
    let found = world.one(rule);
    assert_eq!(found.evidence[0].says, "module unknown");
    assert_eq!(found.missing[0].get, "p LOCK.ADDRESS A.PID");
    assert_eq!(found.confirm, ["kill A.PID 1"]);
    assert_eq!(found.explanation, "not known");
}

#[test]
fn a_clause_name_is_true_where_it_holds_and_a_variable_of_that_name_wins() {
    let mut world = World::new();
    let task = world.waiter("t", 1, "mutex");
    world.fact(
        "report",
        &[("kind", Row::Text("rcu-stall".into())), ("task", Row::Task(task)), ("cpu", Row::Number(3.0))],
    );
    let rule = "
evidence:
  stall: {report: $stall, kind: rcu-stall, says: s}
  waiting: {task: $waiting, waits: send, count: 1+, says: s}
  other: {task: $others, waits: mutex, count: 1+, says: s}
conclude: {likely: [stall]}
also: [waiting, other]
explain: 'CPU {{ stall.cpu }}{% if waiting %} {{ waiting | names }}{% endif %}{% if other %} and {{ others | names }}{% endif %}'";
    assert_eq!(world.one(rule).explanation, "CPU 3 and t (1)");
}

#[test]
fn verbs_agree_with_a_set() {
    let one = ["a (1)"];
    let two = ["a (1)", "b (2)"];
    assert_eq!(render("{{ x | names(do='waits') }} here", one), "a (1) waits here");
    assert_eq!(render("{{ x | names(do='waits') }} here", two), "a (1) and b (2) wait here");
    assert_eq!(render("{{ x | names(do=`*exits and *flushes it`) }}", two), "a (1) and b (2) exit and flush it");
    assert_eq!(render("{{ x | names }} of it {{ x | agree(do='is') }}", two), "a (1) and b (2) of it are");
    assert_eq!(render("{{ x | counted(of='thread', do='waits') }}", one), "1 thread waits");
    assert_eq!(render("{{ x | counted(of='thread', do='waits') }}", two), "2 threads wait");
    assert_eq!(render("{{ x | names(do='waits') }}", "a (1)"), "a (1) waits");
}

#[test]
fn what_is_not_bound_is_a_noun_in_sentences_and_a_word_in_commands() {
    let mut world = World::new();
    world.waiter("t", 1, "mutex");
    let rule = "
evidence:
  a: {task: $a, waits: mutex, says: s}
  b: {hold: _, task: $holder, object: $a.object, says: '{{ holder }} holds it. {{ holder }} waits for {{ holder.needs }}{% if holder.cpu %} there{% endif %}.',
      get: 'bt {{ holder.process.pid }}'}
  c: {task: $more, object: $a.object, count: 2+, get: g, says: \"{{ more | names(do='waits') }}; {{ more | counted(of='thread', do='sleeps') }} for {{ more[0].waited | duration }}.\"}
  d: {line: $line, text: /never (?<word>there)/, count: 1+, get: g, says: 'It says {{ line[0].word }}: {{ line[0].text }}'}
conclude: {possible: [a], likely: [b, c, d]}
explain: e";
    let found = world.one(rule);
    let says: Vec<&str> = found.missing.iter().map(|missing| missing.says.as_str()).collect();
    assert_eq!(says[0], "A task holds it. A task waits for something.");
    assert_eq!(says[1], "Several tasks wait; several threads sleep for some time.");
    assert_eq!(says[2], "It says …: …");
    assert_eq!(found.missing[0].get, "bt HOLDER.PROCESS.PID");
}

#[test]
fn a_text_that_cannot_be_rendered_has_gaps_and_is_noted() {
    let mut world = World::new();
    world.waiter("t", 1, "mutex");
    let rule = "
evidence:
  a: {task: $a, waits: mutex, says: '{{ a }} is {{ a.name.nothing.more }}{% if a %}.{% endif %}'}
conclude: {likely: [a]}";
    let matched = world.find(rule);
    assert_eq!(matched.findings[0].evidence[0].says, "t (1) is …");
    assert_eq!(matched.notes.len(), 1);
}
