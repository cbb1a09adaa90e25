//! Lines of the text report: wrapped, indented, and safe to send to a terminal. Everything leaves through
//! [`Page::line`], so that no text of a ticket can steer the terminal and drawing falls back to ASCII in one place.

use super::escape::visible;
use crate::Layout;
use std::io::{self, Write};

/// A page that is written from top to bottom.
pub(super) struct Page<'a> {
    out: &'a mut dyn Write,
    layout: Layout,
}

impl<'a> Page<'a> {
    pub(super) fn new(out: &'a mut dyn Write, layout: Layout) -> Self {
        Page { out, layout }
    }

    /// Columns that are left of an indentation.
    pub(super) fn room(&self, indent: usize) -> usize {
        // An ellipsis is two columns wider in ASCII.
        let ellipsis = if self.layout.ascii { 2 } else { 0 };
        self.layout.width.saturating_sub(indent + ellipsis).max(30)
    }

    /// How many entries of a long list are shown: `usual`, or all where everything is asked for.
    pub(super) fn most(&self, usual: usize) -> usize {
        if self.layout.everything { usize::MAX } else { usual }
    }

    pub(super) fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// One line as it is.
    pub(super) fn line(&mut self, indent: usize, text: &str) -> io::Result<()> {
        let safe = self.drawn(text);
        writeln!(self.out, "{:indent$}{}", "", safe.trim_end())
    }

    /// A text as it is printed: safe for a terminal, and in ASCII where that is asked for.
    fn drawn(&self, text: &str) -> String {
        let safe = visible(text);
        if self.layout.ascii { ascii_drawing(&safe) } else { safe }
    }

    /// Prose: paragraphs are wrapped; items of lists and indented lines keep their place.
    pub(super) fn prose(&mut self, indent: usize, text: &str) -> io::Result<()> {
        for paragraph in paragraphs(text) {
            self.hanging(indent, 0, &paragraph)?;
        }
        Ok(())
    }

    /// A mark in front of wrapped text that hangs beside it; the line ends of the text stay.
    pub(super) fn item(&mut self, indent: usize, mark: &str, text: &str) -> io::Result<()> {
        let hang = mark.chars().count();
        let mut lines = text.trim().lines();
        self.hanging(indent, hang, &format!("{mark}{}", lines.next().unwrap_or_default()))?;
        lines.try_for_each(|line| self.hanging(indent + hang, 0, line))
    }

    fn hanging(&mut self, indent: usize, hang: usize, text: &str) -> io::Result<()> {
        // Drawn before it is wrapped, so that only the width that is printed counts.
        let text = self.drawn(text);
        let columns = |indent: usize| self.layout.width.saturating_sub(indent).max(30);
        let (first, later) = (columns(indent), columns(indent + hang));
        let mut left = 0;
        for row in wrap(&text, first, later) {
            self.line(indent + left, row)?;
            left = hang;
        }
        Ok(())
    }
}

/// Paragraphs of a text that was written with its own line ends: lines are joined, except where one begins a list item
/// or is indented.
fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let stays = line.starts_with("  ") || line.starts_with("- ") || line.starts_with("* ");
        if line.trim().is_empty() {
            open = false;
        } else if let Some(last) = paragraphs.last_mut().filter(|_| open && !stays) {
            last.push(' ');
            last.push_str(line.trim());
        } else {
            paragraphs.push(line.trim_end().to_owned());
            open = true;
        }
    }
    paragraphs
}

/// Rows of at most `first`, then `later` columns, cut at blanks; a longer word stands alone.
fn wrap(text: &str, first: usize, later: usize) -> Vec<&str> {
    let mut rows = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let most = if rows.is_empty() { first } else { later };
        let (row, next) = cut(rest, most);
        rows.push(row);
        rest = next.trim_start_matches(' ');
    }
    rows
}

fn cut(text: &str, most: usize) -> (&str, &str) {
    let mut column = 0;
    let mut blank = None;
    let indent = text.len() - text.trim_start_matches(' ').len();
    for (at, c) in text.char_indices() {
        if c == ' ' && at > indent {
            blank = Some(at);
        }
        column += columns(c);
        if column > most && blank.is_some_and(|blank| blank < at || c == ' ') {
            return text.split_at(blank.unwrap_or(at));
        }
    }
    (text, "")
}

/// Columns that a character takes: two for the wide ones of East Asian scripts.
fn columns(c: char) -> usize {
    let wide = matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{1f300}'..='\u{1faff}');
    1 + usize::from(wide)
}

/// Columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// A text with blanks after it up to a width.
pub(super) fn padded(text: &str, to: usize) -> String {
    format!("{text}{:1$}", "", to.saturating_sub(width(text)))
}

fn ascii_drawing(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '─' => plain.push('-'),
            '│' => plain.push('|'),
            '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' => plain.push('+'),
            '▶' => plain.push('>'),
            '◀' => plain.push('<'),
            '×' => plain.push('x'),
            '←' => plain.push_str("<-"),
            '…' => plain.push_str("..."),
            _ => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{Page, paragraphs, wrap};
    use crate::Layout;

    #[test]
    fn prose_is_wrapped_at_blanks() {
        assert_eq!(wrap("one two three", 7, 7), ["one two", "three"]);
        assert_eq!(wrap("averylongword x", 4, 4), ["averylongword", "x"]);
        assert_eq!(wrap("内核线程 阻塞", 8, 8), ["内核线程", "阻塞"]);
        assert_eq!(wrap("", 7, 7), Vec::<&str>::new());
    }

    #[test]
    fn lines_are_joined_to_paragraphs() {
        assert_eq!(paragraphs("a\nb\n\nc\n- d\n- e\n"), ["a b", "c", "- d", "- e"]);
    }

    #[test]
    fn nothing_that_steers_a_terminal_gets_out() {
        let mut out = Vec::new();
        let mut page = Page::new(&mut out, Layout { width: 40, ascii: true, ..Layout::default() });
        page.line(1, "a\x1b[2J ──▶ b").expect("memory");
        page.prose(0, "x\u{202e}y\r").expect("memory");
        assert_eq!(String::from_utf8_lossy(&out), " a^[[2J --> b\nx\\u{202e}y\n");
    }
}
