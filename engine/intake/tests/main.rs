//! Tests of the intake through its public functions.

mod bombs;
mod damage;
mod folders;
mod formats;
mod made;
mod members;
