//! Which process each task belongs to, and what the texts say of processes.

use super::classes::Classes;
use super::keys::unite_latest;
use super::mentions::Mention;
use stacklore_model::{
    Case, Listing, ListingOf, Process, ProcessId, Reading, Row, SessionId, SourceId, Span, System, TaskId, Value,
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What is known of a process: its id, or only that a session (here: a group of sessions that share tasks) is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Owner {
    /// Process id.
    Pid(u32),
    /// First session of the group.
    Session(usize),
}

/// A debugger session or dump of one process.
#[derive(Debug, Default)]
struct Session {
    /// Mentions that are tasks of it.
    members: Vec<usize>,
    /// A stack or sighting of a user-space system is in it.
    user: bool,
    /// A kernel stack is in it: a debugger on a kernel dump.
    kernel: bool,
    /// Addresses of objects change while the process runs.
    moving_heap: bool,
}

/// Owners of tasks and sessions.
#[derive(Debug, Default)]
pub(super) struct Owners {
    /// By the representative of a task's mentions.
    of_class: HashMap<usize, Owner>,
    /// User addresses of this session are addresses of that process.
    of_session: BTreeMap<(SourceId, SessionId), Owner>,
    /// All tasks of these sessions are one process, whether or not addresses move.
    tasks_of_session: BTreeMap<(SourceId, SessionId), Owner>,
}

fn is_user(system: System) -> bool {
    matches!(system, System::User | System::Go | System::Java | System::Python | System::Windows)
}

/// Whether a debugger shows such threads, of one process or (of a kernel) of all.
fn is_native(system: System) -> bool {
    matches!(system, System::User | System::Windows)
}

fn has_moving_heap(system: System) -> bool {
    system == System::Java
}

/// Whether a mention is a task of the process of its session.
fn is_member(mention: &Mention) -> bool {
    mention.pthread().is_some()
        || mention.keys.number.is_some()
        || mention.keys.unique_name.is_some()
        || mention.system.is_some_and(|system| is_user(system) && !is_native(system))
}

fn sessions(mentions: &[Mention]) -> BTreeMap<(SourceId, SessionId), Session> {
    let mut sessions: BTreeMap<_, Session> = BTreeMap::new();
    for (at, mention) in mentions.iter().enumerate().filter(|(_, mention)| is_member(mention)) {
        let session = sessions.entry((mention.source(), mention.keys.session)).or_default();
        session.members.push(at);
        session.user |= mention.pthread().is_some();
        if let Some(system) = mention.system {
            session.user |= is_user(system);
            session.kernel |= !is_user(system);
            session.moving_heap |= has_moving_heap(system);
        }
    }
    // A debugger prints some threads of its process by thread id only.
    for (at, mention) in mentions.iter().enumerate() {
        if mention.system.is_some_and(is_native)
            && !is_member(mention)
            && mention.is_identified()
            && let Some(session) = sessions.get_mut(&(mention.source(), mention.keys.session))
        {
            session.members.push(at);
        }
    }
    sessions.retain(|_, session| session.user || !session.kernel);
    sessions
}

/// Process ids that the texts name as such.
fn known_pids(mentions: &[Mention], readings: &[Reading]) -> HashSet<u32> {
    let mut pids: HashSet<u32> = mentions.iter().filter_map(Mention::pid).collect();
    for reading in readings {
        for process in &reading.processes {
            pids.insert(process.pid);
            pids.extend(process.parent);
        }
        pids.extend(reading.listings.iter().filter_map(|listing| match listing.of {
            ListingOf::ThreadsOf(pid) => Some(pid),
            _ => None,
        }));
        for value in reading.facts.iter().flat_map(|fact| &fact.fields) {
            if let Value::Process(pid) = value.1 {
                pids.insert(pid);
            }
        }
    }
    pids.remove(&0);
    pids
}

impl Owners {
    /// Finds the process of each task; unites threads of one process that several sessions name by `pthread_t`.
    pub(super) fn find(mentions: &[Mention], readings: &[Reading], classes: &mut Classes) -> Self {
        let pids = known_pids(mentions, readings);
        let mut owners = Owners::default();
        owners.told(mentions, &pids, classes);
        owners.by_session(&sessions(mentions), classes);
        let mut pthreads = HashMap::new();
        for (at, mention) in mentions.iter().enumerate() {
            if let (Some(pthread), Some(owner)) = (mention.pthread(), owners.of(at, classes)) {
                unite_latest(&mut pthreads, (owner, pthread), at, classes);
            }
        }
        let mut of_class: Vec<(usize, Owner)> = owners.of_class.drain().collect();
        of_class.sort_unstable_by_key(|(class, _)| *class);
        for (class, owner) in of_class {
            owners.of_class.entry(classes.find(class)).or_insert(owner);
        }
        owners
    }

    /// The owner of the task of a mention.
    pub(super) fn of(&self, mention: usize, classes: &mut Classes) -> Option<Owner> {
        self.of_class.get(&classes.find(mention)).copied()
    }

    /// The process whose addresses the user addresses of a session are.
    pub(super) fn of_addresses(&self) -> impl Iterator<Item = ((SourceId, SessionId), Owner)> + '_ {
        self.of_session.iter().map(|(session, owner)| (*session, *owner))
    }

    /// The process of a session.
    pub(super) fn of_session(&self, source: SourceId, session: SessionId) -> Option<Owner> {
        self.tasks_of_session.get(&(source, session)).copied()
    }

    /// Process ids printed with the task. Where two are, the one that is not its own thread id says more: forms that
    /// print one number only give it as both.
    fn told(&mut self, mentions: &[Mention], pids: &HashSet<u32>, classes: &mut Classes) {
        for (at, mention) in mentions.iter().enumerate() {
            let Some(pid) = mention.pid() else { continue };
            let class = classes.find(at);
            let own = classes.tid(class) == Some(pid);
            let known = self.of_class.entry(class).or_insert(Owner::Pid(pid));
            if !own && *known == classes.tid(class).map_or(Owner::Pid(pid), Owner::Pid) {
                *known = Owner::Pid(pid);
            }
        }
        for at in 0..mentions.len() {
            let class = classes.find(at);
            if let Some(tid) = classes.tid(class).filter(|tid| pids.contains(tid)) {
                self.of_class.entry(class).or_insert(Owner::Pid(tid));
            }
        }
    }

    /// All tasks of a session are one process; sessions that share a task are sessions of one process.
    fn by_session(&mut self, sessions: &BTreeMap<(SourceId, SessionId), Session>, classes: &mut Classes) {
        let all: Vec<_> = sessions.iter().collect();
        let mut groups = Classes::new(all.iter().map(|_| (None, None)));
        let mut first_session: HashMap<usize, usize> = HashMap::new();
        for (index, (_, session)) in all.iter().enumerate() {
            for &member in &session.members {
                let first = *first_session.entry(classes.find(member)).or_insert(index);
                groups.unite(first, index);
            }
        }
        let mut told: HashMap<usize, HashSet<u32>> = HashMap::new();
        for (index, (_, session)) in all.iter().enumerate() {
            for &member in &session.members {
                if let Some(Owner::Pid(pid)) = self.of(member, classes) {
                    told.entry(groups.find(index)).or_default().insert(pid);
                }
            }
        }
        for (index, (key, session)) in all.iter().enumerate() {
            let group = groups.find(index);
            let mut pids = told.get(&group).into_iter().flatten();
            let owner = match (pids.next(), pids.next()) {
                (None, _) => Owner::Session(group),
                (Some(&pid), None) => Owner::Pid(pid),
                // Several processes in one session: nothing follows for those of unknown process.
                _ => continue,
            };
            if matches!(owner, Owner::Session(_)) && !session.user {
                continue;
            }
            for &member in &session.members {
                self.of_class.entry(classes.find(member)).or_insert(owner);
            }
            self.tasks_of_session.insert(**key, owner);
            if session.user && !session.moving_heap {
                self.of_session.insert(**key, owner);
            }
        }
    }
}

