//! The strings of the view model, one method for each of its types.

use super::rewrite::{Origin, Rewriter};
use super::standins::Kind;
use crate::view::{
    ClauseView, Contents, EqualView, FindingView, FixView, FrameView, Lines, MissingView, NearMissView, Quote,
    SnapshotsView,
};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// Label of what was piped in: it names nothing.
const STANDARD_INPUT: &str = "standard input";
/// Label of a redacted case.
const CASE: &str = "case";
/// How a note about an input that could not be read begins; the name follows.
const NOT_READ: &str = "Not read: ";

/// Rewrites the strings of a view.
pub(super) struct Views<'n> {
    rewriter: Rewriter<'n>,
    /// The texts as they are now: what is quoted of them is quoted again.
    lines: Lines,
    /// Places of frames are many and few of them differ.
    places: HashMap<Arc<str>, Arc<str>>,
}

impl<'n> Views<'n> {
    pub(super) fn new(rewriter: Rewriter<'n>, texts: &[Arc<String>]) -> Self {
        Views { rewriter, lines: Lines::of_texts(texts), places: HashMap::new() }
    }

    /// Prose of rules and of the program, with words of the case in it.
    pub(super) fn prose(&mut self, text: &str) -> String {
        self.rewriter.rewrite(text, &[], &[], Origin::Prose)
    }

    /// Words of the case: names, labels, values.
    fn word(&mut self, text: &str) -> String {
        if self.rewriter.names.contains(text) && !text.contains(['/', '\\', '@', '.', ':']) {
            return text.to_owned();
        }
        self.rewriter.rewrite(text, &[], &[], Origin::Case)
    }

    fn set_prose(&mut self, text: &mut String) {
        *text = self.prose(text);
    }

    fn set_word(&mut self, text: &mut String) {
        *text = self.word(text);
    }

    fn place(&mut self, place: &mut Arc<str>) {
        if let Some(known) = self.places.get(place) {
            *place = Arc::clone(known);
            return;
        }
        let new: Arc<str> = self.new_place(place).into();
        self.places.insert(Arc::clone(place), Arc::clone(&new));
        *place = new;
    }

    fn new_place(&mut self, place: &str) -> String {
        let whole = super::Mark { range: 0..place.len(), what: super::What::Place };
        let absolute = place.starts_with(['/', '\\']) || super::place::is_drive(place);
        let marks = if absolute { vec![whole] } else { Vec::new() };
        self.rewriter.rewrite(place, &marks, &[], Origin::Frames)
    }

    /// The label of the case: mostly the name of a file.
    pub(super) fn case(&self, label: String) -> String {
        if label == STANDARD_INPUT { label } else { CASE.to_owned() }
    }

    /// The label of a text: the name of a file.
    pub(super) fn source(&mut self, name: &mut String) {
        if name != STANDARD_INPUT {
            *name = self.rewriter.stand_ins.of(Kind::Text, name);
        }
    }

    pub(super) fn contents(&mut self, contents: &mut Contents) {
        let named: Vec<String> = contents.sources.iter().map(|source| source.name.clone()).collect();
        contents.sources.iter_mut().for_each(|source| self.source(&mut source.name));
        for frame in contents.stacks.iter_mut().flat_map(|stack| &mut stack.frames) {
            self.frame(frame);
        }
        contents.wait_graph.nodes.iter_mut().for_each(|node| self.set_word(&mut node.label));
        for group in &mut contents.groups {
            group.needs.iter_mut().chain(&mut group.root).for_each(|text| self.set_word(text));
        }
        contents.tasks.iter_mut().filter_map(|task| task.name.as_mut()).for_each(|name| self.set_word(name));
        contents.tasks.iter_mut().for_each(|task| self.set_word(&mut task.label));
        contents.processes.iter_mut().filter_map(|of| of.name.as_mut()).for_each(|name| self.set_word(name));
        contents.locks.iter_mut().filter_map(|lock| lock.name.as_mut()).for_each(|name| self.set_word(name));
        contents.facts.iter_mut().for_each(|fact| fact.fields.values_mut().for_each(|value| self.value(value)));
        for unclear in &mut contents.unclear {
            unclear.text = self.lines.line(unclear.source, unclear.line);
        }
        self.notes(&mut contents.notes, &named);
    }

