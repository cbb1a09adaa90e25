//! First lines of the validator's reports.

/// Headlines and the kind of the `report` fact, by the words that tell them.
const HEADLINES: [(&str, &str); 16] = [
    ("possible circular locking dependency detected", "lockdep-circular"),
    ("possible recursive locking detected", "lockdep-recursive"),
    ("inconsistent lock state", "lockdep-irq"),
    ("-unsafe lock order detected", "lockdep-irq"),
    ("possible irq lock inversion dependency detected", "lockdep-irq"),
    ("bad unlock balance detected", "warning"),
    ("bad contention detected", "warning"),
    ("lock held when returning to user space", "warning"),
    ("lock held at task exit time", "warning"),
    ("still has locks held!", "warning"),
    ("held lock freed!", "warning"),
    ("Invalid wait context", "warning"),
    ("invalid wait context", "warning"),
    ("suspicious RCU usage", "warning"),
    ("Nested lock was not taken", "warning"),
    ("nested lock was not taken", "warning"),
];

/// The kind of the report that this line heads: `WARNING: …`, `BUG: …`, `[ BUG: … ]`, `[ INFO: … ]`.
pub(super) fn kind(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let text = text.strip_prefix('[').unwrap_or(text).trim_start();
    let rest = ["WARNING: ", "BUG: ", "INFO: "].iter().find_map(|word| text.strip_prefix(word))?;
    HEADLINES.iter().find(|(words, _)| rest.contains(words)).map(|(_, kind)| *kind)
}

/// Whether a line heads a report of the validator.
pub(crate) fn is_headline(text: &str) -> bool {
    kind(text).is_some()
}
