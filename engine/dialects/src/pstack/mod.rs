//! pstack(1) of Solaris and illumos: the user stacks of a process or of a core.
//!
//! ```text
//! 83950:  /usr/lib/autofs/automountd
//! -----------------  lwp# 2 / thread# 2  --------------------
//!  feee3f47 lwp_park (0, 0, 0)
//!  feedd9a0 mutex_lock_impl (80d1e20, 0) + f1
//! ```
//!
//! Source of the format: `print_frame()` and `thr_stack()` in `usr/src/cmd/ptools/pstack/pstack.c` of illumos-gate.
//! pstack of Linux prints what gdb prints and belongs to that dialect.

use crate::block::hex;
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Context, Line};
use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;
use stacklore_model::{
    Argument, Frame, Listing, ListingOf, MendKind, Name, ProcessSighting, SessionId, StackSighting, System, TaskKeys,
    TaskSighting,
};

#[derive(Parser)]
#[grammar = "pstack/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct Pstack;

const NAME: &str = "pstack";

/// Lines above the first one that shows what it is, in which the head of the process is looked for.
const HEAD: u32 = 64;

impl Dialect for Pstack {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["lwp# ", "thread# ", ") + "]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<PstackReader>::default()
    }
}

#[derive(Default)]
struct PstackReader {
    process: Option<Process>,
    thread: Option<Thread>,
    /// Lines above the one that opened the region.
    missed: Vec<u32>,
    /// A line whose rest stands in the next.
    wrapped: Option<(u32, String)>,
}

struct Process {
    pid: Option<u32>,
    command: String,
    session: SessionId,
    first: u32,
    last: u32,
    /// The threads have separators.
    threads: bool,
    /// One thread was asked for, or the text was cut.
    partial: bool,
}

#[derive(Default)]
struct Thread {
    number: Option<u64>,
    name: Option<String>,
    first: u32,
    frames: Vec<Frame>,
}

/// What a line is.
enum Printed {
    Head { pid: u32, command: String, one: bool },
    Separator { number: Option<u64>, name: Option<String> },
    Frame(Frame),
}

impl Reader for PstackReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        let text = line.trimmed();
        self.missed.clear();
        if text.contains(':') && is(Rule::header, text) {
            // Many lines begin with a number and a colon; the one below tells.
            let below = context.after(line.number);
            return is(Rule::separator, &below) || is(Rule::frame, &below);
        }
        let separator = text.starts_with("----") && is(Rule::separator, text);
        let is_frame = || text.bytes().take(8).all(|byte| byte.is_ascii_hexdigit()) && is(Rule::frame, text);
        if !separator && !is_frame() {
            return false;
        }
        // mdb's frames look like ours: the nearest head is where this process begins.
        let mut head = None;
        let mut last = line.number;
        while let Some((number, text)) = context.before(last, 1).filter(|(number, _)| number + HEAD >= line.number) {
            if is(Rule::header, &text) {
                head = Some(number);
                break;
            }
            if !is_ours(&text) {
                break;
            }
            last = number;
        }
        self.missed = (head.unwrap_or(line.number)..line.number).collect();
        head.is_some() || separator
    }

    fn feed(&mut self, line: &Line<'_>, context: &Context<'_>, out: &mut Builder) -> Fed {
        for number in std::mem::take(&mut self.missed) {
            self.line(&context.plain(number), number, out);
        }
        self.line(&line.text, line.number, out)
    }

    fn close(&mut self, out: &mut Builder) {
        self.end_process(out);
        self.wrapped = None;
    }
}

