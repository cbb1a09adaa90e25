//! Edges of the wait-for graph from waits and holds.
//!
//! Nobody is blamed for what he does not do: a task that rests gives no edge, and a task on a CPU gives one only where
//! it spins in a wait for a lock. Readers do not keep readers waiting; what keeps a reader of a fair lock waiting is a
//! writer, one that has the lock or one that is ahead in the queue.

use super::kinds::Kinds;
use super::links::{Link, Links, Place};
use super::{Edge, EdgeKind, Node, WaitGraph};
use crate::analysis::{Activity, Analysis, Hold, KindId, Wait};
use stacklore_model::{HoldSource, Known, Mode, ObjectId, ProcessId, Span, TaskId};
use std::collections::{HashMap, HashSet};

/// The wait of a task, if the task really cannot go on: it does not rest, and if it is on a CPU it spins for a lock.
pub(crate) fn blocking_wait<'a>(activity: &'a Activity, kinds: &Kinds) -> Option<&'a Wait> {
    let wait = activity.wait.as_ref()?;
    (!activity.idle && (!activity.on_cpu || kinds.is_lock(wait.kind))).then_some(wait)
}

/// How a wait is known: a task that moved between two sightings may have ended it since.
fn wait_known(activity: &Activity, wait: &Wait) -> Known {
    if activity.moved == Some(true) { Known::Assumed } else { wait.known }
}

/// The edges for readers of the report and the links for the searches.
pub(crate) fn collect(analysis: &Analysis, kinds: &Kinds) -> (WaitGraph, Links) {
    let tasks = analysis.case.tasks.len().max(analysis.activities.len());
    let mut collector = Collector {
        analysis,
        kinds,
        holds: HoldsByObject::of(analysis, kinds),
        writers: queued_writers(analysis, kinds),
        links: Links::new(tasks),
        edges: Vec::new(),
        met: HashSet::new(),
    };
    for (number, activity) in analysis.activities.iter().enumerate() {
        if let Some(wait) = blocking_wait(activity, kinds) {
            collector.wait(super::links::task_of(number), wait, wait_known(activity, wait));
        }
    }
    collector.hold_edges();
    (graph_of(collector.edges), collector.links)
}

/// A graph of these edges, in the order of the text.
pub(crate) fn graph_of(mut edges: Vec<Edge>) -> WaitGraph {
    edges.sort_by_key(|edge| edge.span);
    let mut met = HashSet::new();
    let nodes = edges.iter().flat_map(|edge| [edge.from, edge.to]).filter(|node| met.insert(*node)).collect();
    WaitGraph { nodes, edges }
}

/// A writer in the queue of a lock: who, and how its wait is known.
type Writer = (TaskId, Known);

/// For each object one writer that waits for it: the surest, the first in the text among equals. One is enough: all
/// writers of a queue wait for the same holders.
fn queued_writers(analysis: &Analysis, kinds: &Kinds) -> HashMap<ObjectId, Writer> {
    let mut writers: HashMap<ObjectId, (Writer, Span)> = HashMap::new();
    for (number, activity) in analysis.activities.iter().enumerate() {
        let Some(wait) = blocking_wait(activity, kinds) else { continue };
        let (Some((object, known)), Some(Mode::Write)) = (wait.object, wait.mode) else { continue };
        if !kinds.is_fair(wait.kind) {
            continue;
        }
        let writer = (super::links::task_of(number), known.min(wait_known(activity, wait)));
        let entry = writers.entry(object).or_insert((writer, wait.span));
        if (writer.1, std::cmp::Reverse(wait.span)) > (entry.0.1, std::cmp::Reverse(entry.1)) {
            *entry = (writer, wait.span);
        }
    }
    writers.into_iter().map(|(object, (writer, _))| (object, writer)).collect()
}

/// Holds that count, by object, each said once, in the order of the text.
struct HoldsByObject<'a>(HashMap<ObjectId, Vec<&'a Hold>>);

