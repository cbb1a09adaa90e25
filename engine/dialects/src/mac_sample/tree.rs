//! The tree of a thread's samples, and the path that is read as its stack.

use super::call;
use crate::block;
use crate::builder::Builder;
use stacklore_model::Frame;

/// A line of the tree.
#[derive(Debug)]
pub(super) struct Node {
    /// Column of the count.
    pub(super) depth: usize,
    /// Samples in which this call was seen.
    pub(super) count: u64,
    /// The call.
    pub(super) text: String,
    /// A frame of the kernel.
    pub(super) kernel: bool,
    /// Where it stands.
    pub(super) line: u32,
}

/// The lines of a thread, callers before callees.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// Samples of the thread.
    pub(super) total: Option<u64>,
    /// Lines are missing.
    pub(super) cut: bool,
}

/// The stack of a thread.
pub(super) struct Path {
    /// From the innermost outward.
    pub(super) frames: Vec<Frame>,
    /// The samples differ, or the tool says that it ran.
    pub(super) runs: bool,
    /// Process and thread for which it waits, and the line that says so.
    pub(super) owner: Option<(u32, Option<u64>, u32)>,
}

impl Tree {
    pub(super) fn push(&mut self, node: Node) {
        self.nodes.push(node);
    }

    /// Without indentation the tree is known where no call was seen less often than its caller: each has one callee then.
    /// Whether the depths say nothing, or say so now.
    pub(super) fn mend_depths(&mut self) -> bool {
        let pairs = || self.nodes.iter().zip(self.nodes.iter().skip(1));
        // The star of a frame of the kernel is no indentation.
        let column = |node: &Node| node.depth - usize::from(node.kernel);
        let flat = self.nodes.len() > 1 && pairs().all(|(caller, callee)| column(caller) >= column(callee));
        // A call that was glued behind another one has lost its column.
        let glued = pairs().any(|(caller, callee)| caller.line == callee.line);
        // The callees of a thread are seen together as often as the thread.
        let roots = self.roots().filter_map(|at| self.nodes.get(at)).map(|node| node.count).sum::<u64>();
        let lost = flat || glued || self.total.is_some_and(|total| roots > total);
        let alike = pairs().all(|(caller, callee)| caller.count == callee.count);
        if lost && alike {
            self.nodes.iter_mut().enumerate().for_each(|(at, node)| node.depth = at);
        }
        lost && !alike
    }

    /// The heaviest path from the root to a leaf.
    pub(super) fn path(&self, out: &mut Builder) -> Path {
        let chosen = self.heaviest();
        let count = |at: Option<&usize>| at.and_then(|at| self.nodes.get(*at)).map_or(0, |node| node.count);
        let total: u64 = self.roots().map(|at| count(Some(&at))).sum();
        let mut path = Path { frames: Vec::new(), runs: count(chosen.last()) < total, owner: None };
        for node in chosen.iter().rev().filter_map(|at| self.nodes.get(*at)) {
            let mut frame = block::frame("", node.line, out);
            let remark = call::read(&node.text, &mut frame, out);
            path.runs |= remark.runs;
            path.owner = path.owner.or(remark.owner.map(|(pid, thread)| (pid, thread, node.line)));
            if !node.kernel {
                path.frames.push(frame);
            }
        }
        path
    }

    /// Nodes that nobody calls.
    fn roots(&self) -> impl Iterator<Item = usize> + '_ {
        let mut least = usize::MAX;
        self.nodes.iter().enumerate().filter_map(move |(at, node)| {
            let root = node.depth <= least;
            least = least.min(node.depth);
            root.then_some(at)
        })
    }

    /// Indices of the nodes of the path, the root first.
    fn heaviest(&self) -> Vec<usize> {
        // The heaviest callee of each node; the last entry is that of the roots.
        let mut best: Vec<Option<usize>> = vec![None; self.nodes.len() + 1];
        let mut callers: Vec<usize> = Vec::new();
        for (at, node) in self.nodes.iter().enumerate() {
            while callers.last().and_then(|at| self.nodes.get(*at)).is_some_and(|caller| caller.depth >= node.depth) {
                callers.pop();
            }
            let caller = callers.last().copied().unwrap_or(self.nodes.len());
            if let Some(slot) = best.get_mut(caller) {
                let heavier = slot.and_then(|at| self.nodes.get(at)).is_none_or(|known| known.count < node.count);
                if heavier {
                    *slot = Some(at);
                }
            }
            callers.push(at);
        }
        let mut path = Vec::new();
        let mut next = best.last().copied().flatten();
        while let Some(at) = next {
            path.push(at);
            next = best.get(at).copied().flatten();
        }
        path
    }
}
