//! One file, member or part on its way to a document: what it is, what it holds, how much of it is read.

use crate::budget::Budget;
use crate::magic::Kind;
use crate::parts::{Part, WRAPPERS};
use crate::source::Source;
use crate::{Intake, Limit, Limits, Problem, archive, decode, label, layout, magic};
use stacklore_model::Document;
use std::cell::RefCell;
use std::io;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A case that is being read.
pub(crate) struct Reading<'a> {
    /// What is left of the limits.
    pub(crate) budget: Budget<'a>,
    intake: RefCell<Intake>,
}

/// Where something that is read stands.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    /// How many layers (archives, streams, messages) it lies in.
    pub(crate) nesting: usize,
    /// Nothing but text.
    pub(crate) plain: bool,
}

impl Place {
    /// Where the content of something in this place stands.
    pub(crate) fn inside(self) -> Place {
        Place { nesting: self.nesting + 1, plain: false }
    }
}

impl<'a> Reading<'a> {
    pub(crate) fn new(budget: Budget<'a>) -> Self {
        Reading { budget, intake: RefCell::default() }
    }

    /// Everything that was read.
    pub(crate) fn finish(self) -> Intake {
        let mut intake = self.intake.into_inner();
        intake.problems.extend(self.budget.into_hits());
        layout::advise(&mut intake);
        intake
    }

    /// How many documents and problems there are.
    pub(crate) fn reached(&self) -> (usize, usize) {
        let intake = self.intake.borrow();
        (intake.documents.len(), intake.problems.len())
    }

    /// Puts what was read since in another order.
    pub(crate) fn reorder(&self, change: impl FnOnce(&mut Intake)) {
        change(&mut self.intake.borrow_mut());
    }

    pub(crate) fn problem(&self, problem: Problem) {
        self.intake.borrow_mut().problems.push(problem);
    }

    /// Reads a file, member or part, whatever it is.
    pub(crate) fn source(&self, name: &str, source: Source<'_>, place: Place, notes: Vec<String>) {
        if self.budget.over(name) {
            return self.budget.left_out();
        }
        let form = if place.plain { None } else { magic::recognise(source.head()) };
        // Documents that are archives inside are documents; and an archive is none by the name of its first file.
        let packs = !place.plain && form.is_none_or(|form| form.kind == Kind::Archive);
        if let Some(format) = archive::recognise(source.head()).filter(|_| packs) {
            if self.deeper(name, place) {
                archive::open(self, format, name, source, place.inside(), notes);
            }
            return;
        }
        if let Some(form) = form {
            let (what, advice) = (form.what, form.advice.into());
            return self.problem(Problem::NoText { name: name.to_owned(), what, advice });
        }
        self.text(name, source, place, notes);
    }

    fn text(&self, name: &str, source: Source<'_>, place: Place, mut notes: Vec<String>) {
        if self.budget.most() == 0 && self.budget.narrowest() == Limit::Bytes && !source.is_held() {
            return self.budget.end(Limit::Bytes, name);
        }
        let tells_itself = source.tells_itself();
        let read = source.gather(&self.budget, name);
        let kept = read.bytes.len() as u64;
        if let Some(limit) = read.cut {
            let (words, flag) = (limit.words(self.budget.limits), limit.flag());
            notes.push(format!(
                "Only its first {kept} bytes were read: the limit of {words} was reached there; raise it with {flag}."
            ));
        } else if read.broken.is_some() && kept > 0 {
            notes.push(format!("Only its first {kept} bytes could be read."));
        }
        let (cut, is_broken) = (read.cut.is_some(), read.broken.is_some());
        match read.broken {
            Some(source) if !tells_itself => self.problem(broken(name, kept, source)),
            _ => {}
        }
        if kept == 0 && (cut || is_broken) {
            return;
        }
        if read.binary {
            self.problem(Problem::Binary { name: name.to_owned() });
        } else if !self.wrapped(name, &read.bytes, place, &mut notes) {
            match document(name, read.bytes, cut, notes) {
                Ok(document) => return self.intake.borrow_mut().documents.push(document),
                Err(problem) => self.problem(problem),
            }
        }
        self.budget.release(kept);
        self.budget.give(kept);
    }

    /// Reads the parts where the text wraps others; `false` where it is just a text. What there is to know about the
    /// text is said of its first part.
    fn wrapped(&self, name: &str, bytes: &[u8], place: Place, notes: &mut Vec<String>) -> bool {
        let known = if place.plain { None } else { WRAPPERS.iter().find(|wrapper| wrapper.recognise(name, bytes)) };
        let Some(wrapper) = known else { return false };
        if !self.deeper(name, place) {
            return true;
        }
        let each = &mut |mut part: Part| {
            part.notes.append(notes);
            self.part(name, part, place)
        };
        // A parser that panics on a damaged message must not take the other texts with it.
        if catch_unwind(AssertUnwindSafe(|| wrapper.unwrap(bytes, each))).is_err() {
            let why = "its form confuses the reader".into();
            self.problem(Problem::Damaged { name: name.to_owned(), after: 0, why });
        }
        true
    }

    fn part(&self, whole: &str, part: Part, place: Place) -> ControlFlow<()> {
        let name = part.name.map_or_else(|| whole.to_owned(), |name| label::member(whole, name.as_bytes()));
        if !self.budget.entry(&name) {
            return ControlFlow::Break(());
        }
        let place = Place { plain: part.plain, ..place.inside() };
        let size = part.bytes.len() as u64;
        self.budget.take(size);
        self.budget.keep(size);
        self.source(&name, Source::bytes(part.bytes), place, part.notes);
        ControlFlow::Continue(())
    }

    /// Whether another layer may be opened at `name`.
    pub(crate) fn deeper(&self, name: &str, place: Place) -> bool {
        let may = place.nesting < self.budget.limits.nesting.min(Limits::NESTING);
        if !may {
            self.budget.tell(Limit::Nesting, name, "it was not opened");
        }
        may
    }
}

/// An error of the outside world. What came before it stays.
pub(crate) fn broken(name: &str, after: u64, source: io::Error) -> Problem {
    let name = name.to_owned();
    match after {
        0 => Problem::Unreadable { name, source },
        _ => Problem::Damaged { name, after, why: source.to_string() },
    }
}

fn document(name: &str, bytes: Vec<u8>, cut: bool, mut notes: Vec<String>) -> Result<Document, Problem> {
    let (name, size) = (name.to_owned(), bytes.len() as u64);
    if bytes.iter().all(|byte| byte.is_ascii_whitespace()) {
        return Err(Problem::Empty { name });
    }
    let Some(mut decoded) = decode::decode(bytes) else { return Err(Problem::Binary { name }) };
    if cut {
        let end = decoded.text.rfind('\n').map_or(decoded.text.len(), |end| end + 1);
        decoded.text.truncate(end);
    }
    notes.append(&mut decoded.notes);
    Ok(Document { name, encoding: decoded.encoding, bytes: size, text: decoded.text, notes })
}
