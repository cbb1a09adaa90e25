//! Text from a ticket is hostile: what would steer a terminal or reorder the line is shown, not sent.

use std::fmt::Write as _;

/// The text with every character that a terminal acts upon replaced by a visible form: `^[` for escape, `\u{202e}`
/// for a mark that reverses the direction of writing. A tab becomes two blanks. Applied twice it changes nothing more.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => shown.push_str("  "),
            '\u{7f}' => shown.push_str("^?"),
            '\0'..='\u{1f}' => shown.extend(['^', char::from(c as u8 ^ 0x40)]),
            _ if is_steering(c) => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
            }
            _ => shown.push(c),
        }
    }
    shown
}

/// C1 controls, marks of direction, joiners and other invisible characters.
fn is_steering(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn what_steers_a_terminal_is_shown() {
        assert_eq!(visible("a\x1b[31mb\x07\r\n\0\x7f"), "a^[[31mb^G^M^J^@^?");
        assert_eq!(visible("\u{9b}2J \u{202e}evil\u{2066}"), "\\u{9b}2J \\u{202e}evil\\u{2066}");
        assert_eq!(visible("größer 内核 \t→"), "größer 内核   →");
        let twice = visible(&visible("\x1b\u{202e}"));
        assert_eq!(twice, visible("\x1b\u{202e}"));
    }
}
