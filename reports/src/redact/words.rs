//! What a single word tells: a path, an address, a URL, a mail address, a host with its domain.

use super::address;
use super::place::{self, Last};
use super::rewrite::{Origin, is_end};
use super::standins::{Kind, StandIns};
use super::tables;
use std::ops::Range;

/// A part of the text and what stands for it.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) range: Range<usize>,
    pub(super) new: String,
}

/// The word in front of a place, without looking far.
fn before(text: &str, at: usize) -> &str {
    let bytes = &text.as_bytes()[at.saturating_sub(24)..at];
    let rest = bytes.trim_ascii_end();
    let length = rest.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let end = at - (bytes.len() - rest.len());
    text.get(end - length..end).unwrap_or_default()
}

/// What is to be replaced in a word; empty where it stays. It may reach behind the word, not behind the limit.
pub(super) fn read(text: &str, range: Range<usize>, limit: usize, origin: Origin, names: &mut StandIns) -> Vec<Piece> {
    let word = &text[range.clone()];
    let at = range.start;
    if let Some(scheme) = memchr::memmem::find(word.as_bytes(), b"://") {
        return url(text, at, at + scheme + 3, limit, origin, names);
    }
    let option = word.starts_with("-D") || (word.starts_with("--") && word.len() > 2);
    if origin != Origin::Prose && option && text.as_bytes().get(range.end) == Some(&b'=') && range.end < limit {
        let end = reach(text, at, limit, |byte| byte.is_ascii_whitespace());
        return vec![Piece { range: at..end, new: names.of(Kind::Arg, &text[at..end]) }];
    }
    if let Some(begin) = path_begin(word) {
        return paths(text, at + begin, range.end, limit, origin, names);
    }
    let (ending, _) = place::ending(word);
    let core = &word[..word.len() - ending];
    if let Some((user, host)) = core.rsplit_once('@') {
        return mail(at, user, host, origin, names);
    }
    let found = address::of(word, before(text, at)).map(|(found, kind)| {
        let secret = word[found.clone()].to_ascii_lowercase();
        Piece { range: at + found.start..at + found.end, new: names.of(kind, &secret) }
    });
    if let Some(found) = found {
        return vec![found];
    }
    let may_be_host = core.as_bytes().contains(&b'.') && tables::is_domain(core) && !tables::is_public_host(core);
    match may_be_host.then(|| host(core, origin, names)).flatten() {
        Some(new) => vec![Piece { range: at..at + core.len(), new }],
        None => Vec::new(),
    }
}

/// The stand-in of a host; in prose of those that the texts have.
fn host(host: &str, origin: Origin, names: &mut StandIns) -> Option<String> {
    let host = host.to_ascii_lowercase();
    match origin {
        Origin::Prose => names.get(Kind::Host, &host).map(str::to_owned),
        Origin::Case | Origin::Frames => Some(names.of(Kind::Host, &host)),
    }
}

/// The place up to which bytes go on.
fn reach(text: &str, from: usize, limit: usize, ends: impl Fn(u8) -> bool) -> usize {
    let bytes = &text.as_bytes()[from..limit];
    from + bytes.iter().position(|byte| ends(*byte)).unwrap_or(bytes.len())
}

/// `scheme://user@host:port/path?query`.
fn url(text: &str, start: usize, from: usize, limit: usize, origin: Origin, names: &mut StandIns) -> Vec<Piece> {
    let end = reach(text, start, limit, |byte| byte.is_ascii_whitespace() || b"\"'`<>()".contains(&byte)).max(from);
    let end = start + text[start..end].trim_end_matches(['.', ',', ';', ':', ']', '}']).len().max(from - start);
    let place = &text[from..end];
    let slash = place.find(['/', '?']).unwrap_or(place.len());
    let (authority, path) = place.split_at(slash);
    let name = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (bracket, bare) = match name.strip_prefix('[') {
        Some(v6) => (1, v6.split(']').next().unwrap_or_default()),
        None => (0, name.split(':').next().unwrap_or_default()),
    };
    let begin = from + authority.len() - name.len() + bracket;
    let address = address::of(bare, "").map(|(_, kind)| names.of(kind, &bare.to_ascii_lowercase()));
    let public = tables::is_public_host(bare) || super::standins::is_stand_in(bare) || bare.is_empty();
    let new = match address {
        Some(address) => Some(address),
        None if public || bare.parse::<std::net::IpAddr>().is_ok() => None,
        None => host(bare, origin, names),
    };
    let known = new.is_some();
    let mut pieces = Vec::new();
    if let Some(new) = new {
        // Whoever stands before the host goes with it.
        pieces.push(Piece { range: from..begin + bare.len(), new });
    }
    let keeps = (origin == Origin::Prose && !known) || tables::is_public_page(bare);
    if path.len() > 1 && !keeps && !super::standins::is_stand_in(path.trim_matches('/')) {
        let path_start = from + slash;
        let system = bare.is_empty() && tables::is_system_path(path);
        if !system {
            pieces.push(Piece { range: path_start..end, new: format!("/{}", names.of(Kind::Path, path)) });
        }
    }
    pieces
}

