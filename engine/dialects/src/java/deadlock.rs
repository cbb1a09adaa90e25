//! The section that the virtual machine adds when it finds a ring of owners:
//!
//! ```text
//! Found one Java-level deadlock:
//! =============================
//! "transfer-1":
//!   waiting to lock monitor 0x00007f96f0066fd0 (object 0x00000000ffd1b510, a Dead$Account),
//!   which is held by "transfer-2"
//! ```
//!
//! Its threads are those of the dump, known by name only; it is the one place that tells owners of locks of
//! `java.util.concurrent` in a dump made without `-l`.

use super::thread::{kind_of, sighting};
use super::{Grammar, Rule};
use crate::builder::Builder;
use pest::Parser;
use stacklore_model::{
    Fact, HoldSource, Known, LockHolder, LockWaiting, Mode, Name, SessionId, System, TaskKeys, TaskSighting, Value,
};

/// What is known of the ring so far.
#[derive(Default)]
pub(super) struct Section {
    /// The thread of which the next lines speak.
    current: Option<Name>,
    /// What it wants.
    wanted: Option<Wanted>,
    /// The machine's own word stands before it, and none of its threads has been named yet.
    open: bool,
}

struct Wanted {
    object: u64,
    kind: &'static str,
    line: u32,
}

/// A thread of that name in this dump.
pub(super) fn by_name(name: &Name, session: SessionId) -> TaskKeys {
    TaskKeys { unique_name: Some(name.clone()), session, ..TaskKeys::default() }
}

/// The machine says that it found a deadlock.
pub(super) fn report(line: u32, out: &mut Builder) {
    let span = out.at(line);
    let fields = vec![("kind", Value::Text(out.name("java-deadlock")))];
    out.fact(Fact { relation: "report", fields, span });
}

impl Section {
    /// A section of which the machine's [word](report) was just told.
    pub(super) fn reported() -> Self {
        Section { open: true, ..Section::default() }
    }

    /// `"transfer-1":`; the first thread says which deadlock the report is about.
    pub(super) fn thread(&mut self, name: Name, line: u32, session: SessionId, out: &mut Builder) {
        sighted(&name, line, session, out);
        if self.open
            && let Some(report) = out.reading_mut().facts.last_mut()
        {
            report.fields.push(("task", Value::Task(by_name(&name, session))));
        }
        *self = Section { current: Some(name), wanted: None, open: false };
    }

    /// A line of the list of waits; `false` where it is none.
    pub(super) fn feed(&mut self, text: &str, line: u32, session: SessionId, out: &mut Builder) -> bool {
        if text.starts_with("waiting ") {
            self.wanted = wanted(text, line);
            return self.wanted.is_some();
        }
        let Some(rest) = text.split_once("which is held by ").map(|(_, rest)| rest) else {
            return text.starts_with("in JNI");
        };
        if let (Some(wanted), Some(current)) = (self.wanted.take(), &self.current) {
            let holder = rest.strip_prefix('"').and_then(|rest| rest.rsplit_once('"')).map(|(name, _)| out.name(name));
            edge(current, &wanted, holder.as_ref(), line, session, out);
        }
        true
    }
}

fn edge(waiter: &Name, wanted: &Wanted, holder: Option<&Name>, line: u32, session: SessionId, out: &mut Builder) {
    let span = out.span(wanted.line, line);
    let lock = sighting(wanted.object, out.name(wanted.kind), session, span);
    // A monitor is always wanted for writing; the section does not tell readers of other locks apart.
    let mode = (wanted.kind != "rwlock").then_some(Mode::Write);
    let waiters = vec![LockWaiting { task: by_name(waiter, session), mode, span: out.at(wanted.line) }];
    let holders = holder
        .map(|holder| LockHolder {
            task: by_name(holder, session),
            mode: Some(Mode::Write),
            known: Known::Observed,
            from: HoldSource::Owner,
            span: out.at(line),
        })
        .into_iter()
        .collect();
    out.lock(stacklore_model::LockSighting { waiters, holders, ..lock });
}

/// A thread of which this section may be all that the text holds.
fn sighted(name: &Name, line: u32, session: SessionId, out: &mut Builder) {
    out.task(TaskSighting {
        keys: by_name(name, session),
        name: Some(name.clone()),
        system: Some(System::Java),
        span: out.at(line),
        ..TaskSighting::default()
    });
}

/// `waiting to lock monitor …`, `waiting for ownable synchronizer …`.
fn wanted(text: &str, line: u32) -> Option<Wanted> {
    let parsed = Grammar::parse(Rule::wanted, text).ok()?.next()?;
    let what = parsed.into_inner().next()?;
    let owned = what.as_rule() == Rule::owned;
    let (mut object, mut class) = (None, "");
    for part in what.into_inner() {
        match part.as_rule() {
            // The monitor comes first, the object it belongs to after it.
            Rule::hex => object = u64::from_str_radix(part.as_str(), 16).ok(),
            Rule::of => class = part.into_inner().next().map_or("", |class| class.as_str()),
            _ => {}
        }
    }
    let kind = if owned { kind_of(class) } else { "monitor" };
    Some(Wanted { object: object.filter(|object| *object != 0)?, kind, line })
}

/// One line of an IDE's report: `T is waiting to lock java.lang.Object@1d37a147 which is held by U`.
pub(super) fn sentence(text: &str, line: u32, session: SessionId, out: &mut Builder) -> bool {
    let Some((waiter, rest)) = text.split_once(" is waiting to lock ") else { return false };
    let Some((object, holder)) = rest.split_once(" which is held by ") else { return false };
    let Some(object) = super::thread::identity(object.trim()) else { return false };
    let (waiter, holder) = (out.name(plain(waiter)), out.name(plain(holder)));
    sighted(&waiter, line, session, out);
    edge(&waiter, &Wanted { object, kind: "monitor", line }, Some(&holder), line, session, out);
    true
}

/// The name of a thread without the version of the program that some put behind it: `AWT-EventQueue-0 11.1#IU-117`.
fn plain(name: &str) -> &str {
    let name = name.trim().trim_end_matches('.').trim_matches('"');
    match name.split_once('#') {
        Some((before, _)) => before.rsplit_once(' ').map_or(name, |(name, _)| name),
        None => name,
    }
}
