//! Memory for the texts of tickets that are worked on at the same time: a few large ones must not add up.

use stacklore_intake::Meter;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Bytes that a byte of text costs until its report is written: the text itself and what is read of it. Measured on
/// dumps that hold nothing but stacks; a log costs a third of that.
pub(crate) const COST: u64 = 4;

/// What tickets that are worked on at the same time may take, in bytes, where nobody says otherwise.
pub(crate) const MOST: u64 = 256 << 20;

/// Texts up to this size together are always let in: so many tickets are small that one large one must not hold
/// them up.
const FREE: u64 = 4 << 20;

/// What all tickets may take together, in bytes.
#[derive(Debug)]
pub(crate) struct Memory {
    most: u64,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    taken: u64,
    /// Tickets that have taken something, and how many of them wait for more.
    holders: usize,
    stuck: usize,
    /// All that wait, also such as have nothing yet.
    waiting: usize,
    /// One ticket may take more than there is: else tickets that each hold a part would wait for each other.
    exceeded: bool,
}

impl Memory {
    pub(crate) fn new(most: u64) -> Self {
        Memory { most, state: Mutex::default(), freed: Condvar::new() }
    }

    /// The share of one ticket, given back when it is dropped.
    pub(crate) fn share(&self) -> Share<'_> {
        Share { memory: self, texts: AtomicU64::new(0), taken: Mutex::default() }
    }

    /// Whether a ticket with so many bytes of text would have to wait now.
    pub(crate) fn is_short_of(&self, texts: u64) -> bool {
        let state = self.state();
        texts > FREE && (state.exceeded || state.taken.saturating_add(shared(texts)) > self.most)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing can panic while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one ticket has taken.
#[derive(Debug)]
pub(crate) struct Share<'a> {
    memory: &'a Memory,
    texts: AtomicU64,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    bytes: u64,
    exceeds: bool,
}

impl Meter for Share<'_> {
    /// Waits until there is memory for further text. A ticket that waits keeps what it has. One that would have to
    /// wait for tickets which wait themselves is let through: so there is always one that comes to its end.
    fn take(&self, bytes: u64) {
        let texts = self.texts.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let mut own = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let more = shared(texts).saturating_sub(own.bytes);
        if more == 0 || own.exceeds {
            return;
        }
        let holds = own.bytes > 0;
        let mut state = self.memory.state();
        let mut first = !holds;
        loop {
            // Who comes newly stands behind those who wait already, and behind the one that takes too much.
            let turn = holds || !state.exceeded && (!first || state.waiting == 0);
            if turn && state.taken.saturating_add(more) <= self.memory.most {
                state.taken += more;
                own.bytes += more;
                state.holders += usize::from(!holds);
                return;
            }
            if !state.exceeded && state.holders - usize::from(holds) == state.stuck {
                state.exceeded = true;
                own.exceeds = true;
                return;
            }
            first = false;
            state.waiting += 1;
            state.stuck += usize::from(holds);
            state = self.memory.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
            state.stuck -= usize::from(holds);
        }
    }

    /// What is given back is free for others at once.
    fn give(&self, bytes: u64) {
        let before = self.texts.fetch_sub(bytes, Ordering::Relaxed);
        let mut own = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let less = own.bytes.saturating_sub(shared(before.saturating_sub(bytes)));
        self.memory.free(&mut own, less);
    }
}

impl Memory {
    fn free(&self, own: &mut Taken, less: u64) {
        if less == 0 {
            return;
        }
        own.bytes -= less;
        let mut state = self.state();
        state.taken -= less;
        state.holders -= usize::from(own.bytes == 0);
        drop(state);
        self.freed.notify_all();
    }
}

/// What so much text takes of the memory that tickets share.
fn shared(texts: u64) -> u64 {
    texts.saturating_sub(FREE).saturating_mul(COST)
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        let own = self.taken.get_mut().unwrap_or_else(PoisonError::into_inner);
        if own.exceeds {
            self.memory.state().exceeded = false;
        }
        let all = own.bytes;
        self.memory.free(own, all);
        self.memory.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::{COST, FREE, Memory};
    use stacklore_intake::Meter as _;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn small_tickets_never_wait_and_one_large_one_goes_on() {
        let memory = Memory::new(COST << 20);
        let large = memory.share();
        large.take(FREE + (100 << 20));
        let small = memory.share();
        small.take(FREE);
        assert!(memory.is_short_of(200 << 20));
        assert!(!memory.is_short_of(FREE));
    }

    #[test]
    fn large_tickets_do_not_add_up() {
        const TEXT: u64 = 10 << 20;
        let memory = Memory::new((TEXT + (TEXT >> 1)) * COST);
        let (now, peak) = (AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let share = memory.share();
                        for _ in 0..10 {
                            share.take(TEXT / 10);
                            let all = now.fetch_add(TEXT / 10, Ordering::SeqCst) + TEXT / 10;
                            peak.fetch_max(all, Ordering::SeqCst);
                        }
                        now.fetch_sub(TEXT, Ordering::SeqCst);
                    }
                });
            }
        });
        // Each of the eight may have its free part, what is shared is there once, and one may exceed it.
        let most = 8 * FREE + memory.most / COST + TEXT;
        assert!(peak.load(Ordering::SeqCst) <= most, "{peak:?}");
        let state = memory.state();
        assert_eq!((state.taken, state.holders, state.stuck, state.waiting, state.exceeded), (0, 0, 0, 0, false));
    }
}
