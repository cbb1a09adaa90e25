//! The wait-for graph and groups of equal stacks.

use schemars::JsonSchema;
use serde::Serialize;
use stacklore_model::{Known, Mode};

/// Who waits for whom.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct GraphView {
    /// Nodes.
    pub nodes: Vec<NodeView>,
    /// Edges in the order of the text.
    pub edges: Vec<EdgeView>,
    /// Rings, by the numbers of their nodes: tasks and the objects between them.
    pub cycles: Vec<Vec<u32>>,
}

/// A node.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct NodeView {
    /// Its number, from 0.
    pub id: u32,
    /// `task`, `object`, `process` or `fact`.
    #[schemars(extend("enum" = ["task", "object", "process", "fact"]))]
    pub kind: &'static str,
    /// Its number in the list of that kind.
    pub index: u32,
    /// Its short label.
    pub label: String,
}

/// An edge: `from` cannot go on before `to` acts.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct EdgeView {
    /// Number of the node that waits, or of the object that is held.
    pub from: u32,
    /// Number of the node that must act.
    pub to: u32,
    /// `waits`, `held-by` or `rule`.
    #[schemars(extend("enum" = ["waits", "held-by", "rule"]))]
    pub kind: &'static str,
    /// Wait kind, where it is a wait.
    pub wait: Option<String>,
    /// Mode of the wait or hold.
    pub mode: Option<Mode>,
    /// How it is known.
    pub known: Known,
    /// Number of the text.
    pub source: u32,
    /// First line that says so.
    pub line: u32,
}

/// Stacks that wait for the same thing in the same place.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct GroupView {
    /// Numbers of the stacks.
    pub stacks: Vec<u32>,
    /// Wait kind; `on-cpu` for tasks that run, `None` where nothing is known.
    pub wait: Option<String>,
    /// Mode of the wait.
    pub mode: Option<Mode>,
    /// They rest.
    pub idle: bool,
    /// Innermost telling frames.
    pub frames: Vec<String>,
    /// Who must act.
    pub needs: Option<String>,
    /// What the chains of these tasks end in, in words.
    pub root: Option<String>,
    /// Longest waiting time among them in seconds.
    pub longest: Option<f64>,
}
