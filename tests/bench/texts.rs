//! Texts to measure with, made the same every time from the corpus.

use stacklore::Document;
use std::fs;
use std::path::{Path, PathBuf};

/// Bytes of junk between two traces of a mixed log.
pub(crate) const TRACE_EVERY: usize = 400_000;

/// Longest trace that is strewn into a mixed log: it stays mostly junk.
const SHORT: usize = 8_000;

/// Captures and samples that a dense dump is made of: every thread of a program, every task of a kernel.
const DUMPS: [&str; 8] = [
    "captures/u-healthy-server/gdb-full.txt",
    "captures/u-pool-self/gdb-full.txt",
    "captures/u-cxx-lock/gdb-full.txt",
    "captures/k-mutex-abba/crash-8-foreach-bt.txt",
    "captures/k-none/crash-8-foreach-bt.txt",
    "samples/crash-bt-foreach-UN-bt/input.txt",
    "samples/go-sigquit-minutes/input.txt",
    "samples/go-panic-traceback-system/input.txt",
];

/// A log of at least `bytes` bytes with a trace of the corpus after every `every` bytes of junk.
pub(crate) fn mixed(bytes: usize, every: usize) -> String {
    let traces = traces();
    let mut text = String::with_capacity(bytes + 2 * SHORT);
    let mut random = Random::new(1);
    let (mut next, mut count) = (every, 0);
    while text.len() < bytes {
        junk_line(&mut text, &mut random);
        if text.len() >= next {
            text.push_str(&varied(&traces[count % traces.len()], count));
            text.push('\n');
            count += 1;
            next = text.len().saturating_add(every);
        }
    }
    text
}

/// A dump of at least `bytes` bytes: [`DUMPS`] over and over, each time of other tasks and objects.
pub(crate) fn dense(bytes: usize) -> String {
    let dumps: Vec<String> = DUMPS.iter().map(|path| read(&corpus().join(path))).collect();
    let mut text = String::with_capacity(bytes + 64 * 1024);
    let mut count = 0;
    while text.len() < bytes {
        text.push_str(&varied(&dumps[count % dumps.len()], count));
        text.push('\n');
        count += 1;
    }
    text
}

/// The texts that people published with their story, each a ticket.
pub(crate) fn seeds() -> Vec<Document> {
    let texts = files(&corpus().join("seeds"));
    texts.iter().map(|path| Document::from_text("input.txt", read(path))).collect()
}

pub(crate) fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

pub(crate) fn read(path: &Path) -> String {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Short texts of the corpus, in the order of their paths.
fn traces() -> Vec<String> {
    files(&corpus()).iter().map(|path| read(path)).filter(|text| text.len() <= SHORT).collect()
}

/// Texts of cases below a folder, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "txt") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    paths
}

/// A text with other addresses and ids: the same one everywhere in it gives the same new one.
fn varied(text: &str, count: usize) -> String {
    changed(text, count, |_| false)
}

/// A text with other addresses and ids, but for the numbers that `stays` says of by the text before them.
pub(crate) fn changed(text: &str, count: usize, stays: fn(&str) -> bool) -> String {
    let mut varied = String::with_capacity(text.len() + text.len() / 16);
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_hexdigit()) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(from.len());
        let (word, after) = from.split_at(end.max(1));
        let named_before = before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        varied.push_str(before);
        if named_before || stays(&text[..text.len() - from.len()]) {
            varied.push_str(word);
        } else {
            varied.push_str(&varied_word(&varied, word, count));
        }
        rest = after;
    }
    varied.push_str(rest);
    varied
}

/// What stands before the number of a task.
const TASK_MARKS: [&str; 9] =
    ["LWP ", "PID: ", "goroutine ", "process ", "Thread ", "pid ", "/proc/", "nid=0x", "pid:"];

fn varied_word(before: &str, word: &str, count: usize) -> String {
    let digits = word.strip_prefix("0x").unwrap_or(word);
    if (9..=16).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        // Bits 16 to 35: neighbours stay neighbours, and user and kernel addresses what they are.
        if let Ok(address) = u64::from_str_radix(digits, 16) {
            let prefix = &word[..word.len() - digits.len()];
            let width = digits.len();
            return format!("{prefix}{:0width$x}", address ^ ((count as u64 & 0xf_ffff) << 16));
        }
    }
    if TASK_MARKS.iter().any(|mark| before.ends_with(mark))
        && word.len() <= 7
        && let Ok(number) = word.parse::<u64>()
    {
        return (number + 10_000 * (count as u64 % 100_000)).to_string();
    }
    word.to_owned()
}

/// Appends a line of a log that tells nothing of a hang.
fn junk_line(text: &mut String, random: &mut Random) {
    use std::fmt::Write as _;
    let (a, b, c) = (random.below(60), random.below(60_000), random.below(1 << 30));
    let _ = match random.below(8) {
        0 => writeln!(text, "Mar  3 14:{a:02}:07 node-{b} systemd[1]: Started Session {c} of user build."),
        1 => {
            writeln!(text, "10.0.{a}.7 - - [03/Mar/2026:14:{a:02}:11 +0000] \"GET /api/v1/items/{c} HTTP/1.1\" 200 {b}")
        }
        2 => writeln!(
            text,
            "2026-03-03T14:{a:02}:12.{b:06}Z INFO  [pool-{a}-thread-3] c.e.shop.Order - order {c} stored in {b} ms"
        ),
        3 => writeln!(
            text,
            "{{\"level\":\"debug\",\"ts\":1772546{a:03}.{b},\"caller\":\"cache/lru.go:{a}\",\"msg\":\"evicted\",\"key\":\"{c:x}\"}}"
        ),
        4 => writeln!(text, "[{b:>6}.{c:06}] usb 1-{a}: new high-speed USB device number {a} using xhci_hcd"),
        5 => writeln!(
            text,
            "[{b:>6}.{c:06}] audit: type=1400 audit(1772546{a:03}.{b}:{c}): apparmor=\"ALLOWED\" operation=\"open\" pid={b}"
        ),
        6 => writeln!(
            text,
            "E0303 14:{a:02}:13.{b:06}       1 reflector.go:{a}] failed to list *v1.Pod: connection refused (attempt {c})"
        ),
        _ => writeln!(text, "    checking for symbol number {c} in library {a}... yes, after {b} other candidates"),
    };
}

/// Numbers that look random and are the same in every run (Marsaglia's xorshift).
pub(crate) struct Random(u64);

impl Random {
    /// From a seed that is not 0.
    pub(crate) fn new(seed: u64) -> Self {
        Random(seed)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}
