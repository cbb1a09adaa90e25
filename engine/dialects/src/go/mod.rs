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

mod words;

use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Command, Context, Line};
use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;
use stacklore_model::{
    Argument, Fact, Frame, Listing, ListingOf, MendKind, Reliability, SessionId, StackKind, StackSighting, System,
    TaskKeys, TaskSighting, TaskState, Value,
};

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
    state: String,
    waited: Option<f64>,
    frames: Vec<Frame>,
    /// The last line was a call: its place is awaited.
    call: bool,
    created_by: Option<String>,
    first: u32,
    last: u32,
    cut: bool,
}

#[derive(Default)]
struct GoReader {
    session: Option<SessionId>,
    open: Option<Goroutine>,
    /// Ids of this dump: an id that comes again begins another dump.
    ids: std::collections::HashSet<u64>,
    /// The dump has only the goroutine that failed, or lines of it are missing.
    partial: bool,
    first: u32,
}

impl Reader for GoReader {
    fn opens(&mut self, line: &Line<'_>, _context: &Context<'_>) -> bool {
        let text = line.trimmed();
        (text.starts_with("goroutine ") && Grammar::parse(Rule::head, text).is_ok())
            || text.starts_with("fatal error: all goroutines are asleep")
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        if text.starts_with("fatal error: all goroutines are asleep") {
            let span = out.at(line.number);
            let fields = vec![("kind", Value::Text(out.name("go-all-asleep")))];
            out.fact(Fact { relation: "report", fields, span });
            return Fed::Taken;
        }
        if text.starts_with("goroutine ")
            && let Some(goroutine) = head(line, out)
        {
            self.end(out);
            self.begin(goroutine, out);
            return Fed::Taken;
        }
        let Some(open) = &mut self.open else { return Fed::End };
        if text.is_empty() {
            return if open.frames.is_empty() { Fed::Passed } else { Fed::End };
        }
        open.feed(line, out)
    }

