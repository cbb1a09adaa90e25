//! CPython's faulthandler: `dump_traceback`, `dump_traceback_later`, `register(SIGUSR1)` and fatal errors.
//!
//! ```text
//! Thread 0x00007fc59ffff6c0 (most recent call first):
//!   File "/opt/bankd/hang.py", line 6 in move
//! ```
//!
//! `py-bt` of gdb prints nearly the same, with source lines. The base name of the file is read as the module of a frame. Source of the format: `_Py_DumpTracebackThreads()` in
//! `Python/traceback.c` of CPython.

use crate::block::hex;
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::shell::base_name;
use crate::text::shell::is_mark_of_elision;
use crate::text::{Context, Line};
use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;
use stacklore_model::{
    Frame, Listing, ListingOf, MendKind, Name, SessionId, StackSighting, System, TaskKeys, TaskSighting,
};
use std::collections::BTreeSet;

#[derive(Parser)]
#[grammar = "faulthandler/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct Faulthandler;

const NAME: &str = "faulthandler";

/// The end of every head.
const MARK: &str = "(most recent call first):";

impl Dialect for Faulthandler {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &[MARK]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<FaulthandlerReader>::default()
    }
}

#[derive(Default)]
struct FaulthandlerReader {
    session: SessionId,
    /// Threads of the dump: one that comes again begins another dump.
    seen: BTreeSet<u64>,
    /// First and last line of the dump.
    listed: Option<(u32, u32)>,
    thread: Option<Thread>,
    elided: bool,
}

struct Thread {
    pthread: Option<u64>,
    /// Thread id, where gdb names it.
    tid: Option<u32>,
    /// Source lines stand below the frames.
    source: bool,
    name: Option<Name>,
    line: u32,
    frames: Vec<Frame>,
    cut: bool,
}

impl Reader for FaulthandlerReader {
    fn opens(&mut self, line: &Line<'_>, _context: &Context<'_>) -> bool {
        line.text.ends_with(MARK) && parse(Rule::thread, line.trimmed()).is_some()
    }

    fn feed(&mut self, line: &Line<'_>, context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        if text.is_empty() {
            return Fed::Passed;
        }
        if let Some(pair) = text.ends_with(MARK).then(|| parse(Rule::thread, text)).flatten() {
            self.end_thread(out);
            self.thread(pair, line.number, context, out);
        } else if let Some(pair) = text.starts_with("File ").then(|| parse(Rule::frame, text)).flatten() {
            let frame = frame(pair, line.number, context.is_torn(line.number), out);
            match &mut self.thread {
                Some(thread) => thread.frames.push(frame),
                None => return Fed::End,
            }
        } else if is_mark_of_elision(text) {
            // More than 100 frames or threads.
            self.elided |= text.len() == line.text.len();
            self.thread.iter_mut().for_each(|thread| thread.cut = true);
        } else if !matches!(text, "<no Python frame>" | "<tstate is freed>") && !self.is_source(line) {
            return Fed::End;
        }
        self.listed.iter_mut().for_each(|(_, last)| *last = line.number);
        Fed::Taken
    }

    fn sees_elisions(&self) -> bool {
        true
    }

    fn close(&mut self, out: &mut Builder) {
        self.end_dump(out);
    }
}

impl FaulthandlerReader {
    /// What py-bt prints between the frames: source lines, and calls of built-in functions.
    fn is_source(&self, line: &Line<'_>) -> bool {
        let text = line.trimmed();
        self.thread.as_ref().is_some_and(|thread| thread.source)
            && (line.text.starts_with("    ")
                || text.starts_with("<built-in ")
                // A page may have lost the brackets.
                || text.starts_with("built-in ")
                || text.starts_with("(frame information"))
    }

    fn thread(&mut self, pair: Pair<'_, Rule>, line: u32, context: &Context<'_>, out: &mut Builder) {
        let mut thread =
            Thread { pthread: None, tid: None, source: false, name: None, line, frames: Vec::new(), cut: false };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::address => thread.pthread = hex(part.as_str()),
                Rule::name => thread.name = Some(out.name(part.as_str())),
                Rule::traceback => {
                    thread.source = true;
                    // `thread apply all py-bt`: gdb names the thread just above.
                    let above = context.before(line, 2).map(|(_, text)| text).unwrap_or_default();
                    let digits = above.split_once("(LWP ").and_then(|(_, rest)| rest.split_once(')'));
                    thread.tid = digits.and_then(|(digits, _)| digits.parse().ok());
                }
                _ => {}
            }
        }
        // Without an id it is the stack of one thread only.
        if thread.pthread.is_none_or(|id| self.seen.contains(&id)) {
            self.end_dump(out);
        }
        if self.session == SessionId::default() {
            self.session = out.session();
        }
        if let Some(id) = thread.pthread {
            self.seen.insert(id);
            self.listed = self.listed.or(Some((line, line)));
        }
        self.thread = Some(thread);
    }

    fn end_thread(&mut self, out: &mut Builder) {
        let Some(thread) = self.thread.take() else { return };
        let (pthread, tid) = (thread.pthread, thread.tid);
        let keys = TaskKeys { pthread, tid, session: self.session, ..TaskKeys::default() };
        let last = thread.frames.last().map_or(thread.line, |frame| frame.span.last);
        let span = out.span(thread.line, last);
        if thread.pthread.is_some() {
            out.task(TaskSighting {
                keys: keys.clone(),
                name: thread.name,
                system: Some(System::Python),
                span: out.at(thread.line),
                ..TaskSighting::default()
            });
        }
        out.stack(StackSighting {
            cut: thread.cut,
            ..StackSighting::new(keys, NAME, System::Python, thread.frames, span)
        });
    }

    fn end_dump(&mut self, out: &mut Builder) {
        self.end_thread(out);
        if let (Some((first, last)), false) = (self.listed.take(), self.elided) {
            let span = out.span(first, last);
            out.listing(Listing { of: ListingOf::ThreadsOfSession(self.session), stacks: true, span });
        }
        *self = FaulthandlerReader::default();
    }
}

