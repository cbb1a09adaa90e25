//! Colours of the text report. They are sent only where the layout asks for them; what they say stands in the text as
//! well.

use crate::answer::Alarm;

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Text.
    Plain,
    /// A heading.
    Heading,
    /// What is read last: places of lines, ids of rules.
    Aside,
    /// Words of a quoted line that decide.
    Mark,
    /// Something to type.
    Command,
    /// Something hangs.
    Bad,
    /// Something may hang.
    Doubtful,
    /// Nothing is wrong.
    Good,
}

impl Style {
    /// The sequence that switches it on (ECMA-48, select graphic rendition); empty for plain text.
    pub(super) fn on(self) -> &'static str {
        match self {
            Style::Plain => "",
            Style::Heading => "\x1b[1m",
            Style::Aside => "\x1b[2m",
            Style::Mark => "\x1b[1;33m",
            Style::Command => "\x1b[36m",
            Style::Bad => "\x1b[1;31m",
            Style::Doubtful => "\x1b[1;33m",
            Style::Good => "\x1b[1;32m",
        }
    }

    /// The sequence that switches it off.
    pub(super) fn off(self) -> &'static str {
        if self == Style::Plain { "" } else { "\x1b[0m" }
    }
}

impl From<Alarm> for Style {
    fn from(alarm: Alarm) -> Self {
        match alarm {
            Alarm::Bad => Style::Bad,
            Alarm::Doubtful => Style::Doubtful,
            Alarm::Neutral => Style::Heading,
            Alarm::Good => Style::Good,
        }
    }
}
