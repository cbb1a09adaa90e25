//! Redaction: host names, network addresses, user names, paths and command-line arguments give way to stand-ins.
//!
//! It happens after the diagnosis and on the view, so that every format shows the same and nothing that was concluded
//! changes. First the texts tell what their secrets are ([`context`], [`learn`]); then every string is rewritten in
//! one pass ([`rewrite`]). Line numbers, functions, modules, lock addresses, names and numbers of tasks stay.
//! A view that is redacted already stays as it is.

mod address;
mod command;
mod context;
mod learn;
mod literals;
mod place;
mod rewrite;
mod standins;
mod tables;
mod views;
mod words;

#[cfg(test)]
mod tests;

use crate::view::{Contents, FrameView, Parsed, Report, WhyView};
use context::{Found, Mark, What};
use literals::Literals;
use rewrite::{Origin, Rewriter};
use standins::StandIns;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The view with stand-ins for everything that says whose machine it is: a pure function, equal for equal views.
pub fn redact<V: Redact>(view: V) -> V {
    view.redacted()
}

/// A view that can be redacted.
pub trait Redact: Sized {
    /// See [`redact`].
    fn redacted(self) -> Self;
}

impl Redact for Report {
    fn redacted(mut self) -> Self {
        let names = names(&self.contents);
        let (texts, rewriter) = learned(&self.contents, &self.texts, &names);
        let mut views = views::Views::new(rewriter, &texts);
        self.case = views.case(self.case);
        views.contents(&mut self.contents);
        self.findings.iter_mut().for_each(|finding| views.finding(finding));
        self.near_misses.iter_mut().for_each(|near| views.near_miss(near));
        self.known_fixes.iter_mut().for_each(|fix| views.fix(fix));
        self.snapshots.iter_mut().for_each(|series| views.snapshots(series));
        self.texts = texts;
        self
    }
}

impl Redact for Parsed {
    fn redacted(mut self) -> Self {
        let names = names(&self.contents);
        let (texts, rewriter) = learned(&self.contents, &self.texts, &names);
        let mut views = views::Views::new(rewriter, &texts);
        self.case = views.case(self.case);
        views.contents(&mut self.contents);
        self.equal_stacks.iter_mut().for_each(|equal| views.equal(equal));
        self.texts = texts;
        self
    }
}

/// The texts of a case with stand-ins, and what rewrites everything else that is said of it.
fn learned<'n>(
    contents: &Contents,
    originals: &[Arc<String>],
    names: &'n HashSet<Arc<str>>,
) -> (Vec<Arc<String>>, Rewriter<'n>) {
    let names: HashSet<&str> = names.iter().map(|name| &**name).collect();
    let (texts, stand_ins, literals) = texts(originals, &Frames::of(contents, originals.len()), &names);
    (texts, Rewriter { stand_ins, literals, names })
}

impl Redact for WhyView {
    fn redacted(mut self) -> Self {
        let names: HashSet<&str> = self.names.iter().map(|name| &**name).collect();
        let (texts, stand_ins, literals) = texts(&self.texts, &Frames::default(), &names);
        let mut views = views::Views::new(Rewriter { stand_ins, literals, names }, &texts);
        self.source_names.iter_mut().for_each(|name| views.source(name));
        self.title = views.prose(&self.title);
        self.outcome = views.prose(&self.outcome);
        self.clauses.iter_mut().for_each(|clause| views.clause(clause));
        self.texts = texts;
        self
    }
}

/// Names of tasks and functions: they stay, and what is called like them is no secret elsewhere.
fn names(contents: &Contents) -> HashSet<Arc<str>> {
    let mut names: HashSet<Arc<str>> = HashSet::new();
    let of_tasks = contents.tasks.iter().filter_map(|task| task.name.as_deref());
    let of_processes = contents.processes.iter().filter_map(|process| process.name.as_deref());
    names.extend(of_tasks.chain(of_processes).map(Arc::from));
    for frame in contents.stacks.iter().flat_map(|stack| &stack.frames) {
        if !names.contains(&*frame.symbol) {
            names.insert(Arc::clone(&frame.symbol));
        }
    }
    names
}

