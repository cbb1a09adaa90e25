//! The matcher, sentence by sentence of the rule language.

mod clauses;
mod fields;
mod meaning;
mod stacks;
mod texts;
mod truth;
mod world;
