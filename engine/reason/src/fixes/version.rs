//! Releases in order, and which of them have a fix.

use super::FixedRange;
use std::cmp::Ordering;

/// The leading numeric parts of a release: `6.3.0-17-generic` is 6, 3, 0.
pub(super) fn parts(text: &str) -> Vec<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text.get(..end).unwrap_or_default().split('.').map_while(|part| part.parse().ok()).collect()
}

/// A range as written: `6.3`, or `6.3..6.6` for a fix that 6.6 has no more.
pub(super) fn range(text: &str) -> Option<FixedRange> {
    let (from, until) = match text.split_once("..") {
        Some((from, until)) => (from.trim(), Some(until.trim())),
        None => (text.trim(), None),
    };
    let release = |text: &str| {
        text.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
            && text.contains('.')
    };
    let ordered = until.is_none_or(|until| release(until) && order(&parts(from), &parts(until)).is_lt());
    (release(from) && ordered).then(|| FixedRange { from: from.to_owned(), until: until.map(str::to_owned) })
}

/// Whether a release has the fix.
pub(super) fn has(ranges: &[FixedRange], release: &[u64]) -> bool {
    ranges.iter().any(|range| {
        let begun = !order(release, &parts(&range.from)).is_lt();
        begun && range.until.as_ref().is_none_or(|until| order(release, &parts(until)).is_lt())
    })
}

/// Whether a release is a candidate of the very release that got a fix: it may be from before the fix.
pub(super) fn may_lack(ranges: &[FixedRange], release: &str) -> bool {
    let same = |range: &FixedRange| order(&parts(release), &parts(&range.from)).is_eq();
    release.contains("-rc") && ranges.iter().any(same)
}

/// Releases in order; a part that is left out is zero.
fn order(one: &[u64], other: &[u64]) -> Ordering {
    let part = |release: &[u64], at: usize| release.get(at).copied().unwrap_or(0);
    let orders = (0..one.len().max(other.len())).map(|at| part(one, at).cmp(&part(other, at)));
    orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}
