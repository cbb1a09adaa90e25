//! The table of dialects: a new one is its folder, a `mod` line in `lib.rs` and a line here.
//!
//! Order matters where two dialects could claim the same line: the first that opens a region has it.

use crate::dialect::Dialect;

/// All dialects.
pub(crate) static DIALECTS: &[&dyn Dialect] = &[
    &crate::crash::Crash,
    // Before gdb, whose frames begin alike.
    &crate::coredump::Coredump,
    &crate::sanitizer::Sanitizer,
    &crate::valgrind::Valgrind,
    // Before the goroutine dumps that stand in its reports.
    &crate::go_deadlock::GoDeadlock,
    &crate::go_deadlock::GoRace,
    &crate::eu_stack::EuStack,
    // Before gdb, whose frames begin alike.
    &crate::drgn::Drgn,
    &crate::gdb::Gdb,
    &crate::go::Go,
    &crate::java::Java,
    &crate::java::Javacore,
    &crate::lldb::Lldb,
    &crate::py_spy::PySpy,
    &crate::faulthandler::Faulthandler,
    &crate::sdb::Sdb,
    &crate::ddb::Ddb,
    &crate::procstat::Procstat,
    // Before mdb, whose frames look alike.
    &crate::pstack::Pstack,
    &crate::mdb::Mdb,
    &crate::windbg::Windbg,
    &crate::mac_sample::MacSample,
    &crate::rust_panic::RustPanic,
    &crate::cxx_trace::CxxTrace,
    &crate::minidump::Minidump,
    &crate::lockdep::Lockdep,
    &crate::lockdep::LockStat,
    &crate::dmesg::Dmesg,
    &crate::proc_stack::ProcStack,
    &crate::proc_files::ProcFiles,
    &crate::sockets::Sockets,
    &crate::file_locks::FileLocks,
    &crate::lslocks::Lslocks,
    &crate::settings::Settings,
    &crate::ps::Ps,
    &crate::service_tree::ServiceTree,
    &crate::profile::PerfScript,
    &crate::profile::Bpftrace,
    &crate::profile::Bcc,
    &crate::profile::Ftrace,
    &crate::profile::Folded,
    &crate::other_tools::OtherTools,
];
