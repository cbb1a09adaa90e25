//! `/proc/net/unix`. Source: `unix_seq_show()` in `net/unix/af_unix.c`.

use super::{Grammar, Rule, object};
use crate::builder::Builder;
use pest::Parser;
use stacklore_model::{Fact, Value};

/// The flag of a listening socket (`__SO_ACCEPTCON`).
const LISTENS: u64 = 0x10000;

/// Whether a line is the header.
pub(super) fn is_header(text: &str) -> bool {
    text.starts_with("Num ") && text.contains("RefCount") && text.contains("Inode")
}

/// Whether a line has the form of a row.
pub(super) fn is_row(text: &str) -> bool {
    Grammar::parse(Rule::unix_row, text).is_ok()
}

/// Reads a row.
pub(super) fn row(text: &str, line: u32, out: &mut Builder) -> bool {
    let Some(parsed) = Grammar::parse(Rule::unix_row, text).ok().and_then(|mut all| all.next()) else { return false };
    let (mut address, mut numbers, mut inode, mut path) = (None, Vec::new(), None, None);
    for part in parsed.into_inner() {
        match part.as_rule() {
            Rule::address => address = object(part.as_str()),
            Rule::hex => numbers.push(u64::from_str_radix(part.as_str(), 16).unwrap_or(0)),
            Rule::number => inode = part.as_str().parse::<u64>().ok(),
            Rule::path => path = Some(out.name(part.as_str().trim())),
            _ => {}
        }
    }
    let flags = numbers.get(2).copied().unwrap_or(0);
    let state = match numbers.get(4) {
        _ if flags & LISTENS != 0 => Some("LISTEN"),
        Some(1) => Some("UNCONN"),
        Some(2) => Some("CONNECTING"),
        Some(3) => Some("ESTAB"),
        Some(4) => Some("DISCONNECTING"),
        _ => None,
    };
    let mut fields = Vec::with_capacity(4);
    fields.extend(address.map(|object| ("address", Value::Object(object))));
    fields.extend(path.map(|path| ("local", Value::Text(path))));
    fields.extend(state.map(|state| ("state", Value::Text(out.name(state)))));
    fields.extend(inode.filter(|inode| *inode > 0).map(|inode| ("inode", Value::Number(inode as f64))));
    let span = out.at(line);
    out.fact(Fact { relation: "unix_socket", fields, span });
    true
}
