//! The crash utility: `bt` in all its options, `foreach`, `ps`, `ps -m`, `runq`, `struct` and `p`, `rd`, `search`,
//! `sys`, `task -R`.
//!
//! ```text
//! crash> bt 103
//! PID: 103      TASK: ffff888006264200  CPU: 1    COMMAND: "cli_ab"
//!  #0 [ffffc90000413a80] __schedule at ffffffff81a5271d
//! ```
//!
//! Every output prints task headers, stacks or members of structures, so one reader follows them all: [`task`] reads
//! headers, [`bt`] stacks, [`structs`] structures, [`memory`] stack words, [`system`] the rest. What belongs together
//! (a waiter and its lock, a word and the stack that it lies on) is joined at the end of the document ([`join`]).
//! Source of the formats: crash-utility/crash, `task.c`, `x86_64.c`, `memory.c`, `symbols.c`.

mod bt;
pub(crate) mod join;
mod memory;
pub(crate) mod structs;
mod system;
mod task;

pub(super) use crate::block::hex;
use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Command, Context, Line, Tool, shell};
use pest_derive::Parser;
use stacklore_model::{Listing, ListingOf, TaskKeys};

#[derive(Parser)]
#[grammar = "crash/grammar.pest"]
pub(super) struct Grammar;

/// The dialect.
pub(crate) struct Crash;

pub(super) const NAME: &str = "crash";
/// Stacks of `bt -t` and `bt -T`: every text address on the stack, stale ones among them.
pub(super) const SCAN: &str = "crash-scan";

impl Dialect for Crash {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &[
            "PID: ",
            "#0 [",
            " #0 ",
            "#1 [",
            "#2 [",
            " [ffff",
            "struct mutex",
            "struct rw_sem",
            "struct ww_mutex",
            "struct semaphore",
            "struct completion",
            "struct rwsem_waiter",
            "struct rt_mutex",
            " = $",
            "RUNQUEUE:",
            "  CPU       TASK",
            "00000:  ffff",
            "0:  ffff",
            "8:  ffff",
            "8: ffff",
            "0: ffff",
            "DUMPFILE:",
            "RELEASE: ",
            "  owner = ",
            "[exception RIP",
            "  list = {",
            "  pid = ",
            " at ffffffff",
            "0xffffffff",
            " (d) ",
            " (D) ",
            " (b) ",
            " (B) ",
            " RU: ",
            " UN: ",
        ]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<CrashReader>::default()
    }
}

/// What the last command asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    /// Words of the command up to a pipe, a redirection or a comment.
    pub(super) words: Vec<String>,
    /// Its output was filtered by a pipe.
    pub(super) filtered: bool,
    pub(super) line: u32,
}

impl Asked {
    fn of(command: &Command) -> Self {
        let text = command.text.split("//").next().unwrap_or("");
        let end = text.find(['|', '>', '!']).unwrap_or(text.len());
        let words = text[..end].split_whitespace().map(str::to_owned).collect();
        Asked { words, filtered: text[end..].contains('|') || text[end..].contains('!'), line: command.line }
    }

    /// The command itself.
    pub(super) fn name(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// Whether one of its options holds this letter.
    pub(super) fn has_option(&self, letter: char) -> bool {
        self.words.iter().skip(1).any(|word| word.strip_prefix('-').is_some_and(|letters| letters.contains(letter)))
    }

    /// Its arguments that are no options.
    pub(super) fn arguments(&self) -> impl Iterator<Item = &str> {
        self.words.iter().skip(1).map(String::as_str).filter(|word| !word.starts_with('-'))
    }
}

/// Which output is being read.
#[derive(Default)]
enum Region {
    #[default]
    None,
    Stack(bt::Stack),
    Struct(structs::Struct),
    Block(system::Block),
    Rows,
}

#[derive(Default)]
struct CrashReader {
    asked: Asked,
    region: Region,
    /// The task of the last header: stack words and structure members that follow are its.
    current: Option<TaskKeys>,
    /// The stack below that header was read: another one without a header is somebody else's.
    shown: bool,
    /// The CPU of the last `CPU n RUNQUEUE` line.
    cpu: Option<u32>,
    found: join::Found,
    /// The output may be elided: nothing may be concluded from what is not there.
    elided: bool,
}

impl Reader for CrashReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        if line.prefix.time.is_some() || line.is_blank() {
            return false;
        }
        let after_crash = context.command().is_some_and(|command| command.tool == Tool::Crash);
        if structs::opens(line.trimmed()) || task::opens(line.trimmed()) {
            return true;
        }
        bt::opens(line)
            || memory::opens(line.trimmed())
            || system::opens(line.trimmed())
            || system::opens_block(line.trimmed(), &context.after(line.number))
            || system::symbol(line.trimmed()).is_some()
            || system::is_other(line.trimmed())
            || (after_crash && self.member_selection() && structs::is_member(line.head()))
            || (!after_crash && context.command().is_none() && structs::is_lock_member(line, context))
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        if is_elision(line.trimmed()) {
            self.elided = true;
            return Fed::Passed;
        }
        if let Some(fed) = self.go_on(line, out) {
            return fed;
        }
        self.end_region(out);
        self.begin(line, out)
    }

    fn close(&mut self, out: &mut Builder) {
        self.end_region(out);
    }

    fn sees_elisions(&self) -> bool {
        true
    }

    fn command(&mut self, command: &Command, out: &mut Builder) -> bool {
        self.list(out);
        self.current = None;
        self.cpu = None;
        self.elided = false;
        if command.tool != Tool::Crash {
            self.asked = Asked::default();
            return false;
        }
        self.asked = Asked::of(command);
        true
    }

    fn finish(&mut self, out: &mut Builder) {
        self.list(out);
        self.found.join(out);
    }
}

