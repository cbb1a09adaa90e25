//! Which ticket comes next: large ones first, so that none is left for a single thread at the end, and small ones
//! while there is no memory for a large one.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Tickets by their numbers, still to be done.
#[derive(Debug)]
pub(super) struct Order {
    /// Number and size in bytes, the largest first.
    left: Mutex<VecDeque<(usize, u64)>>,
}

impl Order {
    /// Of all tickets' sizes in bytes.
    pub(super) fn of(sizes: impl Iterator<Item = u64>) -> Self {
        let mut left: Vec<(usize, u64)> = sizes.enumerate().collect();
        left.sort_by_key(|(number, bytes)| (std::cmp::Reverse(*bytes), *number));
        Order { left: Mutex::new(left.into()) }
    }

    /// Takes the next one; `short` tells whether a ticket of that size had to wait for memory now.
    pub(super) fn next(&self, short: impl Fn(u64) -> bool) -> Option<usize> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = left.front().is_some_and(|(_, bytes)| short(*bytes));
        let next = if wait { left.pop_back() } else { left.pop_front() };
        next.map(|(number, _)| number)
    }

    /// No more are to be done.
    pub(super) fn stop(&self) {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::Order;

    #[test]
    fn large_ones_come_first_while_there_is_memory() {
        let order = Order::of([5, 100, 7, 100].into_iter());
        assert_eq!(order.next(|_| false), Some(1));
        assert_eq!(order.next(|bytes| bytes > 50), Some(0));
        assert_eq!(order.next(|bytes| bytes > 50), Some(2));
        assert_eq!(order.next(|_| true), Some(3));
        assert_eq!(order.next(|_| false), None);
    }
}
