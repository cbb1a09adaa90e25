//! Tables of sockets: `/proc/net/netlink`, `/proc/net/unix`, `ss`.
//!
//! ```text
//! sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode
//! ffff88880a5bf800 15  10000038   00000000 33557184 0        0     27       0        1652
//! ```
//!
//! A table that was neither filtered nor elided says what sockets there are not, too.

mod netlink;
mod ss;
mod unix;

use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Command, Context, Line, Tool, shell};
use pest_derive::Parser;
use stacklore_model::{Listing, ListingOf, ObjectKey, Scope, SessionId};

#[derive(Parser)]
#[grammar = "sockets/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct Sockets;

const NAME: &str = "sockets";

impl Dialect for Sockets {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["sk  ", "sk Eth", "RefCount", "Recv-Q", "# ss ", "$ ss "]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<SocketsReader>::default()
    }
}

enum Table {
    Netlink(Vec<String>),
    Unix,
    Ss,
}

#[derive(Default)]
struct SocketsReader {
    table: Option<Table>,
    /// The table began with its header and nothing was left out.
    whole: bool,
    lines: Option<(u32, u32)>,
    /// Which table the last command prints.
    typed: String,
}

impl Reader for SocketsReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        let text = line.trimmed();
        self.whole = context.command().is_none_or(|command| shell::shows_all(&command.text));
        self.lines = None;
        self.table = if let Some(columns) = netlink::header(text) {
            Some(Table::Netlink(columns))
        } else if unix::is_header(text) {
            Some(Table::Unix)
        } else if ss::is_header(text) {
            Some(Table::Ss)
        } else if context.command_just_before().is_some() {
            // `grep` leaves the header out.
            self.whole = false;
            match self.typed.as_str() {
                "netlink" if netlink::is_row(line.head()) => Some(Table::Netlink(netlink::usual_columns())),
                "unix" if unix::is_row(text) => Some(Table::Unix),
                "ss" if text.contains("users:((") => Some(Table::Ss),
                _ => None,
            }
        } else {
            None
        };
        self.table.is_some()
    }

    fn feed(&mut self, line: &Line<'_>, context: &Context<'_>, out: &mut Builder) -> Fed {
        let text = line.trimmed();
        let number = line.number;
        if text.is_empty() {
            self.whole &= !shell::is_elision(&context.after(number));
            return Fed::End;
        }
        let taken = match &self.table {
            Some(Table::Netlink(columns)) => {
                netlink::header(text).is_some() || netlink::row(line.head(), columns, number, out)
            }
            Some(Table::Unix) => unix::is_header(text) || unix::row(text, number, out),
            Some(Table::Ss) => ss::is_header(text) || ss::row(text, number, out),
            None => false,
        };
        if taken {
            self.lines = Some((self.lines.map_or(number, |(first, _)| first), number));
            return Fed::Taken;
        }
        self.whole &= !shell::is_elision(text);
        if text.split_whitespace().next().is_some_and(|word| object(word.trim_end_matches(':')).is_some()) {
            self.whole = false;
            out.unclear(number, "a row of a table of sockets that does not fit its columns");
        }
        Fed::End
    }

    fn close(&mut self, out: &mut Builder) {
        let (table, lines) = (self.table.take(), self.lines.take());
        let (Some(Table::Netlink(_)), Some((first, last)), true) = (table, lines, self.whole) else { return };
        let span = out.span(first, last);
        if last > first {
            out.listing(Listing { of: ListingOf::Relation("netlink_socket"), stacks: false, span });
        }
    }

    fn sees_elisions(&self) -> bool {
        true
    }

    fn command(&mut self, command: &Command, _out: &mut Builder) -> bool {
        self.typed.clear();
        if command.tool != Tool::Shell {
            return false;
        }
        let table = if command.text.contains("/net/netlink") {
            "netlink"
        } else if command.text.contains("/net/unix") {
            "unix"
        } else if command.text.split_whitespace().any(|word| shell::base_name(word) == "ss") {
            "ss"
        } else {
            return false;
        };
        self.typed.push_str(table);
        true
    }
}

/// The socket at an address as printed. Addresses without upper half are hashed: they mean something in this text only.
fn object(digits: &str) -> Option<ObjectKey> {
    let address = u64::from_str_radix(digits, 16).ok().filter(|address| *address > u64::from(u16::MAX))?;
    let kernel = if digits.len() > 8 { address >> 32 != 0 } else { address >> 31 == 1 };
    let scope = if kernel { Scope::Kernel } else { Scope::Session(SessionId::default()) };
    Some(ObjectKey::address(address, scope))
}
