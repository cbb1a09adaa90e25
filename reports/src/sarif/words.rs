//! Words of the ticket as SARIF takes them: names as URIs, prose as messages and as Markdown.

use crate::visible;
use std::fmt::Write as _;

/// Prose as the plain text of a message. In it `{` begins a placeholder and `[…](…)` is a link (3.11.5, 3.11.6): the
/// first is doubled, the second broken.
pub(super) fn message(text: &str) -> String {
    lines(text).replace('{', "{{").replace('}', "}}").replace("](", "\\](")
}

/// Prose as Markdown that is nothing but text: every sign that could be markup is escaped.
pub(super) fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in lines(text).chars() {
        match c {
            // Also doubled, for messages in Markdown have placeholders too.
            '{' | '}' => escaped.extend(['\\', c, '\\', c]),
            '\n' => escaped.push(' '),
            c if c.is_ascii_punctuation() && !matches!(c, ',' | ';' | '\'' | '/') => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Visible text that keeps its line ends.
pub(super) fn lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// A name as a URI reference: an absolute path as a `file` URI, any other name relative. What is no plain sign is
/// percent-encoded, so that no name is taken for a scheme, a host or a query.
pub(super) fn uri(name: &str, number: u32) -> String {
    if name.is_empty() {
        return format!("text-{number}");
    }
    let root = if name.starts_with('/') { "file://" } else { "" };
    let mut uri = String::from(root);
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => percent(&mut uri, byte),
        }
    }
    uri
}

/// The address of a page, where it is one of the web.
pub(super) fn web(url: &str) -> Option<String> {
    let scheme = url.split_once("://")?.0;
    if !matches!(scheme, "http" | "https") {
        return None;
    }
    let mut uri = String::with_capacity(url.len());
    for byte in url.bytes() {
        // Also round brackets, which would end a link in Markdown.
        let plain = byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'*+,;=%".contains(&byte);
        if plain { uri.push(char::from(byte)) } else { percent(&mut uri, byte) }
    }
    Some(uri)
}

fn percent(uri: &mut String, byte: u8) {
    let _ = write!(uri, "%{byte:02X}");
}

/// FNV-1a, 64 bits, over parts with a NUL after each: the same in every release.
pub(super) fn hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> u64 {
    let bytes = parts.into_iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::{markdown, message, uri, web};

    #[test]
    fn names_are_no_schemes_hosts_or_queries() {
        for (name, expected) in [
            ("logs/a b.txt", "logs/a%20b.txt"),
            ("javascript:alert(1)", "javascript%3Aalert%281%29"),
            ("C:\\dump.txt", "C%3A%5Cdump.txt"),
            ("/var/log/x", "file:///var/log/x"),
            ("//host/x", "file:////host/x"),
            ("a?b#c%20", "a%3Fb%23c%2520"),
            ("ä\n\u{202e}", "%C3%A4%0A%E2%80%AE"),
            ("", "text-3"),
        ] {
            assert_eq!(uri(name, 3), expected);
        }
    }

    #[test]
    fn only_pages_of_the_web_are_linked() {
        assert_eq!(web("https://a.example/x_(y) z").as_deref(), Some("https://a.example/x_%28y%29%20z"));
        assert_eq!(web("javascript:alert(1)//https://a"), None);
        assert_eq!(web("file:///etc/passwd"), None);
        assert_eq!(web("no address"), None);
    }

    #[test]
    fn messages_have_no_placeholders_and_no_links() {
        assert_eq!(message("{0} [x](javascript:y) fork_lock[1]"), "{{0}} [x\\](javascript:y) fork_lock[1]");
        assert_eq!(message("a\x1b[31m\nb"), "a^[[31m\nb");
        assert_eq!(
            markdown("<b> [x](y) *z* `c` {0}\n# a"),
            "\\<b\\> \\[x\\]\\(y\\) \\*z\\* \\`c\\` \\{\\{0\\}\\} \\# a"
        );
    }
}
