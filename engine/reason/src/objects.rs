//! Objects by address and symbol: an address inside a known object is that object.
//!
//! Every address means something in one space only: kernel addresses in the whole case, user addresses in one process,
//! addresses of a moving heap and hashed ones in one dump. A space is a map of disjoint intervals, so that a look-up
//! costs the logarithm of the number of objects.

mod merging;

use crate::identity::FIRST_ADDRESS;
use merging::{absorb, describe, is_neighbour, tidy};
use stacklore_model::{Case, Lock, Name, ObjectId, ProcessId, Scope, SessionId, SourceId, StackId, System};
use std::collections::{BTreeMap, HashMap};

/// Where an address or a symbol means one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Space {
    /// The kernel: the whole case.
    Kernel,
    /// A process.
    Process(ProcessId),
    /// A dump inside a document.
    Session(SourceId, SessionId),
}

/// What a text says of an object.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Description<'a> {
    /// Address, perhaps inside it.
    pub(crate) address: Option<u64>,
    /// Symbol, and the offset of the address into it.
    pub(crate) symbol: Option<(&'a str, u64)>,
    /// Wait kind; empty where unknown.
    pub(crate) kind: &'a str,
    /// Bytes; 0 where unknown.
    pub(crate) size: u64,
}

/// An object in its space: `[base, end)`, the base being the key.
#[derive(Clone, Copy, Debug)]
struct Extent {
    end: u64,
    id: ObjectId,
}

#[derive(Clone, Debug, Default)]
struct Index {
    extents: BTreeMap<u64, Extent>,
    symbols: HashMap<Name, ObjectId>,
}

/// Index over [`Case::objects`].
#[derive(Clone, Debug, Default)]
pub struct Objects {
    spaces: BTreeMap<Space, Index>,
    /// For each object the one it turned out to be; itself where it is one.
    same: Vec<ObjectId>,
    /// Objects that others were added to since the last [`Objects::settle`].
    grown: Vec<ObjectId>,
    /// Processes by id, for [`Scope::Process`].
    pids: HashMap<u32, ProcessId>,
    /// Sessions of one process whose addresses are that process's.
    sessions: BTreeMap<(SourceId, SessionId), ProcessId>,
}

impl Objects {
    /// An empty index that knows the processes of the case.
    pub(crate) fn new(pids: HashMap<u32, ProcessId>, sessions: BTreeMap<(SourceId, SessionId), ProcessId>) -> Self {
        Objects { pids, sessions, ..Objects::default() }
    }

    /// The object at an address that a frame, register or word of this stack names, made when it is not there yet.
    /// `symbol` is the symbol printed with the address and the offset into it. `kind` and `size` (bytes, 0 = unknown)
    /// describe it where it is new or was unknown. `None` for addresses that are no identity (zero, small numbers).
    ///
    /// A later call may show that two objects are one (the word inside a lock was met before the lock): the id that
    /// was given out first stays, and [`Objects::resolve`] leads from the other to it.
    pub fn at(
        &mut self,
        case: &mut Case,
        stack: StackId,
        address: u64,
        symbol: Option<(&str, u64)>,
        kind: &str,
        size: u64,
    ) -> Option<ObjectId> {
        if !is_identity(address) {
            return None;
        }
        let space = self.space_of_stack(case, stack, Some(address));
        Some(self.enter(case, space, Description { address: Some(address), symbol, kind, size }))
    }

    /// The static object of that name of the system of this stack (`rtnl_mutex`), made when it is not there yet.
    pub fn named(&mut self, case: &mut Case, stack: StackId, name: &str, kind: &str) -> ObjectId {
        let space = self.space_of_stack(case, stack, None);
        self.enter(case, space, Description { symbol: Some((name, 0)), kind, ..Description::default() })
    }

