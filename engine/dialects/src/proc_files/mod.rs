//! Files of a task in `/proc`: `status`, `sched`, `schedstat`, `stat`, `wchan`, `syscall`, `comm`, and the listings of
//! its directories `task` and `fd`.
//!
//! ```text
//! # grep Pnd /proc/1544574/status
//! SigPnd: 0000000000000000
//! ShdPnd: 0000000000000100
//! ```
//!
//! Which task it is stands in the path of the command, in a `==> path <==` header, in a `grep -H` prefix, or in the
//! file itself (`Pid:`, `Tgid:`). [`place`] tells it; [`status`], [`times`] and [`listing`] read the forms.

mod listing;
mod place;
mod status;
mod times;

use crate::builder::Builder;
use crate::dialect::{Dialect, Fed, Reader};
use crate::text::{Command, Context, Line, Tool};
use pest::Parser;
use pest_derive::Parser;
use place::Place;
use stacklore_model::{TaskSighting, TaskState};
pub(crate) use status::state_of_letter;
use status::{Entry, Status};
use times::Sched;

#[derive(Parser)]
#[grammar = "proc_files/grammar.pest"]
struct Grammar;

/// The dialect.
pub(crate) struct ProcFiles;

const NAME: &str = "proc-files";

impl Dialect for ProcFiles {
    fn name(&self) -> &'static str {
        NAME
    }

    fn needles(&self) -> &'static [&'static str] {
        &["==> ", "Name:\t", "Name: ", "State:\t", "State: ", "SigPnd:", "ShdPnd:", ", #threads: ", ") S ", ") D "]
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<FilesReader>::default()
    }
}

/// What is being read.
#[derive(Default)]
enum Region {
    #[default]
    None,
    /// A header was read; its file follows.
    Placed(Place),
    Status(Box<Status>),
    Sched(Box<Sched>),
    /// A file of one line; nothing more belongs to it once it was read.
    Line(Option<Place>),
    Threads(listing::Threads),
    Fds(Option<u32>),
}

#[derive(Default)]
struct FilesReader {
    typed: Option<Place>,
    region: Region,
}

impl Reader for FilesReader {
    fn opens(&mut self, line: &Line<'_>, context: &Context<'_>) -> bool {
        if line.is_blank() || line.prefix.time.is_some() {
            return false;
        }
        if let Some(place) = Place::of_header(line.trimmed()) {
            self.region = Region::Placed(place);
            return true;
        }
        let place = Place::of_line(line, context, self.typed.as_ref());
        self.region = region(place, line, context);
        !matches!(self.region, Region::None)
    }

    fn feed(&mut self, line: &Line<'_>, context: &Context<'_>, out: &mut Builder) -> Fed {
        if line.is_blank() {
            // Files of one line are followed by nothing; others may stand apart by a blank line.
            return if matches!(self.region, Region::Line(_)) { Fed::End } else { Fed::Passed };
        }
        let text = line.head().trim();
        if let Some(place) = Place::of_header(line.trimmed()) {
            self.close(out);
            self.region = Region::Placed(place);
            return Fed::Taken;
        }
        if text.starts_with("==> ") {
            return Fed::End;
        }
        if let Region::Placed(place) = &self.region {
            self.region = region(place.clone(), line, context);
        }
        if self.read(line, text, out) {
            return Fed::Taken;
        }
        // Another file of the same command: `grep -H` names it on each line.
        if line.prefix.path.is_some() {
            self.close(out);
            if self.opens(line, context) && self.read(line, text, out) {
                return Fed::Taken;
            }
        }
        Fed::End
    }

    fn close(&mut self, out: &mut Builder) {
        match std::mem::take(&mut self.region) {
            Region::Status(status) => status.tell(out),
            Region::Sched(sched) => sched.tell(out),
            Region::Threads(threads) => threads.tell(out),
            _ => {}
        }
    }

    fn command(&mut self, command: &Command, _out: &mut Builder) -> bool {
        self.typed = if command.tool == Tool::Shell { Place::of_text(&command.text) } else { None };
        self.typed.is_some()
    }
}

