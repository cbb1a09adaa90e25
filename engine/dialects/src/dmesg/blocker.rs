//! `INFO: task A:1 is blocked on a mutex likely owned by task B:2.`: who holds the lock that a hung task waits for.

use super::heads::who;
use super::{Grammar, Rule};
use crate::builder::Builder;
use crate::text::Line;
use pest::Parser;
use stacklore_model::{
    HoldSource, Known, LockHolder, LockSighting, LockWaiting, Mode, ObjectKey, Scope, System, TaskKeys, TaskSighting,
};

/// Reads such a line; whether it is one.
pub(super) fn read(line: &Line<'_>, out: &mut Builder) -> bool {
    let parsed = Grammar::parse(Rule::blocker, line.trimmed()).ok().and_then(|mut pairs| pairs.next());
    let Some(parsed) = parsed else { return false };
    let span = out.at(line.number);
    let (mut waiter, mut owner) = (TaskKeys::default(), TaskKeys::default());
    let (mut waiter_text, mut kind) = ("", "mutex");
    let (mut wanted, mut held) = (None, None);
    for part in parsed.into_inner() {
        match part.as_rule() {
            Rule::who => {
                waiter_text = part.as_str();
                waiter = sighted(waiter_text, line, out);
            }
            Rule::owner => owner = sighted(part.as_str(), line, out),
            Rule::role => wanted = mode(part.as_str()),
            Rule::owner_role => held = mode(part.as_str()),
            Rule::lock => kind = if part.as_str() == "rw-semaphore" { "rwlock" } else { part.as_str() },
            _ => {}
        }
    }
    if kind == "mutex" {
        (wanted, held) = (Some(Mode::Write), Some(Mode::Write));
    }
    // The last holder of a semaphore and a reader that is remembered may have let go.
    let known = if kind == "semaphore" || held == Some(Mode::Read) { Known::Inferred } else { Known::Observed };
    let symbol = out.name(&format!("{kind} awaited by {waiter_text}"));
    let kind = out.name(kind);
    out.lock(LockSighting {
        object: ObjectKey::symbol(symbol, Scope::Kernel),
        kind: Some(kind),
        size: 0,
        holders: vec![LockHolder { task: owner, mode: held, known, from: HoldSource::Owner, span }],
        waiters: vec![LockWaiting { task: waiter, mode: wanted, span }],
        anonymous_readers: None,
        write_wanted: None,
        free: None,
        span,
    });
    true
}

fn mode(role: &str) -> Option<Mode> {
    Some(if role == "reader" { Mode::Read } else { Mode::Write })
}

fn sighted(text: &str, line: &Line<'_>, out: &mut Builder) -> TaskKeys {
    let (name, keys) = who(text, out);
    out.task(TaskSighting {
        keys: keys.clone(),
        name,
        system: Some(System::Linux),
        span: out.at(line.number),
        ..TaskSighting::default()
    });
    keys
}
