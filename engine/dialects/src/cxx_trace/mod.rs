//! Backtraces that C and C++ programs print of themselves: glibc's `backtrace_symbols`, Boost.Stacktrace (and
//! `std::stacktrace`), abseil and glog:
//!
//! ```text
//! ./bankd(transfer+0xc)[0x55809a6691c0]
//!  0# bank::move(int) at /src/bank.cpp:12
//!     @     0x55f0c0de1234         64  bank::move()
//! ```
//!
//! They are printed on a failure: the thread runs. Two lines of one form are needed, so that nothing in prose is taken
//! for a stack. Sources: `debug/backtracesyms.c` of glibc, `boost/stacktrace/stacktrace.hpp`,
//! `absl/debugging/internal/examine_stack.cc`.

use crate::block::{self, Block, is_place};
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::shell::base_name;
use crate::text::{Context, Line};
use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;
use stacklore_model::{Frame, System, TaskKeys};

#[derive(Parser)]
#[grammar = "cxx_trace/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct CxxTrace;

const NAME: &str = "cxx-trace";

impl Dialect for CxxTrace {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &[")[0x", ") [0x", " 0# ", "@     0x", "*** SIG"]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<CxxTraceReader>::default()
    }
}

/// The form of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Glibc,
    Boost,
    Abseil,
}

#[derive(Default)]
struct CxxTraceReader {
    block: Option<(Form, Block)>,
    /// Boost's next number.
    next: u32,
}

impl Reader for CxxTraceReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        let text = line.trimmed();
        let Some((form, _)) = form(text) else { return is_signal(text) };
        if form == Form::Boost && !text.starts_with("0# ") {
            return false;
        }
        let near = |other: &str| {
            let other = other.trim();
            self::form(other).is_some_and(|(other, _)| other == form) || (form == Form::Abseil && is_signal(other))
        };
        // Of frames that were glued together each has a neighbour in its line.
        let glued = context.plain(line.number).trim().split_once(text).is_some_and(|(before, after)| {
            near(before) || near(after) || after.split_inclusive(']').next().is_some_and(near)
        });
        // The second line may be cut.
        let next = line.number + 1;
        let torn = || form == Form::Glibc && context.is_torn(next) && context.plain(next).contains("(+0x");
        glued
            || torn()
            || near(&context.after(line.number))
            || context.before(line.number, 1).is_some_and(|(_, before)| near(&before))
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        if is_signal(text) {
            self.end(out);
            return Fed::Taken;
        }
        let Some((form, found)) = form(text) else { return Fed::End };
        let number = found.clone().into_inner().find(|part| part.as_rule() == Rule::number);
        let number = number.and_then(|part| part.as_str().parse().ok()).unwrap_or(0);
        let other = self.block.as_ref().is_some_and(|(open, _)| *open != form);
        if other || (form == Form::Boost && number < self.next) {
            self.end(out);
        }
        if form == Form::Boost && self.block.is_none() && number != 0 {
            return Fed::End;
        }
        let missing = number > self.next;
        self.next = number + 1;
        if text.starts_with("PC: ") {
            // It is the innermost frame, which is printed again.
            return Fed::Taken;
        }
        let frame = frame(form, found, line.number, out);
        let (_, block) = self.block.get_or_insert_with(|| {
            // Nothing names the thread.
            (form, Block::over(TaskKeys::default(), line.number))
        });
        // Frames were left out.
        block.cut |= form == Form::Boost && missing;
        block.frames.push(frame);
        Fed::Taken
    }

    fn close(&mut self, out: &mut Builder) {
        self.end(out);
    }
}

impl CxxTraceReader {
    fn end(&mut self, out: &mut Builder) {
        self.next = 0;
        if let Some((_, block)) = self.block.take() {
            block.finish(NAME, System::User, out);
        }
    }
}

/// The form of a line, with its parts.
fn form(text: &str) -> Option<(Form, Pair<'_, Rule>)> {
    let text = text.trim_end();
    if text.ends_with(']') && text.contains("[0x") && text.contains('(') {
        // The X server numbers such lines: `(EE) 3: /usr/lib/xorg/Xorg (f+0x1) [0x5c]`.
        let text = text.strip_prefix("(EE) ").unwrap_or(text);
        let text = text.split_once(": /").map_or(text, |(number, _)| text.get(number.len() + 2..).unwrap_or(text));
        return Some((Form::Glibc, parse(Rule::glibc, text).filter(|_| !text.contains(" in "))?));
    }
    if text.starts_with('@') || text.starts_with("PC: @") {
        return Some((Form::Abseil, parse(Rule::abseil, text)?));
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) && text.contains("# ") {
        return Some((Form::Boost, parse(Rule::boost, text)?));
    }
    None
}

