//! Thread dumps of Java virtual machines: jstack, `kill -3`, `jcmd Thread.print`, `Thread.dump_to_file`, `jstack -F`,
//! Android's traces.
//!
//! ```text
//! "transfer-1" #12 prio=5 os_prio=0 cpu=0.44ms elapsed=8.92s tid=0x00007f97 nid=0x31eb waiting for monitor entry  [0x…]
//!    java.lang.Thread.State: BLOCKED (on object monitor)
//!     at Dead.transfer(Dead.java:8)
//!     - waiting to lock <0x00000000ffd1b510> (a Dead$Account)
//!     - locked <0x00000000ffd1b500> (a Dead$Account)
//! ```
//!
//! A wait in words becomes the innermost frame (`[waiting to lock]`), what is locked a hold. Source of the format:
//! OpenJDK `JavaThread::print_on`, `javaVFrame::print_lock_info_on`, `DeadlockCycle::print_on_with`.

mod deadlock;
mod dump;
mod frames;
mod head;
mod javacore;
mod lock;
mod record;
mod thread;

use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Command, Context, Line};
use deadlock::Section;
use dump::Dump;
use frames::Calls;
use head::Form;
use lock::LockLines;
use pest_derive::Parser;
use stacklore_model::{Fact, TaskKeys, Value};
use thread::Thread;

#[derive(Parser)]
#[grammar = "java/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct Java;

/// J9's javacores.
pub(crate) use javacore::Javacore;

const NAME: &str = "java";

impl Dialect for Java {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &[
            "Full thread dump",
            " prio=",
            " os_prio=",
            "Java-level deadlock",
            " is waiting to lock ",
            ": (state = ",
            "\" RUNNABLE",
            "\" WAITING",
            "\" TIMED_WAITING",
            "\" BLOCKED",
            "\" virtual",
            "\"main\"",
        ]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<JavaReader>::default()
    }
}

/// How many lines of other programs may stand inside a stack: the output of a service is mixed with its dump.
const FOREIGN: u32 = 2;

#[derive(Default)]
struct JavaReader {
    dump: Dump,
    open: Option<Thread>,
    form: Form,
    calls: Calls,
    locks: LockLines,
    /// A logger puts something before each record.
    prefixed: bool,
    section: Option<Section>,
    /// The stacks of the section are being printed.
    section_stacks: bool,
    /// A blank line stood before this one.
    blank: bool,
    foreign: u32,
    /// Process id, where a command or the head of a file tells it.
    pid: Option<u32>,
}

impl Reader for JavaReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        let text = line.trimmed();
        let opens = text.contains("Full thread dump ")
            || text.contains("Java-level deadlock")
            || (text.contains(" which is held by ") && text.contains(" is waiting to lock "))
            || agent_head(text).is_some()
            || is_head(text);
        if opens {
            self.process(line.number, context);
        }
        opens
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        if line.is_blank() {
            self.blank = true;
            return Fed::Passed;
        }
        let fed = self.record(line, out);
        self.blank = false;
        match fed {
            Fed::Taken => self.foreign = 0,
            Fed::Passed => {}
            Fed::End => {
                let inside = self.open.as_ref().is_some_and(|thread| !thread.frames.is_empty());
                if inside && self.foreign < FOREIGN {
                    self.foreign += 1;
                    return Fed::Passed;
                }
            }
        }
        fed
    }

    fn close(&mut self, out: &mut Builder) {
        self.end_thread(out);
        self.section = None;
        self.section_stacks = false;
        self.foreign = 0;
    }

    fn command(&mut self, _command: &Command, out: &mut Builder) -> bool {
        self.end_thread(out);
        self.dump.end(out);
        self.pid = None;
        false
    }

    fn finish(&mut self, out: &mut Builder) {
        self.end_thread(out);
        self.dump.end(out);
    }
}

impl JavaReader {
    /// The process that a command line or the head of a file names.
    fn process(&mut self, number: u32, context: &Context<'_>) {
        if let Some(command) = context.command() {
            let words = command.text.split_whitespace();
            if command.text.contains("jstack") || command.text.contains("jcmd") {
                self.pid = words.filter_map(|word| word.parse().ok()).next_back().or(self.pid);
            }
        }
        let Some((at, version)) = context.before(number, 2) else { return };
        let Some((at, date)) = context.before(at, 1) else { return };
        let Some((_, pid)) = context.before(at, 1) else { return };
        if date.contains('T') && date.ends_with('Z') && version.starts_with(|c: char| c.is_ascii_digit()) {
            self.pid = pid.trim().parse().ok().or(self.pid);
        }
    }

