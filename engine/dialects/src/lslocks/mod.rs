//! `lslocks` of util-linux:
//!
//! ```text
//! COMMAND           PID  TYPE SIZE MODE   M START END PATH
//! python3          2803 FLOCK      WRITE* 0     0   0 /srv/bankd/accounts.lock
//! python3          2805 FLOCK      WRITE  0     0   0 /srv/bankd/accounts.lock
//! ```
//!
//! A star behind the mode marks a process that waits for the lock. A path with `...` behind it is only the mount point
//! of a file that the reader may not see. The process of an OFD lock is -1. Source: `sys-utils/lslocks.c`.

use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Context, Line, shell};
use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;
use stacklore_model::{
    Fact, HoldSource, Known, Listing, ListingOf, LockHolder, LockSighting, LockWaiting, Mode, ObjectKey, Scope, System,
    TaskKeys, TaskSighting, Value,
};
use std::collections::BTreeMap;

#[derive(Parser)]
#[grammar = "lslocks/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct Lslocks;

const NAME: &str = "lslocks";

impl Dialect for Lslocks {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &[" END PATH"]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<LslocksReader>::default()
    }
}

/// The table that is being read.
#[derive(Default)]
struct LslocksReader {
    /// Rows by the lock that they are about.
    locks: BTreeMap<String, Vec<Row>>,
    /// First and last line.
    lines: Option<(u32, u32)>,
    /// It has a column for the process that blocks.
    blockers: bool,
    /// It shows the locks of the whole machine.
    whole: bool,
}

/// A process that holds a lock, or waits for it.
struct Row {
    line: u32,
    task: TaskKeys,
    mode: Mode,
    waits: bool,
}

impl Reader for LslocksReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        let text = line.trimmed();
        let Some(head) = text.starts_with("COMMAND").then(|| parse(Rule::head, text)).flatten() else { return false };
        let command = context.command();
        *self = LslocksReader {
            blockers: head.into_inner().any(|part| part.as_rule() == Rule::blocker),
            whole: command.is_none_or(|command| shell::shows_all(&command.text) && !chooses(&command.text)),
            lines: Some((line.number, line.number)),
            ..LslocksReader::default()
        };
        true
    }

    fn feed(&mut self, line: &Line<'_>, _context: &Context<'_>, out: &mut Builder) -> Fed {
        let Some((first, last)) = self.lines else { return Fed::End };
        if line.number > first {
            let text = line.trimmed();
            match parse(Rule::row, text) {
                Some(row) => self.row(row, line.number, out),
                None if text.contains(" FLOCK ") || text.contains(" POSIX ") => {
                    self.whole = false;
                    out.unclear(line.number, "a row of lslocks that does not fit its columns");
                }
                None => {
                    self.whole &= !shell::is_elision(&line.text);
                    return Fed::End;
                }
            }
        }
        self.lines = Some((first, last.max(line.number)));
        Fed::Taken
    }

    fn close(&mut self, out: &mut Builder) {
        let table = std::mem::take(self);
        for (symbol, rows) in &table.locks {
            lock(symbol, rows, out);
        }
        if let Some((first, last)) = table.lines.filter(|_| table.whole) {
            let span = out.span(first, last);
            out.listing(Listing { of: ListingOf::Relation("file_lock"), stacks: false, span });
        }
    }
}

impl LslocksReader {
    fn row(&mut self, row: Pair<'_, Rule>, line: u32, out: &mut Builder) {
        let (mut command, mut pid, mut kind, mut mode, mut waits) = ("", None, "", Mode::Write, false);
        let (mut start, mut end, mut path) = ("0", "0", "");
        for part in row.into_inner() {
            let text = part.as_str();
            match part.as_rule() {
                Rule::command => command = text,
                Rule::pid => pid = text.parse::<u32>().ok().filter(|pid| *pid > 0),
                Rule::kind => kind = text,
                Rule::mode if text == "READ" => mode = Mode::Read,
                Rule::waits => waits = true,
                Rule::start => start = text,
                Rule::end => end = text,
                Rule::path => path = if self.blockers { without_blocker(text) } else { text },
                _ => {}
            }
        }
        let task = pid.map(TaskKeys::process).unwrap_or_default();
        if pid.is_some() {
            let (keys, name, span) = (task.clone(), Some(out.name(command)), out.at(line));
            out.task(TaskSighting { keys, name, system: Some(System::Linux), span, ..TaskSighting::default() });
        }
        // Without its path nothing tells which file it is.
        if path.ends_with("...") {
            self.whole = false;
            return;
        }
        let row = Row { line, task, mode, waits };
        self.locks.entry(symbol(path, kind, start, end)).or_default().push(row);
    }
}

/// Whether a command asks for some of the locks only.
fn chooses(command: &str) -> bool {
    let options = ["-p", "--pid", "-i", "--noinaccessible"];
    command.split_whitespace().any(|word| options.iter().any(|option| word.starts_with(option)))
}

fn parse(rule: Rule, text: &str) -> Option<Pair<'_, Rule>> {
    Grammar::parse(rule, text).ok()?.next()
}

/// The path without the id of the blocking process behind it.
fn without_blocker(text: &str) -> &str {
    text.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix([' ', '\t']).unwrap_or(text).trim_end()
}

/// Locks of different sorts on one file, and on different ranges, are different locks.
fn symbol(path: &str, kind: &str, start: &str, end: &str) -> String {
    let sort = if kind == "FLOCK" { String::new() } else { format!(" {}", kind.to_ascii_lowercase()) };
    let range = if (start, end) == ("0", "0") { String::new() } else { format!(" {start}-{end}") };
    format!("{path}{sort}{range}")
}

