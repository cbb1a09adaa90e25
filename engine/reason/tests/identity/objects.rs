use crate::text::*;
use stacklore_model::*;

const LOCK: u64 = 0xffff_8800_0000_4000;
const USER: u64 = 0x5555_0000_4000;
const SESSION: Scope = Scope::Session(SessionId(0));

fn at(address: u64) -> ObjectKey {
    ObjectKey::address(address, Scope::Kernel)
}

fn symbol(name: &str, offset: u64, address: Option<u64>) -> ObjectKey {
    ObjectKey { address, symbol: Some(name.into()), symbol_offset: offset, scope: Scope::Kernel }
}

/// A text with a kernel stack, for [`StackId(0)`].
fn kernel_text() -> Text {
    Text::new(0).stack(1, tid(1), System::Linux, &["f"])
}

#[test]
fn kernel_addresses_mean_one_thing_in_the_whole_case() {
    let print = |n| Text::new(n).lock(1, at(LOCK), "mutex", 0);
    let case = case([print(0), print(1)]);
    assert_eq!((case.objects.len(), case.objects[0].spans.len()), (1, 2));
}

#[test]
fn user_addresses_and_symbols_mean_one_thing_in_one_process() {
    let keys = [ObjectKey::address(USER, Scope::Process(5)), ObjectKey::symbol("m".into(), Scope::Process(5))];
    for key in keys {
        let print =
            |n, pid| Text::new(n).lock(1, ObjectKey { scope: Scope::Process(pid), ..key.clone() }, "rwlock", 56);
        assert_eq!(case([print(0, 5), print(1, 5)]).objects.len(), 1);
        assert_eq!(case([print(0, 5), print(1, 6)]).objects.len(), 2);
    }
}

#[test]
fn a_debuggers_addresses_are_those_of_its_process() {
    let session = |n, keys| {
        Text::new(n).stack(1, keys, System::User, &["f"]).lock(9, ObjectKey::address(USER, SESSION), "mutex", 40)
    };
    let known = TaskKeys { pid: Some(5), ..gdb(1, 0x7f10, 5) };
    let elsewhere = Text::new(1).lock(1, ObjectKey::address(USER, Scope::Process(5)), "", 0);
    let united = case([session(0, known), elsewhere]);
    assert_eq!(united.objects.len(), 1);
    assert_eq!(united.objects[0].process.and_then(|id| united.process(id).pid), Some(5));
    assert_eq!(case([session(0, gdb(1, 0x7f10, 5)), session(1, gdb(1, 0x7f10, 6))]).objects.len(), 2);
}

#[test]
fn hashed_and_moving_addresses_are_of_one_dump() {
    let print = |n| Text::new(n).lock(1, ObjectKey::address(0xdead_beef, SESSION), "mutex", 0);
    assert_eq!(case([print(0), print(1)]).objects.len(), 2);
    let java = |n| print(n).stack(2, TaskKeys { pid: Some(5), ..tid(6) }, System::Java, &["Object.wait"]);
    assert_eq!(case([java(0), java(1)]).objects.len(), 2);
}

#[test]
fn an_address_inside_is_the_object_in_any_order() {
    for locks in [[(LOCK, 64), (LOCK + 16, 0)], [(LOCK + 16, 0), (LOCK, 64)]] {
        let case = case([Text::new(0)
            .lock(1, at(locks[0].0), "", locks[0].1)
            .held_by(tid(1), None, Known::Observed)
            .lock(2, at(locks[1].0), "", locks[1].1)
            .held_by(tid(2), None, Known::Observed)
            .lock(3, at(LOCK + 64), "", 0)]);
        assert_eq!(case.objects.len(), 2, "{locks:?}");
        assert_eq!((case.objects[0].address, case.objects[0].size), (Some(LOCK), 64));
        assert_eq!(case.objects[0].holders.len(), 2);
    }
}

#[test]
fn a_lock_met_without_size_is_widened() {
    let (mut case, mut objects) = with_objects([kernel_text().lock(5, at(LOCK), "", 0).lock(6, at(LOCK), "mutex", 32)]);
    assert_eq!((case.objects.len(), case.objects[0].size), (1, 32));
    assert_eq!(objects.at(&mut case, StackId(0), LOCK + 31, None, "", 0), Some(ObjectId(0)));
    assert_eq!(objects.at(&mut case, StackId(0), LOCK + 32, None, "", 0), Some(ObjectId(1)));
}

#[test]
fn a_symbol_and_an_address_printed_together_are_one() {
    let case = case([Text::new(0)
        .lock(1, symbol("table_lock", 0, None), "mutex", 0)
        .lock(2, at(LOCK), "", 0)
        .lock(3, symbol("table_lock", 12, Some(LOCK + 12)), "", 0)
        .lock(4, at(LOCK + 12), "", 0)
        .fact(5, "stack_word", vec![("object", Value::Object(at(LOCK)))])]);
    assert_eq!(case.objects.len(), 1);
    let object = &case.objects[0];
    assert_eq!((object.name.as_deref(), object.address), (Some("table_lock"), Some(LOCK)));
    assert_eq!(object.kind.as_deref(), Some("mutex"));
    assert_eq!(case.facts[0].get("object"), Some(&Row::Object(ObjectId(0))));
}