    /// The object that an id means now: itself, or the one with which it was united later.
    pub fn resolve(&self, mut id: ObjectId) -> ObjectId {
        while let Some(&same) = self.same.get(id.0 as usize) {
            if same == id {
                break;
            }
            id = same;
        }
        id
    }

    /// Drops what objects that were united by [`Objects::at`] are told twice. To be called once after the last call.
    pub fn settle(&mut self, case: &mut Case) {
        let mut grown = std::mem::take(&mut self.grown);
        grown.sort_unstable();
        grown.dedup();
        for id in grown {
            if let Some(object) = case.objects.get_mut(id.0 as usize) {
                tidy(object);
            }
        }
    }

    /// As [`Objects::resolve`]; shortens the way for the next time.
    fn find(&mut self, mut id: ObjectId) -> ObjectId {
        while let Some(&same) = self.same.get(id.0 as usize) {
            if same == id {
                break;
            }
            let next = self.same.get(same.0 as usize).copied().unwrap_or(same);
            self.same[id.0 as usize] = next;
            id = next;
        }
        id
    }

    /// The space of a scope that a document names.
    pub(crate) fn space_of_scope(&self, scope: Scope, source: SourceId) -> Space {
        match scope {
            Scope::Kernel => Space::Kernel,
            // A process that nobody else names: its id alone tells it from others.
            Scope::Process(pid) => {
                self.pids.get(&pid).map_or(Space::Session(source, SessionId(0)), |id| Space::Process(*id))
            }
            Scope::Session(session) => self.space_of_session(source, session),
        }
    }

    fn space_of_session(&self, source: SourceId, session: SessionId) -> Space {
        let process = self.sessions.get(&(source, session));
        process.map_or(Space::Session(source, session), |process| Space::Process(*process))
    }

    fn space_of_stack(&self, case: &Case, stack: StackId, address: Option<u64>) -> Space {
        let Some(stack) = case.stacks.get(stack.0 as usize) else { return Space::Kernel };
        let process = case.tasks.get(stack.task.0 as usize).and_then(|task| task.process);
        let of_process = process.map(Space::Process);
        let of_session = self.space_of_session(stack.span.source, stack.session);
        match stack.system {
            System::Linux if address.is_some_and(is_user_half) => of_process.unwrap_or(of_session),
            System::Linux | System::Illumos | System::Freebsd => Space::Kernel,
            System::User | System::Go | System::Python | System::Windows => of_process.unwrap_or(of_session),
            // A collector moves objects between two dumps of one process.
            System::Java => of_session,
        }
    }

    /// The object of a description, made when it is not there yet.
    pub(crate) fn enter(&mut self, case: &mut Case, space: Space, what: Description<'_>) -> ObjectId {
        let (address, symbol) = self.base_of(case, space, what);
        let Some(address) = address else { return self.enter_symbol(case, space, symbol, what) };
        let start = address.base;
        let mut id = self.covering(space, start);
        let at_base = id.is_none_or(|(base, _)| base == start);
        if at_base {
            let end = start.saturating_add(what.size.max(address.inside).max(1));
            id = Some((start, self.claim(case, space, start, end, what)));
        }
        let Some((_, mut id)) = id else { return self.create(case, space, None, what) };
        if let Some(name) = symbol {
            id = self.bind_symbol(case, space, name, id);
        }
        let object = &mut case.objects[id.0 as usize];
        object.address = Some(object.address.map_or(start, |known| known.min(start)));
        if at_base {
            describe(object, what);
        }
        id
    }

