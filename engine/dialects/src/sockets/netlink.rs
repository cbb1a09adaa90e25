//! `/proc/net/netlink`. Source: `netlink_native_seq_show()` in `net/netlink/af_netlink.c`.

use super::{Grammar, Rule, object};
use crate::builder::Builder;
use pest::Parser;
use stacklore_model::{Fact, Value};

/// Columns after the address, as current kernels print them.
const COLUMNS: [&str; 9] = ["eth", "pid", "groups", "rmem", "wmem", "dump", "locks", "drops", "inode"];

/// The columns that a header names, without the address; `None` where the line is no header.
pub(super) fn header(text: &str) -> Option<Vec<String>> {
    if !text.starts_with("sk") {
        return None;
    }
    Grammar::parse(Rule::netlink_header, text).ok()?;
    Some(text.split_whitespace().skip(1).map(str::to_ascii_lowercase).collect())
}

/// The columns where no header was printed (`grep`).
pub(super) fn usual_columns() -> Vec<String> {
    COLUMNS.iter().map(|column| (*column).to_owned()).collect()
}

/// Whether a line has the form of a row.
pub(super) fn is_row(text: &str) -> bool {
    Grammar::parse(Rule::netlink_row, text).is_ok()
}

/// Reads a row; what stands behind its columns is a remark of the author.
pub(super) fn row(text: &str, columns: &[String], line: u32, out: &mut Builder) -> bool {
    let Some(parsed) = Grammar::parse(Rule::netlink_row, text).ok().and_then(|mut all| all.next()) else {
        return false;
    };
    let cells: Vec<&str> = parsed
        .into_inner()
        .filter(|part| matches!(part.as_rule(), Rule::address | Rule::number | Rule::groups | Rule::value))
        .map(|part| part.as_str())
        .collect();
    // A row that ends before the queues says nothing of them.
    let Some((address, cells)) = cells.split_first().filter(|(_, cells)| cells.len() >= 5) else { return false };
    let cell = |name: &str| columns.iter().position(|column| column == name).and_then(|at| cells.get(at)).copied();
    let number = |name: &str| cell(name).and_then(|cell| cell.parse::<u64>().ok()).map(|n| Value::Number(n as f64));
    let mut fields = Vec::with_capacity(7);
    fields.extend(object(address).map(|object| ("address", Value::Object(object))));
    for (field, column) in [
        ("protocol", "eth"),
        ("portid", "pid"),
        ("rmem", "rmem"),
        ("wmem", "wmem"),
        ("drops", "drops"),
        ("inode", "inode"),
    ] {
        fields.extend(number(column).map(|value| (field, value)));
    }
    let span = out.at(line);
    out.fact(Fact { relation: "netlink_socket", fields, span });
    true
}
