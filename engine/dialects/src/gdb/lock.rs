//! Lock structures of the C library in printed values.
//!
//! Members and bits: `sysdeps/nptl/bits/struct_mutex.h`, `struct_rwlock.h`, `nptl/pthread_rwlock_common.c` of glibc.

use super::value::{Structure, number, structures};

/// What a printed structure says of a lock.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Lock {
    /// Where it lies in the printed value: `lock`, `conn.tx`; empty where the value is the lock.
    pub(crate) path: String,
    pub(crate) kind: &'static str,
    /// Thread id of the holder.
    pub(crate) owner: Option<u32>,
    /// Its threads may be of other processes.
    pub(crate) shared: bool,
    pub(crate) readers: Option<u32>,
    pub(crate) write_wanted: Option<bool>,
    pub(crate) free: Option<bool>,
}

/// Bits of `__readers`: a writer has the lock or waits for its readers; the readers' number stands above them.
const WRITE_PHASE: u64 = 1;
const WRITE_LOCKED: u64 = 2;
const READER_SHIFT: u32 = 3;

/// Bits of `__lock` of robust and priority-inheriting mutexes above the owner's thread id.
const OWNER_MASK: u64 = 0x3fff_ffff;

/// Bits of `__kind`: robust, priority inheritance, shared between processes.
const KIND_TID: u64 = 16 | 32;
const KIND_SHARED: u64 = 128;

/// The locks of a printed value.
pub(crate) fn locks(text: &str) -> Vec<Lock> {
    structures(text).iter().filter_map(lock).collect()
}

fn lock(found: &Structure<'_>) -> Option<Lock> {
    let lock = mutex(found).or_else(|| rwlock(found)).or_else(|| old_rwlock(found)).or_else(|| other(found))?;
    Some(Lock { path: path(&found.path), ..lock })
}

/// The names of the object's own members: `__data`, base classes and the wrappers of the C++ library are left out.
fn path(names: &[&str]) -> String {
    let own = names.iter().filter(|name| !name.starts_with(['<', '_']) && !name.is_empty());
    let mut path: Vec<&str> = own.copied().collect();
    // glibc's own recursive locks wrap a mutex: `{mutex = {__data = …`.
    if path.last() == Some(&"mutex") && path.len() == 1 {
        path.clear();
    }
    path.join(".")
}

fn mutex(found: &Structure<'_>) -> Option<Lock> {
    let owner = found.number("__owner")?;
    let lock = found.number("__lock")?;
    let kind = found.number("__kind").unwrap_or(0);
    // The word of a robust or priority-inheriting mutex is the owner's id itself.
    let owner = if owner == 0 && kind & KIND_TID != 0 { lock & OWNER_MASK } else { owner };
    Some(Lock {
        kind: "mutex",
        owner: if lock == 0 { None } else { thread(owner) },
        shared: kind & KIND_SHARED != 0,
        free: Some(lock == 0),
        ..Lock::default()
    })
}

fn rwlock(found: &Structure<'_>) -> Option<Lock> {
    let word = found.number("__readers")?;
    let writer = thread(found.number("__cur_writer")?);
    let readers = readers(word, writer);
    let waits = word & WRITE_LOCKED != 0 && word & WRITE_PHASE == 0;
    Some(Lock {
        kind: "rwlock",
        owner: writer,
        shared: found.number("__shared").unwrap_or(0) != 0,
        readers,
        write_wanted: Some(waits || found.number("__writers").unwrap_or(0) > 0),
        free: Some(writer.is_none() && readers.unwrap_or(0) == 0 && word & WRITE_LOCKED == 0),
        ..Lock::default()
    })
}

/// Readers that hold the lock: in the write phase the counted ones wait.
fn readers(word: u64, writer: Option<u32>) -> Option<u32> {
    let held = writer.is_none() && word & WRITE_PHASE == 0;
    held.then(|| u32::try_from(word >> READER_SHIFT).ok()).flatten()
}

/// Before glibc 2.25.
fn old_rwlock(found: &Structure<'_>) -> Option<Lock> {
    let readers = found.number("__nr_readers")?;
    let writer = thread(found.number("__writer")?);
    Some(Lock {
        kind: "rwlock",
        owner: writer,
        readers: u32::try_from(readers).ok().filter(|_| writer.is_none()),
        write_wanted: found.number("__nr_writers_queued").map(|queued| queued > 0),
        free: Some(writer.is_none() && readers == 0),
        ..Lock::default()
    })
}

