//! Which threads a session names, which one is selected, and whether all of them are listed.

use super::{GdbReader, call, line, stack, target};
use crate::builder::Builder;
use stacklore_model::{TaskKeys, TaskSighting};

impl GdbReader {
    /// The keys of a thread; a number that belongs to another thread shows that another run of gdb has begun.
    pub(super) fn keys(&mut self, number: Option<u64>, target: &target::Target, out: &mut Builder) -> TaskKeys {
        if self.session(out).contradicts(number, target) {
            self.end_listings(out);
            self.start(out);
        }
        self.session(out).keys(number, target)
    }

    pub(super) fn sighted(&mut self, keys: &TaskKeys, name: Option<&str>, line: u32, out: &mut Builder) {
        let name = stack::shared(name, out);
        let span = out.at(line);
        out.task(TaskSighting { keys: keys.clone(), name, span, ..TaskSighting::default() });
    }

    pub(super) fn select(&mut self, keys: TaskKeys, out: &mut Builder) {
        self.session(out).current = Some(keys);
        (self.echo, self.adrift) = (true, false);
    }

    pub(super) fn row(
        &mut self,
        current: bool,
        who: (Option<u64>, &target::Target),
        text: &str,
        line: u32,
        out: &mut Builder,
    ) {
        self.end_group(out);
        let (number, target) = who;
        let keys = self.keys(number, target, out);
        let (name, call) = stack::name_and_frame(text);
        self.sighted(&keys, name, line, out);
        self.rows.row(number, target.tid, line);
        if current {
            self.select(keys.clone(), out);
        }
        if let Some((address, call)) =
            line::current_frame(call).filter(|(address, call)| stack::is_frame(*address, &call::split(call)))
        {
            self.look(keys, address, call, line, out);
        }
    }

    pub(super) fn stopped(&mut self, number: Option<u64>, signal: &str, line: u32, out: &mut Builder) {
        self.began(out);
        self.session(out).runs();
        if let Some(number) = number {
            let keys = self.session(out).numbered(number);
            self.select(keys, out);
        }
        // A user's interrupt and a breakpoint say nothing of the program.
        if !matches!(signal, "SIGINT" | "SIGTRAP" | "SIGSTOP") {
            out.note(Some(out.at(line)), format!("gdb says that the program received {signal}."));
        }
    }

    pub(super) fn end_listings(&mut self, out: &mut Builder) {
        let (rows, dump) = (std::mem::take(&mut self.rows), std::mem::take(&mut self.dump));
        if rows.is_empty() && dump.is_empty() {
            return;
        }
        let asked = (self.asked.rows, self.asked.all);
        let session = self.session(out);
        let rows = rows.complete(asked.0, &session.born, out);
        let dump_asked = asked.1 || session.preamble;
        let stacks = dump.has_stacks();
        let dump = if dump_asked { dump.complete(asked.1, &session.born, out) } else { None };
        session.listings.extend(rows.map(|span| (false, span)));
        session.listings.extend(dump.map(|span| (stacks, span)));
    }

    /// gdb tells how it began.
    pub(super) fn began(&mut self, out: &mut Builder) {
        self.end_group(out);
        self.session(out).preamble = true;
        self.echo = true;
    }
}
