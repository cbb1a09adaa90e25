//! `tickets.csv` for spreadsheets: RFC 4180, UTF-8 without a mark, a header line, lines that end in CR LF.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@` or a blank character before one of these for a
//! formula, and runs it. Names come from tickets, so such a cell gets an apostrophe in front.

use super::view::{Summary, TicketRow};
use crate::visible;
use std::io::{self, Write};

/// Names of the columns.
const COLUMNS: [&str; 19] = [
    "ticket",
    "verdict",
    "certainty",
    "signature",
    "headline",
    "signatures",
    "cluster",
    "date",
    "bytes",
    "texts",
    "stacks",
    "tasks",
    "findings",
    "notes",
    "milliseconds",
    "problem",
    "read",
    "page",
    "report",
];

/// Writes `tickets.csv`: one row for each ticket, in the order of the queue. `verdict` is empty and `read` is `no`
/// where nothing could be read; `signatures` are the rules of all findings, with blanks between.
///
/// # Errors
/// Fails only when `out` does.
pub fn tickets(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(COLUMNS).map_err(io::Error::from)?;
    for row in &summary.tickets {
        writer.write_record(record(row)).map_err(io::Error::from)?;
    }
    writer.flush()
}

fn record(row: &TicketRow) -> [String; COLUMNS.len()] {
    let rules: Vec<&str> = super::summary::surest(row).into_keys().collect();
    [
        cell(&row.id),
        if row.failed { String::new() } else { row.verdict.name().into() },
        row.certainty.map_or_else(String::new, |certainty| certainty.name().into()),
        cell(row.signature.as_deref().unwrap_or_default()),
        cell(&row.headline),
        cell(&rules.join(" ")),
        cell(row.cluster.as_deref().unwrap_or_default()),
        cell(row.date.as_deref().unwrap_or_default()),
        row.bytes.to_string(),
        row.texts.to_string(),
        row.stacks.to_string(),
        row.tasks.to_string(),
        row.findings.len().to_string(),
        row.notes.to_string(),
        row.milliseconds.to_string(),
        cell(row.problem.as_deref().unwrap_or_default()),
        if row.failed { "no" } else { "yes" }.into(),
        cell(&row.page),
        cell(&row.report),
    ]
}

/// A text that stays one: what would steer is shown, and what a spreadsheet would compute begins with an apostrophe.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['\t', '\r', '\n', '\0'])
        || text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let text = visible(text);
    if formula { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u{feff}=1"] {
            let written = cell(text);
            assert!(!written.trim_start().starts_with(['=', '+', '-', '@']), "{text:?} is {written:?}");
        }
        assert_eq!(cell("=1"), "'=1");
        assert_eq!(cell("a=b\u{202e}\n"), "a=b\\u{202e}^J");
    }
}
