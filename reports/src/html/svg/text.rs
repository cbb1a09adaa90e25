//! Text in a drawing: how wide it will be, where it is broken, and how it gets into the document. Fonts cannot be
//! measured here, so widths are estimates on the generous side.

use crate::view::shorten;

/// Height of a line in a node or of a label.
pub(super) const LINE: f64 = 15.0;
/// Width of a cell of the 12 pixel monospace font: 0.6 em in nearly all of them, and a little for the others.
const CELL: f64 = 7.35;
/// Width of a cell of the 11 pixel monospace font of quoted lines.
pub(super) const SMALL_CELL: f64 = 6.75;

/// Cells of a text: two for an East Asian character.
pub(super) fn cells(text: &str) -> usize {
    text.chars().map(cell).sum()
}

fn cell(c: char) -> usize {
    let wide = matches!(u32::from(c),
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60
        | 0xffe0..=0xffe6 | 0x1f000..=0x1faff | 0x2_0000..=0x3_fffd);
    if wide { 2 } else { 1 }
}

/// Width of the widest of these lines in the font of nodes.
pub(super) fn node_width(lines: &[String]) -> f64 {
    lines.iter().map(|line| cells(line) as f64 * CELL).fold(0.0, f64::max)
}

/// Width of the widest of these lines in the 12 pixel proportional font of arrows.
pub(super) fn label_width(lines: &[String]) -> f64 {
    lines.iter().map(|line| line.chars().map(letter).sum::<f64>()).fold(0.0, f64::max)
}

/// The widest of the usual fonts counts.
fn letter(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 't' | 'f' | 'r' | 'I' | '\'' | '|' | '.' | ',' | ':' | ';' | '!' | ' ' => 4.6,
        '(' | ')' | '[' | ']' | '/' | '-' => 5.0,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 12.0,
        'A'..='Z' | '…' | '_' => 9.2,
        _ if cell(c) == 2 => 13.0,
        _ if c.is_ascii() => 7.7,
        _ => 9.0,
    }
}

/// The text on one line of so many cells or else on two of so many: broken where it is best broken, shortened in the
/// middle where it is too long even so.
pub(super) fn on_two_lines(text: &str, (one, most): (usize, usize)) -> Vec<String> {
    let text = fit(text, 2 * most - 4);
    let whole = cells(&text);
    if whole <= one {
        return vec![text];
    }
    let mut best: Option<(usize, usize)> = None;
    let (mut before, mut last) = (0, ' ');
    for (at, c) in text.char_indices() {
        let rest = whole - before;
        if at > 0 && before <= most && rest <= most {
            // A first line that is short says little: `waits:`.
            let cost = before.max(rest) + cost_of_break(last, c) + if before < 8 { 3 } else { 0 };
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, at));
            }
        }
        before += cell(c);
        last = c;
    }
    match best {
        Some((_, at)) => {
            let (head, tail) = text.split_at(at);
            vec![head.trim_end().to_owned(), tail.trim_start().to_owned()]
        }
        None => vec![fit(&text, most)],
    }
}

/// Words stay together before names do, and names before syllables.
fn cost_of_break(last: char, next: char) -> usize {
    match (last, next) {
        // At a blank the line ends before it.
        (_, ' ') => 20,
        (' ', _) | (_, '(' | '[') => 0,
        ('_' | '-' | '/' | ':' | '.' | ',' | '>', _) => 6,
        _ => 14,
    }
}

/// The text on lines of so many cells, the last of them shortened where they do not suffice.
pub(super) fn on_lines(text: &str, most: usize, lines: usize) -> Vec<String> {
    let mut broken = Vec::new();
    let mut rest = text.trim();
    while cells_up_to(rest, most) && broken.len() + 1 < lines {
        let (mut before, mut end, mut good) = (0, 0, 0);
        let mut last = 'x';
        for (at, c) in rest.char_indices() {
            if (last == ' ' || matches!(c, '(' | '[')) && before * 3 > most {
                good = at;
            }
            before += cell(c);
            if before > most {
                break;
            }
            end = at + c.len_utf8();
            last = c;
        }
        let at = if good > 0 { good } else { end };
        let (line, tail) = rest.split_at(at);
        broken.push(line.trim_end().to_owned());
        rest = tail.trim_start();
    }
    if !rest.is_empty() {
        broken.push(fit(rest, most));
    }
    broken
}

/// Whether the text has more cells than this, without counting all of a long one.
fn cells_up_to(text: &str, most: usize) -> bool {
    cells(text.char_indices().nth(most + 1).map_or(text, |(at, _)| &text[..at])) > most
}

/// Shortened in the middle to so many cells.
pub(super) fn fit(text: &str, most: usize) -> String {
    let mut short = shorten(text, most);
    let mut characters = most;
    while cells(&short) > most && characters > 1 {
        characters -= 1;
        short = shorten(&short, characters);
    }
    short
}

/// As it stands in the document: nothing steers a terminal or the direction of writing, nothing is markup.
pub(super) fn escape(text: &str) -> String {
    let text = crate::visible(text);
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // No document may hold these two.
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            _ => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::{cells, escape, fit, on_lines, on_two_lines};

    #[test]
    fn a_name_breaks_between_words() {
        assert_eq!(on_two_lines("short", (24, 28)), ["short"]);
        let lock = "mutex ffff88042a1b3c40 (dev->struct_mutex)";
        assert_eq!(on_two_lines(lock, (24, 28)), ["mutex ffff88042a1b3c40", "(dev->struct_mutex)"]);
        let long = on_two_lines(&"x".repeat(4000), (24, 28));
        assert_eq!(long.len(), 2);
        assert!(long.iter().all(|line| cells(line) <= 28));
        let wide = on_two_lines(&"内核".repeat(40), (24, 28));
        assert!(wide.iter().all(|line| cells(line) <= 28), "{wide:?}");
    }

    #[test]
    fn a_quoted_line_fills_its_lines() {
        assert_eq!(on_lines("one two three four", 9, 3), ["one two", "three", "four"]);
        assert_eq!(on_lines("one two three four five", 9, 2), ["one two", "three…ive"]);
        assert!(on_lines("", 9, 2).is_empty());
        assert_eq!(fit("内核内核", 5), "内…核");
    }

    #[test]
    fn nothing_is_markup() {
        assert_eq!(escape("<a href='x'>&\"\u{202e}\u{ffff}"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;\\u{202e}\u{fffd}");
    }
}