    /// A line that is not blank.
    fn record(&mut self, line: &Line<'_>, out: &mut Builder) -> Fed {
        let text = record::find(line.trimmed(), self.prefixed);
        match text.as_bytes().first() {
            Some(b'a') if text.starts_with("at ") => return self.frame(&text[3..], line, out),
            Some(b'-') => return self.dash(text, line, out),
            Some(b'j') if text.starts_with("java.lang.Thread.State: ") => return self.state(text, line),
            _ => {}
        }
        self.prefixed |= text.len() < line.trimmed().len();
        if text.contains("Full thread dump ") {
            self.prefixed = !text.starts_with("Full thread dump ");
            self.end_thread(out);
            self.section = None;
            self.dump.begin(line.number, out);
            return Fed::Taken;
        }
        if text.contains("Java-level deadlock") {
            return self.found(text, line, out);
        }
        if text.contains(" is waiting to lock ") && text.contains(" which is held by ") {
            let session = self.dump.session(line.number, out);
            return taken(deadlock::sentence(text, line.number, session, out));
        }
        match text.as_bytes().first() {
            Some(b'"') if self.section.is_some() => self.named(text, line, out),
            Some(b'"' | b'#') => self.head(text, line, out),
            Some(b'T') if agent_head(text).is_some() => self.agent(text, line, out),
            Some(b'M') if text.starts_with("Mounted virtual thread") => self.mounted(text, line, out),
            Some(b'L') if text.starts_with("Locked ownable synchronizers") => self.synchronizers(line),
            Some(b'J') if text.starts_with("Java stack information") => self.stacks(),
            Some(b'w' | b'i') if self.section.is_some() => self.wanted(text, line, out),
            _ => self.other(text, line, out),
        }
    }

    /// `Found one Java-level deadlock:` and the like.
    fn found(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) -> Fed {
        self.end_thread(out);
        self.dump.session(line.number, out);
        self.section = Some(if text.contains("No Java-level") {
            Section::default()
        } else {
            deadlock::report(line.number, out);
            Section::reported()
        });
        self.section_stacks = false;
        Fed::Taken
    }

    fn stacks(&mut self) -> Fed {
        self.section_stacks = true;
        self.section.get_or_insert_default();
        Fed::Taken
    }

    /// `"transfer-1":` in the section of a deadlock; a header there belongs to the next dump.
    fn named(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) -> Fed {
        let Some(name) = text.strip_prefix('"').and_then(|text| text.strip_suffix("\":")) else {
            self.section = None;
            return self.head(text, line, out);
        };
        self.end_thread(out);
        let name = out.name(name);
        if self.section_stacks {
            let session = self.dump.session(line.number, out);
            let keys = deadlock::by_name(&name, session);
            self.open = Some(Thread::new(keys, Some(name), line.number));
        } else if let Some(section) = &mut self.section {
            let session = self.dump.session(line.number, out);
            section.thread(name, line.number, session, out);
        }
        Fed::Taken
    }

    fn wanted(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) -> Fed {
        let session = self.dump.session(line.number, out);
        match &mut self.section {
            Some(section) => taken(section.feed(text, line.number, session, out)),
            None => Fed::End,
        }
    }

    fn head(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) -> Fed {
        let Some(head) = head::find(text) else { return Fed::End };
        self.end_thread(out);
        let session = self.dump.thread(head.number, head.tid, line.number, out);
        self.dump.seen(head.name);
        let name = (!head.name.is_empty()).then(|| out.name(head.name));
        let keys = TaskKeys {
            tid: head.tid,
            pid: self.pid,
            number: head.number,
            session,
            unique_name: name.clone(),
            ..TaskKeys::default()
        };
        if let (Some(seconds), Some(_)) = (head.cpu_time, head.tid) {
            let fields = vec![("task", Value::Task(keys.clone())), ("cpu_time", Value::Number(seconds))];
            out.fact(Fact { relation: "task_time", fields, span: out.at(line.number) });
        }
        self.form = head.form;
        self.open = Some(Thread { status: head.status, state: head.state, ..Thread::new(keys, name, line.number) });
        Fed::Taken
    }

