//! How far a batch has come: a bar on a terminal, elsewhere a plain line now and then.

use super::words;
use crate::complain;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What a ticket costs beside its bytes, in bytes: reading the folder, writing its page.
const TICKET: u64 = 2 << 20;
/// How often a plain line is written, in seconds.
const EVERY: u64 = 15;

/// Progress on standard error.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    terminal: bool,
    tickets: u64,
    done: AtomicU64,
    work: u64,
    worked: AtomicU64,
    since: Instant,
    /// Seconds after `since` at which the next plain line is due.
    due: AtomicU64,
}

impl Progress {
    /// Of all tickets' sizes in bytes.
    pub(super) fn of(sizes: impl Iterator<Item = u64>) -> Self {
        let (tickets, work) = sizes.fold((0, 0), |(tickets, work), bytes| (tickets + 1, work + bytes + TICKET));
        let terminal = io::stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(Some(work), ProgressDrawTarget::stderr());
        if terminal {
            let style = ProgressStyle::with_template("{bar:30} {percent:>3}%  {msg}, {eta} left");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_millis(250));
        }
        Progress {
            bar,
            terminal,
            tickets,
            done: AtomicU64::new(0),
            work,
            worked: AtomicU64::new(0),
            since: Instant::now(),
            due: AtomicU64::new(EVERY),
        }
    }

    /// A ticket of that size is done.
    pub(super) fn done(&self, bytes: u64) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let worked = self.worked.fetch_add(bytes + TICKET, Ordering::Relaxed) + bytes + TICKET;
        let seconds = self.since.elapsed().as_secs_f64();
        if self.terminal {
            self.bar.set_position(worked);
            self.bar.set_message(self.line(done, seconds));
        } else if self.is_due(seconds as u64) && done < self.tickets {
            let left = seconds * (self.work - worked.min(self.work)) as f64 / worked as f64;
            complain(&format!("{}, about {} left", self.line(done, seconds), words::duration(left)));
        }
    }

    fn line(&self, done: u64, seconds: f64) -> String {
        let rate = done as f64 / seconds.max(0.001);
        format!("{} of {}, {rate:.0}/s", words::number(done), words::counted(self.tickets, "ticket"))
    }

    fn is_due(&self, seconds: u64) -> bool {
        let due = self.due.load(Ordering::Relaxed);
        seconds >= due && self.due.compare_exchange(due, seconds + EVERY, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// The line on the terminal goes away.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}
