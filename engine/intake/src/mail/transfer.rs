//! Undoes the encodings in which mail sends its contents.

use super::header::Encoding;
use data_encoding::BASE64_NOPAD;
use std::borrow::Cow;
use std::sync::LazyLock;

/// A decoded content.
#[derive(Debug)]
pub(super) struct Decoded<'a> {
    pub(super) bytes: Cow<'a, [u8]>,
    /// What stands after the encoded bytes and is none of them, such as the footer of a mailing list.
    pub(super) rest: &'a [u8],
    /// What went otherwise than the header says, a full sentence.
    pub(super) note: Option<&'static str>,
}

impl<'a> Decoded<'a> {
    fn as_it_stands(bytes: &'a [u8], note: Option<&'static str>) -> Self {
        Decoded { bytes: bytes.into(), rest: &[], note }
    }
}

/// Undoes an encoding.
pub(super) fn decode(bytes: &[u8], encoding: Encoding) -> Decoded<'_> {
    const NO_QUOTED_PRINTABLE: &str = "It is said to be quoted-printable and is not; it was read as it stands.";
    const NO_BASE64: &str = "It is said to be base64 and is not; it was read as it stands.";
    match encoding {
        Encoding::Plain => Decoded::as_it_stands(bytes, None),
        Encoding::QuotedPrintable if !is_quoted_printable(bytes) => {
            Decoded::as_it_stands(bytes, Some(NO_QUOTED_PRINTABLE))
        }
        Encoding::QuotedPrintable => Decoded { bytes: quoted_printable(bytes).into(), rest: &[], note: None },
        Encoding::Base64 => {
            let (decoded, used) = base64(bytes);
            match decoded.is_empty() && used < bytes.len() {
                true => Decoded::as_it_stands(bytes, Some(NO_BASE64)),
                false => Decoded { bytes: decoded.into(), rest: &bytes[used..], note: None },
            }
        }
    }
}

/// Decodes up to the first line that is no base64; gives how many bytes were used. Missing and inner padding does no
/// harm.
pub(super) fn base64(bytes: &[u8]) -> (Vec<u8>, usize) {
    let mut decoded = Vec::with_capacity(bytes.len() / 4 * 3);
    // Whole groups of four are decoded in pieces, so that no second copy of the whole is needed.
    let mut group = Vec::with_capacity(PIECE);
    let mut used = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let characters = line.trim_ascii();
        if !characters.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte)) {
            break;
        }
        for byte in characters {
            if *byte != b'=' {
                group.push(*byte);
            }
            if *byte == b'=' || group.len() == PIECE {
                append(&mut decoded, &mut group);
            }
        }
        used += line.len();
    }
    append(&mut decoded, &mut group);
    (decoded, used)
}

const PIECE: usize = 4096;

/// Base64 whose last character may hold bits that belong to no byte.
static BASE64: LazyLock<data_encoding::Encoding> = LazyLock::new(|| {
    let mut specification = BASE64_NOPAD.specification();
    specification.check_trailing_bits = false;
    specification.encoding().unwrap_or(BASE64_NOPAD)
});

fn append(decoded: &mut Vec<u8>, group: &mut Vec<u8>) {
    // One character of a group of four is no byte yet.
    let whole = group.len() - usize::from(group.len() % 4 == 1);
    if let Some(Ok(bytes)) = group.get(..whole).filter(|group| !group.is_empty()).map(|group| BASE64.decode(group)) {
        decoded.extend(bytes);
    }
    group.clear();
}

/// Whether each `=` stands for a byte or a soft line end, but for few. Text that a program has decoded before it was
/// saved still has the header that says otherwise.
pub(super) fn is_quoted_printable(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for at in memchr::memchr_iter(b'=', bytes) {
        let rest = bytes.get(at + 1..).unwrap_or_default();
        let hex = matches!(rest, [a, b, ..] if hex(*a).is_some() && hex(*b).is_some());
        if hex || soft_line_end(rest).is_some() || rest.is_empty() { good += 1 } else { bad += 1 }
    }
    bad * 20 <= good
}

/// Decodes quoted-printable text (RFC 2045, 6.7). Bytes that are not encoded stay, also those of 8 bits.
fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    // Blanks at the end of a line were added on the way; those that were sent are encoded.
    let mut solid = 0;
    let mut rest = bytes;
    while let [first, after @ ..] = rest {
        rest = after;
        match first {
            b'=' => match (soft_line_end(after), after) {
                (Some(length), _) => rest = after.get(length..).unwrap_or_default(),
                (None, [a, b, after @ ..]) if hex(*a).is_some() && hex(*b).is_some() => {
                    decoded.push(hex(*a).unwrap_or_default() << 4 | hex(*b).unwrap_or_default());
                    rest = after;
                }
                _ => decoded.push(b'='),
            },
            b'\n' => {
                let end = decoded.get(solid..).unwrap_or_default().trim_ascii_end().len() + solid;
                decoded.truncate(end);
                decoded.push(b'\n');
            }
            b' ' | b'\t' | b'\r' => {
                decoded.push(*first);
                continue;
            }
            _ => decoded.push(*first),
        }
        solid = decoded.len();
    }
    decoded
}

/// The length of a line end after `=`, with the blanks before it.
fn soft_line_end(rest: &[u8]) -> Option<usize> {
    // The blanks are looked at once for each `=`; between two of them no more than a line lies.
    let blanks = rest.iter().take(80).take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
    (rest.get(blanks) == Some(&b'\n')).then_some(blanks + 1)
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
