//! FreeBSD's `procstat -kk` and `procstat -k`: the kernel stack of a thread on one line.
//!
//! ```text
//!   PID    TID COMM                TDNAME              KSTACK
//!  1741 100543 zfs                 -                   mi_switch+0xe1 sleepq_wait+0x2c _sx_xlock_hard+0x4a6
//! ```
//!
//! Source of the format: `procstat_kstack()` in `usr.bin/procstat/procstat_kstack.c` of FreeBSD.

use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::shell::shows_all;
use crate::text::{Context, Line};
use pest::Parser;
use pest_derive::Parser;
use stacklore_model::{Frame, Listing, ListingOf, MendKind, StackSighting, System, TaskKeys, TaskSighting, TaskState};

#[derive(Parser)]
#[grammar = "procstat/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct Procstat;

const NAME: &str = "procstat";

impl Dialect for Procstat {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["KSTACK"]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<ProcstatReader>::default()
    }
}

#[derive(Default)]
struct ProcstatReader {
    /// Columns at which the thread's name and its stack begin, in bytes.
    columns: (usize, usize),
    /// The row that is being read: a terminal may have wrapped it.
    row: Option<Row>,
    listed: Option<(u32, u32)>,
    /// The command shows every thread of the machine.
    all: bool,
}

struct Row {
    keys: TaskKeys,
    name: String,
    stack: String,
    first: u32,
    last: u32,
}

impl Reader for ProcstatReader {
    fn opens(&mut self, line: &Line<'_>, _context: &Context<'_>) -> bool {
        line.text.ends_with("KSTACK") && Grammar::parse(Rule::header, line.trimmed()).is_ok()
    }

    fn feed(&mut self, line: &Line<'_>, context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        if text.ends_with("KSTACK") && Grammar::parse(Rule::header, text).is_ok() {
            self.end_row(out);
            let column = |name| line.text.find(name).unwrap_or(0);
            self.columns = (column("TDNAME"), column("KSTACK"));
            self.listed = Some((line.number, line.number));
            let command = context.command_just_before().map(|command| command.text.as_str()).unwrap_or("");
            let every = command.split_whitespace().any(|word| matches!(word, "-akk" | "-kka" | "-ak" | "-ka" | "-a"));
            self.all = command.contains("procstat") && every && shows_all(command);
            return Fed::Taken;
        }
        if text.is_empty() {
            return Fed::Passed;
        }
        if let Some(row) = self.read(line, text) {
            self.end_row(out);
            self.row = Some(row);
        } else if let Some(row) = self.row.as_mut().filter(|_| text.split(' ').all(is_frame)) {
            out.mend(MendKind::WrappedLine, line.number);
            row.stack.push(' ');
            row.stack.push_str(text);
            row.last = line.number;
        } else {
            return Fed::End;
        }
        self.listed.iter_mut().for_each(|(_, last)| *last = line.number);
        Fed::Taken
    }

    fn close(&mut self, out: &mut Builder) {
        self.end_row(out);
        if let (Some((first, last)), true) = (self.listed.take(), self.all) {
            let span = out.span(first, last);
            out.listing(Listing { of: ListingOf::Tasks, stacks: true, span });
        }
    }
}

impl ProcstatReader {
    fn read(&self, line: &Line<'_>, text: &str) -> Option<Row> {
        let pair = Grammar::parse(Rule::row, text).ok()?.next()?;
        let (mut ids, mut rest) = (Vec::new(), "");
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::number => ids.push(part.as_str().parse().ok()?),
                Rule::rest => rest = part.as_str(),
                _ => {}
            }
        }
        let (names, stack) = self.names(&line.text, rest)?;
        Some(Row {
            keys: TaskKeys { pid: ids.first().copied(), tid: ids.get(1).copied(), ..TaskKeys::default() },
            name: names.to_owned(),
            stack: stack.to_owned(),
            first: line.number,
            last: line.number,
        })
    }

    /// The name of the thread and its stack. Names hold blanks: the columns tell where they end, and where the columns
    /// were lost the stack is the frames at the end of the line.
    fn names<'a>(&self, whole: &'a str, rest: &'a str) -> Option<(&'a str, &'a str)> {
        let (name, stack) = self.columns;
        let aligned = whole.get(stack..).zip(whole.get(name..stack)).filter(|(frames, before)| {
            // Where the columns moved, the last word of a name looks like a function without its offset.
            let first_is_frame = !frames.contains("+0x") || frames.split(' ').next().is_some_and(|f| f.contains("+0x"));
            first_is_frame
                && before.ends_with(' ')
                && frames.split(' ').all(|word| is_frame(word) || word == "<running>")
        });
        if let Some((frames, name)) = aligned {
            let name = name.trim();
            let comm = || rest.split("  ").next().unwrap_or("").trim();
            return Some((if matches!(name, "-" | "") { comm() } else { name }, frames.trim()));
        }
        // A page took `<running>` for a tag.
        if whole.len() <= stack
            && let Some(name) = whole.get(name..)
        {
            return Some((name.trim(), ""));
        }
        // Only frames with offsets can be told from the words of a name.
        let at = rest.split(' ').find(|word| (is_frame(word) && word.contains("+0x")) || *word == "<running>")?;
        let start = at.as_ptr() as usize - rest.as_ptr() as usize;
        let names = rest.get(..start)?.trim();
        let name = names.strip_suffix(" -").unwrap_or(names).trim();
        Some((name, rest.get(start..)?.trim()))
    }

    fn end_row(&mut self, out: &mut Builder) {
        let Some(row) = self.row.take() else { return };
        let span = out.span(row.first, row.last);
        // No function is called so: a page took the brackets.
        let running = matches!(row.stack.as_str(), "<running>" | "running");
        let name = Some(out.name(&row.name)).filter(|name| !name.is_empty());
        out.task(TaskSighting {
            keys: row.keys.clone(),
            name,
            system: Some(System::Freebsd),
            state: running.then_some(TaskState::Running),
            span,
            ..TaskSighting::default()
        });
        let frames = row.stack.split(' ').filter(|_| !running).filter_map(|word| frame(word, span, out)).collect();
        // What is no frame is what was left of one.
        let cut = !running && !row.stack.split(' ').all(is_frame);
        out.stack(StackSighting { running, cut, ..StackSighting::new(row.keys, NAME, System::Freebsd, frames, span) });
    }
}