impl CrashReader {
    /// Offers the line to the open region; `None` where the region ends before it.
    fn go_on(&mut self, line: &Line<'_>, out: &mut Builder) -> Option<Fed> {
        match &mut self.region {
            Region::Stack(stack) => stack.feed(line, &mut self.found, out),
            Region::Struct(open) => open.feed(line),
            Region::Block(block) => block.row(line).then_some(Fed::Taken),
            Region::Rows | Region::None => None,
        }
    }

    fn begin(&mut self, line: &Line<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        if text.is_empty() {
            return Fed::Passed;
        }
        if let Some(header) = task::Header::read(line) {
            self.header(header, line, out);
            return Fed::Taken;
        }
        if task::row(line, out).is_some() {
            self.region = Region::Rows;
            return Fed::Taken;
        }
        if let Some(open) = structs::Struct::open(line, &self.asked, self.current.clone()) {
            self.region = Region::Struct(open);
            return Fed::Taken;
        }
        if let Some(mut stack) = bt::Stack::headless(line, &self.asked, self.current.clone().filter(|_| !self.shown)) {
            let fed = stack.feed(line, &mut self.found, out);
            self.region = Region::Stack(stack);
            return fed.unwrap_or(Fed::End);
        }
        if memory::read(line, self.current.as_ref(), &mut self.found, out) {
            self.region = Region::Rows;
            return Fed::Taken;
        }
        if let Some((address, name)) = system::symbol(text) {
            self.found.symbol(name, address);
            self.region = Region::Rows;
            return Fed::Taken;
        }
        if text.starts_with("PID: ") {
            let mut block = system::Block::default();
            block.row(line);
            self.region = Region::Block(block);
            return Fed::Taken;
        }
        if system::is_other(text) {
            self.region = Region::Rows;
            return Fed::Taken;
        }
        if system::is_row(text) {
            if let Some(cpu) = system::runqueue(text) {
                self.cpu = Some(cpu);
            }
            system::read(line, out);
            self.region = Region::Rows;
            return Fed::Taken;
        }
        Fed::End
    }

    fn header(&mut self, header: task::Header, line: &Line<'_>, out: &mut Builder) {
        header.tell(self.cpu, &self.asked, line, out);
        self.current = Some(header.keys.clone());
        self.shown = false;
        self.region = if header.queued { Region::Rows } else { Region::Stack(bt::Stack::of(header, &self.asked)) };
    }

    fn end_region(&mut self, out: &mut Builder) {
        match std::mem::take(&mut self.region) {
            Region::Stack(stack) => self.shown |= stack.end(&mut self.found, out),
            Region::Struct(open) => open.end(&mut self.found, out),
            Region::Block(block) => block.end(out),
            Region::Rows | Region::None => {}
        }
    }

    /// Whether the command prints members without a line that names the structure.
    fn member_selection(&self) -> bool {
        let name = self.asked.name();
        name.contains('.') || name == "task" || self.asked.arguments().next().is_some_and(|word| word.contains('.'))
    }

    /// Notes what the output that has just ended lists completely.
    fn list(&mut self, out: &mut Builder) {
        let asked = std::mem::take(&mut self.asked);
        if asked.filtered || self.elided || asked.line == 0 {
            return;
        }
        let span = out.at(asked.line);
        let arguments: Vec<&str> = asked.arguments().collect();
        let mut add = |of, stacks| out.listing(Listing { of, stacks, span });
        match (asked.name(), arguments.as_slice()) {
            ("foreach", ["bt"]) => add(ListingOf::Tasks, true),
            ("foreach", ["UN", "bt"]) => add(ListingOf::BlockedTasks, true),
            ("ps", []) if !asked.words.iter().any(|word| word.starts_with('-')) => add(ListingOf::Tasks, false),
            ("runq", []) if asked.words.len() == 1 => {
                add(ListingOf::Relation("on_cpu"), false);
                add(ListingOf::Relation("run_queue"), false);
            }
            _ => {}
        }
    }
}

/// A line by which an author says that rows were left out.
fn is_elision(text: &str) -> bool {
    shell::is_mark_of_elision(text) || text.starts_with("//省略") || text.starts_with("// 省略")
}
