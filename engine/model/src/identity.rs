//! What identifies a task, and what identifies an object, in the words of one text.

use crate::Name;

/// One debugger session or one dump inside a document. Debugger numbers, pthread ids and goroutine ids mean something
/// only within one; a document that holds two gdb runs has two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u32);

/// Every number by which one text names one task. Any two of them in one place belong to one task; names never unite
/// tasks and never separate them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskKeys {
    /// Thread id: gdb's LWP, crash's PID, the number in `/proc/N/stack`, a Java `nid`.
    pub tid: Option<u32>,
    /// Thread-group id (the process), where the text tells it.
    pub pid: Option<u32>,
    /// Kernel task or thread structure.
    pub address: Option<u64>,
    /// `pthread_t`, as in `Thread 0x7f…`; valid within the process or session.
    pub pthread: Option<u64>,
    /// The debugger's thread number or the goroutine id; valid within `session`.
    pub number: Option<u64>,
    /// Where `number` and `pthread` are valid.
    pub session: SessionId,
    /// Name of a thread in a form whose only identity is the name within the dump (Java's deadlock section).
    /// Joined within `session` only, and only where exactly one task of it has that name.
    pub unique_name: Option<Name>,
}

impl TaskKeys {
    /// A task known by its thread id.
    pub fn tid(tid: u32) -> Self {
        TaskKeys { tid: Some(tid), ..Self::default() }
    }

    /// A process known by its id: the leader's thread id is the same number.
    pub fn process(pid: u32) -> Self {
        TaskKeys { tid: Some(pid), pid: Some(pid), ..Self::default() }
    }

    /// A task known by its kernel address.
    pub fn address(address: u64) -> Self {
        TaskKeys { address: Some(address), ..Self::default() }
    }

    /// Whether nothing identifies the task.
    pub fn is_anonymous(&self) -> bool {
        self.tid.is_none()
            && self.address.is_none()
            && self.pthread.is_none()
            && self.number.is_none()
            && self.unique_name.is_none()
    }
}

/// Where an address means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// A kernel address: the whole case.
    Kernel,
    /// A user address of the process with this id.
    Process(u32),
    /// A user address of a process whose id the text does not tell, a Java or Go heap address, a hashed pointer:
    /// only within this session of this document.
    Session(SessionId),
}

/// What identifies an object (a lock, a condition, a socket): an address, a symbol, or both.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectKey {
    /// Address; zero and small numbers are no identity and must not be put here.
    pub address: Option<u64>,
    /// Symbol of a static object, without offset.
    pub symbol: Option<Name>,
    /// Offset of the printed address into `symbol` (`<table_lock+12>`), in bytes; 0 where the symbol is the object.
    pub symbol_offset: u64,
    /// Where the address means something.
    pub scope: Scope,
}

impl ObjectKey {
    /// An object known by its address.
    pub fn address(address: u64, scope: Scope) -> Self {
        ObjectKey { address: Some(address), symbol: None, symbol_offset: 0, scope }
    }

    /// A static object known by its symbol.
    pub fn symbol(symbol: Name, scope: Scope) -> Self {
        ObjectKey { address: None, symbol: Some(symbol), symbol_offset: 0, scope }
    }
}
