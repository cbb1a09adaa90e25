//! Locks: `!cs`, `!locks` of user mode (critical sections) and of the kernel (resources).
//!
//! ```text
//! CritSec ntdll!LdrpLoaderLock+0 at 7c97c0d8        Critical section   = 0x77e5a860 (ntdll!LdrpLoaderLock+0x0)
//! OwningThread       1a3c                           OwningThread       = 0x00001a3c
//! Resource @ nt!PiEngineLock (0x80806180)    Exclusively owned
//!      Threads: 89507db0-01<*>
//!      Threads Waiting On Exclusive Access:
//!               89b07cc8
//! ```

use super::call::address;
use crate::builder::Builder;
use stacklore_model::{
    HoldSource, Known, LockHolder, LockSighting, LockWaiting, Mode, ObjectKey, Scope, SessionId, TaskKeys,
};

/// A lock whose lines are being read.
#[derive(Debug)]
pub(super) struct Lock {
    address: u64,
    symbol: Option<String>,
    kernel: bool,
    mode: Option<Mode>,
    free: bool,
    owners: Vec<(u64, u32)>,
    waiters: Vec<(u64, Option<Mode>, u32)>,
    waiting: Option<Option<Mode>>,
    first: u32,
    last: u32,
}

impl Lock {
    /// The lock that a line names first.
    pub(super) fn begin(text: &str, line: u32) -> Option<Self> {
        let lock = |address, symbol: &str, kernel| Lock {
            address,
            symbol: name(symbol),
            kernel,
            mode: Some(Mode::Write),
            free: false,
            owners: Vec::new(),
            waiters: Vec::new(),
            waiting: None,
            first: line,
            last: line,
        };
        if let Some(rest) = text.strip_prefix("CritSec ") {
            let (symbol, at) = rest.rsplit_once(" at ")?;
            return Some(lock(address(at.trim())?, symbol, false));
        }
        if let Some(rest) = text.strip_prefix("Critical section ") {
            let rest = rest.trim_start().strip_prefix('=')?.trim_start();
            let (at, symbol) = rest.split_once(" (").unwrap_or((rest, ""));
            return Some(lock(address(at.trim())?, symbol.trim_end_matches(')'), false));
        }
        let rest = text.strip_prefix("Resource @ ")?;
        let (symbol, at) = match rest.split_once(" (") {
            Some((symbol, at)) => (symbol, at.split(')').next()?),
            None => ("", rest.split_whitespace().next()?),
        };
        let mut lock = lock(address(at)?, symbol, true);
        lock.mode = Some(if rest.contains("Shared ") { Mode::Read } else { Mode::Write });
        Some(lock)
    }

    /// Takes a line of the lock.
    pub(super) fn takes(&mut self, text: &str, line: u32) -> bool {
        let taken = if let Some(rest) = text.strip_prefix("OwningThread ") {
            // `OwningThread DbgId = ~0s` and `OwningThread Stack =` follow it.
            let value = rest.trim_start().trim_start_matches('=').trim();
            if let Some(owner) = address(value.split(' ').next().unwrap_or(value)).filter(|owner| *owner != 0) {
                self.owners.push((owner, line));
            }
            true
        } else if let Some(rest) = text.strip_prefix("Threads: ") {
            self.waiting = None;
            self.listed(rest, line);
            true
        } else if let Some(rest) = text.strip_prefix("Threads Waiting On ") {
            self.waiting = Some(Some(if rest.starts_with("Shared") { Mode::Read } else { Mode::Write }));
            true
        } else if text == "NOT LOCKED" || text.starts_with("*** Not Locked") {
            self.free = true;
            true
        } else if self.kernel && !text.is_empty() && text.split_whitespace().all(|word| owner(word).is_some()) {
            self.listed(text, line);
            true
        } else {
            is_member(text)
        };
        if taken {
            self.last = line;
        }
        taken
    }

    /// `89507db0-01<*>    89507db1-01<*>`
    fn listed(&mut self, text: &str, line: u32) {
        for thread in text.split_whitespace().filter_map(owner) {
            match self.waiting {
                Some(mode) => self.waiters.push((thread, mode, line)),
                None => self.owners.push((thread, line)),
            }
        }
    }

    /// The thread that owns it.
    pub(super) fn owner(&self, session: SessionId, pid: Option<u32>) -> Option<TaskKeys> {
        self.owners.first().map(|(thread, _)| self.keys(*thread, session, pid))
    }

    fn keys(&self, thread: u64, session: SessionId, pid: Option<u32>) -> TaskKeys {
        if self.kernel {
            return TaskKeys { session, ..TaskKeys::address(thread) };
        }
        TaskKeys { tid: u32::try_from(thread).ok(), pid, session, ..TaskKeys::default() }
    }

    /// Tells the lock.
    pub(super) fn finish(self, session: SessionId, pid: Option<u32>, out: &mut Builder) {
        let kernel = self.kernel;
        let scope = match pid.filter(|_| !kernel) {
            Some(pid) => Scope::Process(pid),
            None => Scope::Session(session),
        };
        let keys = |thread: u64| self.keys(thread, session, pid);
        let holders = self.owners.iter().map(|(thread, line)| LockHolder {
            task: keys(*thread),
            mode: self.mode,
            known: Known::Observed,
            from: HoldSource::Owner,
            span: out.at(*line),
        });
        let waiters = self.waiters.iter().map(|(thread, mode, line)| LockWaiting {
            task: keys(*thread),
            mode: *mode,
            span: out.at(*line),
        });
        let (holders, waiters): (Vec<_>, Vec<_>) = (holders.collect(), waiters.collect());
        let symbol = self.symbol.as_ref().map(|symbol| out.name(symbol));
        let kind = out.name(if kernel { "rwlock" } else { "mutex" });
        let span = out.span(self.first, self.last);
        out.lock(LockSighting {
            object: ObjectKey { symbol, ..ObjectKey::address(self.address, scope) },
            kind: Some(kind),
            size: 0,
            free: (self.free || self.owners.is_empty()).then_some(true),
            holders,
            waiters,
            anonymous_readers: None,
            write_wanted: None,
            span,
        });
    }
}

/// `ntdll!LdrpLoaderLock+0` without module and offset.
fn name(symbol: &str) -> Option<String> {
    let symbol = symbol.trim();
    let symbol = symbol.split_once('!').map(|(_, name)| name)?;
    let (name, offset) = symbol.rsplit_once('+').unwrap_or((symbol, "0"));
    let whole = offset.trim_start_matches("0x").bytes().all(|byte| byte == b'0');
    (whole && !name.is_empty()).then(|| name.to_owned())
}

/// A thread of a resource: `89507db0-01<*>`.
fn owner(word: &str) -> Option<u64> {
    let digits = word.split('-').next().unwrap_or(word).trim_end_matches("<*>");
    (digits.len() >= 8).then(|| address(digits)).flatten()
}

/// Other lines of a lock.
fn is_member(text: &str) -> bool {
    [
        "DebugInfo",
        "LOCKED",
        "NOT LOCKED",
        "LockCount",
        "WaiterWoken",
        "RecursionCount",
        "EntryCount",
        "ContentionCount",
        "Contention Count",
        "LockSemaphore",
        "SpinCount",
        "NumberOf",
        "*** Locked",
        "*** Not Locked",
        "-------",
    ]
    .iter()
    .any(|head| text.starts_with(head))
}
