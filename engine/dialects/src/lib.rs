//! Reads the text forms in which tools print stacks, locks and tasks.
//!
//! One folder per dialect, each with its pest grammar; [`table`] lists them. [`driver`] walks a document: a fast scan
//! puts forward the lines that hold a needle of some dialect, everything else is passed over; a line that is put
//! forward is mended ([`text`]) and offered to the dialects, and from then on the dialect that claims it takes line
//! after line until its region ends.
//!
//! Reading never fails: what was not understood is in the [`Reading`]'s notes. This crate knows no rules and no waits.

mod block;
mod builder;
mod coredump;
mod crash;
mod cxx_trace;
mod ddb;
mod dialect;
mod dmesg;
mod drgn;
mod driver;
mod ending;
mod eu_stack;
mod faulthandler;
mod file_locks;
mod gdb;
mod go;
mod go_deadlock;
mod java;
mod lldb;
mod lockdep;
mod lslocks;
mod mac_sample;
mod mdb;
mod minidump;
mod needles;
mod other_tools;
mod proc_files;
mod proc_stack;
mod procstat;
mod profile;
mod ps;
mod pstack;
mod py_spy;
mod renumber;
mod rust_panic;
mod sanitizer;
mod sdb;
mod service_tree;
mod settings;
mod sockets;
mod table;
mod text;
mod valgrind;
mod windbg;

use stacklore_model::{Document, Reading, SourceId};

/// Reads one document.
pub fn read(source: SourceId, document: &Document) -> Reading {
    driver::read(source, document)
}
