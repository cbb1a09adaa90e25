//! Lines of the text report: wrapped, indented, and safe to send to a terminal. Everything leaves through
//! [`Page::line`], so that no text of a ticket can steer the terminal and drawing falls back to ASCII in one place.

use super::style::Style;
use crate::{Layout, visible};
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
        self.spans(indent, &[(Style::Plain, text)])
    }

    /// One line in one style.
    pub(super) fn styled(&mut self, indent: usize, style: Style, text: &str) -> io::Result<()> {
        self.spans(indent, &[(style, text)])
    }

    /// One line of pieces with a style each.
    pub(super) fn spans(&mut self, indent: usize, spans: &[(Style, &str)]) -> io::Result<()> {
        let mut line = format!("{:indent$}", "");
        let last = spans.iter().rposition(|(_, text)| !text.trim_end().is_empty());
        for (at, (style, text)) in spans.iter().enumerate().take(last.map_or(0, |last| last + 1)) {
            let drawn = self.drawn(text);
            let drawn = if Some(at) == last { drawn.trim_end() } else { &drawn };
            match self.layout.color {
                true => line.extend([style.on(), drawn, style.off()]),
                false => line.push_str(drawn),
            }
        }
        writeln!(self.out, "{}", line.trim_end())
    }

    /// Whether what styles say must be said otherwise.
    pub(super) fn is_plain(&self) -> bool {
        !self.layout.color
    }

    /// A text as it is printed: safe for a terminal, and in ASCII where that is asked for.
    pub(super) fn drawn(&self, text: &str) -> String {
        let safe = visible(text);
        if self.layout.ascii { ascii_drawing(&safe) } else { safe }
    }

    /// Prose: paragraphs are wrapped; items of lists and indented lines keep their place.
    pub(super) fn prose(&mut self, indent: usize, paragraphs: &[String]) -> io::Result<()> {
        paragraphs.iter().try_for_each(|paragraph| self.hanging(indent, (Style::Plain, ""), paragraph))
    }

    /// A mark in front of wrapped text that hangs beside it; the line ends of the text stay.
    pub(super) fn item(&mut self, indent: usize, mark: &str, text: &str) -> io::Result<()> {
        self.marked(indent, (Style::Plain, mark), text)
    }

    /// A mark with a style in front of wrapped text that hangs beside it.
    pub(super) fn marked(&mut self, indent: usize, mark: (Style, &str), text: &str) -> io::Result<()> {
        let mut lines = text.trim().lines();
        self.hanging(indent, mark, lines.next().unwrap_or_default())?;
        let left = indent + width(&self.drawn(mark.1));
        lines.try_for_each(|line| self.hanging(left, (Style::Plain, ""), line))
    }

    fn hanging(&mut self, indent: usize, (style, mark): (Style, &str), text: &str) -> io::Result<()> {
        // Drawn before it is wrapped, so that only the width that is printed counts.
        let (mark, text) = (self.drawn(mark), self.drawn(text));
        let hang = width(&mark);
        let columns = self.layout.width.saturating_sub(indent + hang).max(30);
        let rows = wrap(&text, columns, columns);
        if rows.is_empty() && !mark.trim().is_empty() {
            return self.styled(indent, style, &mark);
        }
        for (at, row) in rows.into_iter().enumerate() {
            match at {
                0 => self.spans(indent, &[(style, &mark), (Style::Plain, row)])?,
                _ => self.line(indent + hang, row)?,
            }
        }
        Ok(())
    }
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
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// A text with blanks after it up to a width.
pub(crate) fn padded(text: &str, to: usize) -> String {
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
    use super::{Page, wrap};
    use crate::Layout;

    #[test]
    fn prose_is_wrapped_at_blanks() {
        assert_eq!(wrap("one two three", 7, 7), ["one two", "three"]);
        assert_eq!(wrap("averylongword x", 4, 4), ["averylongword", "x"]);
        assert_eq!(wrap("内核线程 阻塞", 8, 8), ["内核线程", "阻塞"]);
        assert_eq!(wrap("", 7, 7), Vec::<&str>::new());
    }

    #[test]
    fn nothing_that_steers_a_terminal_gets_out() {
        let mut out = Vec::new();
        let mut page = Page::new(&mut out, Layout { width: 40, ascii: true, ..Layout::default() });
        page.line(1, "a\x1b[2J ──▶ b").expect("memory");
        page.prose(0, &["x\u{202e}y".into()]).expect("memory");
        assert_eq!(String::from_utf8_lossy(&out), " a^[[2J --> b\nx\\u{202e}y\n");
    }
}
