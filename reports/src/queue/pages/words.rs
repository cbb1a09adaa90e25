//! Numbers as people read them, the same as the script of the index writes them.

use crate::queue::names;
use stacklore_reason::finding::{Certainty, Verdict};

/// Verdicts, the worst first; tickets of which nothing could be read want a look before those in which nothing is
/// wrong. The name, the words of a page, and the class of its colour.
pub(super) const VERDICTS: [(&str, &str, &str); 7] = [
    ("hang", "hang", "bad"),
    ("crash", "crash", "bad"),
    ("suspect", "suspect", "doubtful"),
    ("unknown", "unknown", "doubtful"),
    (names::FAILED, "not read", "doubtful"),
    ("no-traces", "no traces", "neutral"),
    ("healthy", "healthy", "good"),
];

/// Certainties, the surest first.
pub(super) const CERTAINTIES: [Certainty; 3] = [Certainty::Proven, Certainty::Likely, Certainty::Possible];

/// What a verdict is called in a headline that counts tickets of it.
pub(super) fn clause(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Hang => "hang",
        Verdict::Crash => "crashed",
        Verdict::Suspect => "may hang",
        Verdict::Unknown => "wait for what no rule knows",
        Verdict::Healthy => "are healthy",
        Verdict::NoTraces => "hold no trace",
    }
}

/// `1,234,567`
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 ticket`, `1,234 tickets`
pub(super) fn tickets(count: u64) -> String {
    format!("{} ticket{}", thousands(count), if count == 1 { "" } else { "s" })
}

/// `812 B`, `40 kB`, `1.5 MB`: powers of ten.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    // What would be rounded to a thousand is told in the next unit.
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let digits = usize::from(value < 9.95);
    format!("{value:.digits$} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::{size, thousands};

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        let told = [0, 999, 1000, 1500, 9_960, 40_213, 999_400, 999_600, 4_000_000_000, u64::MAX].map(size);
        let read = ["0 B", "999 B", "1.0 kB", "1.5 kB", "10 kB", "40 kB", "999 kB", "1.0 MB", "4.0 GB", "18446744 TB"];
        assert_eq!(told, read);
    }
}
