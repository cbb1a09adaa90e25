//! Tables of processes: the columns of users, and command lines with arguments.

use super::{Found, What, words};
use crate::redact::standins::Kind;

/// Words of a row that are looked at: no table has more columns.
const COLUMNS: usize = 40;
const USERS: [&str; 10] = ["USER", "UID", "RUSER", "EUSER", "RUID", "OWNER", "LOGIN", "UNAME", "GROUP", "USERNAME"];
const COMMANDS: [&str; 3] = ["COMMAND", "CMD", "ARGS"];

/// The columns of a table that matter.
#[derive(Clone, Debug)]
struct Table {
    pid: usize,
    users: Vec<usize>,
    /// The last column, where it is a command line.
    command: Option<usize>,
}

/// Reads tables line by line.
pub(super) struct Tables {
    /// Where lines may be heads of tables, in the order of the text.
    headers: std::iter::Peekable<std::vec::IntoIter<usize>>,
    table: Option<Table>,
}

impl Tables {
    pub(super) fn new(headers: Vec<usize>) -> Self {
        Tables { headers: headers.into_iter().peekable(), table: None }
    }

    pub(super) fn read(&mut self, line: &str, start: usize, found: &mut Found) {
        let mut may_be_head = false;
        while self.headers.next_if(|at| *at < start + line.len()).is_some() {
            may_be_head = true;
        }
        if let Some(table) = may_be_head.then(|| head(line)).flatten() {
            self.table = Some(table);
            return;
        }
        if let Some(table) = &self.table {
            if row(table, line, start, found) {
                return;
            }
            if !line.trim().is_empty() {
                self.table = None;
            }
        }
        if line.starts_with(|c: char| c.is_ascii_lowercase() || c == '_') {
            headless(line, start, found);
        }
    }
}

/// The columns, where the line is the head of a table of processes.
fn head(line: &str) -> Option<Table> {
    let names: Vec<&str> = words(line).map(|(_, word)| word).take(COLUMNS).collect();
    let sign = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"%+.:/-".contains(&byte);
    let plain = names.iter().all(|name| name.bytes().all(sign) || name.eq_ignore_ascii_case("command"));
    let pid = names.iter().position(|name| *name == "PID")?;
    let last = names.len() - 1;
    let command = names.last().is_some_and(|name| COMMANDS.contains(&name.to_ascii_uppercase().as_str()));
    let users = (0..).zip(&names).filter(|(_, name)| USERS.contains(*name)).map(|(at, _)| at).collect();
    (plain && last > 0).then_some(Table { pid, users, command: command.then_some(last) })
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_letters(word: &str) -> bool {
    word.len() == 3
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.bytes().all(|b| b.is_ascii_alphabetic())
}

/// Marks a row; false where the line is none.
fn row(table: &Table, line: &str, start: usize, found: &mut Found) -> bool {
    let cells: Vec<(usize, &str)> = words(line).take(COLUMNS).collect();
    let pid = cells.get(table.pid).map(|(_, word)| word.trim_start_matches('>'));
    if !pid.is_some_and(is_number) {
        return false;
    }
    for (at, name) in table.users.iter().filter_map(|column| cells.get(*column)) {
        found.mark(start + at..start + at + name.len(), What::Secret(Kind::User));
    }
    if let Some(column) = table.command {
        let shift = shift(&cells, column);
        if let Some((at, _)) = cells.get(column + shift) {
            found.mark(start + at..start + line.trim_end().len(), What::Command);
        }
    }
    true
}

/// Times of start that are written with blanks: `Mon Feb 25 14:08:00 2024`, `Feb 25`.
fn shift(cells: &[(usize, &str)], column: usize) -> usize {
    let word = |at: usize| cells.get(at).map_or("", |(_, word)| *word);
    let day = |at: usize| is_number(word(at)) && word(at).len() < 3;
    for at in 0..column {
        if is_letters(word(at)) && is_letters(word(at + 1)) && day(at + 2) {
            return 4;
        }
        if is_letters(word(at)) && day(at + 1) {
            return 1;
        }
    }
    0
}

/// A row of `ps aux` or `ps -ef` whose head was left out.
fn headless(line: &str, start: usize, found: &mut Found) {
    let mut second = words(line).skip(1);
    if !second.next().is_some_and(|(_, word)| is_number(word)) {
        return;
    }
    let cells: Vec<(usize, &str)> = words(line).take(COLUMNS).collect();
    let word = |at: usize| cells.get(at).map_or("", |(_, word)| *word);
    let decimal = |word: &str| word.split_once('.').is_some_and(|(whole, part)| is_number(whole) && is_number(part));
    let time = |word: &str| word.split(':').count() > 1 && word.split([':', '.']).all(is_number);
    let aux = decimal(word(2)) && decimal(word(3)) && is_number(word(4)) && is_number(word(5)) && time(word(9));
    let full = is_number(word(2)) && is_number(word(3)) && time(word(6));
    let command = if aux { 10 } else { 7 };
    if !(aux || full) {
        return;
    }
    found.mark(start..start + word(0).len(), What::Secret(Kind::User));
    if let Some((at, _)) = cells.get(command) {
        found.mark(start + at..start + line.trim_end().len(), What::Command);
    }
}
