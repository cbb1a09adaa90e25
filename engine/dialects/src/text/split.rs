//! Cuts a line where records that had lines of their own were glued together.

use super::glued;
use super::pattern::pattern;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// A row of `info threads` stuck to the one before: `libc.so.62 Thread 0x…`, `…34 Thread 0x…`.
static THREAD_ROW: LazyLock<Regex> = LazyLock::new(|| pattern(r"(\d+) +(?:Thread 0x[0-9a-f]+ \(|LWP \d+ )"));

/// The first row of an output stuck to the command that printed it: `ps | grep cli2812 root 720m S cli`.
static AFTER_GREP: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\bgrep +(?:-\S+ +)*[A-Za-z_][A-Za-z_-]*?(\d+ +[a-z_][\w-]* +\S+ )"));

/// A prompt stuck to the one word that a file without a line end printed: `do_epoll_wait/ # cat /proc/5/status`.
static AFTER_WORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:0|[A-Za-z_][\w.]*)((?:\[[^\]\s]+@[^\]]*\] ?|[/~][\w./~-]* ?)[#$] +(?:cat|ps|ls|grep|head|tail|sudo|cd|echo|for)\b)",
    )
});

/// Addresses of frames of `/proc/PID/stack`, of which each begins a line.
static BRACKET_FRAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\[< ?(?:0|[0-9a-f]{8,16})? ?>\] +[A-Za-z_0?]|\[(?:0|[0-9a-f]{8,16})?\] +[A-Za-z_][\w.]*\+?0x[0-9a-f]+/0x")
});

/// Numbers of frames of a debugger: `#1  0x…`, `#2 [ffff…]`, `#3 f (`.
static NUMBERED_FRAME: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"#(\d{1,4}) +(?:0x[0-9a-f]+ in |0x[0-9a-f]{16}(?: |$)|\[[0-9a-f]+\] |[A-Za-z_?<])"));

/// A frame of a console, with its time stamp: `[  363.1]  ? f+0x1/0x2`.
static TRACE_FRAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ kernel: ?)?\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? +|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ kernel: +)?(?:\[< ?[0-9a-f]* ?>\] +)?(?:\? +)?[A-Za-z_.$][\w.$@]*\+0x[0-9a-f]+/0x[0-9a-f]+|[A-Za-z_][\w.]* [\w./-]+\.[chS]:\d+ \[inline\]",
    )
});

/// The head of a goroutine, and the place of a call behind the call: what follows each is the next record.
static GO_RECORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"goroutine \d+ (?:\w+=\w+ )*\[[^\]]*\]:|(?:\)|created by \S+(?: in goroutine \d+)?|^)[ \t]+(/?\S+\.(?:go|s|c|goc):\d+(?: \+?0x[0-9a-f]+)?(?: fp=0x\w+ sp=0x\w+ pc=0x\w+)?)(?: |$)",
    )
});

/// Records of a Java thread.
static JAVA_RECORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\s(?:at [\w$][\w$.<>/@+-]*\([^()]*\)|- (?:locked|waiting|parking|eliminated) |java\.lang\.Thread\.State: )",
    )
});

