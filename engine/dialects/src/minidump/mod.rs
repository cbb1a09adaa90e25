//! `minidump_stackwalk` (Breakpad, Crashpad, rust-minidump): the threads of a program that crashed:
//!
//! ```text
//! Thread 0 (crashed)
//!  0  libbank.so!bank::move [bank.cc : 12 + 0x5]
//!     rip = 0x00007f3b8c8a9ebc   rsp = 0x00007ffc9a1b2c30
//!     Found by: given as instruction pointer in context
//!  1  libc.so.6 + 0x8febc
//! ```
//!
//! The program died: no rule about hangs speaks of its threads. Source of the format:
//! `src/processor/stackwalk_common.cc` of Breakpad.

use crate::block::{self, Block};
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Context, Line};
use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;
use stacklore_model::{Frame, SessionId, System, TaskKeys, TaskSighting};

#[derive(Parser)]
#[grammar = "minidump/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct Minidump;

const NAME: &str = "minidump";

impl Dialect for Minidump {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["(crashed)", "    Found by: ", "Crash reason:"]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<MinidumpReader>::default()
    }
}

#[derive(Default)]
struct MinidumpReader {
    session: SessionId,
    block: Option<Block>,
}

impl Reader for MinidumpReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        let text = line.trimmed();
        if text.starts_with("Crash reason:") {
            return true;
        }
        let next = context.plain(line.number + 1);
        let next = next.trim();
        text.starts_with("Thread ")
            && text.contains("(crashed)")
            && parse(Rule::thread, text).is_some()
            && next.starts_with("0 ")
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        if text.is_empty() {
            self.end(out);
            return Fed::Passed;
        }
        if let Some(found) = text.starts_with("Thread ").then(|| parse(Rule::thread, text)).flatten() {
            self.end(out);
            self.thread(found, line.number, out);
            return Fed::Taken;
        }
        let head = [
            "Crash ",
            "Process uptime",
            "Operating ",
            "CPU:",
            "GPU:",
            "Crashing instruction",
            "Memory access",
            "No crash",
        ];
        if self.block.is_none() {
            return if head.iter().any(|head| text.starts_with(head)) || line.text.starts_with(' ') {
                Fed::Passed
            } else {
                Fed::End
            };
        }
        if text.starts_with("Found by: ") || text.contains(" = 0x") {
            return Fed::Taken;
        }
        let found = text.starts_with(|c: char| c.is_ascii_digit()).then(|| parse(Rule::frame, text)).flatten();
        let (Some(found), Some(block)) = (found, &mut self.block) else { return Fed::End };
        block.frames.push(frame(found, line.number, out));
        Fed::Taken
    }

    fn close(&mut self, out: &mut Builder) {
        self.end(out);
    }
}

impl MinidumpReader {
    fn thread(&mut self, found: Pair<'_, Rule>, line: u32, out: &mut Builder) {
        let (mut number, mut name, mut rest) = (None, None, String::new());
        for part in found.into_inner() {
            match part.as_rule() {
                Rule::number => number = part.as_str().parse().ok(),
                Rule::name => name = Some(out.name(part.as_str())),
                Rule::rest => part.as_str().clone_into(&mut rest),
                _ => {}
            }
        }
        if self.session == SessionId::default() || number == Some(0) {
            self.session = out.session();
        }
        let tid = rest.split_once("tid: ").and_then(|(_, digits)| block::leading_number(digits));
        let keys = TaskKeys { number, tid, session: self.session, ..TaskKeys::default() };
        let (sighted, span) = (keys.clone(), out.at(line));
        out.task(TaskSighting { keys: sighted, name, system: Some(System::User), span, ..TaskSighting::default() });
        self.block = Some(Block::over(keys, line));
    }

    fn end(&mut self, out: &mut Builder) {
        if let Some(block) = self.block.take() {
            block.finish(NAME, System::User, out);
        }
    }
}

fn frame(found: Pair<'_, Rule>, line: u32, out: &mut Builder) -> Frame {
    let mut frame = block::frame("", line, out);
    let (mut module, mut call) = (None, "");
    for part in found.into_inner() {
        match part.as_rule() {
            Rule::module => module = Some(part.as_str()),
            Rule::call => call = part.as_str().trim(),
            _ => {}
        }
    }
    if let Some((before, place)) = call.strip_suffix(']').and_then(|call| call.rsplit_once(" [")) {
        let mut parts = place.split(" : ");
        if let (Some(file), Some(rest)) = (parts.next(), parts.next()) {
            let digits = rest.split(' ').next().unwrap_or(rest);
            frame.location = Some(out.name(&format!("{file}:{digits}")));
        }
        call = before;
    }
    if let Some((before, digits)) = call.rsplit_once(" + 0x") {
        frame.offset = block::hex(digits);
        call = before;
    }
    match module {
        Some(module) => {
            frame.module = Some(out.name(module));
            frame.symbol = out.name(call);
        }
        // `libc.so.6 + 0x8febc`: the module alone; `0x7f3b8c8a9ebc`: nothing is known.
        None => match call.strip_prefix("0x") {
            Some(digits) => frame.address = block::hex(digits),
            None => frame.module = Some(out.name(call)),
        },
    }
    frame
}

fn parse(rule: Rule, text: &str) -> Option<Pair<'_, Rule>> {
    Grammar::parse(rule, text).ok()?.next()
}

#[cfg(test)]
mod tests {
    use crate::driver::read;
    use stacklore_model::{Document, SourceId};

    #[test]
    fn threads_of_a_crash() {
        let text = "Operating system: Linux\nCPU: amd64\n     4 CPUs\n\nCrash reason:  SIGSEGV\nCrash address: 0x0\n\n\
            Thread 0 (crashed)\n 0  libbank.so!bank::move(int) [bank.cc : 12 + 0x5]\n    rip = 0x00007f3b   rsp = 0x00007ffc\n    \
            Found by: given as instruction pointer in context\n 1  libc.so.6 + 0x8febc\n    rip = 0x01\n    Found by: stack scanning\n\n\
            Thread 1 bookkeeper\n 0  libc.so.6!__poll [poll.c : 29 + 0x5]\n    Found by: x\n 1  0x7f3b8c8a\n\nLoaded modules:\n0x1 - 0x2  bankd\n";
        let reading = read(SourceId(0), &Document::from_text("x", text));
        let seen: Vec<_> = reading
            .stacks
            .iter()
            .map(|s| {
                let frames: Vec<_> = s.frames.iter().map(|f| f.symbol.to_string()).collect();
                (s.task.number, s.running, frames.join(" "))
            })
            .collect();
        assert_eq!(seen, [(Some(0), true, "bank::move(int) ??".to_owned()), (Some(1), true, "__poll ??".to_owned())]);
        assert_eq!(reading.stacks[0].frames[0].location.as_deref(), Some("bank.cc:12"));
        assert_eq!(reading.tasks[1].name.as_deref(), Some("bookkeeper"));
    }
}
