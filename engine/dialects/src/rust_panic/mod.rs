//! Backtraces of Rust: of a panic, and of errors that carry one:
//!
//! ```text
//! thread 'booker' (19470) panicked at src/main.rs:2:72:
//! index out of bounds: the len is 2 but the index is 7
//! stack backtrace:
//!    6: bank::book
//!              at ./src/main.rs:2:72
//! ```
//!
//! A panic is over when it is printed: its thread does not wait. Source of the format: `library/std/src/panicking.rs`
//! and `library/std/src/sys/backtrace.rs`.

use crate::block::{self, Block};
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Context, Line};
use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;
use stacklore_model::{SessionId, System, TaskKeys, TaskSighting};

#[derive(Parser)]
#[grammar = "rust_panic/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct RustPanic;

const NAME: &str = "rust-panic";

impl Dialect for RustPanic {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["panicked at ", "tack backtrace:"]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<RustPanicReader>::default()
    }
}

#[derive(Default)]
struct RustPanicReader {
    /// The thread that panicked, and the line that says so: its message stands between that and the backtrace.
    panicked: Option<(TaskKeys, u32)>,
    block: Option<Block>,
}

/// No message of a panic is longer; its lines may be anything, and others may have them.
const MESSAGE: u32 = 40;

impl Reader for RustPanicReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        let text = line.trimmed();
        if text.eq_ignore_ascii_case("stack backtrace:") {
            let next = context.after(line.number);
            let next = next.trim_start();
            return parse(Rule::frame, next.trim_end()).is_some();
        }
        text.starts_with("thread '") && parse(Rule::panic, text).is_some()
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        if let Some(found) = text.starts_with("thread '").then(|| parse(Rule::panic, text)).flatten() {
            self.end(out);
            self.panicked(found, line.number, out);
            return Fed::Taken;
        }
        if text.eq_ignore_ascii_case("stack backtrace:") {
            self.end(out);
            let of = self.panicked.take().filter(|(_, panic)| line.number <= panic + MESSAGE);
            self.block = Some(Block::over(of.map(|(task, _)| task).unwrap_or_default(), line.number));
            return Fed::Taken;
        }
        let Some(block) = &mut self.block else { return Fed::End };
        if let Some(found) = text.starts_with("at ").then(|| parse(Rule::place, text)).flatten() {
            let file = found.into_inner().find(|part| part.as_rule() == Rule::file);
            if let (Some(frame), Some(file)) = (block.frames.last_mut(), file) {
                frame.location = Some(out.name(file.as_str()));
            }
            return Fed::Taken;
        }
        if let Some(found) = text.starts_with(|c: char| c.is_ascii_digit()).then(|| parse(Rule::frame, text)).flatten()
        {
            let mut frame = block::frame("", line.number, out);
            for part in found.into_inner() {
                match part.as_rule() {
                    Rule::pc => frame.address = block::hex(part.as_str()),
                    Rule::function if part.as_str() != "<unknown>" => frame.symbol = out.name(function(part.as_str())),
                    _ => {}
                }
            }
            block.frames.push(frame);
            return Fed::Taken;
        }
        Fed::End
    }

    fn close(&mut self, out: &mut Builder) {
        self.end(out);
    }
}

impl RustPanicReader {
    fn panicked(&mut self, found: Pair<'_, Rule>, line: u32, out: &mut Builder) {
        let (mut name, mut tid) = (None, None);
        for part in found.into_inner() {
            match part.as_rule() {
                Rule::name => name = Some(out.name(part.as_str())),
                Rule::number => tid = part.as_str().parse().ok(),
                _ => {}
            }
        }
        // A name alone is no identity: each panic is of a thread of its own.
        let session = if tid.is_none() { out.session() } else { SessionId::default() };
        let keys = TaskKeys { tid, number: tid.is_none().then_some(1), session, ..TaskKeys::default() };
        self.panicked = Some((keys.clone(), line));
        let span = out.at(line);
        out.task(TaskSighting { keys, name, system: Some(System::User), span, ..TaskSighting::default() });
    }

    fn end(&mut self, out: &mut Builder) {
        if let Some(block) = self.block.take() {
            block.finish(NAME, System::User, out);
        }
    }
}

/// A function without the hash at its end: `bank::book::h0123456789abcdef`.
fn function(text: &str) -> &str {
    match text.rsplit_once("::h") {
        Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => name,
        _ => text,
    }
}

fn parse(rule: Rule, text: &str) -> Option<Pair<'_, Rule>> {
    Grammar::parse(rule, text).ok()?.next()
}

#[cfg(test)]
mod tests {
    use crate::driver::read;
    use stacklore_model::{Document, SourceId};

    #[test]
    fn panics_with_and_without_ids() {
        let text = "thread 'booker' (194) panicked at src/main.rs:2:72:\nindex out of bounds\nstack backtrace:\n   \
            0: __rustc::rust_begin_unwind\n             at /rustc/1/library/std/src/panicking.rs:689:5\n   \
            1: <usize as core::slice::index::SliceIndex<[T]>>::index\n   2:     0x55a9501fcc8a - bank::book::h0123456789abcdef\n\
            note: Some details are omitted\nthread 'main' panicked at 'oops', src/main.rs:1:2\nstack backtrace:\n   0: f\n   \
            1: <unknown>\n\nError: no ledger\n\nStack backtrace:\n   0: anyhow::error\n             at ./a b.rs:3\n   1: main\n";
        let reading = read(SourceId(0), &Document::from_text("x", text));
        let seen: Vec<_> = reading
            .stacks
            .iter()
            .map(|s| {
                let frames: Vec<_> = s.frames.iter().map(|f| f.symbol.to_string()).collect();
                (s.task.tid, s.running, frames.join(" "))
            })
            .collect();
        let index = "<usize as core::slice::index::SliceIndex<[T]>>::index";
        assert_eq!(
            seen,
            [
                (Some(194), true, format!("__rustc::rust_begin_unwind {index} bank::book")),
                (None, true, "f ??".to_owned()),
                (None, true, "anyhow::error main".to_owned())
            ]
        );
        assert_eq!(reading.stacks[2].frames[0].location.as_deref(), Some("./a b.rs:3"));
        let names: Vec<_> = reading.tasks.iter().filter_map(|t| t.name.as_deref()).collect();
        assert_eq!(names, ["booker", "main"]);
    }

    #[test]
    fn a_panic_without_backtrace_takes_nothing_else() {
        let text = "thread 'main' panicked at src/main.rs:1:2:\noops\nnote: run with `RUST_BACKTRACE=1`\n#0  0x01 in f () at a.c:1\n#1  0x02 in main () at a.c:2\n";
        let reading = read(SourceId(0), &Document::from_text("x", text));
        assert_eq!(reading.stacks.len(), 1);
        assert_eq!(reading.stacks[0].dialect, "gdb");
    }
}