impl PstackReader {
    fn line(&mut self, text: &str, number: u32, out: &mut Builder) -> Fed {
        let text = text.trim_end_matches('\r');
        let (first, joined) = match self.wrapped.take() {
            Some((first, start)) => {
                out.mend(MendKind::WrappedLine, first);
                (first, format!("{start}{}", text.trim_start()))
            }
            None => (number, text.to_owned()),
        };
        // A long line goes on behind a backslash.
        if let Some(start) = joined.strip_suffix('\\') {
            self.wrapped = Some((first, start.to_owned()));
            return Fed::Taken;
        }
        let trimmed = joined.trim();
        match read(trimmed, out) {
            Some(Printed::Head { pid, command, one }) => self.begin(Some(pid), command, one, first, out),
            Some(Printed::Separator { number: thread, name }) => {
                if self.process.is_none() {
                    self.begin(None, String::new(), true, first, out);
                }
                self.end_thread(out);
                self.process.iter_mut().for_each(|process| process.threads = true);
                self.thread = Some(Thread { number: thread, name, first, frames: Vec::new() });
            }
            Some(Printed::Frame(mut frame)) => {
                frame.span = out.span(first, number);
                self.thread.get_or_insert_with(|| Thread { first, ..Thread::default() }).frames.push(frame);
            }
            None if trimmed.is_empty() || is_remark(trimmed) => return Fed::Passed,
            None => return Fed::End,
        }
        self.process.iter_mut().for_each(|process| process.last = number);
        Fed::Taken
    }

    fn begin(&mut self, pid: Option<u32>, command: String, one: bool, first: u32, out: &mut Builder) {
        self.end_process(out);
        let session = out.session();
        self.process = Some(Process { pid, command, session, first, last: first, threads: false, partial: one });
    }

    fn end_thread(&mut self, out: &mut Builder) {
        let (Some(thread), Some(process)) = (self.thread.take(), &self.process) else { return };
        let keys = TaskKeys {
            pid: process.pid,
            // Numbers of threads begin at 1 in each process; a process without them has one.
            tid: if process.threads { None } else { process.pid },
            number: if process.threads { thread.number } else { None },
            session: process.session,
            ..TaskKeys::default()
        };
        let last = thread.frames.last().map_or(thread.first, |frame| frame.span.last);
        let command = Some(process.command.as_str()).filter(|command| !command.is_empty());
        let name = thread.name.as_deref().or(command).map(|name| out.name(name));
        out.task(TaskSighting {
            keys: keys.clone(),
            name,
            system: Some(System::User),
            span: out.at(thread.first),
            ..TaskSighting::default()
        });
        let span = out.span(thread.first, last);
        out.stack(StackSighting::new(keys, NAME, System::User, thread.frames, span));
    }

    fn end_process(&mut self, out: &mut Builder) {
        self.end_thread(out);
        let Some(process) = self.process.take() else { return };
        let Some(pid) = process.pid else { return };
        let name = Some(out.name(&process.command));
        out.process(ProcessSighting { pid, name, span: out.at(process.first), ..ProcessSighting::default() });
        if !process.partial {
            let span = out.span(process.first, process.last);
            out.listing(Listing { of: ListingOf::ThreadsOf(pid), stacks: true, span });
        }
    }
}

fn is(rule: Rule, text: &str) -> bool {
    Grammar::parse(rule, text.trim()).is_ok()
}

/// Whether a line above the first needle can be pstack's.
fn is_ours(text: &str) -> bool {
    is(Rule::frame, text) || is(Rule::separator, text)
}

/// `--- called from signal handler with signal 18 (SIGCLD) ---`, `** zombie (exited, not detached, not yet joined) **`.
fn is_remark(text: &str) -> bool {
    (text.starts_with("---") && text.ends_with("---") && text.contains("signal"))
        || (text.starts_with("**") && text.ends_with("**"))
        || text.starts_with("pstack: ")
}

fn read(text: &str, out: &mut Builder) -> Option<Printed> {
    if text.starts_with("----") && text.contains('#') {
        return separator(Grammar::parse(Rule::separator, text).ok()?.next()?);
    }
    if let Some(parsed) = Grammar::parse(Rule::frame, text).ok().and_then(|mut pairs| pairs.next()) {
        return Some(Printed::Frame(frame(parsed, out)));
    }
    let (mut pid, mut command) = (None, "");
    for part in Grammar::parse(Rule::header, text).ok()?.next()?.into_inner() {
        match part.as_rule() {
            Rule::pid => pid = part.as_str().parse().ok(),
            Rule::command => command = part.as_str(),
            _ => {}
        }
    }
    let one = text.split_once(':').is_some_and(|(head, _)| head.contains('/') && !head.starts_with("core"));
    Some(Printed::Head { pid: pid?, command: command.to_owned(), one })
}

