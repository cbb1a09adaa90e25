//! The graph of analyses built by hand.

mod random;

use super::testing::*;
use super::{EdgeKind, Node, Root};
use stacklore_model::{HoldSource, Known, Mode, TaskId, TaskState};

const READ: Option<Mode> = Some(Mode::Read);
const WRITE: Option<Mode> = Some(Mode::Write);

#[test]
fn two_tasks_that_want_each_others_lock_are_a_cycle() {
    let mut builder = Builder::default();
    let [a, b] = builder.abba();
    let analysis = builder.build();
    let [cycle] = analysis.cycles.as_slice() else { panic!("one cycle: {:?}", analysis.cycles) };
    assert_eq!(cycle.tasks, [a, b]);
    assert_eq!(cycle.known, Known::Observed);
    assert!(!cycle.readers);
    let steps: Vec<_> = cycle.steps.iter().map(|step| (step.task, step.holder, step.object.is_some())).collect();
    assert_eq!(steps, [(a, b, true), (b, a, true)]);
    assert_eq!(cycle.steps[0].spans.len(), 2, "the wait and the hold are quoted");
    assert!(analysis.chains.is_empty(), "tasks of a cycle begin no chain");
}

#[test]
fn a_ring_of_three_and_a_victim_behind_it() {
    let mut builder = Builder::default();
    let [victim, a, b, c] = builder.tasks();
    let [first, second, third] = [(); 3].map(|()| builder.object("mutex"));
    for (holder, lock, wanted) in [(a, first, second), (b, second, third), (c, third, first)] {
        builder.holds(holder, None, lock);
        builder.locks(holder, wanted);
    }
    builder.locks(victim, second);
    let analysis = builder.build();
    assert_eq!(analysis.cycles.len(), 1);
    assert_eq!(analysis.cycles[0].tasks, [a, b, c]);
    let [chain] = analysis.chains.as_slice() else { panic!("one chain: {:?}", analysis.chains) };
    assert_eq!((chain.from, chain.root), (victim, Root::Cycle(0)));
    assert_eq!(chain.tasks, [victim, b]);
}

#[test]
fn two_waiters_of_one_lock_are_no_cycle() {
    let mut builder = Builder::default();
    let [a, b, holder] = builder.tasks();
    let lock = builder.object("mutex");
    builder.locks(a, lock);
    builder.locks(b, lock);
    builder.holds(holder, None, lock);
    builder.analysis.activities[holder.0 as usize].on_cpu = true;
    let analysis = builder.build();
    assert!(analysis.cycles.is_empty());
    let roots: Vec<_> = analysis.chains.iter().map(|chain| chain.root).collect();
    assert_eq!(roots, [Root::Running(holder); 2]);
    let edges: Vec<_> = analysis.graph.edges.iter().map(|edge| (edge.from, edge.to, edge.kind)).collect();
    let object = Node::Object(lock);
    assert_eq!(
        edges,
        [
            (Node::Task(a), object, EdgeKind::Waits),
            (Node::Task(b), object, EdgeKind::Waits),
            (object, Node::Task(holder), EdgeKind::HeldBy),
        ]
    );
}

#[test]
fn a_task_that_wants_what_it_holds_is_a_cycle_of_one() {
    let mut builder = Builder::default();
    let [task, victim] = builder.tasks();
    let lock = builder.object("mutex");
    builder.holds(task, None, lock);
    builder.locks(victim, lock);
    builder.locks(task, lock);
    let analysis = builder.build();
    assert_eq!(analysis.cycles.len(), 1);
    assert_eq!(analysis.cycles[0].steps.len(), 1);
    assert_eq!(analysis.cycles[0].tasks, [task], "who waits behind it is no part of it");
    assert_eq!(analysis.cycles[0].steps[0].holder, task);
}

#[test]
fn a_task_that_joins_itself_is_a_cycle_of_one() {
    let mut builder = Builder::default();
    let [task] = builder.tasks();
    builder.waits(task, JOIN).awaited_task = Some(task);
    let analysis = builder.build();
    assert_eq!(analysis.cycles.len(), 1);
    assert_eq!(analysis.cycles[0].steps[0].object, None);
}

