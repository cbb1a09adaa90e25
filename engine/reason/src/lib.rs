//! Vocabulary, wait-for graph and rules: from what was read to findings.
//!
//! The steps, in order, each one module:
//!
//! 1. [`identity`] unites the readings of a ticket into one [`Case`](stacklore_model::Case): the same task, process
//!    or object seen by several tools is one thing.
//! 2. [`vocabulary`] is what the YAML files say single functions mean; [`waits`] applies it to every stack.
//! 3. [`graph`] makes the wait-for graph of waits and holds, its cycles and its chains.
//! 4. [`rules`] are the signatures, loaded and checked; [`matching`] finds them.
//! 5. [`diagnosis`] puts findings in order, tells causes from consequences, and gives the verdict.
//! 6. [`fixes`] names published fixes whose functions the stacks show.
//! 7. [`snapshots`] tells what moved where a text was taken several times.
//! 8. [`clusters`] is for many cases: which of them hang in the same place, where no rule knows the hang.
//!
//! The crate is pure: no file, clock, environment or thread. It knows no function name of an operating system.

pub mod analysis;
pub mod clusters;
pub mod diagnosis;
pub mod finding;
pub mod fixes;
pub mod graph;
pub mod identity;
pub mod matching;
pub mod objects;
pub mod pattern;
pub mod rules;
pub mod snapshots;
pub mod template;
pub mod vocabulary;
pub mod waits;
