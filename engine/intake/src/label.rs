//! Names as labels: what the user reads, never a path that is opened.

use std::cmp::Ordering;
use std::fmt::Write as _;
use std::path::Path;

/// A name of any bytes as a label: what is no UTF-8 and what a terminal would obey is shown as `\xNN`, so that
/// distinct names stay distinct.
pub(crate) fn of_bytes(name: &[u8]) -> String {
    let mut label = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control() { escape(&mut label, c.encode_utf8(&mut [0; 4]).as_bytes()) } else { label.push(c) }
        }
        escape(&mut label, chunk.invalid());
    }
    label
}

fn escape(label: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(label, "\\x{byte:02x}");
    }
}

/// A path of the file system as a label.
pub(crate) fn of_path(path: &Path) -> String {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        of_bytes(path.as_os_str().as_bytes())
    }
    #[cfg(not(unix))]
    of_bytes(path.to_string_lossy().as_bytes())
}

/// The label of a member: the path that the archive tells stands below the archive's own label, whatever it says.
/// `..` stays to be seen; empty components and `.` say nothing.
pub(crate) fn member(whole: &str, path: &[u8]) -> String {
    let mut label = whole.to_owned();
    for component in path.split(|byte| *byte == b'/').filter(|component| !matches!(*component, b"" | b".")) {
        label.push('/');
        label.push_str(&of_bytes(component));
    }
    label
}

/// The order of labels: component by component, numbers inside names as numbers (`messages.2` before `messages.10`).
pub(crate) fn order(a: &str, b: &str) -> Ordering {
    let mut pairs = (a.split('/'), b.split('/'));
    loop {
        match (pairs.0.next(), pairs.1.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match natural(a.as_bytes(), b.as_bytes()).then_with(|| a.cmp(b)) {
                Ordering::Equal => {}
                other => return other,
            },
        }
    }
}

fn natural(mut a: &[u8], mut b: &[u8]) -> Ordering {
    loop {
        let (Some(first), Some(second)) = (a.first(), b.first()) else { return a.len().cmp(&b.len()) };
        let order = if first.is_ascii_digit() && second.is_ascii_digit() {
            let (x, y) = (number(&mut a), number(&mut b));
            x.len().cmp(&y.len()).then_with(|| x.cmp(y))
        } else {
            let order = first.cmp(second);
            (a, b) = (&a[1..], &b[1..]);
            order
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Takes a run of digits and gives it without leading zeros.
fn number<'a>(name: &mut &'a [u8]) -> &'a [u8] {
    let end = name.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(name.len());
    let (digits, rest) = name.split_at(end);
    *name = rest;
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    &digits[zeros..]
}

#[cfg(test)]
mod tests {
    use super::{member, of_bytes, order};

    #[test]
    fn strange_bytes_are_shown_and_stay_distinct() {
        assert_eq!(of_bytes("größe.txt".as_bytes()), "größe.txt");
        assert_eq!(of_bytes(b"a\xff\n\x1b[1m"), "a\\xff\\x0a\\x1b[1m");
        assert_ne!(of_bytes(b"\xfe"), of_bytes(b"\xff"));
    }

    #[test]
    fn paths_of_members_are_only_labels() {
        assert_eq!(member("t.tar", b"./logs//a.txt"), "t.tar/logs/a.txt");
        assert_eq!(member("t.tar", b"/etc/passwd"), "t.tar/etc/passwd");
        assert_eq!(member("t.tar", b"../../etc/passwd"), "t.tar/../../etc/passwd");
        assert_eq!(member("t.tar", b"a\0b"), "t.tar/a\\x00b");
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        let mut names = ["m.10", "m", "m.2", "m-20240301", "m.02", "m/x", "l"];
        names.sort_by(|a, b| order(a, b));
        assert_eq!(names, ["l", "m", "m/x", "m-20240301", "m.02", "m.2", "m.10"]);
    }
}
