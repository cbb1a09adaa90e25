//! Dumps as one server prints them: thousands of threads in the same code.

use super::texts::{changed, corpus, read};

/// Texts that dumps of one tool are made of: what servers print, and what was captured.
pub(crate) const DUMPS_OF: [(&str, &[&str]); 4] = [
    (
        "gdb",
        &[
            "cases/gdb-30fdc0/input.txt",
            "cases/gdb-22b13f/input.txt",
            "captures/u-healthy-server/gdb.txt",
            "captures/u-pool-self/gdb.txt",
            "captures/u-cxx-lock/gdb.txt",
        ],
    ),
    (
        "console",
        &["captures/k-netlink/dmesg.txt", "captures/k-mutex-abba/dmesg.txt", "captures/k-work-self-mutex/dmesg.txt"],
    ),
    (
        "java",
        &["cases/java-5fe135/input.txt", "captures/j-healthy/jstack-l.txt", "captures/j-pool-self/stdout-kill3.txt"],
    ),
    (
        "go",
        &[
            "cases/go-59b69d/input.txt",
            "cases/go-968a25/input.txt",
            "captures/g-healthy/stderr-all.txt",
            "captures/g-chan-leak-go1.24/stderr-all.txt",
        ],
    ),
];

/// A dump of at least `bytes` bytes as one server prints it: thousands of threads in the same code. Threads, stacks and
/// objects are others each time; program counters, which are the code, stay.
pub(crate) fn server(tool: &str, bytes: usize) -> String {
    let paths = DUMPS_OF.iter().find(|(name, _)| *name == tool).map_or(&[][..], |(_, paths)| *paths);
    let dumps: Vec<String> = paths.iter().map(|path| read(&corpus().join(path))).collect();
    let mut text = String::with_capacity(bytes + 256 * 1024);
    let mut count = 0;
    while text.len() < bytes {
        for line in changed(&dumps[count % dumps.len()], count, is_code).lines() {
            later(&mut text, line, count as u64 * 120);
        }
        count += 1;
    }
    text
}

/// Appends a line, its time stamp of the kernel moved by so many seconds.
fn later(text: &mut String, line: &str, seconds: u64) {
    let stamp = line.strip_prefix('[').and_then(|rest| rest.split_once('.'));
    match stamp.and_then(|(whole, rest)| Some((whole.trim_start().parse::<u64>().ok()?, rest))) {
        Some((whole, rest)) => text.push_str(&format!("[{:>5}.{rest}", whole + seconds)),
        None => text.push_str(line),
    }
    text.push('\n');
}

/// Whether the number behind this text is an address of code: `#3  0x…`, `[<ffffffff…>]`, `pc=0x…`.
fn is_code(before: &str) -> bool {
    before.ends_with("[<") || before.ends_with("pc=0x") || before.ends_with("pc=") || {
        let number = before.trim_end_matches([' ', 'x', '0']).trim_end_matches(|c: char| c.is_ascii_digit());
        number.ends_with('#')
    }
}
