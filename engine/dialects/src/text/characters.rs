//! Plain characters: terminal codes, entities, blanks and quotes of other alphabets.

use stacklore_model::MendKind;
use std::borrow::Cow;

/// Mends single characters: terminal codes, entities, blanks and quotes of other alphabets.
pub(super) fn characters<'a>(raw: &'a str, note: &mut dyn FnMut(MendKind)) -> Cow<'a, str> {
    let bytes = raw.as_bytes();
    let mut text = Cow::Borrowed(raw);
    if bytes.iter().any(|byte| *byte < 0x20 && *byte != b'\t') {
        text = Cow::Owned(without_terminal_codes(&text));
        if text != raw {
            note(MendKind::Terminal);
        }
    }
    if memchr::memchr2(b'&', b'#', bytes).is_some()
        && let Some(decoded) = decode_entities(&text)
    {
        note(MendKind::Entities);
        text = Cow::Owned(decoded);
    }
    if !text.is_ascii() {
        let mut plain = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                // What word processors make of two dashes; a rule of dashes is told by their number.
                '\u{2014}' => plain.push_str("--"),
                c => plain.extend(plain_character(c)),
            }
        }
        if plain != *text {
            note(MendKind::Typography);
            text = Cow::Owned(plain);
        }
    }
    text
}

/// A plain character for a typographic, full-width or odd blank one; `None` for invisible ones.
fn plain_character(c: char) -> Option<char> {
    Some(match c {
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => ' ',
        '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}' | '\u{ad}' => return None,
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{2032}' => '\'',
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2033}' => '"',
        '\u{2010}'..='\u{2013}' | '\u{2212}' => '-',
        // Full-width forms stand 0xfee0 above their ASCII twins.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3001}' => ',',
        _ => c,
    })
}

/// Drops escape sequences and overstrikes; of a line rewritten with carriage returns the last part stays.
pub(super) fn without_terminal_codes(text: &str) -> String {
    let text = text.rsplit('\r').find(|part| !part.is_empty()).unwrap_or("");
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => match chars.next() {
                // CSI: parameters up to a final byte. OSC: text up to BEL or escape.
                Some('[') => while chars.next().is_some_and(|c| !('@'..='~').contains(&c)) {},
                Some(']') => while chars.next().is_some_and(|c| c != '\u{7}' && c != '\u{1b}') {},
                _ => {}
            },
            '\u{8}' => {
                plain.pop();
            }
            '\t' => plain.push('\t'),
            c if c < ' ' => {}
            c => plain.push(c),
        }
    }
    plain
}

/// Decodes HTML entities, twice where an ampersand was encoded itself; `None` where there are none.
fn decode_entities(text: &str) -> Option<String> {
    let once = decode_entities_once(text)?;
    Some(decode_entities_once(&once).unwrap_or(once))
}

fn decode_entities_once(text: &str) -> Option<String> {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    let mut found = false;
    while let Some(at) = rest.find(['&', '#']) {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        match entity(rest) {
            Some((length, c)) => {
                decoded.push(c);
                rest = &rest[length..];
                found = true;
            }
            None => {
                let length = rest.chars().next().map_or(0, char::len_utf8);
                decoded.push_str(&rest[..length]);
                rest = &rest[length..];
            }
        }
    }
    decoded.push_str(rest);
    found.then_some(decoded)
}

/// The entity at the front: its length and its character. Web pages also eat the `&` of `&#xff0c;`.
fn entity(text: &str) -> Option<(usize, char)> {
    let end = text.bytes().take(10).position(|byte| byte == b';')?;
    let body = &text[1..end];
    let c = match (text.as_bytes()[0], body) {
        (b'&', "lt") => '<',
        (b'&', "gt") => '>',
        (b'&', "amp") => '&',
        (b'&', "quot") => '"',
        (b'&', "apos") => '\'',
        (b'&', "nbsp") => ' ',
        (b'&', body) => coded(body.strip_prefix('#')?)?,
        (_, body) => coded(body).filter(|_| body.starts_with('x') && body.len() >= 3)?,
    };
    Some((end + 1, c))
}

fn coded(digits: &str) -> Option<char> {
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    char::from_u32(code)
}
