//! Blanks that come and go.

use crate::text::{Damaged, Line, Text};

/// `\r\n` at the end of each line.
pub(crate) fn crlf(text: &Text, _: &Text) -> Vec<Damaged> {
    Damaged::by_line(text, |line| format!("{line}\r"))
}

/// A terminal fills lines with blanks.
pub(crate) fn trailing(text: &Text, _: &Text) -> Vec<Damaged> {
    Damaged::by_line(text, |line| format!("{line}   "))
}

/// The whole text is indented: a code block.
pub(crate) fn indented(text: &Text, _: &Text) -> Vec<Damaged> {
    Damaged::by_line(text, |line| format!("    {line}"))
}

/// Blanks at the beginning of lines are lost.
pub(crate) fn indent_lost(text: &Text, _: &Text) -> Vec<Damaged> {
    Damaged::by_line(text, |line| line.trim_start().to_owned())
}

/// A page shows runs of blanks and tabs as one, and none at the beginning.
pub(crate) fn collapsed(text: &Text, _: &Text) -> Vec<Damaged> {
    Damaged::by_line(text, |line| line.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// An editor puts no-break blanks wherever two blanks follow each other.
pub(crate) fn no_break(text: &Text, _: &Text) -> Vec<Damaged> {
    Damaged::by_line(text, |line| {
        let line = line.replace("  ", "\u{a0} ");
        match line.strip_prefix(' ') {
            Some(rest) => format!("\u{a0}{rest}"),
            None => line,
        }
    })
}

/// Invisible characters: a mark of byte order, and places where a page may break a long word.
pub(crate) fn zero_width(text: &Text, _: &Text) -> Vec<Damaged> {
    let mut made = Damaged::by_line(text, |line| format!("\u{200b}{}", line.replace('_', "_\u{200b}")));
    if let Some(first) = made.first_mut().and_then(|damaged| damaged.lines.first_mut()) {
        first.text.insert(0, '\u{feff}');
    }
    made
}

/// A blank line between every two.
pub(crate) fn double_spaced(text: &Text, _: &Text) -> Vec<Damaged> {
    let lines = (1..).zip(&text.lines);
    let spaced = lines.flat_map(|(number, line)| [Line::new(line, (number, number)), Line::new("", (0, 0))]);
    vec![Damaged::of(text, spaced.collect())]
}
