//! Target ids: the names that gdb gives to a thread of the system.

use super::Rule;
use pest::iterators::Pair;
use stacklore_model::{SessionId, TaskKeys};

/// `Thread 0x7f… (LWP 4735)`, `LWP 4735`, `process 4735`, `Thread 4731.4735`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Target {
    pub(super) tid: Option<u32>,
    pub(super) pid: Option<u32>,
    pub(super) pthread: Option<u64>,
}

impl Target {
    pub(super) fn of(pair: Pair<'_, Rule>) -> Self {
        let mut target = Target::default();
        for part in pair.into_inner() {
            target.part(part);
        }
        target
    }

    fn part(&mut self, part: Pair<'_, Rule>) {
        match part.as_rule() {
            Rule::pthread => part.into_inner().for_each(|part| self.part(part)),
            Rule::hex => self.pthread = u64::from_str_radix(part.as_str().trim_start_matches("0x"), 16).ok(),
            // Before 7.0 gdb printed a pthread_t as a number, on 32 bits as a negative one.
            Rule::decimal => {
                self.pthread = part.as_str().parse::<i128>().ok().and_then(|number| {
                    let unsigned = if number < 0 { number + (1 << 32) } else { number };
                    u64::try_from(unsigned).ok()
                });
            }
            Rule::lwp => {
                let mut numbers = part.into_inner().map(number);
                self.tid = numbers.next().flatten();
                self.pid = numbers.next().flatten();
            }
            // gdbserver names process and thread.
            Rule::dotted => {
                let mut numbers = part.into_inner().map(number);
                self.pid = numbers.next().flatten();
                self.tid = numbers.next().flatten();
            }
            // Without libthread_db the only thread is named by its process.
            Rule::process => self.tid = part.into_inner().next().and_then(number),
            _ => {}
        }
    }

    /// The keys of the thread that gdb gives this number in this session.
    pub(super) fn keys(&self, number: Option<u64>, session: SessionId) -> TaskKeys {
        TaskKeys { tid: self.tid, pid: self.pid, pthread: self.pthread, number, session, ..TaskKeys::default() }
    }
}

fn number(part: Pair<'_, Rule>) -> Option<u32> {
    part.as_str().parse().ok()
}
