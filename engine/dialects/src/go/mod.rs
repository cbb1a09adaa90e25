//! Goroutine dumps of the Go runtime (`kill -QUIT`, `panic`, pprof `debug=2`):
//!
//! ```text
//! goroutine 146 [select, 8817 minutes]:
//! net/http.(*persistConn).roundTrip(0xc000658fc0, 0xc0003fc080)
//!         /usr/local/go/src/net/http/transport.go:2610 +0x765
//! created by main.main in goroutine 1
//!         example.com/bankd/main.go:39 +0xf9
//! ```
//!
//! The state in brackets is the wait in the runtime's own words: it becomes the innermost frame (`[select]`).
//! Source of the format: `runtime/traceback.go`.

mod head;
mod known;
mod words;

use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::shell::is_mark_of_elision;
use crate::text::{Command, Context, Line};
use foldhash::fast::RandomState;
use head::{Head, Heads};
use known::{Known, KnownLines};
use pest::Parser;
use pest_derive::Parser;
use stacklore_model::{
    Arguments, Call, Fact, Frame, Listing, ListingOf, MendKind, Name, SessionId, StackSighting, System, TaskKeys,
    TaskSighting, TaskState, Value,
};
use std::collections::HashSet;
use std::sync::Arc;

#[derive(Parser)]
#[grammar = "go/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct Go;

const NAME: &str = "go";

impl Dialect for Go {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["goroutine ", "fatal error: all goroutines"]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<GoReader>::default()
    }
}

/// The goroutine that is being read.
struct Goroutine {
    id: u64,
    head: Arc<Head>,
    /// The wait in the runtime's words, then the frames.
    frames: Vec<Frame>,
    /// The last line was a call: its place is awaited.
    call: bool,
    created_by: Option<Name>,
    first: u32,
    last: u32,
    cut: bool,
}

#[derive(Default)]
struct GoReader {
    session: Option<SessionId>,
    open: Option<Goroutine>,
    /// Ids of this dump: an id that comes again begins another dump.
    ids: HashSet<u64, RandomState>,
    /// The dump has only the goroutine that failed, or lines of it are missing.
    partial: bool,
    first: u32,
    heads: Heads,
    known: KnownLines,
}

impl Reader for GoReader {
    fn opens(&mut self, line: &Line<'_>, _context: &Context<'_>) -> bool {
        let text = line.trimmed();
        (text.starts_with("goroutine ") && Grammar::parse(Rule::head, text).is_ok())
            || text.starts_with("fatal error: all goroutines are asleep")
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        let first = text.as_bytes().first();
        if first == Some(&b'f') && text.starts_with("fatal error: all goroutines are asleep") {
            let span = out.at(line.number);
            let fields = vec![("kind", Value::Text(out.name("go-all-asleep")))];
            out.fact(Fact { relation: "report", fields, span });
            return Fed::Taken;
        }
        if first == Some(&b'g')
            && text.starts_with("goroutine ")
            && let Some((id, head)) = self.heads.read(text, line.number, out)
        {
            self.end(out);
            self.begin(Goroutine::new(id, head, line.number, out), out);
            return Fed::Taken;
        }
        if text.is_empty() {
            // The next goroutine begins behind a blank line, most often.
            if self.open.as_ref().is_some_and(|open| !open.is_empty()) {
                self.end(out);
            }
            return Fed::Passed;
        }
        let Some(open) = &mut self.open else { return Fed::End };
        open.known(line, &mut self.known, out).unwrap_or_else(|| open.feed(line, out))
    }

    fn close(&mut self, out: &mut Builder) {
        self.end(out);
    }

    fn sees_elisions(&self) -> bool {
        true
    }

    fn command(&mut self, _command: &Command, out: &mut Builder) -> bool {
        self.end_dump(out);
        false
    }

    fn finish(&mut self, out: &mut Builder) {
        self.end_dump(out);
    }
}

impl GoReader {
    fn begin(&mut self, goroutine: Goroutine, out: &mut Builder) {
        // The scheduler's goroutine 0 stands once for each thread.
        if goroutine.id != 0 && self.ids.contains(&goroutine.id) {
            self.end_dump(out);
        }
        if self.session.is_none() {
            self.session = Some(out.session());
            self.first = goroutine.first;
        }
        self.ids.insert(goroutine.id);
        self.open = Some(goroutine);
    }

    fn end(&mut self, out: &mut Builder) {
        let (Some(goroutine), Some(session)) = (self.open.take(), self.session) else { return };
        self.partial |= goroutine.cut;
        goroutine.end(session, out);
    }

    /// A dump of more than the failing goroutine lists all of them.
    fn end_dump(&mut self, out: &mut Builder) {
        self.end(out);
        let ids = std::mem::take(&mut self.ids);
        if let Some(session) = self.session.take()
            && ids.len() > 1
            && !self.partial
        {
            let span = out.at(self.first);
            out.listing(Listing { of: ListingOf::ThreadsOfSession(session), stacks: true, span });
        }
        self.partial = false;
    }
}