/// The frames of each text, in the order of their lines.
#[derive(Debug, Default)]
struct Frames<'v> {
    texts: Vec<Vec<(u32, &'v FrameView)>>,
}

impl<'v> Frames<'v> {
    fn of(contents: &'v Contents, texts: usize) -> Self {
        let mut frames = Frames { texts: vec![Vec::new(); texts] };
        for stack in &contents.stacks {
            if let Some(of_text) = frames.texts.get_mut(stack.source as usize) {
                of_text.extend(stack.frames.iter().map(|frame| (frame.line, frame)));
            }
        }
        for of_text in &mut frames.texts {
            of_text.sort_by_key(|(line, _)| *line);
        }
        frames
    }

    fn of_text(&self, text: usize) -> &[(u32, &'v FrameView)] {
        self.texts.get(text).map_or(&[], Vec::as_slice)
    }
}

type Redacted = (Vec<Arc<String>>, StandIns, Literals);

/// Learns from all texts, then rewrites them.
fn texts(texts: &[Arc<String>], frames: &Frames<'_>, names: &HashSet<&str>) -> Redacted {
    let mut stand_ins = StandIns::default();
    let found: Vec<Found> = texts.iter().map(|text| context::read(text, &mut stand_ins)).collect();
    let mut learned = Vec::new();
    for (text, found) in texts.iter().zip(&found) {
        learn::learn(text, found, &mut stand_ins, &mut learned);
    }
    let literals = Literals::of(&learned, names, &stand_ins);
    let mut rewriter = Rewriter { stand_ins, literals, names: names.clone() };
    let mut redacted = Vec::with_capacity(texts.len());
    for (number, (text, found)) in texts.iter().zip(found).enumerate() {
        let frames = frames.of_text(number);
        let marks = marks(text, found, frames, &rewriter.literals);
        let mut lines: Vec<u32> = frames.iter().map(|(line, _)| *line).collect();
        lines.dedup();
        redacted.push(Arc::new(rewriter.rewrite(text, &marks, &lines, Origin::Case)));
    }
    (redacted, rewriter.stand_ins, rewriter.literals)
}

/// The positions of a text and those of its frames, sorted and apart.
fn marks(text: &str, found: Found, frames: &[(u32, &FrameView)], literals: &Literals) -> Vec<Mark> {
    let mut marks = found.marks;
    let mut hit: HashMap<&str, bool> = HashMap::new();
    let mut starts = None;
    for (line, frame) in frames {
        let keeps = *hit.entry(&*frame.symbol).or_insert_with_key(|symbol| !literals.hits(symbol).is_empty());
        let odd = |place: &&Arc<str>| place.contains(' ') && place.contains(['/', '\\']);
        let places = frame.location.iter().chain(&frame.module).filter(odd).map(|place| (&**place, What::Place));
        for (part, what) in places.chain(keeps.then_some((&*frame.symbol, What::Keep))) {
            let starts = starts.get_or_insert_with(|| line_starts(text));
            let Some(start) = starts.get((*line as usize).saturating_sub(1)).copied() else { continue };
            let end = starts.get(*line as usize).copied().unwrap_or(text.len());
            if let Some(at) = memchr::memmem::find(&text.as_bytes()[start..end], part.as_bytes()) {
                marks.push(Mark { range: start + at..start + at + part.len(), what });
            }
        }
    }
    marks.sort_by_key(|mark| (mark.range.start, mark.what));
    let mut free = 0;
    marks.retain(|mark| {
        let apart = mark.range.start >= free;
        if apart {
            free = mark.range.end;
        }
        apart
    });
    marks
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect()
}
