//! What stands around a line.

use super::mend::plain;
use super::prefix::bare;
use super::quoting::without_marks;
use super::{Command, Line, Lines};
use std::borrow::Cow;

/// What a dialect may look at beside the line itself.
pub(crate) struct Context<'a> {
    lines: &'a Lines<'a>,
    document: &'a str,
    command: Option<Command>,
    since_command: u32,
}

impl<'a> Context<'a> {
    pub(crate) fn new(lines: &'a Lines<'a>, document: &'a str) -> Self {
        Context { lines, document, command: None, since_command: 0 }
    }

    /// The last command at a prompt before this line.
    pub(crate) fn command(&self) -> Option<&Command> {
        self.command.as_ref()
    }

    /// The command whose output this line begins: no other logical line stood between them.
    pub(crate) fn command_just_before(&self) -> Option<&Command> {
        self.command.as_ref().filter(|_| self.since_command == 0)
    }

    /// Label of the document: a path, whose last parts can name the task (`proc/97/stack`).
    pub(crate) fn document(&self) -> &str {
        self.document
    }

    /// A line of the text as given, mended in nothing; empty outside the text.
    pub(crate) fn given(&self, number: u32) -> &'a str {
        self.lines.get(number)
    }

    /// A line of the text without its prefixes, else mended in nothing; empty outside the text.
    pub(crate) fn raw(&self, number: u32) -> &'a str {
        let text = self.lines.get(number).trim_matches(|c: char| c < ' ' && c != '\t');
        bare(if text.starts_with('>') { without_marks(text) } else { text })
    }

    /// A line without prefixes and quoting, its characters plain.
    pub(crate) fn plain(&self, number: u32) -> Cow<'a, str> {
        match plain(self.lines, number) {
            Cow::Borrowed(text) => Cow::Borrowed(bare(text)),
            Cow::Owned(text) => Cow::Owned(bare(&text).to_owned()),
        }
    }

    /// Whether the text ends in this line, without a line feed: it may be cut.
    pub(crate) fn is_torn(&self, number: u32) -> bool {
        number == self.lines.len() && !self.lines.text().ends_with('\n')
    }

    /// The last line before `number` that is not blank, as [`Context::plain`] gives it, at most `reach` lines away.
    pub(crate) fn before(&self, number: u32, reach: u32) -> Option<(u32, Cow<'a, str>)> {
        (1..number)
            .rev()
            .filter(|n| !self.lines.is_spacing(*n))
            .take(reach as usize)
            .map(|n| (n, self.plain(n)))
            .find(|(_, text)| !text.trim().is_empty())
    }

    /// The line after `number`, as [`Context::plain`] gives it.
    pub(crate) fn after(&self, number: u32) -> Cow<'a, str> {
        let next = number + 1;
        self.plain(if self.lines.is_spacing(next) { next + 1 } else { next })
    }

    pub(crate) fn set_command(&mut self, command: Command) {
        self.since_command = 0;
        self.command = Some(command);
    }

    /// Lines were passed over because no dialect has a needle in them.
    pub(crate) fn skipped(&mut self, from: u32, to: u32) {
        if (from..to).any(|number| !self.lines.get(number).trim().is_empty()) {
            self.since_command += 1;
        }
    }

    pub(crate) fn passed(&mut self, line: &Line<'_>) {
        if !line.is_blank() {
            self.since_command += 1;
        }
    }
}
