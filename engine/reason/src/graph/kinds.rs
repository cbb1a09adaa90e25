//! What the graph must know of each wait kind, read once from the vocabulary.

use crate::analysis::KindId;
use crate::vocabulary::Vocabulary;
use std::collections::HashMap;

/// Group of the kinds that are waits for a lock.
const LOCK: &str = "lock";
/// Groups whose waits are a normal rest in user space: a condition to be signalled, a thread or child to end.
const RESTFUL: [&str; 2] = ["signal", "end"];

/// One wait kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kind {
    /// Its name.
    pub(crate) name: String,
    /// Who must act.
    pub(crate) needs: String,
    /// It is a wait for a lock.
    pub(crate) lock: bool,
    /// A waiting reader also waits for a writer ahead of it.
    pub(crate) fair: bool,
    /// The kernel cannot tell what it waits for.
    pub(crate) untyped: bool,
    /// It is in some group.
    pub(crate) grouped: bool,
    /// It is only in groups whose waits are a normal rest in user space.
    pub(crate) restful: bool,
}

/// All wait kinds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kinds {
    by_id: HashMap<KindId, Kind>,
    by_name: HashMap<String, KindId>,
}

impl Kinds {
    /// The kinds of a vocabulary.
    pub(crate) fn of(vocabulary: &Vocabulary) -> Self {
        let groups = vocabulary.kind_groups();
        let mut kinds = Kinds::default();
        for (id, name) in vocabulary.kinds() {
            let mine = || groups.iter().filter(|group| vocabulary.is_kind(id, group));
            kinds.add(
                id,
                Kind {
                    name: name.to_owned(),
                    needs: vocabulary.needs(id).to_owned(),
                    lock: vocabulary.is_kind(id, LOCK),
                    fair: vocabulary.is_fair(id),
                    untyped: vocabulary.is_untyped(id),
                    grouped: mine().next().is_some(),
                    restful: mine().all(|group| RESTFUL.contains(group)),
                },
            );
        }
        kinds
    }

    /// Adds a kind.
    pub(crate) fn add(&mut self, id: KindId, kind: Kind) {
        self.by_name.insert(kind.name.clone(), id);
        self.by_id.insert(id, kind);
    }

    /// The kind of that id.
    pub(crate) fn get(&self, id: KindId) -> Option<&Kind> {
        self.by_id.get(&id)
    }

    /// The kind of that name.
    pub(crate) fn named(&self, name: &str) -> Option<KindId> {
        self.by_name.get(name).copied()
    }

    /// Whether waits of that kind wait for a lock.
    pub(crate) fn is_lock(&self, id: KindId) -> bool {
        self.get(id).is_some_and(|kind| kind.lock)
    }

    /// Whether a waiting reader of that kind also waits for a writer ahead of it.
    pub(crate) fn is_fair(&self, id: KindId) -> bool {
        self.get(id).is_some_and(|kind| kind.fair)
    }

    /// Whether one who holds something as `held` keeps one waiting who wants it as `wanted`: both are the same kind,
    /// both are locks, or one of them is not known exactly. A thread that waits to be notified on a monitor does not
    /// wait for whoever has it locked.
    pub(crate) fn fit(&self, wanted: KindId, held: Option<KindId>) -> bool {
        let vague = |id: KindId| self.get(id).is_none_or(|kind| kind.untyped);
        held.is_none_or(|held| {
            held == wanted || (self.is_lock(held) && self.is_lock(wanted)) || vague(held) || vague(wanted)
        })
    }
}
