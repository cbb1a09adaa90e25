//! Pictures for the tests.

use crate::answer::Picture;
use crate::answer::picture::{Arrow, NodeKind, Part, PictureNode};

#[derive(Default)]
pub(super) struct Sample(pub(super) Picture);

impl Sample {
    pub(super) fn node(&mut self, kind: NodeKind, part: Part, label: &str) -> usize {
        self.0.nodes.push(PictureNode { kind, label: label.into(), part, folded: Vec::new() });
        self.0.nodes.len() - 1
    }

    pub(super) fn task(&mut self, label: &str) -> usize {
        self.node(NodeKind::Task, Part::Behind, label)
    }

    pub(super) fn lock(&mut self, label: &str) -> usize {
        self.node(NodeKind::Thing, Part::Named, label)
    }

    pub(super) fn arrow(&mut self, from: usize, says: &str, to: usize) -> &mut Arrow {
        let line = 10 + self.0.arrows.len() as u32;
        self.0.arrows.push(Arrow { from, to, says: says.into(), assumed: false, source: 0, line, in_ring: false });
        self.0.arrows.last_mut().expect("one was just added")
    }

    /// Tasks that wait for locks which the next one holds; the last one waits for the first. The locks.
    pub(super) fn ring(&mut self, tasks: usize) -> Vec<usize> {
        let mut nodes = Vec::new();
        for at in 0..tasks {
            nodes.push(self.node(NodeKind::Task, Part::Ring, &format!("worker-{at} ({})", 4700 + at)));
            nodes.push(self.node(NodeKind::Thing, Part::Ring, &format!("mutex ffff88042a1b{:04x}", 0x3c40 + 8 * at)));
        }
        for at in 0..nodes.len() {
            let says = if at % 2 == 0 { "waits: mutex" } else { "held by" };
            let to = nodes[(at + 1) % nodes.len()];
            self.arrow(nodes[at], says, to).in_ring = true;
        }
        self.0.ring.clone_from(&nodes);
        nodes.into_iter().skip(1).step_by(2).collect()
    }

    pub(super) fn crowd(&mut self, lock: usize, name: &str, count: usize, says: &str) {
        for at in 0..count {
            let task = self.task(&format!("{name}/{at} ({})", 9000 + at));
            self.arrow(task, says, lock);
        }
    }
}

fn made(make: impl FnOnce(&mut Sample)) -> Picture {
    let mut sample = Sample::default();
    make(&mut sample);
    sample.0.folded()
}

/// All kinds of pictures, folded as reports show them.
pub(super) fn all() -> Vec<(&'static str, Picture)> {
    let ring = |tasks: usize| made(|sample| drop(sample.ring(tasks)));
    vec![
        ("two nodes", made(two)),
        ("a task waits for its own lock", ring(1)),
        ("ring of 2", ring(2)),
        ("ring of 3", ring(3)),
        ("ring of 12", ring(12)),
        ("ring of 200", ring(200)),
        ("crowd of 200", made(crowd)),
        ("chain of 10", made(chain)),
        ("fan", made(fan)),
        ("ring and three crowds", made(ring_and_crowds)),
        ("mixed", made(mixed)),
        ("two rings and a stranger", made(two_rings)),
        ("itself", made(itself)),
        ("wide names", made(wide_names)),
        ("500 unfolded", unfolded()),
        ("tangle", tangle(60, 7)),
        ("tangle of 500", tangle(500, 3)),
    ]
}

fn two(sample: &mut Sample) {
    let (task, row) = (sample.task("rsync (811)"), sample.lock("nfs server 10.0.0.7"));
    sample.arrow(task, "waits: answer of a server", row).assumed = true;
}

fn crowd(sample: &mut Sample) {
    let lock = sample.lock("rw_semaphore ffff8881045a3b80 (&mm->mmap_lock)");
    let owner = sample.node(NodeKind::Task, Part::Named, "java (12871)");
    sample.crowd(lock, "java", 200, "waits: rw_semaphore (read)");
    sample.arrow(lock, "held by", owner);
}