#[test]
fn readers_share_a_lock() {
    let mut builder = Builder::default();
    let [a, b] = builder.tasks();
    let [first, second] = [builder.object("rwlock"), builder.object("rwlock")];
    builder.holds(a, READ, first);
    builder.wants(a, RWLOCK, READ, second);
    builder.holds(b, READ, second);
    builder.wants(b, RWLOCK, READ, first);
    assert!(builder.build().cycles.is_empty());
}

#[test]
fn a_reader_that_asks_again_waits_for_the_writer_ahead() {
    let mut builder = Builder::default();
    let [reader, writer, late] = builder.tasks();
    let lock = builder.object("rwlock");
    builder.holds(reader, READ, lock).known = Known::Inferred;
    builder.wants(writer, RWLOCK, WRITE, lock);
    builder.wants(reader, RWLOCK, READ, lock);
    builder.wants(late, RWLOCK, READ, lock);
    let analysis = builder.build();
    let [cycle] = analysis.cycles.as_slice() else { panic!("one cycle: {:?}", analysis.cycles) };
    assert_eq!(cycle.tasks, [reader, writer]);
    assert_eq!(cycle.known, Known::Inferred, "no surer than the read hold");
    assert!(cycle.readers);
    assert!(cycle.is_queue_step(0), "the writer is ahead, it does not have the lock");
    assert!(!cycle.is_queue_step(1));
    assert_eq!(analysis.chains[0].tasks, [late, writer]);
    let behind = (Node::Task(late), Node::Task(writer));
    assert!(analysis.graph.edges.iter().any(|edge| (edge.from, edge.to) == behind));
}

#[test]
fn readers_of_a_lock_that_a_writer_has_wait_for_that_one() {
    let mut builder = Builder::default();
    let [owner, reader, writer] = builder.tasks();
    let lock = builder.object("rwlock");
    builder.holds(owner, WRITE, lock);
    builder.wants(reader, RWLOCK, READ, lock);
    builder.wants(writer, RWLOCK, WRITE, lock);
    let analysis = builder.build();
    assert_eq!(analysis.chains[0].tasks, [reader, owner]);
    let behind = (Node::Task(reader), Node::Task(writer));
    assert!(!analysis.graph.edges.iter().any(|edge| (edge.from, edge.to) == behind), "the queue is not known");
}

#[test]
fn a_reader_is_only_assumed_to_wait_for_a_holder_of_unknown_mode() {
    let mut builder = Builder::default();
    let [holder, reader, writer] = builder.tasks();
    let lock = builder.object("rwlock");
    builder.holds(holder, None, lock);
    builder.wants(reader, RWLOCK, READ, lock);
    builder.wants(writer, RWLOCK, WRITE, lock);
    let analysis = builder.build();
    let known: Vec<_> = analysis.chains.iter().map(|chain| (chain.tasks[1], chain.known)).collect();
    assert_eq!(known, [(writer, Known::Observed), (holder, Known::Observed)], "surely behind the writer ahead");
    let mut alone = Builder::default();
    let [holder, reader] = alone.tasks();
    let lock = alone.object("rwlock");
    alone.holds(holder, None, lock);
    alone.wants(reader, RWLOCK, READ, lock);
    assert_eq!(alone.build().chains[0].known, Known::Assumed);
}

#[test]
fn the_surer_ring_is_shown_before_the_shorter_one() {
    let mut builder = Builder::default();
    let [a, b, c] = builder.tasks();
    let locks = [(); 3].map(|()| builder.object("mutex"));
    for (holder, lock, wanted) in [(a, 0, 1), (b, 1, 2), (c, 2, 0)] {
        builder.holds(holder, None, locks[lock]);
        builder.locks(holder, locks[wanted]);
    }
    // An assumed second holder makes a shorter ring of b and a.
    let hold = builder.holds(a, None, locks[2]);
    (hold.known, hold.from) = (Known::Assumed, HoldSource::StackWord);
    let analysis = builder.build();
    assert_eq!(analysis.cycles[0].steps.len(), 3);
    assert_eq!(analysis.cycles[0].known, Known::Observed);
}

#[test]
fn a_ring_with_an_assumed_holder_is_assumed() {
    let mut builder = Builder::default();
    builder.abba();
    builder.analysis.holds[0].known = Known::Assumed;
    assert_eq!(builder.build().cycles[0].known, Known::Assumed);
}

