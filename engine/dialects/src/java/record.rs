//! Where a record begins in a line, and which lines say nothing.

/// Beginnings of records, for lines that a logger has prefixed: one record per line.
const RECORDS: [&str; 11] = [
    "java.lang.Thread.State: ",
    "at ",
    "- locked ",
    "- waiting ",
    "- parking ",
    "- <0x",
    "- None",
    "Locked ownable synchronizers",
    "waiting to lock ",
    "waiting for ownable ",
    "which is held by ",
];

/// The record in a trimmed line: the line itself, or, where a logger prefixes its lines, what follows the prefix.
pub(super) fn find(text: &str, prefixed: bool) -> &str {
    // Nearly all lines begin so: no search in them.
    if text.starts_with("at ") || text.starts_with("- ") || text.starts_with(['"', '#']) {
        return text;
    }
    if text.contains("prio=")
        && let Some(quote) = text.find('"')
    {
        return &text[quote..];
    }
    if !prefixed || RECORDS.iter().any(|record| text.starts_with(record)) || text.contains("Full thread dump ") {
        return text;
    }
    let starts = RECORDS.iter().filter_map(|record| {
        let at = text.find(record)?;
        text[..at].ends_with([' ', '\t', ':', ']', '|']).then_some(at)
    });
    if let Some(at) = starts.min() {
        return &text[at..];
    }
    // `"transfer-1":`, alone at the end of a line.
    match text.strip_suffix("\":").and_then(|inner| inner.find('"')) {
        Some(quote) => &text[quote..],
        None => text,
    }
}

/// Lines between threads and below headers.
pub(super) fn says_nothing(text: &str) -> bool {
    const BEGIN: [&str; 16] = [
        "Threads class SMR info",
        "_java_thread_list=",
        "_to_delete_list=",
        "No compile task",
        "Compiling:",
        "Carrying virtual thread",
        "JavaThread state:",
        "Thread: 0x",
        "===",
        "0x",
        "}",
        "| ",
        "native: ",
        "(no managed stack frames)",
        "```",
        "Locked synchronizers",
    ];
    BEGIN.iter().any(|begin| text.starts_with(begin))
}

/// Lines behind the last thread of a dump.
pub(super) fn ends_dump(text: &str) -> bool {
    text.starts_with("JNI global ref") || (text.starts_with("Found ") && text.contains(" deadlock"))
}
