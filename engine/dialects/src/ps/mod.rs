//! `ps` of procps, busybox, toybox and Solaris, and `top`:
//!
//! ```text
//! # ps aux|grep D
//! USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND
//! root      4790  0.0  0.0      0     0 ?        D    Feb25   0:01 [kworker/1:2]
//! ```
//!
//! The header is learned, rows are cut by the order of its columns, because pages and tickets collapse blanks. Rows
//! whose header was filtered away are read straight after the command only, by the usual layouts.

mod columns;
mod row;
mod typed;

use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::proc_files::state_of_letter;
use crate::text::{Command as Prompted, Context, Line, Tool, shell};
use columns::Column;
use pest_derive::Parser;
pub(crate) use row::name_of_command;
use row::{Named, Row};
use stacklore_model::{Listing, ListingOf, ProcessSighting, TaskKeys, TaskSighting, TaskState};
use std::collections::BTreeMap;
use typed::Typed;

#[derive(Parser)]
#[grammar = "ps/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct Ps;

const NAME: &str = "ps";

impl Dialect for Ps {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["PID ", "PID\t", "LWP ", "TID ", "/ps ", " ps ", "# top", "$ top"]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<PsReader>::default()
    }
}

#[derive(Default)]
struct PsReader {
    /// The command whose output is awaited or read.
    typed: Option<Typed>,
    table: Option<Table>,
}

/// The table being read.
struct Table {
    columns: Vec<Column>,
    /// Its header was printed.
    headed: bool,
    /// Rows are threads, though the only column of ids is `PID` (`top -H`, busybox `ps -T`).
    threads: bool,
    /// Lines were left out by the author.
    elided: bool,
    typed: Typed,
    /// Whether a command is known to have printed it.
    prompted: bool,
    lines: Option<(u32, u32)>,
    rows: u32,
    /// Process 1 was listed: without it a listing is an excerpt.
    first_process: bool,
    /// Branches of the forest above the row: where they begin, whose they are.
    branches: Vec<(usize, u32)>,
    /// Threads seen and threads said to be, by process.
    members: BTreeMap<u32, (u32, Option<u32>)>,
}

impl Reader for PsReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        if line.prefix.time.is_some() || line.is_blank() || line.text.len() > 4096 {
            return false;
        }
        if context.command().is_some_and(|command| command.tool != Tool::Shell) {
            return false;
        }
        let prompted = context.command().is_some() && self.typed.is_some();
        let typed = self.typed.clone().unwrap_or_default();
        let (columns, headed) = match columns::of_header(line.trimmed()) {
            Some(columns) => (named_columns(columns, &typed), true),
            None if prompted && context.command_just_before().is_some() => match layout(line.head(), &typed) {
                Some(columns) => (columns, false),
                None => return false,
            },
            None => return false,
        };
        let threads = (typed.threads || above_are_threads(line.number, context)) && !columns.contains(&Column::Tid);
        self.table = Some(Table {
            columns,
            headed,
            threads,
            elided: false,
            typed,
            prompted,
            lines: None,
            rows: 0,
            first_process: false,
            branches: Vec::new(),
            members: BTreeMap::new(),
        });
        true
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let Some(table) = &mut self.table else { return Fed::End };
        if line.is_blank() {
            return Fed::Passed;
        }
        table.lines = Some((table.lines.map_or(line.number, |(first, _)| first), line.number));
        if let Some(columns) = columns::of_header(line.trimmed()) {
            if table.rows > 0 && named_columns(columns, &table.typed) != table.columns {
                return Fed::End;
            }
            return Fed::Taken;
        }
        let text = line.head();
        let row = row::cut(text, &table.columns, !table.headed).or_else(|| {
            // The header may be missing and rows be of more than one command.
            let columns = if table.headed { None } else { layout(text, &table.typed) }?;
            row::cut(text, &columns, true)
        });
        if let Some(row) = row {
            table.add(&row, line.number, out);
            return Fed::Taken;
        }
        if shell::is_elision(&line.text) {
            table.elided = true;
            return Fed::Passed;
        }
        Fed::End
    }

    fn close(&mut self, out: &mut Builder) {
        if let Some(table) = self.table.take() {
            table.tell(out);
        }
    }

    fn sees_elisions(&self) -> bool {
        true
    }

    fn command(&mut self, command: &Prompted, _out: &mut Builder) -> bool {
        self.typed = if command.tool == Tool::Shell { typed::parse(&command.text) } else { None };
        self.typed.is_some()
    }
}

/// What the command says of the columns that its header leaves open: `CMD` is a name or a command line.
fn named_columns(mut columns: Vec<Column>, typed: &Typed) -> Vec<Column> {
    let known = typed.columns.len() == columns.len();
    // `ps -T` and `ps -e` print the name; with a user or a state comes the command line.
    let short = columns
        .iter()
        .all(|column| matches!(column, Column::Pid | Column::Tid | Column::Word | Column::Time) || column.is_command());
    for (index, column) in columns.iter_mut().enumerate() {
        if *column == Column::Command {
            if known {
                *column = typed.columns[index];
            } else if short && index > 2 {
                *column = Column::Comm;
            }
        }
    }
    columns
}

/// The layout that a row without a header fits.
fn layout(text: &str, typed: &Typed) -> Option<Vec<Column>> {
    let asked = (!typed.columns.is_empty()).then_some(typed.columns.as_slice());
    asked
        .into_iter()
        .chain(columns::LAYOUTS.iter().copied())
        .find(|columns| columns.contains(&Column::Pid) && row::cut(text, columns, true).is_some())
        .map(<[Column]>::to_vec)
}

