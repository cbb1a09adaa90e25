//! `eu-stack` of elfutils: the stacks of all threads of a process or a core, without arguments.
//!
//! ```text
//! PID 4731 - process
//! TID 4735:
//! #0  0x00007f98bb60912b __GI___lll_lock_wait
//! #1  0x00007f98bb60f482 __pthread_mutex_lock@GLIBC_2.2.5
//! ```
//!
//! Source of the format: `print_frame()` and `thread_callback()` in `src/stack.c` of elfutils.

use crate::block::is_place;
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::shell::is_mark_of_elision;
use crate::text::{Command, Context, Line, Tool};
use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;
use stacklore_model::{Frame, Listing, ListingOf, SessionId, StackSighting, System, TaskKeys, TaskSighting};

#[derive(Parser)]
#[grammar = "eu_stack/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct EuStack;

const NAME: &str = "eu-stack";

impl Dialect for EuStack {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["PID ", "TID "]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<EuStackReader>::default()
    }
}

/// The stack that is being read.
struct Thread {
    tid: u32,
    line: u32,
    frames: Vec<Frame>,
    cut: bool,
}

#[derive(Default)]
struct EuStackReader {
    pid: Option<u32>,
    session: SessionId,
    thread: Option<Thread>,
    /// The threads of the process that are being listed: first and last line, and whether nothing says that some are
    /// left out.
    listed: Option<(u32, u32)>,
    /// Lines were left out just above.
    elided: bool,
    /// The command shows one thread only, or goes through a filter.
    partial: bool,
}

/// A line of eu-stack.
enum Printed {
    Process(u32),
    Thread(u32),
    Frame(Box<Frame>),
}

impl Reader for EuStackReader {
    fn opens(&mut self, line: &Line<'_>, _context: &Context<'_>) -> bool {
        let text = line.trimmed();
        (text.starts_with("PID ") && parse(Rule::process, text).is_some())
            || (text.starts_with("TID ") && parse(Rule::thread, text).is_some())
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        match read(text, line.number, out) {
            Some(Printed::Process(pid)) => self.process(pid, line.number, out),
            Some(Printed::Thread(tid)) => {
                self.end_thread(out);
                if self.session == SessionId::default() {
                    self.session = out.session();
                }
                self.thread = Some(Thread { tid, line: line.number, frames: Vec::new(), cut: false });
            }
            Some(Printed::Frame(frame)) => match &mut self.thread {
                Some(thread) => {
                    self.elided = false;
                    thread.frames.push(*frame);
                }
                None => return Fed::End,
            },
            None => return self.other(text, line, out),
        }
        if let Some((_, last)) = &mut self.listed {
            *last = line.number;
        }
        Fed::Taken
    }

    fn close(&mut self, out: &mut Builder) {
        self.end_process(out);
        self.pid = None;
        self.session = SessionId::default();
    }

    fn sees_elisions(&self) -> bool {
        true
    }

    fn command(&mut self, command: &Command, _out: &mut Builder) -> bool {
        let means = command.tool == Tool::Shell && command.text.contains("eu-stack");
        self.partial = means && command.text.split_whitespace().any(|word| matches!(word, "-1" | "|"));
        means
    }
}

impl EuStackReader {
    /// `-l` prints the head twice: before its map of modules and before the threads.
    fn process(&mut self, pid: u32, line: u32, out: &mut Builder) {
        if self.pid != Some(pid) || self.thread.is_some() {
            self.end_process(out);
            self.session = out.session();
        }
        self.pid = Some(pid);
        self.listed = Some((line, line));
    }

    /// A source line, an error, a module of the map; anything else ends the output.
    fn other(&mut self, text: &str, line: &Line<'_>, out: &mut Builder) -> Fed {
        if text.starts_with("eu-stack: ") {
            if let Some(thread) = &mut self.thread {
                thread.cut = true;
            }
            return Fed::Taken;
        }
        let indented = text.len() < line.text.len();
        if let Some(frame) = self.thread.as_mut().and_then(|thread| thread.frames.last_mut())
            && indented
            && !self.elided
            && frame.location.is_none()
            && is_place(text)
        {
            frame.location = Some(out.name(text));
            return Fed::Taken;
        }
        if self.thread.is_some() && is_mark_of_elision(text) {
            self.elided = true;
            return Fed::Passed;
        }
        // The place of a frame that was left out.
        if std::mem::take(&mut self.elided) && indented && is_place(text) {
            return Fed::Passed;
        }
        let map = self.thread.is_none() && (indented || text.starts_with("0x"));
        if map || text.is_empty() { Fed::Passed } else { Fed::End }
    }

