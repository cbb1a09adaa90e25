//! Text as HTML.

use crate::visible;

/// Adds a text so that nothing in it is markup, inside an element or a quoted attribute.
pub(crate) fn push(text: &str, html: &mut String) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => continue,
        };
        html.push_str(text.get(from..at).unwrap_or_default());
        html.push_str(entity);
        from = at + 1;
    }
    html.push_str(text.get(from..).unwrap_or_default());
}

/// A whole page with all that would steer or reorder it made visible; its line ends stay. Everything leaves through
/// here, so that no path into the page can be forgotten.
pub(crate) fn shown(page: &str) -> String {
    let mut shown = String::with_capacity(page.len() + 64);
    for line in page.split_inclusive('\n') {
        let (text, end) = line.strip_suffix('\n').map_or((line, ""), |text| (text, "\n"));
        // Printable ASCII needs no second look.
        if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
            shown.push_str(text);
        } else {
            push_directed(&visible(text), &mut shown);
        }
        shown.push_str(end);
    }
    shown
}

/// Adds a text; behind letters that are written from right to left a mark ends their direction, else the number of a
/// task would stand inside its name.
fn push_directed(text: &str, html: &mut String) {
    let mut leftward = false;
    for c in text.chars() {
        if leftward && !is_leftward(c) {
            html.push_str("&lrm;");
        }
        leftward = is_leftward(c);
        html.push(c);
    }
    if leftward {
        html.push_str("&lrm;");
    }
}

/// Letters of the Hebrew, Arabic, Syriac, Thaana, N'Ko and neighbouring blocks, and their presentation forms.
fn is_leftward(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::{push, shown};

    #[test]
    fn markup_becomes_text() {
        let mut html = String::new();
        push("<a href='x' title=\"&\">ü</a>", &mut html);
        assert_eq!(html, "&lt;a href=&#39;x&#39; title=&quot;&amp;&quot;&gt;ü&lt;/a&gt;");
    }

    #[test]
    fn lines_stay_lines() {
        assert_eq!(shown("a\u{202e}b\n\0ü\n"), "a\\u{202e}b\n^@ü\n");
        assert_eq!(shown("مهمة (4321)"), "مهمة&lrm; (4321)");
    }
}