fn is_signal(text: &str) -> bool {
    text.starts_with("*** SIG") && parse(Rule::signal, text).is_some()
}

fn frame(form: Form, found: Pair<'_, Rule>, line: u32, out: &mut Builder) -> Frame {
    let mut frame = block::frame("", line, out);
    for part in found.into_inner() {
        let text = part.as_str();
        match part.as_rule() {
            Rule::path => frame.module = Some(out.name(base_name(text.trim()))),
            Rule::function => frame.symbol = out.name(text),
            Rule::offset => frame.offset = block::hex(text.trim_start_matches(['+', '-'])),
            Rule::pc => frame.address = block::hex(text),
            Rule::rest if form == Form::Boost => boost(text, &mut frame, out),
            Rule::rest if !text.starts_with("(unknown)") && !text.is_empty() => frame.symbol = out.name(text.trim()),
            _ => {}
        }
    }
    frame
}

/// `bank::move(int) at /src/bank.cpp:12`, `main in ./bankd`, `0x0000558 in ./bankd`
fn boost(text: &str, frame: &mut Frame, out: &mut Builder) {
    let mut text = text.trim();
    if let Some((before, place)) = text.rsplit_once(" at ").filter(|(_, place)| is_place(place)) {
        frame.location = Some(out.name(place));
        text = before;
    } else if let Some((before, module)) = text.rsplit_once(" in ") {
        frame.module = Some(out.name(base_name(module)));
        text = before;
    }
    match text.strip_prefix("0x") {
        Some(digits) => frame.address = block::hex(digits),
        None if !text.is_empty() => frame.symbol = out.name(text),
        None => {}
    }
}

fn parse(rule: Rule, text: &str) -> Option<Pair<'_, Rule>> {
    Grammar::parse(rule, text).ok()?.next()
}

#[cfg(test)]
mod tests {
    use crate::driver::read;
    use stacklore_model::{Document, Reading, SourceId};

    fn reading(text: &str) -> Reading {
        read(SourceId(0), &Document::from_text("x", text))
    }

    fn stacks(text: &str) -> Vec<String> {
        let reading = reading(text);
        assert!(reading.stacks.iter().all(|stack| stack.running && stack.dialect == "cxx-trace"), "{text}");
        let frames = |s: &stacklore_model::StackSighting| {
            s.frames.iter().map(|f| f.symbol.to_string()).collect::<Vec<_>>().join(" ")
        };
        reading.stacks.iter().map(frames).collect()
    }

    #[test]
    fn forms_of_libraries() {
        for (text, expected) in [
            (
                "./bt(+0x118e)[0x55809a66918e]\n/lib/libc.so.6(f+0x3c050) [0x7f4c]\n./bt() [0x40]\n./bt(_ZN1a1bEv+0x1) [0x41]\n",
                "?? f ?? _ZN1a1bEv",
            ),
            (
                "(EE) Backtrace:\n(EE) 0: /usr/lib/xorg/Xorg (xorg_backtrace+0x4d) [0x55]\n(EE) 1: /usr/lib/xorg/Xorg (0x5580+0x1b) [0x56]\n",
                "xorg_backtrace 0x5580",
            ),
            (
                " 0# bank::move(int) at /src/bank.cpp:12\n 1# main in ./bankd\n 2# 0x00005580 in /lib/libc.so.6\n",
                "bank::move(int) main ??",
            ),
            (
                "*** SIGABRT received at time=17 on cpu 3 ***\nPC: @     0x55f0  (unknown)  raise\n    @     0x55f0         64  bank::move()\n    @     0x55f1  (unknown)  (unknown)\n    @ 0x55f2 main\n",
                "bank::move() ?? main",
            ),
        ] {
            assert_eq!(stacks(text), [expected], "{text}");
        }
    }

    #[test]
    fn other_lines_are_none() {
        for text in [
            "see f(x) [0x12] here\nand g(y)\n",
            " 0# a heading\n some text\n",
            "mail me @     0x55f0  please\n",
            "    Foo (libc.so.6 + 0x12) [0x1]\n",
        ] {
            assert!(reading(text).stacks.is_empty(), "{text}");
        }
    }
}