/// `wait (threading.py:320)`, `File "a.py", line 3 in f`.
static PYTHON_FRAME: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"[\w.<>]+ \([^\s()]+\.py:\d+\)|File "[^"]*", line \d+"#));

/// `fffffe8000a2e650 turnstile_block+0x80d(0, 0)`
static POINTED_CALL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:\[ )?\b[0-9a-f]{8,16} +[A-Za-z_][\w`.$]*\+0x[0-9a-f]+\([^()]*\)(?: \])?"));

/// Prompts that can follow prose on the same line.
const PROMPTS: [&str; 4] = ["(gdb) ", "crash> ", "crash64> ", "(lldb) "];

/// Cuts lines; remembers the last thread row, because only the next number tells `.so.6` and row 2 from `.so.62`.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Splitter {
    last_row: Option<u64>,
}

impl Splitter {
    /// The records of a line, as ranges of bytes; one range where nothing is glued.
    pub(super) fn split(&mut self, text: &str) -> Vec<Range<usize>> {
        let mut cuts = Vec::new();
        self.thread_rows(text, &mut cuts);
        prompts(text, &mut cuts);
        after_command(text, &mut cuts);
        frames(text, &mut cuts);
        records(text, &mut cuts);
        glued::cuts(text, &mut cuts);
        cuts.retain(|cut| *cut > 0 && *cut < text.len() && !text[..*cut].trim().is_empty());
        cuts.sort_unstable();
        cuts.dedup();
        let ends = cuts.iter().copied().chain([text.len()]);
        let starts = std::iter::once(0).chain(cuts.iter().copied());
        starts
            .zip(ends)
            .map(|(start, end)| start..if end < text.len() { unquoted_end(text, end) } else { end })
            .collect()
    }

    fn thread_rows(&mut self, text: &str, cuts: &mut Vec<usize>) {
        if !text.contains("Thread 0x") && !text.contains("LWP ") {
            return;
        }
        for found in THREAD_ROW.captures_iter(text) {
            let Some(digits) = found.get(1) else { continue };
            let glued = text[..digits.start()].chars().next_back().is_some_and(|c| !c.is_whitespace());
            let skip = if glued { self.library_digits(&text[..digits.start()], digits.as_str()) } else { 0 };
            self.last_row = digits.as_str()[skip..].parse().ok();
            let start = digits.start() + skip;
            if start > 0 && !text[..start].trim_end().ends_with(['*', '>']) {
                cuts.push(start);
            }
        }
    }

    /// How many of the digits belong to the library before them.
    fn library_digits(&self, before: &str, digits: &str) -> usize {
        if !before.ends_with('.') {
            return 0;
        }
        let next = self.last_row.map(|row| (row + 1).to_string());
        match next {
            Some(next) if digits.len() > next.len() && digits.ends_with(&next) => digits.len() - next.len(),
            // Rows were left out: a library's version is mostly one digit.
            _ if digits.len() > 1 => 1,
            _ => 0,
        }
    }
}

/// The end of a record without the mark of a comment or a quotation that the next line had before it was glued on.
fn unquoted_end(text: &str, end: usize) -> usize {
    let record = text[..end].trim_end();
    record.strip_suffix(['#', '>']).filter(|record| record.ends_with(' ')).map_or(end, str::len)
}

fn prompts(text: &str, cuts: &mut Vec<usize>) {
    // Each of them ends so.
    if !text.contains("> ") && !text.contains("b) ") {
        return;
    }
    for prompt in PROMPTS {
        cuts.extend(text.match_indices(prompt).map(|(at, _)| at));
    }
}

fn after_command(text: &str, cuts: &mut Vec<usize>) {
    if text.len() < 256 && (text.contains("# ") || text.contains("$ ")) {
        cuts.extend(AFTER_WORD.captures(text).and_then(|found| found.get(1)).map(|prompt| prompt.start()));
    }
    if !text.contains("grep") && !text.contains("info thread") {
        return;
    }
    if let Some(found) = AFTER_GREP.captures(text).and_then(|found| found.get(1)) {
        cuts.push(found.start());
    }
    if let Some(at) = text.find("Id Target Id").filter(|at| text[..*at].contains("info thread")) {
        cuts.push(at);
    }
}

fn frames(text: &str, cuts: &mut Vec<usize>) {
    if text.matches("] ").nth(1).is_some() {
        let starts: Vec<usize> = BRACKET_FRAME.find_iter(text).map(|found| found.start()).collect();
        // `f from [<addr>] (caller)` on ARM prints two addresses in one frame.
        // So does its line of registers.
        if starts.len() > 1 && !text.contains(" from [<") && !text.trim_start().starts_with("pc : [<") {
            cuts.extend(starts);
        }
    }
    // Most lines with a mark begin with it, and a cut at the beginning is none.
    if text.trim_start().bytes().skip(1).any(|byte| byte == b'#') {
        let mut expected = None;
        for found in NUMBERED_FRAME.captures_iter(text) {
            let (Some(all), Some(number)) = (found.get(0), found.get(1)) else { continue };
            let number: u32 = number.as_str().parse().unwrap_or(0);
            // A page ate what `#6  <signal handler called>` says behind its number.
            let before = text[..all.start()].trim_end();
            if let Some(empty) = number.checked_sub(1).and_then(|last| before.strip_suffix(&format!("#{last}"))) {
                let first = expected.is_none() && empty.trim().is_empty();
                if first || expected == Some(number - 1) {
                    cuts.push(empty.len());
                    expected = Some(number);
                }
            }
            let free = text[..all.start()].chars().next_back().is_none_or(|c| c == ' ' || c == ')');
            if free && (number == 0 || expected == Some(number)) {
                cuts.push(all.start());
                expected = Some(number + 1);
            } else if expected.is_none() {
                expected = Some(number + 1);
            }
        }
    }
}

/// Records that are told by their form alone. Few lines hold two of what they have in common.
fn records(text: &str, cuts: &mut Vec<usize>) {
    let bytes = text.as_bytes();
    let twice = |needle: &str| text.find(needle).is_some_and(|at| text[at + needle.len()..].contains(needle));
    let starts = |regex: &Regex, cuts: &mut Vec<usize>| {
        let found: Vec<usize> = regex.find_iter(text).map(|found| found.start()).collect();
        if found.len() > 1 {
            cuts.extend(found);
        }
    };
    if memchr::memchr(b'/', bytes).is_some() && twice("/0x") && !text.contains(" from ") {
        starts(&TRACE_FRAME, cuts);
    }
    if text.contains("File \"") && twice(", line ") {
        starts(&PYTHON_FRAME, cuts);
    }
    let mut parentheses = memchr::memchr_iter(b'(', bytes);
    let Some(_) = parentheses.next() else { return };
    let second = parentheses.next().is_some();
    let is_go = ["goroutine ", ".go:", ".s:", ".goc:"].iter().any(|needle| text.contains(needle));
    if is_go || (text.contains(".c:") && text.contains(" +0x")) {
        for found in GO_RECORD.captures_iter(text) {
            match (found.get(1), found.get(0)) {
                // go-deadlock prints a line of code behind its places: `main.go:14 main.f { m.Lock() }`.
                (Some(place), _) if is_before_code(&text[place.end()..]) => {}
                (Some(place), _) => cuts.extend([place.start(), place.end()]),
                (None, Some(head)) => cuts.push(head.end()),
                _ => {}
            }
        }
    }
    let java = second || text.contains("java.lang.Thread.State: ") || text.contains(") - ");
    if java && text.contains("at ") {
        cuts.extend(JAVA_RECORD.find_iter(text).map(|found| found.start()));
    }
    if second && twice(".py:") {
        starts(&PYTHON_FRAME, cuts);
    }
    if second && twice("+0x") {
        starts(&POINTED_CALL, cuts);
    }
}

/// Whether a function and a line of its code follow, in braces or unknown.
fn is_before_code(text: &str) -> bool {
    let code = text.trim_start().split_once(' ').map_or("", |(_, code)| code);
    code.starts_with("{ ") || code.starts_with("???")
}

/// The text up to the first character of an East Asian script or a bullet: prose glued to a record.
pub(super) fn head(text: &str) -> &str {
    let end = text
        .char_indices()
        .find(|(_, c)| matches!(*c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'));
    end.map_or(text, |(at, _)| text[..at].trim_end())
}