impl FilesReader {
    /// Reads a line of the open region.
    fn read(&mut self, line: &Line<'_>, text: &str, out: &mut Builder) -> bool {
        let number = line.number;
        match &mut self.region {
            Region::Status(status) => {
                let Some(entry) = Entry::of(text) else { return false };
                if status.prefix() != line.prefix.path.as_ref() {
                    return false;
                }
                if status.is_over(&entry) {
                    std::mem::replace(status.as_mut(), Status::new(Place::default())).tell(out);
                }
                status.add(&entry, number);
                true
            }
            Region::Sched(sched) => sched.prefix() == line.prefix.path.as_ref() && sched.add(text, number),
            Region::Threads(threads) => threads.add(text, number, out),
            Region::Fds(pid) => listing::fd(text, *pid, number, out) || text.starts_with("total "),
            Region::Line(place) => place.take().is_some_and(|place| one_line(text, &place, number, out)),
            Region::None | Region::Placed(_) => false,
        }
    }
}

/// The region that a line of that file begins.
fn region(place: Place, line: &Line<'_>, context: &Context<'_>) -> Region {
    let text = line.head().trim();
    let pid = place.keys.pid.or(place.keys.tid);
    match place.file.as_str() {
        "status" if Entry::of(text).is_some_and(|entry| entry.is_known()) => {
            return Region::Status(Box::new(Status::new(place)));
        }
        "sched" if text.contains(" : ") || times::is_sched_head(text) => {
            return Region::Sched(Box::new(Sched::new(place)));
        }
        "task" if listing::ids(text).is_some() || text.starts_with("total ") => {
            let whole = context.command().is_none_or(|command| !command.text.contains('|'));
            let counts = context.command().is_some_and(|command| command.text.contains("wc"));
            if let Some(pid) = pid.filter(|_| !counts) {
                return Region::Threads(listing::Threads { pid, whole, lines: None });
            }
        }
        "fd" if text.starts_with("l") && text.contains(" -> ") || text.starts_with("total ") => {
            return Region::Fds(pid);
        }
        "wchan" if is(Rule::wchan, text) => return Region::Line(Some(place)),
        "syscall" if is(Rule::syscall, text) => return Region::Line(Some(place)),
        "schedstat" if is(Rule::schedstat, text) => return Region::Line(Some(place)),
        "comm" if text.len() < 64 => return Region::Line(Some(place)),
        _ => {}
    }
    by_shape(place, text, line, context)
}

/// The region of a line whose form alone tells the file.
fn by_shape(place: Place, text: &str, line: &Line<'_>, context: &Context<'_>) -> Region {
    let next = context.after(line.number);
    let next = next.trim();
    let name = text.starts_with("Name:") && (next.starts_with("Umask:") || next.starts_with("State:"));
    let telling = ["State:", "SigPnd:", "ShdPnd:"].iter().any(|key| text.starts_with(key));
    if name || telling && Entry::of(text).is_some_and(|entry| entry.is_telling()) {
        return Region::Status(Box::new(Status::new(place)));
    }
    if times::is_sched_head(text) && next.starts_with("-----") {
        return Region::Sched(Box::new(Sched::new(place)));
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) && text.contains(") ") && is(Rule::stat, text) {
        return Region::Line(Some(Place { file: "stat".to_owned(), ..place }));
    }
    if text.starts_with('l') && text.contains("/fd/") && is(Rule::fd_row, text) {
        return Region::Fds(None);
    }
    Region::None
}

fn is(rule: Rule, text: &str) -> bool {
    Grammar::parse(rule, text).is_ok()
}

/// Reads a file of one line.
fn one_line(text: &str, place: &Place, line: u32, out: &mut Builder) -> bool {
    let keys = &place.keys;
    let (mut name, mut state) = (None, None);
    match place.file.as_str() {
        "stat" => return times::stat(text, keys, line, out),
        "schedstat" => return times::schedstat(text, keys, line, out),
        "comm" => name = Some(out.name(text)),
        "syscall" if text == "running" => state = Some(TaskState::Running),
        _ => {}
    }
    if !keys.is_anonymous() {
        let span = out.at(line);
        out.task(TaskSighting { keys: keys.clone(), name, state, span, ..TaskSighting::default() });
    }
    true
}
