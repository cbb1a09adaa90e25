//! What `p`, `v` and `frame variable` of lldb print of a lock:
//!
//! ```text
//! (pthread_mutex_t) $0 = {
//!   __data = {
//!     __lock = 2
//!     __owner = 4735
//! ```
//!
//! The members are those of the C library; rewritten with commas, they are read like gdb's.

use crate::builder::Builder;
use crate::gdb::expression::{Named, named};
use crate::gdb::lock::{Lock, locks};
use stacklore_model::{
    Frame, HoldSource, Known, LockHolder, LockSighting, Mode, ObjectKey, Scope, SessionId, TaskKeys,
};

/// Longest value that is kept.
const MAX_VALUE: usize = 256 * 1024;

/// A value whose lines are being read.
pub(super) struct Value {
    expression: Option<String>,
    /// The value in gdb's form.
    text: String,
    /// Open brackets, as they must be closed.
    open: Vec<char>,
    first: u32,
    last: u32,
}

impl Value {
    /// The value that begins with this line: `(T) $0 = {`, `(T) name = {`, `(T) {`.
    pub(super) fn begin(text: &str, asked: Option<&str>, line: u32) -> Option<Self> {
        let rest = text.strip_prefix('(')?;
        let open = rest.find(['{', '='])?;
        let (kind, _) = rest.get(..open)?.split_once(')')?;
        if kind.is_empty() {
            return None;
        }
        let (head, body) = match rest.split_once(" = ") {
            Some((head, body)) if body.starts_with(['{', '(']) => (head, body),
            _ => (rest.get(..open)?, rest.get(open..)?),
        };
        if !body.starts_with(['{', '(']) {
            return None;
        }
        let variable =
            head.rsplit(") ").next().map(str::trim).filter(|name| !name.is_empty() && !name.starts_with('$'));
        let expression = asked.or(variable).map(str::to_owned);
        let mut value = Value { expression, text: String::new(), open: Vec::new(), first: line, last: line };
        value.push(body);
        Some(value)
    }

    /// Takes a line of a value whose brackets are open.
    pub(super) fn takes(&mut self, text: &str, line: u32) -> bool {
        if self.is_complete() || self.text.len() > MAX_VALUE {
            return false;
        }
        self.push(text.trim());
        self.last = line;
        true
    }

    pub(super) fn is_complete(&self) -> bool {
        self.open.is_empty()
    }

    fn push(&mut self, text: &str) {
        let (mut string, mut escaped, mut before) = (false, false, ' ');
        for c in text.chars() {
            match c {
                _ if string => {
                    string = escaped || c != '"';
                    escaped = !escaped && c == '\\';
                    self.text.push(c);
                    continue;
                }
                '"' => string = true,
                '{' => self.open.push('}'),
                '(' if before == '=' || self.text.is_empty() => {
                    self.open.push('}');
                    self.text.push('{');
                    continue;
                }
                '(' => self.open.push(')'),
                '}' | ')' => {
                    let close = self.open.pop().unwrap_or(c);
                    self.text.push(close);
                    continue;
                }
                _ => {}
            }
            if c != ' ' {
                before = c;
            }
            self.text.push(c);
        }
        if !text.ends_with(['{', '(', ',']) {
            self.text.push(',');
        }
        self.text.push(' ');
    }

    /// Tells the locks in it. `frames` are those of the thread at which the value was asked for.
    pub(super) fn tell(self, frames: &[Frame], pid: Option<u32>, session: SessionId, out: &mut Builder) {
        let expression = self.expression.as_deref().unwrap_or("");
        for lock in locks(&self.text) {
            let whole = match (expression, lock.path.as_str()) {
                ("", path) => path.to_owned(),
                (name, "") => name.to_owned(),
                (name, path) => format!("{name}.{path}"),
            };
            let scope = pid.map_or(Scope::Session(session), Scope::Process);
            let mut object = ObjectKey { address: None, symbol: None, symbol_offset: 0, scope };
            match named(expression).filter(|_| lock.path.is_empty()) {
                Some(Named::Address(address)) => object.address = Some(address),
                Some(Named::Pointer(name)) => {
                    let value = |frame: &Frame| frame.argument(&name).and_then(|argument| argument.number);
                    object.address = frames.iter().find_map(value);
                }
                _ => {}
            }
            if object.address.is_none() {
                let name = if whole.is_empty() { format!("lock of line {}", self.first) } else { whole };
                object.symbol = Some(out.name(&name));
            }
            let span = out.span(self.first, self.last);
            let sighting = sighting(object, &lock, pid, session, span, out);
            out.lock(sighting);
        }
    }
}

fn sighting(
    object: ObjectKey,
    lock: &Lock,
    pid: Option<u32>,
    session: SessionId,
    span: stacklore_model::Span,
    out: &mut Builder,
) -> LockSighting {
    let holder = |tid| LockHolder {
        task: TaskKeys { tid: Some(tid), pid: pid.filter(|_| !lock.shared), session, ..TaskKeys::default() },
        mode: Some(Mode::Write),
        known: Known::Observed,
        from: HoldSource::Owner,
        span,
    };
    LockSighting {
        object,
        kind: Some(out.name(lock.kind)),
        size: 0,
        holders: lock.owner.map(holder).into_iter().collect(),
        waiters: Vec::new(),
        anonymous_readers: lock.readers.filter(|readers| *readers > 0),
        write_wanted: lock.write_wanted,
        free: lock.free,
        span,
    }
}

/// The expression of a command that prints a value.
pub(super) fn asked(command: &str) -> Option<&str> {
    let (verb, rest) = command.trim().split_once(' ')?;
    let rest = match verb {
        "p" | "print" | "po" | "v" | "var" | "vo" | "dwim-print" => rest,
        "frame" | "fr" | "f" => rest.trim_start().split_once(' ').filter(|(sub, _)| sub.starts_with('v'))?.1,
        "expr" | "expression" | "e" => rest.rsplit_once("-- ").map_or(rest, |(_, rest)| rest),
        _ => return None,
    };
    Some(rest.trim()).filter(|expression| !expression.is_empty() && !expression.starts_with('-'))
}