/// `user@host`: a mail address where the host has a domain.
fn mail(at: usize, user: &str, name: &str, origin: Origin, names: &mut StandIns) -> Vec<Piece> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._%+-".contains(c);
    let begin =
        user.rfind(|c| !plain(c)).map_or(0, |sign| sign + user[sign..].chars().next().map_or(1, char::len_utf8));
    let local = &user[begin..];
    if local.is_empty() {
        return Vec::new();
    }
    if let Some((found, kind)) = address::of(name, "") {
        let host_at = at + user.len() + 1;
        let new = names.of(kind, &name[found.clone()].to_ascii_lowercase());
        return vec![Piece { range: host_at + found.start..host_at + found.end, new }];
    }
    let secret = format!("{local}@{name}").to_ascii_lowercase();
    let known = origin != Origin::Prose || names.get(Kind::Mail, &secret).is_some();
    if !tables::is_domain(name) || !known {
        return Vec::new();
    }
    let new = names.of(Kind::Mail, &secret);
    vec![Piece { range: at + begin..at + user.len() + 1 + name.len(), new }]
}

/// Where an absolute path begins in a word: at its begin, behind a colon, an `@`, a `~` or a short option.
fn path_begin(word: &str) -> Option<usize> {
    let bytes = word.as_bytes();
    memchr::memchr2(b'/', b'\\', bytes)?;
    match bytes {
        [b'/', ..] => Some(0),
        [b'\\', b'\\', ..] => Some(0),
        _ if place::is_drive(word) => Some(0),
        [b'@' | b'~', b'/', ..] => Some(1),
        [b'-', _, b'/', ..] => Some(2),
        _ => memchr::memmem::find(bytes, b":/").map(|colon| colon + 1),
    }
}

/// One path, or several with colons between them.
fn paths(text: &str, from: usize, end: usize, limit: usize, origin: Origin, names: &mut StandIns) -> Vec<Piece> {
    let mut end = end;
    // Folders may be named `key=value`.
    while end + 1 < limit && text.as_bytes()[end] == b'=' && !is_end(text.as_bytes()[end + 1]) {
        end = reach(text, end + 1, limit, is_end);
    }
    let mut pieces = Vec::new();
    let mut at = from;
    while at < end {
        let rest = &text[at..end];
        let drive = usize::from(place::is_drive(rest)) * 2;
        let length = memchr::memmem::find(&rest.as_bytes()[drive..], b":/").map_or(rest.len(), |colon| drive + colon);
        // `</TASK>` closes what `<TASK>` opened.
        if at == 0 || text.as_bytes()[at - 1] != b'<' {
            pieces.extend(path(&rest[..length], at, &text[at + length..], origin, names));
        }
        at += length + 1;
    }
    pieces
}

/// One path; `after` is what follows it.
fn path(word: &str, at: usize, after: &str, origin: Origin, names: &mut StandIns) -> Option<Piece> {
    let (ending, numbered) = place::ending(word);
    let apart = after.strip_prefix(' ').is_some_and(|after| after.starts_with(|c: char| c.is_ascii_digit()));
    let numbered = numbered || (word.ends_with(':') && apart);
    let path = &word[..word.len() - ending];
    let slash = |c: char| c == '/' || c == '\\';
    let first = path.trim_start_matches('/').split(slash).next().unwrap_or_default();
    if let Some((found, kind)) = address::of(first, "").filter(|_| path.starts_with('/')) {
        let new = names.of(kind, &first[found.clone()].to_ascii_lowercase());
        let begin = at + (path.len() - path.trim_start_matches('/').len());
        return Some(Piece { range: begin + found.start..begin + found.end, new });
    }
    let alone = !path.trim_start_matches('/').contains(slash);
    let named = |c: char| c.is_alphanumeric() || "._-@~+$".contains(c);
    let begins = if path.starts_with("\\\\") { path.len() > 2 } else { first.starts_with(named) };
    let number = alone && first.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'x');
    let comment = path.starts_with("//");
    let unknown = origin == Origin::Prose && alone && names.get(Kind::Path, path).is_none();
    if !begins || number || comment || unknown {
        return None;
    }
    let last = if origin == Origin::Frames { Last::Always } else { Last::Known };
    let short = place::shorten(path, last, numbered, names)?;
    Some(Piece { range: at..at + path.len() - short.tail, new: short.head })
}
