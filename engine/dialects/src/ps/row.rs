//! Cuts a row into the cells of its columns.

use super::columns::{Column, is_sure};
use super::{Grammar, Rule};
use pest::Parser;

/// A row: the cell of each column, the command with all its blanks.
pub(super) struct Row<'a> {
    text: &'a str,
    pub(super) cells: Vec<(Column, &'a str)>,
}

impl<'a> Row<'a> {
    pub(super) fn number(&self, column: Column) -> Option<u32> {
        self.cells.iter().find(|(known, _)| *known == column).and_then(|(_, cell)| cell.parse().ok())
    }

    pub(super) fn cell(&self, column: Column) -> Option<&'a str> {
        self.cells.iter().find(|(known, _)| *known == column).map(|(_, cell)| *cell)
    }

    /// Where the branch of a forest (`\\_ `) begins, in bytes from the start of the line.
    pub(super) fn branch(&self) -> Option<usize> {
        let (_, cell) = self.command()?;
        let start = cell.as_ptr() as usize - self.text.as_ptr() as usize;
        cell.find("\\_ ").map(|at| start + at)
    }

    /// The cell that names the program best: the thread's name before the command line.
    pub(super) fn command(&self) -> Option<(Column, &'a str)> {
        let mut commands = self.cells.iter().copied().filter(|(column, _)| column.is_command());
        let first = commands.next()?;
        Some(if first.0 == Column::Args {
            commands.find(|(column, _)| *column == Column::Comm).unwrap_or(first)
        } else {
            first
        })
    }
}

/// The words of a line with their places.
fn words(text: &str) -> Vec<(usize, &str)> {
    text.split_whitespace().map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word)).collect()
}

/// Cuts a row; `None` where some word does not fit its column. With `sure`, words must be unmistakable.
pub(super) fn cut<'a>(text: &'a str, columns: &[Column], sure: bool) -> Option<Row<'a>> {
    let words = words(text);
    let mut cells = Vec::with_capacity(columns.len());
    let mut at = 0;
    for (index, column) in columns.iter().enumerate() {
        let after = columns.len() - index - 1;
        let (start, word) = *words.get(at)?;
        if column.is_command() {
            // The last column has the rest of the line; one in the middle has what the others leave.
            let end = if after == 0 {
                text.len()
            } else if columns[index + 1..].iter().any(|column| column.is_command()) {
                start + word.len()
            } else {
                let last = words.len().checked_sub(after)?.max(at + 1);
                at = last - 1;
                words.get(last).map_or(text.len(), |(start, _)| *start)
            };
            cells.push((*column, text[start..end].trim_end()));
            at += 1;
            continue;
        }
        if !column.fits(word) || (sure && !is_sure(*column, word)) {
            return None;
        }
        cells.push((*column, word));
        at += 1 + more_words(*column, word, words.get(at + 1).map(|(_, word)| *word));
    }
    Some(Row { text, cells })
}

/// How many further words belong to a cell.
fn more_words(column: Column, word: &str, next: Option<&str>) -> usize {
    match column {
        // busybox sets the mark of the priority apart: `S <`.
        Column::State if word.len() == 1 && matches!(next, Some("<" | "N")) => 1,
        // Solaris prints `Apr 16`.
        Column::Start if is_month(word) && next.is_some_and(|next| next.parse::<u8>().is_ok()) => 1,
        Column::LongStart if is_weekday(word) => 4,
        Column::LongStart if is_month(word) => 1,
        _ => 0,
    }
}

fn is_month(word: &str) -> bool {
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].contains(&word)
}

fn is_weekday(word: &str) -> bool {
    ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].contains(&word)
}

/// What a command cell says.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Named<'a> {
    /// The program's or the thread's name.
    pub(crate) name: Option<&'a str>,
    /// It has no command line: a kernel thread, or a process that has ended.
    pub(crate) bracketed: bool,
    /// It has ended and was not reaped.
    pub(crate) defunct: bool,
}

/// The name in a command line as `ps` prints it.
pub(crate) fn name_of_command(cell: &str) -> Named<'_> {
    let cell = without_remark(cell);
    let mut named = Named::default();
    let Some(parsed) = Grammar::parse(Rule::cell, cell).ok().and_then(|mut all| all.next()) else { return named };
    for part in parsed.into_inner() {
        match part.as_rule() {
            Rule::kernel => {
                named.bracketed = true;
                for part in part.into_inner() {
                    match part.as_rule() {
                        Rule::thread => named.name = Some(part.as_str()),
                        Rule::defunct => named.defunct = true,
                        _ => {}
                    }
                }
            }
            Rule::braced => named.name = part.into_inner().next().map(|comm| comm.as_str()),
            Rule::plain => {
                named.name = part.clone().into_inner().next().map(|argument| program(argument.as_str()));
                named.defunct = part.as_str().ends_with("<defunct>");
            }
            _ => {}
        }
    }
    named
}

/// The program's name of the first argument: `/usr/sbin/sshd`, `-bash`, `sshd:`.
fn program(argument: &str) -> &str {
    let argument = argument.strip_prefix('-').filter(|rest| !rest.is_empty()).unwrap_or(argument);
    let name = argument.strip_suffix(':').unwrap_or(argument);
    if name.starts_with(['/', '.', '~']) { name.rsplit('/').next().unwrap_or(name) } else { name }
}

/// Cuts off what the author of a ticket wrote behind a row.
pub(super) fn without_remark(cell: &str) -> &str {
    let marks = ["\t//", " //", "\t#", " <--", " <==", " <<<", "\t<-", " \u{2190}"];
    let end = marks.iter().filter_map(|mark| cell.find(mark)).min().unwrap_or(cell.len());
    cell[..end].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_commands() {
        for (cell, name, bracketed, defunct) in [
            ("[kworker/0:1+loc]", "kworker/0:1+loc", true, false),
            (" \\_ [kworker/u4:0-ev]", "kworker/u4:0-ev", true, false),
            ("{init} /bin/busybox sh /init", "init", false, false),
            ("/usr/sbin/sshd -D", "sshd", false, false),
            ("-bash", "bash", false, false),
            ("sshd: root@pts/0", "sshd", false, false),
            ("[ndrive] <defunct>", "ndrive", true, true),
            ("| _ [ndrive] <已失效>", "ndrive", true, true),
            ("[kworker/1:2]\t//卡住", "kworker/1:2", true, false),
            ("rmmod bsnmod", "rmmod", false, false),
            ("[scsi_[0]]", "scsi_[0]", true, false),
        ] {
            let named = name_of_command(cell);
            assert_eq!((named.name, named.bracketed, named.defunct), (Some(name), bracketed, defunct), "{cell}");
        }
    }
}
