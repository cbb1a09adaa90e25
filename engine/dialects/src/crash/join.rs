//! Joins what a session printed apart: waiters and the lock they queue for, stack words and the task on whose stack
//! they lie, owner words and tasks.

use super::structs::Structure;
use crate::builder::Builder;
use stacklore_model::{
    Fact, HoldSource, Known, LockHolder, LockSighting, LockWaiting, Mode, ObjectKey, Scope, System, TaskKeys,
    TaskSighting, Value,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// A word of memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Word {
    pub(super) at: u64,
    pub(super) value: Option<u64>,
    pub(super) symbol: Option<String>,
    pub(super) offset: u64,
    pub(super) line: u32,
    /// The task under whose header it was printed.
    pub(super) task: Option<TaskKeys>,
}

/// What was found in a document so far.
#[derive(Default)]
pub(crate) struct Found {
    structures: Vec<Structure>,
    words: Vec<Word>,
    /// Stacks by their lowest address: highest address and task.
    ranges: BTreeMap<u64, (u64, TaskKeys)>,
    /// Addresses of symbols, as `sym` prints them.
    symbols: HashMap<String, u64>,
}

/// More words than any paste holds; a dump of all memory is not kept.
const MAX_WORDS: usize = 4_000_000;

/// How a structure is decoded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Mutex,
    RwSemaphore,
    Other,
}

impl Found {
    pub(crate) fn structure(&mut self, structure: Structure) {
        self.structures.push(structure);
    }

    pub(super) fn symbol(&mut self, name: &str, address: u64) {
        self.symbols.insert(name.to_owned(), address);
    }

    pub(super) fn word(&mut self, word: Word) {
        if self.words.len() < MAX_WORDS {
            self.words.push(word);
        }
    }

    /// Addresses between which the stack of a task lies.
    pub(super) fn stack_range(&mut self, low: u64, high: u64, task: &TaskKeys) {
        if task.is_anonymous() || low == 0 {
            return;
        }
        let entry = self.ranges.entry(low).or_insert((high, task.clone()));
        entry.0 = entry.0.max(high);
    }

    /// The task on whose stack an address lies.
    fn task_at(&self, address: u64) -> Option<&TaskKeys> {
        let (_, (high, task)) = self.ranges.range(..=address).next_back()?;
        (address <= *high).then_some(task)
    }

    pub(crate) fn join(&mut self, out: &mut Builder) {
        let mut locks: Vec<Lock> = Vec::new();
        let mut waiters = Vec::new();
        for structure in &self.structures {
            if let Some(waiter) = Waiter::of(structure) {
                waiters.push(waiter);
            } else if let Some(lock) = Lock::of(structure, out) {
                locks.push(lock);
            }
        }
        for lock in &mut locks {
            let object = &mut lock.sighting.object;
            let named = object.symbol.as_deref().and_then(|name| self.symbols.get(name).copied());
            object.address = object.address.or(named);
        }
        // Whoever follows a list prints its head as well, as if it were a waiter: what lies at the place of the task is
        // the lock then.
        let known: BTreeSet<u64> = locks.iter().filter_map(|lock| lock.sighting.object.address).collect();
        waiters.retain(|waiter| !known.contains(&waiter.task));
        self.queue(&mut locks, &waiters, out);
        orphans(&mut locks, &waiters, out);
        self.stack_words(&locks, out);
        for lock in locks {
            out.lock(lock.sighting);
        }
    }

    /// Puts every waiter into the queue of its lock.
    fn queue(&self, locks: &mut [Lock], waiters: &[Waiter], out: &Builder) {
        let by_address: HashMap<u64, usize> =
            waiters.iter().enumerate().filter_map(|(index, waiter)| Some((waiter.address?, index))).collect();
        for lock in locks.iter_mut() {
            let mut seen = HashSet::new();
            let mut add = |lock: &mut Lock, index: usize| {
                if seen.insert(index) {
                    let waiter = &waiters[index];
                    let task = TaskKeys::address(waiter.task);
                    lock.sighting.waiters.push(LockWaiting {
                        task,
                        mode: waiter.mode.or(lock.mode),
                        span: waiter.span(out),
                    });
                }
            };
            for (pointer, _) in lock.list.clone() {
                // Follow the list as far as its waiters were printed.
                let mut next = Some(pointer);
                let mut steps = 0;
                while let Some(index) = next.and_then(|at| by_address.get(&at).copied()) {
                    add(lock, index);
                    next = waiters[index].next;
                    steps += 1;
                    if steps > waiters.len() {
                        break;
                    }
                }
            }
            for (index, waiter) in waiters.iter().enumerate() {
                if waiter.points_into(lock) {
                    add(lock, index);
                }
            }
            // A waiter that was not printed still lies on its task's stack.
            for (pointer, line) in lock.list.clone() {
                let known = by_address.contains_key(&pointer) || lock.holds(pointer);
                if let Some(task) = self.task_at(pointer).filter(|_| !known) {
                    let queued = lock.sighting.waiters.iter().any(|waiter| waiter.task.address == task.address);
                    if !queued {
                        let waiting = LockWaiting { task: task.clone(), mode: lock.mode, span: out.at(line) };
                        lock.sighting.waiters.push(waiting);
                    }
                }
            }
        }
    }