    fn frame(&mut self, frame: &mut FrameView) {
        frame.location.iter_mut().chain(&mut frame.module).for_each(|place| self.place(place));
    }

    /// Names of texts stand in notes in full.
    fn notes(&mut self, notes: &mut [String], named: &[String]) {
        if notes.is_empty() {
            return;
        }
        let named: Vec<&String> = named.iter().filter(|name| !name.is_empty() && *name != STANDARD_INPUT).collect();
        let new: Vec<String> = named.iter().map(|name| self.rewriter.stand_ins.of(Kind::Text, name)).collect();
        let finder = aho_corasick::AhoCorasick::builder()
            .match_kind(aho_corasick::MatchKind::LeftmostLongest)
            .start_kind(aho_corasick::StartKind::Anchored)
            .build(named)
            .ok();
        for note in notes {
            let unread = note.strip_prefix(NOT_READ).and_then(|rest| rest.split_once(": "));
            let named = finder.as_ref().and_then(|finder| {
                let input = aho_corasick::Input::new(note.as_str()).anchored(aho_corasick::Anchored::Yes);
                let found = finder.find(input).filter(|found| note[found.end()..].starts_with(':'))?;
                Some((new.get(found.pattern().as_usize())?, &note[found.end()..]))
            });
            *note = match (unread, named) {
                (Some((name, why)), _) => {
                    let name = self.rewriter.stand_ins.of(Kind::Text, name);
                    format!("{NOT_READ}{name}: {}", self.prose(why))
                }
                (None, Some((name, rest))) => format!("{name}{}", self.prose(rest)),
                (None, None) => self.prose(note),
            };
        }
    }

    fn value(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => self.set_word(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.value(value)),
            Value::Object(fields) => fields.values_mut().for_each(|value| self.value(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn quote(&self, quote: &mut Quote) {
        for (line, text) in (quote.first_line..).zip(&mut quote.text) {
            *text = self.lines.line(quote.source, line);
        }
    }

    pub(super) fn finding(&mut self, finding: &mut FindingView) {
        self.set_prose(&mut finding.title);
        self.set_prose(&mut finding.why_certainty);
        self.set_prose(&mut finding.explanation);
        finding.roles.values_mut().for_each(|rows| self.value(rows));
        for evidence in &mut finding.evidence {
            self.set_prose(&mut evidence.says);
            evidence.quotes.iter_mut().for_each(|quote| self.quote(quote));
        }
        finding.missing.iter_mut().for_each(|missing| self.missing(missing));
        let told = finding.next.iter_mut().chain(&mut finding.confirm).chain(&mut finding.remedy);
        told.for_each(|text| self.set_prose(text));
        finding.known_fixes.iter_mut().for_each(|fix| self.fix(fix));
    }

    fn missing(&mut self, missing: &mut MissingView) {
        [&mut missing.get, &mut missing.says, &mut missing.next].into_iter().for_each(|text| self.set_prose(text));
    }

    pub(super) fn near_miss(&mut self, near: &mut NearMissView) {
        self.set_prose(&mut near.title);
        near.held.iter_mut().for_each(|held| self.set_prose(held));
        near.missing.iter_mut().for_each(|missing| self.missing(missing));
    }

    pub(super) fn snapshots(&mut self, series: &mut SnapshotsView) {
        series.label.iter_mut().for_each(|label| self.set_word(label));
    }

    pub(super) fn fix(&mut self, fix: &mut FixView) {
        fix.release_quote.iter_mut().chain(&mut fix.quotes).for_each(|quote| self.quote(quote));
    }

    pub(super) fn clause(&mut self, clause: &mut ClauseView) {
        self.set_prose(&mut clause.text);
        clause.nearest.iter_mut().for_each(|text| self.set_prose(text));
        clause.quotes.iter_mut().for_each(|quote| self.quote(quote));
    }

    pub(super) fn equal(&mut self, equal: &mut EqualView) {
        for frame in &mut equal.frames {
            for place in frame.location.iter_mut().chain(&mut frame.module) {
                let mut name: Arc<str> = place.as_str().into();
                self.place(&mut name);
                *place = name.to_string();
            }
        }
    }
}
