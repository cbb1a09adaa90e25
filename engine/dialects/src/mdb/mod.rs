//! Solaris and illumos mdb and kmdb: `::findstack [-v]`, `$c`, `$C`, `::stack`, `::stacks`, `::threadlist`, `::ps -t`,
//! `::rwlock`, `::mutex`, `::kgrep | ::whatis`, `::wchaninfo`.
//!
//! ```text
//! > 0xffffffffa69be740::findstack -v
//! stack pointer for thread ffffffffa69be740: fffffe8000a2e570
//! [ fffffe8000a2e570 _resume_from_idle+0xf8() ]
//!   fffffe8000a2e650 turnstile_block+0x80d(0, 0, ffffffff93785580, fffffffffbc039d8, 0, 0)
//! ```
//!
//! [`stack`] reads stacks, [`tables`] the rest. Argument lists wrap at the width of the terminal.
//! Source of the formats: illumos-gate, `findstack.c`, `thread.c`, `sobj.c`, `kgrep.c`.

mod stack;
mod tables;

use crate::block::hex;
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Command, Context, Line, Tool};
use pest_derive::Parser;
use tables::Table;

#[derive(Parser)]
#[grammar = "mdb/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct Mdb;

const NAME: &str = "mdb";

impl Dialect for Mdb {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &[
            "stack pointer for thread",
            " SLEEP ",
            "OWNER/COUNT",
            "TYPE             HELD",
            "TYPE HELD",
            "is in thread",
            " STATE    SOBJ",
            "CMD/LWPID",
            "B011",
            "B101",
            "+0x",
        ]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<MdbReader>::default()
    }
}

#[derive(Default)]
struct MdbReader {
    /// What was typed at mdb's prompt last.
    typed: String,
    typed_at: u32,
    stack: Option<stack::Stack>,
    table: Option<Table>,
    known: tables::Known,
}

impl Reader for MdbReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        if line.prefix.time.is_some() || line.is_blank() {
            return false;
        }
        let after_prompt = context.command().is_some_and(|command| command.tool == Tool::Mdb);
        self.table = Table::opened_by(line, &self.typed, after_prompt);
        if self.table.is_some() {
            return true;
        }
        self.stack = stack::Stack::opened_by(line, context, after_prompt, &self.typed);
        self.stack.is_some()
    }

    fn feed(&mut self, line: &Line<'_>, context: &Context<'_>, out: &mut Builder) -> Fed {
        if let Some(stack) = &mut self.stack {
            match stack.feed(line, out) {
                Fed::End => self.close(out),
                fed => return fed,
            }
            // Stacks of `::walk thread | ::findstack` follow each other.
            self.stack = stack::Stack::opened_by(line, context, false, &self.typed);
            return match &mut self.stack {
                Some(stack) => stack.feed(line, out),
                None => Fed::End,
            };
        }
        let Some(table) = &mut self.table else { return Fed::End };
        table.feed(line, context, &mut self.known, out)
    }

    fn close(&mut self, out: &mut Builder) {
        if let Some(stack) = self.stack.take() {
            self.known.stack(&stack);
            stack.end(out);
        }
        if let Some(table) = self.table.take() {
            table.end(&mut self.known, out);
        }
    }

    fn sees_elisions(&self) -> bool {
        true
    }

    fn command(&mut self, command: &Command, _out: &mut Builder) -> bool {
        if command.tool != Tool::Mdb {
            self.typed.clear();
            return false;
        }
        self.typed.clone_from(&command.text);
        self.typed_at = command.line;
        true
    }

    fn finish(&mut self, out: &mut Builder) {
        self.known.tell(out);
    }
}