    /// The base of the object and its symbol. A lock that is a member of a larger static object is printed with that
    /// object's symbol and an offset (`<acc_a+16>`): it is an object of its own. Only an offset into what is known to be
    /// one lock, or too small for a lock to begin there, leads back to the symbol. An offset that leads below the address
    /// space is damage.
    fn base_of<'a>(&self, case: &Case, space: Space, what: Description<'a>) -> (Option<Address>, Option<&'a str>) {
        let address = what.address.filter(|address| is_identity(*address));
        let alone = |address| (Some(Address { base: address, inside: 1 }), None);
        match (address, what.symbol) {
            (Some(address), Some((name, offset))) => {
                match address.checked_sub(offset).filter(|base| is_identity(*base)) {
                    Some(base) if offset < LEAST_LOCK || self.reaches(case, space, name, offset) => {
                        (Some(Address { base, inside: offset.saturating_add(1) }), Some(name))
                    }
                    _ => alone(address),
                }
            }
            (Some(address), None) => alone(address),
            (None, symbol) => (None, symbol.map(|(name, _)| name)),
        }
    }

    /// Whether that symbol is known to be one lock that reaches so far.
    fn reaches(&self, case: &Case, space: Space, name: &str, offset: u64) -> bool {
        let known = self.spaces.get(&space).and_then(|index| index.symbols.get(name)).map(|id| self.resolve(*id));
        let lock = known.and_then(|id| case.objects.get(id.0 as usize)).filter(|lock| lock.kind.is_some());
        lock.is_some_and(|lock| offset < if lock.size > 0 { lock.size } else { USUAL_LOCK })
    }

    /// An object known by its symbol only, or by nothing.
    fn enter_symbol(&mut self, case: &mut Case, space: Space, symbol: Option<&str>, what: Description<'_>) -> ObjectId {
        let known = symbol.and_then(|name| self.spaces.get(&space)?.symbols.get(name).copied());
        let id = match known {
            Some(id) => self.find(id),
            None => self.create(case, space, symbol, what),
        };
        describe(&mut case.objects[id.0 as usize], what);
        id
    }

    /// The object in which an address lies, and its base.
    fn covering(&mut self, space: Space, address: u64) -> Option<(u64, ObjectId)> {
        let (base, extent) = self.spaces.get(&space)?.extents.range(..=address).next_back()?;
        let (base, extent) = (*base, *extent);
        (address < extent.end).then(|| (base, self.find(extent.id)))
    }

    /// Gives `[start, end)` to one object: the one that begins there, or one of those that lie inside, or a new one.
    fn claim(&mut self, case: &mut Case, space: Space, start: u64, mut end: u64, what: Description<'_>) -> ObjectId {
        let inside: Vec<(u64, Extent)> = self
            .spaces
            .get(&space)
            .map(|index| index.extents.range(start..end).map(|(base, extent)| (*base, *extent)).collect())
            .unwrap_or_default();
        let mut united: Option<ObjectId> = None;
        let begins = inside.first().is_some_and(|(base, _)| *base == start);
        for (base, extent) in inside {
            let id = self.find(extent.id);
            let object = &case.objects[id.0 as usize];
            // The size may be that of another version: it must not swallow the lock next door.
            if base != start && is_neighbour(object, what) {
                end = base;
                break;
            }
            if base == start {
                end = end.max(extent.end);
            }
            united = Some(match united {
                None => id,
                Some(other) => self.unite(case, other, id, base != start),
            });
            if let Some(index) = self.spaces.get_mut(&space) {
                index.extents.remove(&base);
            }
        }
        let id = match united {
            Some(id) => id,
            None => self.create(case, space, None, what),
        };
        if !begins && !what.kind.is_empty() {
            // So far only parts of it were known.
            let object = &mut case.objects[id.0 as usize];
            (object.kind, object.size) = (Some(what.kind.into()), what.size);
        }
        self.spaces.entry(space).or_default().extents.insert(start, Extent { end, id });
        id
    }

    /// Makes a symbol the name of an object: an object that only had the name so far is that one.
    fn bind_symbol(&mut self, case: &mut Case, space: Space, name: &str, id: ObjectId) -> ObjectId {
        let known = self.spaces.get(&space).and_then(|index| index.symbols.get(name).copied());
        let known = known.map(|known| self.find(known));
        let id = match known {
            Some(known) if known == id => id,
            // Two static objects of one name in two files have two addresses: the first keeps the name.
            Some(known) if case.objects[known.0 as usize].address.is_some() => id,
            Some(known) => self.unite(case, id, known, false),
            None => {
                self.spaces.entry(space).or_default().symbols.insert(name.into(), id);
                id
            }
        };
        let object = &mut case.objects[id.0 as usize];
        if object.name.is_none() {
            object.name = Some(name.into());
        }
        id
    }

    fn create(&mut self, case: &mut Case, space: Space, symbol: Option<&str>, what: Description<'_>) -> ObjectId {
        let id = ObjectId(case.objects.len() as u32);
        let process = if let Space::Process(process) = space { Some(process) } else { None };
        let mut object = Lock { process, name: symbol.map(Name::from), ..Lock::default() };
        describe(&mut object, what);
        case.objects.push(object);
        // Objects that were pushed by others are themselves.
        self.same.extend((self.same.len() as u32..=id.0).map(ObjectId));
        if let Some(name) = symbol {
            self.spaces.entry(space).or_default().symbols.insert(name.into(), id);
        }
        id
    }

    /// Unites two objects under the id that was given out first. `inner`: the second lies inside the first, whose kind
    /// and size are the whole's.
    fn unite(&mut self, case: &mut Case, one: ObjectId, other: ObjectId, inner: bool) -> ObjectId {
        if one == other {
            return one;
        }
        let (kept, gone) = (one.min(other), one.max(other));
        let mut outer = std::mem::take(&mut case.objects[one.0 as usize]);
        let part = std::mem::take(&mut case.objects[other.0 as usize]);
        absorb(&mut outer, part, inner);
        case.objects[kept.0 as usize] = outer;
        self.same[gone.0 as usize] = kept;
        self.grown.push(kept);
        kept
    }

    /// Takes out the entries of objects that are others, after which no id of them may be in use except through the
    /// numbering that is returned: new id by old.
    pub(crate) fn compact(&mut self, case: &mut Case) -> Vec<ObjectId> {
        let mut renumbered = vec![ObjectId(0); case.objects.len()];
        let mut kept = Vec::with_capacity(case.objects.len());
        for (index, object) in std::mem::take(&mut case.objects).into_iter().enumerate() {
            let id = ObjectId(index as u32);
            let same = self.find(id);
            if same == id {
                renumbered[index] = ObjectId(kept.len() as u32);
                kept.push(object);
            } else {
                // The kept one always has the smaller id.
                renumbered[index] = renumbered[same.0 as usize];
            }
        }
        for index in self.spaces.values_mut() {
            index.extents.values_mut().for_each(|extent| extent.id = renumbered[extent.id.0 as usize]);
            index.symbols.values_mut().for_each(|id| *id = renumbered[id.0 as usize]);
        }
        self.same = (0..kept.len() as u32).map(ObjectId).collect();
        case.objects = kept;
        case.objects.iter_mut().for_each(tidy);
        self.grown.clear();
        renumbered
    }
}

/// Whether an address can identify an object: not the first page, not a negative error number.
fn is_identity(address: u64) -> bool {
    (FIRST_ADDRESS..u64::MAX - 0xfff).contains(&address)
}

/// Whether an address that a kernel stack names is one of user space. 64-bit kernels live in the upper half of the
/// address space, 32-bit ones in the last gigabyte.
fn is_user_half(address: u64) -> bool {
    address < 1 << 56 && !(0xc000_0000..=0xffff_ffff).contains(&address)
}

/// No lock begins less than four bytes, a spinlock, behind another object's start.
const LEAST_LOCK: u64 = 4;

/// Bytes that every lock with a queue has at least; of a lock whose size nobody tells no more is taken for granted.
const USUAL_LOCK: u64 = 24;

struct Address {
    base: u64,
    /// Bytes of the object that are known to exist because its symbol was printed with an offset.
    inside: u64,
}