#[test]
fn a_task_that_moved_is_assumed_to_wait() {
    let mut builder = Builder::default();
    let [a, _] = builder.abba();
    builder.analysis.activities[a.0 as usize].moved = Some(true);
    assert_eq!(builder.build().cycles[0].known, Known::Assumed);
}

#[test]
fn the_shortest_of_several_rings_is_shown() {
    let mut builder = Builder::default();
    let [a, b, c, d] = builder.tasks();
    // a → b → c → a, and c → d → c: one part, two rings.
    for (task, awaited) in [(a, b), (b, c), (d, c)] {
        builder.waits(task, JOIN).awaited_task = Some(awaited);
    }
    let shared = builder.object("mutex");
    builder.holds(a, None, shared);
    builder.holds(d, None, shared);
    builder.locks(c, shared);
    let analysis = builder.build();
    assert_eq!(analysis.cycles.len(), 1);
    assert_eq!(analysis.cycles[0].steps.len(), 2);
    assert_eq!(analysis.cycles[0].tasks, [c, d, a, b], "those of the ring first");
}

#[test]
fn resting_and_running_tasks_wait_for_nobody() {
    for rest in [true, false] {
        let mut builder = Builder::default();
        let [a, b] = builder.tasks();
        builder.waits(a, JOIN).awaited_task = Some(b);
        builder.waits(b, JOIN).awaited_task = Some(a);
        let activity = &mut builder.analysis.activities[a.0 as usize];
        (activity.idle, activity.on_cpu) = (rest, !rest);
        let analysis = builder.build();
        assert!(analysis.cycles.is_empty());
        assert_eq!(analysis.chains[0].root, if rest { Root::Idle(a) } else { Root::Running(a) });
    }
}

#[test]
fn a_task_that_spins_for_a_lock_waits() {
    let mut builder = Builder::default();
    let [a, _] = builder.abba();
    builder.analysis.activities[a.0 as usize].on_cpu = true;
    assert_eq!(builder.build().cycles.len(), 1);
}

#[test]
fn who_waits_to_be_notified_has_let_go_of_the_monitor() {
    let mut builder = Builder::default();
    let [waiter, other] = builder.tasks();
    let monitor = builder.object("mutex");
    builder.holds(waiter, None, monitor);
    builder.wants(waiter, CONDVAR, None, monitor);
    builder.locks(other, monitor);
    let analysis = builder.build();
    assert!(analysis.cycles.is_empty());
    assert_eq!(analysis.chains[1].root, Root::Waits(other), "the owner is not known");
}

#[test]
fn who_waits_to_be_notified_does_not_wait_for_the_owner() {
    let mut builder = Builder::default();
    let [waiter, owner] = builder.tasks();
    let monitor = builder.object("mutex");
    builder.holds(owner, None, monitor);
    builder.wants(waiter, CONDVAR, None, monitor);
    builder.waits(owner, JOIN).awaited_task = Some(waiter);
    assert!(builder.build().cycles.is_empty());
}

#[test]
fn the_address_of_the_wanted_lock_on_the_own_stack_is_no_hold() {
    let mut builder = Builder::default();
    let [task] = builder.tasks();
    let lock = builder.object("mutex");
    builder.locks(task, lock);
    let hold = builder.holds(task, None, lock);
    (hold.known, hold.from) = (Known::Assumed, HoldSource::StackWord);
    assert!(builder.build().cycles.is_empty());
}

#[test]
fn a_child_is_its_leader_where_that_is_certain() {
    let ring = |threads: Option<u32>, known: usize| {
        let mut builder = Builder::default();
        let tasks: [TaskId; 3] = builder.tasks();
        let [parent, child, _] = tasks;
        let process = builder.process(child.0, &tasks[1..=known], threads);
        builder.waits(parent, JOIN).awaited_process = Some(process);
        builder.waits(child, JOIN).awaited_task = Some(parent);
        builder.build().cycles.first().map(|cycle| cycle.known)
    };
    assert_eq!(ring(Some(1), 1), Some(Known::Observed));
    assert_eq!(ring(None, 1), Some(Known::Inferred), "it may have more threads");
    assert_eq!(ring(Some(2), 2), Some(Known::Inferred), "another thread may end it");
    assert_eq!(ring(Some(5), 2), None, "some threads are not in the text");
}