fn separator(parsed: Pair<'_, Rule>) -> Option<Printed> {
    let (mut number, mut name) = (None, None);
    for part in parsed.into_inner() {
        match part.as_rule() {
            Rule::lwp => number = part.as_str().parse().ok(),
            Rule::thread => number = number.or_else(|| part.as_str().parse().ok()),
            Rule::name => name = Some(part.as_str().to_owned()),
            _ => {}
        }
    }
    Some(Printed::Separator { number, name })
}

fn frame(parsed: Pair<'_, Rule>, out: &mut Builder) -> Frame {
    let mut frame = Frame::new(out.name("??"), out.at(0));
    for part in parsed.into_inner() {
        match part.as_rule() {
            Rule::pc => frame.address = hex(part.as_str()),
            Rule::symbol if !part.as_str().starts_with('?') => frame.symbol = out.name(part.as_str()),
            Rule::java => frame.symbol = out.name(part.as_str().trim_start_matches(['*', ' '])),
            Rule::argument => {
                let text: Name = out.name(part.as_str());
                let number = hex(&text);
                frame.arguments.push(Argument { name: None, text, number, symbol: None, symbol_offset: 0 });
            }
            Rule::offset => frame.offset = hex(part.as_str()),
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

    fn seen(reading: &Reading) -> Vec<(Option<u32>, Option<u64>, String)> {
        let frames = |s: &stacklore_model::StackSighting| {
            s.frames.iter().map(|f| f.symbol.to_string()).collect::<Vec<_>>().join(" < ")
        };
        reading.stacks.iter().map(|s| (s.task.pid, s.task.number, frames(s))).collect()
    }

    #[test]
    fn threads_of_a_process() {
        let text = "core 'core' of 812:\t/usr/bin/bankd -f\n\
                    -----------------  lwp# 1 / thread# 1  --------------------\n \
                    feee3f47 lwp_park (0, 0, 0)\n feedd9a0 mutex_lock_impl (80d1e20, 0) + f1\n \
                    0805133a _start   (1, 8047d8c, 0, \\\n    8047d90) + 1a\n\
                    --------------------- thread# 2 / lwp# 2 [worker] ---------------------\n \
                    feee3f47 __lwp_park (0, 0, 0)\n --- called from signal handler with signal 18 (SIGCLD) ---\n \
                    fb003c2c * java/lang/Object.wait(J)V+0\n fef3a16c ???????? (8067998)\n \
                    feee0001 Bank::move (int, Account&) (8067998, 2) + 12\n";
        let reading = reading(text);
        assert_eq!(
            seen(&reading),
            [
                (Some(812), Some(1), "lwp_park < mutex_lock_impl < _start".to_owned()),
                (
                    Some(812),
                    Some(2),
                    "__lwp_park < java/lang/Object.wait(J)V+0 < ?? < Bank::move (int, Account&)".to_owned()
                )
            ]
        );
        let frame = &reading.stacks[0].frames[1];
        assert_eq!(
            (frame.address, frame.offset, frame.arguments[0].number),
            (Some(0xfeed_d9a0), Some(0xf1), Some(0x80d_1e20))
        );
        assert_eq!(reading.stacks[0].frames[2].arguments.len(), 4);
        assert_eq!(reading.tasks[1].name.as_deref(), Some("worker"));
        assert_eq!(reading.listings.iter().map(|l| l.of.clone()).collect::<Vec<_>>(), [ListingOf::ThreadsOf(812)]);
    }

    #[test]
    fn one_thread_and_what_is_none() {
        let text =
            "# pstack 83950\n83950:  cat\n feee0f35 read     (0, 80632a0, 2000)\n 08051cc5 cat      (806b2c0) + 7e\n";
        assert_eq!(seen(&reading(text)), [(Some(83950), None, "read < cat".to_owned())]);
        for text in ["12: note (a) + b\n", "deadbeef foo (1, 2) + 3\n", "12:30: started (x) + 4\n"] {
            assert!(reading(text).stacks.is_empty(), "{text}");
        }
    }
}
