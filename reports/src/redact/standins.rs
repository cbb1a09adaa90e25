//! Stand-ins: the same secret has the same one everywhere, numbered in the order in which they are met.

use std::collections::{HashMap, HashSet};

/// What a secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Kind {
    User,
    Host,
    Ip,
    Mac,
    Path,
    Arg,
    Mail,
    Id,
    String,
    Text,
}

impl Kind {
    /// All of them.
    pub(super) const ALL: [Kind; 10] = [
        Kind::User,
        Kind::Host,
        Kind::Ip,
        Kind::Mac,
        Kind::Path,
        Kind::Arg,
        Kind::Mail,
        Kind::Id,
        Kind::String,
        Kind::Text,
    ];

    /// What its stand-ins begin with.
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Kind::User => "user-",
            Kind::Host => "host-",
            Kind::Ip => "ip-",
            Kind::Mac => "mac-",
            Kind::Path => "path-",
            Kind::Arg => "arg-",
            Kind::Mail => "mail-",
            Kind::Id => "id-",
            Kind::String => "string-",
            Kind::Text => "text-",
        }
    }
}

/// A text that is a stand-in already, or looks like one: what is redacted twice changes no more.
pub(super) fn is_stand_in(text: &str) -> bool {
    Kind::ALL.iter().any(|kind| text.strip_prefix(kind.prefix()).and_then(number).is_some())
}

/// The number at the end of a stand-in.
pub(super) fn number(digits: &str) -> Option<u32> {
    let plain = !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

/// All stand-ins of a case.
#[derive(Debug, Default)]
pub(super) struct StandIns {
    /// Numbers that the texts use already: two secrets must not have one name.
    taken: HashSet<(Kind, u32)>,
    last: HashMap<Kind, u32>,
    known: HashMap<Kind, HashMap<String, String>>,
}

impl StandIns {
    /// A number that the texts use themselves.
    pub(super) fn take(&mut self, kind: Kind, number: u32) {
        self.taken.insert((kind, number));
    }

    /// The stand-in of a secret, where it has one.
    pub(super) fn get(&self, kind: Kind, secret: &str) -> Option<&str> {
        self.known.get(&kind)?.get(secret).map(String::as_str)
    }

    /// The stand-in of a secret, a new one where it has none; what is a stand-in stays.
    pub(super) fn of(&mut self, kind: Kind, secret: &str) -> String {
        if is_stand_in(secret) {
            return secret.to_owned();
        }
        if let Some(known) = self.get(kind, secret) {
            return known.to_owned();
        }
        let last = self.last.entry(kind).or_default();
        *last += 1;
        while self.taken.contains(&(kind, *last)) {
            *last += 1;
        }
        let name = format!("{}{last}", kind.prefix());
        self.name(kind, secret, &name);
        name
    }

    /// Gives a secret the stand-in of another.
    pub(super) fn name(&mut self, kind: Kind, secret: &str, name: &str) {
        self.known.entry(kind).or_default().insert(secret.to_owned(), name.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_secrets_have_equal_names_and_taken_ones_are_left_out() {
        let mut names = StandIns::default();
        names.take(Kind::Host, 2);
        assert_eq!(names.of(Kind::Host, "a"), "host-1");
        assert_eq!(names.of(Kind::Host, "b"), "host-3");
        assert_eq!(names.of(Kind::Host, "a"), "host-1");
        assert_eq!(names.of(Kind::User, "a"), "user-1");
        assert_eq!(names.of(Kind::User, "host-9"), "host-9");
    }

    #[test]
    fn stand_ins_are_known_again() {
        assert!(is_stand_in("host-1") && is_stand_in("string-120"));
        assert!(!is_stand_in("host-") && !is_stand_in("host-01") && !is_stand_in("ip-10-0-0-1") && !is_stand_in("a-1"));
    }
}
