//! Text as HTML.

use crate::visible;

/// Adds a text so that nothing in it is markup, inside an element or a quoted attribute.
pub(super) fn push(text: &str, html: &mut String) {
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
pub(super) fn shown(page: &str) -> String {
    let mut shown = String::with_capacity(page.len() + 64);
    for line in page.split_inclusive('\n') {
        let (text, end) = line.strip_suffix('\n').map_or((line, ""), |text| (text, "\n"));
        // Printable ASCII needs no second look.
        if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
            shown.push_str(text);
        } else {
            shown.push_str(&visible(text));
        }
        shown.push_str(end);
    }
    shown
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
    }
}