    /// `Thread 4213: (state = BLOCKED)`: every thread that the machine has stopped is "blocked" there.
    fn agent(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) -> Fed {
        let Some((tid, _)) = agent_head(text) else { return Fed::End };
        self.end_thread(out);
        let session = self.dump.thread(None, Some(tid), line.number, out);
        let keys = TaskKeys { tid: Some(tid), pid: self.pid, session, ..TaskKeys::default() };
        self.open = Some(Thread::new(keys, None, line.number));
        Fed::Taken
    }

    fn state(&mut self, text: &str, line: &Line<'_>) -> Fed {
        let Some(thread) = &mut self.open else { return Fed::End };
        thread.state = text.split_whitespace().nth(1).and_then(head::state).or(thread.state);
        thread.last = line.number;
        Fed::Taken
    }

    /// A virtual thread on its carrier: the frames that follow are its own.
    fn mounted(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) -> Fed {
        self.end_thread(out);
        let session = self.dump.session(line.number, out);
        let number = text.rsplit('#').next().and_then(|number| number.trim().parse().ok());
        let keys = TaskKeys { number, session, pid: self.pid, ..TaskKeys::default() };
        self.open = Some(Thread::new(keys, None, line.number));
        Fed::Taken
    }

    fn synchronizers(&mut self, line: &Line<'_>) -> Fed {
        let Some(thread) = &mut self.open else { return Fed::End };
        thread.synchronizers = true;
        thread.last = line.number;
        Fed::Taken
    }

    fn frame(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) -> Fed {
        let Some(thread) = &mut self.open else { return Fed::End };
        // Behind a blank line the thread has ended: what follows is a stack of something else, mostly an exception.
        if self.blank && !thread.frames.is_empty() {
            return Fed::End;
        }
        let Some((frame, native)) = self.calls.frame(text.trim_start(), line, out) else { return Fed::End };
        thread.native |= thread.frames.is_empty() && native;
        if thread.frames.capacity() == 0 {
            thread.frames = out.room();
        }
        thread.frames.push(frame);
        thread.last = line.number;
        Fed::Taken
    }

    /// A lock, or a frame of the serviceability agent.
    fn dash(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) -> Fed {
        if text.contains(" @bci=") {
            return self.frame(text[1..].trim_start(), line, out);
        }
        let Some(thread) = &mut self.open else { return Fed::End };
        let thread_is_over = self.blank && !thread.synchronizers && !thread.frames.is_empty();
        if thread_is_over || !self.locks.read(text, line).is_some_and(|lock| thread.lock_line(lock, line.number)) {
            return Fed::End;
        }
        Fed::Taken
    }

    /// Lines that are known to say nothing, and frames without `at`.
    fn other(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) -> Fed {
        if record::says_nothing(text) {
            return Fed::Taken;
        }
        if record::ends_dump(text) {
            self.dump.complete(line.number);
            return Fed::Taken;
        }
        if self.form == Form::File && self.open.is_some() && !text.contains(' ') {
            return self.frame(text, line, out);
        }
        Fed::End
    }

    fn end_thread(&mut self, out: &mut Builder) {
        let Some(thread) = self.open.take() else { return };
        let session = thread.keys.session;
        // The section repeats threads of the dump above it.
        let again = self.section.is_some()
            && thread.name.as_ref().is_some_and(|name| !self.dump.is_new(name, !thread.frames.is_empty()));
        if !again {
            thread.end(session, out);
        }
    }
}

fn taken(understood: bool) -> Fed {
    if understood { Fed::Taken } else { Fed::End }
}

/// Whether a header stands in the line; dumps to a file have no word that is rare enough, so their lines are read.
fn is_head(text: &str) -> bool {
    let likely = text.contains("prio=") || text.starts_with('#');
    likely && text.contains('"') && head::find(text).is_some()
}

/// Thread id and state in `Thread 4213: (state = BLOCKED)`.
fn agent_head(text: &str) -> Option<(u32, &str)> {
    let (tid, rest) = text.strip_prefix("Thread ")?.split_once(": (state = ")?;
    Some((tid.parse().ok()?, rest.strip_suffix(')')?))
}
