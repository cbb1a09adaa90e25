//! `/proc/PID/stack`:
//!
//! ```text
//! # cat /proc/1528591/stack
//! [<0>] do_wait+0x156/0x2f0
//! [<0>] kernel_wait4+0x8d/0x140
//! ```
//!
//! The kernel prints one line per frame, innermost first, and leaves out every function of its scheduler section: the
//! first line is the *caller* of the lock function. The task is told by what stands before: the path in the command,
//! a `==> path <==` header, a `grep -H` prefix, or a line of a loop (`PID 103 (cli_ab)`).
//! Source of the format: `proc_pid_stack()` in `fs/proc/base.c`.

mod header;

use crate::block::hex;
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Context, Line};
use header::Header;
use pest::Parser;
use pest_derive::Parser;
use stacklore_model::{Frame, MendKind, StackSighting, System, TaskSighting};

#[derive(Parser)]
#[grammar = "proc_stack/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct ProcStack;

const NAME: &str = "proc-stack";

impl Dialect for ProcStack {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["[<0>]", "[<fff", "[<c0", "[<80", "[<000", "[< ", "[<(", "[<>]", "[ffff", "[0] ", "[] "]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<ProcStackReader>::default()
    }
}

/// The stack that is being read.
#[derive(Default)]
struct ProcStackReader {
    header: Header,
    frames: Vec<Frame>,
    ended: bool,
    cut: bool,
    torn: bool,
}

/// A line of the file.
enum Printed {
    Frame(Box<Frame>),
    End,
}

impl Reader for ProcStackReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        let console = line.prefix.time.is_some() || line.prefix.kernel || in_call_trace(line, context);
        if console || !line.trimmed().starts_with('[') || !is_frame(line.head()) {
            return false;
        }
        // Nothing begins in the line in which a text is cut, right behind a frame of another dialect.
        if context.is_torn(line.number) && context.before(line.number, 1).is_some_and(|(_, above)| is_frame(&above)) {
            return false;
        }
        self.header = Header::of(line, context);
        true
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        if line.is_blank() {
            return Fed::End;
        }
        if line.prefix.path != self.header.path {
            return Fed::End;
        }
        // The kernel prints nothing after its end mark or an entry mark: what follows is another task's.
        if self.ended {
            return Fed::End;
        }
        match read(line, out) {
            Some(Printed::End) => self.ended = true,
            // A kernel prints addresses or hides them: other marks are of another text.
            Some(Printed::Frame(frame)) if self.is_marked_otherwise(&frame) => return Fed::End,
            Some(Printed::Frame(frame)) => {
                self.cut = frame.offset.is_none() && frame.address.is_none();
                self.frames.push(*frame);
                self.ended = line.head().len() < line.text.len();
            }
            // The mark of a frame without a frame behind it: the stack goes on, with a hole.
            None if is_torn(line) => {
                out.unclear(line.number, "a frame of which the function cannot be read");
                self.torn = true;
            }
            None => return Fed::End,
        }
        Fed::Taken
    }

    fn close(&mut self, out: &mut Builder) {
        let read = std::mem::take(self);
        let (Some(first), Some(last)) = (read.frames.first(), read.frames.last()) else { return };
        let from = read.header.line.unwrap_or(first.span.first);
        let span = out.span(from, last.span.last);
        let name = read.header.name.as_deref().map(|name| out.name(name));
        if !read.header.task.is_anonymous() || name.is_some() {
            out.task(TaskSighting {
                keys: read.header.task.clone(),
                name,
                system: Some(System::Linux),
                span: out.at(from),
                ..TaskSighting::default()
            });
        }
        out.stack(StackSighting {
            cut: read.cut || read.torn,
            ..StackSighting::new(read.header.task, NAME, System::Linux, read.frames, span)
        });
    }
}

impl ProcStackReader {
    fn is_marked_otherwise(&self, frame: &Frame) -> bool {
        let named = |frame: &Frame| &*frame.symbol != "??";
        let last = self.frames.last().filter(|last| named(last) && named(frame));
        last.is_some_and(|last| last.address.is_some() != frame.address.is_some())
    }
}

/// Whether a console's call trace stands just before: kernels up to 4.9 print its frames in the same form.
fn in_call_trace(line: &Line<'_>, context: &Context<'_>) -> bool {
    context.before(line.number, 2).is_some_and(|(_, text)| text.to_ascii_lowercase().contains("call trace:"))
}

/// Whether a line begins like a frame of this file, and is none. (A doubtful frame of a console is one of another form.)
fn is_torn(line: &Line<'_>) -> bool {
    line.trimmed().starts_with("[<") && !line.text.contains(" ? ")
}

fn is_frame(text: &str) -> bool {
    Grammar::parse(Rule::frame, text).is_ok()
}

/// Reads a line of the file; notes what was mended in it.
fn read(line: &Line<'_>, out: &mut Builder) -> Option<Printed> {
    let head = line.head();
    let parsed = Grammar::parse(Rule::frame, head).ok()?.next()?;
    let mut frame = Frame::new(out.name(""), out.at(line.number));
    for part in parsed.into_inner() {
        match part.as_rule() {
            Rule::mark => {
                for mark in part.into_inner() {
                    if mark.as_rule() == Rule::lost {
                        out.mend(MendKind::LostAngle, line.number);
                    } else if mark.as_str().contains("< ") {
                        out.mend(MendKind::InnerBlank, line.number);
                    }
                    let digits = mark.as_str().trim_matches(['[', '<', '>', ']', ' ']);
                    frame.address = u64::from_str_radix(digits, 16).ok().filter(|address| *address != 0);
                }
            }
            Rule::bare => {
                let address = hex(part.as_str())?;
                if address == u64::MAX || address == u64::from(u32::MAX) {
                    glued(line, head, out);
                    return Some(Printed::End);
                }
                frame.symbol = out.name("??");
                frame.address = Some(address);
            }
            Rule::place => place(part, line, &mut frame, out),
            Rule::module => {
                frame.module = part.into_inner().next().map(|module| out.name(module.as_str()));
            }
            // Prose after a frame was cut off before; anything else is no line of this file.
            Rule::rest if !part.as_str().trim().is_empty() && !is_comment(part.as_str()) => return None,
            _ => {}
        }
    }
    glued(line, head, out);
    Some(Printed::Frame(Box::new(frame)))
}

fn place(part: pest::iterators::Pair<'_, Rule>, line: &Line<'_>, frame: &mut Frame, out: &mut Builder) {
    for part in part.into_inner() {
        match part.as_rule() {
            Rule::symbol => frame.symbol = out.name(part.as_str()),
            Rule::offset => frame.offset = hex(part.as_str()),
            Rule::glued => {
                out.mend(MendKind::LostPlus, line.number);
                frame.offset = hex(part.as_str());
            }
            Rule::size => frame.size = hex(part.as_str()),
            _ => {}
        }
    }
}

/// A remark that the author of a ticket put behind a frame.
fn is_comment(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("//") || text.starts_with('#') || text.starts_with("<-") || text.starts_with("--")
}

fn glued(line: &Line<'_>, head: &str, out: &mut Builder) {
    if head.len() < line.text.len() {
        out.mend(MendKind::GluedProse, line.number);
    }
}
