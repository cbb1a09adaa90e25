//! `/proc/locks`:
//!
//! ```text
//! 2: FLOCK  ADVISORY  WRITE 100 00:02:287 0 EOF
//! 2: -> FLOCK  ADVISORY  WRITE 108 00:02:287 0 EOF
//! ```
//!
//! A row with an arrow waits for the lock above it that has the same number. Ids are processes, in the pid namespace of
//! the reader; -1 and 0 are locks of nobody that it can name. Source: `lock_get_status()` in `fs/locks.c`.

use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Context, Line, shell};
use pest::Parser;
use pest_derive::Parser;
use stacklore_model::{
    Fact, HoldSource, Known, Listing, ListingOf, LockHolder, LockSighting, LockWaiting, Mode, ObjectKey, Scope,
    TaskKeys, Value,
};

#[derive(Parser)]
#[grammar = "file_locks/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct FileLocks;

const NAME: &str = "file-locks";

impl Dialect for FileLocks {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["ADVISORY", "MANDATORY"]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<LocksReader>::default()
    }
}

#[derive(Default)]
struct LocksReader {
    /// The lock whose rows are being read, with its number.
    lock: Option<(u64, Box<LockSighting>)>,
    lines: Option<(u32, u32)>,
    whole: bool,
}

/// A row.
struct Row<'a> {
    number: u64,
    waits: bool,
    kind: &'a str,
    mode: &'a str,
    pid: Option<u32>,
    file: &'a str,
    range: Option<(&'a str, &'a str)>,
}

fn row(text: &str) -> Option<Row<'_>> {
    let parsed = Grammar::parse(Rule::row, text).ok()?.next()?;
    let mut row = Row { number: 0, waits: false, kind: "", mode: "", pid: None, file: "", range: None };
    let mut start = "0";
    for part in parsed.into_inner() {
        let text = part.as_str();
        match part.as_rule() {
            Rule::number => row.number = text.parse().ok()?,
            Rule::waits => row.waits = true,
            Rule::kind => row.kind = text,
            Rule::mode => row.mode = text,
            Rule::pid => row.pid = text.parse().ok().filter(|pid| *pid > 0),
            Rule::file => row.file = text,
            Rule::start => start = text,
            Rule::end => row.range = Some((start, text)).filter(|range| *range != ("0", "EOF")),
            _ => {}
        }
    }
    Some(row)
}

impl Row<'_> {
    /// Locks of different sorts on one file, and on different ranges, are different locks.
    fn symbol(&self) -> String {
        let sort = match self.kind {
            "FLOCK" => String::new(),
            kind => format!(" {}", kind.to_ascii_lowercase()),
        };
        let range = self.range.map(|(start, end)| format!(" {start}-{end}")).unwrap_or_default();
        format!("{}{sort}{range}", self.file)
    }

    fn mode(&self) -> Option<Mode> {
        match self.mode {
            "READ" => Some(Mode::Read),
            "WRITE" | "RW" => Some(Mode::Write),
            _ => None,
        }
    }
}

impl Reader for LocksReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        self.lines = None;
        self.whole = context.command().is_none_or(|command| shell::shows_all(&command.text));
        (line.text.contains("ADVISORY") || line.text.contains("MANDATORY")) && row(line.head()).is_some()
    }

    fn feed(&mut self, line: &Line<'_>, context: &Context<'_>, out: &mut Builder) -> Fed {
        if line.is_blank() {
            self.whole &= !shell::is_elision(&context.after(line.number));
            return Fed::End;
        }
        let Some(row) = row(line.head()) else {
            self.whole &= !shell::is_elision(&line.text);
            return Fed::End;
        };
        self.lines = Some((self.lines.map_or(line.number, |(first, _)| first), line.number));
        self.add(&row, line.number, out);
        Fed::Taken
    }

    fn sees_elisions(&self) -> bool {
        true
    }

    fn close(&mut self, out: &mut Builder) {
        self.flush(out);
        if let Some((first, last)) = self.lines.take().filter(|_| self.whole) {
            let span = out.span(first, last);
            out.listing(Listing { of: ListingOf::Relation("file_lock"), stacks: false, span });
        }
    }
}

impl LocksReader {
    fn flush(&mut self, out: &mut Builder) {
        if let Some((_, lock)) = self.lock.take() {
            out.lock(*lock);
        }
    }

    fn add(&mut self, row: &Row<'_>, line: u32, out: &mut Builder) {
        let span = out.at(line);
        let known = self.lock.as_ref().is_some_and(|(number, _)| row.waits && *number == row.number);
        if !known {
            self.flush(out);
            let symbol = out.name(&row.symbol());
            let lock = LockSighting {
                object: ObjectKey::symbol(symbol, Scope::Kernel),
                kind: Some(out.name("file-lock")),
                size: 0,
                holders: Vec::new(),
                waiters: Vec::new(),
                anonymous_readers: None,
                write_wanted: None,
                free: Some(false),
                span,
            };
            self.lock = Some((row.number, Box::new(lock)));
        }
        let Some((_, lock)) = &mut self.lock else { return };
        lock.span.last = line;
        let mode = row.mode();
        if row.waits {
            lock.write_wanted = Some(lock.write_wanted == Some(true) || mode == Some(Mode::Write));
            let task = row.pid.map(TaskKeys::process).unwrap_or_default();
            lock.waiters.extend((!task.is_anonymous()).then_some(LockWaiting { task, mode, span }));
            return;
        }
        if let Some(pid) = row.pid {
            let task = TaskKeys::process(pid);
            lock.holders.push(LockHolder { task, mode, known: Known::Observed, from: HoldSource::Listing, span });
        }
        let object = Value::Object(lock.object.clone());
        let mut fields = vec![("object", object)];
        fields.extend(row.pid.map(|pid| ("task", Value::Task(TaskKeys::process(pid)))));
        fields.push(("mode", Value::Text(out.name(&row.mode.to_ascii_lowercase()))));
        out.fact(Fact { relation: "file_lock", fields, span });
    }
}
