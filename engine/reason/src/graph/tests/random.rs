//! The graph of random analyses against the plain definitions, worked out the slow way.

use super::super::testing::*;
use crate::analysis::Analysis;
use crate::graph::Root;
use stacklore_model::{Known, Mode, TaskId};

const LEVELS: [Known; 3] = [Known::Assumed, Known::Inferred, Known::Observed];

/// A small generator of numbers: the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn mode(&mut self) -> Option<Mode> {
        [None, Some(Mode::Read), Some(Mode::Write)][self.below(3)]
    }
}

fn random(seed: u64) -> Analysis {
    let mut random = Random(seed);
    let mut builder = Builder::default();
    let count = 2 + random.below(9);
    let tasks: Vec<TaskId> = (0..count).map(|_| builder.task_with(&["wait"])).collect();
    let locks: Vec<_> = (0..1 + random.below(count)).map(|_| builder.object("mutex")).collect();
    for &task in &tasks {
        match random.below(5) {
            0 => {}
            1 => builder.waits(task, JOIN).awaited_task = Some(tasks[random.below(count)]),
            _ => {
                let mode = random.mode();
                builder.wants(task, MUTEX, mode, locks[random.below(locks.len())]).known = LEVELS[random.below(3)];
            }
        }
    }
    for _ in 0..random.below(2 * count) {
        let mode = random.mode();
        builder.holds(tasks[random.below(count)], mode, locks[random.below(locks.len())]).known =
            LEVELS[random.below(3)];
    }
    builder.build()
}

/// How surely each task waits for each other.
fn plain(analysis: &Analysis) -> Vec<Vec<Option<Known>>> {
    let count = analysis.activities.len();
    let mut waits = vec![vec![None; count]; count];
    for (from, activity) in analysis.activities.iter().enumerate() {
        let Some(wait) = &activity.wait else { continue };
        if let Some(task) = wait.awaited_task {
            waits[from][task.0 as usize] = Some(wait.known);
        }
        for hold in &analysis.holds {
            let shared = wait.mode == Some(Mode::Read) && hold.mode == Some(Mode::Read);
            if wait.object.map(|(object, _)| object) == hold.object && !shared {
                let edge = &mut waits[from][hold.task.0 as usize];
                *edge = (*edge).max(Some(wait.known.min(hold.known)));
            }
        }
    }
    waits
}

/// The fewest steps from each task to each other over edges of at least that certainty.
fn distances(waits: &[Vec<Option<Known>>], least: Known) -> Vec<Vec<Option<usize>>> {
    let far = |known: &Option<Known>| known.filter(|known| *known >= least).map(|_| 1);
    let mut far: Vec<Vec<Option<usize>>> = waits.iter().map(|row| row.iter().map(far).collect()).collect();
    for over in 0..far.len() {
        for from in 0..far.len() {
            for to in 0..far.len() {
                if let (Some(first), Some(second)) = (far[from][over], far[over][to]) {
                    let old = far[from][to].unwrap_or(usize::MAX);
                    far[from][to] = Some(old.min(first + second));
                }
            }
        }
    }
    far
}

#[test]
fn cycles_and_chains_are_what_the_definitions_say() {
    let mut met = 0;
    for seed in 0..2000 {
        let analysis = random(seed);
        let waits = plain(&analysis);
        let reach = distances(&waits, Known::Assumed);
        let ringed: Vec<usize> = (0..waits.len()).filter(|task| reach[*task][*task].is_some()).collect();
        let mut told: Vec<usize> =
            analysis.cycles.iter().flat_map(|cycle| &cycle.tasks).map(|task| task.0 as usize).collect();
        told.sort_unstable();
        assert_eq!(told, ringed, "seed {seed}: a task is in a cycle exactly where it waits for itself");
        for cycle in &analysis.cycles {
            met += 1;
            for (step, after) in cycle.steps.iter().zip(cycle.steps.iter().cycle().skip(1)) {
                assert_eq!(step.holder, after.task, "seed {seed}");
                assert!(waits[step.task.0 as usize][step.holder.0 as usize] >= Some(step.known), "seed {seed}");
            }
            let shortest = |least: &Known| {
                let far = distances(&waits, *least);
                let ring = cycle.tasks.iter().filter_map(|task| far[task.0 as usize][task.0 as usize]).min()?;
                Some((*least, ring))
            };
            let best = LEVELS.iter().rev().find_map(shortest);
            assert_eq!(best, Some((cycle.known, cycle.steps.len())), "seed {seed}: the surest, then the shortest");
        }
        for chain in &analysis.chains {
            for pair in chain.tasks.windows(2) {
                assert!(waits[pair[0].0 as usize][pair[1].0 as usize] >= Some(chain.known), "seed {seed}");
            }
            let last = chain.tasks.last().expect("a chain has at least the task that waits").0 as usize;
            let in_cycle =
                matches!(chain.root, Root::Cycle(cycle) if analysis.cycles[cycle].tasks.contains(&TaskId(last as u32)));
            assert!(in_cycle || waits[last].iter().all(Option::is_none), "seed {seed}: the root waits for nobody");
        }
    }
    assert!(met > 500, "the test met only {met} cycles");
}