#[test]
fn facts_keep_their_objects_when_others_turn_out_to_be_one() {
    let other = LOCK + 0x1000;
    let text = Text::new(0).lock(1, symbol("a", 0, None), "", 0).lock(2, at(LOCK), "", 0).fact(
        3,
        "netlink_socket",
        vec![("address", Value::Object(at(other)))],
    );
    let case = case([text, Text::new(1).lock(1, symbol("a", 0, Some(LOCK)), "", 0)]);
    assert_eq!(case.objects.len(), 2);
    let Some(Row::Object(id)) = case.facts[0].get("address") else { panic!("no object") };
    assert_eq!(case.object(*id).address, Some(other));
}

#[test]
fn holders_are_told_once_and_as_sure_as_can_be() {
    let case = case([Text::new(0)
        .lock(1, at(LOCK), "mutex", 0)
        .held_by(tid(1), None, Known::Assumed)
        .free(true)
        .lock(2, at(LOCK), "mutex", 0)
        .held_by(tid(1), Some(Mode::Write), Known::Inferred)
        .lock(3, at(LOCK), "mutex", 0)
        .held_by(tid(1), Some(Mode::Write), Known::Observed)
        .free(false)]);
    assert_eq!(case.objects[0].holders.len(), 1);
    let holder = &case.objects[0].holders[0];
    assert_eq!((holder.mode, holder.known, holder.span.first), (Some(Mode::Write), Known::Observed, 3));
    assert_eq!(case.objects[0].free, Some(false));
}

#[test]
fn frames_find_objects_of_their_process() {
    let keys = TaskKeys { pid: Some(5), ..gdb(1, 0x7f10, 5) };
    let (mut case, mut objects) = with_objects([
        Text::new(0).stack(1, keys, System::User, &["f"]).lock(9, ObjectKey::address(USER, SESSION), "rwlock", 56),
        Text::new(1).stack(1, tid(5), System::Linux, &["wait"]).stack(9, tid(6), System::Linux, &["wait"]),
    ]);
    let mut word = |stack| objects.at(&mut case, StackId(stack), USER + 8, None, "futex", 0);
    assert_eq!(word(0), Some(ObjectId(0)));
    assert_eq!(word(1), Some(ObjectId(0)), "a user address in a kernel stack of that process");
    assert_eq!(word(2), Some(ObjectId(1)), "a task of unknown process");
    assert_eq!(case.objects[0].kind.as_deref(), Some("rwlock"));
    assert_eq!(case.objects[1].kind.as_deref(), Some("futex"));
}

#[test]
fn small_numbers_are_no_identity() {
    let (mut case, mut objects) = with_objects([kernel_text()]);
    for address in [0, 8, 0xfff, u64::MAX, u64::MAX - 10] {
        assert_eq!(objects.at(&mut case, StackId(0), address, None, "mutex", 32), None);
    }
    assert!(case.objects.is_empty());
}

#[test]
fn a_lock_met_after_the_words_in_it_keeps_the_first_id() {
    let (mut case, mut objects) = with_objects([kernel_text()]);
    let word = objects.at(&mut case, StackId(0), LOCK + 8, None, "futex", 0).unwrap();
    let tail = objects.at(&mut case, StackId(0), LOCK + 24, None, "futex", 0).unwrap();
    assert_ne!(word, tail);
    assert_eq!(objects.at(&mut case, StackId(0), LOCK, None, "rwlock", 56), Some(word));
    assert_eq!(objects.resolve(tail), word);
    let object = case.object(word);
    assert_eq!((object.address, object.size, object.kind.as_deref()), (Some(LOCK), 56, Some("rwlock")));
}

#[test]
fn a_guessed_size_does_not_swallow_the_printed_lock_next_door() {
    let (mut case, mut objects) = with_objects([kernel_text().lock(5, at(LOCK + 24), "mutex", 0)]);
    let lock = objects.at(&mut case, StackId(0), LOCK, None, "mutex", 32).unwrap();
    assert_ne!(lock, ObjectId(0));
    assert_eq!(objects.at(&mut case, StackId(0), LOCK + 24, None, "", 0), Some(ObjectId(0)));
    assert_eq!(objects.at(&mut case, StackId(0), LOCK + 23, None, "", 0), Some(lock));
}

#[test]
fn named_objects_and_their_addresses_meet() {
    let (mut case, mut objects) = with_objects([kernel_text()]);
    let named = objects.named(&mut case, StackId(0), "big_lock", "mutex");
    assert_eq!(objects.named(&mut case, StackId(0), "big_lock", "mutex"), named);
    assert_eq!(objects.at(&mut case, StackId(0), LOCK + 4, Some(("big_lock", 4)), "mutex", 32), Some(named));
    assert_eq!(objects.at(&mut case, StackId(0), LOCK, None, "", 0), Some(named));
    assert_eq!(case.object(named).address, Some(LOCK));
}
