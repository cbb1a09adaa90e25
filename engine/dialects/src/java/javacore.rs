//! Javacores of J9 (OpenJ9, IBM SDK): every line begins with a tag.
//!
//! ```text
//! 3XMTHREADINFO      "worker-1" J9VMThread:0x0000000000A1, omrthread_t:0x00, java/lang/Thread:0x00, state:B, prio=5
//! 3XMTHREADINFO1            (native thread ID:0x1A2B, native priority:0x5, native policy:UNKNOWN)
//! 3XMTHREADBLOCK     Blocked on: java/lang/Integer@0x0000000700 Owned by: "worker-2" (J9VMThread:0x…, …)
//! 3XMTHREADINFO3           Java callstack:
//! 4XESTACKTRACE                at Locks.run(Locks.java:12)
//! 5XESTACKTRACE                   (entered lock: java/lang/Integer@0x0000000800, entry count: 1)
//! 1LKDEADLOCK    Deadlock detected !!!
//! ```

use super::deadlock;
use super::dump::Dump;
use super::frames::Calls;
use super::thread::{Thread, identity, kind_of, sighting};
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Context, Line};
use stacklore_model::{HoldSource, Known, LockHolder, LockSighting, Mode, TaskKeys, TaskState};

/// The dialect.
pub(crate) struct Javacore;

impl Dialect for Javacore {
    fn name(&self) -> &'static str {
        "javacore"
    }

    fn needles(&self) -> &'static [&'static str] {
        &["3XMTHREADINFO ", "1LKDEADLOCK ", "0SECTION ", "1XMCURTHDINFO"]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<JavacoreReader>::default()
    }
}

#[derive(Default)]
struct JavacoreReader {
    dump: Dump,
    open: Option<Thread>,
    calls: Calls,
}

impl Reader for JavacoreReader {
    fn opens(&mut self, line: &Line<'_>, _context: &Context<'_>) -> bool {
        tag(line.trimmed()).is_some()
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        if text.is_empty() || text.starts_with("NULL") {
            return Fed::Passed;
        }
        let Some((tag, rest)) = tag(text) else { return Fed::End };
        match tag {
            "3XMTHREADINFO" => self.head(rest, line, out),
            "3XMTHREADINFO1" => self.native(rest),
            "3XMTHREADBLOCK" => self.block(rest, line, out),
            "4XESTACKTRACE" => self.frame(rest, line, out),
            "5XESTACKTRACE" => self.entered(rest, line),
            "1LKDEADLOCK" if rest.contains("etected") => deadlock::report(line.number, out),
            _ => {}
        }
        Fed::Taken
    }

    fn close(&mut self, out: &mut Builder) {
        self.end_thread(out);
    }

    fn finish(&mut self, out: &mut Builder) {
        self.end_thread(out);
        self.dump.end(out);
    }
}

impl JavacoreReader {
    fn head(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) {
        self.end_thread(out);
        // A thread that has no Java part has no name here.
        let Some((name, rest)) = text.strip_prefix('"').and_then(|text| text.rsplit_once("\" ")) else { return };
        let session = self.dump.session(line.number, out);
        let name = out.name(name);
        let keys = TaskKeys {
            pthread: field(rest, "J9VMThread:"),
            session,
            unique_name: Some(name.clone()),
            ..TaskKeys::default()
        };
        let state = rest.split_once("state:").and_then(|(_, state)| state_of(state));
        self.open = Some(Thread { state, ..Thread::new(keys, Some(name), line.number) });
    }

    fn native(&mut self, text: &str) {
        if let Some(thread) = &mut self.open {
            let tid = field(text, "native thread ID:").and_then(|tid| u32::try_from(tid).ok());
            thread.keys.tid = tid.filter(|tid| *tid != 0).or(thread.keys.tid);
        }
    }

    fn block(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) {
        let Some(thread) = &mut self.open else { return };
        let Some((how, rest)) = text.split_once(": ") else { return };
        let (object, owner) = rest.split_once(" Owned by: ").unwrap_or((rest, ""));
        let address = identity(object.trim());
        let (words, argument) = match how {
            "Blocked on" => ("[waiting to lock]", "waiting"),
            "Waiting on" => ("[waiting on]", "waiting"),
            "Parked on" => ("[parking]", "parking"),
            _ => return,
        };
        thread.waits(words, argument, object.trim(), address, line.number);
        let named = owner.strip_prefix('"').and_then(|owner| owner.split_once("\" ("));
        if let (Some(address), Some((name, rest))) = (address, named) {
            let session = thread.keys.session;
            let kind = if argument == "waiting" { "monitor" } else { kind_of(object) };
            let task = TaskKeys {
                pthread: field(rest, "J9VMThread:"),
                session,
                unique_name: Some(out.name(name)),
                ..TaskKeys::default()
            };
            let span = out.at(line.number);
            let (mode, known, from) = (Some(Mode::Write), Known::Observed, HoldSource::Owner);
            let holders = vec![LockHolder { task, mode, known, from, span }];
            let lock = sighting(address, out.name(kind), session, span);
            out.lock(LockSighting { holders, ..lock });
        }
    }

    fn frame(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) {
        let Some(thread) = &mut self.open else { return };
        let Some(text) = text.strip_prefix("at ") else { return };
        let Some((frame, native)) = self.calls.frame(text.trim(), line, out) else {
            return out.unclear(line.number, "a frame of a javacore that could not be read");
        };
        thread.native |= thread.frames.is_empty() && native;
        thread.frames.push(frame);
        thread.last = line.number;
    }

    fn entered(&mut self, text: &str, line: &Line<'_>) {
        let Some(thread) = &mut self.open else { return };
        let Some((_, rest)) = text.split_once("entered lock: ") else { return };
        let object = rest.split([',', ')']).next().and_then(|object| identity(object.trim()));
        if let Some(object) = object {
            thread.holds(object, "monitor", line.number);
            thread.last = line.number;
        }
    }

    fn end_thread(&mut self, out: &mut Builder) {
        if let Some(thread) = self.open.take() {
            let session = thread.keys.session;
            thread.end(session, out);
        }
    }
}

/// The tag of a line (`3XMTHREADINFO`) and what follows it.
fn tag(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    if !bytes.first()?.is_ascii_digit() || !bytes.get(1..3)?.iter().all(u8::is_ascii_uppercase) {
        return None;
    }
    let (tag, rest) = text.split_once(' ').unwrap_or((text, ""));
    (tag.len() > 4 && tag.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()))
        .then_some((tag, rest.trim_start()))
}

/// The hexadecimal number behind a label.
fn field(text: &str, label: &str) -> Option<u64> {
    let (_, rest) = text.split_once(label)?;
    let digits = rest.trim_start().strip_prefix("0x")?;
    let end = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
    u64::from_str_radix(&digits[..end], 16).ok().filter(|number| *number != 0)
}

fn state_of(text: &str) -> Option<TaskState> {
    Some(match text.split(',').next()?.trim() {
        "R" => TaskState::Running,
        "CW" | "P" | "S" => TaskState::Sleeping,
        "B" => TaskState::Blocked,
        "Z" => TaskState::Zombie,
        _ => return None,
    })
}
