//! `ss`: sockets with their queues and who has them open. Source: `misc/ss.c` of iproute2.

use super::{Grammar, Rule};
use crate::builder::Builder;
use pest::Parser;
use stacklore_model::{Fact, TaskKeys, TaskSighting, Value};

/// States as `ss` prints them.
const STATES: [&str; 13] = [
    "ESTAB",
    "SYN-SENT",
    "SYN-RECV",
    "FIN-WAIT-1",
    "FIN-WAIT-2",
    "TIME-WAIT",
    "UNCONN",
    "CLOSE-WAIT",
    "LAST-ACK",
    "LISTEN",
    "CLOSING",
    "CLOSED",
    "NEW-SYN-RECV",
];

/// Whether a line is the header.
pub(super) fn is_header(text: &str) -> bool {
    (text.starts_with("Netid") || text.starts_with("State")) && text.contains("Recv-Q") && text.contains("Send-Q")
}

/// Reads a row: `[netid] STATE recv send local peer [users:(…)]`; addresses of Unix sockets are two words, the second
/// an inode.
pub(super) fn row(text: &str, line: u32, out: &mut Builder) -> bool {
    let (columns, users) = match text.find("users:((") {
        Some(at) => (&text[..at], &text[at..]),
        None => (text, ""),
    };
    let mut words = columns.split_whitespace().peekable();
    let netid = words.next_if(|word| !STATES.contains(word));
    let Some(state) = words.next().filter(|word| STATES.contains(word)) else { return false };
    let mut queue = || words.next().and_then(|word| word.parse::<u64>().ok());
    let (Some(received), Some(sent)) = (queue(), queue()) else { return false };
    let ends: Vec<&str> = words.collect();
    let unix = match netid {
        Some(netid) => netid.starts_with("u_"),
        // `ss -x` leaves the first column out.
        None => ends.get(1).is_some_and(|port| port.parse::<u64>().is_ok()),
    };
    if let Some(netid) = netid.filter(|netid| !unix && !matches!(*netid, "tcp" | "mptcp")) {
        // Other families have no relation; their rows are understood.
        return matches!(
            netid,
            "udp" | "raw" | "nl" | "p_raw" | "p_dgr" | "icmp6" | "dccp" | "sctp" | "v_str" | "v_dgr"
        );
    }
    let mut fields = Vec::with_capacity(6);
    let mut inode = None;
    if unix {
        inode = ends.get(1).and_then(|port| port.parse::<u64>().ok());
        let peer = match (ends.get(2), ends.get(3)) {
            (Some(&"*"), Some(&"0")) | (None, _) => None,
            (Some(&"*"), Some(port)) => Some(*port),
            (Some(path), _) => Some(*path),
        };
        fields.extend(ends.first().filter(|path| **path != "*").map(|path| ("local", Value::Text(out.name(path)))));
        fields.extend(peer.map(|peer| ("remote", Value::Text(out.name(peer)))));
    } else {
        fields.extend(ends.first().map(|end| ("local", Value::Text(out.name(end)))));
        fields.extend(ends.get(1).map(|end| ("remote", Value::Text(out.name(end)))));
    }
    fields.push(("state", Value::Text(out.name(state))));
    fields.push(("recv_queue", Value::Number(received as f64)));
    fields.push(("send_queue", Value::Number(sent as f64)));
    fields.extend(inode.map(|inode| ("inode", Value::Number(inode as f64))));
    let span = out.at(line);
    out.fact(Fact { relation: if unix { "unix_socket" } else { "tcp_socket" }, fields, span });
    owners(users, inode, line, out);
    true
}

/// Who has the socket open.
fn owners(text: &str, inode: Option<u64>, line: u32, out: &mut Builder) {
    let Some(parsed) = Grammar::parse(Rule::users, text).ok().and_then(|mut all| all.next()) else { return };
    for user in parsed.into_inner().filter(|part| part.as_rule() == Rule::user) {
        let (mut name, mut numbers) = (None, Vec::new());
        for part in user.into_inner() {
            match part.as_rule() {
                Rule::comm => name = Some(out.name(part.as_str())),
                Rule::number => numbers.extend(part.as_str().parse::<u32>()),
                _ => {}
            }
        }
        let [pid, number] = numbers[..] else { continue };
        let span = out.at(line);
        out.task(TaskSighting { keys: TaskKeys::process(pid), name, span, ..TaskSighting::default() });
        let mut fields = vec![("process", Value::Process(pid)), ("number", Value::Number(f64::from(number)))];
        fields.extend(inode.map(|inode| ("inode", Value::Number(inode as f64))));
        fields.push(("kind", Value::Text(out.name("socket"))));
        out.fact(Fact { relation: "fd", fields, span });
    }
}
