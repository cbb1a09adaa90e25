//! One stream of the console: one printk caller, or all of them where callers are not printed. There two CPUs can print
//! their traces line by line between each other, and no line tells whose it is. What is certain is kept, what is not is
//! left out and said: a frame of one task must never stand in the stack of another.

use super::frame::Parsed;
use super::trace::{Head, Trace};
use crate::builder::Builder;
use crate::text::Line;
use foldhash::fast::RandomState;
use stacklore_model::{Frame, Name};
use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, Hasher};

/// A stream and the call trace that is being read in it.
#[derive(Default)]
pub(super) struct Stream {
    trace: Trace,
    /// The task of a headline, for a trace that has no task line of its own.
    announced: Option<Head>,
    /// Another trace was begun before this one ended.
    mixed: Option<Mixed>,
    /// Frames that follow belong to no task's present (who allocated an object).
    history: bool,
    /// Lines of others since the last line of the trace.
    foreign: u32,
}

/// Two traces at once: that of the stream, and the one of this head.
struct Mixed {
    second: Head,
    /// The first one's frames had begun.
    first_open: bool,
    /// How often `Call Trace:` was read since.
    begun: u32,
    /// How often a trace ended since, and frames since the first end.
    ended: u32,
    since_end: u32,
    /// Frames came between the second head and its `Call Trace:`: the two are mixed for certain.
    between: bool,
    /// Functions at the program counter of the second one.
    counters: Vec<(Frame, Option<f64>)>,
    /// Frames of one of the two.
    shared: Vec<(Parsed, Option<f64>)>,
}

/// Lines of others in the midst of a trace after which it is taken as over.
const FOREIGN: u32 = 60;

/// Seconds between two lines of reports that can be mixed.
const AT_ONCE: f64 = 1.0;

impl Stream {
    /// Whether a trace has frames and has not ended.
    pub(super) fn in_trace(&self) -> bool {
        self.trace.has_frames()
    }

    pub(super) fn head(&self) -> Option<&Head> {
        match &self.mixed {
            Some(mixed) => Some(&mixed.second),
            None => self.trace.head.as_ref(),
        }
    }

    /// A line that names the task or CPU of the trace that follows.
    pub(super) fn begin(&mut self, head: Head, out: &mut Builder) {
        self.settle(out);
        self.announced = None;
        self.foreign = 0;
        if self.trace.goes_on() && self.trace.is_near(head.time, AT_ONCE) {
            let first_open = self.trace.called;
            self.mixed = Some(Mixed {
                second: head,
                first_open,
                begun: 0,
                ended: 0,
                since_end: 0,
                between: false,
                counters: Vec::new(),
                shared: Vec::new(),
            });
            return;
        }
        self.trace.close(out);
        self.trace = Trace::of(head);
        self.trace.make_room(out.room());
        self.history = false;
    }

    /// A debugger names the task: of the trace that follows, or of the registers above it.
    pub(super) fn named(&mut self, head: Head, out: &mut Builder) {
        self.settle(out);
        if self.trace.has_calls() {
            self.trace.close(out);
        }
        self.trace.name(head);
    }

    /// A headline names a task whose trace may follow.
    pub(super) fn announce(&mut self, head: Head) {
        self.announced = Some(head);
    }

    /// Whether function names without offsets are frames here: somebody stripped the trace.
    pub(super) fn takes_names(&self) -> bool {
        self.mixed.is_none() && self.trace.bare
    }

    /// `Call Trace:`.
    pub(super) fn call_trace(&mut self, line: &Line<'_>, out: &mut Builder) {
        self.history = false;
        self.foreign = 0;
        if let Some(mixed) = &mut self.mixed {
            mixed.begun += 1;
            return;
        }
        if self.trace.has_calls() {
            if self.trace.head.is_some() && !self.trace.called {
                // Frames between a head and its `Call Trace:` are those of another trace, which goes on below it.
                self.trace.doubt();
            } else {
                self.trace.close(out);
            }
        }
        if self.trace.head.is_none() {
            self.trace.head = self.announced.take();
        }
        self.trace.call(line.number, stamp(line));
    }

    /// `<TASK>`: the trace says where it ends.
    pub(super) fn marked(&mut self) {
        if self.mixed.is_none() {
            self.trace.marked = true;
        }
    }

    /// `</TASK>`, `---[ end trace …`.
    pub(super) fn end(&mut self, marked: bool, out: &mut Builder) {
        let Some(mixed) = &mut self.mixed else { return self.close_trace(out) };
        if !marked {
            return;
        }
        if mixed.first_open && mixed.begun == 0 {
            // The first ends before the second has begun: nothing is mixed but heads.
            self.trace.close(out);
            if let Some(mixed) = self.mixed.take() {
                self.trace = mixed.second();
            }
            return;
        }
        mixed.ended += 1;
        if mixed.ended > 1 {
            self.settle(out);
        }
    }

    fn close_trace(&mut self, out: &mut Builder) {
        self.trace.close(out);
        self.foreign = 0;
    }

    /// Frames that follow tell of the past.
    pub(super) fn history(&mut self, out: &mut Builder) {
        self.close(out);
        self.history = true;
    }