/// `top -H` says above its table that it counts threads.
fn above_are_threads(line: u32, context: &Context<'_>) -> bool {
    (line.saturating_sub(7)..line).any(|above| context.plain(above).starts_with("Threads:"))
}

impl Table {
    fn add(&mut self, row: &Row<'_>, line: u32, out: &mut Builder) {
        self.rows += 1;
        let (pid, tid) = (row.number(Column::Pid), row.number(Column::Tid));
        self.first_process |= pid == Some(1);
        let (column, cell) = row.command().unwrap_or((Column::Args, ""));
        let mut named = match column {
            Column::Comm => Named { name: Some(row::without_remark(cell)), ..Named::default() },
            _ => name_of_command(cell),
        };
        if column == Column::Comm && (cell.contains("\\_ ") || cell.ends_with('>')) {
            named = name_of_command(cell);
        } else if let Some(line) = row.cell(Column::Args).filter(|_| column == Column::Comm) {
            named = Named { name: named.name, ..name_of_command(line) };
        }
        // The filter lists itself.
        if matches!(named.name, Some("grep" | "egrep" | "fgrep")) {
            return;
        }
        let keys = match (pid, tid) {
            (pid, Some(tid)) => TaskKeys { tid: Some(tid), pid, ..TaskKeys::default() },
            (Some(tid), None) if self.threads => TaskKeys::tid(tid),
            (Some(pid), None) => TaskKeys::process(pid),
            (None, None) => return,
        };
        let mut state = row.cell(Column::State).and_then(|cell| cell.chars().next()).and_then(state_of);
        if named.defunct {
            state = Some(TaskState::Zombie);
        }
        let parent = row.number(Column::Parent).or_else(|| self.parent(pid, row.branch()));
        let span = out.at(line);
        let name = named.name.filter(|name| !name.is_empty()).map(|name| out.name(name));
        out.task(TaskSighting {
            keys: keys.clone(),
            name: name.clone(),
            state,
            cpu: row.number(Column::Cpu),
            kernel: is_kernel(row, &named, state, parent),
            span,
            ..TaskSighting::default()
        });
        let Some(pid) = keys.pid else { return };
        let threads = row.number(Column::Threads);
        let member = self.members.entry(pid).or_default();
        *member = (member.0 + 1, threads);
        if parent.is_some() || threads.is_some() {
            let name = name.filter(|_| keys.tid == keys.pid);
            let parent = parent.filter(|parent| *parent > 0);
            out.process(ProcessSighting { pid, name, parent, threads, span, ..ProcessSighting::default() });
        }
    }

    /// The parent by the drawing of the forest: the last row above whose branch begins further left.
    fn parent(&mut self, pid: Option<u32>, branch: Option<usize>) -> Option<u32> {
        let pid = pid?;
        let at = branch.map_or(0, |at| at + 1);
        while self.branches.last().is_some_and(|(begin, _)| *begin >= at) {
            self.branches.pop();
        }
        let parent = self.branches.last().map(|(_, parent)| *parent);
        self.branches.push((at, pid));
        parent.filter(|_| branch.is_some() && !self.typed.filtered)
    }

    fn tell(self, out: &mut Builder) {
        let Some((first, last)) = self.lines else { return };
        let span = out.span(first, last);
        let mut whole = |of| out.listing(Listing { of, stacks: false, span });
        if self.typed.filtered || self.elided || !self.headed {
            return;
        }
        let has_threads = self.columns.contains(&Column::Tid);
        let asked_for_one = self.typed.process.is_some();
        // A listing of the machine has process 1 in it; without it or with few rows it is an excerpt.
        if self.first_process && !asked_for_one && !self.threads && self.rows >= if self.prompted { 3 } else { 10 } {
            whole(if has_threads { ListingOf::Tasks } else { ListingOf::Processes });
            return;
        }
        if !has_threads {
            return;
        }
        for (pid, (seen, said)) in &self.members {
            let asked = self.typed.process == Some(*pid) && self.typed.threads;
            if said.map_or(asked, |said| said == *seen) {
                whole(ListingOf::ThreadsOf(*pid));
            }
        }
    }
}

/// State by the letter; Solaris prints `O` for a thread on a CPU.
fn state_of(letter: char) -> Option<TaskState> {
    if letter == 'O' { Some(TaskState::Running) } else { state_of_letter(letter) }
}

/// A name in brackets is a kernel thread where the parent says so; a process that ends has lost its memory and stands
/// in brackets, too. Without parents only a name with a slash is sure: no program's name has one.
fn is_kernel(row: &Row<'_>, named: &Named<'_>, state: Option<TaskState>, parent: Option<u32>) -> Option<bool> {
    /// Every kernel thread is a child of this process.
    const KTHREADD: u32 = 2;
    if !named.bracketed || named.defunct || state == Some(TaskState::Zombie) {
        return None;
    }
    let memory = row.cell(Column::Size).is_some_and(|size| size != "0" && size != "-");
    let kernel = match parent {
        Some(parent) => parent == KTHREADD || (parent == 0 && row.number(Column::Pid) == Some(KTHREADD)),
        None => named.name.is_some_and(|name| name.contains('/')),
    };
    (kernel && !memory).then_some(true)
}
