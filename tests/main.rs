//! Black box tests: what a user of the program sees. One binary, one module for each kind.

mod cli;
mod corpus;
mod hostile;
mod program;
mod rules;