impl<'a> HoldsByObject<'a> {
    fn of(analysis: &'a Analysis, kinds: &Kinds) -> Self {
        let mut holds: HashMap<ObjectId, Vec<&Hold>> = HashMap::new();
        let mut said: HashMap<(ObjectId, TaskId, Option<Mode>), usize> = HashMap::new();
        for hold in &analysis.holds {
            let Some(object) = hold.object else { continue };
            if given_up(analysis, kinds, object, hold) {
                continue;
            }
            let list = holds.entry(object).or_default();
            match said.get(&(object, hold.task, hold.mode)) {
                // Two texts that say the same: the surer one is quoted.
                Some(&place) if list[place].known < hold.known => list[place] = hold,
                Some(_) => {}
                None => {
                    said.insert((object, hold.task, hold.mode), list.len());
                    list.push(hold);
                }
            }
        }
        HoldsByObject(holds)
    }

    fn get(&self, object: ObjectId) -> &[&'a Hold] {
        self.0.get(&object).map_or(&[], Vec::as_slice)
    }
}

/// Kind of what is held: as the hold says, else as the object says.
fn held_kind(analysis: &Analysis, kinds: &Kinds, object: ObjectId, hold: &Hold) -> Option<KindId> {
    hold.kind.or_else(|| {
        let lock = analysis.case.objects.get(object.0 as usize)?;
        kinds.named(lock.kind.as_deref()?)
    })
}

/// Whether a hold says less than it seems, because its task waits for the same object: who waits to be notified has
/// let go of the monitor, and the address of the lock that one waits for stands on one's stack in any case.
fn given_up(analysis: &Analysis, kinds: &Kinds, object: ObjectId, hold: &Hold) -> bool {
    let Some(wait) = analysis.activities.get(hold.task.0 as usize).and_then(|activity| activity.wait.as_ref()) else {
        return false;
    };
    if wait.object.is_none_or(|(wanted, _)| wanted != object) {
        return false;
    }
    // A task that moved between the looks waited at one moment and held at another.
    if analysis.activity(hold.task).moved == Some(true) {
        return true;
    }
    let exact = kinds.get(wait.kind).is_some_and(|kind| !kind.lock && !kind.untyped);
    let notified = exact && held_kind(analysis, kinds, object, hold) != Some(wait.kind);
    let own_argument = hold.from == HoldSource::StackWord && hold.known == Known::Assumed;
    notified || (own_argument && !compatible(wait.mode, hold.mode))
}

/// Whether one can have a lock in that mode while another has it in this.
fn compatible(wanted: Option<Mode>, held: Option<Mode>) -> bool {
    wanted == Some(Mode::Read) && held == Some(Mode::Read)
}

struct Collector<'a> {
    analysis: &'a Analysis,
    kinds: &'a Kinds,
    holds: HoldsByObject<'a>,
    writers: HashMap<ObjectId, Writer>,
    links: Links,
    edges: Vec<Edge>,
    /// Objects whose place has its links already, and processes alike.
    met: HashSet<usize>,
}

