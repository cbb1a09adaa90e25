//! Rules that nobody wrote: as many as one likes, of the shapes that real ones have, the same every time.
//!
//! Their functions are drawn from a pool of which half occur in the dump and half nowhere, so that some rules find
//! something, some nearly do, and most do not.

use super::texts::Random;
use stacklore::Engine;
use stacklore::model::Reading;
use stacklore::reason::vocabulary::YamlSource;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Functions of the dump that the pool has at most, and as many that do not exist.
const POOL: usize = 400;

/// Systems whose stacks the dump has.
const SYSTEMS: [&str; 3] = ["linux", "user", "go"];

/// What rules are made of.
struct Pool {
    functions: Vec<String>,
    kinds: Vec<String>,
    random: Random,
}

impl Pool {
    fn new(reading: &Reading, engine: &Engine) -> Self {
        let frames = reading.stacks.iter().flat_map(|stack| &stack.frames);
        let plain = |name: &&str| name.chars().all(|c| c.is_ascii_alphanumeric() || "_.:/".contains(c));
        let named = |name: &&str| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let names: BTreeSet<&str> = frames.map(|frame| &*frame.symbol).filter(plain).filter(named).collect();
        let step = names.len().div_ceil(POOL).max(1);
        let mut functions: Vec<String> = names.into_iter().step_by(step).map(str::to_owned).collect();
        functions.extend((0..functions.len()).map(|number| format!("drv{}_transfer_{number}", number % 37)));
        let kinds = engine.vocabulary().kinds().map(|(_, name)| name.to_owned()).collect();
        Pool { functions, kinds, random: Random::new(7) }
    }

    fn below(&mut self, bound: usize) -> usize {
        self.random.below(bound as u64) as usize
    }

    fn kind(&mut self) -> String {
        let at = self.below(self.kinds.len());
        self.kinds[at].clone()
    }

    /// One to `most` different functions, one of them now and then as a glob or a choice.
    fn stack(&mut self, least: usize, most: usize) -> String {
        let mut items: Vec<String> = Vec::new();
        for _ in 0..least + self.below(most - least + 1) {
            let at = self.below(self.functions.len());
            let other = self.below(self.functions.len());
            let name = &self.functions[at];
            let item = match (at + other) % 11 {
                0 if name.len() > 12 => format!("{}*", &name[..10]),
                1 => format!("{name} | {}", self.functions[other]),
                _ => name.clone(),
            };
            if !items.contains(&item) {
                items.push(item);
            }
        }
        items.iter().map(|item| format!("\"{item}\"")).collect::<Vec<_>>().join(", ")
    }
}

/// So many rules, for a dump as it was read.
pub(crate) fn rules(count: usize, reading: &Reading, engine: &Engine) -> Vec<YamlSource> {
    let mut pool = Pool::new(reading, engine);
    (0..count).map(|number| rule(number, &mut pool)).collect()
}

fn rule(number: usize, pool: &mut Pool) -> YamlSource {
    let id = format!("synthetic-{number}");
    let system = SYSTEMS[pool.below(SYSTEMS.len())];
    let (evidence, conclude) = match pool.below(20) {
        0..7 => one_role(pool),
        7..12 => two_roles(pool),
        12..16 => crowd(pool),
        16..19 => three_roles(pool),
        _ => four_roles(pool),
    };
    let text = format!(
        "id: {id}\ntitle: A mechanism that nobody has seen, number {number}\nclass: starvation\nseverity: major\n\
         systems: [{system}]\nevidence:\n{evidence}conclude:\n{conclude}explain: |\n  Nothing is known of this one, and \
         this sentence is as long as that of a real rule.\nconfirm:\n  - Look at the frames of the task.\ntests: \
         {{finds: {{a: possible}}, leaves: [b]}}\n"
    );
    YamlSource { path: format!("synthetic/{id}.yaml"), text }
}

/// A clause of a task with its conditions.
fn clause(text: &mut String, name: &str, lines: &[String]) {
    let _ = writeln!(text, "  {name}:");
    for line in lines {
        let _ = writeln!(text, "    {line}");
    }
    let _ = writeln!(text, "    says: \"This is {name}.\"\n    get: \"crash: bt\"");
}

