//! What is learned of a case before anything is replaced: names of users and hosts, from positions that say so.

use super::context::{Found, Mark, What};
use super::standins::{Kind, StandIns, is_stand_in};
use super::{address, tables};

/// A name may be of a user on one machine and of a host elsewhere: the first counts where neither is said.
pub(super) fn learn(text: &str, found: &Found, stand_ins: &mut StandIns, learned: &mut Vec<(Kind, String)>) {
    let mut marks: Vec<&Mark> = found.marks.iter().chain(&found.names).collect();
    marks.sort_by_key(|mark| (mark.range.start, mark.what));
    for mark in marks {
        let What::Secret(kind @ (Kind::User | Kind::Host)) = mark.what else { continue };
        let Some(name) = text.get(mark.range.clone()) else { continue };
        if stand_ins.get(kind, &name.to_ascii_lowercase()).is_some() || address::of(name, "").is_some() {
            continue;
        }
        if stand_in(kind, name, stand_ins).is_some() {
            learned.push((kind, name.to_owned()));
            let short = name.split('.').next().filter(|short| kind == Kind::Host && short.len() < name.len());
            learned.extend(short.map(|short| (kind, short.to_owned())));
        }
    }
}

/// The stand-in of what a position holds; `None` where it stays.
pub(super) fn stand_in(kind: Kind, secret: &str, stand_ins: &mut StandIns) -> Option<String> {
    if is_stand_in(secret) {
        return None;
    }
    let key = secret.to_ascii_lowercase();
    match kind {
        Kind::User if tables::is_account(secret) => None,
        Kind::Host => host(secret, &key, stand_ins),
        Kind::User => Some(stand_ins.of(kind, &key)),
        _ => Some(stand_ins.of(kind, secret)),
    }
}

/// A host is the same with and without its domain.
fn host(secret: &str, key: &str, stand_ins: &mut StandIns) -> Option<String> {
    if tables::is_public_host(secret) || secret.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback()) {
        return None;
    }
    if let Some((range, kind)) = address::of(key, "").filter(|(range, _)| range.len() == key.len()) {
        return Some(stand_ins.of(kind, &key[range]));
    }
    let short = key.split('.').next().unwrap_or(key);
    if let Some(known) = stand_ins.get(Kind::Host, key).or_else(|| stand_ins.get(Kind::Host, short)) {
        let known = known.to_owned();
        stand_ins.name(Kind::Host, key, &known);
        return Some(known);
    }
    let new = stand_ins.of(Kind::Host, key);
    if short.len() > 2 && !short.bytes().all(|byte| byte.is_ascii_digit()) {
        stand_ins.name(Kind::Host, short, &new);
    }
    Some(new)
}