    /// Rows of `stack_word`: addresses of printed locks on the stacks of tasks, and hits of `search -t`.
    fn stack_words(&self, locks: &[Lock], out: &mut Builder) {
        let bases: BTreeMap<u64, usize> =
            locks.iter().enumerate().filter_map(|(index, lock)| Some((lock.sighting.object.address?, index))).collect();
        let symbols: HashMap<&str, usize> = locks
            .iter()
            .enumerate()
            .filter_map(|(index, lock)| Some((lock.sighting.object.symbol.as_deref()?, index)))
            .collect();
        let mut told = HashSet::new();
        let mut facts = Vec::new();
        for word in &self.words {
            let hit = match (&word.symbol, word.value) {
                (Some(symbol), _) => symbols.get(symbol.as_str()).copied().filter(|_| word.offset < LOCK_BYTES),
                (None, Some(value)) => bases
                    .range(..=value)
                    .next_back()
                    .filter(|(base, _)| value - **base < LOCK_BYTES)
                    .map(|(_, index)| *index),
                _ => None,
            };
            let Some(index) = hit else { continue };
            let Some(task) = self.task_at(word.at).or(word.task.as_ref()) else { continue };
            if told.insert((index, task.address, task.tid)) {
                let object = locks[index].sighting.object.clone();
                facts.push((object, task.clone(), word.line));
            }
        }
        for (object, task, line) in facts {
            let span = out.at(line);
            let fields = vec![("task", Value::Task(task)), ("object", Value::Object(object))];
            out.fact(Fact { relation: "stack_word", fields, span });
        }
    }
}

/// A waiter whose lock was not printed still tells which lock it is, where its list points at a symbol.
fn orphans(locks: &mut Vec<Lock>, waiters: &[Waiter], out: &mut Builder) {
    let queued: HashSet<u64> =
        locks.iter().flat_map(|lock| &lock.sighting.waiters).filter_map(|waiter| waiter.task.address).collect();
    for waiter in waiters.iter().filter(|waiter| !queued.contains(&waiter.task)) {
        let span = waiter.span(out);
        let task = TaskKeys::address(waiter.task);
        let named = waiter.pointers.iter().find_map(|(at, symbol)| Some((*at, symbol.as_ref()?)));
        let Some((address, (symbol, offset))) = named else {
            out.task(TaskSighting { keys: task, system: Some(System::Linux), span, ..TaskSighting::default() });
            continue;
        };
        let mut object = ObjectKey::symbol(out.name(symbol), Scope::Kernel);
        object.address = address.checked_sub(*offset);
        let kind = waiter.kind.map(|kind| out.name(kind));
        let waiters = vec![LockWaiting { task, mode: waiter.mode, span }];
        let sighting = LockSighting {
            object,
            kind,
            size: LOCK_BYTES,
            holders: Vec::new(),
            waiters,
            anonymous_readers: None,
            write_wanted: None,
            free: None,
            span,
        };
        locks.push(Lock { sighting, list: Vec::new(), mode: None });
    }
}

/// Bytes of a lock that count as the lock when a pointer points into it; the queue's head lies within.
const LOCK_BYTES: u64 = 32;

/// A queued waiter as printed.
struct Waiter {
    address: Option<u64>,
    next: Option<u64>,
    pointers: Vec<(u64, Option<(String, u64)>)>,
    kind: Option<&'static str>,
    task: u64,
    mode: Option<Mode>,
    lines: (u32, u32),
}

impl Waiter {
    fn of(structure: &Structure) -> Option<Self> {
        if !structure.kind.ends_with("_waiter") {
            return None;
        }
        let task = structure.get("task")?;
        let pointer = |name: &str| structure.get(name).and_then(|member| Some((member.number?, member.symbol.clone())));
        let kind = structure.get("type").map(|member| (member.text.clone(), member.number));
        let mode = kind.and_then(|(text, number)| match (text.as_str(), number) {
            (text, _) if text.ends_with("WRITE") => Some(Mode::Write),
            (text, _) if text.ends_with("READ") => Some(Mode::Read),
            (_, Some(0)) => Some(Mode::Write),
            (_, Some(1)) => Some(Mode::Read),
            _ => None,
        });
        let lock_kind = match structure.kind.as_str() {
            "mutex_waiter" => Some("mutex"),
            "rwsem_waiter" => Some("rwlock"),
            "semaphore_waiter" => Some("semaphore"),
            _ => None,
        };
        Some(Waiter {
            kind: lock_kind,
            address: structure.address,
            next: pointer("list.next").map(|(at, _)| at),
            pointers: pointer("list.next").into_iter().chain(pointer("list.prev")).collect(),
            task: task.number?,
            mode,
            lines: (task.line, task.line),
        })
    }

    fn points_into(&self, lock: &Lock) -> bool {
        self.pointers.iter().any(|(at, symbol)| {
            lock.holds(*at)
                || symbol
                    .as_ref()
                    .is_some_and(|(name, _)| Some(name.as_str()) == lock.sighting.object.symbol.as_deref())
        })
    }

