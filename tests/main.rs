//! Black box tests: what a user of the program sees. One binary, one module for each kind.

mod cli;
mod corpus;
mod fixes;
mod hostile;
mod knowledge_is_data;
mod markdown;
mod parse;
mod program;
mod readme;
mod rules;
mod rules_lint;
mod rules_new;
mod rules_schema;
mod steps;
