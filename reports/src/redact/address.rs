//! Addresses of networks and machines, told from versions, times and names that look like them.

use super::standins::Kind;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// An address in a word: where it stands, and what it is.
pub(super) type Address = (Range<usize>, Kind);

/// The address that a word is or holds. `before` is the word in front of it.
pub(super) fn of(word: &str, before: &str) -> Option<Address> {
    if word.len() < 6 {
        return None;
    }
    let colons = memchr::memchr_iter(b':', word.as_bytes()).count();
    let dots = memchr::memchr_iter(b'.', word.as_bytes()).count();
    if colons >= 2 {
        return hardware(word, ':').or_else(|| v6(word));
    }
    if dots >= 3 && !super::tables::is_before_version(before) {
        return v4(word, 0).or_else(|| inside(word));
    }
    if word.len() == 36 && is_uuid(word) {
        return Some((0..word.len(), Kind::Id));
    }
    hardware(word, '-')
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_uuid(word: &str) -> bool {
    word.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && word.split('-').all(is_hex)
}

/// Six pairs of digits are a MAC address; 8 are a world-wide name, 20 an address of InfiniBand.
fn hardware(word: &str, sign: char) -> Option<Address> {
    let pairs = word.split(sign).count();
    let right = word.len() == 3 * pairs - 1 && word.split(sign).all(|pair| pair.len() == 2 && is_hex(pair));
    match pairs {
        6 if right => Some((0..word.len(), Kind::Mac)),
        8 | 20 if right && sign == ':' => Some((0..word.len(), Kind::Id)),
        _ => None,
    }
}

fn v4(word: &str, at: usize) -> Option<Address> {
    let length = word.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let (numbers, rest) = word.split_at(length);
    let tail = rest.is_empty() || rest.starts_with([':', '/', '%']) || "-manager".starts_with(rest);
    if !tail {
        return None;
    }
    let numbers = numbers.trim_end_matches('.');
    // Some tools write the port after a full stop.
    let whole = if numbers.split('.').count() == 5 { numbers.rsplit_once('.')?.0 } else { numbers };
    let address: Ipv4Addr = whole.parse().ok()?;
    let says_nothing = address.is_unspecified() || address.is_loopback() || address.octets()[0] == 255;
    (!says_nothing).then_some((at..at + whole.len(), Kind::Ip))
}

/// An address between other parts of a name. Versions stand there as well, and begin with small numbers.
fn inside(word: &str) -> Option<Address> {
    let mut at = 0;
    for part in word.split(['-', '/', '@']) {
        let large = part.split('.').next().and_then(|first| first.parse::<u8>().ok()).is_some_and(|first| first >= 10);
        if let Some(found) = v4(part, at).filter(|_| large || word[..at].ends_with('/')) {
            return Some(found);
        }
        at += part.len() + 1;
    }
    None
}

fn v6(word: &str) -> Option<Address> {
    let length = word.bytes().take_while(|byte| byte.is_ascii_hexdigit() || b":.".contains(byte)).count();
    let (digits, rest) = word.split_at(length);
    if !(rest.is_empty() || rest.starts_with(['/', '%'])) {
        return None;
    }
    let digits = digits.trim_end_matches('.');
    let address: Ipv6Addr = digits.parse().ok()?;
    // `::` is also how C++ and Rust write paths of names.
    let plain = digits.bytes().any(|byte| byte.is_ascii_digit()) && digits.len() > 4;
    let says_nothing = address.is_unspecified() || address.is_loopback();
    (plain && !says_nothing).then_some((0..digits.len(), Kind::Ip))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(word: &str) -> Option<(&str, Kind)> {
        of(word, "").map(|(range, kind)| (&word[range], kind))
    }

    #[test]
    fn addresses() {
        assert_eq!(found("10.0.0.5"), Some(("10.0.0.5", Kind::Ip)));
        assert_eq!(found("10.0.0.5:22"), Some(("10.0.0.5", Kind::Ip)));
        assert_eq!(found("10.0.0.0/24"), Some(("10.0.0.0", Kind::Ip)));
        assert_eq!(found("192.168.1.7.22"), Some(("192.168.1.7", Kind::Ip)));
        assert_eq!(found("10.0.0.5-manager"), Some(("10.0.0.5", Kind::Ip)));
        assert_eq!(found("http-nio-10.0.0.5-8080-exec-1"), Some(("10.0.0.5", Kind::Ip)));
        assert_eq!(found("db1/10.0.0.5:22"), Some(("10.0.0.5", Kind::Ip)));
        assert_eq!(found("fe80::1%eth0"), Some(("fe80::1", Kind::Ip)));
        assert_eq!(found("2001:db8::5/64"), Some(("2001:db8::5", Kind::Ip)));
        assert_eq!(found("00:1a:2b:3c:4d:5e"), Some(("00:1a:2b:3c:4d:5e", Kind::Mac)));
        assert_eq!(found("00-1A-2B-3C-4D-5E"), Some(("00-1A-2B-3C-4D-5E", Kind::Mac)));
        assert_eq!(found("50:06:01:60:3b:e0:11:22"), Some(("50:06:01:60:3b:e0:11:22", Kind::Id)));
        let uuid = "123e4567-e89b-12d3-a456-426614174000";
        assert_eq!(found(uuid), Some((uuid, Kind::Id)));
    }

    #[test]
    fn look_alikes() {
        let words = "ffff888012345678 12:34:56 5.10.0.11-generic 0000:00:1f.2 a::b std::map dead::beef 127.0.0.1 ::1 :: \
                     255.255.255.0 0.0.0.0:22 libc-2.31.so linux-5.10.0.11-amd64 1.2.3 0x12:0x34 300.1.1.1 kworker/0:1H \
                     12:34:56.789 1.2.3.4.5.6 foo+0x1/0x2 00:11:22 01.02.03.04";
        for word in words.split_whitespace() {
            assert_eq!(found(word), None, "{word}");
        }
        assert_eq!(of("5.10.0.11", "version"), None);
    }
}
