//! What makes two sightings one task, one process, one object or one stack.

#![allow(clippy::unwrap_used)]

mod objects;
mod processes;
mod stacks;
mod tasks;
mod text;

use stacklore_model::{Known, ObjectKey, Scope, TaskKeys};
use text::{Text, case, number, tid};

#[test]
fn a_hundred_thousand_sightings_are_united() {
    let mut text = Text::new(0);
    for n in 0..100_000_u32 {
        let keys = TaskKeys { tid: Some(1000 + n % 20_000), ..number(u64::from(n % 20_000), 0) };
        let lock = 0xffff_9000_0000_0000 + u64::from(n % 30_000) * 8;
        text = text.task(n, keys, "worker").lock(n, ObjectKey::address(lock, Scope::Kernel), "", 64).held_by(
            tid(1000),
            None,
            Known::Observed,
        );
    }
    let case = case([text]);
    assert_eq!(case.tasks.len(), 20_000);
}

#[test]
fn many_locks_that_turn_out_to_be_one_are_united() {
    let base = 0xffff_9000_0000_0000;
    let mut text = Text::new(0);
    for n in 1..=50_000_u32 {
        let key = ObjectKey::address(base + u64::from(n) * 8, Scope::Kernel);
        text = text.lock(n, key, "", 0).held_by(tid(n), None, Known::Observed);
    }
    text = text.lock(60_000, ObjectKey::address(base, Scope::Kernel), "", 1 << 30);
    let case = case([text]);
    assert_eq!((case.objects.len(), case.objects[0].holders.len()), (1, 50_000));
    assert!(case.objects[0].spans.is_sorted());
}
