//! Disjoint sets of mentions, one per task, that never join what contradicts itself.

/// Disjoint sets. Each knows its kernel address and its thread id; sets with two different ones are two tasks.
#[derive(Debug)]
pub(super) struct Classes {
    parent: Vec<usize>,
    address: Vec<Option<u64>>,
    tid: Vec<Option<u32>>,
}

impl Classes {
    /// Each mention by itself, with its address and its thread id.
    pub(super) fn new(keys: impl Iterator<Item = (Option<u64>, Option<u32>)>) -> Self {
        let (address, tid): (Vec<_>, Vec<_>) = keys.unzip();
        Classes { parent: (0..address.len()).collect(), address, tid }
    }

    /// The representative of a set: its first mention in the order of the texts.
    pub(super) fn find(&mut self, mut at: usize) -> usize {
        while self.parent[at] != at {
            self.parent[at] = self.parent[self.parent[at]];
            at = self.parent[at];
        }
        at
    }

    /// Thread id of a set.
    pub(super) fn tid(&mut self, at: usize) -> Option<u32> {
        let root = self.find(at);
        self.tid[root]
    }

    /// Kernel address of a set.
    pub(super) fn address(&mut self, at: usize) -> Option<u64> {
        let root = self.find(at);
        self.address[root]
    }

    /// Joins two sets; `false`, and nothing changes, where their addresses or thread ids contradict each other.
    pub(super) fn unite(&mut self, one: usize, other: usize) -> bool {
        let (one, other) = (self.find(one), self.find(other));
        if one == other {
            return true;
        }
        if differ(self.address[one], self.address[other]) || differ(self.tid[one], self.tid[other]) {
            return false;
        }
        let (root, child) = (one.min(other), one.max(other));
        self.parent[child] = root;
        self.address[root] = self.address[root].or(self.address[child]);
        self.tid[root] = self.tid[root].or(self.tid[child]);
        true
    }
}

fn differ<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if one != other)
}