impl Collector<'_> {
    /// Everything that one task waits for.
    fn wait(&mut self, task: TaskId, wait: &Wait, known: Known) {
        let link = Link { to: 0, known, kind: Some(wait.kind), mode: wait.mode, span: wait.span };
        if let Some((object, read)) = wait.object {
            self.object(task, wait, object, Link { known: known.min(read), ..link });
        }
        if let Some(awaited) = wait.awaited_task {
            self.join(Place::Task(task), Place::Task(awaited), EdgeKind::Waits, link);
        }
        if let Some(process) = wait.awaited_process {
            self.join(Place::Task(task), Place::Process(process), EdgeKind::Waits, link);
            self.process(process);
        }
    }

    /// A task waits for an object, and that for its holders.
    fn object(&mut self, task: TaskId, wait: &Wait, object: ObjectId, link: Link) {
        let place = Place::Wanted(object, wait.kind, wait.mode);
        self.join(Place::Task(task), place, EdgeKind::Waits, link);
        let Some(number) = self.links.place(place) else { return };
        if self.met.insert(number) {
            self.holders(number, wait, object);
        }
        if let Some((writer, ahead)) = self.writer_ahead(task, wait, object) {
            let edge = self.edge(Node::Task(task), Node::Task(writer), EdgeKind::Waits, link);
            self.edges.push(Edge { known: edge.known.min(ahead), ..edge });
        }
    }

    /// The links from an object, as it is wanted, to those who keep it.
    fn holders(&mut self, place: usize, wait: &Wait, object: ObjectId) {
        let holds = self.holds.get(object).to_vec();
        for hold in holds {
            let held = held_kind(self.analysis, self.kinds, object, hold);
            if compatible(wait.mode, hold.mode) || !self.kinds.fit(wait.kind, held) {
                continue;
            }
            // A reader may share the lock with a holder whose mode nobody tells.
            let may_share = self.kinds.is_fair(wait.kind) && wait.mode == Some(Mode::Read) && hold.mode.is_none();
            let known = if may_share { Known::Assumed } else { hold.known };
            if let Some(to) = self.links.place(Place::Task(hold.task)) {
                self.links.link(place, Link { to, known, kind: None, mode: hold.mode, span: hold.span });
            }
        }
        if let Some((writer, known)) = self.queue(wait, object) {
            let span = self.analysis.wait(writer).map_or(wait.span, |ahead| ahead.span);
            if let Some(to) = self.links.place(Place::Task(writer)) {
                self.links.link(place, Link { to, known, kind: None, mode: None, span });
            }
        }
    }

    /// The writer that keeps the readers in the queue of a fair lock waiting. Where a writer is known to have the lock
    /// itself, the readers wait for that one, and who is ahead in the queue is not known.
    fn queue(&self, wait: &Wait, object: ObjectId) -> Option<Writer> {
        if wait.mode != Some(Mode::Read) || !self.kinds.is_fair(wait.kind) {
            return None;
        }
        let has_it = |hold: &&Hold| hold.mode == Some(Mode::Write) && hold.known > Known::Assumed;
        if self.holds.get(object).iter().any(has_it) {
            return None;
        }
        self.writers.get(&object).copied()
    }

    fn writer_ahead(&self, task: TaskId, wait: &Wait, object: ObjectId) -> Option<Writer> {
        self.queue(wait, object).filter(|(writer, _)| *writer != task)
    }

    /// The end of a process is up to its leader. That the one task seen is all of it must be told by the text.
    fn process(&mut self, process: ProcessId) {
        let place = Place::Process(process);
        let Some(number) = self.links.place(place) else { return };
        let Some(data) = self.analysis.case.processes.get(process.0 as usize) else { return };
        if !self.met.insert(number) || data.threads.is_some_and(|threads| threads as usize != data.tasks.len()) {
            return;
        }
        let tasks = &self.analysis.case.tasks;
        let tid = |task: &TaskId| tasks.get(task.0 as usize).and_then(|task| task.tid);
        let leader = data.tasks.iter().find(|task| data.pid.is_some() && tid(task) == data.pid);
        let only = (data.threads == Some(1)).then(|| data.tasks.first()).flatten();
        let Some(&leader) = leader.filter(|_| data.threads.is_some() || data.tasks.len() == 1).or(only) else { return };
        let known = if data.threads == Some(1) { Known::Observed } else { Known::Inferred };
        let spans = tasks.get(leader.0 as usize).and_then(|task| task.sightings.first());
        let span = data.spans.first().or(spans).copied().unwrap_or_default();
        self.join(place, Place::Task(leader), EdgeKind::HeldBy, Link { to: 0, known, kind: None, mode: None, span });
    }

    /// An edge for readers and the same as a link.
    fn join(&mut self, from: Place, to: Place, kind: EdgeKind, link: Link) {
        let (Some(start), Some(end)) = (self.links.place(from), self.links.place(to)) else { return };
        self.links.link(start, Link { to: end, ..link });
        let edge = self.edge(node(from), node(to), kind, link);
        self.edges.push(edge);
    }

    fn edge(&self, from: Node, to: Node, kind: EdgeKind, link: Link) -> Edge {
        Edge { from, to, kind, wait: link.kind, mode: link.mode, known: link.known, span: link.span }
    }

    /// Who holds what, also where nobody in the text waits for it.
    fn hold_edges(&mut self) {
        let mut objects: Vec<_> = self.holds.0.iter().collect();
        objects.sort_by_key(|(object, _)| **object);
        for (object, holds) in objects {
            self.edges.extend(holds.iter().map(|hold| Edge {
                from: Node::Object(*object),
                to: Node::Task(hold.task),
                kind: EdgeKind::HeldBy,
                wait: None,
                mode: hold.mode,
                known: hold.known,
                span: hold.span,
            }));
        }
    }
}

/// The node that readers of the report see.
pub(crate) fn node(place: Place) -> Node {
    match place {
        Place::Task(task) => Node::Task(task),
        Place::Wanted(object, _, _) | Place::Object(object) => Node::Object(object),
        Place::Process(process) => Node::Process(process),
        Place::Fact(fact) => Node::Fact(fact),
    }
}
