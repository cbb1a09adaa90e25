//! The texts themselves, with the lines marked that a finding rests on. Of a large case only what stands around such
//! lines is shown, and how much is not.

use super::escape;
use super::lines::Cursor;
use super::targets::{Targets, anchor};
use crate::Report;
use crate::answer::words::counted;
use crate::view::shorten;
use serde::Serialize;
use std::collections::BTreeMap;

/// Texts that are shown whole: bytes and lines of all together.
const WHOLE_BYTES: usize = 1 << 20;
const WHOLE_LINES: usize = 12_000;
/// Lines that are shown around one that is linked to.
const AROUND: u32 = 12;
/// Bytes of texts that are shown in part.
const PART_BYTES: usize = 3 << 20;
/// Characters of a line.
const LINE: usize = 2000;

/// A text in the page.
#[derive(Debug, Serialize)]
pub(super) struct TextBlock {
    id: String,
    name: String,
    about: String,
    /// Its lines as HTML.
    lines: String,
    /// It is unfolded.
    open: bool,
    /// Some of its lines are left out.
    cut: bool,
}

/// The texts of a report, as far as they are shown; and how many are not.
pub(super) fn blocks(report: &Report, names: &[String], targets: &Targets) -> (Vec<TextBlock>, usize) {
    let lines: usize = report.contents.sources.iter().map(|source| source.lines as usize).sum();
    let bytes: usize = report.texts.iter().map(|text| text.len()).sum();
    let whole = bytes <= WHOLE_BYTES && lines <= WHOLE_LINES;
    let linked = targets.sources();
    let mut room = PART_BYTES;
    let mut blocks = Vec::new();
    let mut left_out = 0;
    for (source, text) in (0..).zip(&report.texts) {
        if !whole && (!linked.contains(&source) || room == 0) {
            left_out += 1;
            continue;
        }
        let wanted = targets.of_source(source);
        let mut shown = Shown { wanted: &wanted, source, html: String::new(), room, whole, cut: false };
        shown.text(text);
        room = room.saturating_sub(shown.html.len());
        blocks.push(TextBlock {
            id: format!("s{source}"),
            name: names.get(source as usize).cloned().unwrap_or_default(),
            about: about(report, source as usize),
            open: linked.contains(&source) || report.texts.len() == 1,
            cut: shown.cut,
            lines: shown.html,
        });
    }
    (blocks, left_out)
}

/// `812 lines, gdb`
fn about(report: &Report, source: usize) -> String {
    report.contents.sources.get(source).map_or_else(String::new, |source| {
        let lines = counted(source.lines as usize, "line");
        std::iter::once(lines).chain(source.dialects.iter().cloned()).collect::<Vec<_>>().join(", ")
    })
}

/// Writes the lines of a text.
struct Shown<'a> {
    wanted: &'a BTreeMap<u32, bool>,
    source: u32,
    html: String,
    /// Bytes that may be written.
    room: usize,
    whole: bool,
    cut: bool,
}

impl Shown<'_> {
    fn text(&mut self, text: &str) {
        let mut cursor = Cursor::new(text);
        for (first, last) in self.windows() {
            let skipped = cursor.skip_to(first);
            self.gap(skipped);
            while let Some(number) = cursor.next().filter(|number| *number <= last) {
                self.line(number, cursor.line().unwrap_or_default());
            }
            if self.html.len() > self.room {
                break;
            }
        }
        let rest = cursor.skip_to(u32::MAX);
        self.gap(rest);
    }

    /// First and last lines of what is shown.
    fn windows(&self) -> Vec<(u32, u32)> {
        if self.whole {
            return vec![(1, u32::MAX - 1)];
        }
        let mut windows: Vec<(u32, u32)> = Vec::new();
        for line in self.wanted.keys() {
            let (first, last) = (line.saturating_sub(AROUND).max(1), line.saturating_add(AROUND));
            match windows.last_mut().filter(|(_, end)| end.saturating_add(1) >= first) {
                Some((_, end)) => *end = last,
                None => windows.push((first, last)),
            }
        }
        windows
    }

    fn gap(&mut self, left_out: usize) {
        if left_out > 0 {
            self.cut = true;
            self.html.push_str("<span class=\"gap\">… ");
            self.html.push_str(&counted(left_out, "line"));
            self.html.push_str(" left out</span>\n");
        }
    }

    fn line(&mut self, number: u32, line: &str) {
        let wanted = self.wanted.get(&number);
        match wanted {
            Some(carries) => {
                let class = if *carries { " class=\"hit\"" } else { "" };
                let id = anchor(self.source, number);
                self.html.push_str(&format!("<span id=\"{id}\"{class} tabindex=\"-1\"><i>{number}</i>"));
            }
            None => self.html.push_str(&format!("<i>{number}</i>")),
        }
        let long = line.len() > LINE && line.chars().count() > LINE;
        if long {
            escape::push(&shorten(line, LINE), &mut self.html);
            self.html.push_str(&format!("<em> ({} characters)</em>", line.chars().count()));
        } else {
            escape::push(line, &mut self.html);
        }
        if wanted.is_some() {
            self.html.push_str("</span>");
        }
        self.html.push('\n');
    }
}