fn is_frame(word: &str) -> bool {
    word.is_empty() || Grammar::parse(Rule::frame, word).is_ok()
}

fn frame(word: &str, span: stacklore_model::Span, out: &mut Builder) -> Option<Frame> {
    let mut frame = Frame::new(out.name("??"), span);
    for part in Grammar::parse(Rule::frame, word).ok()?.next()?.into_inner() {
        match part.as_rule() {
            Rule::symbol => frame.symbol = out.name(part.as_str()),
            Rule::offset => frame.offset = u64::from_str_radix(part.as_str(), 16).ok(),
            _ => {}
        }
    }
    Some(frame)
}

#[cfg(test)]
mod tests {
    use crate::driver::read;
    use stacklore_model::{Document, ListingOf, Reading, SourceId};

    fn reading(text: &str) -> Reading {
        read(SourceId(0), &Document::from_text("x", text))
    }

    fn seen(reading: &Reading) -> Vec<(Option<u32>, Option<u32>, String, String)> {
        let frames = |s: &stacklore_model::StackSighting| {
            s.frames.iter().map(|f| f.symbol.to_string()).collect::<Vec<_>>().join(" ")
        };
        let name = |s: &stacklore_model::StackSighting| {
            reading.tasks.iter().find(|t| t.keys == s.task).and_then(|t| t.name.clone()).unwrap_or_default().to_string()
        };
        reading.stacks.iter().map(|s| (s.task.pid, s.task.tid, name(s), frames(s))).collect()
    }

    #[test]
    fn rows_in_columns() {
        let text = "root@fb:~ # procstat -kk -a\n  PID    TID COMM                TDNAME              KSTACK\n    \
                    0 100000 kernel              swapper             mi_switch+0xe1 fork_exit+0x83\n   \
                    12 100034 intr                swi4: clock (0)     ithread_loop\n 1741 100543 zfs                 \
                    -                   <running>\n 1742 100544 my prog             -                   mi_switch _sx_xlock_hard\n";
        let reading = reading(text);
        let row = |pid, tid, name: &str, frames: &str| (Some(pid), Some(tid), name.to_owned(), frames.to_owned());
        assert_eq!(
            seen(&reading),
            [
                row(0, 100_000, "swapper", "mi_switch fork_exit"),
                row(12, 100_034, "swi4: clock (0)", "ithread_loop"),
                row(1742, 100_544, "my prog", "mi_switch _sx_xlock_hard"),
            ]
        );
        assert_eq!(reading.tasks.len(), 4);
        assert_eq!(reading.stacks[0].frames[0].offset, Some(0xe1));
        assert_eq!(reading.listings.iter().map(|l| l.of.clone()).collect::<Vec<_>>(), [ListingOf::Tasks]);
    }

    #[test]
    fn collapsed_columns_and_wrapped_rows() {
        let text = "PID TID COMM TDNAME KSTACK\n12 100034 intr swi4: clock mi_switch+0xe1 sleepq_wait+0x2c\nsx_xlock+0x1 \
                    fork_exit+0x83\n7 8 no stack here\n";
        let reading = reading(text);
        assert_eq!(
            seen(&reading),
            [(
                Some(12),
                Some(100_034),
                "intr swi4: clock".to_owned(),
                "mi_switch sleepq_wait sx_xlock fork_exit".to_owned()
            )]
        );
        assert!(reading.listings.is_empty());
    }
}