fn other(found: &Structure<'_>) -> Option<Lock> {
    let has = |name| found.get(name).is_some();
    if has("__wrefs") || has("__total_seq") {
        return Some(Lock { kind: "condvar", ..Lock::default() });
    }
    // A semaphore has no members of its own: its words are in `__align`, the value in the lower half.
    if has("__size") && found.inner.is_empty() {
        let value = found.number("__align")?;
        return Some(Lock { kind: "semaphore", free: Some(value & u64::from(u32::MAX) > 0), ..Lock::default() });
    }
    None
}

/// The lock of which one member is printed: `p m.__data.__owner`, and the expression of the lock itself.
pub(crate) fn member<'a>(expression: &'a str, value: &str) -> Option<(&'a str, Lock)> {
    let (object, member) = expression.rsplit_once(['.', '>'])?;
    let object = object.trim_end_matches('-');
    let object = object.strip_suffix(".__data").or_else(|| object.strip_suffix("->__data")).unwrap_or(object);
    let value = number(value)?;
    let kind = match member {
        "__owner" => "mutex",
        "__cur_writer" | "__writer" => "rwlock",
        "__readers" => {
            // The word alone tells readers only while no writer has the lock.
            let held = value & (WRITE_PHASE | WRITE_LOCKED) == 0;
            let readers = held.then(|| u32::try_from(value >> READER_SHIFT).ok()).flatten();
            return Some((object, Lock { kind: "rwlock", readers, ..Lock::default() }));
        }
        _ => return None,
    };
    Some((object, Lock { kind, owner: thread(value), ..Lock::default() }))
}

/// A thread id; the marks of robust mutexes whose state is lost are none.
fn thread(number: u64) -> Option<u32> {
    u32::try_from(number).ok().filter(|tid| *tid != 0 && *tid < 0x7fff_fffe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_of_every_kind() {
        let one =
            |text: &str| locks(text).pop().map(|lock| (lock.path, lock.kind, lock.owner, lock.readers, lock.free));
        let mutex = "{__data = {__lock = 2, __count = 0, __owner = 4735, __nusers = 1, __kind = 0}, __size = \"\\002\", __align = 2}";
        assert_eq!(one(mutex), Some((String::new(), "mutex", Some(4735), None, Some(false))));
        let inside = format!("{{id = 1, conn = {{lock = {mutex}}}, x = 2}}");
        assert_eq!(one(&inside), Some(("conn.lock".to_owned(), "mutex", Some(4735), None, Some(false))));
        let cxx = format!("{{<std::__mutex_base> = {{_M_mutex = {mutex}}}, <No data fields>}}");
        assert_eq!(one(&cxx), Some((String::new(), "mutex", Some(4735), None, Some(false))));
        assert_eq!(
            one("{__data = {__readers = 11, __writers = 0, __cur_writer = 4739, __shared = 0}, __align = 11}"),
            Some((String::new(), "rwlock", Some(4739), None, Some(false)))
        );
        assert_eq!(
            one("{__data = {__readers = 18, __writers = 0, __cur_writer = 0}, __align = 11}"),
            Some((String::new(), "rwlock", None, Some(2), Some(false)))
        );
        assert_eq!(
            one("{__size = \"\\000\", __align = 4294967296}"),
            Some((String::new(), "semaphore", None, None, Some(false)))
        );
        assert_eq!(
            one("{__data = {__lock = 0, __owner = 0, __kind = 0}}"),
            Some((String::new(), "mutex", None, None, Some(true)))
        );
    }

    #[test]
    fn one_member_of_a_lock() {
        let found = member("acc_a.lock.__data.__owner", "2842").map(|(object, lock)| (object, lock.kind, lock.owner));
        assert_eq!(found, Some(("acc_a.lock", "mutex", Some(2842))));
        let found = member("rw->__data.__readers", "16").map(|(object, lock)| (object, lock.readers));
        assert_eq!(found, Some(("rw", Some(2))));
        assert_eq!(member("a.b", "3"), None);
    }
}