fn parse(rule: Rule, text: &str) -> Option<Pair<'_, Rule>> {
    Grammar::parse(rule, text).ok()?.next()
}

fn frame(pair: Pair<'_, Rule>, line: u32, cut: bool, out: &mut Builder) -> Frame {
    let mut frame = Frame::new(out.name("??"), out.at(line));
    let mut file = "";
    if pair.as_str().trim_end().ends_with(" in") {
        // A page took `<module>` for a tag, or the text ends here.
        if !cut {
            out.mend(MendKind::LostAngle, line);
            frame.symbol = out.name("<module>");
        }
    }
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::file => {
                file = part.as_str();
                frame.module = Some(out.name(base_name(file)));
            }
            Rule::number => frame.location = Some(out.name(&format!("{file}:{}", part.as_str()))),
            Rule::function => frame.symbol = out.name(part.as_str().trim()),
            _ => {}
        }
    }
    frame
}

#[cfg(test)]
mod tests {
    use crate::driver::read;
    use stacklore_model::{Document, ListingOf, Reading, SourceId};

    fn reading(text: &str) -> Reading {
        read(SourceId(0), &Document::from_text("x", text))
    }

    fn stacks(reading: &Reading) -> Vec<(Option<u64>, bool, String)> {
        let frames = |s: &stacklore_model::StackSighting| {
            s.frames.iter().map(|f| f.symbol.to_string()).collect::<Vec<_>>().join(" ")
        };
        reading.stacks.iter().map(|s| (s.task.pthread, s.cut, frames(s))).collect()
    }

    #[test]
    fn two_dumps_of_one_process() {
        let dump = "Timeout (0:00:02)!\nThread 0x00007fc5 [Thread-1 (f)] (most recent call first):\n  \
                    File \"/usr/lib/python3.13/threading.py\", line 982 in wait\n  File \"a b.py\", line 6 in <lambda>\n\n\
                    Current thread 0x00007fc6 (most recent call first):\n  File \"hang.py\", line ??? in <module>\n";
        let reading = reading(&format!("{dump}{dump}"));
        let once = [(Some(0x7fc5), false, "wait <lambda>".to_owned()), (Some(0x7fc6), false, "<module>".to_owned())];
        assert_eq!(stacks(&reading), [once.clone(), once].concat());
        let frame = &reading.stacks[0].frames[0];
        let place = "/usr/lib/python3.13/threading.py:982";
        assert_eq!((frame.module.as_deref(), frame.location.as_deref()), (Some("threading.py"), Some(place)));
        assert_eq!(reading.tasks[0].name.as_deref(), Some("Thread-1 (f)"));
        let listed: Vec<_> = reading.listings.iter().map(|l| l.of.clone()).collect();
        let sessions =
            [reading.stacks[0].task.session, reading.stacks[2].task.session].map(ListingOf::ThreadsOfSession);
        assert_eq!(listed, sessions);
        assert_ne!(sessions[0], sessions[1]);
    }

    #[test]
    fn damaged_and_cut_text() {
        let text = "> Thread 0x00007fc5 (most recent call first):\n> File \u{201c}a.py\u{201d}, line 6 in f\n>   ...\n> ...\n\
                    > Stack (most recent call first):\n>   File \"b.py\", line 1 in g\n> The end\n";
        let reading = reading(text);
        assert_eq!(stacks(&reading), [(Some(0x7fc5), true, "f".to_owned()), (None, false, "g".to_owned())]);
        assert!(reading.listings.is_empty());
    }

    #[test]
    fn threads_of_py_bt() {
        let text = "(gdb) thread apply all py-bt\n\nThread 2 (Thread 0x7f98bb57f6c0 (LWP 35) \"worker\"):\nTraceback (most recent call first):\n  \
                    <built-in method acquire of _thread.lock object at remote 0x7f98>\n  File \"/usr/lib/python3.11/threading.py\", line 327, in wait\n    \
                    waiter.acquire()\n  File \"bank.py\", line 6, in move\n    ledger.wait()\n\nThread 1 (Thread 0x7f98bb580740 (LWP 31)):\n\
                    Traceback (most recent call first):\n  File \"bank.py\", line 9, in <module>\n    main()\n";
        let reading = reading(text);
        let python: Vec<_> = reading.stacks.iter().filter(|s| s.dialect == "faulthandler").collect();
        let seen: Vec<_> = python
            .iter()
            .map(|s| (s.task.tid, s.frames.iter().map(|f| f.symbol.to_string()).collect::<Vec<_>>().join(" ")))
            .collect();
        assert_eq!(seen, [(Some(35), "wait move".to_owned()), (Some(31), "<module>".to_owned())]);
    }

    #[test]
    fn exceptions_are_no_dumps() {
        let text = "Traceback (most recent call last):\n  File \"x.py\", line 3, in f\n    g()\nValueError: (most recent call first):\n";
        assert!(reading(text).dialects.is_empty());
    }
}