impl Goroutine {
    fn new(id: u64, head: Arc<Head>, line: u32, out: &mut Builder) -> Self {
        let mut frames = out.room();
        frames.push(Frame::of(head.printed.clone(), out.at(line)));
        Goroutine { id, head, frames, call: false, created_by: None, first: line, last: line, cut: false }
    }

    /// Whether no frame was read yet.
    fn is_empty(&self) -> bool {
        self.frames.len() < 2
    }

    /// A line whose shape is known.
    fn known(&mut self, line: &Line<'_>, known: &mut KnownLines, out: &mut Builder) -> Option<Fed> {
        match known.read(line, out)? {
            Known::Call { call, arguments, shared } => {
                let mut frame = Frame::of(call.clone(), out.at(line.number));
                frame.arguments = match shared {
                    Some(shared) => shared.clone(),
                    None => Arguments::printed(line.text.get(arguments.clone())?, known::arguments),
                };
                self.frames.push(frame);
                self.call = true;
            }
            Known::Creator(creator) => {
                self.created_by = Some(creator.clone());
                self.call = false;
            }
            // The place of the line that names the creator.
            Known::Place { .. } if !self.call && self.created_by.is_some() => {}
            Known::Place { .. } if !self.call => return None,
            Known::Place { place, joined } => {
                let frame = self.frames.last_mut()?;
                if !joined.as_ref().is_some_and(|(plain, _)| Arc::ptr_eq(plain, &frame.call)) {
                    let call = Call { location: place.location.clone(), offset: place.offset, ..(*frame.call).clone() };
                    *joined = Some((frame.call.clone(), Arc::new(call)));
                }
                frame.call = joined.as_ref().map(|(_, call)| call.clone())?;
                frame.address = place.address(&line.text);
                frame.pointer = place.pointer(&line.text);
                frame.span = frame.span.to(out.at(line.number));
                self.call = false;
            }
            Known::Other => return None,
        }
        self.last = line.number;
        Some(Fed::Taken)
    }

    fn feed(&mut self, line: &Line<'_>, out: &mut Builder) -> Fed {
        let text = line.text.trim();
        if (self.call || text.starts_with('/') || line.text.starts_with('\t')) && self.place(text, line, out) {
            return Fed::Taken;
        }
        if text.starts_with("created by ") || text.starts_with('由') {
            return self.creator(text, line, out);
        }
        if text.starts_with("...") || is_mark_of_elision(text) {
            self.cut = true;
            self.last = line.number;
            return Fed::Taken;
        }
        if text.contains("stack unavailable")
            || text.starts_with("[originating from goroutine")
            || text == "non-Go function"
        {
            self.last = line.number;
            return Fed::Taken;
        }
        match known::call(text) {
            Some(call) => {
                if call.translated(text) {
                    out.mend(MendKind::Translated, line.number);
                }
                if call.mended() {
                    out.mend(MendKind::InnerBlank, line.number);
                }
                let mut frame = Frame::new(out.name(call.function), out.at(line.number));
                frame.arguments = Arguments::printed(call.list, known::arguments);
                self.frames.push(frame);
                self.call = true;
                self.last = line.number;
                Fed::Taken
            }
            None => Fed::End,
        }
    }

    /// The line below a call.
    fn place(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) -> bool {
        let Some(place) = known::place(text, out) else { return false };
        let Some(frame) = self.frames.last_mut().filter(|_| self.call) else {
            // The place of the line that names the creator.
            self.last = line.number;
            return self.created_by.is_some();
        };
        if text.contains(" 0x") && !text.contains(" +0x") {
            out.mend(MendKind::LostPlus, line.number);
        }
        if place.mended {
            out.mend(MendKind::InnerBlank, line.number);
        }
        frame.offset = place.offset.or(frame.offset);
        frame.address = place.address(text);
        frame.pointer = place.pointer(text);
        frame.location = place.location;
        frame.span = frame.span.to(out.at(line.number));
        self.call = false;
        self.last = line.number;
        true
    }

    fn creator(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) -> Fed {
        let Some(creator) = known::creator(text) else { return Fed::End };
        if text.starts_with('由') {
            out.mend(MendKind::Translated, line.number);
        }
        self.created_by = Some(out.name(creator));
        self.call = false;
        self.last = line.number;
        Fed::Taken
    }

    fn end(self, session: SessionId, out: &mut Builder) {
        let keys = TaskKeys { number: Some(self.id), session, ..TaskKeys::default() };
        let word = &*self.head.state;
        let running = matches!(word, "running" | "runnable" | "copystack" | "preempted");
        let state = match word {
            "running" | "runnable" => TaskState::Running,
            _ => TaskState::Sleeping,
        };
        out.task(TaskSighting {
            keys: keys.clone(),
            system: Some(System::Go),
            state: Some(state),
            waited: self.head.waited,
            created_by: self.created_by.clone(),
            span: out.at(self.first),
            ..TaskSighting::default()
        });
        if self.is_empty() {
            return;
        }
        let span = out.span(self.first, self.last);
        out.stack(StackSighting {
            cut: self.cut,
            running,
            ..StackSighting::new(keys, NAME, System::Go, self.frames, span)
        });
    }
}