    fn span(&self, out: &Builder) -> stacklore_model::Span {
        out.span(self.lines.0, self.lines.1)
    }
}

/// A lock as printed.
struct Lock {
    sighting: LockSighting,
    /// Pointers of its queue, with their lines.
    list: Vec<(u64, u32)>,
    /// Mode in which its waiters want it where that is always the same.
    mode: Option<Mode>,
}

impl Lock {
    fn of(structure: &Structure, out: &mut Builder) -> Option<Self> {
        let (form, kind) = form(structure)?;
        let object = match (structure.address, &structure.symbol) {
            (Some(address), _) => ObjectKey::address(address, Scope::Kernel),
            (None, Some(symbol)) => ObjectKey::symbol(out.name(symbol), Scope::Kernel),
            // A structure pasted without its command has no name; its place is one.
            (None, None) => {
                let name = out.name(&format!("{kind} of line {}", structure.span.first));
                ObjectKey::symbol(name, Scope::Kernel)
            }
        };
        let list = ["wait_list.next", "wait_list.prev"]
            .iter()
            .filter_map(|path| structure.get(path))
            .filter_map(|member| Some((member.number?, member.line)))
            .collect();
        let mut lock = Lock {
            sighting: LockSighting {
                object,
                kind: Some(out.name(kind)),
                size: LOCK_BYTES,
                holders: Vec::new(),
                waiters: Vec::new(),
                anonymous_readers: None,
                write_wanted: None,
                free: None,
                span: structure.span,
            },
            list,
            mode: (form == Form::Mutex).then_some(Mode::Write),
        };
        lock.owner(structure, form, out);
        Some(lock)
    }

    fn owner(&mut self, structure: &Structure, form: Form, out: &Builder) {
        let word = structure.get("owner.counter").or(structure.get("owner.owner.counter"));
        let plain = structure.get("owner").or(structure.get("owner.owner")).or(structure.get("last_holder"));
        let Some(member) = word.or(plain) else { return };
        let Some(value) = member.number else { return };
        let packed = word.is_some();
        // The flags of an owner word: three bits of a mutex, two of a semaphore (locking/mutex.c, locking/rwsem.c).
        let (task, reader) = match (form, packed) {
            (Form::Mutex, true) => (value & !7, false),
            (Form::RwSemaphore, _) => (value & !3, value & 1 != 0),
            (Form::Mutex, false) => (value & !1, false),
            (Form::Other, _) => (value & !7, false),
        };
        let count = structure.get("count.counter").or(structure.get("count")).and_then(|member| member.number);
        if form == Form::RwSemaphore {
            let readers = count.filter(|count| packed && count & 1 == 0).map(|count| (count >> 8) as u32);
            self.sighting.anonymous_readers = readers.filter(|readers| *readers < 65_536);
            let held = count.is_none_or(|count| count & !0xff != 0 || count & 1 != 0);
            if packed && reader && !held {
                return;
            }
        }
        self.sighting.free =
            (form != Form::Other).then_some(task == 0 && self.sighting.anonymous_readers.unwrap_or(0) == 0);
        if task == 0 {
            return;
        }
        // A reader's name is a hint: the last reader that came, not the only one. A semaphore has only a last holder.
        let known = if reader || form == Form::Other { Known::Inferred } else { Known::Observed };
        self.sighting.holders.push(LockHolder {
            task: TaskKeys::address(task),
            mode: Some(if reader { Mode::Read } else { Mode::Write }),
            known,
            from: HoldSource::Owner,
            span: out.at(member.line),
        });
    }

    /// Whether an address lies in the lock.
    fn holds(&self, address: u64) -> bool {
        self.sighting.object.address.is_some_and(|base| address >= base && address - base < LOCK_BYTES * 2)
    }
}

/// How a structure is decoded, and the wait kind that fits it; `None` for what is no lock.
fn form(structure: &Structure) -> Option<(Form, &'static str)> {
    let queue = structure.get("wait_list.next").is_some();
    Some(match structure.kind.as_str() {
        "mutex" => (Form::Mutex, "mutex"),
        "ww_mutex" => (Form::Mutex, "ww-mutex"),
        "rt_mutex" | "rt_mutex_base" => (Form::Mutex, "mutex"),
        "rw_semaphore" => (Form::RwSemaphore, "rwlock"),
        "semaphore" => (Form::Other, "semaphore"),
        "completion" => (Form::Other, "completion"),
        // `p NAME` does not print the type: the members tell it.
        "" if structure.get("ctx").is_some() && queue => (Form::Mutex, "ww-mutex"),
        "" if structure.get("owner.counter").is_some() && structure.get("count.counter").is_some() => {
            (Form::RwSemaphore, "rwlock")
        }
        "" if structure.get("owner.counter").is_some() || (structure.get("owner").is_some() && queue) => {
            (Form::Mutex, "mutex")
        }
        "" if structure.get("done").is_some() => (Form::Other, "completion"),
        "" if structure.get("count").is_some() && queue => (Form::Other, "semaphore"),
        _ => return None,
    })
}