/// Processes of the case by owner; entries are made when they are first needed.
#[derive(Debug, Default)]
pub(super) struct Processes {
    ids: HashMap<Owner, ProcessId>,
}

impl Processes {
    /// The process of that owner.
    pub(super) fn of(&mut self, owner: Owner, case: &mut Case) -> ProcessId {
        *self.ids.entry(owner).or_insert_with(|| {
            let pid = if let Owner::Pid(pid) = owner { Some(pid) } else { None };
            case.processes.push(Process { pid, ..Process::default() });
            ProcessId((case.processes.len() - 1) as u32)
        })
    }

    /// The process of that id.
    pub(super) fn pid(&mut self, pid: u32, case: &mut Case) -> ProcessId {
        self.of(Owner::Pid(pid), case)
    }

    /// Ids by process id, for the index of objects.
    pub(super) fn by_pid(&self) -> HashMap<u32, ProcessId> {
        let pid = |(owner, id): (&Owner, &ProcessId)| match owner {
            Owner::Pid(pid) => Some((*pid, *id)),
            Owner::Session(_) => None,
        };
        self.ids.iter().filter_map(pid).collect()
    }

    /// Adds what the texts say of processes, in the order of the texts.
    pub(super) fn sighted(&mut self, readings: &[Reading], tids: &HashMap<u32, TaskId>, case: &mut Case) {
        for reading in readings {
            for sighting in reading.processes.iter().filter(|sighting| sighting.pid != 0) {
                let id = self.pid(sighting.pid, case);
                let parent = sighting.parent.filter(|pid| *pid != 0).map(|pid| self.pid(pid, case));
                let tracer = sighting.tracer.map(|tracer| (tracer != 0).then(|| self.tracer(tracer, tids, case)));
                let process = &mut case.processes[id.0 as usize];
                process.name = process.name.take().or_else(|| sighting.name.clone());
                process.parent = parent.or(process.parent);
                process.tracer = tracer.or(process.tracer);
                process.threads = sighting.threads.or(process.threads);
                if process.namespace_pids.is_empty() {
                    process.namespace_pids.clone_from(&sighting.namespace_pids);
                }
                process.spans.push(Span { source: reading.source, ..sighting.span });
            }
        }
    }