#[test]
fn chains_end_where_nobody_is_known() {
    let mut builder = Builder::default();
    let [a, b, c] = builder.tasks();
    let bare = builder.task_with(&[]);
    let [first, second, third] = [(); 3].map(|()| builder.object("mutex"));
    builder.locks(a, first);
    builder.holds(b, None, first).known = Known::Inferred;
    builder.waits(b, IO);
    builder.locks(c, second);
    builder.holds(bare, None, second);
    builder.holds(bare, None, third);
    let analysis = builder.build();
    let told: Vec<_> = analysis.chains.iter().map(|chain| (chain.from, chain.root, chain.known)).collect();
    assert_eq!(
        told,
        [
            (a, Root::Waits(b), Known::Inferred),
            (b, Root::Waits(b), Known::Observed),
            (c, Root::Outside(bare), Known::Observed)
        ]
    );
}

#[test]
fn a_chain_follows_the_surest_edge_then_the_one_that_explains_most() {
    let mut builder = Builder::default();
    let [writer, idle, stuck, assumed] = builder.tasks();
    let lock = builder.object("rwlock");
    builder.wants(writer, RWLOCK, WRITE, lock);
    builder.holds(assumed, READ, lock).known = Known::Assumed;
    builder.waits(assumed, IO);
    builder.holds(idle, READ, lock).known = Known::Inferred;
    builder.analysis.activities[idle.0 as usize].idle = true;
    builder.holds(stuck, READ, lock).known = Known::Inferred;
    builder.analysis.case.tasks[stuck.0 as usize].state = Some(TaskState::Blocked);
    assert_eq!(builder.build().chains[0].root, Root::Waits(stuck));
}

#[test]
fn a_chain_of_100_000_tasks() {
    const LENGTH: u32 = 100_000;
    let mut builder = Builder::default();
    for n in 0..LENGTH {
        let task = builder.task_with(&[]);
        builder.waits(task, JOIN).awaited_task = (n + 1 < LENGTH).then_some(TaskId(n + 1));
    }
    let analysis = builder.build();
    assert_eq!(analysis.chains.len(), LENGTH as usize);
    assert_eq!(analysis.chains[0].root, Root::Waits(TaskId(LENGTH - 1)));
    assert_eq!(analysis.chains[0].tasks.len(), 64);
    assert_eq!(analysis.chains[0].tasks.last(), Some(&TaskId(LENGTH - 1)));
}

#[test]
fn a_ring_of_100_000_tasks() {
    const LENGTH: u32 = 100_000;
    let mut builder = Builder::default();
    for n in 0..LENGTH {
        let task = builder.task_with(&[]);
        builder.waits(task, JOIN).awaited_task = Some(TaskId((n + 1) % LENGTH));
    }
    let analysis = builder.build();
    assert_eq!(analysis.cycles[0].steps.len(), LENGTH as usize);
}

#[test]
fn many_waiters_and_holders_of_one_lock() {
    const MANY: u32 = 50_000;
    let mut builder = Builder::default();
    let lock = builder.object("rwlock");
    for n in 0..2 * MANY {
        let task = builder.task_with(&[]);
        // Readers that have it, writers that want it, and readers that ask again behind them.
        match n % 4 {
            0 => _ = builder.holds(task, READ, lock),
            1 => _ = builder.wants(task, RWLOCK, WRITE, lock),
            _ => _ = builder.wants(task, RWLOCK, READ, lock),
        }
        if n % 4 == 2 {
            builder.holds(task, READ, lock);
        }
    }
    let analysis = builder.build();
    assert_eq!(analysis.cycles.len(), 1);
    assert_eq!(analysis.cycles[0].steps.len(), 2);
    assert_eq!(analysis.chains.len() + analysis.cycles[0].tasks.len(), (MANY / 2 * 3) as usize);
}

#[test]
fn the_same_analysis_gives_the_same_graph() {
    let graph = || {
        let mut builder = Builder::default();
        let tasks: [TaskId; 12] = builder.tasks();
        let locks = [(); 6].map(|()| builder.object("mutex"));
        for (n, task) in tasks.into_iter().enumerate() {
            builder.holds(task, None, locks[n % 5]);
            builder.locks(task, locks[(n * 7 + 1) % 6]);
        }
        let analysis = builder.build();
        format!("{:?} {:?} {:?}", analysis.graph, analysis.cycles, analysis.chains)
    };
    assert_eq!(graph(), graph());
}