fn line(key: &str, value: &str) -> String {
    format!("{key}: {value}")
}

fn one_role(pool: &mut Pool) -> (String, String) {
    let mut text = String::new();
    let stack = pool.stack(2, 4);
    let mut lines = vec![line("task", "$task"), format!("stack: [{stack}]")];
    if pool.below(2) == 0 {
        lines.push(line("waits", &pool.kind()));
    }
    clause(&mut text, "seen", &lines);
    (text, "  likely: [seen]\n".to_owned())
}

fn waiter(pool: &mut Pool, name: &str) -> Vec<String> {
    let (kind, stack) = (pool.kind(), pool.stack(1, 2));
    vec![line("task", name), line("waits", &kind), line("object", "$lock"), format!("stack: [{stack}]")]
}

fn two_roles(pool: &mut Pool) -> (String, String) {
    let mut text = String::new();
    clause(&mut text, "waiter", &waiter(pool, "$waiter"));
    clause(&mut text, "owner", &[line("hold", "_"), line("object", "$lock"), line("task", "$holder")]);
    let stack = pool.stack(1, 3);
    clause(&mut text, "place", &[line("task", "$holder"), line("idle", "any"), format!("stack: [{stack}]")]);
    (text, "  possible: [waiter, place, owner]\n".to_owned())
}

fn crowd(pool: &mut Pool) -> (String, String) {
    let mut text = String::new();
    let kind = pool.kind();
    let waiters = [line("task", "$waiters"), line("waits", &kind), line("object", "$lock"), line("count", "2+")];
    clause(&mut text, "waiters", &waiters);
    clause(&mut text, "owner", &[line("hold", "_"), line("object", "$lock"), line("task", "$holder")]);
    let stack = pool.stack(2, 3);
    clause(&mut text, "place", &[line("task", "$holder"), format!("stack: [{stack}]")]);
    (text, "  possible: [waiters, owner]\n  likely: [place]\n".to_owned())
}

fn three_roles(pool: &mut Pool) -> (String, String) {
    let mut text = String::new();
    let (first, second, third) = (pool.stack(1, 3), pool.stack(1, 2), pool.stack(1, 2));
    let kind = pool.kind();
    clause(&mut text, "sender", &[line("task", "$sender"), line("process", "$process"), format!("stack: [{first}]")]);
    let reader =
        [line("task", "$reader"), line("process", "$process"), line("waits", &kind), format!("stack: [{second}]")];
    clause(&mut text, "reader", &reader);
    clause(&mut text, "said", &[line("report", "_"), line("kind", "hung-task"), line("task", "$sender")]);
    let absent = [line("task", "_"), line("process", "$process"), format!("stack: [{third}]"), line("count", "0")];
    clause(&mut text, "absent", &absent);
    clause(&mut text, "moves", &[line("task", "$reader"), line("state", "running")]);
    (text, "  possible: [sender, reader, absent]\n  likely: [said]\nrefute: [moves]\n".to_owned())
}

fn four_roles(pool: &mut Pool) -> (String, String) {
    let mut text = String::new();
    clause(&mut text, "waiter", &waiter(pool, "$waiter"));
    clause(&mut text, "owner", &[line("hold", "_"), line("object", "$lock"), line("task", "$holder")]);
    let (first, second) = (pool.stack(1, 2), pool.stack(1, 2));
    let kind = pool.kind();
    let holder = [line("task", "$holder"), line("waits", &kind), line("cpu", "$cpu"), format!("stack: [{first}]")];
    clause(&mut text, "stuck", &holder);
    clause(&mut text, "hog", &[line("on_cpu", "_"), line("cpu", "$cpu"), line("task", "$hog")]);
    clause(&mut text, "busy", &[line("task", "$hog"), line("idle", "any"), format!("stack: [{second}]")]);
    (text, "  possible: [waiter, owner, stuck]\n  likely: [hog, busy]\n".to_owned())
}