    /// The process of a tracer, which may be named by any of its threads.
    fn tracer(&mut self, tracer: u32, tids: &HashMap<u32, TaskId>, case: &mut Case) -> ProcessId {
        let known = tids.get(&tracer).and_then(|task| case.tasks.get(task.0 as usize)).and_then(|task| task.process);
        known.unwrap_or_else(|| self.pid(tracer, case))
    }

    /// Adds the tasks, the names of leaders, and the number of threads where a complete listing shows them.
    pub(super) fn finish(&self, case: &mut Case) {
        for (index, task) in case.tasks.iter().enumerate() {
            let Some(process) = task.process.and_then(|id| case.processes.get_mut(id.0 as usize)) else { continue };
            process.tasks.push(TaskId(index as u32));
            if process.pid.is_some() && process.pid == task.tid && process.name.is_none() {
                process.name.clone_from(&task.name);
            }
        }
        let threads = |((_, listing), about): (&(SourceId, Listing), &Option<Row>)| match (&listing.of, about) {
            (ListingOf::ThreadsOf(_) | ListingOf::ThreadsOfSession(_), Some(Row::Process(id))) => Some(*id),
            _ => None,
        };
        let listed: Vec<ProcessId> = case.listings.iter().zip(&case.listing_about).filter_map(threads).collect();
        for id in listed {
            let process = &mut case.processes[id.0 as usize];
            if process.threads.is_none() {
                let seen = process.tasks.iter().filter(|task| !case.tasks[task.0 as usize].sightings.is_empty());
                process.threads = Some(seen.count() as u32);
            }
        }
    }
}