    fn close(&mut self, out: &mut Builder) {
        self.end(out);
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

/// Reads the head of a goroutine.
fn head(line: &Line<'_>, out: &mut Builder) -> Option<Goroutine> {
    let text = line.trimmed();
    let mut goroutine = Goroutine {
        id: 0,
        state: String::new(),
        waited: None,
        frames: Vec::new(),
        call: false,
        created_by: None,
        first: line.number,
        last: line.number,
        cut: false,
    };
    for part in Grammar::parse(Rule::head, text).ok()?.next()?.into_inner() {
        match part.as_rule() {
            Rule::id => goroutine.id = part.as_str().parse().ok()?,
            Rule::status => {
                let word = part.as_str().trim().trim_end_matches(" (scan)");
                if let Some(state) = words::state(word) {
                    out.mend(MendKind::Translated, line.number);
                    goroutine.state = state.to_owned();
                } else {
                    goroutine.state = word.to_owned();
                }
            }
            Rule::extra => goroutine.waited = goroutine.waited.or(minutes(part)),
            _ => {}
        }
    }
    Some(goroutine)
}

/// Seconds of `8817 minutes`.
fn minutes(extra: Pair<'_, Rule>) -> Option<f64> {
    let minutes = extra.into_inner().find(|part| part.as_rule() == Rule::minutes)?;
    let mut parts = minutes.into_inner();
    let count: f64 = parts.next()?.as_str().parse().ok()?;
    words::is_minutes(parts.next()?.as_str().trim()).then_some(count * 60.0)
}

impl Goroutine {
    fn feed(&mut self, line: &Line<'_>, out: &mut Builder) -> Fed {
        let text = line.text.trim();
        if (self.call || text.starts_with('/') || line.text.starts_with('\t')) && self.place(text, line, out) {
            return Fed::Taken;
        }
        if text.starts_with("created by ") || text.starts_with('由') {
            return self.creator(text, line, out);
        }
        if text.starts_with("...") {
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
        match call(text, line, out) {
            Some(frame) => {
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
        let Some(parsed) = Grammar::parse(Rule::place, text).ok().and_then(|mut pairs| pairs.next()) else {
            return false;
        };
        let Some(frame) = self.frames.last_mut().filter(|_| self.call) else {
            // The place of the line that names the creator.
            self.last = line.number;
            return self.created_by.is_some();
        };
        let (mut file, mut number) = (String::new(), String::new());
        for part in parsed.into_inner() {
            match part.as_rule() {
                Rule::file => file = part.as_str().replace(' ', ""),
                Rule::line => number = part.as_str().replace(' ', ""),
                Rule::offset => frame.offset = hex(part.as_str()),
                Rule::register => register(part, frame),
                _ => {}
            }
        }
        if text.split(" +0x").next().is_some_and(|place| place.trim().contains(' ')) {
            out.mend(MendKind::InnerBlank, line.number);
        }
        frame.location = Some(out.name(&format!("{file}:{number}")));
        frame.span = frame.span.to(out.at(line.number));
        self.call = false;
        self.last = line.number;
        true
    }

    fn creator(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) -> Fed {
        let Some(parsed) = Grammar::parse(Rule::created, text).ok().and_then(|mut pairs| pairs.next()) else {
            return Fed::End;
        };
        if text.starts_with('由') {
            out.mend(MendKind::Translated, line.number);
        }
        let creator = parsed.into_inner().find(|part| part.as_rule() == Rule::creator);
        self.created_by = creator.map(|creator| creator.as_str().trim().to_owned());
        self.call = false;
        self.last = line.number;
        Fed::Taken
    }

    fn end(self, session: SessionId, out: &mut Builder) {
        let keys = TaskKeys { number: Some(self.id), session, ..TaskKeys::default() };
        let running = matches!(self.state.as_str(), "running" | "runnable" | "syscall" | "copystack" | "preempted");
        let state = match self.state.as_str() {
            "running" | "runnable" => TaskState::Running,
            _ => TaskState::Sleeping,
        };
        let head = out.at(self.first);
        let created_by = self.created_by.as_deref().map(|creator| out.name(creator));
        out.task(TaskSighting {
            keys: keys.clone(),
            system: Some(System::Go),
            state: Some(state),
            waited: self.waited,
            created_by,
            span: head,
            ..TaskSighting::default()
        });
        if self.frames.is_empty() {
            return;
        }
        let mut frames = self.frames;
        let mut printed = Frame::new(out.name(&format!("[{}]", self.state)), head);
        printed.reliability = Reliability::Printed;
        frames.insert(0, printed);
        let span = out.span(self.first, self.last);
        out.stack(StackSighting {
            task: keys,
            dialect: NAME,
            system: System::Go,
            kind: StackKind::Backtrace,
            frames,
            registers: Vec::new(),
            span,
            cut: self.cut,
            running: running && self.state != "syscall",
            time: None,
        });
    }
}

fn register(part: Pair<'_, Rule>, frame: &mut Frame) {
    let mut parts = part.into_inner();
    if let (Some(name), Some(value)) = (parts.next(), parts.next()) {
        match name.as_str() {
            "pc" => frame.address = hex(value.as_str()),
            "fp" => frame.pointer = hex(value.as_str()),
            _ => {}
        }
    }
}

/// Reads a call: everything up to the last pair of parentheses is the function.
fn call(text: &str, line: &Line<'_>, out: &mut Builder) -> Option<Frame> {
    let inside = text.strip_suffix(')')?;
    let open = matching_parenthesis(inside)?;
    let (function, list) = (inside[..open].trim(), &inside[open + 1..]);
    // Prose with a remark in parentheses has blanks before it; functions have none.
    if function.is_empty() || function.contains(' ') || !(function.contains('.') || function == "panic") {
        return None;
    }
    let mut frame = Frame::new(out.name(function), out.at(line.number));
    if list.contains(|c: char| !c.is_ascii()) || function.contains(|c: char| !c.is_ascii() && c != '·') {
        out.mend(MendKind::Translated, line.number);
    }
    if let Some(parsed) = Grammar::parse(Rule::arguments, list).ok().and_then(|mut pairs| pairs.next()) {
        for part in parsed.into_inner().filter(|part| part.as_rule() == Rule::argument) {
            frame.arguments.push(argument(part.as_str(), line, out));
        }
    }
    Some(frame)
}

/// Where the parenthesis opens that closes behind the text.
fn matching_parenthesis(inside: &str) -> Option<usize> {
    let mut depth = 1;
    for (at, byte) in inside.bytes().enumerate().rev() {
        match byte {
            b')' => depth += 1,
            b'(' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// An argument: a word; `?` behind it says that it may be stale, then it is no number to rely on.
fn argument(text: &str, line: &Line<'_>, out: &mut Builder) -> Argument {
    let plain = text.trim().trim_matches(['{', '}']);
    let joined = plain.replace(' ', "");
    if joined != plain {
        out.mend(MendKind::InnerBlank, line.number);
    }
    let number = joined.strip_prefix("0x").filter(|_| !joined.ends_with('?')).and_then(hex);
    Argument { name: None, text: out.name(&joined), number, symbol: None, symbol_offset: 0 }
}

fn hex(text: &str) -> Option<u64> {
    u64::from_str_radix(text.trim_start_matches("0x"), 16).ok()
}
