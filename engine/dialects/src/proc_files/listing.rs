//! `ls /proc/PID/task` and `ls -l /proc/PID/fd`.

use super::{Grammar, Rule};
use crate::builder::Builder;
use pest::Parser;
use stacklore_model::{Fact, Listing, ListingOf, TaskKeys, TaskSighting, Value};

/// Threads of a process, as `ls` lists them.
pub(super) struct Threads {
    pub(super) pid: u32,
    pub(super) whole: bool,
    pub(super) lines: Option<(u32, u32)>,
}

/// Thread ids in a line of `ls`.
pub(super) fn ids(text: &str) -> Option<Vec<u32>> {
    if let Some(parsed) = Grammar::parse(Rule::ids, text).ok().and_then(|mut all| all.next()) {
        let ids: Option<Vec<u32>> = parsed
            .into_inner()
            .filter(|part| part.as_rule() == Rule::number)
            .map(|id| id.as_str().parse().ok())
            .collect();
        return ids;
    }
    let parsed = Grammar::parse(Rule::id_row, text).ok()?.next()?;
    let last = parsed.into_inner().filter(|part| part.as_rule() == Rule::cell).last()?;
    // The directory itself and its parent are listed by `ls -la`.
    Some(last.as_str().parse().ok().into_iter().collect())
}

impl Threads {
    pub(super) fn add(&mut self, text: &str, line: u32, out: &mut Builder) -> bool {
        let total = text.strip_prefix("total ").is_some_and(|rest| rest.trim().parse::<u32>().is_ok());
        let Some(ids) = ids(text).or_else(|| total.then(Vec::new)) else { return false };
        for tid in ids {
            let keys = TaskKeys { tid: Some(tid), pid: Some(self.pid), ..TaskKeys::default() };
            let span = out.at(line);
            out.task(TaskSighting { keys, span, ..TaskSighting::default() });
        }
        self.lines = Some((self.lines.map_or(line, |(first, _)| first), line));
        true
    }

    pub(super) fn tell(self, out: &mut Builder) {
        if let Some((first, last)) = self.lines.filter(|_| self.whole) {
            let span = out.span(first, last);
            out.listing(Listing { of: ListingOf::ThreadsOf(self.pid), stacks: false, span });
        }
    }
}

/// Reads a row of `ls -l /proc/PID/fd`; `pid` is what the command names.
pub(super) fn fd(text: &str, pid: Option<u32>, line: u32, out: &mut Builder) -> bool {
    let Some(parsed) = Grammar::parse(Rule::fd_row, text).ok().and_then(|mut all| all.next()) else { return false };
    let Some(arrow) = parsed.into_inner().find(|part| part.as_rule() == Rule::arrow) else { return false };
    let (mut process, mut number, mut target) = (pid, None, "");
    for part in arrow.into_inner() {
        match part.as_rule() {
            Rule::fd_path => process = part.as_str().split('/').nth(2).and_then(|pid| pid.parse().ok()),
            Rule::number => number = part.as_str().parse::<u32>().ok(),
            Rule::target => target = part.as_str().trim(),
            _ => {}
        }
    }
    let (Some(process), Some(number)) = (process, number) else { return false };
    let (kind, inode) = match target.split_once(":[") {
        Some(("anon_inode", kind)) => (kind.trim_end_matches(']'), None),
        Some((kind, inode)) if !kind.contains('/') => (kind, inode.trim_end_matches(']').parse::<u64>().ok()),
        _ => ("file", None),
    };
    let kind = out.name(kind);
    let mut fields = vec![("process", Value::Process(process)), ("number", Value::Number(f64::from(number)))];
    fields.extend(inode.map(|inode| ("inode", Value::Number(inode as f64))));
    fields.push(("kind", Value::Text(kind)));
    let span = out.at(line);
    out.fact(Fact { relation: "fd", fields, span });
    true
}
