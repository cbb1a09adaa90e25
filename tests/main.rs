//! Black box tests: what a user of the program sees. One binary, one module for each kind.

mod batch;
mod cli;
mod corpus;
mod dot;
mod fixes;
mod hostile;
mod hostile_formats;
mod knowledge_is_data;
mod markdown;
mod moments;
mod parse;
mod program;
#[allow(dead_code, reason = "the program of it uses the rest")]
mod queue;
mod readme;
mod redact;
mod report_schema;
mod report_snapshots;
mod rules;
mod rules_lint;
mod rules_new;
mod rules_schema;
mod sarif;
mod steps;
mod stream;
mod unexplained;
mod words;
