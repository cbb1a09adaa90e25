//! One module for each command.

pub(crate) mod diagnose;
pub(crate) mod help;
pub(crate) mod parse;
pub(crate) mod rules;
pub(crate) mod schema;