fn lock(symbol: &str, rows: &[Row], out: &mut Builder) {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return };
    let (waiters, holders): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.waits);
    // Where the terminal was narrow, paths are cut off without a mark, and several files look like one.
    if holders.len() > 1 && holders.iter().any(|row| row.mode == Mode::Write) {
        return out.unclear(first.line, "several processes hold this file exclusively: its path may be cut off");
    }
    let object = ObjectKey::symbol(out.name(symbol), Scope::Kernel);
    let named = |row: &&&Row| !row.task.is_anonymous();
    for row in &holders {
        let mode = if row.mode == Mode::Read { "read" } else { "write" };
        let mut fields = vec![("object", Value::Object(object.clone())), ("mode", Value::Text(out.name(mode)))];
        fields.extend((!row.task.is_anonymous()).then(|| ("task", Value::Task(row.task.clone()))));
        let span = out.at(row.line);
        out.fact(Fact { relation: "file_lock", fields, span });
    }
    let kind = out.name("file-lock");
    let holder = |row: &&Row| LockHolder {
        task: row.task.clone(),
        mode: Some(row.mode),
        known: Known::Observed,
        from: HoldSource::Listing,
        span: out.at(row.line),
    };
    let waiter = |row: &&Row| LockWaiting { task: row.task.clone(), mode: Some(row.mode), span: out.at(row.line) };
    let sighting = LockSighting {
        object,
        kind: Some(kind),
        size: 0,
        holders: holders.iter().filter(named).map(holder).collect(),
        waiters: waiters.iter().filter(named).map(waiter).collect(),
        anonymous_readers: None,
        write_wanted: waiters.iter().any(|row| row.mode == Mode::Write).then_some(true),
        free: Some(false),
        span: out.span(first.line, last.line),
    };
    out.lock(sighting);
}

#[cfg(test)]
mod tests {
    use crate::driver::read;
    use stacklore_model::{Document, Mode, Reading, SourceId};

    fn reading(text: &str) -> Reading {
        read(SourceId(0), &Document::from_text("x", text))
    }

    /// Each lock with its holders and waiters.
    fn locks(reading: &Reading) -> Vec<(String, Vec<u32>, Vec<u32>)> {
        let name = |lock: &stacklore_model::LockSighting| lock.object.symbol.as_deref().unwrap_or_default().to_owned();
        let holders = |lock: &stacklore_model::LockSighting| lock.holders.iter().filter_map(|h| h.task.pid).collect();
        let waiters = |lock: &stacklore_model::LockSighting| lock.waiters.iter().filter_map(|w| w.task.pid).collect();
        reading.locks.iter().map(|lock| (name(lock), holders(lock), waiters(lock))).collect()
    }

    const HEAD: &str = "COMMAND           PID  TYPE SIZE MODE   M START END PATH\n";

    #[test]
    fn holders_and_waiters_of_a_file() {
        let rows = "my daemon        2803 FLOCK      WRITE* 0     0   0 /srv/a b.lock\n\
                    python3          2805 FLOCK   4K WRITE  0     0   0 /srv/a b.lock\n\
                    python3          2805 POSIX 1.5M READ   0   128 135 /srv/a b.lock\n\
                    (undefined)        -1 OFDLCK     READ   0     0   0 /srv/c\n\
                    cron              812 FLOCK      WRITE  0     0   0 /run...\n";
        let reading = reading(&format!("$ lslocks\n{HEAD}{rows}"));
        let expected = [
            ("/srv/a b.lock".to_owned(), vec![2805], vec![2803]),
            ("/srv/a b.lock posix 128-135".to_owned(), vec![2805], vec![]),
            ("/srv/c ofdlck".to_owned(), vec![], vec![]),
        ];
        assert_eq!(locks(&reading), expected);
        assert_eq!(reading.locks[1].holders[0].mode, Some(Mode::Read));
        assert_eq!(reading.tasks[0].name.as_deref(), Some("my daemon"));
        assert_eq!((reading.facts.len(), reading.listings.len(), reading.unclear.len()), (3, 0, 0));
        let whole = rows.lines().take(4).collect::<Vec<_>>().join("\n");
        assert_eq!(super::tests::reading(&format!("$ lslocks\n{HEAD}{whole}\n")).listings.len(), 1);
    }

    #[test]
    fn the_column_of_blockers_is_no_part_of_the_path() {
        let head = HEAD.replace("PATH", "PATH     BLOCKER");
        let rows = "a  3 FLOCK  WRITE* 0  0 0 /srv/1       5\nb  5 FLOCK  WRITE  0  0 0 /srv/1        \n";
        assert_eq!(locks(&reading(&format!("{head}{rows}"))), [("/srv/1".to_owned(), vec![5], vec![3])]);
    }

    #[test]
    fn parts_of_the_table_and_cut_paths_say_nothing_more() {
        let rows = "a  3 FLOCK  WRITE  0  0 0 /srv/accou\nb  5 FLOCK  WRITE  0  0 0 /srv/accou\n";
        let cut = reading(&format!("$ lslocks -p 3\n{HEAD}{rows}c 6 FLOCK what\n"));
        assert_eq!((locks(&cut), cut.listings.len(), cut.unclear.len()), (Vec::new(), 0, 2));
        assert!(reading("The columns START END PATH are shown\n").dialects.is_empty());
    }
}
