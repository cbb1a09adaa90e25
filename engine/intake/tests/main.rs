//! Tests of the intake through its public functions.
#![allow(clippy::unwrap_used, reason = "a test that cannot make what it reads has failed")]

mod bombs;
mod damage;
mod folders;
mod formats;
mod made;
mod members;