    fn end_thread(&mut self, out: &mut Builder) {
        let Some(thread) = self.thread.take() else { return };
        let keys = TaskKeys { tid: Some(thread.tid), pid: self.pid, session: self.session, ..TaskKeys::default() };
        let last = thread.frames.last().map_or(thread.line, |frame| frame.span.last);
        let span = out.span(thread.line, last);
        out.task(TaskSighting { keys: keys.clone(), span: out.at(thread.line), ..TaskSighting::default() });
        out.stack(StackSighting {
            cut: thread.cut,
            ..StackSighting::new(keys, NAME, System::User, thread.frames, span)
        });
    }

    fn end_process(&mut self, out: &mut Builder) {
        let threads = self.thread.is_some();
        self.end_thread(out);
        let (Some(pid), Some((first, last))) = (self.pid, self.listed.take()) else { return };
        if threads && !self.partial {
            let span = out.span(first, last);
            out.listing(Listing { of: ListingOf::ThreadsOf(pid), stacks: true, span });
        }
    }
}

fn parse(rule: Rule, text: &str) -> Option<Pair<'_, Rule>> {
    Grammar::parse(rule, text).ok()?.next()
}

fn read(text: &str, line: u32, out: &mut Builder) -> Option<Printed> {
    match *text.as_bytes().first()? {
        b'P' => number(parse(Rule::process, text)?).map(Printed::Process),
        b'T' => number(parse(Rule::thread, text)?).map(Printed::Thread),
        b'#' | b'0'..=b'9' => Some(Printed::Frame(Box::new(frame(parse(Rule::frame, text)?, line, out)))),
        _ => None,
    }
}

fn number(pair: Pair<'_, Rule>) -> Option<u32> {
    pair.into_inner().find(|part| part.as_rule() == Rule::number)?.as_str().parse().ok()
}

fn frame(pair: Pair<'_, Rule>, line: u32, out: &mut Builder) -> Frame {
    let mut frame = Frame::new(out.name("??"), out.at(line));
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::pc => frame.address = u64::from_str_radix(part.as_str().trim_start_matches("0x"), 16).ok(),
            Rule::rest => place(part.as_str(), &mut frame, out),
            _ => {}
        }
    }
    frame
}

/// `name - module   file:line:column`, of which each may be missing.
fn place(text: &str, frame: &mut Frame, out: &mut Builder) {
    let mut text = text.trim();
    if let Some((before, place)) = text.rsplit_once("   ").filter(|(_, place)| is_place(place)) {
        frame.location = Some(out.name(place.trim()));
        text = before.trim_end();
    }
    // `- 1` alone: no symbol, no module.
    let (name, module) = match text.rsplit_once(" - ") {
        Some((name, module)) => (name.trim_end(), Some(module)),
        None => (text.strip_prefix("- ").map_or(text, |_| ""), text.strip_prefix("- ")),
    };
    frame.module = module.filter(|module| !module.is_empty()).map(|module| out.name(module));
    if !name.is_empty() {
        frame.symbol = out.name(name.strip_suffix("()").filter(|name| *name == "??").unwrap_or(name));
    }
}

#[cfg(test)]
mod tests {
    use crate::driver::read;
    use stacklore_model::{Document, ListingOf, SourceId};

    #[test]
    fn threads_of_a_process() {
        let text = "PID 47 - process module memory map\n0x0000-0x1000 bankd\n  [f9e2]\nPID 47 - process\nTID 47:\n\
                    #0  0x0000000000001000     poll - /lib/libc.so.6\n    ../poll.c:29:10\n\
                    #1  0x0000000000002000 - 1 main() - /bin/x   a.c:1:2\nTID 48:\n#0  0x0000000000003000\n\
                    eu-stack: dwfl_thread_getframes tid 48 at 0x3000 in x: no matching address range\n";
        let reading = read(SourceId(0), &Document::from_text("x", text));
        let seen: Vec<_> = reading
            .stacks
            .iter()
            .map(|s| (s.task.tid, s.task.pid, s.cut, s.frames.iter().map(|f| f.symbol.to_string()).collect::<Vec<_>>()))
            .collect();
        assert_eq!(
            seen,
            [
                (Some(47), Some(47), false, vec!["poll".to_owned(), "main()".to_owned()]),
                (Some(48), Some(47), true, vec!["??".to_owned()])
            ]
        );
        let places: Vec<_> =
            reading.stacks[0].frames.iter().map(|f| (f.module.as_deref(), f.location.as_deref())).collect();
        assert_eq!(places, [(Some("/lib/libc.so.6"), Some("../poll.c:29:10")), (Some("/bin/x"), Some("a.c:1:2"))]);
        assert_eq!(reading.listings.iter().map(|l| l.of.clone()).collect::<Vec<_>>(), [ListingOf::ThreadsOf(47)]);
    }
}
