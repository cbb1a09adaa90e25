//! One ticket: read, diagnosed, and its page, its report and its state written.

use super::folder::Folder;
use super::state::{self, State};
use super::{Plan, excerpt};
use crate::memory::Memory;
use crate::reading;
use stacklore::reports::queue::{self, About, TicketRow, UnexplainedRow};
use stacklore::reports::{Layout, Report, redact};
use stacklore::{Engine, Options};
use stacklore_intake::{self as intake, Intake, Limits, Survey};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// What all tickets are done with.
pub(super) struct Desk<'a> {
    pub(super) engine: &'a Engine,
    pub(super) options: &'a Options,
    pub(super) limits: Limits,
    pub(super) redact: bool,
    pub(super) folder: &'a Folder,
    pub(super) memory: &'a Memory,
    /// What the answers depend on beside the tickets.
    pub(super) stamp: String,
    /// Take over what an earlier batch has done.
    pub(super) resume: bool,
}

/// A ticket that is done.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) row: TicketRow,
    /// An earlier batch did it.
    pub(super) resumed: bool,
}

impl Desk<'_> {
    /// Does a ticket, or takes over what an earlier batch did.
    ///
    /// # Errors
    /// Nothing can be written: no fault of the ticket, and the next would fare no better.
    pub(super) fn work(&self, plan: &Plan) -> anyhow::Result<Done> {
        let earlier = if self.resume { state::read(self.folder, &plan.name) } else { None };
        if let Some(state) = earlier
            && (&state.stamp, &state.mark, &state.row.id) == (&self.stamp, &plan.survey.mark, &plan.ticket.id)
        {
            return Ok(Done { row: state.row, resumed: true });
        }
        let since = Instant::now();
        let share = self.memory.share();
        let read = || intake::read_ticket(&plan.ticket, &self.limits, &share);
        let diagnosed = catch_unwind(AssertUnwindSafe(|| self.diagnose(plan, read())));
        let (report, failed, problem) = diagnosed.unwrap_or_else(|_| self.given_up(plan));
        let (page, file) = queue::ticket_files(&plan.name);
        let milliseconds = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
        let about = About { id: plan.ticket.id.clone(), page, report: file, date: None, milliseconds, problem };
        let row = if failed {
            TicketRow::failed(about)
        } else {
            TicketRow { unexplained: unexplained(&report), ..TicketRow::of(&report, about) }
        };
        self.folder.write(&row.page, |out| queue::ticket_page(&report, &Layout::default(), out))?;
        self.folder.write(&row.report, |out| queue::report_line(&report, out))?;
        let excerpts = excerpt::of(self.engine, &report);
        let state = State { stamp: self.stamp.clone(), mark: self.mark(plan), row, excerpts };
        self.folder.write(&state::file(&plan.name), |out| Ok(serde_json::to_writer(out, &state)?))?;
        Ok(Done { row: state.row, resumed: false })
    }

    /// A ticket that was written to meanwhile has no mark that could ever be found again.
    fn mark(&self, plan: &Plan) -> String {
        let Survey { mark, .. } = intake::survey(&plan.ticket.path, &self.limits);
        if mark == plan.survey.mark { mark } else { String::new() }
    }

    fn diagnose(&self, plan: &Plan, read: Intake) -> (Report, bool, Option<String>) {
        let failed = read.documents.is_empty();
        let mut told = read.told().into_iter();
        let problem = told.next().map(|first| match told.len() {
            0 => first,
            more => format!("{first} And {more} more of this kind: see the page."),
        });
        let report = reading::diagnose(self.engine, &plan.ticket.id, read, self.options);
        (if self.redact { redact(report) } else { report }, failed, problem)
    }

    /// The report on a ticket that the engine failed on: a bug, and the ticket's own loss only.
    fn given_up(&self, plan: &Plan) -> (Report, bool, Option<String>) {
        let problem = "The engine failed on this ticket; please report it with its texts.".to_owned();
        let options = Options { notes: vec![problem.clone()], ..self.options.clone() };
        let report = reading::diagnose(self.engine, &plan.ticket.id, Intake::default(), &options);
        (report, true, Some(problem))
    }
}

fn unexplained(report: &Report) -> Vec<UnexplainedRow> {
    report
        .unexplained
        .iter()
        .map(|form| UnexplainedRow {
            form: form.form.clone(),
            wait: form.wait.clone(),
            frames: form.frames.clone(),
            stacks: u32::try_from(form.stacks.len()).unwrap_or(u32::MAX),
            tasks: u32::try_from(form.tasks).unwrap_or(u32::MAX),
        })
        .collect()
}