fn chain(sample: &mut Sample) {
    let nodes: Vec<usize> = (0..10)
        .map(|at| if at % 2 == 0 { sample.task(&format!("task-{at} ({at})")) } else { sample.lock("spinlock") })
        .collect();
    for pair in nodes.windows(2) {
        let says = if pair[0] % 2 == 0 { "waits: spinlock" } else { "held by" };
        sample.arrow(pair[0], says, pair[1]).assumed = pair[0] == 5;
    }
}

fn fan(sample: &mut Sample) {
    let writer = sample.node(NodeKind::Task, Part::Named, "umount (3301)");
    let lock = sample.lock("rw_semaphore &type->s_umount_key#21");
    sample.arrow(writer, "waits: rw_semaphore (write)", lock);
    for at in 0..5 {
        let reader = sample.task(&format!("reader-{at} ({})", 500 + at));
        sample.arrow(lock, "held for reading by", reader);
    }
}

fn ring_and_crowds(sample: &mut Sample) {
    let locks = sample.ring(3);
    for (lock, name) in locks.into_iter().zip(["kworker/u16", "nfsd", "postgres: checkpointer process"]) {
        sample.crowd(lock, name, 40, "waits: mutex");
    }
}

fn mixed(sample: &mut Sample) {
    let locks = sample.ring(2);
    sample.crowd(locks[0], "reader", 2, "waits: rw_semaphore (read)");
    sample.crowd(locks[0], "writer", 3, "waits: rw_semaphore (write)");
    let between = sample.task("pool-2-thread-9 (77)");
    let own = sample.lock("ReentrantLock 0x000000076ab2d3f8");
    sample.arrow(between, "waits: mutex", locks[1]);
    sample.arrow(own, "held by", between);
    sample.arrow(own, "held by", 0).assumed = true;
    let last = sample.task("victim (78)");
    sample.arrow(last, "waits: a condition that another thread sets (rule)", own);
    sample.arrow(last, "needs", 2);
}

fn two_rings(sample: &mut Sample) {
    let locks = sample.ring(2);
    let (a, b, x, y) = (sample.task("a (1)"), sample.task("b (2)"), sample.lock("x"), sample.lock("y"));
    for (from, to) in [(a, x), (x, b), (b, y), (y, a), (a, locks[0])] {
        sample.arrow(from, if from == x || from == y { "held by" } else { "waits: mutex" }, to);
    }
    let (c, d) = (sample.task("stranger (1)"), sample.lock("z"));
    sample.arrow(c, "waits", d);
}

fn itself(sample: &mut Sample) {
    let task = sample.task("systemd (1)");
    sample.arrow(task, "needs", task).assumed = true;
    let other = sample.lock("x");
    sample.arrow(task, "waits: mutex", other);
    sample.arrow(task, "needs", other);
}

fn wide_names(sample: &mut Sample) {
    let task = sample.task("内核工作线程内核工作线程内核工作线程 (4790)");
    let lock = sample.lock("mutex ffff880034f2e4c0 (very_long_subsystem_name->struct_mutex_of…lock)");
    let hostile = sample.task("</text><script>alert('1')</script> \u{202e}\x1b[31m\" onload=\"x");
    sample.arrow(task, "waits: a lock with a very, very long name of its kind (for reading)", lock);
    sample.arrow(lock, "held by </title><svg onload=alert(1)>", hostile);
}

fn unfolded() -> Picture {
    let mut sample = Sample::default();
    let lock = sample.lock("the lock");
    sample.crowd(lock, "task", 499, "waits: mutex");
    sample.0
}

/// Anybody waits for anybody.
fn tangle(count: usize, step: usize) -> Picture {
    let mut sample = Sample::default();
    let nodes: Vec<usize> = (0..count).map(|at| sample.task(&format!("task-{at}"))).collect();
    for at in 0..count * 2 {
        let (from, to) = (at % count, (at * step * 31 + at / 5 + 1) % count);
        sample.arrow(nodes[from], "waits: mutex", nodes[to]).assumed = at % 11 == 0;
    }
    sample.0
}
