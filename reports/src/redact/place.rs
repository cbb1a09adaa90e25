//! Paths: what stays of them, and how a word is taken apart into them.

use super::standins::{Kind, StandIns, is_stand_in};
use super::tables;

/// What of a path is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Last {
    /// Nothing; of source files with line numbers and of libraries the name.
    Known,
    /// The last component always: sources and libraries of frames, programs.
    Always,
}

/// A path as it is written, and the part of it that is copied: the new beginning and how much of the end stays.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shortened {
    /// What stands for the beginning.
    pub(super) head: String,
    /// Bytes of the end that stay.
    pub(super) tail: usize,
}

/// Shortens an absolute path; `None` where it stays as it is. `numbered`: a line number follows.
pub(super) fn shorten(path: &str, last: Last, numbered: bool, names: &mut StandIns) -> Option<Shortened> {
    let slash = |c: char| c == '/' || c == '\\';
    let body = path.trim_end_matches(slash);
    let parts = body.trim_start_matches(slash);
    let first = parts.split(slash).next().unwrap_or_default();
    if body.is_empty() || tables::is_system_path(body) || is_stand_in(first) {
        return None;
    }
    let cut = body.rfind(slash)?;
    let (folder, name) = (&body[..cut], &body[cut + 1..]);
    let keeps = match last {
        Last::Always => true,
        Last::Known => tables::is_library(name) || (numbered && tables::is_source(name)),
    };
    if keeps && folder.is_empty() {
        return None;
    }
    let (secret, tail) = if keeps { (folder, name.len() + 1) } else { (body, 0) };
    Some(Shortened { head: format!("/{}", names.of(Kind::Path, secret)), tail: tail + path.len() - body.len() })
}

/// An absolute path of Windows.
pub(super) fn is_drive(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() > 3 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' && (bytes[2] == b'\\' || bytes[2] == b'/')
}

/// Bytes of `:12:3` and of punctuation at the end of a word, and whether there is a number.
pub(super) fn ending(word: &str) -> (usize, bool) {
    let mut body = word.trim_end_matches(['.', ':', '!', '?']);
    let mut numbered = false;
    while let Some((head, digits)) = body.rsplit_once(':') {
        let number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !number {
            break;
        }
        (body, numbered) = (head, true);
    }
    (word.len() - body.len(), numbered)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(path: &str, last: Last, numbered: bool) -> String {
        match shorten(path, last, numbered, &mut StandIns::default()) {
            Some(short) => format!("{}{}", short.head, &path[path.len() - short.tail..]),
            None => path.to_owned(),
        }
    }

    #[test]
    fn paths_keep_what_says_nothing() {
        assert_eq!(short("/home/alice/acme/main.c", Last::Known, true), "/path-1/main.c");
        assert_eq!(short("/home/alice/acme/main.c", Last::Known, false), "/path-1");
        assert_eq!(short("/opt/acme/libacme.so.1", Last::Known, false), "/path-1/libacme.so.1");
        assert_eq!(short("/opt/acme/acmed", Last::Always, false), "/path-1/acmed");
        assert_eq!(short("C:\\acme\\bank.cpp", Last::Always, true), "/path-1\\bank.cpp");
        for kept in ["/proc/1/stack", "/path-3/main.c", "/", "/usr/lib/libc.so.6"] {
            assert_eq!(short(kept, Last::Always, false), kept);
        }
    }

    #[test]
    fn endings_are_no_part_of_a_path() {
        assert_eq!(ending("/a/b.c:12:3"), (5, true));
        assert_eq!(ending("/a/b."), (1, false));
        assert_eq!(ending("/a/b:c"), (0, false));
    }
}
