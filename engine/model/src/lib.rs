//! The common form: what every dialect reads into and every later step speaks of.
//!
//! Data flows one way. `intake` makes [`Document`]s; `dialects` turns each into a [`Reading`] (what that one text
//! says, in its own terms); `reason` unites the readings of one ticket into a [`Case`], in which the same task, lock
//! or process seen by several tools is one thing. This crate knows no dialect, no rule and no file.
//!
//! Read [`reading`] first, then [`case`].

pub mod arguments;
pub mod case;
pub mod document;
mod frame;
pub mod identity;
pub mod name;
pub mod reading;
pub mod relations;
pub mod span;

pub use arguments::{Argument, Arguments, ReadArguments};
pub use case::{
    Case, CaseStack, FactId, FactRow, Lock, LockHold, LockWaiter, ObjectId, Process, ProcessId, Row, Source, StackId,
    StackSeen, Task, TaskId,
};
pub use document::Document;
pub use frame::{Call, Frame, Reliability};
pub use identity::{ObjectKey, Scope, SessionId, TaskKeys};
pub use name::Name;
pub use reading::{
    Extent, Fact, HoldSource, Known, Listing, ListingOf, LockHolder, LockSighting, LockWaiting, Mend, MendKind, Mode,
    Note, ProcessSighting, Reading, Register, StackKind, StackSighting, System, TaskSighting, TaskState, Unclear,
};
pub use relations::{Field, FieldType, Relation, Value, relation, relations};
pub use span::{SourceId, Span};
