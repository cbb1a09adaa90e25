//! Whether an output lists all threads: only a complete list can say that somebody is not there.

use crate::builder::Builder;
use stacklore_model::Span;
use std::collections::BTreeSet;

/// Rows of `info threads`, or headers of `thread apply all bt`, as they come.
#[derive(Default)]
pub(super) struct Rows {
    numbers: Vec<Option<u64>>,
    tids: BTreeSet<u32>,
    first: u32,
    last: u32,
    titled: bool,
    elided: bool,
    /// Something else stands behind the last row.
    interrupted: bool,
    /// Something else stands between two rows.
    scattered: bool,
    stacks: usize,
    cut: bool,
}

impl Rows {
    pub(super) fn title(&mut self, line: u32) {
        *self = Rows { titled: true, first: line, last: line, ..Rows::default() };
    }

    pub(super) fn row(&mut self, number: Option<u64>, tid: Option<u32>, line: u32) {
        if self.first == 0 {
            self.first = line;
        }
        self.last = line;
        self.scattered |= self.interrupted;
        self.numbers.push(number);
        self.tids.extend(tid);
    }

    /// A stack was read under the last row.
    pub(super) fn stack(&mut self, cut: bool) {
        self.stacks += 1;
        self.cut |= cut;
    }

    /// Something else follows; if more rows come, it may stand for those that are left out.
    pub(super) fn interrupt(&mut self) {
        self.interrupted |= !self.is_empty();
    }

    /// Whether a row of this number begins the list anew.
    pub(super) fn restarts_with(&self, number: Option<u64>) -> bool {
        number.is_some() && self.numbers.first() == Some(&number)
    }

    /// Rows were left out.
    pub(super) fn elided(&mut self) {
        self.elided = true;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Whether each row has its whole stack.
    pub(super) fn has_stacks(&self) -> bool {
        self.stacks >= self.numbers.len() && !self.cut
    }

    /// The lines of the list, if nobody is left out. Numbers have gaps where threads have ended: without the command
    /// that asked for all threads they must run without a gap.
    pub(super) fn complete(&self, asked: bool, born: &BTreeSet<u32>, out: &Builder) -> Option<Span> {
        let step = |ok: fn(u64, u64) -> bool| {
            self.numbers.windows(2).all(|pair| matches!(pair, [Some(a), Some(b)] if ok(*a, *b)))
        };
        let ordered = step(|a, b| a < b) || step(|a, b| a > b);
        let dense = step(|a, b| a + 1 == b) || step(|a, b| a == b + 1);
        let to_one = self.numbers.first() == Some(&Some(1)) || self.numbers.last() == Some(&Some(1));
        let whole =
            if asked && !self.scattered { ordered } else { dense && to_one && (self.numbers.len() > 1 || self.titled) };
        let known = born.is_subset(&self.tids);
        (!self.elided && whole && known && !self.is_empty()).then(|| out.span(self.first, self.last))
    }
}

/// Whether a line says that others were left out.
pub(super) fn is_elision(text: &str) -> bool {
    let text = text.trim();
    ["//", "...", "[...", "\u{2026}", "<snip", "(snip", "[snip", "--snip", "***", "~~~"]
        .iter()
        .any(|mark| text.starts_with(mark))
        || crate::text::shell::is_mark_of_elision(text)
}
