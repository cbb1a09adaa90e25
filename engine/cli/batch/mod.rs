//! A queue of tickets: each is diagnosed by itself, then what they have in common is told.
//!
//! Every ticket's page, report and state are written as soon as it is done, each whole or not at all; the index and
//! the other files over all tickets come at the end. So a batch can be killed at any moment and go on later.

mod across;
mod excerpt;
mod finish;
mod folder;
mod order;
mod progress;
mod state;
mod ticket;
mod words;

use crate::args::BatchArgs;
use crate::exit::Exit;
use crate::memory::Memory;
use crate::{complain, rulebook};
use anyhow::{Context as _, bail};
use folder::Folder;
use order::Order;
use progress::Progress;
use rayon::prelude::*;
use stacklore::reports::queue::TicketRow;
use stacklore::{Engine, Options};
use stacklore_intake::{self as intake, Limits, Queue, Survey, Ticket};
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;
use ticket::{Desk, Done};

/// A ticket that is to be done.
#[derive(Debug)]
struct Plan {
    ticket: Ticket,
    /// Name of its files.
    name: String,
    survey: Survey,
}

/// Diagnoses the tickets below the given paths.
pub(crate) fn run(args: &BatchArgs) -> anyhow::Result<Exit> {
    let since = Instant::now();
    let engine = rulebook::engine(&args.knowledge)?;
    let queue = queue(args)?;
    let folder = Folder::open(&args.out)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.jobs.map_or(0, usize::from)).build()?;
    let limits = Limits::from(&args.limits);
    let plans = pool.install(|| plans(queue, &limits));
    let options = Options { least: args.min_certainty.into(), ..Options::default() };
    let memory = Memory::new(args.memory);
    let desk = Desk {
        engine: &engine,
        options: &options,
        limits,
        redact: args.redact,
        folder: &folder,
        memory: &memory,
        stamp: stamp(&engine, &options, &limits, args.redact),
        resume: args.resume,
    };
    let done = pool.install(|| work(&desk, &plans))?;
    let resumed = done.iter().filter(|done| done.resumed).count();
    let rows: Vec<TicketRow> = done.into_iter().map(|done| done.row).collect();
    let names: Vec<&str> = plans.iter().map(|plan| plan.name.as_str()).collect();
    let summary = finish::write(&folder, &engine, rows, &names)?;
    finish::tell(&summary, &args.out, resumed, since.elapsed())?;
    let least = args.fail_on.map(stacklore::reason::finding::Certainty::from);
    let alarm =
        |row: &TicketRow| least.is_some_and(|least| row.findings.iter().any(|finding| finding.certainty >= least));
    Ok(match () {
        () if summary.failed == summary.total => Exit::Failed,
        () if summary.tickets.iter().any(alarm) => Exit::Found,
        () => Exit::Done,
    })
}

/// The tickets; fails where there are none, or where the results would become one.
fn queue(args: &BatchArgs) -> anyhow::Result<Queue> {
    let queue = intake::queue(&args.paths, &args.out);
    for problem in &queue.problems {
        complain(&problem.to_string());
    }
    if queue.tickets.is_empty() {
        bail!("there is no ticket; name a folder of tickets: each file, folder or archive in it is one");
    }
    if let Some(around) = queue.tickets.iter().find(|ticket| holds(&ticket.path, &args.out)) {
        bail!(
            "{}: this folder lies in the ticket {}, which would be read while it is written; choose another with --out",
            args.out.display(),
            around.path.display()
        );
    }
    Ok(queue)
}

/// Whether a folder that may not be there yet lies in another one.
fn holds(outer: &Path, inner: &Path) -> bool {
    let there = inner.ancestors().find_map(|path| {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        fs::canonicalize(path).ok()
    });
    match (fs::symlink_metadata(outer), fs::canonicalize(outer), there) {
        (Ok(meta), Ok(outer), Some(inner)) => meta.is_dir() && inner.starts_with(outer),
        _ => false,
    }
}

fn plans(queue: Queue, limits: &Limits) -> Vec<Plan> {
    let ids: Vec<String> = queue.tickets.iter().map(|ticket| ticket.id.clone()).collect();
    let names = folder::names(&ids);
    let tickets: Vec<(Ticket, String)> = queue.tickets.into_iter().zip(names).collect();
    let plan = |(ticket, name): (Ticket, String)| Plan { survey: intake::survey(&ticket.path, limits), ticket, name };
    tickets.into_par_iter().map(plan).collect()
}

/// What the answers depend on beside the tickets.
fn stamp(engine: &Engine, options: &Options, limits: &Limits, redact: bool) -> String {
    let of = engine.about();
    format!("{} {} {options:?} {limits:?} redact={redact}", of.version, of.rules_hash)
}

/// Does all tickets, on every thread of the pool.
fn work(desk: &Desk<'_>, plans: &[Plan]) -> anyhow::Result<Vec<Done>> {
    let order = Order::of(plans.iter().map(|plan| plan.survey.bytes));
    let progress = Progress::of(plans.iter().map(|plan| plan.survey.bytes));
    let done: Vec<Mutex<Option<Done>>> = plans.iter().map(|_| Mutex::default()).collect();
    // Not a parallel iterator: a thread that waits for memory must not hold a second ticket, begun while it waited for
    // a part of the first.
    let results = rayon::broadcast(|_| -> anyhow::Result<()> {
        while let Some(number) = order.next(|bytes| desk.memory.is_short_of(bytes)) {
            let (Some(plan), Some(place)) = (plans.get(number), done.get(number)) else { break };
            let result = desk.work(plan).inspect_err(|_| order.stop())?;
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
            progress.done(plan.survey.bytes);
        }
        Ok(())
    });
    progress.end();
    results.into_iter().collect::<anyhow::Result<()>>()?;
    let done = done.into_iter().map(|place| place.into_inner().unwrap_or_else(PoisonError::into_inner));
    done.collect::<Option<Vec<Done>>>().context("a ticket was passed over: please report this")
}