    /// A blank line ends what is told of the past.
    pub(super) fn history_end(&mut self) {
        self.history = false;
    }

    pub(super) fn frame(&mut self, parsed: Parsed, time: Option<f64>) {
        if self.history {
            return;
        }
        self.foreign = 0;
        match &mut self.mixed {
            // A head is printed before its `Call Trace:`, so that frames are still those of the first.
            Some(mixed) if mixed.first_open && mixed.begun == 0 => {
                mixed.between = true;
                self.trace.frame(parsed, time);
            }
            Some(mixed) => {
                mixed.since_end += u32::from(mixed.ended > 0);
                mixed.shared.push((parsed, time));
            }
            None => self.trace.frame(parsed, time),
        }
    }

    /// Whether registers of the kernel may follow.
    pub(super) fn wants_registers(&self) -> bool {
        self.mixed.is_none() && !self.trace.user
    }

    /// The function at the program counter.
    pub(super) fn program_counter(&mut self, frame: Frame, time: Option<f64>) {
        match &mut self.mixed {
            // Behind the user's registers the first one has no function of the kernel any more.
            Some(mixed) if !mixed.first_open || self.trace.user => mixed.counters.push((frame, time)),
            Some(_) => {}
            None if self.history => {}
            None => self.trace.program_counter(frame, time),
        }
    }

    /// The program counter is in user space.
    pub(super) fn user_registers(&mut self) {
        self.trace.user |= self.mixed.as_ref().is_none_or(|mixed| mixed.first_open);
    }

    pub(super) fn register(&mut self, name: Name, value: u64, line: u32, out: &Builder) {
        if self.mixed.is_none() {
            self.trace.register(name, value, line, out);
        }
    }

    /// A line that is none of the trace's.
    pub(super) fn foreign(&mut self, out: &mut Builder) {
        if self.in_trace() || self.mixed.is_some() {
            self.foreign += 1;
            if self.foreign > FOREIGN {
                self.close(out);
            }
        }
    }

    /// Messages were lost in the midst of the trace.
    pub(super) fn lost(&mut self) {
        self.trace.cut |= self.in_trace();
    }

    /// The trace has ended.
    pub(super) fn close(&mut self, out: &mut Builder) {
        self.settle(out);
        self.close_trace(out);
    }

    /// Two traces were read at once: tells what is certain of them.
    fn settle(&mut self, out: &mut Builder) {
        let Some(mixed) = self.mixed.take() else { return };
        let one_each = mixed.begun + u32::from(mixed.first_open) < 2;
        // Where one end is missing, whoever pasted the first trace left its end out, and the second is whole.
        let second_alone = !mixed.between && mixed.since_end == 0;
        if mixed.ended < 2 && (second_alone || one_each) && mixed.begun < 2 {
            self.trace.cut |= self.trace.has_frames();
            self.trace.close(out);
            let over = mixed.ended > 0;
            self.trace = mixed.second();
            if over {
                self.trace.close(out);
            }
            return;
        }
        self.trace.cut = true;
        let lost = mixed.shared.len();
        let first = self.trace.head.as_ref().map_or(mixed.second.line, |head| head.line);
        let last = mixed.shared.last().map_or(mixed.second.line, |(parsed, _)| parsed.frame.span.last);
        self.trace.close(out);
        note(first.min(last), last, lost, out);
    }
}

impl Mixed {
    /// The second trace, where it is alone after all.
    fn second(self) -> Trace {
        let mut trace = Trace::of(self.second);
        trace.called = self.begun > 0;
        if let [(frame, time)] = self.counters.as_slice() {
            trace.program_counter(frame.clone(), *time);
        }
        self.shared.into_iter().for_each(|(parsed, time)| trace.frame(parsed, time));
        trace
    }
}

/// Says what was left out.
pub(super) fn note(first: u32, last: u32, lost: usize, out: &mut Builder) {
    if lost == 0 {
        return;
    }
    let span = out.span(first, last);
    let frames = if lost == 1 { "1 frame was".to_owned() } else { format!("{lost} frames were") };
    let text = format!(
        "Traces of several CPUs stand line by line between each other here, and no line tells which CPU printed it: \
         {frames} left out."
    );
    out.note(Some(span), text);
}

/// The time of a line on whichever clock it has.
pub(super) fn stamp(line: &Line<'_>) -> Option<f64> {
    line.prefix.time.or(line.prefix.clock)
}

/// What was printed at which time: a console that is replayed, or a log that is in the text twice, says it again.
#[derive(Default)]
pub(super) struct Printed {
    seen: HashSet<u64, RandomState>,
}

impl Printed {
    /// Whether the same was printed at the same time; without a time nothing is known to be the same.
    pub(super) fn again(&mut self, time: Option<f64>, what: &impl Hash) -> bool {
        let Some(time) = time else { return false };
        let mut hasher = self.seen.hasher().build_hasher();
        time.to_bits().hash(&mut hasher);
        what.hash(&mut hasher);
        !self.seen.insert(hasher.finish())
    }
}
